-- name: record :one
-- Notes that somebody's personal data was erased: how many rows of which table, why and by whom.
-- defaults: id = uuid7(), reason = null, details = {}, erased_by = null
INSERT INTO erasures (
    id,
    subject_id,
    reason,
    details,
    erased_by
)
VALUES (
    :id,
    :subject_id,
    :reason,
    :details,
    :erased_by
)
RETURNING
    id,
    subject_id,
    reason,
    details,
    erased_by,
    created_at;

-- name: list :many
-- Erasures, newest first; the next page begins after the last row's created_at and id.
-- defaults: limit = 100
SELECT
    id,
    subject_id,
    reason,
    details,
    erased_by,
    created_at
FROM erasures
WHERE
    true
    AND (created_at, id) < (:before_created_at, :before_id) -- optional
ORDER BY created_at DESC, id DESC
LIMIT :limit;

-- name: list_for_subject :many
-- Erasures of one account's data, newest first.
-- scan: sorts the erasures of one account, which are few
SELECT
    id,
    subject_id,
    reason,
    details,
    erased_by,
    created_at
FROM erasures
WHERE subject_id = :subject_id
ORDER BY created_at DESC, id DESC;
