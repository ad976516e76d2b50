-- name: delete_before :exec
-- Deletes the oldest predictions made before a time, at most so many; again and again until 0.
-- Differs from postgres: one writer, so no SKIP LOCKED is needed.
-- defaults: limit = 1000
DELETE FROM predictions
WHERE
    id IN (
        SELECT id
        FROM predictions
        WHERE created_at < :before
        ORDER BY created_at, id
        LIMIT :limit
    );

-- name: hold_before :many
-- Of these predictions those that a cleanup may remove, held until the transaction ends, by id.
-- Differs from postgres: one writer, so nothing is to be locked.
SELECT id
FROM predictions
WHERE
    id IN (:ids)
    AND created_at < :before
    AND id < (SELECT max(n.id) FROM predictions AS n)
ORDER BY id;
