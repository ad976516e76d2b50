-- name: get_by_public_id :optional
-- The key to compare a secret with, and its user; None where it is unknown, revoked or over.
-- Whether the user is active is told, for the caller to refuse.
-- Differs from postgres: strftime is the clock, to the millisecond.
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
    k.created_at
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
