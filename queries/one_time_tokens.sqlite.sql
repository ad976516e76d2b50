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

-- name: create_for_active :optional
-- A new token of a user who is active; None, after the same work, where nobody has this id or the user is barred.
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
SELECT
    :id,
    u.id,
    :purpose,
    :token_hash,
    strftime('%Y-%m-%dT%H:%M:%f000Z', 'now', :seconds || ' seconds')
FROM users AS u
WHERE
    u.id = :user_id
    AND u.active
RETURNING
    id,
    user_id,
    expires_at;

-- name: get_by_token :optional
-- The token of a hash with its user, whatever its state, before work is spent on redeeming it.
-- Differs from postgres: strftime is the clock, to the millisecond.
-- result: expired boolean
SELECT
    t.user_id,
    t.purpose,
    t.used_at,
    t.expires_at <= strftime('%Y-%m-%dT%H:%M:%f000Z', 'now') AS expired,
    u.email,
    u.username,
    u.active
FROM one_time_tokens AS t
INNER JOIN users AS u ON t.user_id = u.id
WHERE t.token_hash = :token_hash;

-- name: count_recent :value
-- How many tokens a user was sent for a purpose in the last so many seconds.
-- Differs from postgres: strftime is the clock, to the millisecond.
-- parameter: seconds real
SELECT count(*)
FROM one_time_tokens
WHERE
    user_id = :user_id
    AND purpose = :purpose
    AND created_at > strftime('%Y-%m-%dT%H:%M:%f000Z', 'now', (-:seconds) || ' seconds');

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
