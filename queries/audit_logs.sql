-- name: record :one
-- Notes what was done to which entity; by whom, the transaction says.
-- defaults: entity_id = null, changes = null, personal = null
INSERT INTO audit_logs (
    actor_id,
    actor,
    ip_address,
    user_agent,
    action,
    entity_type,
    entity_id,
    changes,
    personal
)
VALUES (
    (SELECT a.actor_id FROM audit_actor AS a),
    (SELECT a.actor FROM audit_actor AS a),
    (SELECT a.ip_address FROM audit_actor AS a),
    (SELECT a.user_agent FROM audit_actor AS a),
    :action,
    :entity_type,
    :entity_id,
    :changes,
    :personal
)
RETURNING
    id,
    created_at;

-- name: get :one
-- One entry, with its place in the chain.
-- parity: shape, the salts and so the hashes are each engine's own
SELECT
    id,
    position,
    actor_id,
    actor,
    ip_address,
    user_agent,
    action,
    entity_type,
    entity_id,
    changes,
    personal,
    previous_hash,
    hash,
    created_at
FROM audit_logs
WHERE id = :id;

-- name: list :many
-- Entries from one time until before another, newest first; the next page begins after the last row's id.
-- defaults: before_id = 9223372036854775807, limit = 100
-- scan: whatever is asked for, a page is read newest first until it is full
SELECT
    id,
    position,
    actor_id,
    actor,
    ip_address,
    user_agent,
    action,
    entity_type,
    entity_id,
    changes,
    personal,
    created_at
FROM audit_logs
WHERE
    id < :before_id
    AND actor_id = :user_id -- optional
    AND action = :action -- optional
    AND entity_type = :entity_type -- optional
    AND entity_id = :entity_id -- optional
    AND created_at >= :since -- optional
    AND created_at < :until -- optional
ORDER BY id DESC
LIMIT :limit;

-- name: list_by_user :many
-- What a user did, newest first; the next page begins after the last row's id.
-- defaults: limit = 100
SELECT
    id,
    position,
    actor_id,
    actor,
    ip_address,
    user_agent,
    action,
    entity_type,
    entity_id,
    changes,
    personal,
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
    position,
    actor_id,
    actor,
    ip_address,
    user_agent,
    action,
    entity_type,
    entity_id,
    changes,
    personal,
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

-- name: count_unsealed :value
-- How many entries are not in the chain yet.
-- scan: counts those that are not sealed, which are few
SELECT count(*)
FROM audit_logs
WHERE position IS NULL
ORDER BY count(*);
