-- name: act_as :exec
-- Tells the triggers of this transaction who changes what it changes.
-- Differs from postgres: there are no settings that a trigger could read, so it is a row that no other transaction sees.
INSERT INTO audit_context (
    id,
    actor_id,
    actor,
    ip_address,
    user_agent
)
VALUES (
    1,
    :actor_id,
    :actor,
    :ip_address,
    :user_agent
)
ON CONFLICT (id) DO UPDATE
SET
    actor_id = excluded.actor_id,
    actor = excluded.actor,
    ip_address = excluded.ip_address,
    user_agent = excluded.user_agent;

-- name: act_as_nobody :exec
-- Takes it back, before the transaction is committed.
-- only: sqlite, on PostgreSQL the settings end with the transaction
DELETE FROM audit_context;
