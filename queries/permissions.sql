-- name: is_allowed :value
-- Whether the role of an active account may do something with at least some entities of a kind.
-- result: allowed boolean
SELECT count(*) > 0 AS allowed
FROM users AS u
INNER JOIN role_permissions AS p ON u.role = p.role
WHERE
    u.id = :actor_id
    AND u.active
    AND p.action = :action
    AND p.entity_type = :entity_type;

-- name: is_allowed_for :value
-- Whether an active account may do something with one entity: any of its kind, one of its teams, one of no team, or
-- its own, as far as its role reaches.
-- parameter: entity_type text
-- result: allowed boolean
SELECT count(*) > 0 AS allowed
FROM users AS u
INNER JOIN role_permissions AS p ON u.role = p.role
WHERE
    u.id = :actor_id
    AND u.active
    AND p.action = :action
    AND p.entity_type = :entity_type
    AND (
        p.reach = 'all'
        OR EXISTS (
            SELECT 1
            FROM entity_owners AS o
            WHERE
                o.entity_type = :entity_type
                AND o.entity_id = :entity_id
                AND (
                    o.user_id = u.id
                    OR (
                        p.reach = 'team'
                        AND (
                            o.team_id IS NULL
                            OR EXISTS (
                                SELECT 1
                                FROM team_members AS m
                                WHERE
                                    m.user_id = u.id
                                    AND m.team_id = o.team_id
                            )
                        )
                    )
                )
        )
    );

-- name: is_allowed_in :value
-- Whether an active account may do something with entities of a kind that belong, or are to belong, to a team.
-- result: allowed boolean
SELECT count(*) > 0 AS allowed
FROM users AS u
INNER JOIN role_permissions AS p ON u.role = p.role
WHERE
    u.id = :actor_id
    AND u.active
    AND p.action = :action
    AND p.entity_type = :entity_type
    AND (
        p.reach = 'all'
        OR EXISTS (
            SELECT 1
            FROM team_members AS m
            WHERE
                m.user_id = u.id
                AND m.team_id = :team_id
        )
    );

-- name: list_for_user :many
-- What an account may do as long as it is active, by kind of entity and action, and with which of them.
SELECT
    p.entity_type,
    p.action,
    p.reach
FROM users AS u
INNER JOIN role_permissions AS p ON u.role = p.role
WHERE
    u.id = :user_id
    AND u.active
ORDER BY p.entity_type, p.action;
