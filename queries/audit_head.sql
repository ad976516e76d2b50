-- name: get :optional
-- The end of the audit log's chain; none before the first entry is sealed.
-- parity: shape, the salts and so the hashes are each engine's own
SELECT
    position,
    hash
FROM audit_head
WHERE id = 1;
