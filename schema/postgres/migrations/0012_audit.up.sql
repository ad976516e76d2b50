-- 0012 audit: which tables are audited, and the triggers that record every change of those tables.
-- Locks: SHARE ROW EXCLUSIVE on users, teams, team_members, api_keys, role_permissions, erasures, audit_head,
--        audit_logs, datasets, dataset_splits, models, model_versions, model_aliases, experiments, experiment_runs,
--        benchmarks, retention_policies and schema_migrations, to the end, for their triggers: nobody writes them for
--        a moment.
-- Undo:  0012_audit.down.sql drops the triggers; what was recorded stays, in 0001's audit_logs.
-- By hand: as `plainbase migrate render` writes it, so that schema_migrations is told too.

CREATE TABLE audited_tables (
    table_name   text COLLATE "C" NOT NULL,
    audited      boolean          NOT NULL,
    -- As the log calls its rows.
    entity_type  text COLLATE "C",
    -- Why it is not audited.
    reason       text,
    CONSTRAINT audited_tables_pkey PRIMARY KEY (table_name),
    CONSTRAINT audited_tables_audited_check CHECK (audited = (entity_type IS NOT NULL) AND audited = (reason IS NULL))
);

COMMENT ON TABLE audited_tables IS
'Every table of the schema, those of one engine too: how the audit log calls its rows, or why they are not audited.';

INSERT INTO audited_tables (table_name, audited, entity_type, reason)
VALUES
('accuracy_metrics', false, NULL, 'append-only facts: a measurement is added and never changed'),
('api_keys', true, 'api_keys', NULL),
('audit_conflicts', false, NULL, 'what a trigger tells another within one insert'),
('audit_context', false, NULL, 'who acts in the transaction that is open; empty otherwise'),
('audit_head', false, NULL, 'the audit log itself: the end of its chain'),
('audit_logs', false, NULL, 'the audit log itself, which its chain guards'),
('audited_tables', false, NULL, 'changed by migrations only, which are audited'),
('benchmarks', true, 'benchmarks', NULL),
('checkpoints', false, NULL, 'facts of a run, too many to record twice'),
('comparison_results', false, NULL, 'append-only facts: a result is added and never changed'),
('corpus_passages', false, NULL, 'computed from corpus_texts by triggers'),
('corpus_texts', false, NULL, 'content, too large to record twice; its dataset is audited'),
('daily_resources', false, NULL, 'computed: a stored view, which a refresh fills again'),
('daily_usage', false, NULL, 'computed: a stored view, which a refresh fills again'),
('dataset_splits', true, 'dataset_splits', NULL),
('dataset_usage', false, NULL, 'computed: a stored view, which a refresh fills again'),
('datasets', true, 'datasets', NULL),
('erasures', true, 'erasures', NULL),
('evaluated_models', false, NULL, 'computed: a stored view, which a refresh fills again'),
('evaluation_documents', false, NULL, 'computed from evaluations by triggers'),
('evaluations', false, NULL, 'facts of a model, too many to record twice'),
('experiment_runs', true, 'experiment_runs', NULL),
('experiment_summary', false, NULL, 'computed: a stored view, which a refresh fills again'),
('experiments', true, 'experiments', NULL),
('generations', false, NULL, 'append-only facts: what a model wrote'),
('inference_requests', false, NULL, 'facts of a session, too many to record twice'),
('inference_sessions', false, NULL, 'facts of use, too many to record twice'),
('job_queues', false, NULL, 'operation of the queue: paused and resumed as load asks for'),
('job_schedules', false, NULL, 'operation of the queue: moved on by workers at each run'),
('jobs', false, NULL, 'operation of the queue: changed at every step of each job'),
('login_attempts', false, NULL, 'append-only facts; login and login_failed are recorded by the functions'),
('markov_models', false, NULL, 'computed from corpus_texts'),
('markov_ngrams', false, NULL, 'computed from corpus_texts'),
('markov_texts', false, NULL, 'computed from corpus_texts'),
('model_aliases', true, 'model_aliases', NULL),
('model_benchmarks', false, NULL, 'append-only facts: a measurement is added and never changed'),
('model_leaderboard', false, NULL, 'computed: a stored view, which a refresh fills again'),
('model_performance', false, NULL, 'append-only facts: a measurement is added and never changed'),
('model_versions', true, 'model_versions', NULL),
('models', true, 'models', NULL),
('neural_configs', false, NULL, 'settings of a run, made with it and never changed'),
('one_time_tokens', false, NULL, 'they hold a secret and end soon; what they did to the account is audited'),
('platform_overview', false, NULL, 'computed: a stored view, which a refresh fills again'),
('predictions', false, NULL, 'facts of a model, too many to record twice'),
('recent_activity', false, NULL, 'computed: a stored view, which a refresh fills again'),
('retention_policies', true, 'retention_policies', NULL),
('role_permissions', true, 'role_permissions', NULL),
('run_metric_summary', false, NULL, 'computed: a stored view, which a refresh fills again'),
('run_metric_summary_touched', false, NULL, 'what a refresh of run_metric_summary has to look at'),
('schema_migrations', true, 'schema', NULL),
('sessions', false, NULL, 'changed at every request; login, logout and revoking are recorded by the functions'),
('system_metrics', false, NULL, 'append-only facts: a measurement is added and never changed'),
('team_members', true, 'team_members', NULL),
('teams', true, 'teams', NULL),
('training_metrics', false, NULL, 'append-only facts: a measurement is added and never changed'),
('training_run_summary', false, NULL, 'computed: a stored view, which a refresh fills again'),
('training_runs', false, NULL, 'facts of work, changed at every step'),
('users', true, 'users', NULL),
('view_refreshes', false, NULL, 'when stored views were refreshed'),
('workers', false, NULL, 'operation of the queue: changed at every heartbeat');

