-- roles: the four roles of a plainbase database, what each may do, and the switch of row security. For psql, run by the
-- server's administrator (a superuser) before the first migration and after each:
--
--     psql -v ON_ERROR_STOP=1 -d plainbase -f roles.sql
--     psql -v ON_ERROR_STOP=1 -d plainbase -v row_security=on -f roles.sql
--
-- It can be run any number of times. No role gets a password and only three may log in: give them theirs by \password
-- or by pg_hba.conf. Another set of roles on the same server, for another database: -v prefix=other. Another schema than
-- public: -v schema=name. Without row_security=on|off the switch stays as it is; where it is on, also new tables get it.
--
--   <prefix>_owner      owns everything; nobody logs in as it. Row security does not apply to it.
--   <prefix>_migrator   logs in to migrate: its sessions act as the owner.
--   <prefix>_app        the application: reads and writes rows; no DDL; adds to the audit log and changes nothing in it.
--   <prefix>_readonly   reads rows, but no secret: no hash of a password, a token or a key, no salt.

-- Row security covers what has a team and what belongs to that. Not, so authorize it:
--   audit_logs: says what changed in every team, and is one chain that can be verified only whole;
--   jobs, job_queues, job_schedules, workers, system_metrics: the platform's, of no team;
--   neural_configs, retention_policies, role_permissions, teams: everybody's to read;
--   api_keys, sessions, one_time_tokens, login_attempts, erasures: an account's, looked up before it is known whose;
--   audited_tables, audit_head, schema_migrations, view_refreshes, run_metric_summary_touched: the schema's own;
--   platform_overview, daily_resources, corpus_size: totals of all teams.
-- users and team_members can be read by all; who is an administrator or in a team, only those who may say so change.

\if :{?prefix}
\else
\set prefix plainbase
\endif
\if :{?schema}
\else
\set schema public
\endif
\if :{?row_security}
\else
\set row_security keep
\endif

SELECT
    :'prefix' || '_owner' AS owner,
    :'prefix' || '_migrator' AS migrator,
    :'prefix' || '_app' AS app,
    :'prefix' || '_readonly' AS readonly,
    current_database() AS database
\gset

BEGIN;

-- One run at a time, on the whole server: roles are not a database's.
SELECT pg_advisory_xact_lock(hashtext('plainbase roles')) AS locked
\gset

SELECT format('CREATE ROLE %I NOLOGIN', :'owner')
WHERE to_regrole(quote_ident(:'owner')) IS NULL
\gexec
SELECT format('CREATE ROLE %I LOGIN', given.role)
FROM unnest(ARRAY[:'migrator', :'app', :'readonly']) AS given (role)
WHERE to_regrole(quote_ident(given.role)) IS NULL
\gexec

-- Whatever they were made with before.
ALTER ROLE :"owner" NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
ALTER ROLE :"migrator" NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
ALTER ROLE :"app" NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
ALTER ROLE :"readonly" NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;

-- The migrator makes things as the owner, so that they are the owner's.
SELECT format('GRANT %I TO %I', :'owner', :'migrator')
WHERE NOT pg_has_role(:'migrator', :'owner', 'MEMBER')
\gexec
-- The others act as nobody else.
SELECT format('REVOKE %I FROM %I GRANTED BY %I', pg_get_userbyid(m.roleid), given.role, pg_get_userbyid(m.grantor))
FROM unnest(ARRAY[:'app', :'readonly']) AS given (role)
INNER JOIN pg_auth_members AS m ON m.member = CAST(quote_ident(given.role) AS regrole)
WHERE
    pg_has_role(m.roleid, :'owner', 'MEMBER')
    OR pg_get_userbyid(m.roleid) LIKE 'pg\_%'
\gexec
ALTER ROLE :"migrator" IN DATABASE :"database" SET role = :'owner';
ALTER ROLE :"readonly" IN DATABASE :"database" SET default_transaction_read_only = on;
-- Policies make statements look dear to the planner, who then compiles them for longer than they run.
ALTER ROLE :"app" IN DATABASE :"database" SET jit = off;
ALTER ROLE :"readonly" IN DATABASE :"database" SET jit = off;

REVOKE ALL ON DATABASE :"database" FROM public;
GRANT CONNECT, CREATE, TEMPORARY ON DATABASE :"database" TO :"owner";
GRANT CONNECT ON DATABASE :"database" TO :"migrator", :"readonly";
-- Rows that may be there already go in through a temporary table.
GRANT CONNECT, TEMPORARY ON DATABASE :"database" TO :"app";

REVOKE ALL ON SCHEMA :"schema" FROM public;
GRANT USAGE, CREATE ON SCHEMA :"schema" TO :"owner";
REVOKE ALL ON SCHEMA :"schema" FROM :"app", :"readonly";
GRANT USAGE ON SCHEMA :"schema" TO :"app", :"readonly";

