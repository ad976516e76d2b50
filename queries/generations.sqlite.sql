-- name: hold_before :many
-- Of these generated texts those that a cleanup may remove, held until the transaction ends, by id.
-- Differs from postgres: one writer, so nothing is to be locked.
SELECT id
FROM generations
WHERE
    id IN (:ids)
    AND created_at < :before
ORDER BY id;