-- Who acts: what the transaction has said of it, else the database's own user.
CREATE VIEW audit_actor AS
SELECT
    s.actor_id,
    CASE
        WHEN s.actor_id IS NULL AND s.actor IS NULL THEN 'database:' || session_user
        ELSE s.actor
    END AS actor,
    s.ip_address,
    s.user_agent
FROM (
    SELECT
        CAST(nullif(current_setting('plainbase.actor_id', true), '') AS uuid) AS actor_id,
        nullif(current_setting('plainbase.actor', true), '') AS actor,
        nullif(current_setting('plainbase.ip_address', true), '') AS ip_address,
        nullif(current_setting('plainbase.user_agent', true), '') AS user_agent
) AS s;

COMMENT ON VIEW audit_actor IS
'Who acts in this transaction; one row.';

-- Takes who it was out of the rows of what an account did, and of what nobody known did to it, as whoever fails to sign
-- in; and the personal fields out of the rows about it. The chain holds on, since it has digests of them. A trigger
-- refuses it where `erasures` knows nothing of the account.
-- The names in it are bound when it is made, so that no search path leads it elsewhere.
CREATE FUNCTION erase_audit_logs(subject_id uuid) RETURNS SETOF bigint
LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    UPDATE audit_logs AS a
    SET
        actor = CASE WHEN e.acted THEN NULL ELSE a.actor END,
        ip_address = CASE WHEN e.acted THEN NULL ELSE a.ip_address END,
        user_agent = CASE WHEN e.acted THEN NULL ELSE a.user_agent END,
        actor_salt = CASE WHEN e.acted THEN NULL ELSE a.actor_salt END,
        personal = CASE WHEN e.about THEN NULL ELSE a.personal END,
        personal_salt = CASE WHEN e.about THEN NULL ELSE a.personal_salt END
    FROM (
        SELECT
            l.id,
            l.actor_salt IS NOT NULL AND coalesce(
                l.actor_id = $1,
                l.entity_type = 'users'
                AND l.entity_id = CAST($1 AS text)
                AND (l.actor IN ('anonymous', 'database') OR l.actor LIKE 'database:%')
                AND (l.ip_address IS NOT NULL OR l.user_agent IS NOT NULL)
            ) AS acted,
            l.personal IS NOT NULL
            AND l.entity_type = 'users'
            AND l.entity_id = CAST($1 AS text) AS about
        FROM audit_logs AS l
        WHERE
            l.actor_id = $1
            OR (l.entity_type = 'users' AND l.entity_id = CAST($1 AS text))
    ) AS e
    WHERE
        a.id = e.id
        AND (e.acted OR e.about)
    RETURNING a.id;
END;

-- Who may execute a trigger's function may put it on a table of his own, and have that read as the owner.
REVOKE ALL ON FUNCTION erase_audit_logs(uuid) FROM public;

