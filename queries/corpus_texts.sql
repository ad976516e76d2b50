-- name: add :one
-- Adds a text; the database counts its words and characters.
-- defaults: title = null, source = null, metadata = {}, split_id = null
INSERT INTO corpus_texts (
    title,
    content,
    source,
    metadata,
    split_id
)
VALUES (
    :title,
    :content,
    :source,
    :metadata,
    :split_id
)
RETURNING
    id,
    word_count,
    char_count,
    created_at;

-- name: get :one
-- One text with its content.
SELECT
    id,
    title,
    content,
    source,
    metadata,
    word_count,
    char_count,
    split_id,
    created_at
FROM corpus_texts
WHERE id = :id;

-- name: list :many
-- Texts without their content, newest first; the next page begins after the last row's id.
-- defaults: limit = 100
SELECT
    id,
    title,
    source,
    metadata,
    word_count,
    char_count,
    split_id,
    created_at
FROM corpus_texts
WHERE
    true
    AND source = :source -- optional
    AND id < :before_id -- optional
ORDER BY id DESC
LIMIT :limit;

-- name: list_for_split :many
-- The texts of a dataset's split with their content, oldest first.
SELECT
    id,
    title,
    content,
    source,
    metadata,
    word_count,
    char_count,
    split_id,
    created_at
FROM corpus_texts
WHERE split_id = :split_id
ORDER BY id;

-- name: list_sizes_for_split :many
-- The texts of a dataset's split without their content, oldest first.
SELECT
    id,
    title,
    word_count,
    char_count
FROM corpus_texts
WHERE split_id = :split_id
ORDER BY id;

-- name: statistics :one
-- How many texts, words and characters the corpus holds.
-- result: oldest_at timestamp, newest_at timestamp
-- scan: adds up every text
SELECT
    count(*) AS texts,
    coalesce(CAST(sum(word_count) AS bigint), 0) AS words,
    coalesce(CAST(sum(char_count) AS bigint), 0) AS characters,
    coalesce(max(char_count), 0) AS longest,
    min(created_at) AS oldest_at,
    max(created_at) AS newest_at
FROM corpus_texts;

-- name: statistics_for_split :one
-- How many texts, words and characters a dataset's split holds.
-- result: oldest_at timestamp, newest_at timestamp
SELECT
    count(*) AS texts,
    coalesce(CAST(sum(word_count) AS bigint), 0) AS words,
    coalesce(CAST(sum(char_count) AS bigint), 0) AS characters,
    coalesce(max(char_count), 0) AS longest,
    min(created_at) AS oldest_at,
    max(created_at) AS newest_at
FROM corpus_texts
WHERE split_id = :split_id;

-- name: update_metadata :exec
-- Replaces a text's metadata.
UPDATE corpus_texts
SET metadata = :metadata
WHERE id = :id;

-- name: delete :exec
-- Deletes a text; models that counted it keep its counts until they are cleared.
DELETE FROM corpus_texts
WHERE id = :id;
