-- name: export_snapshot :value
-- The name by which pg_dump sees what this transaction sees.
-- only: postgres, an SQLite database is a file
SELECT pg_export_snapshot() AS snapshot;

-- name: stay :exec
-- Lets the transaction wait for pg_dump, however long that takes.
-- only: postgres, an SQLite database is a file
SELECT set_config(s.name, '0', true) AS value
FROM pg_settings AS s
WHERE s.name IN ('idle_in_transaction_session_timeout', 'statement_timeout', 'transaction_timeout');

-- name: standing :one
-- What is to be known of the server before a database is put in another's place.
-- only: postgres, an SQLite database is a file
SELECT
    current_setting('server_version_num') AS version,
    CAST(current_user AS text) AS role_name,
    coalesce(r.rolcreatedb OR r.rolsuper, false) AS may_create
FROM pg_roles AS r
WHERE r.rolname = current_user;

-- name: find_database :optional
-- One database: whether the role may rename it, and what a new one must be given to be like it.
-- only: postgres, an SQLite database is a file
SELECT
    pg_encoding_to_char(d.encoding) AS encoding,
    CAST(d.datcollate AS text) AS collation_name,
    CAST(d.datctype AS text) AS ctype,
    coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale') AS locale,
    CAST(d.datlocprovider AS text) AS provider,
    d.datconnlimit AS connection_limit,
    CAST(t.spcname AS text) AS tablespace,
    CAST(pg_get_userbyid(d.datdba) AS text) AS owner,
    pg_has_role(d.datdba, 'USAGE') AS is_ours,
    CAST(pg_get_userbyid(d.datdba) AS text) = current_user AS is_own
FROM pg_database AS d
INNER JOIN pg_tablespace AS t ON d.dattablespace = t.oid
WHERE d.datname = :name;

-- name: list_carried :many
-- The statements that give a new database the settings and privileges of another, in order.
-- only: postgres, an SQLite database is a file
SELECT
    1 AS place,
    format(
        'ALTER %s DATABASE %I SET %s TO %s',
        CASE WHEN s.setrole = 0 THEN '' ELSE format('ROLE %I IN', pg_get_userbyid(s.setrole)) END,
        CAST(:new_name AS text),
        split_part(c.setting, '=', 1),
        CASE
            WHEN split_part(c.setting, '=', 1) IN ('search_path', 'temp_tablespaces', 'session_preload_libraries')
                THEN substr(c.setting, strpos(c.setting, '=') + 1)
            ELSE quote_literal(substr(c.setting, strpos(c.setting, '=') + 1))
        END
    ) AS statement
FROM pg_db_role_setting AS s
INNER JOIN pg_database AS d ON s.setdatabase = d.oid
CROSS JOIN LATERAL unnest(s.setconfig) AS c (setting)
WHERE d.datname = :name
UNION ALL
SELECT
    2 AS place,
    format('REVOKE ALL ON DATABASE %I FROM PUBLIC', CAST(:new_name AS text)) AS statement
FROM pg_database AS d
WHERE d.datname = :name AND d.datacl IS NOT NULL
UNION ALL
SELECT
    3 AS place,
    format(
        'GRANT %s ON DATABASE %I TO %s%s',
        a.privilege_type,
        CAST(:new_name AS text),
        CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END,
        CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END
    ) AS statement
FROM pg_database AS d
CROSS JOIN LATERAL aclexplode(d.datacl) AS a
WHERE d.datname = :name
UNION ALL
SELECT
    4 AS place,
    format(
        'COMMENT ON DATABASE %I IS %L',
        CAST(:new_name AS text),
        shobj_description(d.oid, 'pg_database')
    ) AS statement
FROM pg_database AS d
WHERE d.datname = :name AND shobj_description(d.oid, 'pg_database') IS NOT NULL
ORDER BY place, statement;

-- name: list_sessions :many
-- Who is connected to a database, by process.
-- only: postgres, an SQLite database is a file
SELECT
    s.pid,
    coalesce(s.application_name, '') AS application,
    coalesce(CAST(s.usename AS text), '') AS role_name,
    coalesce(host(s.client_addr), 'here') AS address
FROM pg_stat_activity AS s
WHERE s.datname = :name AND s.pid <> pg_backend_pid() AND s.backend_type = 'client backend'
ORDER BY s.pid;

-- name: list_databases :many
-- The databases whose names begin so, by name.
-- only: postgres, an SQLite database is a file
SELECT CAST(d.datname AS text) AS name
FROM pg_database AS d
WHERE starts_with(CAST(d.datname AS text), :beginning)
ORDER BY d.datname;

-- name: count_objects :value
-- How many tables, views and sequences a database has that are not the server's own.
-- only: postgres, an SQLite database is a file
SELECT count(*) AS objects
FROM pg_class AS c
INNER JOIN pg_namespace AS n ON c.relnamespace = n.oid
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema';

-- name: take_lock :value
-- Whether this transaction is now the only one that restores the database of this name on the server.
-- only: postgres, an SQLite database is a file
SELECT pg_try_advisory_xact_lock(7234601, hashtext(:name)) AS taken;
