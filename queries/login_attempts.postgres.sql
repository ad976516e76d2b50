-- name: hold :value
-- Makes logins of one account, and those from one address, come one after the other until the transaction ends.
-- Differs from sqlite: an advisory lock for each; there the one writer is alone anyway.
-- Logins of different accounts wait for each other only where they come from one address, always in this order.
-- result: held text!
SELECT
    concat(
        pg_advisory_xact_lock(1818195817, hashtext(:email)),
        pg_advisory_xact_lock(1818195818, hashtext(:ip_address))
    ) AS held;

-- name: is_known :value
-- Whether an account was signed in to from an address in the last so many seconds.
-- Differs from sqlite: statement_timestamp() is the clock, which goes on inside a transaction.
-- result: known boolean
SELECT count(*) > 0 AS known
FROM login_attempts
WHERE
    email = :email
    AND ip_address = :ip_address
    AND succeeded
    AND attempted_at > statement_timestamp() - make_interval(secs => :seconds);

-- name: account_failures :one
-- Failed logins of an account that count: strangers', or those from an address that it is known at. How many in the
-- last so many seconds, which was the last, and how many seconds have passed since.
-- Differs from sqlite: statement_timestamp() is the clock, which goes on inside a transaction.
-- result: passed real?
-- parity: clock, what has passed since is told by the clock
SELECT
    count(*) AS failures,
    max(id) AS last_id,
    extract(EPOCH FROM statement_timestamp() - max(attempted_at))::float8 AS passed
FROM login_attempts
WHERE
    email = :email
    AND known = :known
    AND ip_address = :ip_address -- optional
    AND NOT succeeded
    AND NOT forgiven
    AND attempted_at > statement_timestamp() - make_interval(secs => :seconds);

-- name: address_failures :one
-- Failed logins from an address that count, of whatever accounts: how many in the last so many seconds, which was the
-- last, and how many seconds have passed since.
-- Differs from sqlite: statement_timestamp() is the clock, which goes on inside a transaction.
-- result: passed real?
-- parity: clock, what has passed since is told by the clock
SELECT
    count(*) AS failures,
    max(id) AS last_id,
    extract(EPOCH FROM statement_timestamp() - max(attempted_at))::float8 AS passed
FROM login_attempts
WHERE
    ip_address = :ip_address
    AND NOT succeeded
    AND NOT forgiven
    AND attempted_at > statement_timestamp() - make_interval(secs => :seconds);

-- name: resets :one
-- How many password resets were asked for in the last so many seconds, of an address and from one.
-- Differs from sqlite: statement_timestamp() is the clock, which goes on inside a transaction.
SELECT
    (
        SELECT count(*)
        FROM login_attempts
        WHERE
            email = :email
            AND reset
            AND attempted_at > statement_timestamp() - make_interval(secs => :seconds)
    ) AS of_account,
    (
        SELECT count(*)
        FROM login_attempts
        WHERE
            ip_address = :ip_address
            AND reset
            AND attempted_at > statement_timestamp() - make_interval(secs => :seconds)
    ) AS from_there;

-- name: hold_before :many
-- Of these attempts those that a cleanup may remove, held until the transaction ends, by id.
-- Differs from sqlite: the rows are locked, and those that somebody else has are passed over.
SELECT id
FROM login_attempts
WHERE
    id IN (:ids)
    AND attempted_at < :before
    AND id < (SELECT max(n.id) FROM login_attempts AS n)
ORDER BY id
FOR UPDATE SKIP LOCKED;
