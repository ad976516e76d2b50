-- name: record :exec
-- Notes a login that was tried, at the database's time; the address is best in lower case, as users have it.
-- defaults: ip_address = null
INSERT INTO login_attempts (
    email,
    ip_address,
    succeeded
)
VALUES (
    :email,
    :ip_address,
    :succeeded
);

-- name: delete_before :exec
-- Deletes attempts from before a time, at most so many, the oldest first.
-- defaults: limit = 10000
DELETE FROM login_attempts
WHERE
    id IN (
        SELECT id
        FROM login_attempts
        WHERE attempted_at < :before
        ORDER BY attempted_at, id
        LIMIT :limit
    );
