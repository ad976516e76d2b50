-- name: count_failures :value
-- How often a login failed for an address in the last so many seconds, and since one succeeded.
-- Differs from postgres: strftime is the clock, to the millisecond.
-- parameter: seconds real
SELECT count(*)
FROM login_attempts
WHERE
    email = :email
    AND NOT succeeded
    AND attempted_at > strftime('%Y-%m-%dT%H:%M:%f000Z', 'now', (-:seconds) || ' seconds')
    AND id > coalesce(
        (
            SELECT max(done.id)
            FROM login_attempts AS done
            WHERE
                done.email = :email
                AND done.succeeded
                AND done.attempted_at > strftime('%Y-%m-%dT%H:%M:%f000Z', 'now', (-:seconds) || ' seconds')
        ),
        0
    );

-- name: count_failures_from_address :value
-- How often a login failed from an IP address in the last so many seconds, whoever succeeded from there.
-- Differs from postgres: strftime is the clock, to the millisecond.
-- parameter: seconds real
SELECT count(*)
FROM login_attempts
WHERE
    ip_address = :ip_address
    AND NOT succeeded
    AND attempted_at > strftime('%Y-%m-%dT%H:%M:%f000Z', 'now', (-:seconds) || ' seconds');
