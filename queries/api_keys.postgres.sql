-- name: create :one
-- A new key of an active user, good for so many seconds or for ever; what is given back holds no hash.
-- Differs from sqlite: now() is the clock, as in created_at; the user's row is locked, so that one who is being barred
-- gets no key that outlives it.
-- defaults: id = uuid7(), scopes = [], lifetime_seconds = null
INSERT INTO api_keys (
    id,
    user_id,
    public_id,
    key_hash,
    name,
    scopes,
    expires_at
)
SELECT
    :id,
    u.id,
    :public_id,
    :key_hash,
    :name,
    :scopes,
    now() + make_interval(secs => :lifetime_seconds)
FROM users AS u
WHERE
    u.id = :user_id
    AND u.active
FOR SHARE
RETURNING
    id,
    user_id,
    public_id,
    name,
    scopes,
    expires_at,
    last_used_at,
    revoked_at,
    replaced_at,
    created_at,
    updated_at;

-- name: get_by_public_id :optional
-- The key to compare a secret with, and its user; None where it is unknown, revoked or over.
-- Whether the user is active is told, for the caller to refuse, and whether it is time to touch the key.
-- Differs from sqlite: statement_timestamp() is the clock, which goes on inside a transaction; only reading, as on a
-- replica, it is never time.
-- result: unused boolean
SELECT
    k.id,
    k.user_id,
    u.username,
    u.role,
    u.active,
    k.key_hash,
    k.name,
    k.scopes,
    k.expires_at,
    k.last_used_at,
    k.created_at,
    (
        (k.last_used_at IS NULL OR k.last_used_at <= statement_timestamp() - make_interval(mins => 1))
        AND current_setting('transaction_read_only') = 'off'
    ) AS unused
FROM api_keys AS k
INNER JOIN users AS u ON k.user_id = u.id
WHERE
    k.public_id = :public_id
    AND k.revoked_at IS NULL
    AND (k.expires_at IS NULL OR k.expires_at > statement_timestamp());

-- name: touch :exec
-- Notes that a key is in use, at most once a minute; 0 rows when it was noted in the last one.
-- Differs from sqlite: statement_timestamp() is the clock, which goes on inside a transaction.
UPDATE api_keys
SET last_used_at = statement_timestamp()
WHERE
    id = :id
    AND (last_used_at IS NULL OR last_used_at <= statement_timestamp() - make_interval(mins => 1));

-- name: refuse :exec
-- Notes that the refusal of a key is recorded; 0 rows where one was in the last minute.
-- Differs from sqlite: statement_timestamp() is the clock, which goes on inside a transaction.
UPDATE api_keys
SET refused_at = statement_timestamp()
WHERE
    id = :id
    AND coalesce(abs(extract(EPOCH FROM refused_at - statement_timestamp())) >= 60, true);

-- name: find_by_public_id :optional
-- The key with a public id, live or over, for an administrator to be told why it is refused; and whether that is to be
-- recorded, as it is once a minute.
-- Differs from sqlite: statement_timestamp() is the clock, which goes on inside a transaction; only reading, as on a
-- replica, nothing is to be recorded.
-- result: expired boolean, unrecorded boolean!
SELECT
    k.id,
    k.user_id,
    u.active,
    k.key_hash,
    k.revoked_at,
    coalesce(k.expires_at <= statement_timestamp(), false) AS expired,
    (
        coalesce(abs(extract(EPOCH FROM k.refused_at - statement_timestamp())) >= 60, true)
        AND current_setting('transaction_read_only') = 'off'
    ) AS unrecorded
FROM api_keys AS k
INNER JOIN users AS u ON k.user_id = u.id
WHERE k.public_id = :public_id;

-- name: replace :optional
-- Notes that another key takes the place of this one, and gives what that one is to be like; None where it is unknown
-- or over, or was replaced before.
-- Differs from sqlite: statement_timestamp() is the clock, which goes on inside a transaction.
-- result: lifetime_seconds real?
UPDATE api_keys
SET
    replaced_at = statement_timestamp(),
    updated_at = statement_timestamp()
WHERE
    id = :id
    AND revoked_at IS NULL
    AND replaced_at IS NULL
    AND (expires_at IS NULL OR expires_at > statement_timestamp())
RETURNING
    user_id,
    name,
    scopes,
    extract(EPOCH FROM expires_at - created_at)::float8 AS lifetime_seconds;

-- name: expire :exec
-- Lets a key end in so many seconds, unless it ends before; 0 rows when it does, or was revoked.
-- Differs from sqlite: statement_timestamp() is the clock, which goes on inside a transaction.
UPDATE api_keys
SET
    expires_at = statement_timestamp() + make_interval(secs => :seconds),
    updated_at = statement_timestamp()
WHERE
    id = :id
    AND revoked_at IS NULL
    AND (expires_at IS NULL OR expires_at > statement_timestamp() + make_interval(secs => :seconds));
