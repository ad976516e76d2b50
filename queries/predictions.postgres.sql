-- name: delete_before :exec
-- Deletes the oldest predictions made before a time, at most so many; again and again until 0.
-- Differs from sqlite: rows are looked up by key whatever the planner expects of the limit, and those that another
-- cleaner deletes are passed over.
-- defaults: limit = 1000
WITH old AS MATERIALIZED (
    SELECT id
    FROM predictions
    WHERE created_at < :before
    ORDER BY created_at, id
    LIMIT :limit
    FOR UPDATE SKIP LOCKED
)

DELETE FROM predictions
WHERE id = any(array(SELECT old.id FROM old));

-- name: hold_before :many
-- Of these predictions those that a cleanup may remove, held until the transaction ends, by id.
-- Differs from sqlite: the rows are locked, and those that somebody else has are passed over.
SELECT id
FROM predictions
WHERE
    id IN (:ids)
    AND created_at < :before
    AND id < (SELECT max(n.id) FROM predictions AS n)
ORDER BY id
FOR UPDATE SKIP LOCKED;
