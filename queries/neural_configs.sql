-- name: create :one
-- Keeps a configuration; each name once.
-- defaults: id = uuid7()
INSERT INTO neural_configs (
    id,
    name,
    config
)
VALUES (
    :id,
    :name,
    :config
)
RETURNING
    id,
    name,
    config,
    created_at,
    updated_at;

-- name: get :one
-- One configuration.
SELECT
    id,
    name,
    config,
    created_at,
    updated_at
FROM neural_configs
WHERE id = :id;

-- name: get_by_name :optional
-- The configuration of this name.
SELECT
    id,
    name,
    config,
    created_at,
    updated_at
FROM neural_configs
WHERE name = :name;

-- name: list :many
-- Configurations, newest first; the next page begins after the last row's created_at and id.
-- defaults: limit = 100
SELECT
    id,
    name,
    config,
    created_at,
    updated_at
FROM neural_configs
WHERE
    true
    AND (created_at, id) < (:before_created_at, :before_id) -- optional
ORDER BY created_at DESC, id DESC
LIMIT :limit;

-- name: update :exec
-- Replaces a configuration, and with a name renames it.
-- defaults: now = now()
UPDATE neural_configs
SET
    name = :name, -- optional
    config = :config,
    updated_at = :now
WHERE id = :id;

-- name: delete :exec
-- Deletes a configuration; refused while a training run refers to it.
DELETE FROM neural_configs
WHERE id = :id;
