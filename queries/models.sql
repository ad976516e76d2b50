-- name: create :one
-- Notes a model; each name once.
-- defaults: id = uuid7(), provider = null, description = null, metadata = {}
-- defaults: created_by = null, team_id = null
INSERT INTO models (
    id,
    name,
    kind,
    provider,
    description,
    metadata,
    created_by,
    team_id
)
VALUES (
    :id,
    :name,
    :kind,
    :provider,
    :description,
    :metadata,
    :created_by,
    :team_id
)
RETURNING
    id,
    name,
    kind,
    provider,
    description,
    metadata,
    created_by,
    team_id,
    created_at,
    updated_at;

-- name: ensure :value
-- The id of the model of this name, made if there is none: a known one keeps its values.
-- defaults: id = uuid7(), provider = null
INSERT INTO models (
    id,
    name,
    kind,
    provider
)
VALUES (
    :id,
    :name,
    :kind,
    :provider
)
-- Changes nothing, but only so is a known one's id returned.
ON CONFLICT (name) DO UPDATE SET name = excluded.name
RETURNING id;

-- name: get :one
-- One model.
SELECT
    id,
    name,
    kind,
    provider,
    description,
    metadata,
    created_by,
    team_id,
    created_at,
    updated_at
FROM models
WHERE id = :id;

-- name: get_by_name :optional
-- The model of this name.
SELECT
    id,
    name,
    kind,
    provider,
    description,
    metadata,
    created_by,
    team_id,
    created_at,
    updated_at
FROM models
WHERE name = :name;

-- name: list :many
-- Models, newest first; the next page begins after the last row's created_at and id.
-- defaults: limit = 100
-- scan: a filter without an index of its own is tested newest first until a page is full
SELECT
    id,
    name,
    kind,
    provider,
    description,
    metadata,
    created_by,
    team_id,
    created_at,
    updated_at
FROM models
WHERE
    true
    AND kind IN (:kinds) -- optional
    AND provider = :provider -- optional
    AND team_id = :team_id -- optional
    AND (created_at, id) < (:before_created_at, :before_id) -- optional
ORDER BY created_at DESC, id DESC
LIMIT :limit;

-- name: update :exec
-- Changes what is said of a model.
-- defaults: now = now()
UPDATE models
SET
    name = :name, -- optional
    kind = :kind, -- optional
    provider = :provider, -- optional
    description = :description, -- optional
    metadata = :metadata, -- optional
    team_id = :team_id, -- optional
    updated_at = :now
WHERE id = :id;

-- name: touch :exec
-- Notes that a model's versions or aliases change; writers that begin so take turns.
-- defaults: now = now()
UPDATE models
SET updated_at = :now
WHERE id = :id;

-- name: delete :exec
-- Deletes a model with its versions, aliases and scores; refused while an experiment or another's work uses a version.
DELETE FROM models
WHERE id = :id;

-- name: count_by_kind :many
-- How many models there are of each kind, by kind.
-- scan: counts every model
SELECT
    kind,
    count(*) AS models
FROM models
GROUP BY kind
ORDER BY kind;
