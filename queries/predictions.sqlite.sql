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
