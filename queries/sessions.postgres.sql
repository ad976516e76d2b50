-- name: create :one
-- A new session; it ends when idle for idle_seconds, and after lifetime_seconds at the latest.
-- Differs from sqlite: now() is the clock, as in created_at.
-- defaults: id = uuid7(), ip_address = null, user_agent = null
INSERT INTO sessions (
    id,
    user_id,
    token_hash,
    ip_address,
    user_agent,
    idle_expires_at,
    expires_at
)
VALUES (
    :id,
    :user_id,
    :token_hash,
    :ip_address,
    :user_agent,
    -- Not least, which passes over a null.
    now() + CASE
        WHEN make_interval(secs => :idle_seconds) > make_interval(secs => :lifetime_seconds)
            THEN make_interval(secs => :lifetime_seconds)
        ELSE make_interval(secs => :idle_seconds)
    END,
    now() + make_interval(secs => :lifetime_seconds)
)
RETURNING
    id,
    user_id,
    ip_address,
    user_agent,
    idle_expires_at,
    expires_at,
    last_seen_at,
    revoked_at,
    created_at;

-- name: get_by_token :optional
-- The session of a token with its user; None where it is unknown, revoked or over.
-- Whether the user is active is told, for the caller to refuse.
-- Differs from sqlite: statement_timestamp() is the clock, which goes on inside a transaction.
SELECT
    s.id,
    s.user_id,
    u.username,
    u.role,
    u.active,
    s.ip_address,
    s.user_agent,
    s.idle_expires_at,
    s.expires_at,
    s.last_seen_at,
    s.created_at
FROM sessions AS s
INNER JOIN users AS u ON s.user_id = u.id
WHERE
    s.token_hash = :token_hash
    AND s.revoked_at IS NULL
    AND s.idle_expires_at > statement_timestamp()
    AND s.expires_at > statement_timestamp();

-- name: touch :exec
-- Keeps a session that is in use from ending when idle; 0 rows when it is over.
-- Differs from sqlite: statement_timestamp() is the clock, which goes on inside a transaction.
UPDATE sessions
SET
    last_seen_at = statement_timestamp(),
    -- Not least, which passes over a null.
    idle_expires_at = CASE
        WHEN statement_timestamp() + make_interval(secs => :idle_seconds) > expires_at THEN expires_at
        ELSE statement_timestamp() + make_interval(secs => :idle_seconds)
    END
WHERE
    id = :id
    AND revoked_at IS NULL
    AND idle_expires_at > statement_timestamp()
    AND expires_at > statement_timestamp();

-- name: revoke :exec
-- Ends a session; 0 rows when it was revoked before.
-- Differs from sqlite: statement_timestamp() is the clock, which goes on inside a transaction.
UPDATE sessions
SET revoked_at = statement_timestamp()
WHERE
    id = :id
    AND revoked_at IS NULL;

-- name: revoke_for_user :exec
-- Ends all sessions of a user, or all but the one that asks.
-- Differs from sqlite: statement_timestamp() is the clock, which goes on inside a transaction.
UPDATE sessions
SET revoked_at = statement_timestamp()
WHERE
    user_id = :user_id
    AND id <> :except_id -- optional
    AND revoked_at IS NULL;

-- name: list_for_user :many
-- Sessions of a user, live or over, newest first; the next page begins after the last row's created_at and id.
-- Differs from sqlite: statement_timestamp() is the clock, which goes on inside a transaction.
-- result: live boolean
-- defaults: limit = 100
SELECT
    id,
    user_id,
    ip_address,
    user_agent,
    idle_expires_at,
    expires_at,
    last_seen_at,
    revoked_at,
    created_at,
    revoked_at IS NULL
    AND idle_expires_at > statement_timestamp()
    AND expires_at > statement_timestamp() AS live
FROM sessions
WHERE
    user_id = :user_id
    AND (created_at, id) < (:before_created_at, :before_id) -- optional
ORDER BY created_at DESC, id DESC
LIMIT :limit;

-- name: delete_expired :exec
-- Deletes sessions that have reached their end, at most so many, the oldest first.
-- Differs from sqlite: statement_timestamp() is the clock, which goes on inside a transaction.
-- defaults: limit = 10000
DELETE FROM sessions
WHERE
    id IN (
        SELECT id
        FROM sessions
        WHERE expires_at <= statement_timestamp()
        ORDER BY expires_at, id
        LIMIT :limit
    );
