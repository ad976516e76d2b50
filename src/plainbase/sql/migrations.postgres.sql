-- name: create_table :script
-- The record of what was applied to this database. The duration is null where it was applied by hand.
CREATE TABLE IF NOT EXISTS schema_migrations (
    version        bigint      NOT NULL,
    name           text        NOT NULL,
    text_checksum  text        NOT NULL,
    sql_checksum   text        NOT NULL,
    state          text        NOT NULL,
    applied_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    duration_ms    bigint,
    CONSTRAINT schema_migrations_pkey PRIMARY KEY (version),
    CONSTRAINT schema_migrations_state_check CHECK (state IN ('started', 'applied', 'baseline', 'reverting'))
);
COMMENT ON TABLE schema_migrations IS 'What was applied to this database, by which text, and when.';

-- name: table_exists :value
-- Whether the current schema has ever been migrated: 1 or 0.
-- result: found integer
SELECT count(*) AS found
FROM pg_class
WHERE oid = to_regclass(quote_ident(current_schema()) || '.schema_migrations');

-- name: take_lock :script
-- One migrator at a time; this one does not wait. The number is "plainbas" in ASCII, and the lock goes with the session.
-- only: postgres, SQLite's lock is BEGIN IMMEDIATE
DO $$
BEGIN
    IF NOT pg_try_advisory_lock(8100956935184081267) THEN
        RAISE EXCEPTION 'another migrator is at work: try again when it has finished';
    END IF;
END;
$$;

-- name: release_lock :script
-- only: postgres, SQLite's lock ends with the transaction
DO $$ BEGIN PERFORM pg_advisory_unlock(8100956935184081267); END; $$;

-- name: begin :script
-- The beginning of a step.
BEGIN;

-- name: set_lock_timeout :exec
-- A step that waits for a lock stands in front of everybody who comes after it.
-- only: postgres, SQLite has one lock
SET LOCAL lock_timeout = :lock_timeout;

-- name: set_statement_timeout :exec
-- only: postgres, SQLite has none
SET LOCAL statement_timeout = :statement_timeout;

-- name: set_session_statement_timeout :exec
-- For a statement outside a transaction.
-- only: postgres, SQLite has none
SET statement_timeout = :statement_timeout;

-- name: set_session_lock_timeout :exec
-- only: postgres, SQLite has one lock
SET lock_timeout = :lock_timeout;

-- name: settle :script
-- Undo what a file has set for itself, such as a role or a search path, before its record is written.
-- only: postgres, SQLite's settings are the connection's
RESET SESSION AUTHORIZATION;
RESET ROLE;
RESET ALL;
DISCARD TEMP;

-- name: record_started :exec
-- A step outside a transaction begins.
-- only: postgres, SQLite's can all run again
INSERT INTO schema_migrations (version, name, text_checksum, sql_checksum, state)
VALUES (:version, :name, :text_checksum, :sql_checksum, 'started');

-- name: record_reverting :exec
-- A step outside a transaction begins, down.
-- only: postgres, SQLite's can all run again
UPDATE schema_migrations SET state = 'reverting'
WHERE version = :version;

-- name: finish :exec
-- A step outside a transaction is done, unless the index that it was to build is INVALID.
-- only: postgres, SQLite records no beginning
UPDATE schema_migrations SET
    state = 'applied',
    applied_at = clock_timestamp(),
    duration_ms = :duration_ms
WHERE
    version = :version
    AND NOT EXISTS (
        SELECT FROM pg_index
        WHERE
            indexrelid = to_regclass(:index_name)
            AND NOT indisvalid
    );

-- name: drop_index :exec
-- What an interrupted build left behind.
-- only: postgres, SQLite builds no index outside a transaction
DROP INDEX CONCURRENTLY IF EXISTS an_index;

-- name: list_indexes :many
-- Indexes by schema and name: whether each is found without its schema's name, and whether it is valid.
-- only: postgres, an index of SQLite is built whole or not at all
-- result: schema_name text, name text, is_visible boolean, is_valid boolean
SELECT
    CAST(pg_namespace.nspname AS text) AS schema_name,
    CAST(pg_class.relname AS text) AS name,
    pg_table_is_visible(pg_class.oid) AS is_visible,
    pg_index.indisvalid AS is_valid
FROM pg_index
INNER JOIN pg_class ON pg_index.indexrelid = pg_class.oid
INNER JOIN pg_namespace ON pg_class.relnamespace = pg_namespace.oid
WHERE pg_namespace.nspname NOT IN ('pg_catalog', 'pg_toast', 'information_schema')
ORDER BY pg_namespace.nspname, pg_class.relname;

-- name: search_path :value
-- only: postgres, an SQLite file has one schema
-- result: search_path text
SELECT current_setting('search_path') AS search_path;

-- name: set_encoding :script
-- As plainbase itself connects; psql and the server go by settings of their own, and RESET ALL goes back to those.
-- only: postgres, an SQLite file is read as UTF-8
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;

-- name: set_search_path :value
-- only: postgres, an SQLite file has one schema
-- result: search_path text
SELECT set_config('search_path', :search_path, false) AS search_path;

-- name: check_records :script
-- A file that was written when the records were others does nothing.
-- only: postgres, SQLite has no DO
DO $$
DECLARE
    found text := (SELECT string_agg(version || ' ' || state, ', ' ORDER BY version) FROM schema_migrations);
BEGIN
    IF coalesce(found, '') <> current_setting('plainbase.records') THEN
        RAISE EXCEPTION 'this was written for a database whose records are (%), and they are (%): write it anew',
            current_setting('plainbase.records'), coalesce(found, '');
    END IF;
END;
$$;

-- name: expect_records :exec
-- The last of this file, since sqlfluff parses nothing after it.
-- A file that was written when the records were others does nothing.
SET plainbase.records = :records; -- noqa: PRS
