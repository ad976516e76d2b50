-- name: create :one
-- A new token, good once and for so many seconds by the database's clock.
-- Differs from postgres: strftime is the clock, to the millisecond.
-- defaults: id = uuid7()
-- parameter: seconds real
INSERT INTO one_time_tokens (
    id,
    user_id,
    purpose,
    token_hash,
    expires_at
)
VALUES (
    :id,
    :user_id,
    :purpose,
    :token_hash,
    strftime('%Y-%m-%dT%H:%M:%f000Z', 'now', :seconds || ' seconds')
)
RETURNING
    id,
    user_id,
    purpose,
    expires_at,
    used_at,
    created_at;

-- name: redeem :optional
-- Uses a token up and gives its user; None where it is unknown, used or over, or for another purpose.
-- Differs from postgres: strftime is the clock, to the millisecond.
UPDATE one_time_tokens
SET used_at = strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')
WHERE
    token_hash = :token_hash
    AND purpose = :purpose
    AND used_at IS NULL
    AND expires_at > strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')
RETURNING user_id;

-- name: delete_expired :exec
-- Deletes tokens that are over, at most so many, the oldest first.
-- Differs from postgres: strftime is the clock, to the millisecond.
-- defaults: limit = 10000
DELETE FROM one_time_tokens
WHERE
    id IN (
        SELECT id
        FROM one_time_tokens
        WHERE expires_at <= strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')
        ORDER BY expires_at, id
        LIMIT :limit
    );
