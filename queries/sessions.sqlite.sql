-- name: create :one
-- A new session; it ends when idle for idle_seconds, and after lifetime_seconds at the latest.
-- Differs from postgres: strftime is the clock, to the millisecond.
-- defaults: id = uuid7(), ip_address = null, user_agent = null
-- parameter: idle_seconds real, lifetime_seconds real
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
    min(
        strftime('%Y-%m-%dT%H:%M:%f000Z', 'now', :idle_seconds || ' seconds'),
        strftime('%Y-%m-%dT%H:%M:%f000Z', 'now', :lifetime_seconds || ' seconds')
    ),
    strftime('%Y-%m-%dT%H:%M:%f000Z', 'now', :lifetime_seconds || ' seconds')
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
-- Differs from postgres: strftime is the clock, to the millisecond.
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
    AND s.idle_expires_at > strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')
    AND s.expires_at > strftime('%Y-%m-%dT%H:%M:%f000Z', 'now');

-- name: touch :exec
-- Keeps a session that is in use from ending when idle; 0 rows when it is over.
-- Differs from postgres: strftime is the clock, to the millisecond.
-- parameter: idle_seconds real
UPDATE sessions
SET
    last_seen_at = strftime('%Y-%m-%dT%H:%M:%f000Z', 'now'),
    idle_expires_at = min(strftime('%Y-%m-%dT%H:%M:%f000Z', 'now', :idle_seconds || ' seconds'), expires_at)
WHERE
    id = :id
    AND revoked_at IS NULL
    AND idle_expires_at > strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')
    AND expires_at > strftime('%Y-%m-%dT%H:%M:%f000Z', 'now');

-- name: revoke :exec
-- Ends a session; 0 rows when it was revoked before.
-- Differs from postgres: strftime is the clock, to the millisecond.
UPDATE sessions
SET revoked_at = strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')
WHERE
    id = :id
    AND revoked_at IS NULL;

-- name: revoke_for_user :exec
-- Ends all sessions of a user, or all but the one that asks.
-- Differs from postgres: strftime is the clock, to the millisecond.
UPDATE sessions
SET revoked_at = strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')
WHERE
    user_id = :user_id
    AND id <> :except_id -- optional
    AND revoked_at IS NULL;

-- name: list_for_user :many
-- Sessions of a user, live or over, newest first; the next page begins after the last row's created_at and id.
-- Differs from postgres: strftime is the clock, to the millisecond.
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
    AND idle_expires_at > strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')
    AND expires_at > strftime('%Y-%m-%dT%H:%M:%f000Z', 'now') AS live
FROM sessions
WHERE
    user_id = :user_id
    AND (created_at, id) < (:before_created_at, :before_id) -- optional
ORDER BY created_at DESC, id DESC
LIMIT :limit;

-- name: delete_expired :exec
-- Deletes sessions that have reached their end, at most so many, the oldest first.
-- Differs from postgres: strftime is the clock, to the millisecond.
-- defaults: limit = 10000
DELETE FROM sessions
WHERE
    id IN (
        SELECT id
        FROM sessions
        WHERE expires_at <= strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')
        ORDER BY expires_at, id
        LIMIT :limit
    );
