-- name: get_by_public_id :optional
-- The key to compare a secret with, and its user; None where it is unknown, revoked or over.
-- Whether the user is active is told, for the caller to refuse.
-- Differs from sqlite: statement_timestamp() is the clock, which goes on inside a transaction.
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
    AND (k.expires_at IS NULL OR k.expires_at > statement_timestamp());

-- name: touch :exec
-- Notes that a key is in use, at most once a minute; 0 rows when it was noted in the last one.
-- Differs from sqlite: statement_timestamp() is the clock, which goes on inside a transaction.
UPDATE api_keys
SET last_used_at = statement_timestamp()
WHERE
    id = :id
    AND (last_used_at IS NULL OR last_used_at <= statement_timestamp() - make_interval(mins => 1));
