-- name: see_all :script
-- For a transaction that reads all of a database: a policy that would hide rows is an error, and a long pause is none.
SET LOCAL row_security = off;
SET LOCAL idle_in_transaction_session_timeout = 0;

-- name: identity :value
-- What no other database has, by whichever name it was reached.
SELECT
    concat_ws(
        '/',
        d.oid,
        extract(EPOCH FROM pg_postmaster_start_time()),
        d.datname
    ) AS identity
FROM pg_database AS d
WHERE d.datname = current_database();

-- name: is_marked :value
-- Whether a copy into this database was begun and not finished.
SELECT count(*) AS found
FROM pg_class AS c
WHERE
    c.relname = 'unfinished_copy'
    AND c.relkind = 'r'
    AND pg_table_is_visible(c.oid);

-- name: list_of_others :many
-- The tables that the role does not own, so that it cannot switch off their triggers.
SELECT CAST(c.relname AS text) AS table_name
FROM pg_class AS c
WHERE
    c.relkind IN ('r', 'p')
    AND c.relnamespace = to_regnamespace(quote_ident(current_schema()))
    AND NOT pg_has_role(c.relowner, 'USAGE')
ORDER BY c.relname;

-- name: mark :script
-- Says that a copy into this database was begun and is not finished; nothing else reads what is copied until then.
CREATE TABLE IF NOT EXISTS unfinished_copy (
    source      text        NOT NULL,
    run         uuid        NOT NULL,
    started_at  timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE unfinished_copy IS 'A copy into this database is not finished; the same copy again ends it.';

-- name: unmark :script
-- The copy is done.
DROP TABLE unfinished_copy;

-- name: marked :optional
-- What is being copied, and by which run of it; nobody else goes on meanwhile.
SELECT
    source,
    run,
    started_at
FROM unfinished_copy
FOR UPDATE;

-- name: list_switches :many
-- What is switched off while some tables are filled, and how it is switched on again: their triggers, since what these
-- would do was done in the database that is copied; the order in which rows may refer to each other; and of large ones
-- the indexes that are for speed alone, which are made three times faster at the end.
WITH filled AS (
    SELECT
        c.oid,
        format('%I.%I', n.nspname, c.relname) AS name
    FROM pg_class AS c
    INNER JOIN pg_namespace AS n ON c.relnamespace = n.oid
    WHERE
        c.relname IN (:tables)
        AND c.relkind IN ('r', 'p')
        AND pg_table_is_visible(c.oid)
)

SELECT
    format('ALTER TABLE %s DISABLE TRIGGER %I', filled.name, t.tgname) AS switch_off,
    format(
        'ALTER TABLE %s ENABLE %sTRIGGER %I',
        filled.name,
        CASE t.tgenabled WHEN 'A' THEN 'ALWAYS ' WHEN 'R' THEN 'REPLICA ' ELSE '' END,
        t.tgname
    ) AS switch_on,
    t.oid AS place
FROM pg_trigger AS t
INNER JOIN filled ON t.tgrelid = filled.oid
WHERE NOT t.tgisinternal AND t.tgenabled <> 'D'
UNION ALL
SELECT
    format(
        'ALTER TABLE %s ALTER CONSTRAINT %I DEFERRABLE INITIALLY DEFERRED', filled.name, k.conname
    ) AS switch_off,
    format('ALTER TABLE %s ALTER CONSTRAINT %I NOT DEFERRABLE', filled.name, k.conname) AS switch_on,
    k.oid AS place
FROM pg_constraint AS k
INNER JOIN filled ON k.conrelid = filled.oid
WHERE
    k.contype = 'f'
    AND NOT k.condeferrable
    AND k.conparentid = 0
    AND k.confrelid IN (SELECT f.oid FROM filled AS f)
UNION ALL
SELECT
    format('DROP INDEX %I.%I', n.nspname, c.relname) AS switch_off,
    pg_get_indexdef(c.oid) AS switch_on,
    c.oid AS place
FROM pg_index AS i
INNER JOIN filled ON i.indrelid = filled.oid
INNER JOIN pg_class AS t ON i.indrelid = t.oid
INNER JOIN pg_class AS c ON i.indexrelid = c.oid
INNER JOIN pg_namespace AS n ON c.relnamespace = n.oid
WHERE
    t.relname IN (:large)
    AND c.relkind = 'i'
    AND i.indisvalid
    AND NOT i.indisunique
    AND NOT i.indisexclusion
    AND NOT i.indisclustered
    AND NOT c.relispartition
    AND obj_description(c.oid, 'pg_class') IS NULL
ORDER BY place;

-- name: check_all :script
-- Checks what was put off; a table is not altered before that.
SET CONSTRAINTS ALL IMMEDIATE;

-- name: list_emptyings :many
-- What empties some tables; each is named together with all that refer to it.
SELECT
    '' AS table_name,
    format('TRUNCATE %s CASCADE', string_agg(format('%I.%I', n.nspname, c.relname), ', ' ORDER BY c.oid)) AS emptying
FROM pg_class AS c
INNER JOIN pg_namespace AS n ON c.relnamespace = n.oid
WHERE
    c.relname IN (:tables)
    AND c.relkind IN ('r', 'p')
    AND pg_table_is_visible(c.oid)
HAVING count(*) > 0
ORDER BY emptying;
