-- name: chain :many
-- Entries in the order of the chain, each field as the text that its hash was made of; the next page begins after the
-- last row's position.
-- Differs from postgres: the time is stored as it is hashed, and what is no text is none.
-- parity: shape, the salts and so the hashes are each engine's own
-- defaults: after_position = 0, limit = 1000
-- result: actor_id text, changes text, personal text, created_at text!
SELECT
    position,
    id,
    CASE typeof(actor_id) WHEN 'text' THEN actor_id END AS actor_id,
    actor,
    ip_address,
    user_agent,
    actor_salt,
    actor_digest,
    action,
    entity_type,
    entity_id,
    CASE typeof(changes) WHEN 'text' THEN changes END AS changes,
    CASE typeof(personal) WHEN 'text' THEN personal END AS personal,
    personal_salt,
    personal_digest,
    previous_hash,
    hash,
    CASE typeof(created_at) WHEN 'text' THEN created_at END AS created_at
FROM audit_logs
WHERE position > :after_position
ORDER BY position
LIMIT :limit;

-- name: erase_for :many
-- Takes an account out of the log, where its erasure is recorded: who it was out of what it did, and out of what is about
-- it and nobody signed, such as a login that failed; its own fields out of what was done to it; the ids of the entries that had any of it.
-- Differs from postgres: there are no roles, so it is a plain UPDATE, which triggers watch.
-- parity: unordered, RETURNING promises no order
-- parameter: subject_id uuid
-- result: id integer!
UPDATE audit_logs
SET
    actor = CASE WHEN e.acted THEN NULL ELSE audit_logs.actor END,
    ip_address = CASE WHEN e.acted THEN NULL ELSE audit_logs.ip_address END,
    user_agent = CASE WHEN e.acted THEN NULL ELSE audit_logs.user_agent END,
    actor_salt = CASE WHEN e.acted THEN NULL ELSE audit_logs.actor_salt END,
    personal = CASE WHEN e.about THEN NULL ELSE audit_logs.personal END,
    personal_salt = CASE WHEN e.about THEN NULL ELSE audit_logs.personal_salt END
FROM (
    SELECT
        l.id,
        l.actor_salt IS NOT NULL AND coalesce(
            l.actor_id = :subject_id,
            l.entity_type = 'users'
            AND l.entity_id = :subject_id
            AND (l.actor IN ('anonymous', 'database') OR l.actor LIKE 'database:%')
            AND (l.ip_address IS NOT NULL OR l.user_agent IS NOT NULL)
        ) AS acted,
        l.personal IS NOT NULL
        AND l.entity_type = 'users'
        AND l.entity_id = :subject_id AS about
    FROM audit_logs AS l
    WHERE
        l.actor_id = :subject_id
        OR (l.entity_type = 'users' AND l.entity_id = :subject_id)
) AS e
WHERE
    audit_logs.id = e.id
    AND (e.acted OR e.about)
RETURNING id;
