-- name: count_up :exec
-- Counts one n-gram `count` times more, or many of them by a batch; the model must exist (markov_models.create).
-- defaults: count = 1
INSERT INTO markov_ngrams (
    dataset_id,
    n,
    context,
    next_char,
    count
)
VALUES (
    :dataset_id,
    :n,
    :context,
    :next_char,
    :count
)
ON CONFLICT (dataset_id, n, context, next_char) DO UPDATE SET
    count = markov_ngrams.count + excluded.count,
    probability = NULL;

-- name: list_for_context :many
-- What followed a context, the most frequent first.
-- defaults: limit = 1000
-- scan: sorts what followed one context, at most one row for each character
SELECT
    next_char,
    count,
    probability
FROM markov_ngrams
WHERE
    dataset_id = :dataset_id
    AND n = :n
    AND context = :context
ORDER BY count DESC, next_char
LIMIT :limit;

-- name: list_for_order :many
-- All counts of a model, by context and next character.
SELECT
    context,
    next_char,
    count
FROM markov_ngrams
WHERE
    dataset_id = :dataset_id
    AND n = :n
ORDER BY context, next_char;

-- name: sample :value
-- The next character after a context, drawn by a number from 0 up to but not including 1; none after an unseen context.
-- scan: adds up what followed one context, at most one row for each character
SELECT r.next_char
FROM (
    SELECT
        next_char,
        CAST(sum(count) OVER (ORDER BY next_char) AS bigint) AS running,
        CAST(sum(count) OVER () AS bigint) AS total
    FROM markov_ngrams
    WHERE
        dataset_id = :dataset_id
        AND n = :n
        AND context = :context
) AS r
WHERE r.running > CAST(:uniform AS float8) * r.total
ORDER BY r.running, r.next_char
LIMIT 1;

-- name: compute_probabilities :exec
-- Sets each probability of a model's order: how often the character followed its context, of all that followed it.
INSERT INTO markov_ngrams (
    dataset_id,
    n,
    context,
    next_char,
    count,
    probability
)
SELECT
    dataset_id,
    n,
    context,
    next_char,
    count,
    CAST(count AS float8) / CAST(sum(count) OVER (PARTITION BY context) AS bigint) AS probability
FROM markov_ngrams
WHERE
    dataset_id = :dataset_id
    AND n = :n
-- Every row conflicts: an update by key, where UPDATE FROM is a join, and took minutes before the first ANALYZE.
ON CONFLICT (dataset_id, n, context, next_char) DO UPDATE SET
    probability = excluded.probability;

-- name: statistics :one
-- The size of a model: distinct n-grams, distinct contexts, and the characters counted.
SELECT
    count(*) AS ngrams,
    count(DISTINCT context) AS contexts,
    coalesce(CAST(sum(count) AS bigint), 0) AS characters
FROM markov_ngrams
WHERE
    dataset_id = :dataset_id
    AND n = :n;

-- name: clear :exec
-- Deletes the model of one order: its counts, and the note of the texts it has counted.
DELETE FROM markov_models
WHERE
    dataset_id = :dataset_id
    AND n = :n;
