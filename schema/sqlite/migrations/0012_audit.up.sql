-- 0012 audit: which tables are audited, and the triggers that record every change of those tables.
-- Locks: the one writer, for a moment.
-- Undo:  0012_audit.down.sql drops the triggers; what was recorded stays, in 0001's audit_logs.
-- By hand: as `plainbase migrate render` writes it, so that schema_migrations is told too.

CREATE TABLE audited_tables (
    -- Every table of the schema, those of one engine too: how the audit log calls its rows, or why they are not audited.
    table_name   TEXT             NOT NULL,
    audited      BOOLEAN_INTEGER  NOT NULL,
    -- As the log calls its rows.
    entity_type  TEXT,
    -- Why it is not audited.
    reason       TEXT,
    CONSTRAINT audited_tables_pkey PRIMARY KEY (table_name),
    CONSTRAINT audited_tables_table_name_type_check CHECK (typeof(table_name) = 'text'),
    CONSTRAINT audited_tables_audited_type_check CHECK (audited IN (0, 1)),
    CONSTRAINT audited_tables_entity_type_type_check CHECK (entity_type IS NULL OR typeof(entity_type) = 'text'),
    CONSTRAINT audited_tables_reason_type_check CHECK (reason IS NULL OR typeof(reason) = 'text'),
    CONSTRAINT audited_tables_audited_check CHECK (audited = (entity_type IS NOT NULL) AND audited = (reason IS NULL))
) WITHOUT ROWID;

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

-- Only here: on PostgreSQL they are settings of the transaction.
CREATE TABLE audit_context (
    -- Who acts in the transaction that is open: written at its beginning, deleted at its end, so that no other sees it.
    id          INTEGER    NOT NULL DEFAULT 1,
    actor_id    UUID_TEXT,
    actor       TEXT,
    ip_address  TEXT,
    user_agent  TEXT,
    -- Only here: as the table.
    CONSTRAINT audit_context_pkey PRIMARY KEY (id),
    CONSTRAINT audit_context_actor_id_type_check
        CHECK (
            actor_id IS NULL OR (
                actor_id GLOB '????????-????-????-????-????????????'
                AND length(replace(actor_id, '-', '')) = 32
                AND actor_id NOT GLOB '*[^0-9a-f-]*'
            )
        ),
    CONSTRAINT audit_context_actor_type_check CHECK (actor IS NULL OR typeof(actor) = 'text'),
    CONSTRAINT audit_context_ip_address_type_check CHECK (ip_address IS NULL OR typeof(ip_address) = 'text'),
    CONSTRAINT audit_context_user_agent_type_check CHECK (user_agent IS NULL OR typeof(user_agent) = 'text'),
    -- Only here: as the table.
    CONSTRAINT audit_context_id_check CHECK (id = 1)
);

-- Who acts in this transaction, in one row: what it has said of it, else the database's own user.
CREATE VIEW audit_actor AS
SELECT
    c.actor_id,
    CASE
        WHEN c.actor_id IS NULL AND c.actor IS NULL THEN 'database'
        ELSE c.actor
    END AS actor,
    c.ip_address,
    c.user_agent
FROM (SELECT 1 AS id) AS one
LEFT JOIN audit_context AS c ON one.id = c.id;

-- Only here: as the triggers that write it.
CREATE TABLE audit_conflicts (
    -- That an insert meets a row which is there; where the insert is done all the same, that row was replaced.
    table_name  TEXT  NOT NULL,
    -- Only here: as the table.
    CONSTRAINT audit_conflicts_pkey PRIMARY KEY (table_name),
    CONSTRAINT audit_conflicts_table_name_type_check CHECK (typeof(table_name) = 'text')
) WITHOUT ROWID;

-- A row comes into the chain by being sealed, and in no other way; and no row is replaced by another.
CREATE TRIGGER audit_logs_insert_check
BEFORE INSERT ON audit_logs
WHEN
    new.position IS NOT NULL
    OR new.actor_digest IS NOT NULL
    OR new.personal_digest IS NOT NULL
    OR new.previous_hash IS NOT NULL
    OR new.hash IS NOT NULL
    OR EXISTS (
        SELECT 1 FROM audit_logs AS r
        WHERE r.id = new.id
    )
BEGIN
    SELECT raise(ABORT, 'CHECK constraint failed: audit_logs_insert_check');
END;

-- A row is sealed once, and whom it names is erased; nothing else changes.
CREATE TRIGGER audit_logs_append_only_check
BEFORE UPDATE ON audit_logs
WHEN
    NOT (
        -- What is never changed.
        old.id IS new.id
        AND old.actor_id IS new.actor_id
        AND old.action IS new.action
        AND old.entity_type IS new.entity_type
        AND old.entity_id IS new.entity_id
        AND old.changes IS new.changes
        AND old.created_at IS new.created_at
        AND (
        -- Sealed already, or not yet.
            (
                old.position IS new.position
                AND old.actor_digest IS new.actor_digest
                AND old.personal_digest IS new.personal_digest
                AND old.previous_hash IS new.previous_hash
                AND old.hash IS new.hash
            )
            -- Sealed now.
            OR (
                old.position IS NULL
                AND new.position IS NOT NULL
                AND old.actor_salt IS new.actor_salt
                AND old.personal_salt IS new.personal_salt
                AND NOT EXISTS (
                    SELECT 1 FROM audit_logs AS r
                    WHERE r.position = new.position
                )
                AND NOT EXISTS (
                    SELECT 1 FROM audit_logs AS r
                    WHERE r.previous_hash = new.previous_hash
                )
                AND NOT EXISTS (
                    SELECT 1 FROM audit_logs AS r
                    WHERE r.hash = new.hash
                )
            )
        )
        AND (
        -- Who it was: as before, or erased.
            (
                old.actor IS new.actor
                AND old.ip_address IS new.ip_address
                AND old.user_agent IS new.user_agent
                AND old.actor_salt IS new.actor_salt
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
                old.personal IS new.personal
                AND old.personal_salt IS new.personal_salt
            )
            OR (
                new.personal IS NULL
                AND new.personal_salt IS NULL
            )
        )
    )
BEGIN
    SELECT raise(ABORT, 'CHECK constraint failed: audit_logs_append_only_check');
END;

-- Nobody is erased of whom `erasures` knows nothing.
CREATE TRIGGER audit_logs_erasure_check
BEFORE UPDATE ON audit_logs
WHEN
    (
        old.actor_salt IS NOT NULL
        AND new.actor_salt IS NULL
        AND NOT EXISTS (
            SELECT 1 FROM erasures AS e
            WHERE
                e.subject_id = CASE
                    WHEN new.actor_id IS NOT NULL THEN new.actor_id
                    WHEN
                        new.entity_type = 'users'
                        AND (old.actor IN ('anonymous', 'database') OR old.actor LIKE 'database:%')
                        THEN new.entity_id
                END
        )
    )
    OR (
        old.personal_salt IS NOT NULL
        AND new.personal_salt IS NULL
        AND NOT (
            new.entity_type = 'users'
            AND EXISTS (
                SELECT 1 FROM erasures AS e
                WHERE e.subject_id = new.entity_id
            )
        )
    )
BEGIN
    SELECT raise(ABORT, 'CHECK constraint failed: audit_logs_erasure_check');
END;

CREATE TRIGGER audit_logs_delete_check
BEFORE DELETE ON audit_logs
BEGIN
    SELECT raise(ABORT, 'CHECK constraint failed: audit_logs_delete_check');
END;

-- The chain's end begins at nothing and only moves on.
CREATE TRIGGER audit_head_begin_check
BEFORE INSERT ON audit_head
WHEN
    new.position <> 0
    OR new.hash <> zeroblob(32)
    -- REPLACE would begin anew.
    OR EXISTS (SELECT 1 FROM audit_head)
BEGIN
    SELECT raise(ABORT, 'CHECK constraint failed: audit_head_begin_check');
END;

CREATE TRIGGER audit_head_forward_check
BEFORE UPDATE ON audit_head
WHEN new.position <= old.position
BEGIN
    SELECT raise(ABORT, 'CHECK constraint failed: audit_head_forward_check');
END;

CREATE TRIGGER audit_head_delete_check
BEFORE DELETE ON audit_head
BEGIN
    SELECT raise(ABORT, 'CHECK constraint failed: audit_head_delete_check');
END;

-- The tables. A create says what each field is after it, a delete what it was before, an update both of what differs;
-- of a secret only that it changed. The key of one column stands in entity_id alone, a key of several joined by '/'.
-- Numbers are written as PostgreSQL does: all digits of a real, and a whole one without a fraction.

-- users

-- Only here: REPLACE deletes without a word to triggers, and before the insert it looks as ON CONFLICT does.
CREATE TRIGGER users_audit_conflict
BEFORE INSERT ON users
WHEN
    EXISTS (SELECT 1 FROM audit_conflicts)
    OR EXISTS (
        SELECT 1 FROM users AS r
        WHERE
            r.id = new.id
            OR r.folded_username = new.folded_username
            OR r.username = new.username
            OR r.email = new.email
    )
BEGIN
    DELETE FROM audit_conflicts;
    INSERT INTO audit_conflicts (table_name)
    SELECT 'users'
    WHERE EXISTS (
            SELECT 1 FROM users AS r
            WHERE
                r.id = new.id
                OR r.folded_username = new.folded_username
                OR r.username = new.username
                OR r.email = new.email
        );
END;

-- Only here: UPDATE OR REPLACE deletes without a word to triggers.
CREATE TRIGGER users_audit_replace
BEFORE UPDATE OF id, folded_username, username, email ON users
BEGIN
    SELECT raise(ABORT, 'UNIQUE constraint failed: users.id')
    FROM users AS r
    WHERE
        old.id IS NOT new.id
        AND r.id = new.id
        AND r.id <> old.id;
    SELECT raise(ABORT, 'UNIQUE constraint failed: users.folded_username')
    FROM users AS r
    WHERE
        old.folded_username IS NOT new.folded_username
        AND r.folded_username = new.folded_username
        AND r.id <> old.id;
    SELECT raise(ABORT, 'UNIQUE constraint failed: users.username')
    FROM users AS r
    WHERE
        old.username IS NOT new.username
        AND r.username = new.username
        AND r.id <> old.id;
    SELECT raise(ABORT, 'UNIQUE constraint failed: users.email')
    FROM users AS r
    WHERE
        old.email IS NOT new.email
        AND r.email = new.email
        AND r.id <> old.id;
END;

