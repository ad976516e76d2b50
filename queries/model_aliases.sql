-- name: set :one
-- Lets an alias stand for a version of the model; one that stood for another moves.
-- defaults: now = now()
INSERT INTO model_aliases (
    model_id,
    alias,
    model_version_id
)
VALUES (
    :model_id,
    :alias,
    :model_version_id
)
ON CONFLICT (model_id, alias) DO UPDATE SET model_version_id = excluded.model_version_id, updated_at = :now
RETURNING
    model_id,
    alias,
    model_version_id,
    created_at,
    updated_at;

-- name: get :optional
-- One alias of a model.
SELECT
    model_id,
    alias,
    model_version_id,
    created_at,
    updated_at
FROM model_aliases
WHERE
    model_id = :model_id
    AND alias = :alias;

-- name: list_for_model :many
-- The aliases of a model with the versions they stand for, by alias.
SELECT
    a.alias,
    a.model_version_id,
    v.version,
    v.stage,
    a.created_at,
    a.updated_at
FROM model_aliases AS a
INNER JOIN model_versions AS v ON a.model_version_id = v.id
WHERE a.model_id = :model_id
ORDER BY a.alias;

-- name: list_for_version :many
-- The aliases that stand for a version, by alias.
SELECT
    model_id,
    alias,
    model_version_id,
    created_at,
    updated_at
FROM model_aliases
WHERE model_version_id = :model_version_id
ORDER BY alias;

-- name: delete :exec
-- Deletes an alias; its version stays.
DELETE FROM model_aliases
WHERE
    model_id = :model_id
    AND alias = :alias;
