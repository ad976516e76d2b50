-- name: get :one
-- One record.
SELECT
    id,
    name,
    status,
    step,
    value,
    score,
    note,
    parent_id
FROM records
WHERE id = :id;

-- name: list_between :many
-- The records of a range of ids, by id.
SELECT
    id,
    name,
    status,
    step,
    value,
    score,
    note,
    parent_id
FROM records
WHERE id BETWEEN :first AND :last
ORDER BY id;
