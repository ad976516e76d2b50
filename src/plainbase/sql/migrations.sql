-- name: list_applied :many
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
-- One migration was applied; in the transaction that applied it.
-- defaults: applied_at = now(), state = "applied"
INSERT INTO schema_migrations (version, name, text_checksum, sql_checksum, state, applied_at, duration_ms)
VALUES (:version, :name, :text_checksum, :sql_checksum, :state, :applied_at, :duration_ms);
