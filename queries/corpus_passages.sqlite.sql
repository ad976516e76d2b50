-- name: search :many
-- The texts whose best passage matches, best first by BM25 (k1 1.2, b 0.75), then by id; call platform.corpus.search.
-- Only the best thousand passages are looked at, so that a word that stands everywhere costs no more than its rank.
-- Differs from postgres: FTS5 has bm25(), which is the smaller the better.
-- defaults: limit = 10, offset = 0
-- result: score real
-- parameter: query json
-- scan: ranks every passage that matches, and asks an index for the length of all
WITH matches AS MATERIALIZED (
    SELECT
        rowid AS id,
        -bm25(corpus_passages_search) AS score,
        -- To order by: the engines add up in different orders.
        round(-bm25(corpus_passages_search), 12) AS rounded
    FROM corpus_passages_search
    WHERE
        corpus_passages_search MATCH (:query ->> 'fts5')
        -- The plus keeps FTS5 from being asked for one row at a time.
        -- An optional line is one line. -- noqa: disable=LT14
        AND +rowid IN (SELECT o.passage_id FROM corpus_passage_origins AS o WHERE o.source = :source) -- optional
        AND +rowid IN (SELECT o.passage_id FROM corpus_passage_origins AS o WHERE o.created_at >= :since) -- optional
        AND +rowid IN (SELECT o.passage_id FROM corpus_passage_origins AS o WHERE o.created_at < :until) -- optional
        -- noqa: enable=LT14
    ORDER BY rounded DESC, id
    LIMIT 1000
),

passages AS MATERIALIZED (
    SELECT
        p.id,
        p.corpus_text_id,
        m.score,
        m.rounded,
        row_number() OVER (PARTITION BY p.corpus_text_id ORDER BY m.rounded DESC, p.position) AS place
    FROM matches AS m
    INNER JOIN corpus_passages AS p ON m.id = p.id
),

best AS MATERIALIZED (
    SELECT
        id,
        score,
        rounded
    FROM passages
    WHERE place = 1
    ORDER BY rounded DESC, corpus_text_id
    LIMIT :limit OFFSET :offset
)

SELECT
    t.id AS corpus_text_id,
    t.title,
    t.source,
    t.created_at,
    best.score,
    p.position,
    p.content
FROM best
INNER JOIN corpus_passages AS p ON best.id = p.id
INNER JOIN corpus_texts AS t ON p.corpus_text_id = t.id
ORDER BY best.rounded DESC, t.id, p.id;

-- name: count :value
-- How many texts have a passage that matches; call platform.corpus.search with count=True.
-- Differs from postgres: FTS5 matches with MATCH.
-- parameter: query json
-- scan: with a time it looks at every text
SELECT count(DISTINCT p.corpus_text_id) AS texts
FROM corpus_passages_search
INNER JOIN corpus_passages AS p ON corpus_passages_search.rowid = p.id
WHERE
    true
    -- An optional line is one line. -- noqa: disable=LT14
    AND p.corpus_text_id IN (SELECT t.id FROM corpus_texts AS t WHERE t.source = :source) -- optional
    AND p.corpus_text_id IN (SELECT t.id FROM corpus_texts AS t WHERE t.created_at >= :since) -- optional
    AND p.corpus_text_id IN (SELECT t.id FROM corpus_texts AS t WHERE t.created_at < :until) -- optional
    -- noqa: enable=LT14
    AND corpus_passages_search.corpus_passages_search MATCH (:query ->> 'fts5');

-- name: check_index :value
-- Raises StatementFailed where the index and corpus_passages tell different things; else nothing.
-- Differs from postgres: FTS5 checks its index by itself, and reads the passages for it.
-- parity: shape, it gives nothing where all is well
INSERT INTO corpus_passages_search (corpus_passages_search, rank)
VALUES ('integrity-check', 1);

-- name: rebuild :script
-- Makes the index anew, then cuts every text anew; call platform.corpus.rebuild.
-- Differs from postgres: the triggers cut the texts one after the other, in little memory.
INSERT INTO corpus_passages_search (corpus_passages_search)
VALUES ('rebuild');

DELETE FROM corpus_passages
WHERE corpus_text_id NOT IN (SELECT t.id FROM corpus_texts AS t);

UPDATE corpus_texts
SET title = title;

-- name: optimize :value
-- Merges the index into one piece, which searches fastest; worth it after much was loaded or deleted.
-- Differs from postgres: FTS5 keeps pieces.
-- parity: shape, the pages are PostgreSQL's
INSERT INTO corpus_passages_search (corpus_passages_search)
VALUES ('optimize');
