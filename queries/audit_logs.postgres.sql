-- name: chain :many
-- Entries in the order of the chain, each field as the text that its hash was made of; the next page begins after the
-- last row's position.
-- Differs from sqlite: to_char writes the time.
-- parity: shape, the salts and so the hashes are each engine's own
-- defaults: after_position = 0, limit = 1000
-- result: actor_id text, changes text, personal text, created_at text!
SELECT
    position,
    id,
    CAST(actor_id AS text) AS actor_id,
    actor,
    ip_address,
    user_agent,
    actor_salt,
    actor_digest,
    action,
    entity_type,
    entity_id,
    CAST(changes AS text) AS changes,
    CAST(personal AS text) AS personal,
    personal_salt,
    personal_digest,
    previous_hash,
    hash,
    to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS created_at
FROM audit_logs
WHERE position > :after_position
ORDER BY position
LIMIT :limit;

-- name: erase_for :many
-- Takes an account out of the log, where its erasure is recorded: who it was out of what it did, and out of what is about
-- it and nobody signed, such as a login that failed; its own fields out of what was done to it; the ids of the entries that had any of it.
-- Differs from sqlite: a function of the owner does it, as the application may not change the log.
-- parity: unordered, RETURNING promises no order
-- result: id integer!
SELECT e.id
FROM erase_audit_logs(:subject_id) AS e (id)
ORDER BY e.id;
