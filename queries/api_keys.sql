-- name: get :one
-- One key, without its hash.
SELECT
    id,
    user_id,
    public_id,
    name,
    scopes,
    expires_at,
    last_used_at,
    revoked_at,
    replaced_at,
    created_at,
    updated_at
FROM api_keys
WHERE id = :id;

-- name: list_for_user :many
-- Keys of a user, revoked ones too, newest first; the next page begins after the last row's created_at and id.
-- defaults: limit = 100
SELECT
    id,
    user_id,
    public_id,
    name,
    scopes,
    expires_at,
    last_used_at,
    revoked_at,
    replaced_at,
    created_at,
    updated_at
FROM api_keys
WHERE
    user_id = :user_id
    AND (created_at, id) < (:before_created_at, :before_id) -- optional
ORDER BY created_at DESC, id DESC
LIMIT :limit;

-- name: rename :exec
-- Gives a key another name.
-- defaults: now = now()
UPDATE api_keys
SET
    name = :name,
    updated_at = :now
WHERE id = :id;

-- name: revoke :exec
-- Ends a key; 0 rows when it was revoked before.
-- defaults: now = now()
UPDATE api_keys
SET
    revoked_at = :now,
    updated_at = :now
WHERE
    id = :id
    AND revoked_at IS NULL;

-- name: revoke_for_user :exec
-- Ends all keys of a user.
-- defaults: now = now()
UPDATE api_keys
SET
    revoked_at = :now,
    updated_at = :now
WHERE
    user_id = :user_id
    AND revoked_at IS NULL;
