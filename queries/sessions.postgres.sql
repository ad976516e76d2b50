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
-- Whether the user is active is told, for the caller to refuse, and whether it is time to touch the session: after a
-- minute, or a quarter of its idle time.
-- Differs from sqlite: statement_timestamp() is the clock, which goes on inside a transaction; only reading, as on a
-- replica, it is never time.
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
    (
        s.last_seen_at <= statement_timestamp() - make_interval(secs => least(60, s.idle_seconds / 4))
        AND current_setting('transaction_read_only') = 'off'
    ) AS unseen
FROM sessions AS s
INNER JOIN users AS u ON s.user_id = u.id
WHERE
    s.token_hash = :token_hash
    AND s.revoked_at IS NULL
    AND s.idle_expires_at > statement_timestamp()
    AND s.expires_at > statement_timestamp();

-- name: find_by_token :optional
-- The session of a token, live or over, for an administrator to be told why it is refused; and whether that is to be
-- recorded, as it is once a minute.
-- Differs from sqlite: statement_timestamp() is the clock, which goes on inside a transaction; only reading, as on a
-- replica, nothing is to be recorded.
-- result: expired boolean, unrecorded boolean!
SELECT
    s.id,
    s.user_id,
    u.active,
    s.revoked_at,
    (
        s.idle_expires_at <= statement_timestamp()
        OR s.expires_at <= statement_timestamp()
    ) AS expired,
    (
        coalesce(abs(extract(EPOCH FROM s.refused_at - statement_timestamp())) >= 60, true)
        AND current_setting('transaction_read_only') = 'off'
    ) AS unrecorded
FROM sessions AS s
INNER JOIN users AS u ON s.user_id = u.id
WHERE s.token_hash = :token_hash;

-- name: refuse :exec
-- Notes that the refusal of a session's token is recorded; 0 rows where one was in the last minute.
-- Differs from sqlite: statement_timestamp() is the clock, which goes on inside a transaction.
UPDATE sessions
SET refused_at = statement_timestamp()
WHERE
    id = :id
    AND coalesce(abs(extract(EPOCH FROM refused_at - statement_timestamp())) >= 60, true);

-- name: touch :exec
-- Keeps a session that is in use from ending when idle; 0 rows when it is over.
-- Differs from sqlite: statement_timestamp() is the clock, which goes on inside a transaction.
UPDATE sessions
SET
    last_seen_at = statement_timestamp(),
    -- Not least, which passes over a null.
    idle_expires_at = CASE
        WHEN statement_timestamp() + make_interval(secs => idle_seconds) > expires_at THEN expires_at
        ELSE statement_timestamp() + make_interval(secs => idle_seconds)
    END
WHERE
    id = :id
    AND revoked_at IS NULL
    AND idle_expires_at > statement_timestamp()
    AND expires_at > statement_timestamp();

-- name: rotate :optional
-- Gives a live session another token, whose end stays as it was; None where the old one is good no more, also because
-- somebody else was first.
-- Differs from sqlite: statement_timestamp() is the clock, which goes on inside a transaction.
UPDATE sessions
SET token_hash = :new_token_hash
WHERE
    token_hash = :token_hash
    AND revoked_at IS NULL
    AND idle_expires_at > statement_timestamp()
    AND expires_at > statement_timestamp()
RETURNING
    id,
    user_id,
    expires_at;

-- name: revoke_by_token :optional
-- Ends the session of a token, and gives it; None where it is unknown or was over before.
-- Differs from sqlite: statement_timestamp() is the clock, which goes on inside a transaction.
UPDATE sessions
SET revoked_at = statement_timestamp()
WHERE
    token_hash = :token_hash
    AND revoked_at IS NULL
    AND idle_expires_at > statement_timestamp()
    AND expires_at > statement_timestamp()
RETURNING
    id,
    user_id;

-- name: revoke :optional
-- Ends a session, and gives whose it was; None where it is unknown or was revoked before.
-- Differs from sqlite: statement_timestamp() is the clock, which goes on inside a transaction.
UPDATE sessions
SET revoked_at = statement_timestamp()
WHERE
    id = :id
    AND revoked_at IS NULL
RETURNING user_id;

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
