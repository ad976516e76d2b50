-- name: list :many
-- Every table of the schema by name: how the audit log calls its rows, or why they are not audited.
-- scan: lists all tables
SELECT
    table_name,
    audited,
    entity_type,
    reason
FROM audited_tables
ORDER BY table_name;
