-- name: create :one
-- A new key of an active user, good for so many seconds or for ever; what is given back holds no hash.
-- Differs from postgres: strftime is the clock, to the millisecond; a time past the year 9999 is refused here.
-- defaults: id = uuid7(), scopes = [], lifetime_seconds = null
-- parameter: lifetime_seconds real?
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
    coalesce(
        strftime('%Y-%m-%dT%H:%M:%f000Z', 'now', :lifetime_seconds || ' seconds'),
        CASE WHEN :lifetime_seconds IS NOT NULL THEN 'never' END
    )
FROM users AS u
WHERE
    u.id = :user_id
    AND u.active
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
-- Differs from postgres: strftime is the clock, to the millisecond.
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
    (k.last_used_at IS NULL OR k.last_used_at <= strftime('%Y-%m-%dT%H:%M:%f000Z', 'now', '-1 minute')) AS unused
FROM api_keys AS k
INNER JOIN users AS u ON k.user_id = u.id
WHERE
    k.public_id = :public_id
    AND k.revoked_at IS NULL
    AND (k.expires_at IS NULL OR k.expires_at > strftime('%Y-%m-%dT%H:%M:%f000Z', 'now'));

-- name: touch :exec
-- Notes that a key is in use, at most once a minute; 0 rows when it was noted in the last one.
-- Differs from postgres: strftime is the clock, to the millisecond.
UPDATE api_keys
SET last_used_at = strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')
WHERE
    id = :id
    AND (last_used_at IS NULL OR last_used_at <= strftime('%Y-%m-%dT%H:%M:%f000Z', 'now', '-1 minute'));

-- name: refuse :exec
-- Notes that the refusal of a key is recorded; 0 rows where one was in the last minute.
-- Differs from postgres: strftime is the clock, to the millisecond.
UPDATE api_keys
SET refused_at = strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')
WHERE
    id = :id
    AND coalesce(abs(julianday(refused_at) - julianday('now')) * 86400.0 >= 60, true);

-- name: find_by_public_id :optional
-- The key with a public id, live or over, for an administrator to be told why it is refused; and whether that is to be
-- recorded, as it is once a minute.
-- Differs from postgres: strftime is the clock, to the millisecond.
-- result: expired boolean, unrecorded boolean!
SELECT
    k.id,
    k.user_id,
    u.active,
    k.key_hash,
    k.revoked_at,
    coalesce(k.expires_at <= strftime('%Y-%m-%dT%H:%M:%f000Z', 'now'), false) AS expired,
    coalesce(abs(julianday(k.refused_at) - julianday('now')) * 86400.0 >= 60, true) AS unrecorded
FROM api_keys AS k
INNER JOIN users AS u ON k.user_id = u.id
WHERE k.public_id = :public_id;

-- name: replace :optional
-- Notes that another key takes the place of this one, and gives what that one is to be like; None where it is unknown
-- or over, or was replaced before.
-- Differs from postgres: strftime is the clock, to the millisecond.
-- result: lifetime_seconds real?
UPDATE api_keys
SET
    replaced_at = strftime('%Y-%m-%dT%H:%M:%f000Z', 'now'),
    updated_at = strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')
WHERE
    id = :id
    AND revoked_at IS NULL
    AND replaced_at IS NULL
    AND (expires_at IS NULL OR expires_at > strftime('%Y-%m-%dT%H:%M:%f000Z', 'now'))
RETURNING
    user_id,
    name,
    scopes,
    (julianday(expires_at) - julianday(created_at)) * 86400.0 AS lifetime_seconds;

-- name: expire :exec
-- Lets a key end in so many seconds, unless it ends before; 0 rows when it does, or was revoked.
-- Differs from postgres: strftime is the clock, to the millisecond.
-- parameter: seconds real
UPDATE api_keys
SET
    expires_at = strftime('%Y-%m-%dT%H:%M:%f000Z', 'now', :seconds || ' seconds'),
    updated_at = strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')
WHERE
    id = :id
    AND revoked_at IS NULL
    AND (expires_at IS NULL OR expires_at > strftime('%Y-%m-%dT%H:%M:%f000Z', 'now', :seconds || ' seconds'));
