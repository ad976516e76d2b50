-- name: place :one
-- The database, the schema that unqualified names are made in, and the server's major version.
-- only: postgres, an SQLite file is all there is
SELECT
    CAST(current_database() AS text) AS database,
    CAST(current_schema() AS text) AS schema,
    CAST(current_setting('server_version_num') AS integer) / 10000 AS major;

-- name: list_populated :many
-- The materialized views that can be read, by their qualified names.
-- only: postgres, SQLite has no materialized views of its own
SELECT format('%I.%I', n.nspname, c.relname) AS name
FROM pg_class AS c
INNER JOIN pg_namespace AS n ON c.relnamespace = n.oid
WHERE
    c.relkind = 'm'
    AND c.relispopulated
ORDER BY n.nspname, c.relname;

-- name: list_hidden :many
-- What of the current schema is found by its qualified name only, since pg_catalog has the same and comes first.
-- only: postgres, SQLite has no system schema
WITH
spaces AS (
    SELECT
        oid AS own,
        CAST('pg_catalog' AS regnamespace) AS system
    FROM pg_namespace
    WHERE nspname = current_schema()
),

named AS (
    SELECT
        'relation' AS kind,
        tableoid AS class,
        oid,
        relnamespace AS space,
        CAST(relname AS text) AS name
    FROM pg_class
    UNION ALL
    SELECT
        'type' AS kind,
        tableoid AS class,
        oid,
        typnamespace AS space,
        CAST(typname AS text) AS name
    FROM pg_type
    UNION ALL
    SELECT
        'function' AS kind,
        tableoid AS class,
        oid,
        pronamespace AS space,
        format('%s(%s)', proname, oidvectortypes(proargtypes)) AS name
    FROM pg_proc
    UNION ALL
    SELECT
        'operator' AS kind,
        tableoid AS class,
        oid,
        oprnamespace AS space,
        format('%s(%s,%s)', oprname, CAST(oprleft AS regtype), CAST(oprright AS regtype)) AS name
    FROM pg_operator
    UNION ALL
    SELECT
        'operator class' AS kind,
        tableoid AS class,
        oid,
        opcnamespace AS space,
        format('%s %s', opcname, opcmethod) AS name
    FROM pg_opclass
    UNION ALL
    SELECT
        'collation' AS kind,
        tableoid AS class,
        oid,
        collnamespace AS space,
        CAST(collname AS text) AS name
    FROM pg_collation
    UNION ALL
    SELECT
        'text search configuration' AS kind,
        tableoid AS class,
        oid,
        cfgnamespace AS space,
        CAST(cfgname AS text) AS name
    FROM pg_ts_config
    UNION ALL
    SELECT
        'text search dictionary' AS kind,
        tableoid AS class,
        oid,
        dictnamespace AS space,
        CAST(dictname AS text) AS name
    FROM pg_ts_dict
)

SELECT
    own.kind,
    own.name
FROM named AS own
INNER JOIN spaces ON own.space = spaces.own
INNER JOIN named AS system
    ON
        own.kind = system.kind
        AND own.name = system.name
        AND spaces.system = system.space
WHERE
    -- What an extension brings along is made by it alone.
    NOT EXISTS (
        SELECT 1 AS found
        FROM pg_depend AS d
        WHERE
            d.classid = own.class
            AND d.objid = own.oid
            AND d.deptype = 'e'
    )
ORDER BY own.kind, own.name;

-- name: list_revoked :many
-- A statement for each function that not everybody may call, by name; a dump without privileges would open it to all.
-- only: postgres, SQLite has neither functions nor privileges
SELECT
    format(
        'REVOKE ALL ON FUNCTION %I(%s) FROM PUBLIC;', p.proname, pg_get_function_identity_arguments(p.oid)
    ) AS statement
FROM pg_proc AS p
WHERE
    p.pronamespace = CAST(quote_ident(current_schema()) AS regnamespace)
    AND p.prokind IN ('f', 'a', 'w')
    AND p.proacl IS NOT NULL
    AND NOT EXISTS (
        SELECT 1
        FROM aclexplode(p.proacl) AS a
        WHERE
            a.grantee = 0
            AND a.privilege_type = 'EXECUTE'
    )
ORDER BY p.proname, pg_get_function_identity_arguments(p.oid);

-- name: list_columns_to_insert :many
-- A table's columns that can be given, in their order: whether each numbers its rows by itself, and its default.
-- Differs from sqlite: identities have no default, and one that is always the server's own is given by its leave only.
SELECT
    CAST(a.attname AS text) AS name,
    a.attidentity <> '' AS is_identity,
    a.attidentity = 'a' AS is_always,
    pg_get_expr(d.adbin, d.adrelid) AS default_value
FROM pg_attribute AS a
LEFT JOIN pg_attrdef AS d
    ON
        a.attrelid = d.adrelid
        AND a.attnum = d.adnum
WHERE
    a.attrelid = to_regclass(:table_name)
    AND a.attnum > 0
    AND NOT a.attisdropped
    AND a.attgenerated = ''
ORDER BY a.attnum;

-- name: list_rows_to_insert :many
-- A table's rows as literals, in the order of the number that the server gives them again, else as they lie.
-- Differs from sqlite: there the number is one of the values. `a_table`, `the_values` and `the_number` are put in.
SELECT the_values AS row_values
FROM a_table
ORDER BY the_number, ctid;
