-- name: list_relations :many
-- Everything that can be locked beside the catalog, with the table that an index belongs to, by name.
-- only: postgres, SQLite locks the whole file
SELECT
    CAST(c.oid AS bigint) AS relation,
    CAST(CAST(c.oid AS regclass) AS text) AS name,
    CASE c.relkind
        WHEN 'r' THEN 'table'
        WHEN 'p' THEN 'table'
        WHEN 'f' THEN 'table'
        WHEN 'i' THEN 'index'
        WHEN 'I' THEN 'index'
        WHEN 'S' THEN 'sequence'
        WHEN 'v' THEN 'view'
        WHEN 'm' THEN 'materialized view'
        ELSE 'type'
    END AS kind,
    CAST(coalesce(i.indrelid, c.oid) AS bigint) AS owner
FROM pg_class AS c
INNER JOIN pg_namespace AS n ON c.relnamespace = n.oid
LEFT JOIN pg_index AS i ON c.oid = i.indexrelid
WHERE
    n.nspname !~ '^pg_'
    AND n.nspname <> 'information_schema'
ORDER BY name;

-- name: backend :value
-- The server process that runs this.
-- only: postgres, SQLite locks the whole file
SELECT pg_backend_pid() AS pid;

-- name: list_locks :many
-- The locks on relations that a server process holds, the mode in the words of the manual.
-- only: postgres, SQLite locks the whole file
SELECT
    CAST(l.relation AS bigint) AS relation,
    upper(regexp_replace(replace(l.mode, 'Lock', ''), '([a-z])([A-Z])', '\1 \2', 'g')) AS mode
FROM pg_locks AS l
INNER JOIN pg_database AS d ON l.database = d.oid AND d.datname = current_database()
WHERE
    l.pid = :pid
    AND l.locktype = 'relation'
    AND l.mode <> 'SIReadLock';

-- name: list_locks_of_statement :many
-- The locks that whoever runs this statement holds or waits for, while a certain server process keeps it waiting;
-- relation is null where it waits for the end of that one's transaction.
-- Run it outside any transaction: the view of what is running stands still inside one.
-- only: postgres, SQLite locks the whole file
SELECT
    CASE WHEN l.locktype = 'relation' THEN CAST(l.relation AS bigint) END AS relation,
    upper(regexp_replace(replace(l.mode, 'Lock', ''), '([a-z])([A-Z])', '\1 \2', 'g')) AS mode,
    l.granted
FROM pg_stat_activity AS a
INNER JOIN pg_locks AS l ON a.pid = l.pid
WHERE
    a.datname = current_database()
    AND a.state = 'active'
    -- The server keeps the beginning of a long text only.
    AND a.query <> ''
    AND starts_with(CAST(:statement AS text), a.query)
    AND :blocker IN (SELECT unnest(pg_blocking_pids(a.pid)) AS pid)
    AND l.mode <> 'SIReadLock'
    AND (l.locktype = 'relation' OR NOT l.granted);

-- name: list_blockers :many
-- For each table two statements: one that keeps others from changing it, one that keeps them from having it and its
-- indexes for themselves. Of the former, is_shareable says whether two transactions may do it at once.
-- only: postgres, SQLite locks the whole file
SELECT
    CAST(c.oid AS bigint) AS relation,
    CASE c.relkind
        -- LOCK refuses a materialized view; a comment, here the one it has, locks it too.
        WHEN 'm' THEN format('COMMENT ON MATERIALIZED VIEW %s IS %L;', c.name, obj_description(c.oid, 'pg_class'))
        ELSE format('LOCK TABLE ONLY %s IN SHARE MODE;', c.name)
    END AS against_changes,
    c.relkind <> 'm' AS is_shareable,
    format('EXPLAIN SELECT FROM ONLY %s;', c.name) AS against_exclusive
FROM (
    SELECT
        oid,
        relkind,
        CAST(oid AS regclass) AS name
    FROM pg_class
    WHERE
        relkind IN ('r', 'p', 'm')
        AND relpersistence <> 't'
        AND CAST(CAST(relnamespace AS regnamespace) AS text) !~ '^"?(pg_|information_schema$)'
) AS c
ORDER BY relation;
