-- name: record :one
-- Keeps a generated text.
-- defaults: id = uuid7(), model_version_id = null, parameters = {}, quality_score = null
INSERT INTO generations (
    id,
    prompt,
    response,
    model,
    model_version_id,
    parameters,
    quality_score
)
VALUES (
    :id,
    :prompt,
    :response,
    :model,
    :model_version_id,
    :parameters,
    :quality_score
)
RETURNING
    id,
    prompt,
    response,
    model,
    model_version_id,
    parameters,
    quality_score,
    user_rating,
    created_at,
    updated_at;

-- name: get :one
-- One generated text.
SELECT
    id,
    prompt,
    response,
    model,
    model_version_id,
    parameters,
    quality_score,
    user_rating,
    created_at,
    updated_at
FROM generations
WHERE id = :id;

-- name: history :many
-- Generated texts, newest first; the next page begins after the last row's created_at and id.
-- defaults: limit = 100
SELECT
    id,
    prompt,
    response,
    model,
    model_version_id,
    parameters,
    quality_score,
    user_rating,
    created_at,
    updated_at
FROM generations
WHERE
    true
    AND model = :model -- optional
    AND (created_at, id) < (:before_created_at, :before_id) -- optional
ORDER BY created_at DESC, id DESC
LIMIT :limit;

-- name: rate :exec
-- Sets a user's rating, 1 to 5.
-- defaults: now = now()
UPDATE generations
SET
    user_rating = :user_rating,
    updated_at = :now
WHERE id = :id;

-- name: score :exec
-- Sets the quality score.
-- defaults: now = now()
UPDATE generations
SET
    quality_score = :quality_score,
    updated_at = :now
WHERE id = :id;

-- name: delete :exec
-- Deletes one generated text.
DELETE FROM generations
WHERE id = :id;

-- name: clear :exec
-- Deletes all generated texts.
-- scan: deletes every text
DELETE FROM generations;

-- name: clear_model :exec
-- Deletes the generated texts of one model.
DELETE FROM generations
WHERE model = :model;

-- name: count_before :one
-- How many generated texts are from before a time, and how many of these a cleanup removes: all.
-- scan: counts what is old
SELECT
    count(*) AS matched,
    count(*) AS removable
FROM generations
WHERE created_at < :before;

-- name: list_before :many
-- The generated texts from before a time that a cleanup removes: their keys, the oldest first; the next page begins
-- after the last.
-- defaults: limit = 1000
SELECT
    id,
    created_at AS age
FROM generations
WHERE
    created_at < :before
    AND (created_at, id) > (:after_age, :after_id) -- optional
ORDER BY created_at, id
LIMIT :limit;

-- name: delete_listed :exec
-- Deletes generated texts that were held, by their keys.
DELETE FROM generations
WHERE id IN (:ids);
