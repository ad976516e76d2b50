-- name: create_table :script
-- The record of what was applied to this database.
CREATE TABLE IF NOT EXISTS schema_migrations (
    version        INTEGER        NOT NULL,
    name           TEXT           NOT NULL,
    text_checksum  TEXT           NOT NULL,
    sql_checksum   TEXT           NOT NULL,
    state          TEXT           NOT NULL,
    applied_at     TIMESTAMP_TEXT NOT NULL,
    duration_ms    INTEGER        NOT NULL,
    CONSTRAINT schema_migrations_pkey PRIMARY KEY (version),
    CONSTRAINT schema_migrations_state_check CHECK (state IN ('started', 'applied'))
);

-- name: table_exists :value
-- Whether this database has ever been migrated: 1 or 0.
-- Differs from postgres: the catalog is one table, whose schema is the file.
-- result: found integer
SELECT count(*) AS found
FROM sqlite_schema
WHERE
    type = 'table'
    AND name = 'schema_migrations';
