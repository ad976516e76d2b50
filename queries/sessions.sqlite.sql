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
    idle_seconds,
    idle_expires_at,
    expires_at
)
VALUES (
    :id,
    :user_id,
    :token_hash,
    :ip_address,
    :user_agent,
    :idle_seconds,
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
-- Whether the user is active is told, for the caller to refuse, and whether it is time to touch the session: after a
-- minute, or a quarter of its idle time.
-- Differs from postgres: strftime is the clock, to the millisecond.
-- result: unseen boolean!
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
    s.created_at,
    s.last_seen_at <= strftime('%Y-%m-%dT%H:%M:%f000Z', 'now', (-min(60, s.idle_seconds / 4)) || ' seconds') AS unseen
FROM sessions AS s
INNER JOIN users AS u ON s.user_id = u.id
WHERE
    s.token_hash = :token_hash
    AND s.revoked_at IS NULL
    AND s.idle_expires_at > strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')
    AND s.expires_at > strftime('%Y-%m-%dT%H:%M:%f000Z', 'now');

-- name: find_by_token :optional
-- The session of a token, live or over, for an administrator to be told why it is refused; and whether that is to be
-- recorded, as it is once a minute.
-- Differs from postgres: strftime is the clock, to the millisecond.
-- result: expired boolean, unrecorded boolean!
SELECT
    s.id,
    s.user_id,
    u.active,
    s.revoked_at,
    (
        s.idle_expires_at <= strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')
        OR s.expires_at <= strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')
    ) AS expired,
    coalesce(abs(julianday(s.refused_at) - julianday('now')) * 86400.0 >= 60, true) AS unrecorded
FROM sessions AS s
INNER JOIN users AS u ON s.user_id = u.id
WHERE s.token_hash = :token_hash;

-- name: refuse :exec
-- Notes that the refusal of a session's token is recorded; 0 rows where one was in the last minute.
-- Differs from postgres: strftime is the clock, to the millisecond.
UPDATE sessions
SET refused_at = strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')
WHERE
    id = :id
    AND coalesce(abs(julianday(refused_at) - julianday('now')) * 86400.0 >= 60, true);

-- name: touch :exec
-- Keeps a session that is in use from ending when idle; 0 rows when it is over.
-- Differs from postgres: strftime is the clock, to the millisecond.
UPDATE sessions
SET
    last_seen_at = strftime('%Y-%m-%dT%H:%M:%f000Z', 'now'),
    idle_expires_at = min(strftime('%Y-%m-%dT%H:%M:%f000Z', 'now', idle_seconds || ' seconds'), expires_at)
WHERE
    id = :id
    AND revoked_at IS NULL
    AND idle_expires_at > strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')
    AND expires_at > strftime('%Y-%m-%dT%H:%M:%f000Z', 'now');

-- name: rotate :optional
-- Gives a live session another token, whose end stays as it was; None where the old one is good no more, also because
-- somebody else was first.
-- Differs from postgres: strftime is the clock, to the millisecond.
UPDATE sessions
SET token_hash = :new_token_hash
WHERE
    token_hash = :token_hash
    AND revoked_at IS NULL
    AND idle_expires_at > strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')
    AND expires_at > strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')
RETURNING
    id,
    user_id,
    expires_at;

-- name: revoke_by_token :optional
-- Ends the session of a token, and gives it; None where it is unknown or was over before.
-- Differs from postgres: strftime is the clock, to the millisecond.
UPDATE sessions
SET revoked_at = strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')
WHERE
    token_hash = :token_hash
    AND revoked_at IS NULL
    AND idle_expires_at > strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')
    AND expires_at > strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')
RETURNING
    id,
    user_id;

-- name: revoke :optional
-- Ends a session, and gives whose it was; None where it is unknown or was revoked before.
-- Differs from postgres: strftime is the clock, to the millisecond.
UPDATE sessions
SET revoked_at = strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')
WHERE
    id = :id
    AND revoked_at IS NULL
RETURNING user_id;

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
