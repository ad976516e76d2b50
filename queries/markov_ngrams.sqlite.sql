-- name: count_texts :exec
-- Counts each character of some texts after its up to n predecessors; call platform.markov.count, which claims them.
-- Differs from postgres: a recursive CTE counts, as there is no generate_series.
-- parameter: n integer, dataset_id uuid
WITH RECURSIVE
numbers (i) AS MATERIALIZED (
    SELECT 1
    UNION ALL
    SELECT i + 1
    FROM numbers
    WHERE i < 256
),

-- A position in a long UTF-8 text is found by walking there, so the text is cut twice and short pieces are walked.
-- Each piece begins with the up to n characters before it (lead), which are context only.
chunks (id, start, lead, piece) AS (
    SELECT
        id,
        1,
        0,
        substr(content, 1, 65536)
    FROM corpus_texts
    WHERE id IN (:corpus_text_ids)
    UNION ALL
    SELECT
        t.id,
        c.start + 65536,
        :n,
        substr(t.content, c.start + 65536 - :n, 65536 + :n)
    FROM chunks AS c
    INNER JOIN corpus_texts AS t ON c.id = t.id
    WHERE t.char_count >= c.start + 65536
),

blocks (lead, piece) AS MATERIALIZED (
    SELECT
        min(:n, c.lead + k.i * 256 - 256),
        substr(c.piece, max(c.lead + k.i * 256 - 255 - :n, 1), 256 + min(:n, c.lead + k.i * 256 - 256))
    FROM chunks AS c
    INNER JOIN numbers AS k ON c.lead + k.i * 256 - 256 < length(c.piece)
),

grams (gram) AS (
    SELECT substr(b.piece, max(b.lead + k.i - :n, 1), min(:n, b.lead + k.i - 1) + 1)
    FROM blocks AS b
    INNER JOIN numbers AS k ON b.lead + k.i <= length(b.piece)
)

INSERT INTO markov_ngrams (
    dataset_id,
    n,
    context,
    next_char,
    count
)
SELECT
    :dataset_id AS dataset_id,
    :n AS n,
    substr(gram, 1, length(gram) - 1) AS context,
    substr(gram, length(gram)) AS next_char,
    count(*) AS count
FROM grams
WHERE true
GROUP BY gram
ON CONFLICT (dataset_id, n, context, next_char) DO UPDATE SET
    count = markov_ngrams.count + excluded.count,
    probability = NULL;
