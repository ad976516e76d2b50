-- name: record :one
-- Notes who did what to which entity, and what changed.
-- defaults: actor_id = null, actor = null, entity_id = null, changes = null, ip_address = null, user_agent = null
INSERT INTO audit_logs (
    actor_id,
    actor,
    action,
    entity_type,
    entity_id,
    changes,
    ip_address,
    user_agent
)
VALUES (
    :actor_id,
    :actor,
    :action,
    :entity_type,
    :entity_id,
    :changes,
    :ip_address,
    :user_agent
)
RETURNING
    id,
    actor_id,
    actor,
    action,
    entity_type,
    entity_id,
    changes,
    ip_address,
    user_agent,
    previous_hash,
    hash,
    created_at;

-- name: get :one
-- One entry.
SELECT
    id,
    actor_id,
    actor,
    action,
    entity_type,
    entity_id,
    changes,
    ip_address,
    user_agent,
    previous_hash,
    hash,
    created_at
FROM audit_logs
WHERE id = :id;

-- name: list :many
-- Entries from one time until before another, newest first; the next page begins after the last row's id.
-- defaults: limit = 100
-- scan: whatever is asked for, a page is read newest first until it is full
SELECT
    id,
    actor_id,
    actor,
    action,
    entity_type,
    entity_id,
    changes,
    ip_address,
    user_agent,
    previous_hash,
    hash,
    created_at
FROM audit_logs
WHERE
    true
    AND actor_id = :actor_id -- optional
    AND action = :action -- optional
    AND entity_type = :entity_type -- optional
    AND created_at >= :since -- optional
    AND created_at < :until -- optional
    AND id < :before_id -- optional
ORDER BY id DESC
LIMIT :limit;

-- name: list_by_user :many
-- What a user did, newest first; the next page begins after the last row's id.
-- defaults: limit = 100
SELECT
    id,
    actor_id,
    actor,
    action,
    entity_type,
    entity_id,
    changes,
    ip_address,
    user_agent,
    previous_hash,
    hash,
    created_at
FROM audit_logs
WHERE
    actor_id = :actor_id
    AND id < :before_id -- optional
ORDER BY id DESC
LIMIT :limit;

-- name: list_by_entity :many
-- What was done to one entity, newest first; the next page begins after the last row's id.
-- defaults: limit = 100
SELECT
    id,
    actor_id,
    actor,
    action,
    entity_type,
    entity_id,
    changes,
    ip_address,
    user_agent,
    previous_hash,
    hash,
    created_at
FROM audit_logs
WHERE
    entity_type = :entity_type
    AND entity_id = :entity_id
    AND id < :before_id -- optional
ORDER BY id DESC
LIMIT :limit;

-- name: count :value
-- How many entries there are from one time until before another.
-- scan: counts every entry where no time is given
SELECT count(*)
FROM audit_logs
WHERE
    true
    AND actor_id = :actor_id -- optional
    AND action = :action -- optional
    AND entity_type = :entity_type -- optional
    AND created_at >= :since -- optional
    AND created_at < :until -- optional
ORDER BY count(*);
