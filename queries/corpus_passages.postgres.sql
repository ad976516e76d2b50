-- name: search :many
-- The texts whose best passage matches, best first by BM25 (k1 1.2, b 0.75), then by id; call platform.corpus.search.
-- Only the best thousand passages are looked at, as on SQLite.
-- Differs from sqlite: FTS5 has bm25(); here ts_rank_cd with all weights 1 counts how often a term stands in a passage
-- (a word at most 255 times).
-- defaults: limit = 10, offset = 0
-- scan: ranks every passage that matches, and asks an index for the length of all
WITH collection AS MATERIALIZED (
    SELECT
        CAST(passages AS double precision) AS passages,
        CAST(words AS double precision) / greatest(passages, 1) AS mean_words
    FROM corpus_size
),

found AS MATERIALIZED (
    SELECT
        CAST(t.term AS tsquery) AS term,
        (
            SELECT count(*)
            FROM corpus_passages AS p
            WHERE p.search @@ CAST(t.term AS tsquery)
        ) AS passages
    FROM jsonb_array_elements_text(CAST(:query AS jsonb) -> 'terms') AS t (term)
),

-- A term in more than half of all passages counts for next to nothing, as in FTS5.
terms AS MATERIALIZED (
    SELECT
        found.term,
        CASE
            WHEN 2 * found.passages < collection.passages
                THEN ln((collection.passages - found.passages + 0.5) / (found.passages + 0.5))
            ELSE 1e-6
        END AS weight
    FROM found
    CROSS JOIN collection
),

scores AS (
    SELECT
        p.id,
        p.corpus_text_id,
        p.position,
        (
            -- n / (n + k) as 1 / (1 + k / n), so that n is counted once; null where it is 0.
            SELECT
                coalesce(
                    sum(
                        terms.weight * 2.2 / (
                            1 + 1.2 * (0.25 + 0.75 * p.word_count / collection.mean_words)
                            / nullif(CAST(ts_rank_cd('{1,1,1,1}', p.search, terms.term) AS double precision), 0)
                        )
                    ),
                    0
                )
            FROM terms
        ) AS score
    FROM corpus_passages AS p
    CROSS JOIN collection
    WHERE
        p.search @@ CAST(CAST(:query AS jsonb) ->> 'tsquery' AS tsquery)
        -- An optional line is one line. -- noqa: disable=LT14
        AND p.corpus_text_id IN (SELECT t.id FROM corpus_texts AS t WHERE t.source = :source) -- optional
        AND p.corpus_text_id IN (SELECT t.id FROM corpus_texts AS t WHERE t.created_at >= :since) -- optional
        AND p.corpus_text_id IN (SELECT t.id FROM corpus_texts AS t WHERE t.created_at < :until) -- optional
        -- noqa: enable=LT14
),

matches AS (
    SELECT
        id,
        corpus_text_id,
        position,
        score,
        -- To order by: the engines add up in different orders.
        round(CAST(score AS numeric), 12) AS rounded
    FROM scores
    ORDER BY rounded DESC, id
    LIMIT 1000
),

best AS (
    SELECT
        id,
        score,
        rounded
    FROM (
        SELECT DISTINCT ON (corpus_text_id)
            id,
            corpus_text_id,
            score,
            rounded
        FROM matches
        ORDER BY corpus_text_id, rounded DESC, position
    ) AS passages
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
-- Differs from sqlite: a tsvector matches with @@.
-- scan: with a time it looks at every text
SELECT count(DISTINCT p.corpus_text_id) AS texts
FROM corpus_passages AS p
WHERE
    true
    -- An optional line is one line. -- noqa: disable=LT14
    AND p.corpus_text_id IN (SELECT t.id FROM corpus_texts AS t WHERE t.source = :source) -- optional
    AND p.corpus_text_id IN (SELECT t.id FROM corpus_texts AS t WHERE t.created_at >= :since) -- optional
    AND p.corpus_text_id IN (SELECT t.id FROM corpus_texts AS t WHERE t.created_at < :until) -- optional
    -- noqa: enable=LT14
    AND p.search @@ CAST(CAST(:query AS jsonb) ->> 'tsquery' AS tsquery);

-- name: check_index :value
-- How many passages are indexed under other words than theirs: none, unless the functions were changed.
-- Differs from sqlite: nothing in the server looks into a GIN index; REINDEX makes it anew.
-- parity: shape, it gives nothing where all is well
-- scan: cuts every passage into words
SELECT nullif(count(*), 0) AS passages
FROM corpus_passages
WHERE
    search <> corpus_words(title, content)
    OR word_count <> corpus_word_count(title, content);

-- name: rebuild :script
-- Cuts every text anew, and makes the index anew; call platform.corpus.rebuild.
-- Differs from sqlite: all texts are cut in one statement; writers wait from the beginning, or a text that comes
-- meanwhile would be cut twice, and searches from the REINDEX on.
LOCK TABLE corpus_texts IN SHARE ROW EXCLUSIVE MODE;

DELETE FROM corpus_passages;

INSERT INTO corpus_passages (corpus_text_id, position, title, content)
SELECT
    corpus_text_id,
    position,
    title,
    content
FROM corpus_passage_cuts
ORDER BY corpus_text_id, position;

REINDEX INDEX corpus_passages_search_idx;

-- name: optimize :value
-- Sorts what was added lately into the index, which searches fastest; worth it after much was loaded or deleted.
-- Differs from sqlite: a GIN index keeps a list of what came last.
-- parity: shape, the pages are PostgreSQL's
SELECT gin_clean_pending_list(CAST('corpus_passages_search_idx' AS regclass));
