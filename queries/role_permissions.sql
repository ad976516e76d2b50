-- name: grant :exec
-- Allows a role an action on a kind of entity: on all of them, on those of one's teams, or on one's own; 0 rows when
-- it was allowed so before.
-- defaults: reach = "all"
INSERT INTO role_permissions (
    role,
    action,
    entity_type,
    reach
)
VALUES (
    :role,
    :action,
    :entity_type,
    :reach
)
ON CONFLICT (role, action, entity_type) DO UPDATE SET
    reach = excluded.reach
WHERE role_permissions.reach <> excluded.reach;

-- name: revoke :exec
-- Denies a role an action on a kind of entity again.
DELETE FROM role_permissions
WHERE
    role = :role
    AND action = :action
    AND entity_type = :entity_type;

-- name: list :many
-- What each role may do and with which of a kind, by role, action and kind of entity.
-- scan: reads them all, which are few
SELECT
    role,
    action,
    entity_type,
    reach,
    created_at
FROM role_permissions
ORDER BY role, action, entity_type;

-- name: list_for_role :many
-- What one role may do and with which of a kind, by action and kind of entity.
SELECT
    role,
    action,
    entity_type,
    reach,
    created_at
FROM role_permissions
WHERE role = :role
ORDER BY action, entity_type;

-- name: is_allowed :value
-- Whether a role may do something with a kind of entity, however far it reaches; what was never granted is denied.
-- result: allowed boolean
SELECT count(*) > 0 AS allowed
FROM role_permissions
WHERE
    role = :role
    AND action = :action
    AND entity_type = :entity_type;