CREATE TRIGGER users_audit_insert
AFTER INSERT ON users
BEGIN
    SELECT raise(ABORT, 'CHECK constraint failed: users_replace_check')
    FROM audit_conflicts;
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
        'create',
        'users',
        new.id,
        json_object(
            'password_hash', json('{"changed":true}'),
            'role', json_object('after', new.role),
            'active', json_object('after', json(CASE new.active WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)),
            'email_verified',
            json_object('after', json(CASE new.email_verified WHEN 1 THEN 'true' WHEN 0 THEN 'false' END))
        ),
        json_object(
            'email', json_object('after', new.email),
            'username', json_object('after', new.username),
            'folded_username', json_object('after', new.folded_username),
            'preferences', json_object('after', json(new.preferences))
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER users_audit_update
AFTER UPDATE ON users
WHEN
    old.id IS NOT new.id
    OR old.password_hash IS NOT new.password_hash
    OR old.role IS NOT new.role
    OR old.active IS NOT new.active
    OR old.email_verified IS NOT new.email_verified
    OR old.created_at IS NOT new.created_at
    OR old.email IS NOT new.email
    OR old.username IS NOT new.username
    OR old.folded_username IS NOT new.folded_username
    OR json(old.preferences) IS NOT json(new.preferences)
BEGIN
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
        'update',
        'users',
        old.id,
        (
            SELECT nullif(json_group_object(c.field, json(c.change)), '{}')
            FROM (
                SELECT
                    'id' AS field,
                    json_object('before', old.id, 'after', new.id) AS change
                WHERE old.id IS NOT new.id
                UNION ALL
                SELECT
                    'password_hash',
                    '{"changed":true}'
                WHERE old.password_hash IS NOT new.password_hash
                UNION ALL
                SELECT
                    'role',
                    json_object('before', old.role, 'after', new.role)
                WHERE old.role IS NOT new.role
                UNION ALL
                SELECT
                    'active',
                    json_object(
                        'before', json(CASE old.active WHEN 1 THEN 'true' WHEN 0 THEN 'false' END),
                        'after', json(CASE new.active WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)
                    )
                WHERE old.active IS NOT new.active
                UNION ALL
                SELECT
                    'email_verified',
                    json_object(
                        'before', json(CASE old.email_verified WHEN 1 THEN 'true' WHEN 0 THEN 'false' END),
                        'after', json(CASE new.email_verified WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)
                    )
                WHERE old.email_verified IS NOT new.email_verified
                UNION ALL
                SELECT
                    'created_at',
                    json_object('before', old.created_at, 'after', new.created_at)
                WHERE old.created_at IS NOT new.created_at
            ) AS c
        ),
        (
            SELECT nullif(json_group_object(c.field, json(c.change)), '{}')
            FROM (
                SELECT
                    'email' AS field,
                    json_object('before', old.email, 'after', new.email) AS change
                WHERE old.email IS NOT new.email
                UNION ALL
                SELECT
                    'username',
                    json_object('before', old.username, 'after', new.username)
                WHERE old.username IS NOT new.username
                UNION ALL
                SELECT
                    'folded_username',
                    json_object('before', old.folded_username, 'after', new.folded_username)
                WHERE old.folded_username IS NOT new.folded_username
                UNION ALL
                SELECT
                    'preferences',
                    json_object('before', json(old.preferences), 'after', json(new.preferences))
                WHERE json(old.preferences) IS NOT json(new.preferences)
            ) AS c
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER users_audit_delete
AFTER DELETE ON users
BEGIN
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
        'delete',
        'users',
        old.id,
        json_object(
            'password_hash', json('{"changed":true}'),
            'role', json_object('before', old.role),
            'active', json_object('before', json(CASE old.active WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)),
            'email_verified',
            json_object('before', json(CASE old.email_verified WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)),
            'created_at', json_object('before', old.created_at)
        ),
        json_object(
            'email', json_object('before', old.email),
            'username', json_object('before', old.username),
            'folded_username', json_object('before', old.folded_username),
            'preferences', json_object('before', json(old.preferences))
        )
    FROM audit_actor AS a;
END;

-- teams

-- Only here: REPLACE deletes without a word to triggers, and before the insert it looks as ON CONFLICT does.
CREATE TRIGGER teams_audit_conflict
BEFORE INSERT ON teams
WHEN
    EXISTS (SELECT 1 FROM audit_conflicts)
    OR EXISTS (
        SELECT 1 FROM teams AS r
        WHERE
            r.id = new.id
            OR r.name = new.name
    )
BEGIN
    DELETE FROM audit_conflicts;
    INSERT INTO audit_conflicts (table_name)
    SELECT 'teams'
    WHERE EXISTS (
            SELECT 1 FROM teams AS r
            WHERE
                r.id = new.id
                OR r.name = new.name
        );
END;

-- Only here: UPDATE OR REPLACE deletes without a word to triggers.
CREATE TRIGGER teams_audit_replace
BEFORE UPDATE OF id, name ON teams
BEGIN
    SELECT raise(ABORT, 'UNIQUE constraint failed: teams.id')
    FROM teams AS r
    WHERE
        old.id IS NOT new.id
        AND r.id = new.id
        AND r.id <> old.id;
    SELECT raise(ABORT, 'UNIQUE constraint failed: teams.name')
    FROM teams AS r
    WHERE
        old.name IS NOT new.name
        AND r.name = new.name
        AND r.id <> old.id;
END;

CREATE TRIGGER teams_audit_insert
AFTER INSERT ON teams
BEGIN
    SELECT raise(ABORT, 'CHECK constraint failed: teams_replace_check')
    FROM audit_conflicts;
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'create',
        'teams',
        new.id,
        json_object(
            'name', json_object('after', new.name),
            'description', json_object('after', new.description)
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER teams_audit_update
AFTER UPDATE ON teams
WHEN
    old.id IS NOT new.id
    OR old.name IS NOT new.name
    OR old.description IS NOT new.description
    OR old.created_at IS NOT new.created_at
BEGIN
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'update',
        'teams',
        old.id,
        (
            SELECT nullif(json_group_object(c.field, json(c.change)), '{}')
            FROM (
                SELECT
                    'id' AS field,
                    json_object('before', old.id, 'after', new.id) AS change
                WHERE old.id IS NOT new.id
                UNION ALL
                SELECT
                    'name',
                    json_object('before', old.name, 'after', new.name)
                WHERE old.name IS NOT new.name
                UNION ALL
                SELECT
                    'description',
                    json_object('before', old.description, 'after', new.description)
                WHERE old.description IS NOT new.description
                UNION ALL
                SELECT
                    'created_at',
                    json_object('before', old.created_at, 'after', new.created_at)
                WHERE old.created_at IS NOT new.created_at
            ) AS c
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER teams_audit_delete
AFTER DELETE ON teams
BEGIN
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'delete',
        'teams',
        old.id,
        json_object(
            'name', json_object('before', old.name),
            'description', json_object('before', old.description),
            'created_at', json_object('before', old.created_at)
        )
    FROM audit_actor AS a;
END;

-- team_members

-- Only here: REPLACE deletes without a word to triggers, and before the insert it looks as ON CONFLICT does.
CREATE TRIGGER team_members_audit_conflict
BEFORE INSERT ON team_members
WHEN
    EXISTS (SELECT 1 FROM audit_conflicts)
    OR EXISTS (
        SELECT 1 FROM team_members AS r
        WHERE
            r.team_id = new.team_id
            AND r.user_id = new.user_id
    )
BEGIN
    DELETE FROM audit_conflicts;
    INSERT INTO audit_conflicts (table_name)
    SELECT 'team_members'
    WHERE EXISTS (
            SELECT 1 FROM team_members AS r
            WHERE
                r.team_id = new.team_id
                AND r.user_id = new.user_id
        );
END;

-- Only here: UPDATE OR REPLACE deletes without a word to triggers.
CREATE TRIGGER team_members_audit_replace
BEFORE UPDATE OF team_id, user_id ON team_members
BEGIN
    SELECT raise(ABORT, 'UNIQUE constraint failed: team_members.team_id, team_members.user_id')
    FROM team_members AS r
    WHERE
        (old.team_id IS NOT new.team_id OR old.user_id IS NOT new.user_id)
        AND r.team_id = new.team_id
        AND r.user_id = new.user_id
        AND (r.team_id <> old.team_id OR r.user_id <> old.user_id);
END;

CREATE TRIGGER team_members_audit_insert
AFTER INSERT ON team_members
BEGIN
    SELECT raise(ABORT, 'CHECK constraint failed: team_members_replace_check')
    FROM audit_conflicts;
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'create',
        'team_members',
        new.team_id || '/' || new.user_id,
        json_object(
            'team_id', json_object('after', new.team_id),
            'user_id', json_object('after', new.user_id),
            'role', json_object('after', new.role)
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER team_members_audit_update
AFTER UPDATE ON team_members
WHEN
    old.team_id IS NOT new.team_id
    OR old.user_id IS NOT new.user_id
    OR old.role IS NOT new.role
    OR old.created_at IS NOT new.created_at
BEGIN
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'update',
        'team_members',
        old.team_id || '/' || old.user_id,
        (
            SELECT nullif(json_group_object(c.field, json(c.change)), '{}')
            FROM (
                SELECT
                    'team_id' AS field,
                    json_object('before', old.team_id, 'after', new.team_id) AS change
                WHERE old.team_id IS NOT new.team_id
                UNION ALL
                SELECT
                    'user_id',
                    json_object('before', old.user_id, 'after', new.user_id)
                WHERE old.user_id IS NOT new.user_id
                UNION ALL
                SELECT
                    'role',
                    json_object('before', old.role, 'after', new.role)
                WHERE old.role IS NOT new.role
                UNION ALL
                SELECT
                    'created_at',
                    json_object('before', old.created_at, 'after', new.created_at)
                WHERE old.created_at IS NOT new.created_at
            ) AS c
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER team_members_audit_delete
AFTER DELETE ON team_members
BEGIN
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'delete',
        'team_members',
        old.team_id || '/' || old.user_id,
        json_object(
            'team_id', json_object('before', old.team_id),
            'user_id', json_object('before', old.user_id),
            'role', json_object('before', old.role),
            'created_at', json_object('before', old.created_at)
        )
    FROM audit_actor AS a;
END;

-- api_keys

-- Only here: REPLACE deletes without a word to triggers, and before the insert it looks as ON CONFLICT does.
CREATE TRIGGER api_keys_audit_conflict
BEFORE INSERT ON api_keys
WHEN
    EXISTS (SELECT 1 FROM audit_conflicts)
    OR EXISTS (
        SELECT 1 FROM api_keys AS r
        WHERE
            r.id = new.id
            OR r.public_id = new.public_id
    )
BEGIN
    DELETE FROM audit_conflicts;
    INSERT INTO audit_conflicts (table_name)
    SELECT 'api_keys'
    WHERE EXISTS (
            SELECT 1 FROM api_keys AS r
            WHERE
                r.id = new.id
                OR r.public_id = new.public_id
        );
END;

-- Only here: UPDATE OR REPLACE deletes without a word to triggers.
CREATE TRIGGER api_keys_audit_replace
BEFORE UPDATE OF id, public_id ON api_keys
BEGIN
    SELECT raise(ABORT, 'UNIQUE constraint failed: api_keys.id')
    FROM api_keys AS r
    WHERE
        old.id IS NOT new.id
        AND r.id = new.id
        AND r.id <> old.id;
    SELECT raise(ABORT, 'UNIQUE constraint failed: api_keys.public_id')
    FROM api_keys AS r
    WHERE
        old.public_id IS NOT new.public_id
        AND r.public_id = new.public_id
        AND r.id <> old.id;
END;

CREATE TRIGGER api_keys_audit_insert
AFTER INSERT ON api_keys
BEGIN
    SELECT raise(ABORT, 'CHECK constraint failed: api_keys_replace_check')
    FROM audit_conflicts;
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'create',
        'api_keys',
        new.id,
        json_object(
            'user_id', json_object('after', new.user_id),
            'public_id', json_object('after', new.public_id),
            'key_hash', json('{"changed":true}'),
            'name', json('{"changed":true}'),
            'scopes', json_object('after', json(new.scopes)),
            'expires_at', json_object('after', new.expires_at),
            'revoked_at', json_object('after', new.revoked_at),
            'replaced_at', json_object('after', new.replaced_at)
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER api_keys_audit_update
AFTER UPDATE ON api_keys
WHEN
    old.id IS NOT new.id
    OR old.user_id IS NOT new.user_id
    OR old.public_id IS NOT new.public_id
    OR old.key_hash IS NOT new.key_hash
    OR old.name IS NOT new.name
    OR json(old.scopes) IS NOT json(new.scopes)
    OR old.expires_at IS NOT new.expires_at
    OR old.revoked_at IS NOT new.revoked_at
    OR old.replaced_at IS NOT new.replaced_at
    OR old.created_at IS NOT new.created_at
BEGIN
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'update',
        'api_keys',
        old.id,
        (
            SELECT nullif(json_group_object(c.field, json(c.change)), '{}')
            FROM (
                SELECT
                    'id' AS field,
                    json_object('before', old.id, 'after', new.id) AS change
                WHERE old.id IS NOT new.id
                UNION ALL
                SELECT
                    'user_id',
                    json_object('before', old.user_id, 'after', new.user_id)
                WHERE old.user_id IS NOT new.user_id
                UNION ALL
                SELECT
                    'public_id',
                    json_object('before', old.public_id, 'after', new.public_id)
                WHERE old.public_id IS NOT new.public_id
                UNION ALL
                SELECT
                    'key_hash',
                    '{"changed":true}'
                WHERE old.key_hash IS NOT new.key_hash
                UNION ALL
                SELECT
                    'name',
                    '{"changed":true}'
                WHERE old.name IS NOT new.name
                UNION ALL
                SELECT
                    'scopes',
                    json_object('before', json(old.scopes), 'after', json(new.scopes))
                WHERE json(old.scopes) IS NOT json(new.scopes)
                UNION ALL
                SELECT
                    'expires_at',
                    json_object('before', old.expires_at, 'after', new.expires_at)
                WHERE old.expires_at IS NOT new.expires_at
                UNION ALL
                SELECT
                    'revoked_at',
                    json_object('before', old.revoked_at, 'after', new.revoked_at)
                WHERE old.revoked_at IS NOT new.revoked_at
                UNION ALL
                SELECT
                    'replaced_at',
                    json_object('before', old.replaced_at, 'after', new.replaced_at)
                WHERE old.replaced_at IS NOT new.replaced_at
                UNION ALL
                SELECT
                    'created_at',
                    json_object('before', old.created_at, 'after', new.created_at)
                WHERE old.created_at IS NOT new.created_at
            ) AS c
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER api_keys_audit_delete
AFTER DELETE ON api_keys
BEGIN
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'delete',
        'api_keys',
        old.id,
        json_object(
            'user_id', json_object('before', old.user_id),
            'public_id', json_object('before', old.public_id),
            'key_hash', json('{"changed":true}'),
            'name', json('{"changed":true}'),
            'scopes', json_object('before', json(old.scopes)),
            'expires_at', json_object('before', old.expires_at),
            'revoked_at', json_object('before', old.revoked_at),
            'replaced_at', json_object('before', old.replaced_at),
            'created_at', json_object('before', old.created_at)
        )
    FROM audit_actor AS a;
END;

-- role_permissions

-- Only here: REPLACE deletes without a word to triggers, and before the insert it looks as ON CONFLICT does.
CREATE TRIGGER role_permissions_audit_conflict
BEFORE INSERT ON role_permissions
WHEN
    EXISTS (SELECT 1 FROM audit_conflicts)
    OR EXISTS (
        SELECT 1 FROM role_permissions AS r
        WHERE
            r.role = new.role
            AND r.action = new.action
            AND r.entity_type = new.entity_type
    )
BEGIN
    DELETE FROM audit_conflicts;
    INSERT INTO audit_conflicts (table_name)
    SELECT 'role_permissions'
    WHERE EXISTS (
            SELECT 1 FROM role_permissions AS r
            WHERE
                r.role = new.role
                AND r.action = new.action
                AND r.entity_type = new.entity_type
        );
END;

-- Only here: UPDATE OR REPLACE deletes without a word to triggers.
CREATE TRIGGER role_permissions_audit_replace
BEFORE UPDATE OF role, action, entity_type ON role_permissions
BEGIN
    SELECT
        raise(
            ABORT,
            'UNIQUE constraint failed: role_permissions.role, role_permissions.action, role_permissions.entity_type'
        )
    FROM role_permissions AS r
    WHERE
        (old.role IS NOT new.role OR old.action IS NOT new.action OR old.entity_type IS NOT new.entity_type)
        AND r.role = new.role
        AND r.action = new.action
        AND r.entity_type = new.entity_type
        AND (r.role <> old.role OR r.action <> old.action OR r.entity_type <> old.entity_type);
END;

CREATE TRIGGER role_permissions_audit_insert
AFTER INSERT ON role_permissions
BEGIN
    SELECT raise(ABORT, 'CHECK constraint failed: role_permissions_replace_check')
    FROM audit_conflicts;
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'create',
        'role_permissions',
        new.role || '/' || new.action || '/' || new.entity_type,
        json_object(
            'role', json_object('after', new.role),
            'action', json_object('after', new.action),
            'entity_type', json_object('after', new.entity_type),
            'reach', json_object('after', new.reach)
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER role_permissions_audit_update
AFTER UPDATE ON role_permissions
WHEN
    old.role IS NOT new.role
    OR old.action IS NOT new.action
    OR old.entity_type IS NOT new.entity_type
    OR old.reach IS NOT new.reach
    OR old.created_at IS NOT new.created_at
BEGIN
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'update',
        'role_permissions',
        old.role || '/' || old.action || '/' || old.entity_type,
        (
            SELECT nullif(json_group_object(c.field, json(c.change)), '{}')
            FROM (
                SELECT
                    'role' AS field,
                    json_object('before', old.role, 'after', new.role) AS change
                WHERE old.role IS NOT new.role
                UNION ALL
                SELECT
                    'action',
                    json_object('before', old.action, 'after', new.action)
                WHERE old.action IS NOT new.action
                UNION ALL
                SELECT
                    'entity_type',
                    json_object('before', old.entity_type, 'after', new.entity_type)
                WHERE old.entity_type IS NOT new.entity_type
                UNION ALL
                SELECT
                    'reach',
                    json_object('before', old.reach, 'after', new.reach)
                WHERE old.reach IS NOT new.reach
                UNION ALL
                SELECT
                    'created_at',
                    json_object('before', old.created_at, 'after', new.created_at)
                WHERE old.created_at IS NOT new.created_at
            ) AS c
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER role_permissions_audit_delete
AFTER DELETE ON role_permissions
BEGIN
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'delete',
        'role_permissions',
        old.role || '/' || old.action || '/' || old.entity_type,
        json_object(
            'role', json_object('before', old.role),
            'action', json_object('before', old.action),
            'entity_type', json_object('before', old.entity_type),
            'reach', json_object('before', old.reach),
            'created_at', json_object('before', old.created_at)
        )
    FROM audit_actor AS a;
END;

-- erasures

-- Only here: REPLACE deletes without a word to triggers, and before the insert it looks as ON CONFLICT does.
CREATE TRIGGER erasures_audit_conflict
BEFORE INSERT ON erasures
WHEN
    EXISTS (SELECT 1 FROM audit_conflicts)
    OR EXISTS (
        SELECT 1 FROM erasures AS r
        WHERE r.id = new.id
    )
BEGIN
    DELETE FROM audit_conflicts;
    INSERT INTO audit_conflicts (table_name)
    SELECT 'erasures'
    WHERE EXISTS (
            SELECT 1 FROM erasures AS r
            WHERE r.id = new.id
        );
END;

-- Only here: UPDATE OR REPLACE deletes without a word to triggers.
CREATE TRIGGER erasures_audit_replace
BEFORE UPDATE OF id ON erasures
BEGIN
    SELECT raise(ABORT, 'UNIQUE constraint failed: erasures.id')
    FROM erasures AS r
    WHERE
        old.id IS NOT new.id
        AND r.id = new.id
        AND r.id <> old.id;
END;

CREATE TRIGGER erasures_audit_insert
AFTER INSERT ON erasures
BEGIN
    SELECT raise(ABORT, 'CHECK constraint failed: erasures_replace_check')
    FROM audit_conflicts;
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'create',
        'erasures',
        new.id,
        json_object(
            'subject_id', json_object('after', new.subject_id),
            'reason', json_object('after', new.reason),
            'details', json_object('after', json(new.details)),
            'erased_by', json_object('after', new.erased_by)
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER erasures_audit_update
AFTER UPDATE ON erasures
WHEN
    old.id IS NOT new.id
    OR old.subject_id IS NOT new.subject_id
    OR old.reason IS NOT new.reason
    OR json(old.details) IS NOT json(new.details)
    OR old.erased_by IS NOT new.erased_by
    OR old.created_at IS NOT new.created_at
BEGIN
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'update',
        'erasures',
        old.id,
        (
            SELECT nullif(json_group_object(c.field, json(c.change)), '{}')
            FROM (
                SELECT
                    'id' AS field,
                    json_object('before', old.id, 'after', new.id) AS change
                WHERE old.id IS NOT new.id
                UNION ALL
                SELECT
                    'subject_id',
                    json_object('before', old.subject_id, 'after', new.subject_id)
                WHERE old.subject_id IS NOT new.subject_id
                UNION ALL
                SELECT
                    'reason',
                    json_object('before', old.reason, 'after', new.reason)
                WHERE old.reason IS NOT new.reason
                UNION ALL
                SELECT
                    'details',
                    json_object('before', json(old.details), 'after', json(new.details))
                WHERE json(old.details) IS NOT json(new.details)
                UNION ALL
                SELECT
                    'erased_by',
                    json_object('before', old.erased_by, 'after', new.erased_by)
                WHERE old.erased_by IS NOT new.erased_by
                UNION ALL
                SELECT
                    'created_at',
                    json_object('before', old.created_at, 'after', new.created_at)
                WHERE old.created_at IS NOT new.created_at
            ) AS c
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER erasures_audit_delete
AFTER DELETE ON erasures
BEGIN
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'delete',
        'erasures',
        old.id,
        json_object(
            'subject_id', json_object('before', old.subject_id),
            'reason', json_object('before', old.reason),
            'details', json_object('before', json(old.details)),
            'erased_by', json_object('before', old.erased_by),
            'created_at', json_object('before', old.created_at)
        )
    FROM audit_actor AS a;
END;

-- datasets

-- Only here: REPLACE deletes without a word to triggers, and before the insert it looks as ON CONFLICT does.
CREATE TRIGGER datasets_audit_conflict
BEFORE INSERT ON datasets
WHEN
    EXISTS (SELECT 1 FROM audit_conflicts)
    OR EXISTS (
        SELECT 1 FROM datasets AS r
        WHERE
            r.id = new.id
            OR (r.name = new.name AND r.version = new.version AND r.digest = new.digest)
    )
BEGIN
    DELETE FROM audit_conflicts;
    INSERT INTO audit_conflicts (table_name)
    SELECT 'datasets'
    WHERE EXISTS (
            SELECT 1 FROM datasets AS r
            WHERE
                r.id = new.id
                OR (r.name = new.name AND r.version = new.version AND r.digest = new.digest)
        );
END;

-- Only here: UPDATE OR REPLACE deletes without a word to triggers.
CREATE TRIGGER datasets_audit_replace
BEFORE UPDATE OF id, name, version, digest ON datasets
BEGIN
    SELECT raise(ABORT, 'UNIQUE constraint failed: datasets.id')
    FROM datasets AS r
    WHERE
        old.id IS NOT new.id
        AND r.id = new.id
        AND r.id <> old.id;
    SELECT raise(ABORT, 'UNIQUE constraint failed: datasets.name, datasets.version, datasets.digest')
    FROM datasets AS r
    WHERE
        (old.name IS NOT new.name OR old.version IS NOT new.version OR old.digest IS NOT new.digest)
        AND r.name = new.name
        AND r.version = new.version
        AND r.digest = new.digest
        AND r.id <> old.id;
END;

CREATE TRIGGER datasets_audit_insert
AFTER INSERT ON datasets
BEGIN
    SELECT raise(ABORT, 'CHECK constraint failed: datasets_replace_check')
    FROM audit_conflicts;
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'create',
        'datasets',
        new.id,
        json_object(
            'name', json_object('after', new.name),
            'version', json_object('after', new.version),
            'digest', json_object('after', new.digest),
            'format', json_object('after', new.format),
            'domain', json_object('after', new.domain),
            'size_bytes', json_object('after', new.size_bytes),
            'row_count', json_object('after', new.row_count),
            'statistics', json_object('after', json(new.statistics)),
            'metadata', json_object('after', json(new.metadata)),
            'created_by', json_object('after', new.created_by),
            'team_id', json_object('after', new.team_id)
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER datasets_audit_update
AFTER UPDATE ON datasets
WHEN
    old.id IS NOT new.id
    OR old.name IS NOT new.name
    OR old.version IS NOT new.version
    OR old.digest IS NOT new.digest
    OR old.format IS NOT new.format
    OR old.domain IS NOT new.domain
    OR old.size_bytes IS NOT new.size_bytes
    OR old.row_count IS NOT new.row_count
    OR json(old.statistics) IS NOT json(new.statistics)
    OR json(old.metadata) IS NOT json(new.metadata)
    OR old.created_by IS NOT new.created_by
    OR old.team_id IS NOT new.team_id
    OR old.created_at IS NOT new.created_at
BEGIN
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'update',
        'datasets',
        old.id,
        (
            SELECT nullif(json_group_object(c.field, json(c.change)), '{}')
            FROM (
                SELECT
                    'id' AS field,
                    json_object('before', old.id, 'after', new.id) AS change
                WHERE old.id IS NOT new.id
                UNION ALL
                SELECT
                    'name',
                    json_object('before', old.name, 'after', new.name)
                WHERE old.name IS NOT new.name
                UNION ALL
                SELECT
                    'version',
                    json_object('before', old.version, 'after', new.version)
                WHERE old.version IS NOT new.version
                UNION ALL
                SELECT
                    'digest',
                    json_object('before', old.digest, 'after', new.digest)
                WHERE old.digest IS NOT new.digest
                UNION ALL
                SELECT
                    'format',
                    json_object('before', old.format, 'after', new.format)
                WHERE old.format IS NOT new.format
                UNION ALL
                SELECT
                    'domain',
                    json_object('before', old.domain, 'after', new.domain)
                WHERE old.domain IS NOT new.domain
                UNION ALL
                SELECT
                    'size_bytes',
                    json_object('before', old.size_bytes, 'after', new.size_bytes)
                WHERE old.size_bytes IS NOT new.size_bytes
                UNION ALL
                SELECT
                    'row_count',
                    json_object('before', old.row_count, 'after', new.row_count)
                WHERE old.row_count IS NOT new.row_count
                UNION ALL
                SELECT
                    'statistics',
                    json_object('before', json(old.statistics), 'after', json(new.statistics))
                WHERE json(old.statistics) IS NOT json(new.statistics)
                UNION ALL
                SELECT
                    'metadata',
                    json_object('before', json(old.metadata), 'after', json(new.metadata))
                WHERE json(old.metadata) IS NOT json(new.metadata)
                UNION ALL
                SELECT
                    'created_by',
                    json_object('before', old.created_by, 'after', new.created_by)
                WHERE old.created_by IS NOT new.created_by
                UNION ALL
                SELECT
                    'team_id',
                    json_object('before', old.team_id, 'after', new.team_id)
                WHERE old.team_id IS NOT new.team_id
                UNION ALL
                SELECT
                    'created_at',
                    json_object('before', old.created_at, 'after', new.created_at)
                WHERE old.created_at IS NOT new.created_at
            ) AS c
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER datasets_audit_delete
AFTER DELETE ON datasets
BEGIN
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'delete',
        'datasets',
        old.id,
        json_object(
            'name', json_object('before', old.name),
            'version', json_object('before', old.version),
            'digest', json_object('before', old.digest),
            'format', json_object('before', old.format),
            'domain', json_object('before', old.domain),
            'size_bytes', json_object('before', old.size_bytes),
            'row_count', json_object('before', old.row_count),
            'statistics', json_object('before', json(old.statistics)),
            'metadata', json_object('before', json(old.metadata)),
            'created_by', json_object('before', old.created_by),
            'team_id', json_object('before', old.team_id),
            'created_at', json_object('before', old.created_at)
        )
    FROM audit_actor AS a;
END;

-- dataset_splits

-- Only here: REPLACE deletes without a word to triggers, and before the insert it looks as ON CONFLICT does.
CREATE TRIGGER dataset_splits_audit_conflict
BEFORE INSERT ON dataset_splits
WHEN
    EXISTS (SELECT 1 FROM audit_conflicts)
    OR EXISTS (
        SELECT 1 FROM dataset_splits AS r
        WHERE
            r.id = new.id
            OR (r.dataset_id = new.dataset_id AND r.name = new.name)
    )
BEGIN
    DELETE FROM audit_conflicts;
    INSERT INTO audit_conflicts (table_name)
    SELECT 'dataset_splits'
    WHERE EXISTS (
            SELECT 1 FROM dataset_splits AS r
            WHERE
                r.id = new.id
                OR (r.dataset_id = new.dataset_id AND r.name = new.name)
        );
END;

-- Only here: UPDATE OR REPLACE deletes without a word to triggers.
CREATE TRIGGER dataset_splits_audit_replace
BEFORE UPDATE OF id, dataset_id, name ON dataset_splits
BEGIN
    SELECT raise(ABORT, 'UNIQUE constraint failed: dataset_splits.id')
    FROM dataset_splits AS r
    WHERE
        old.id IS NOT new.id
        AND r.id = new.id
        AND r.id <> old.id;
    SELECT raise(ABORT, 'UNIQUE constraint failed: dataset_splits.dataset_id, dataset_splits.name')
    FROM dataset_splits AS r
    WHERE
        (old.dataset_id IS NOT new.dataset_id OR old.name IS NOT new.name)
        AND r.dataset_id = new.dataset_id
        AND r.name = new.name
        AND r.id <> old.id;
END;

CREATE TRIGGER dataset_splits_audit_insert
AFTER INSERT ON dataset_splits
BEGIN
    SELECT raise(ABORT, 'CHECK constraint failed: dataset_splits_replace_check')
    FROM audit_conflicts;
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'create',
        'dataset_splits',
        new.id,
        json_object(
            'dataset_id', json_object('after', new.dataset_id),
            'name', json_object('after', new.name),
            'row_count', json_object('after', new.row_count),
            'fraction',
            json_object(
                'after',
                json(
                    CASE
                        WHEN
                            abs(new.fraction) < 1e15 AND new.fraction = CAST(new.fraction AS INTEGER)
                            THEN CAST(new.fraction AS INTEGER)
                        WHEN abs(new.fraction) < 9e999 THEN printf('%!.17g', new.fraction)
                    END
                )
            )
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER dataset_splits_audit_update
AFTER UPDATE ON dataset_splits
WHEN
    old.id IS NOT new.id
    OR old.dataset_id IS NOT new.dataset_id
    OR old.name IS NOT new.name
    OR old.row_count IS NOT new.row_count
    OR old.fraction IS NOT new.fraction
    OR old.created_at IS NOT new.created_at
BEGIN
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'update',
        'dataset_splits',
        old.id,
        (
            SELECT nullif(json_group_object(c.field, json(c.change)), '{}')
            FROM (
                SELECT
                    'id' AS field,
                    json_object('before', old.id, 'after', new.id) AS change
                WHERE old.id IS NOT new.id
                UNION ALL
                SELECT
                    'dataset_id',
                    json_object('before', old.dataset_id, 'after', new.dataset_id)
                WHERE old.dataset_id IS NOT new.dataset_id
                UNION ALL
                SELECT
                    'name',
                    json_object('before', old.name, 'after', new.name)
                WHERE old.name IS NOT new.name
                UNION ALL
                SELECT
                    'row_count',
                    json_object('before', old.row_count, 'after', new.row_count)
                WHERE old.row_count IS NOT new.row_count
                UNION ALL
                SELECT
                    'fraction',
                    json_object(
                        'before',
                        json(
                            CASE
                                WHEN
                                    abs(old.fraction) < 1e15 AND old.fraction = CAST(old.fraction AS INTEGER)
                                    THEN CAST(old.fraction AS INTEGER)
                                WHEN abs(old.fraction) < 9e999 THEN printf('%!.17g', old.fraction)
                            END
                        ),
                        'after',
                        json(
                            CASE
                                WHEN
                                    abs(new.fraction) < 1e15 AND new.fraction = CAST(new.fraction AS INTEGER)
                                    THEN CAST(new.fraction AS INTEGER)
                                WHEN abs(new.fraction) < 9e999 THEN printf('%!.17g', new.fraction)
                            END
                        )
                    )
                WHERE old.fraction IS NOT new.fraction
                UNION ALL
                SELECT
                    'created_at',
                    json_object('before', old.created_at, 'after', new.created_at)
                WHERE old.created_at IS NOT new.created_at
            ) AS c
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER dataset_splits_audit_delete
AFTER DELETE ON dataset_splits
BEGIN
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'delete',
        'dataset_splits',
        old.id,
        json_object(
            'dataset_id', json_object('before', old.dataset_id),
            'name', json_object('before', old.name),
            'row_count', json_object('before', old.row_count),
            'fraction',
            json_object(
                'before',
                json(
                    CASE
                        WHEN
                            abs(old.fraction) < 1e15 AND old.fraction = CAST(old.fraction AS INTEGER)
                            THEN CAST(old.fraction AS INTEGER)
                        WHEN abs(old.fraction) < 9e999 THEN printf('%!.17g', old.fraction)
                    END
                )
            ),
            'created_at', json_object('before', old.created_at)
        )
    FROM audit_actor AS a;
END;

-- models

-- Only here: REPLACE deletes without a word to triggers, and before the insert it looks as ON CONFLICT does.
CREATE TRIGGER models_audit_conflict
BEFORE INSERT ON models
WHEN
    EXISTS (SELECT 1 FROM audit_conflicts)
    OR EXISTS (
        SELECT 1 FROM models AS r
        WHERE
            r.id = new.id
            OR r.name = new.name
    )
BEGIN
    DELETE FROM audit_conflicts;
    INSERT INTO audit_conflicts (table_name)
    SELECT 'models'
    WHERE EXISTS (
            SELECT 1 FROM models AS r
            WHERE
                r.id = new.id
                OR r.name = new.name
        );
END;

-- Only here: UPDATE OR REPLACE deletes without a word to triggers.
CREATE TRIGGER models_audit_replace
BEFORE UPDATE OF id, name ON models
BEGIN
    SELECT raise(ABORT, 'UNIQUE constraint failed: models.id')
    FROM models AS r
    WHERE
        old.id IS NOT new.id
        AND r.id = new.id
        AND r.id <> old.id;
    SELECT raise(ABORT, 'UNIQUE constraint failed: models.name')
    FROM models AS r
    WHERE
        old.name IS NOT new.name
        AND r.name = new.name
        AND r.id <> old.id;
END;

CREATE TRIGGER models_audit_insert
AFTER INSERT ON models
BEGIN
    SELECT raise(ABORT, 'CHECK constraint failed: models_replace_check')
    FROM audit_conflicts;
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'create',
        'models',
        new.id,
        json_object(
            'name', json_object('after', new.name),
            'kind', json_object('after', new.kind),
            'provider', json_object('after', new.provider),
            'description', json_object('after', new.description),
            'metadata', json_object('after', json(new.metadata)),
            'created_by', json_object('after', new.created_by),
            'team_id', json_object('after', new.team_id)
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER models_audit_update
AFTER UPDATE ON models
WHEN
    old.id IS NOT new.id
    OR old.name IS NOT new.name
    OR old.kind IS NOT new.kind
    OR old.provider IS NOT new.provider
    OR old.description IS NOT new.description
    OR json(old.metadata) IS NOT json(new.metadata)
    OR old.created_by IS NOT new.created_by
    OR old.team_id IS NOT new.team_id
    OR old.created_at IS NOT new.created_at
BEGIN
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'update',
        'models',
        old.id,
        (
            SELECT nullif(json_group_object(c.field, json(c.change)), '{}')
            FROM (
                SELECT
                    'id' AS field,
                    json_object('before', old.id, 'after', new.id) AS change
                WHERE old.id IS NOT new.id
                UNION ALL
                SELECT
                    'name',
                    json_object('before', old.name, 'after', new.name)
                WHERE old.name IS NOT new.name
                UNION ALL
                SELECT
                    'kind',
                    json_object('before', old.kind, 'after', new.kind)
                WHERE old.kind IS NOT new.kind
                UNION ALL
                SELECT
                    'provider',
                    json_object('before', old.provider, 'after', new.provider)
                WHERE old.provider IS NOT new.provider
                UNION ALL
                SELECT
                    'description',
                    json_object('before', old.description, 'after', new.description)
                WHERE old.description IS NOT new.description
                UNION ALL
                SELECT
                    'metadata',
                    json_object('before', json(old.metadata), 'after', json(new.metadata))
                WHERE json(old.metadata) IS NOT json(new.metadata)
                UNION ALL
                SELECT
                    'created_by',
                    json_object('before', old.created_by, 'after', new.created_by)
                WHERE old.created_by IS NOT new.created_by
                UNION ALL
                SELECT
                    'team_id',
                    json_object('before', old.team_id, 'after', new.team_id)
                WHERE old.team_id IS NOT new.team_id
                UNION ALL
                SELECT
                    'created_at',
                    json_object('before', old.created_at, 'after', new.created_at)
                WHERE old.created_at IS NOT new.created_at
            ) AS c
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER models_audit_delete
AFTER DELETE ON models
BEGIN
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'delete',
        'models',
        old.id,
        json_object(
            'name', json_object('before', old.name),
            'kind', json_object('before', old.kind),
            'provider', json_object('before', old.provider),
            'description', json_object('before', old.description),
            'metadata', json_object('before', json(old.metadata)),
            'created_by', json_object('before', old.created_by),
            'team_id', json_object('before', old.team_id),
            'created_at', json_object('before', old.created_at)
        )
    FROM audit_actor AS a;
END;

-- model_versions

-- Only here: REPLACE deletes without a word to triggers, and before the insert it looks as ON CONFLICT does.
CREATE TRIGGER model_versions_audit_conflict
BEFORE INSERT ON model_versions
WHEN
    EXISTS (SELECT 1 FROM audit_conflicts)
    OR EXISTS (
        SELECT 1 FROM model_versions AS r
        WHERE
            r.id = new.id
            OR (r.model_id = new.model_id AND r.id = new.id)
            OR (r.model_id = new.model_id AND r.version = new.version)
    )
BEGIN
    DELETE FROM audit_conflicts;
    INSERT INTO audit_conflicts (table_name)
    SELECT 'model_versions'
    WHERE EXISTS (
            SELECT 1 FROM model_versions AS r
            WHERE
                r.id = new.id
                OR (r.model_id = new.model_id AND r.id = new.id)
                OR (r.model_id = new.model_id AND r.version = new.version)
        );
END;

-- Only here: UPDATE OR REPLACE deletes without a word to triggers.
CREATE TRIGGER model_versions_audit_replace
BEFORE UPDATE OF id, model_id, version ON model_versions
BEGIN
    SELECT raise(ABORT, 'UNIQUE constraint failed: model_versions.id')
    FROM model_versions AS r
    WHERE
        old.id IS NOT new.id
        AND r.id = new.id
        AND r.id <> old.id;
    SELECT raise(ABORT, 'UNIQUE constraint failed: model_versions.model_id, model_versions.id')
    FROM model_versions AS r
    WHERE
        (old.model_id IS NOT new.model_id OR old.id IS NOT new.id)
        AND r.model_id = new.model_id
        AND r.id = new.id
        AND r.id <> old.id;
    SELECT raise(ABORT, 'UNIQUE constraint failed: model_versions.model_id, model_versions.version')
    FROM model_versions AS r
    WHERE
        (old.model_id IS NOT new.model_id OR old.version IS NOT new.version)
        AND r.model_id = new.model_id
        AND r.version = new.version
        AND r.id <> old.id;
END;

CREATE TRIGGER model_versions_audit_insert
AFTER INSERT ON model_versions
BEGIN
    SELECT raise(ABORT, 'CHECK constraint failed: model_versions_replace_check')
    FROM audit_conflicts;
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'create',
        'model_versions',
        new.id,
        json_object(
            'model_id', json_object('after', new.model_id),
            'version', json_object('after', new.version),
            'stage', json_object('after', new.stage),
            'status', json_object('after', new.status),
            'architecture', json_object('after', new.architecture),
            'parameter_count', json_object('after', new.parameter_count),
            'artifact_uri', json_object('after', new.artifact_uri),
            'digest', json_object('after', new.digest),
            'metrics', json_object('after', json(new.metrics)),
            'input_token_price',
            json_object(
                'after',
                json(
                    CASE
                        WHEN
                            abs(new.input_token_price) < 1e15
                            AND new.input_token_price = CAST(new.input_token_price AS INTEGER)
                            THEN CAST(new.input_token_price AS INTEGER)
                        WHEN abs(new.input_token_price) < 9e999 THEN printf('%!.17g', new.input_token_price)
                    END
                )
            ),
            'output_token_price',
            json_object(
                'after',
                json(
                    CASE
                        WHEN
                            abs(new.output_token_price) < 1e15
                            AND new.output_token_price = CAST(new.output_token_price AS INTEGER)
                            THEN CAST(new.output_token_price AS INTEGER)
                        WHEN abs(new.output_token_price) < 9e999 THEN printf('%!.17g', new.output_token_price)
                    END
                )
            ),
            'metadata', json_object('after', json(new.metadata)),
            'training_run_id', json_object('after', new.training_run_id)
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER model_versions_audit_update
AFTER UPDATE ON model_versions
WHEN
    old.id IS NOT new.id
    OR old.model_id IS NOT new.model_id
    OR old.version IS NOT new.version
    OR old.stage IS NOT new.stage
    OR old.status IS NOT new.status
    OR old.architecture IS NOT new.architecture
    OR old.parameter_count IS NOT new.parameter_count
    OR old.artifact_uri IS NOT new.artifact_uri
    OR old.digest IS NOT new.digest
    OR json(old.metrics) IS NOT json(new.metrics)
    OR old.input_token_price IS NOT new.input_token_price
    OR old.output_token_price IS NOT new.output_token_price
    OR json(old.metadata) IS NOT json(new.metadata)
    OR old.created_at IS NOT new.created_at
    OR old.training_run_id IS NOT new.training_run_id
BEGIN
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'update',
        'model_versions',
        old.id,
        (
            SELECT nullif(json_group_object(c.field, json(c.change)), '{}')
            FROM (
                SELECT
                    'id' AS field,
                    json_object('before', old.id, 'after', new.id) AS change
                WHERE old.id IS NOT new.id
                UNION ALL
                SELECT
                    'model_id',
                    json_object('before', old.model_id, 'after', new.model_id)
                WHERE old.model_id IS NOT new.model_id
                UNION ALL
                SELECT
                    'version',
                    json_object('before', old.version, 'after', new.version)
                WHERE old.version IS NOT new.version
                UNION ALL
                SELECT
                    'stage',
                    json_object('before', old.stage, 'after', new.stage)
                WHERE old.stage IS NOT new.stage
                UNION ALL
                SELECT
                    'status',
                    json_object('before', old.status, 'after', new.status)
                WHERE old.status IS NOT new.status
                UNION ALL
                SELECT
                    'architecture',
                    json_object('before', old.architecture, 'after', new.architecture)
                WHERE old.architecture IS NOT new.architecture
                UNION ALL
                SELECT
                    'parameter_count',
                    json_object('before', old.parameter_count, 'after', new.parameter_count)
                WHERE old.parameter_count IS NOT new.parameter_count
                UNION ALL
                SELECT
                    'artifact_uri',
                    json_object('before', old.artifact_uri, 'after', new.artifact_uri)
                WHERE old.artifact_uri IS NOT new.artifact_uri
                UNION ALL
                SELECT
                    'digest',
                    json_object('before', old.digest, 'after', new.digest)
                WHERE old.digest IS NOT new.digest
                UNION ALL
                SELECT
                    'metrics',
                    json_object('before', json(old.metrics), 'after', json(new.metrics))
                WHERE json(old.metrics) IS NOT json(new.metrics)
                UNION ALL
                SELECT
                    'input_token_price',
                    json_object(
                        'before',
                        json(
                            CASE
                                WHEN
                                    abs(old.input_token_price) < 1e15
                                    AND old.input_token_price = CAST(old.input_token_price AS INTEGER)
                                    THEN CAST(old.input_token_price AS INTEGER)
                                WHEN abs(old.input_token_price) < 9e999 THEN printf('%!.17g', old.input_token_price)
                            END
                        ),
                        'after',
                        json(
                            CASE
                                WHEN
                                    abs(new.input_token_price) < 1e15
                                    AND new.input_token_price = CAST(new.input_token_price AS INTEGER)
                                    THEN CAST(new.input_token_price AS INTEGER)
                                WHEN abs(new.input_token_price) < 9e999 THEN printf('%!.17g', new.input_token_price)
                            END
                        )
                    )
                WHERE old.input_token_price IS NOT new.input_token_price
                UNION ALL
                SELECT
                    'output_token_price',
                    json_object(
                        'before',
                        json(
                            CASE
                                WHEN
                                    abs(old.output_token_price) < 1e15
                                    AND old.output_token_price = CAST(old.output_token_price AS INTEGER)
                                    THEN CAST(old.output_token_price AS INTEGER)
                                WHEN abs(old.output_token_price) < 9e999 THEN printf('%!.17g', old.output_token_price)
                            END
                        ),
                        'after',
                        json(
                            CASE
                                WHEN
                                    abs(new.output_token_price) < 1e15
                                    AND new.output_token_price = CAST(new.output_token_price AS INTEGER)
                                    THEN CAST(new.output_token_price AS INTEGER)
                                WHEN abs(new.output_token_price) < 9e999 THEN printf('%!.17g', new.output_token_price)
                            END
                        )
                    )
                WHERE old.output_token_price IS NOT new.output_token_price
                UNION ALL
                SELECT
                    'metadata',
                    json_object('before', json(old.metadata), 'after', json(new.metadata))
                WHERE json(old.metadata) IS NOT json(new.metadata)
                UNION ALL
                SELECT
                    'created_at',
                    json_object('before', old.created_at, 'after', new.created_at)
                WHERE old.created_at IS NOT new.created_at
                UNION ALL
                SELECT
                    'training_run_id',
                    json_object('before', old.training_run_id, 'after', new.training_run_id)
                WHERE old.training_run_id IS NOT new.training_run_id
            ) AS c
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER model_versions_audit_delete
AFTER DELETE ON model_versions
BEGIN
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'delete',
        'model_versions',
        old.id,
        json_object(
            'model_id', json_object('before', old.model_id),
            'version', json_object('before', old.version),
            'stage', json_object('before', old.stage),
            'status', json_object('before', old.status),
            'architecture', json_object('before', old.architecture),
            'parameter_count', json_object('before', old.parameter_count),
            'artifact_uri', json_object('before', old.artifact_uri),
            'digest', json_object('before', old.digest),
            'metrics', json_object('before', json(old.metrics)),
            'input_token_price',
            json_object(
                'before',
                json(
                    CASE
                        WHEN
                            abs(old.input_token_price) < 1e15
                            AND old.input_token_price = CAST(old.input_token_price AS INTEGER)
                            THEN CAST(old.input_token_price AS INTEGER)
                        WHEN abs(old.input_token_price) < 9e999 THEN printf('%!.17g', old.input_token_price)
                    END
                )
            ),
            'output_token_price',
            json_object(
                'before',
                json(
                    CASE
                        WHEN
                            abs(old.output_token_price) < 1e15
                            AND old.output_token_price = CAST(old.output_token_price AS INTEGER)
                            THEN CAST(old.output_token_price AS INTEGER)
                        WHEN abs(old.output_token_price) < 9e999 THEN printf('%!.17g', old.output_token_price)
                    END
                )
            ),
            'metadata', json_object('before', json(old.metadata)),
            'created_at', json_object('before', old.created_at),
            'training_run_id', json_object('before', old.training_run_id)
        )
    FROM audit_actor AS a;
END;

-- model_aliases

-- Only here: REPLACE deletes without a word to triggers, and before the insert it looks as ON CONFLICT does.
CREATE TRIGGER model_aliases_audit_conflict
BEFORE INSERT ON model_aliases
WHEN
    EXISTS (SELECT 1 FROM audit_conflicts)
    OR EXISTS (
        SELECT 1 FROM model_aliases AS r
        WHERE
            r.model_id = new.model_id
            AND r.alias = new.alias
    )
BEGIN
    DELETE FROM audit_conflicts;
    INSERT INTO audit_conflicts (table_name)
    SELECT 'model_aliases'
    WHERE EXISTS (
            SELECT 1 FROM model_aliases AS r
            WHERE
                r.model_id = new.model_id
                AND r.alias = new.alias
        );
END;

-- Only here: UPDATE OR REPLACE deletes without a word to triggers.
CREATE TRIGGER model_aliases_audit_replace
BEFORE UPDATE OF model_id, alias ON model_aliases
BEGIN
    SELECT raise(ABORT, 'UNIQUE constraint failed: model_aliases.model_id, model_aliases.alias')
    FROM model_aliases AS r
    WHERE
        (old.model_id IS NOT new.model_id OR old.alias IS NOT new.alias)
        AND r.model_id = new.model_id
        AND r.alias = new.alias
        AND (r.model_id <> old.model_id OR r.alias <> old.alias);
END;

CREATE TRIGGER model_aliases_audit_insert
AFTER INSERT ON model_aliases
BEGIN
    SELECT raise(ABORT, 'CHECK constraint failed: model_aliases_replace_check')
    FROM audit_conflicts;
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'create',
        'model_aliases',
        new.model_id || '/' || new.alias,
        json_object(
            'model_id', json_object('after', new.model_id),
            'alias', json_object('after', new.alias),
            'model_version_id', json_object('after', new.model_version_id)
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER model_aliases_audit_update
AFTER UPDATE ON model_aliases
WHEN
    old.model_id IS NOT new.model_id
    OR old.alias IS NOT new.alias
    OR old.model_version_id IS NOT new.model_version_id
    OR old.created_at IS NOT new.created_at
BEGIN
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'update',
        'model_aliases',
        old.model_id || '/' || old.alias,
        (
            SELECT nullif(json_group_object(c.field, json(c.change)), '{}')
            FROM (
                SELECT
                    'model_id' AS field,
                    json_object('before', old.model_id, 'after', new.model_id) AS change
                WHERE old.model_id IS NOT new.model_id
                UNION ALL
                SELECT
                    'alias',
                    json_object('before', old.alias, 'after', new.alias)
                WHERE old.alias IS NOT new.alias
                UNION ALL
                SELECT
                    'model_version_id',
                    json_object('before', old.model_version_id, 'after', new.model_version_id)
                WHERE old.model_version_id IS NOT new.model_version_id
                UNION ALL
                SELECT
                    'created_at',
                    json_object('before', old.created_at, 'after', new.created_at)
                WHERE old.created_at IS NOT new.created_at
            ) AS c
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER model_aliases_audit_delete
AFTER DELETE ON model_aliases
BEGIN
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'delete',
        'model_aliases',
        old.model_id || '/' || old.alias,
        json_object(
            'model_id', json_object('before', old.model_id),
            'alias', json_object('before', old.alias),
            'model_version_id', json_object('before', old.model_version_id),
            'created_at', json_object('before', old.created_at)
        )
    FROM audit_actor AS a;
END;

-- experiments

-- Only here: REPLACE deletes without a word to triggers, and before the insert it looks as ON CONFLICT does.
CREATE TRIGGER experiments_audit_conflict
BEFORE INSERT ON experiments
WHEN
    EXISTS (SELECT 1 FROM audit_conflicts)
    OR EXISTS (
        SELECT 1 FROM experiments AS r
        WHERE r.id = new.id
    )
BEGIN
    DELETE FROM audit_conflicts;
    INSERT INTO audit_conflicts (table_name)
    SELECT 'experiments'
    WHERE EXISTS (
            SELECT 1 FROM experiments AS r
            WHERE r.id = new.id
        );
END;

-- Only here: UPDATE OR REPLACE deletes without a word to triggers.
CREATE TRIGGER experiments_audit_replace
BEFORE UPDATE OF id ON experiments
BEGIN
    SELECT raise(ABORT, 'UNIQUE constraint failed: experiments.id')
    FROM experiments AS r
    WHERE
        old.id IS NOT new.id
        AND r.id = new.id
        AND r.id <> old.id;
END;

CREATE TRIGGER experiments_audit_insert
AFTER INSERT ON experiments
BEGIN
    SELECT raise(ABORT, 'CHECK constraint failed: experiments_replace_check')
    FROM audit_conflicts;
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'create',
        'experiments',
        new.id,
        json_object(
            'name', json_object('after', new.name),
            'hypothesis', json_object('after', new.hypothesis),
            'status', json_object('after', new.status),
            'dataset_id', json_object('after', new.dataset_id),
            'model_version_id', json_object('after', new.model_version_id),
            'config', json_object('after', json(new.config)),
            'results', json_object('after', json(new.results)),
            'metrics', json_object('after', json(new.metrics)),
            'cost_usd',
            json_object(
                'after',
                json(
                    CASE
                        WHEN
                            abs(new.cost_usd) < 1e15 AND new.cost_usd = CAST(new.cost_usd AS INTEGER)
                            THEN CAST(new.cost_usd AS INTEGER)
                        WHEN abs(new.cost_usd) < 9e999 THEN printf('%!.17g', new.cost_usd)
                    END
                )
            ),
            'started_at', json_object('after', new.started_at),
            'finished_at', json_object('after', new.finished_at),
            'created_by', json_object('after', new.created_by),
            'team_id', json_object('after', new.team_id)
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER experiments_audit_update
AFTER UPDATE ON experiments
WHEN
    old.id IS NOT new.id
    OR old.name IS NOT new.name
    OR old.hypothesis IS NOT new.hypothesis
    OR old.status IS NOT new.status
    OR old.dataset_id IS NOT new.dataset_id
    OR old.model_version_id IS NOT new.model_version_id
    OR json(old.config) IS NOT json(new.config)
    OR json(old.results) IS NOT json(new.results)
    OR json(old.metrics) IS NOT json(new.metrics)
    OR old.cost_usd IS NOT new.cost_usd
    OR old.started_at IS NOT new.started_at
    OR old.finished_at IS NOT new.finished_at
    OR old.created_by IS NOT new.created_by
    OR old.team_id IS NOT new.team_id
    OR old.created_at IS NOT new.created_at
BEGIN
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'update',
        'experiments',
        old.id,
        (
            SELECT nullif(json_group_object(c.field, json(c.change)), '{}')
            FROM (
                SELECT
                    'id' AS field,
                    json_object('before', old.id, 'after', new.id) AS change
                WHERE old.id IS NOT new.id
                UNION ALL
                SELECT
                    'name',
                    json_object('before', old.name, 'after', new.name)
                WHERE old.name IS NOT new.name
                UNION ALL
                SELECT
                    'hypothesis',
                    json_object('before', old.hypothesis, 'after', new.hypothesis)
                WHERE old.hypothesis IS NOT new.hypothesis
                UNION ALL
                SELECT
                    'status',
                    json_object('before', old.status, 'after', new.status)
                WHERE old.status IS NOT new.status
                UNION ALL
                SELECT
                    'dataset_id',
                    json_object('before', old.dataset_id, 'after', new.dataset_id)
                WHERE old.dataset_id IS NOT new.dataset_id
                UNION ALL
                SELECT
                    'model_version_id',
                    json_object('before', old.model_version_id, 'after', new.model_version_id)
                WHERE old.model_version_id IS NOT new.model_version_id
                UNION ALL
                SELECT
                    'config',
                    json_object('before', json(old.config), 'after', json(new.config))
                WHERE json(old.config) IS NOT json(new.config)
                UNION ALL
                SELECT
                    'results',
                    json_object('before', json(old.results), 'after', json(new.results))
                WHERE json(old.results) IS NOT json(new.results)
                UNION ALL
                SELECT
                    'metrics',
                    json_object('before', json(old.metrics), 'after', json(new.metrics))
                WHERE json(old.metrics) IS NOT json(new.metrics)
                UNION ALL
                SELECT
                    'cost_usd',
                    json_object(
                        'before',
                        json(
                            CASE
                                WHEN
                                    abs(old.cost_usd) < 1e15 AND old.cost_usd = CAST(old.cost_usd AS INTEGER)
                                    THEN CAST(old.cost_usd AS INTEGER)
                                WHEN abs(old.cost_usd) < 9e999 THEN printf('%!.17g', old.cost_usd)
                            END
                        ),
                        'after',
                        json(
                            CASE
                                WHEN
                                    abs(new.cost_usd) < 1e15 AND new.cost_usd = CAST(new.cost_usd AS INTEGER)
                                    THEN CAST(new.cost_usd AS INTEGER)
                                WHEN abs(new.cost_usd) < 9e999 THEN printf('%!.17g', new.cost_usd)
                            END
                        )
                    )
                WHERE old.cost_usd IS NOT new.cost_usd
                UNION ALL
                SELECT
                    'started_at',
                    json_object('before', old.started_at, 'after', new.started_at)
                WHERE old.started_at IS NOT new.started_at
                UNION ALL
                SELECT
                    'finished_at',
                    json_object('before', old.finished_at, 'after', new.finished_at)
                WHERE old.finished_at IS NOT new.finished_at
                UNION ALL
                SELECT
                    'created_by',
                    json_object('before', old.created_by, 'after', new.created_by)
                WHERE old.created_by IS NOT new.created_by
                UNION ALL
                SELECT
                    'team_id',
                    json_object('before', old.team_id, 'after', new.team_id)
                WHERE old.team_id IS NOT new.team_id
                UNION ALL
                SELECT
                    'created_at',
                    json_object('before', old.created_at, 'after', new.created_at)
                WHERE old.created_at IS NOT new.created_at
            ) AS c
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER experiments_audit_delete
AFTER DELETE ON experiments
BEGIN
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'delete',
        'experiments',
        old.id,
        json_object(
            'name', json_object('before', old.name),
            'hypothesis', json_object('before', old.hypothesis),
            'status', json_object('before', old.status),
            'dataset_id', json_object('before', old.dataset_id),
            'model_version_id', json_object('before', old.model_version_id),
            'config', json_object('before', json(old.config)),
            'results', json_object('before', json(old.results)),
            'metrics', json_object('before', json(old.metrics)),
            'cost_usd',
            json_object(
                'before',
                json(
                    CASE
                        WHEN
                            abs(old.cost_usd) < 1e15 AND old.cost_usd = CAST(old.cost_usd AS INTEGER)
                            THEN CAST(old.cost_usd AS INTEGER)
                        WHEN abs(old.cost_usd) < 9e999 THEN printf('%!.17g', old.cost_usd)
                    END
                )
            ),
            'started_at', json_object('before', old.started_at),
            'finished_at', json_object('before', old.finished_at),
            'created_by', json_object('before', old.created_by),
            'team_id', json_object('before', old.team_id),
            'created_at', json_object('before', old.created_at)
        )
    FROM audit_actor AS a;
END;

-- experiment_runs

-- Only here: REPLACE deletes without a word to triggers, and before the insert it looks as ON CONFLICT does.
CREATE TRIGGER experiment_runs_audit_conflict
BEFORE INSERT ON experiment_runs
WHEN
    EXISTS (SELECT 1 FROM audit_conflicts)
    OR EXISTS (
        SELECT 1 FROM experiment_runs AS r
        WHERE
            r.experiment_id = new.experiment_id
            AND r.training_run_id = new.training_run_id
    )
BEGIN
    DELETE FROM audit_conflicts;
    INSERT INTO audit_conflicts (table_name)
    SELECT 'experiment_runs'
    WHERE EXISTS (
            SELECT 1 FROM experiment_runs AS r
            WHERE
                r.experiment_id = new.experiment_id
                AND r.training_run_id = new.training_run_id
        );
END;

-- Only here: UPDATE OR REPLACE deletes without a word to triggers.
CREATE TRIGGER experiment_runs_audit_replace
BEFORE UPDATE OF experiment_id, training_run_id ON experiment_runs
BEGIN
    SELECT raise(ABORT, 'UNIQUE constraint failed: experiment_runs.experiment_id, experiment_runs.training_run_id')
    FROM experiment_runs AS r
    WHERE
        (old.experiment_id IS NOT new.experiment_id OR old.training_run_id IS NOT new.training_run_id)
        AND r.experiment_id = new.experiment_id
        AND r.training_run_id = new.training_run_id
        AND (r.experiment_id <> old.experiment_id OR r.training_run_id <> old.training_run_id);
END;

CREATE TRIGGER experiment_runs_audit_insert
AFTER INSERT ON experiment_runs
BEGIN
    SELECT raise(ABORT, 'CHECK constraint failed: experiment_runs_replace_check')
    FROM audit_conflicts;
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'create',
        'experiment_runs',
        new.experiment_id || '/' || new.training_run_id,
        json_object(
            'experiment_id', json_object('after', new.experiment_id),
            'training_run_id', json_object('after', new.training_run_id),
            'label', json_object('after', new.label)
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER experiment_runs_audit_update
AFTER UPDATE ON experiment_runs
WHEN
    old.experiment_id IS NOT new.experiment_id
    OR old.training_run_id IS NOT new.training_run_id
    OR old.label IS NOT new.label
    OR old.created_at IS NOT new.created_at
BEGIN
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'update',
        'experiment_runs',
        old.experiment_id || '/' || old.training_run_id,
        (
            SELECT nullif(json_group_object(c.field, json(c.change)), '{}')
            FROM (
                SELECT
                    'experiment_id' AS field,
                    json_object('before', old.experiment_id, 'after', new.experiment_id) AS change
                WHERE old.experiment_id IS NOT new.experiment_id
                UNION ALL
                SELECT
                    'training_run_id',
                    json_object('before', old.training_run_id, 'after', new.training_run_id)
                WHERE old.training_run_id IS NOT new.training_run_id
                UNION ALL
                SELECT
                    'label',
                    json_object('before', old.label, 'after', new.label)
                WHERE old.label IS NOT new.label
                UNION ALL
                SELECT
                    'created_at',
                    json_object('before', old.created_at, 'after', new.created_at)
                WHERE old.created_at IS NOT new.created_at
            ) AS c
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER experiment_runs_audit_delete
AFTER DELETE ON experiment_runs
BEGIN
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'delete',
        'experiment_runs',
        old.experiment_id || '/' || old.training_run_id,
        json_object(
            'experiment_id', json_object('before', old.experiment_id),
            'training_run_id', json_object('before', old.training_run_id),
            'label', json_object('before', old.label),
            'created_at', json_object('before', old.created_at)
        )
    FROM audit_actor AS a;
END;

-- benchmarks

-- Only here: REPLACE deletes without a word to triggers, and before the insert it looks as ON CONFLICT does.
CREATE TRIGGER benchmarks_audit_conflict
BEFORE INSERT ON benchmarks
WHEN
    EXISTS (SELECT 1 FROM audit_conflicts)
    OR EXISTS (
        SELECT 1 FROM benchmarks AS r
        WHERE r.id = new.id
    )
BEGIN
    DELETE FROM audit_conflicts;
    INSERT INTO audit_conflicts (table_name)
    SELECT 'benchmarks'
    WHERE EXISTS (
            SELECT 1 FROM benchmarks AS r
            WHERE r.id = new.id
        );
END;

-- Only here: UPDATE OR REPLACE deletes without a word to triggers.
CREATE TRIGGER benchmarks_audit_replace
BEFORE UPDATE OF id ON benchmarks
BEGIN
    SELECT raise(ABORT, 'UNIQUE constraint failed: benchmarks.id')
    FROM benchmarks AS r
    WHERE
        old.id IS NOT new.id
        AND r.id = new.id
        AND r.id <> old.id;
END;

CREATE TRIGGER benchmarks_audit_insert
AFTER INSERT ON benchmarks
BEGIN
    SELECT raise(ABORT, 'CHECK constraint failed: benchmarks_replace_check')
    FROM audit_conflicts;
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'create',
        'benchmarks',
        new.id,
        json_object(
            'name', json_object('after', new.name),
            'description', json_object('after', new.description),
            'provider', json_object('after', new.provider),
            'model', json_object('after', new.model),
            'dataset', json_object('after', new.dataset),
            'model_version_id', json_object('after', new.model_version_id),
            'dataset_id', json_object('after', new.dataset_id),
            'status', json_object('after', new.status),
            'total_iterations', json_object('after', new.total_iterations),
            'completed_iterations', json_object('after', new.completed_iterations),
            'failed_iterations', json_object('after', new.failed_iterations),
            'results', json_object('after', json(new.results)),
            'metrics', json_object('after', json(new.metrics)),
            'error', json_object('after', new.error),
            'started_at', json_object('after', new.started_at),
            'completed_at', json_object('after', new.completed_at),
            'created_by', json_object('after', new.created_by),
            'team_id', json_object('after', new.team_id)
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER benchmarks_audit_update
AFTER UPDATE ON benchmarks
WHEN
    old.id IS NOT new.id
    OR old.name IS NOT new.name
    OR old.description IS NOT new.description
    OR old.provider IS NOT new.provider
    OR old.model IS NOT new.model
    OR old.dataset IS NOT new.dataset
    OR old.model_version_id IS NOT new.model_version_id
    OR old.dataset_id IS NOT new.dataset_id
    OR old.status IS NOT new.status
    OR old.total_iterations IS NOT new.total_iterations
    OR old.completed_iterations IS NOT new.completed_iterations
    OR old.failed_iterations IS NOT new.failed_iterations
    OR json(old.results) IS NOT json(new.results)
    OR json(old.metrics) IS NOT json(new.metrics)
    OR old.error IS NOT new.error
    OR old.started_at IS NOT new.started_at
    OR old.completed_at IS NOT new.completed_at
    OR old.created_by IS NOT new.created_by
    OR old.team_id IS NOT new.team_id
    OR old.created_at IS NOT new.created_at
BEGIN
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'update',
        'benchmarks',
        old.id,
        (
            SELECT nullif(json_group_object(c.field, json(c.change)), '{}')
            FROM (
                SELECT
                    'id' AS field,
                    json_object('before', old.id, 'after', new.id) AS change
                WHERE old.id IS NOT new.id
                UNION ALL
                SELECT
                    'name',
                    json_object('before', old.name, 'after', new.name)
                WHERE old.name IS NOT new.name
                UNION ALL
                SELECT
                    'description',
                    json_object('before', old.description, 'after', new.description)
                WHERE old.description IS NOT new.description
                UNION ALL
                SELECT
                    'provider',
                    json_object('before', old.provider, 'after', new.provider)
                WHERE old.provider IS NOT new.provider
                UNION ALL
                SELECT
                    'model',
                    json_object('before', old.model, 'after', new.model)
                WHERE old.model IS NOT new.model
                UNION ALL
                SELECT
                    'dataset',
                    json_object('before', old.dataset, 'after', new.dataset)
                WHERE old.dataset IS NOT new.dataset
                UNION ALL
                SELECT
                    'model_version_id',
                    json_object('before', old.model_version_id, 'after', new.model_version_id)
                WHERE old.model_version_id IS NOT new.model_version_id
                UNION ALL
                SELECT
                    'dataset_id',
                    json_object('before', old.dataset_id, 'after', new.dataset_id)
                WHERE old.dataset_id IS NOT new.dataset_id
                UNION ALL
                SELECT
                    'status',
                    json_object('before', old.status, 'after', new.status)
                WHERE old.status IS NOT new.status
                UNION ALL
                SELECT
                    'total_iterations',
                    json_object('before', old.total_iterations, 'after', new.total_iterations)
                WHERE old.total_iterations IS NOT new.total_iterations
                UNION ALL
                SELECT
                    'completed_iterations',
                    json_object('before', old.completed_iterations, 'after', new.completed_iterations)
                WHERE old.completed_iterations IS NOT new.completed_iterations
                UNION ALL
                SELECT
                    'failed_iterations',
                    json_object('before', old.failed_iterations, 'after', new.failed_iterations)
                WHERE old.failed_iterations IS NOT new.failed_iterations
                UNION ALL
                SELECT
                    'results',
                    json_object('before', json(old.results), 'after', json(new.results))
                WHERE json(old.results) IS NOT json(new.results)
                UNION ALL
                SELECT
                    'metrics',
                    json_object('before', json(old.metrics), 'after', json(new.metrics))
                WHERE json(old.metrics) IS NOT json(new.metrics)
                UNION ALL
                SELECT
                    'error',
                    json_object('before', old.error, 'after', new.error)
                WHERE old.error IS NOT new.error
                UNION ALL
                SELECT
                    'started_at',
                    json_object('before', old.started_at, 'after', new.started_at)
                WHERE old.started_at IS NOT new.started_at
                UNION ALL
                SELECT
                    'completed_at',
                    json_object('before', old.completed_at, 'after', new.completed_at)
                WHERE old.completed_at IS NOT new.completed_at
                UNION ALL
                SELECT
                    'created_by',
                    json_object('before', old.created_by, 'after', new.created_by)
                WHERE old.created_by IS NOT new.created_by
                UNION ALL
                SELECT
                    'team_id',
                    json_object('before', old.team_id, 'after', new.team_id)
                WHERE old.team_id IS NOT new.team_id
                UNION ALL
                SELECT
                    'created_at',
                    json_object('before', old.created_at, 'after', new.created_at)
                WHERE old.created_at IS NOT new.created_at
            ) AS c
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER benchmarks_audit_delete
AFTER DELETE ON benchmarks
BEGIN
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'delete',
        'benchmarks',
        old.id,
        json_object(
            'name', json_object('before', old.name),
            'description', json_object('before', old.description),
            'provider', json_object('before', old.provider),
            'model', json_object('before', old.model),
            'dataset', json_object('before', old.dataset),
            'model_version_id', json_object('before', old.model_version_id),
            'dataset_id', json_object('before', old.dataset_id),
            'status', json_object('before', old.status),
            'total_iterations', json_object('before', old.total_iterations),
            'completed_iterations', json_object('before', old.completed_iterations),
            'failed_iterations', json_object('before', old.failed_iterations),
            'results', json_object('before', json(old.results)),
            'metrics', json_object('before', json(old.metrics)),
            'error', json_object('before', old.error),
            'started_at', json_object('before', old.started_at),
            'completed_at', json_object('before', old.completed_at),
            'created_by', json_object('before', old.created_by),
            'team_id', json_object('before', old.team_id),
            'created_at', json_object('before', old.created_at)
        )
    FROM audit_actor AS a;
END;

-- retention_policies

-- Only here: REPLACE deletes without a word to triggers, and before the insert it looks as ON CONFLICT does.
CREATE TRIGGER retention_policies_audit_conflict
BEFORE INSERT ON retention_policies
WHEN
    EXISTS (SELECT 1 FROM audit_conflicts)
    OR EXISTS (
        SELECT 1 FROM retention_policies AS r
        WHERE r.table_name = new.table_name
    )
BEGIN
    DELETE FROM audit_conflicts;
    INSERT INTO audit_conflicts (table_name)
    SELECT 'retention_policies'
    WHERE EXISTS (
            SELECT 1 FROM retention_policies AS r
            WHERE r.table_name = new.table_name
        );
END;

-- Only here: UPDATE OR REPLACE deletes without a word to triggers.
CREATE TRIGGER retention_policies_audit_replace
BEFORE UPDATE OF table_name ON retention_policies
BEGIN
    SELECT raise(ABORT, 'UNIQUE constraint failed: retention_policies.table_name')
    FROM retention_policies AS r
    WHERE
        old.table_name IS NOT new.table_name
        AND r.table_name = new.table_name
        AND r.table_name <> old.table_name;
END;

CREATE TRIGGER retention_policies_audit_insert
AFTER INSERT ON retention_policies
BEGIN
    SELECT raise(ABORT, 'CHECK constraint failed: retention_policies_replace_check')
    FROM audit_conflicts;
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'create',
        'retention_policies',
        new.table_name,
        json_object(
            'keep_days', json_object('after', new.keep_days),
            'action', json_object('after', new.action),
            'enabled', json_object('after', json(CASE new.enabled WHEN 1 THEN 'true' WHEN 0 THEN 'false' END))
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER retention_policies_audit_update
AFTER UPDATE ON retention_policies
WHEN
    old.table_name IS NOT new.table_name
    OR old.keep_days IS NOT new.keep_days
    OR old.action IS NOT new.action
    OR old.enabled IS NOT new.enabled
    OR old.created_at IS NOT new.created_at
BEGIN
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'update',
        'retention_policies',
        old.table_name,
        (
            SELECT nullif(json_group_object(c.field, json(c.change)), '{}')
            FROM (
                SELECT
                    'table_name' AS field,
                    json_object('before', old.table_name, 'after', new.table_name) AS change
                WHERE old.table_name IS NOT new.table_name
                UNION ALL
                SELECT
                    'keep_days',
                    json_object('before', old.keep_days, 'after', new.keep_days)
                WHERE old.keep_days IS NOT new.keep_days
                UNION ALL
                SELECT
                    'action',
                    json_object('before', old.action, 'after', new.action)
                WHERE old.action IS NOT new.action
                UNION ALL
                SELECT
                    'enabled',
                    json_object(
                        'before', json(CASE old.enabled WHEN 1 THEN 'true' WHEN 0 THEN 'false' END),
                        'after', json(CASE new.enabled WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)
                    )
                WHERE old.enabled IS NOT new.enabled
                UNION ALL
                SELECT
                    'created_at',
                    json_object('before', old.created_at, 'after', new.created_at)
                WHERE old.created_at IS NOT new.created_at
            ) AS c
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER retention_policies_audit_delete
AFTER DELETE ON retention_policies
BEGIN
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'delete',
        'retention_policies',
        old.table_name,
        json_object(
            'keep_days', json_object('before', old.keep_days),
            'action', json_object('before', old.action),
            'enabled', json_object('before', json(CASE old.enabled WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)),
            'created_at', json_object('before', old.created_at)
        )
    FROM audit_actor AS a;
END;

-- schema_migrations

-- Only here: REPLACE deletes without a word to triggers, and before the insert it looks as ON CONFLICT does.
CREATE TRIGGER schema_migrations_audit_conflict
BEFORE INSERT ON schema_migrations
WHEN
    EXISTS (SELECT 1 FROM audit_conflicts)
    OR EXISTS (
        SELECT 1 FROM schema_migrations AS r
        WHERE r.version = new.version
    )
BEGIN
    DELETE FROM audit_conflicts;
    INSERT INTO audit_conflicts (table_name)
    SELECT 'schema_migrations'
    WHERE EXISTS (
            SELECT 1 FROM schema_migrations AS r
            WHERE r.version = new.version
        );
END;

-- Only here: UPDATE OR REPLACE deletes without a word to triggers.
CREATE TRIGGER schema_migrations_audit_replace
BEFORE UPDATE OF version ON schema_migrations
BEGIN
    SELECT raise(ABORT, 'UNIQUE constraint failed: schema_migrations.version')
    FROM schema_migrations AS r
    WHERE
        old.version IS NOT new.version
        AND r.version = new.version
        AND r.version <> old.version;
END;

CREATE TRIGGER schema_migrations_audit_insert
AFTER INSERT ON schema_migrations
BEGIN
    SELECT raise(ABORT, 'CHECK constraint failed: schema_migrations_replace_check')
    FROM audit_conflicts;
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'create',
        'schema',
        CAST(new.version AS TEXT),
        json_object(
            'name', json_object('after', new.name),
            'text_checksum', json_object('after', new.text_checksum),
            'sql_checksum', json_object('after', new.sql_checksum),
            'state', json_object('after', new.state),
            'applied_at', json_object('after', new.applied_at),
            'duration_ms', json_object('after', new.duration_ms)
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER schema_migrations_audit_update
AFTER UPDATE ON schema_migrations
WHEN
    old.version IS NOT new.version
    OR old.name IS NOT new.name
    OR old.text_checksum IS NOT new.text_checksum
    OR old.sql_checksum IS NOT new.sql_checksum
    OR old.state IS NOT new.state
    OR old.applied_at IS NOT new.applied_at
    OR old.duration_ms IS NOT new.duration_ms
BEGIN
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'update',
        'schema',
        CAST(old.version AS TEXT),
        (
            SELECT nullif(json_group_object(c.field, json(c.change)), '{}')
            FROM (
                SELECT
                    'version' AS field,
                    json_object('before', old.version, 'after', new.version) AS change
                WHERE old.version IS NOT new.version
                UNION ALL
                SELECT
                    'name',
                    json_object('before', old.name, 'after', new.name)
                WHERE old.name IS NOT new.name
                UNION ALL
                SELECT
                    'text_checksum',
                    json_object('before', old.text_checksum, 'after', new.text_checksum)
                WHERE old.text_checksum IS NOT new.text_checksum
                UNION ALL
                SELECT
                    'sql_checksum',
                    json_object('before', old.sql_checksum, 'after', new.sql_checksum)
                WHERE old.sql_checksum IS NOT new.sql_checksum
                UNION ALL
                SELECT
                    'state',
                    json_object('before', old.state, 'after', new.state)
                WHERE old.state IS NOT new.state
                UNION ALL
                SELECT
                    'applied_at',
                    json_object('before', old.applied_at, 'after', new.applied_at)
                WHERE old.applied_at IS NOT new.applied_at
                UNION ALL
                SELECT
                    'duration_ms',
                    json_object('before', old.duration_ms, 'after', new.duration_ms)
                WHERE old.duration_ms IS NOT new.duration_ms
            ) AS c
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER schema_migrations_audit_delete
AFTER DELETE ON schema_migrations
BEGIN
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'delete',
        'schema',
        CAST(old.version AS TEXT),
        json_object(
            'name', json_object('before', old.name),
            'text_checksum', json_object('before', old.text_checksum),
            'sql_checksum', json_object('before', old.sql_checksum),
            'state', json_object('before', old.state),
            'applied_at', json_object('before', old.applied_at),
            'duration_ms', json_object('before', old.duration_ms)
        )
    FROM audit_actor AS a;
END;
