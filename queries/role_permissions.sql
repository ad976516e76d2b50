-- name: grant :exec
-- Allows a role an action on a kind of entity; 0 rows when it was allowed before.
INSERT INTO role_permissions (
    role,
    action,
    entity_type
)
VALUES (
    :role,
    :action,
    :entity_type
)
ON CONFLICT (role, action, entity_type) DO NOTHING;

-- name: revoke :exec
-- Denies a role an action on a kind of entity again.
DELETE FROM role_permissions
WHERE
    role = :role
    AND action = :action
    AND entity_type = :entity_type;

-- name: list :many
-- What each role may do, by role, action and kind of entity.
-- scan: reads them all, which are few
SELECT
    role,
    action,
    entity_type,
    created_at
FROM role_permissions
ORDER BY role, action, entity_type;

-- name: list_for_role :many
-- What one role may do, by action and kind of entity.
SELECT
    role,
    action,
    entity_type,
    created_at
FROM role_permissions
WHERE role = :role
ORDER BY action, entity_type;

-- name: is_allowed :value
-- Whether a role may do something with a kind of entity; what was never granted is denied.
-- result: allowed boolean
SELECT count(*) > 0 AS allowed
FROM role_permissions
WHERE
    role = :role
    AND action = :action
    AND entity_type = :entity_type;
