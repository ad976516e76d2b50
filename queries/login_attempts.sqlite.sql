-- name: hold :value
-- Makes logins of one account, and those from one address, come one after the other until the transaction ends.
-- Differs from postgres: nothing is to be done, since a transaction that writes is alone.
-- parameter: email text, ip_address text
-- result: held text!
SELECT substr(coalesce(:email, :ip_address, ''), 1, 0) AS held;

-- name: is_known :value
-- Whether an account was signed in to from an address in the last so many seconds.
-- Differs from postgres: strftime is the clock, to the millisecond.
-- parameter: seconds real
-- result: known boolean
SELECT count(*) > 0 AS known
FROM login_attempts
WHERE
    email = :email
    AND ip_address = :ip_address
    AND succeeded
    AND attempted_at > strftime('%Y-%m-%dT%H:%M:%f000Z', 'now', (-:seconds) || ' seconds');

-- name: account_failures :one
-- Failed logins of an account that count: strangers', or those from an address that it is known at. How many in the
-- last so many seconds, which was the last, and how many seconds have passed since.
-- Differs from postgres: strftime is the clock, to the millisecond.
-- parameter: seconds real
-- result: passed real?
-- parity: clock, what has passed since is told by the clock
SELECT
    count(*) AS failures,
    max(id) AS last_id,
    (julianday('now') - julianday(max(attempted_at))) * 86400.0 AS passed
FROM login_attempts
WHERE
    email = :email
    AND known = :known
    AND ip_address = :ip_address -- optional
    AND NOT succeeded
    AND NOT forgiven
    AND attempted_at > strftime('%Y-%m-%dT%H:%M:%f000Z', 'now', (-:seconds) || ' seconds');

-- name: address_failures :one
-- Failed logins from an address that count, of whatever accounts: how many in the last so many seconds, which was the
-- last, and how many seconds have passed since.
-- Differs from postgres: strftime is the clock, to the millisecond.
-- parameter: seconds real
-- result: passed real?
-- parity: clock, what has passed since is told by the clock
SELECT
    count(*) AS failures,
    max(id) AS last_id,
    (julianday('now') - julianday(max(attempted_at))) * 86400.0 AS passed
FROM login_attempts
WHERE
    ip_address = :ip_address
    AND NOT succeeded
    AND NOT forgiven
    AND attempted_at > strftime('%Y-%m-%dT%H:%M:%f000Z', 'now', (-:seconds) || ' seconds');

-- name: resets :one
-- How many password resets were asked for in the last so many seconds, of an address and from one.
-- Differs from postgres: strftime is the clock, to the millisecond.
-- parameter: seconds real
SELECT
    (
        SELECT count(*)
        FROM login_attempts
        WHERE
            email = :email
            AND reset
            AND attempted_at > strftime('%Y-%m-%dT%H:%M:%f000Z', 'now', (-:seconds) || ' seconds')
    ) AS of_account,
    (
        SELECT count(*)
        FROM login_attempts
        WHERE
            ip_address = :ip_address
            AND reset
            AND attempted_at > strftime('%Y-%m-%dT%H:%M:%f000Z', 'now', (-:seconds) || ' seconds')
    ) AS from_there;

-- name: hold_before :many
-- Of these attempts those that a cleanup may remove, held until the transaction ends, by id.
-- Differs from postgres: one writer, so nothing is to be locked.
SELECT id
FROM login_attempts
WHERE
    id IN (:ids)
    AND attempted_at < :before
    AND id < (SELECT max(n.id) FROM login_attempts AS n)
ORDER BY id;