-- What was made by somebody else, as by a first migration before there were roles, becomes the owner's.
SELECT
    format(
        'ALTER %s %I.%I OWNER TO %I',
        CASE c.relkind
            WHEN 'v' THEN 'VIEW'
            WHEN 'm' THEN 'MATERIALIZED VIEW'
            WHEN 'S' THEN 'SEQUENCE'
            ELSE 'TABLE'
        END,
        :'schema', c.relname, :'owner'
    )
FROM pg_class AS c
WHERE
    c.relnamespace = to_regnamespace(quote_ident(:'schema'))
    AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
    AND pg_get_userbyid(c.relowner) <> :'owner'
    -- A sequence of an identity column goes with its table; what an extension brought along stays its own.
    AND NOT EXISTS (
        SELECT 1 FROM pg_depend AS d
        WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('i', 'a', 'e')
    )
ORDER BY c.oid
\gexec
SELECT format('ALTER ROUTINE %s OWNER TO %I', CAST(p.oid AS regprocedure), :'owner')
FROM pg_proc AS p
WHERE
    p.pronamespace = to_regnamespace(quote_ident(:'schema'))
    AND pg_get_userbyid(p.proowner) <> :'owner'
    AND NOT EXISTS (
        SELECT 1 FROM pg_depend AS d
        WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype IN ('i', 'e')
    )
ORDER BY p.oid
\gexec
SELECT format('ALTER TEXT SEARCH DICTIONARY %I.%I OWNER TO %I', :'schema', d.dictname, :'owner')
FROM pg_ts_dict AS d
WHERE
    d.dictnamespace = to_regnamespace(quote_ident(:'schema'))
    AND pg_get_userbyid(d.dictowner) <> :'owner'
\gexec
SELECT format('ALTER TEXT SEARCH CONFIGURATION %I.%I OWNER TO %I', :'schema', c.cfgname, :'owner')
FROM pg_ts_config AS c
WHERE
    c.cfgnamespace = to_regnamespace(quote_ident(:'schema'))
    AND pg_get_userbyid(c.cfgowner) <> :'owner'
\gexec

-- First nothing, then what each needs; so that what was granted too much is taken back.
REVOKE ALL ON ALL TABLES IN SCHEMA :"schema" FROM public, :"app", :"readonly";
REVOKE ALL ON ALL SEQUENCES IN SCHEMA :"schema" FROM public, :"app", :"readonly";
-- What a later migration adds is the owner's alone until this is run again: nothing is seen before its policy is on.
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" IN SCHEMA :"schema" REVOKE ALL ON TABLES FROM :"app", :"readonly";
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" IN SCHEMA :"schema" REVOKE ALL ON SEQUENCES FROM :"app", :"readonly";

-- The application: the rows of every table but those below, and what it reads.
SELECT format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I.%I TO %I', :'schema', c.relname, :'app')
FROM pg_class AS c
WHERE
    c.relnamespace = to_regnamespace(quote_ident(:'schema'))
    AND c.relkind IN ('r', 'p')
    AND c.relname NOT IN (
        'audit_logs', 'audit_head', 'audited_tables', 'erasures', 'schema_migrations', 'view_refreshes',
        'run_metric_summary', 'run_metric_summary_touched'
    )
\gexec
SELECT format('GRANT USAGE ON ALL SEQUENCES IN SCHEMA %I TO %I', :'schema', :'app')
\gexec
SELECT format('GRANT SELECT ON %I.%I TO %I', :'schema', c.relname, given.role)
FROM pg_class AS c
CROSS JOIN unnest(ARRAY[:'app', :'readonly']) AS given (role)
WHERE
    c.relnamespace = to_regnamespace(quote_ident(:'schema'))
    AND (
        (
            given.role = :'app'
            AND c.relname IN (
                'audit_logs', 'audit_head', 'audited_tables', 'erasures', 'schema_migrations', 'view_refreshes',
                'run_metric_summary'
            )
        )
        -- A view reads as its owner, past row security: only one that filters, that reads as whoever asks, or that tells
        -- of no team is for them. A snapshot is read through its filtering view.
        OR (
            c.relkind = 'v'
            AND (
                c.relname LIKE '%\_visible'
                OR 'security_invoker=true' = ANY(c.reloptions)
                OR c.relname IN ('audit_actor', 'corpus_size')
            )
        )
        OR c.relname IN ('daily_resources', 'platform_overview')
    )
\gexec
-- A trigger that runs as the writer notes what has changed.
SELECT format('GRANT INSERT ON %I.run_metric_summary_touched TO %I', :'schema', :'app')
WHERE to_regclass(format('%I.run_metric_summary_touched', :'schema')) IS NOT NULL
\gexec
-- What was erased stays written down.
SELECT format('GRANT INSERT ON %I.erasures TO %I', :'schema', :'app')
WHERE to_regclass(format('%I.erasures', :'schema')) IS NOT NULL
\gexec
-- To the audit log it adds events; the chain, and what triggers write, is the owner's.
SELECT
    format(
        'GRANT INSERT (actor_id, actor, ip_address, user_agent, action, entity_type, entity_id, changes, personal)'
        ' ON %I.audit_logs TO %I', :'schema', :'app'
    )
