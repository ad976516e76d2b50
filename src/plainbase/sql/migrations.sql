-- name: list_records :many
-- What was applied, oldest first.
SELECT
    version,
    name,
    text_checksum,
    sql_checksum,
    state,
    applied_at,
    duration_ms
FROM schema_migrations
ORDER BY version;

-- name: record :exec
-- A migration was applied, in the transaction that applied it; or it is started, or was there before (baseline).
INSERT INTO schema_migrations (version, name, text_checksum, sql_checksum, state, duration_ms)
VALUES (:version, :name, :text_checksum, :sql_checksum, :state, :duration_ms);

-- name: record_again :exec
-- The file was changed knowingly.
UPDATE schema_migrations SET
    name = :name,
    text_checksum = :text_checksum,
    sql_checksum = :sql_checksum
WHERE version = :version;

-- name: mark :exec
-- Somebody says how a step outside a transaction ended.
UPDATE schema_migrations SET state = :state
WHERE version = :version;

-- name: forget :exec
-- A migration was undone, in the transaction that undid it.
DELETE FROM schema_migrations
WHERE version = :version;

-- name: commit :script
-- The end of a step.
COMMIT;
