-- name: count_texts :exec
-- Counts each character of some texts after its up to n predecessors; call platform.markov.count, which claims them.
-- Differs from sqlite: generate_series counts, and rows come in key order so that two counters cannot deadlock.
WITH
-- A position in a long UTF-8 text is found by walking there, so the text is cut twice and short pieces are walked.
-- Each piece begins with the up to n characters before it (lead), which are context only.
chunks AS MATERIALIZED (
    SELECT
        least(CAST(:n AS integer), starts.start - 1) AS lead,
        substr(
            t.content,
            greatest(starts.start - CAST(:n AS integer), 1),
            65536 + least(CAST(:n AS integer), starts.start - 1)
        ) AS piece
    FROM corpus_texts AS t
    CROSS JOIN generate_series(1, CAST(t.char_count AS integer), 65536) AS starts (start)
    WHERE t.id IN (:corpus_text_ids)
),

blocks AS MATERIALIZED (
    SELECT
        least(CAST(:n AS integer), c.lead + starts.start - 1) AS lead,
        substr(
            c.piece,
            greatest(c.lead + starts.start - CAST(:n AS integer), 1),
            256 + least(CAST(:n AS integer), c.lead + starts.start - 1)
        ) AS piece
    FROM chunks AS c
    CROSS JOIN generate_series(1, length(c.piece) - c.lead, 256) AS starts (start)
),

grams AS (
    SELECT
        substr(
            b.piece,
            greatest(b.lead + positions.i - CAST(:n AS integer), 1),
            least(CAST(:n AS integer), b.lead + positions.i - 1) + 1
        ) AS gram
    FROM blocks AS b
    CROSS JOIN generate_series(1, length(b.piece) - b.lead) AS positions (i)
),

-- Bytes compare faster than a locale's words, and in the order of the key.
keyed AS (
    SELECT gram COLLATE "C" AS gram
    FROM grams
)

INSERT INTO markov_ngrams (
    dataset_id,
    n,
    context,
    next_char,
    count
)
SELECT
    CAST(:dataset_id AS uuid) AS dataset_id,
    CAST(:n AS integer) AS n,
    left(gram, -1) AS context,
    right(gram, 1) AS next_char,
    count(*) AS count
FROM keyed
GROUP BY gram
ORDER BY gram
ON CONFLICT (dataset_id, n, context, next_char) DO UPDATE SET
    count = markov_ngrams.count + excluded.count,
    probability = NULL;