-- Only here: a window function that plainbase brings along seals the rows of SQLite.
-- A field as it goes into a hash: how many bytes it has, and itself, so that no two rows read alike.
CREATE FUNCTION audit_framed(field text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN field IS NULL THEN '-' ELSE octet_length(convert_to(field, 'UTF8')) || ':' || field END;

-- A value as SQLite has it too: times, whose columns are named so, in UTC to the microsecond.
CREATE FUNCTION audit_value(field text, value jsonb) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE
    WHEN field LIKE '%\_at' AND jsonb_typeof(value) = 'string'
        THEN to_jsonb(
                to_char(CAST(value #>> '{}' AS timestamptz) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
            )
    ELSE value
END;

-- Records the change of a row. A create says what each field is after it, a delete what it was before, an update both
-- of what differs; of a secret only that it changed. The key of one column stands in entity_id alone, a key of several
-- joined by '/'. Its arguments: how the log calls the rows, and the columns of the key, secret ones, a person's own, and
-- those that are not recorded. It acts as the owner, since an application may not write the log's every column; the
-- search path is the table's own schema, whichever that is and whoever calls. Its statements are planned once in a
-- connection: planning them for each row took two thirds of the time.
CREATE FUNCTION audit_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    keys CONSTANT text[] := string_to_array(tg_argv[1], ' ');
    secret CONSTANT text[] := string_to_array(tg_argv[2], ' ');
    own CONSTANT text[] := string_to_array(tg_argv[3], ' ');
    left_out text[] := string_to_array(tg_argv[4], ' ');
    before jsonb;
    after jsonb;
    found_changes json;
    found_personal json;
BEGIN
    PERFORM set_config('search_path', format('pg_catalog, %I, pg_temp', tg_table_schema), true);
    IF tg_op <> 'INSERT' THEN
        before := to_jsonb(old);
    END IF;
    IF tg_op <> 'DELETE' THEN
        after := to_jsonb(new);
    END IF;
    IF tg_op = 'INSERT' THEN
        left_out := left_out || CAST('created_at' AS text);
    END IF;
    IF tg_op <> 'UPDATE' AND cardinality(keys) = 1 THEN
        left_out := left_out || keys;
    END IF;
    SELECT
        json_object_agg(c.field, c.change) FILTER (WHERE c.field <> ALL (own)),
        json_object_agg(c.field, c.change) FILTER (WHERE c.field = ANY (own))
    INTO found_changes, found_personal
    FROM (
        SELECT
            f.field,
            CASE
                WHEN f.field = ANY (secret) THEN json_build_object('changed', true)
                WHEN tg_op = 'INSERT' THEN json_build_object('after', audit_value(f.field, after -> f.field))
                WHEN tg_op = 'DELETE' THEN json_build_object('before', audit_value(f.field, before -> f.field))
                ELSE json_build_object(
                    'before', audit_value(f.field, before -> f.field), 'after', audit_value(f.field, after -> f.field)
                )
            END AS change
        FROM jsonb_object_keys(coalesce(after, before)) AS f (field)
        WHERE
            f.field <> ALL (left_out)
            AND (tg_op <> 'UPDATE' OR before -> f.field IS DISTINCT FROM after -> f.field)
    ) AS c;
    IF found_changes IS NULL AND found_personal IS NULL THEN
        RETURN NULL;
    END IF;
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes,
        personal
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        CASE tg_op WHEN 'INSERT' THEN 'create' WHEN 'UPDATE' THEN 'update' ELSE 'delete' END,
        tg_argv[0],
        (
            SELECT string_agg(coalesce(before, after) ->> k.field, '/' ORDER BY k.place)
            FROM unnest(keys) WITH ORDINALITY AS k (field, place)
        ),
        found_changes,
        found_personal
    FROM audit_actor AS a;
    RETURN NULL;
END;
$$;

REVOKE ALL ON FUNCTION audit_change() FROM public;

-- Seals the rows that are not in the chain yet, in the order of their ids. It is called for each of them when the
-- transaction commits, and the first call seals them all, so that the chain's end is locked only then, and written once
-- however many they are: two transactions that audit in opposite order never wait for each other there.
CREATE FUNCTION seal_audit_logs() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    place bigint;
    last_hash bytea;
    next_hash bytea;
    who bytea;
    whose bytea;
    entry record;
BEGIN
    PERFORM set_config('search_path', format('pg_catalog, %I, pg_temp', tg_table_schema), true);
    -- By the key alone: with `position IS NULL` it might be looked for among all that is not sealed.
    IF (SELECT position FROM audit_logs WHERE id = new.id) IS NOT NULL THEN
        RETURN NULL;
    END IF;
    SELECT position, hash INTO place, last_hash FROM audit_head WHERE id = 1 FOR UPDATE;
    IF NOT FOUND THEN
        INSERT INTO audit_head (id) VALUES (1) ON CONFLICT (id) DO NOTHING;
        SELECT position, hash INTO STRICT place, last_hash FROM audit_head WHERE id = 1 FOR UPDATE;
    END IF;
    FOR entry IN
        SELECT
            id,
            actor_id,
            actor,
            ip_address,
            user_agent,
            actor_salt,
            action,
            entity_type,
            entity_id,
            CAST(changes AS text) AS changes,
            CAST(personal AS text) AS personal,
            personal_salt,
            created_at
        FROM audit_logs
        WHERE position IS NULL
        ORDER BY id
    LOOP
        place := place + 1;
        who := sha256(
            coalesce(entry.actor_salt, '')
            || convert_to(
                audit_framed(entry.actor) || audit_framed(entry.ip_address) || audit_framed(entry.user_agent), 'UTF8'
            )
        );
        whose := CASE
            WHEN entry.personal IS NOT NULL
                THEN sha256(entry.personal_salt || convert_to(audit_framed(entry.personal), 'UTF8'))
        END;
        next_hash := sha256(convert_to(
            audit_framed('1')
            || audit_framed(encode(last_hash, 'hex'))
            || audit_framed(CAST(place AS text))
            || audit_framed(CAST(entry.id AS text))
            || audit_framed(to_char(entry.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
            || audit_framed(CAST(entry.actor_id AS text))
            || audit_framed(encode(who, 'hex'))
            || audit_framed(entry.action)
            || audit_framed(entry.entity_type)
            || audit_framed(entry.entity_id)
            || audit_framed(entry.changes)
            || audit_framed(encode(whose, 'hex')),
            'UTF8'
        ));
        UPDATE audit_logs
        SET
            position = place,
            actor_digest = who,
            personal_digest = whose,
            previous_hash = last_hash,
            hash = next_hash
        WHERE id = entry.id;
        last_hash := next_hash;
    END LOOP;
    UPDATE audit_head
    SET
        position = place,
        hash = last_hash
    WHERE id = 1;
    RETURN NULL;
END;
$$;

REVOKE ALL ON FUNCTION seal_audit_logs() FROM public;

-- Only here: SQLite has no SHA-256.
CREATE CONSTRAINT TRIGGER audit_logs_seal
AFTER INSERT ON audit_logs
DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW
EXECUTE FUNCTION seal_audit_logs();

-- A row comes into the chain by being sealed, and in no other way.
CREATE TRIGGER audit_logs_insert_check
BEFORE INSERT ON audit_logs
FOR EACH ROW
WHEN (
    new.position IS NOT NULL
    OR new.actor_digest IS NOT NULL
    OR new.personal_digest IS NOT NULL
    OR new.previous_hash IS NOT NULL
    OR new.hash IS NOT NULL
)
EXECUTE FUNCTION refuse_change();

-- A row is sealed once, and whom it names is erased; nothing else changes.
CREATE TRIGGER audit_logs_append_only_check
BEFORE UPDATE ON audit_logs
FOR EACH ROW
WHEN (NOT (
    -- What is never changed.
    old.id = new.id
    AND old.actor_id IS NOT DISTINCT FROM new.actor_id
    AND old.action = new.action
    AND old.entity_type = new.entity_type
    AND old.entity_id IS NOT DISTINCT FROM new.entity_id
    AND CAST(old.changes AS text) IS NOT DISTINCT FROM CAST(new.changes AS text)
    AND old.created_at = new.created_at
    AND (
        -- Sealed already, or not yet.
        (
            old.position IS NOT DISTINCT FROM new.position
            AND old.actor_digest IS NOT DISTINCT FROM new.actor_digest
            AND old.personal_digest IS NOT DISTINCT FROM new.personal_digest
            AND old.previous_hash IS NOT DISTINCT FROM new.previous_hash
            AND old.hash IS NOT DISTINCT FROM new.hash
        )
        -- Sealed now.
        OR (
            old.position IS NULL
            AND new.position IS NOT NULL
            AND old.actor_salt IS NOT DISTINCT FROM new.actor_salt
            AND old.personal_salt IS NOT DISTINCT FROM new.personal_salt
        )
    )
    AND (
        -- Who it was: as before, or erased.
        (
            old.actor IS NOT DISTINCT FROM new.actor
            AND old.ip_address IS NOT DISTINCT FROM new.ip_address
            AND old.user_agent IS NOT DISTINCT FROM new.user_agent
            AND old.actor_salt IS NOT DISTINCT FROM new.actor_salt
        )
        OR (
            new.actor IS NULL
            AND new.ip_address IS NULL
            AND new.user_agent IS NULL
            AND new.actor_salt IS NULL
        )
    )
    AND (
        -- A person's own fields: as before, or erased.
        (
            CAST(old.personal AS text) IS NOT DISTINCT FROM CAST(new.personal AS text)
            AND old.personal_salt IS NOT DISTINCT FROM new.personal_salt
        )
        OR (
            new.personal IS NULL
            AND new.personal_salt IS NULL
        )
    )
))
EXECUTE FUNCTION refuse_change();

-- A condition of a trigger may not ask another table, as SQLite's do.
CREATE FUNCTION check_audit_erasure() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    about CONSTANT uuid := CASE
        WHEN new.entity_type = 'users' AND new.entity_id ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
            THEN CAST(new.entity_id AS uuid)
    END;
BEGIN
    PERFORM set_config('search_path', format('pg_catalog, %I, pg_temp', tg_table_schema), true);
    IF (
        (old.actor_salt IS NULL OR new.actor_salt IS NOT NULL)
        OR EXISTS (
            SELECT FROM erasures
            WHERE
                subject_id = CASE
                    WHEN new.actor_id IS NOT NULL THEN new.actor_id
                    WHEN old.actor IN ('anonymous', 'database') OR old.actor LIKE 'database:%' THEN about
                END
        )
    ) AND (
        (old.personal_salt IS NULL OR new.personal_salt IS NOT NULL)
        OR EXISTS (SELECT FROM erasures WHERE subject_id = about)
    ) THEN
        RETURN new;
    END IF;
    RAISE EXCEPTION USING
        ERRCODE = 'check_violation',
        MESSAGE = format('a change of relation %I violates check constraint %I', tg_table_name, tg_name),
        HINT = 'Record the erasure first, in the table erasures.',
        SCHEMA = tg_table_schema,
        TABLE = tg_table_name,
        CONSTRAINT = tg_name;
END;
$$;

REVOKE ALL ON FUNCTION check_audit_erasure() FROM public;

-- Nobody is erased of whom `erasures` knows nothing.
CREATE TRIGGER audit_logs_erasure_check
BEFORE UPDATE ON audit_logs
FOR EACH ROW
WHEN (
    (old.actor_salt IS NOT NULL AND new.actor_salt IS NULL)
    OR (old.personal_salt IS NOT NULL AND new.personal_salt IS NULL)
)
EXECUTE FUNCTION check_audit_erasure();

CREATE TRIGGER audit_logs_delete_check
BEFORE DELETE ON audit_logs
FOR EACH ROW
EXECUTE FUNCTION refuse_change();

-- Only here: SQLite has no TRUNCATE.
CREATE TRIGGER audit_logs_truncate_check
BEFORE TRUNCATE ON audit_logs
FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change();

-- The chain's end begins at nothing and only moves on.
CREATE TRIGGER audit_head_begin_check
BEFORE INSERT ON audit_head
FOR EACH ROW
WHEN (new.position <> 0 OR new.hash <> decode(repeat('00', 32), 'hex'))
EXECUTE FUNCTION refuse_change();

CREATE TRIGGER audit_head_forward_check
BEFORE UPDATE ON audit_head
FOR EACH ROW
WHEN (new.position <= old.position)
EXECUTE FUNCTION refuse_change();

CREATE TRIGGER audit_head_delete_check
BEFORE DELETE ON audit_head
FOR EACH ROW
EXECUTE FUNCTION refuse_change();

-- Only here: SQLite has no TRUNCATE.
CREATE TRIGGER audit_head_truncate_check
BEFORE TRUNCATE ON audit_head
FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change();

-- users

CREATE TRIGGER users_audit_insert
AFTER INSERT ON users
FOR EACH ROW
EXECUTE FUNCTION audit_change(
    'users', 'id', 'password_hash', 'email username folded_username preferences', 'last_login_at updated_at'
);

CREATE TRIGGER users_audit_update
AFTER UPDATE ON users
FOR EACH ROW
WHEN (old.* IS DISTINCT FROM new.*)
EXECUTE FUNCTION audit_change(
    'users', 'id', 'password_hash', 'email username folded_username preferences', 'last_login_at updated_at'
);

CREATE TRIGGER users_audit_delete
AFTER DELETE ON users
FOR EACH ROW
EXECUTE FUNCTION audit_change(
    'users', 'id', 'password_hash', 'email username folded_username preferences', 'last_login_at updated_at'
);

-- Only here: SQLite has no TRUNCATE.
CREATE TRIGGER users_truncate_check
BEFORE TRUNCATE ON users
FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change();

-- teams

CREATE TRIGGER teams_audit_insert
AFTER INSERT ON teams
FOR EACH ROW
EXECUTE FUNCTION audit_change('teams', 'id', '', '', 'updated_at');

CREATE TRIGGER teams_audit_update
AFTER UPDATE ON teams
FOR EACH ROW
WHEN (old.* IS DISTINCT FROM new.*)
EXECUTE FUNCTION audit_change('teams', 'id', '', '', 'updated_at');

CREATE TRIGGER teams_audit_delete
AFTER DELETE ON teams
FOR EACH ROW
EXECUTE FUNCTION audit_change('teams', 'id', '', '', 'updated_at');

-- Only here: SQLite has no TRUNCATE.
CREATE TRIGGER teams_truncate_check
BEFORE TRUNCATE ON teams
FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change();

-- team_members

CREATE TRIGGER team_members_audit_insert
AFTER INSERT ON team_members
FOR EACH ROW
EXECUTE FUNCTION audit_change('team_members', 'team_id user_id', '', '', '');

CREATE TRIGGER team_members_audit_update
AFTER UPDATE ON team_members
FOR EACH ROW
WHEN (old.* IS DISTINCT FROM new.*)
EXECUTE FUNCTION audit_change('team_members', 'team_id user_id', '', '', '');

CREATE TRIGGER team_members_audit_delete
AFTER DELETE ON team_members
FOR EACH ROW
EXECUTE FUNCTION audit_change('team_members', 'team_id user_id', '', '', '');

-- Only here: SQLite has no TRUNCATE.
CREATE TRIGGER team_members_truncate_check
BEFORE TRUNCATE ON team_members
FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change();

-- api_keys

CREATE TRIGGER api_keys_audit_insert
AFTER INSERT ON api_keys
FOR EACH ROW
EXECUTE FUNCTION audit_change('api_keys', 'id', 'key_hash name', '', 'last_used_at refused_at updated_at');

CREATE TRIGGER api_keys_audit_update
AFTER UPDATE ON api_keys
FOR EACH ROW
WHEN (old.* IS DISTINCT FROM new.*)
EXECUTE FUNCTION audit_change('api_keys', 'id', 'key_hash name', '', 'last_used_at refused_at updated_at');

CREATE TRIGGER api_keys_audit_delete
AFTER DELETE ON api_keys
FOR EACH ROW
EXECUTE FUNCTION audit_change('api_keys', 'id', 'key_hash name', '', 'last_used_at refused_at updated_at');

-- Only here: SQLite has no TRUNCATE.
CREATE TRIGGER api_keys_truncate_check
BEFORE TRUNCATE ON api_keys
FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change();

-- role_permissions

CREATE TRIGGER role_permissions_audit_insert
AFTER INSERT ON role_permissions
FOR EACH ROW
EXECUTE FUNCTION audit_change('role_permissions', 'role action entity_type', '', '', '');

CREATE TRIGGER role_permissions_audit_update
AFTER UPDATE ON role_permissions
FOR EACH ROW
WHEN (old.* IS DISTINCT FROM new.*)
EXECUTE FUNCTION audit_change('role_permissions', 'role action entity_type', '', '', '');

CREATE TRIGGER role_permissions_audit_delete
AFTER DELETE ON role_permissions
FOR EACH ROW
EXECUTE FUNCTION audit_change('role_permissions', 'role action entity_type', '', '', '');

-- Only here: SQLite has no TRUNCATE.
CREATE TRIGGER role_permissions_truncate_check
BEFORE TRUNCATE ON role_permissions
FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change();

-- erasures

CREATE TRIGGER erasures_audit_insert
AFTER INSERT ON erasures
FOR EACH ROW
EXECUTE FUNCTION audit_change('erasures', 'id', '', '', '');

CREATE TRIGGER erasures_audit_update
AFTER UPDATE ON erasures
FOR EACH ROW
WHEN (old.* IS DISTINCT FROM new.*)
EXECUTE FUNCTION audit_change('erasures', 'id', '', '', '');

CREATE TRIGGER erasures_audit_delete
AFTER DELETE ON erasures
FOR EACH ROW
EXECUTE FUNCTION audit_change('erasures', 'id', '', '', '');

-- Only here: SQLite has no TRUNCATE.
CREATE TRIGGER erasures_truncate_check
BEFORE TRUNCATE ON erasures
FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change();

-- datasets

CREATE TRIGGER datasets_audit_insert
AFTER INSERT ON datasets
FOR EACH ROW
EXECUTE FUNCTION audit_change('datasets', 'id', '', '', 'updated_at');

CREATE TRIGGER datasets_audit_update
AFTER UPDATE ON datasets
FOR EACH ROW
WHEN (old.* IS DISTINCT FROM new.*)
EXECUTE FUNCTION audit_change('datasets', 'id', '', '', 'updated_at');

CREATE TRIGGER datasets_audit_delete
AFTER DELETE ON datasets
FOR EACH ROW
EXECUTE FUNCTION audit_change('datasets', 'id', '', '', 'updated_at');

-- Only here: SQLite has no TRUNCATE.
CREATE TRIGGER datasets_truncate_check
BEFORE TRUNCATE ON datasets
FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change();

-- dataset_splits

CREATE TRIGGER dataset_splits_audit_insert
AFTER INSERT ON dataset_splits
FOR EACH ROW
EXECUTE FUNCTION audit_change('dataset_splits', 'id', '', '', '');

CREATE TRIGGER dataset_splits_audit_update
AFTER UPDATE ON dataset_splits
FOR EACH ROW
WHEN (old.* IS DISTINCT FROM new.*)
EXECUTE FUNCTION audit_change('dataset_splits', 'id', '', '', '');

CREATE TRIGGER dataset_splits_audit_delete
AFTER DELETE ON dataset_splits
FOR EACH ROW
EXECUTE FUNCTION audit_change('dataset_splits', 'id', '', '', '');

-- Only here: SQLite has no TRUNCATE.
CREATE TRIGGER dataset_splits_truncate_check
BEFORE TRUNCATE ON dataset_splits
FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change();

-- models

CREATE TRIGGER models_audit_insert
AFTER INSERT ON models
FOR EACH ROW
EXECUTE FUNCTION audit_change('models', 'id', '', '', 'updated_at');

CREATE TRIGGER models_audit_update
AFTER UPDATE ON models
FOR EACH ROW
WHEN (old.* IS DISTINCT FROM new.*)
EXECUTE FUNCTION audit_change('models', 'id', '', '', 'updated_at');

CREATE TRIGGER models_audit_delete
AFTER DELETE ON models
FOR EACH ROW
EXECUTE FUNCTION audit_change('models', 'id', '', '', 'updated_at');

-- Only here: SQLite has no TRUNCATE.
CREATE TRIGGER models_truncate_check
BEFORE TRUNCATE ON models
FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change();

-- model_versions

CREATE TRIGGER model_versions_audit_insert
AFTER INSERT ON model_versions
FOR EACH ROW
EXECUTE FUNCTION audit_change('model_versions', 'id', '', '', 'updated_at');

CREATE TRIGGER model_versions_audit_update
AFTER UPDATE ON model_versions
FOR EACH ROW
WHEN (old.* IS DISTINCT FROM new.*)
EXECUTE FUNCTION audit_change('model_versions', 'id', '', '', 'updated_at');

CREATE TRIGGER model_versions_audit_delete
AFTER DELETE ON model_versions
FOR EACH ROW
EXECUTE FUNCTION audit_change('model_versions', 'id', '', '', 'updated_at');

-- Only here: SQLite has no TRUNCATE.
CREATE TRIGGER model_versions_truncate_check
BEFORE TRUNCATE ON model_versions
FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change();

-- model_aliases

CREATE TRIGGER model_aliases_audit_insert
AFTER INSERT ON model_aliases
FOR EACH ROW
EXECUTE FUNCTION audit_change('model_aliases', 'model_id alias', '', '', 'updated_at');

CREATE TRIGGER model_aliases_audit_update
AFTER UPDATE ON model_aliases
FOR EACH ROW
WHEN (old.* IS DISTINCT FROM new.*)
EXECUTE FUNCTION audit_change('model_aliases', 'model_id alias', '', '', 'updated_at');

CREATE TRIGGER model_aliases_audit_delete
AFTER DELETE ON model_aliases
FOR EACH ROW
EXECUTE FUNCTION audit_change('model_aliases', 'model_id alias', '', '', 'updated_at');

-- Only here: SQLite has no TRUNCATE.
CREATE TRIGGER model_aliases_truncate_check
BEFORE TRUNCATE ON model_aliases
FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change();

-- experiments

CREATE TRIGGER experiments_audit_insert
AFTER INSERT ON experiments
FOR EACH ROW
EXECUTE FUNCTION audit_change('experiments', 'id', '', '', 'duration_seconds updated_at');

CREATE TRIGGER experiments_audit_update
AFTER UPDATE ON experiments
FOR EACH ROW
WHEN (old.* IS DISTINCT FROM new.*)
EXECUTE FUNCTION audit_change('experiments', 'id', '', '', 'duration_seconds updated_at');

CREATE TRIGGER experiments_audit_delete
AFTER DELETE ON experiments
FOR EACH ROW
EXECUTE FUNCTION audit_change('experiments', 'id', '', '', 'duration_seconds updated_at');

-- Only here: SQLite has no TRUNCATE.
CREATE TRIGGER experiments_truncate_check
BEFORE TRUNCATE ON experiments
FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change();

-- experiment_runs

CREATE TRIGGER experiment_runs_audit_insert
AFTER INSERT ON experiment_runs
FOR EACH ROW
EXECUTE FUNCTION audit_change('experiment_runs', 'experiment_id training_run_id', '', '', '');

CREATE TRIGGER experiment_runs_audit_update
AFTER UPDATE ON experiment_runs
FOR EACH ROW
WHEN (old.* IS DISTINCT FROM new.*)
EXECUTE FUNCTION audit_change('experiment_runs', 'experiment_id training_run_id', '', '', '');

CREATE TRIGGER experiment_runs_audit_delete
AFTER DELETE ON experiment_runs
FOR EACH ROW
EXECUTE FUNCTION audit_change('experiment_runs', 'experiment_id training_run_id', '', '', '');

-- Only here: SQLite has no TRUNCATE.
CREATE TRIGGER experiment_runs_truncate_check
BEFORE TRUNCATE ON experiment_runs
FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change();

-- benchmarks

CREATE TRIGGER benchmarks_audit_insert
AFTER INSERT ON benchmarks
FOR EACH ROW
EXECUTE FUNCTION audit_change('benchmarks', 'id', '', '', 'updated_at');

CREATE TRIGGER benchmarks_audit_update
AFTER UPDATE ON benchmarks
FOR EACH ROW
WHEN (old.* IS DISTINCT FROM new.*)
EXECUTE FUNCTION audit_change('benchmarks', 'id', '', '', 'updated_at');

CREATE TRIGGER benchmarks_audit_delete
AFTER DELETE ON benchmarks
FOR EACH ROW
EXECUTE FUNCTION audit_change('benchmarks', 'id', '', '', 'updated_at');

-- Only here: SQLite has no TRUNCATE.
CREATE TRIGGER benchmarks_truncate_check
BEFORE TRUNCATE ON benchmarks
FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change();

-- retention_policies

CREATE TRIGGER retention_policies_audit_insert
AFTER INSERT ON retention_policies
FOR EACH ROW
EXECUTE FUNCTION audit_change('retention_policies', 'table_name', '', '', 'last_run_at updated_at');

CREATE TRIGGER retention_policies_audit_update
AFTER UPDATE ON retention_policies
FOR EACH ROW
WHEN (old.* IS DISTINCT FROM new.*)
EXECUTE FUNCTION audit_change('retention_policies', 'table_name', '', '', 'last_run_at updated_at');

CREATE TRIGGER retention_policies_audit_delete
AFTER DELETE ON retention_policies
FOR EACH ROW
EXECUTE FUNCTION audit_change('retention_policies', 'table_name', '', '', 'last_run_at updated_at');

-- Only here: SQLite has no TRUNCATE.
CREATE TRIGGER retention_policies_truncate_check
BEFORE TRUNCATE ON retention_policies
FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change();

-- schema_migrations

CREATE TRIGGER schema_migrations_audit_insert
AFTER INSERT ON schema_migrations
FOR EACH ROW
EXECUTE FUNCTION audit_change('schema', 'version', '', '', '');

CREATE TRIGGER schema_migrations_audit_update
AFTER UPDATE ON schema_migrations
FOR EACH ROW
WHEN (old.* IS DISTINCT FROM new.*)
EXECUTE FUNCTION audit_change('schema', 'version', '', '', '');

CREATE TRIGGER schema_migrations_audit_delete
AFTER DELETE ON schema_migrations
FOR EACH ROW
EXECUTE FUNCTION audit_change('schema', 'version', '', '', '');

-- Only here: SQLite has no TRUNCATE.
CREATE TRIGGER schema_migrations_truncate_check
BEFORE TRUNCATE ON schema_migrations
FOR EACH STATEMENT
EXECUTE FUNCTION refuse_change();
