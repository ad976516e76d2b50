-- name: create :exec
-- Makes the model of one order over a dataset; a known one stays as it is.
INSERT INTO markov_models (dataset_id, n)
VALUES (:dataset_id, :n)
ON CONFLICT (dataset_id, n) DO NOTHING;

-- name: get :optional
-- One model with the size of what it has counted.
SELECT
    m.dataset_id,
    m.n,
    m.created_at,
    count(c.id) AS texts,
    coalesce(CAST(sum(c.char_count) AS bigint), 0) AS characters
FROM markov_models AS m
LEFT JOIN markov_texts AS t ON m.dataset_id = t.dataset_id AND m.n = t.n
LEFT JOIN corpus_texts AS c ON t.corpus_text_id = c.id
WHERE
    m.dataset_id = :dataset_id
    AND m.n = :n
GROUP BY m.dataset_id, m.n, m.created_at;

-- name: list :many
-- The models over a dataset by order.
SELECT
    dataset_id,
    n,
    created_at
FROM markov_models
WHERE dataset_id = :dataset_id
ORDER BY n;

-- name: claim_texts :many
-- Notes texts as counted and gives those that were not yet, for markov_ngrams.count_texts in the same transaction.
-- parity: unordered, RETURNING promises no order
INSERT INTO markov_texts (dataset_id, n, corpus_text_id)
SELECT
    m.dataset_id,
    m.n,
    c.id
FROM markov_models AS m
INNER JOIN corpus_texts AS c ON c.id IN (:corpus_text_ids)
WHERE
    m.dataset_id = :dataset_id
    AND m.n = :n
ORDER BY c.id
ON CONFLICT (dataset_id, n, corpus_text_id) DO NOTHING
RETURNING corpus_text_id;

-- name: list_texts :many
-- The texts a model has counted, without their content, oldest first.
SELECT
    c.id,
    c.title,
    c.word_count,
    c.char_count,
    t.counted_at
FROM markov_texts AS t
INNER JOIN corpus_texts AS c ON t.corpus_text_id = c.id
WHERE
    t.dataset_id = :dataset_id
    AND t.n = :n
ORDER BY t.corpus_text_id;

-- name: count_claimed :value
-- How many of some texts a model has noted as counted.
SELECT count(*)
FROM markov_texts
WHERE
    dataset_id = :dataset_id
    AND n = :n
    AND corpus_text_id IN (:corpus_text_ids);
