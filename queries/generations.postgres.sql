-- name: hold_before :many
-- Of these generated texts those that a cleanup may remove, held until the transaction ends, by id.
-- Differs from sqlite: the rows are locked, and those that somebody else has are passed over.
SELECT id
FROM generations
WHERE
    id IN (:ids)
    AND created_at < :before
ORDER BY id
FOR UPDATE SKIP LOCKED;
