-- name: everything :many
-- All documents, by id.
SELECT
    id,
    key,
    created_at,
    metadata
FROM documents
ORDER BY id;