WHERE to_regclass(format('%I.audit_logs', :'schema')) IS NOT NULL
\gexec
SELECT format('GRANT EXECUTE ON FUNCTION %s TO %I', CAST(p.oid AS regprocedure), :'app')
FROM pg_proc AS p
WHERE
    p.pronamespace = to_regnamespace(quote_ident(:'schema'))
    AND p.proname IN ('refresh_materialized_view', 'erase_audit_logs')
\gexec

-- The reader: every column of every table but the secret ones.
SELECT
    format(
        'GRANT SELECT (%s) ON %I.%I TO %I',
        string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum), :'schema', c.relname, :'readonly'
    )
FROM pg_class AS c
INNER JOIN pg_attribute AS a ON c.oid = a.attrelid
WHERE
    c.relnamespace = to_regnamespace(quote_ident(:'schema'))
    AND c.relkind IN ('r', 'p')
    AND a.attnum > 0
    AND NOT a.attisdropped
    AND c.relname <> 'run_metric_summary_touched'
    AND a.attname NOT IN ('password_hash', 'token_hash', 'key_hash', 'actor_salt', 'personal_salt', 'personal')
GROUP BY c.relname
\gexec

-- Row security: on or off for every table that has a policy, and with it the barrier of the filtering views.
SELECT
    coalesce(
        nullif(:'row_security', 'keep'),
        (
            SELECT 'on' FROM pg_class AS c
            WHERE
                c.relnamespace = to_regnamespace(quote_ident(:'schema'))
                AND c.relrowsecurity
            LIMIT 1
        ),
        'keep'
    ) AS row_security
\gset
-- Another word than these fails here.
SELECT
    CASE
        WHEN :'row_security' IN ('on', 'off', 'keep') THEN :'row_security' <> 'keep'
        ELSE CAST('row_security is on or off, not ' || :'row_security' AS boolean)
    END AS switching
\gset
\if :switching
SELECT
    format(
        'ALTER TABLE %I.%I %s ROW LEVEL SECURITY',
        :'schema', c.relname, CASE WHEN :'row_security' = 'on' THEN 'ENABLE' ELSE 'DISABLE' END
    )
FROM pg_class AS c
WHERE
    c.relnamespace = to_regnamespace(quote_ident(:'schema'))
    AND c.relrowsecurity <> (:'row_security' = 'on')
    AND c.relkind IN ('r', 'p')
    -- Off is also for tables whose policies are gone, as after `migrate down`: what has none shows nothing.
    AND (
        :'row_security' = 'off'
        OR EXISTS (
            SELECT 1 FROM pg_policy AS y
            WHERE y.polrelid = c.oid
        )
    )
ORDER BY c.relname
\gexec
-- Behind a barrier no order is known but the view's own, and each page would be sorted anew: so a view has the order of
-- its index while it has the barrier.
WITH stripped AS (
    SELECT
        c.relname,
        :'row_security' = 'on' AS guarded,
        coalesce('security_barrier=true' = ANY(c.reloptions), false) AS is_guarded,
        regexp_replace(pg_get_viewdef(c.oid), '(\s+ORDER BY [^()]+)?;$', '') AS definition,
        pg_get_viewdef(c.oid) ~ '\s+ORDER BY [^()]+;$' AS is_ordered,
        ordered.columns
    FROM pg_class AS c
    LEFT JOIN
        (
            VALUES
            ('model_leaderboard_visible', 'benchmark, metric, place, model_version_id'),
            ('daily_usage_visible', 'day DESC, kind DESC, model DESC'),
            ('experiment_summary_visible', 'created_at DESC, experiment_id DESC'),
            ('dataset_usage_visible', 'runs DESC, dataset_id DESC'),
            ('training_run_summary_visible', 'created_at DESC, run_id DESC')
        ) AS ordered (name, columns) ON c.relname = ordered.name
    WHERE
        c.relnamespace = to_regnamespace(quote_ident(:'schema'))
        AND c.relkind = 'v'
        AND c.relname LIKE '%\_visible'
)

SELECT
    format(
        'CREATE OR REPLACE VIEW %I.%I %s AS %s %s',
        :'schema', relname,
        CASE WHEN guarded THEN 'WITH (security_barrier = true)' END,
        definition,
        CASE WHEN guarded THEN 'ORDER BY ' || columns END
    )
FROM stripped
WHERE
    is_guarded <> guarded
    OR is_ordered <> (guarded AND columns IS NOT NULL)
ORDER BY relname
\gexec
-- A condition that might tell of the rows that it is asked about waits until the policies have let them through, so that
-- no index serves it. That a text has a word is told by no error: with this the full-text index is used.
SELECT CASE WHEN :'row_security' = 'on' THEN 'LEAKPROOF' ELSE 'NOT LEAKPROOF' END AS leakproof
\gset
ALTER FUNCTION pg_catalog.ts_match_vq(tsvector, tsquery) :leakproof;
\endif

COMMIT;
