-- name: create_table :script
-- The record of what was applied to this database.
CREATE TABLE IF NOT EXISTS schema_migrations (
    version        bigint      NOT NULL,
    name           text        NOT NULL,
    text_checksum  text        NOT NULL,
    sql_checksum   text        NOT NULL,
    state          text        NOT NULL,
    applied_at     timestamptz NOT NULL,
    duration_ms    bigint      NOT NULL,
    CONSTRAINT schema_migrations_pkey PRIMARY KEY (version),
    CONSTRAINT schema_migrations_state_check CHECK (state IN ('started', 'applied'))
);
COMMENT ON TABLE schema_migrations IS 'What was applied to this database, by which text, and when.';

-- name: table_exists :value
-- Whether this database has ever been migrated: 1 or 0.
-- result: found integer
SELECT count(*) AS found
FROM pg_class
WHERE oid = to_regclass('schema_migrations');
