-- name: record :one
-- Notes a login that is tried, at the database's time; as failed, before the password is looked at.
-- The address is best in lower case, as users have it, and an IPv6 address is noted by its network.
-- defaults: ip_address = null, succeeded = false, known = false
INSERT INTO login_attempts (
    email,
    ip_address,
    succeeded,
    known
)
VALUES (
    :email,
    :ip_address,
    :succeeded,
    :known
)
RETURNING id;

-- name: record_reset :one
-- Notes that a password reset is asked for, of an address that is an account's or none; it counts as no failed login.
-- defaults: ip_address = null
INSERT INTO login_attempts (
    email,
    ip_address,
    succeeded,
    forgiven,
    reset
)
VALUES (
    :email,
    :ip_address,
    false,
    true,
    true
)
RETURNING id;

-- name: succeed :exec
-- Notes that a login that was tried has succeeded.
UPDATE login_attempts
SET succeeded = true
WHERE id = :id;

-- name: refuse :optional
-- Counts a try that was turned away because this one makes it wait, and gives how many it has turned away.
UPDATE login_attempts
SET refused = refused + 1
WHERE id = :id
RETURNING refused;

-- name: forgive :exec
-- Lets failures of an account count no more: all of them, or strangers', or those from an address it is known at.
UPDATE login_attempts
SET forgiven = true
WHERE
    email = :email
    AND known = :known -- optional
    AND ip_address = :ip_address -- optional
    AND NOT succeeded
    AND NOT forgiven;

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

-- name: count_before :one
-- How many attempts are from before a time, and how many of these a cleanup removes: all but the newest, so that
-- SQLite gives no id twice.
-- scan: counts what is old
SELECT
    count(*) AS matched,
    count(*) FILTER (WHERE old.id < newest.id) AS removable
FROM login_attempts AS old
CROSS JOIN (SELECT max(id) AS id FROM login_attempts) AS newest
WHERE old.attempted_at < :before;

-- name: list_before :many
-- The attempts from before a time that a cleanup removes: their keys, the oldest first; the next page begins
-- after the last.
-- defaults: limit = 1000
SELECT
    id,
    attempted_at AS age
FROM login_attempts
WHERE
    attempted_at < :before
    AND id < (SELECT max(n.id) FROM login_attempts AS n)
    AND (attempted_at, id) > (:after_age, :after_id) -- optional
ORDER BY attempted_at, id
LIMIT :limit;

-- name: delete_listed :exec
-- Deletes attempts that were held, by their keys.
DELETE FROM login_attempts
WHERE id IN (:ids);
