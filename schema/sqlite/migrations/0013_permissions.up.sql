-- 0013 permissions: what each role may do, and who owns what.
-- Locks: the one writer, for a moment; creates one view.
-- Undo:  0013_permissions.down.sql drops the view and takes all permissions back, also those that were granted since.
-- By hand: as `plainbase migrate render` writes it, so that schema_migrations is told too.

-- A child is asked for by what it belongs to: splits by datasets; versions, aliases and scores by models; metrics and
-- checkpoints by training_runs. What is not here is denied.
INSERT INTO role_permissions (role, action, entity_type, reach)
VALUES
('admin', 'read', 'datasets', 'all'),
('admin', 'create', 'datasets', 'all'),
('admin', 'update', 'datasets', 'all'),
('admin', 'delete', 'datasets', 'all'),
('admin', 'export', 'datasets', 'all'),
('admin', 'read', 'models', 'all'),
('admin', 'create', 'models', 'all'),
('admin', 'update', 'models', 'all'),
('admin', 'delete', 'models', 'all'),
('admin', 'export', 'models', 'all'),
('admin', 'read', 'training_runs', 'all'),
('admin', 'create', 'training_runs', 'all'),
('admin', 'update', 'training_runs', 'all'),
('admin', 'delete', 'training_runs', 'all'),
('admin', 'export', 'training_runs', 'all'),
('admin', 'read', 'experiments', 'all'),
('admin', 'create', 'experiments', 'all'),
('admin', 'update', 'experiments', 'all'),
('admin', 'delete', 'experiments', 'all'),
('admin', 'export', 'experiments', 'all'),
('admin', 'read', 'benchmarks', 'all'),
('admin', 'create', 'benchmarks', 'all'),
('admin', 'update', 'benchmarks', 'all'),
('admin', 'delete', 'benchmarks', 'all'),
('admin', 'export', 'benchmarks', 'all'),
('admin', 'read', 'evaluations', 'all'),
('admin', 'create', 'evaluations', 'all'),
('admin', 'update', 'evaluations', 'all'),
('admin', 'delete', 'evaluations', 'all'),
('admin', 'export', 'evaluations', 'all'),
('admin', 'read', 'comparison_results', 'all'),
('admin', 'create', 'comparison_results', 'all'),
('admin', 'delete', 'comparison_results', 'all'),
('admin', 'export', 'comparison_results', 'all'),
('admin', 'read', 'inference_sessions', 'all'),
('admin', 'create', 'inference_sessions', 'all'),
('admin', 'update', 'inference_sessions', 'all'),
('admin', 'delete', 'inference_sessions', 'all'),
('admin', 'export', 'inference_sessions', 'all'),
('admin', 'read', 'generations', 'all'),
('admin', 'create', 'generations', 'all'),
('admin', 'update', 'generations', 'all'),
('admin', 'delete', 'generations', 'all'),
('admin', 'export', 'generations', 'all'),
('admin', 'read', 'predictions', 'all'),
('admin', 'create', 'predictions', 'all'),
('admin', 'delete', 'predictions', 'all'),
('admin', 'export', 'predictions', 'all'),
('admin', 'read', 'corpus_texts', 'all'),
('admin', 'create', 'corpus_texts', 'all'),
('admin', 'delete', 'corpus_texts', 'all'),
('admin', 'export', 'corpus_texts', 'all'),
('admin', 'read', 'neural_configs', 'all'),
('admin', 'create', 'neural_configs', 'all'),
('admin', 'update', 'neural_configs', 'all'),
('admin', 'delete', 'neural_configs', 'all'),
('admin', 'read', 'jobs', 'all'),
('admin', 'create', 'jobs', 'all'),
('admin', 'update', 'jobs', 'all'),
('admin', 'delete', 'jobs', 'all'),
('admin', 'read', 'job_queues', 'all'),
('admin', 'create', 'job_queues', 'all'),
('admin', 'update', 'job_queues', 'all'),
('admin', 'delete', 'job_queues', 'all'),
('admin', 'read', 'job_schedules', 'all'),
('admin', 'create', 'job_schedules', 'all'),
('admin', 'update', 'job_schedules', 'all'),
('admin', 'delete', 'job_schedules', 'all'),
('admin', 'read', 'workers', 'all'),
('admin', 'create', 'workers', 'all'),
('admin', 'update', 'workers', 'all'),
('admin', 'delete', 'workers', 'all'),
('admin', 'read', 'system_metrics', 'all'),
('admin', 'create', 'system_metrics', 'all'),
('admin', 'delete', 'system_metrics', 'all'),
('admin', 'read', 'view_refreshes', 'all'),
('admin', 'update', 'view_refreshes', 'all'),
('admin', 'read', 'users', 'all'),
('admin', 'create', 'users', 'all'),
('admin', 'update', 'users', 'all'),
('admin', 'delete', 'users', 'all'),
('admin', 'export', 'users', 'all'),
('admin', 'change_role', 'users', 'all'),
('admin', 'administer', 'users', 'all'),
('admin', 'read', 'teams', 'all'),
('admin', 'create', 'teams', 'all'),
('admin', 'update', 'teams', 'all'),
('admin', 'delete', 'teams', 'all'),
('admin', 'read', 'sessions', 'all'),
('admin', 'delete', 'sessions', 'all'),
('admin', 'read', 'api_keys', 'all'),
('admin', 'create', 'api_keys', 'all'),
('admin', 'update', 'api_keys', 'all'),
('admin', 'delete', 'api_keys', 'all'),
('admin', 'read', 'role_permissions', 'all'),
('admin', 'create', 'role_permissions', 'all'),
('admin', 'update', 'role_permissions', 'all'),
('admin', 'delete', 'role_permissions', 'all'),
('admin', 'read', 'audit_logs', 'all'),
('admin', 'export', 'audit_logs', 'all'),
('admin', 'read', 'erasures', 'all'),
('admin', 'create', 'erasures', 'all'),
('admin', 'read', 'retention_policies', 'all'),
('admin', 'create', 'retention_policies', 'all'),
('admin', 'update', 'retention_policies', 'all'),
('admin', 'delete', 'retention_policies', 'all'),
('admin', 'read', 'schema_migrations', 'all'),
('admin', 'create', 'schema_migrations', 'all'),
('researcher', 'read', 'datasets', 'team'),
('researcher', 'create', 'datasets', 'team'),
('researcher', 'update', 'datasets', 'team'),
('researcher', 'delete', 'datasets', 'own'),
('researcher', 'export', 'datasets', 'team'),
('researcher', 'read', 'models', 'team'),
('researcher', 'create', 'models', 'team'),
('researcher', 'update', 'models', 'team'),
('researcher', 'delete', 'models', 'own'),
('researcher', 'export', 'models', 'team'),
('researcher', 'read', 'training_runs', 'team'),
('researcher', 'create', 'training_runs', 'team'),
('researcher', 'update', 'training_runs', 'team'),
('researcher', 'delete', 'training_runs', 'own'),
('researcher', 'export', 'training_runs', 'team'),
('researcher', 'read', 'experiments', 'team'),
('researcher', 'create', 'experiments', 'team'),
('researcher', 'update', 'experiments', 'team'),
('researcher', 'delete', 'experiments', 'own'),
('researcher', 'export', 'experiments', 'team'),
('researcher', 'read', 'benchmarks', 'team'),
('researcher', 'create', 'benchmarks', 'team'),
('researcher', 'update', 'benchmarks', 'team'),
('researcher', 'delete', 'benchmarks', 'own'),
('researcher', 'export', 'benchmarks', 'team'),
('researcher', 'read', 'evaluations', 'team'),
('researcher', 'create', 'evaluations', 'team'),
('researcher', 'update', 'evaluations', 'team'),
('researcher', 'delete', 'evaluations', 'own'),
('researcher', 'export', 'evaluations', 'team'),
('researcher', 'read', 'comparison_results', 'team'),
('researcher', 'create', 'comparison_results', 'team'),
('researcher', 'delete', 'comparison_results', 'own'),
('researcher', 'export', 'comparison_results', 'team'),
('researcher', 'read', 'inference_sessions', 'team'),
('researcher', 'create', 'inference_sessions', 'team'),
('researcher', 'update', 'inference_sessions', 'own'),
('researcher', 'export', 'inference_sessions', 'team'),
('researcher', 'read', 'generations', 'team'),
('researcher', 'create', 'generations', 'team'),
('researcher', 'update', 'generations', 'team'),
('researcher', 'export', 'generations', 'team'),
('researcher', 'read', 'predictions', 'team'),
('researcher', 'create', 'predictions', 'team'),
('researcher', 'export', 'predictions', 'team'),
('researcher', 'read', 'corpus_texts', 'all'),
('researcher', 'create', 'corpus_texts', 'all'),
('researcher', 'export', 'corpus_texts', 'all'),
('researcher', 'read', 'neural_configs', 'all'),
('researcher', 'create', 'neural_configs', 'all'),
('researcher', 'update', 'neural_configs', 'all'),
('researcher', 'read', 'jobs', 'all'),
('researcher', 'create', 'jobs', 'all'),
('researcher', 'update', 'jobs', 'all'),
('researcher', 'read', 'job_queues', 'all'),
('researcher', 'read', 'job_schedules', 'all'),
('researcher', 'read', 'workers', 'all'),
('researcher', 'read', 'system_metrics', 'all'),
('researcher', 'create', 'system_metrics', 'all'),
('researcher', 'read', 'view_refreshes', 'all'),
('researcher', 'update', 'view_refreshes', 'all'),
('researcher', 'read', 'users', 'own'),
('researcher', 'update', 'users', 'own'),
('researcher', 'export', 'users', 'own'),
('researcher', 'read', 'teams', 'team'),
('researcher', 'update', 'teams', 'own'),
('researcher', 'read', 'sessions', 'own'),
('researcher', 'delete', 'sessions', 'own'),
('researcher', 'read', 'api_keys', 'own'),
('researcher', 'create', 'api_keys', 'own'),
('researcher', 'update', 'api_keys', 'own'),
('researcher', 'delete', 'api_keys', 'own'),
('researcher', 'read', 'role_permissions', 'all'),
('user', 'read', 'datasets', 'team'),
('user', 'read', 'models', 'team'),
('user', 'read', 'training_runs', 'team'),
('user', 'read', 'experiments', 'team'),
('user', 'read', 'benchmarks', 'team'),
('user', 'read', 'evaluations', 'team'),
('user', 'read', 'comparison_results', 'team'),
('user', 'read', 'inference_sessions', 'own'),
('user', 'create', 'inference_sessions', 'team'),
('user', 'update', 'inference_sessions', 'own'),
('user', 'export', 'inference_sessions', 'own'),
('user', 'create', 'generations', 'team'),
('user', 'create', 'predictions', 'team'),
('user', 'read', 'corpus_texts', 'all'),
('user', 'read', 'neural_configs', 'all'),
('user', 'read', 'view_refreshes', 'all'),
('user', 'read', 'users', 'own'),
('user', 'update', 'users', 'own'),
('user', 'export', 'users', 'own'),
('user', 'read', 'teams', 'team'),
('user', 'update', 'teams', 'own'),
('user', 'read', 'sessions', 'own'),
('user', 'delete', 'sessions', 'own'),
('user', 'read', 'api_keys', 'own'),
('user', 'create', 'api_keys', 'own'),
('user', 'update', 'api_keys', 'own'),
('user', 'delete', 'api_keys', 'own'),
('user', 'read', 'role_permissions', 'all');


CREATE VIEW entity_owners AS
-- Who made an entity, or whose it is, and its team; a team has a row for each of its owners.
SELECT
    'datasets' AS entity_type,
    t.id AS entity_id,
    t.created_by AS user_id,
    t.team_id
FROM datasets AS t
UNION ALL
SELECT
    'models' AS entity_type,
    t.id AS entity_id,
    t.created_by AS user_id,
    t.team_id
FROM models AS t
UNION ALL
SELECT
    'training_runs' AS entity_type,
    t.id AS entity_id,
    t.created_by AS user_id,
    t.team_id
FROM training_runs AS t
UNION ALL
SELECT
    'experiments' AS entity_type,
    t.id AS entity_id,
    t.created_by AS user_id,
    t.team_id
FROM experiments AS t
UNION ALL
SELECT
    'benchmarks' AS entity_type,
    t.id AS entity_id,
    t.created_by AS user_id,
    t.team_id
FROM benchmarks AS t
UNION ALL
SELECT
    'evaluations' AS entity_type,
    t.id AS entity_id,
    t.created_by AS user_id,
    coalesce(t.team_id, x.team_id, b.team_id) AS team_id
FROM evaluations AS t
LEFT JOIN experiments AS x ON t.experiment_id = x.id
LEFT JOIN benchmarks AS b ON t.benchmark_id = b.id
UNION ALL
SELECT
    'comparison_results' AS entity_type,
    t.id AS entity_id,
    t.created_by AS user_id,
    x.team_id
FROM comparison_results AS t
LEFT JOIN experiments AS x ON t.experiment_id = x.id
UNION ALL
SELECT
    'inference_sessions' AS entity_type,
    t.id AS entity_id,
    t.user_id,
    m.team_id
FROM inference_sessions AS t
INNER JOIN model_versions AS v ON t.model_version_id = v.id
INNER JOIN models AS m ON v.model_id = m.id
UNION ALL
SELECT
    'generations' AS entity_type,
    t.id AS entity_id,
    NULL AS user_id,
    m.team_id
FROM generations AS t
LEFT JOIN model_versions AS v ON t.model_version_id = v.id
LEFT JOIN models AS m ON v.model_id = m.id
UNION ALL
SELECT
    'users' AS entity_type,
    t.id AS entity_id,
    t.id AS user_id,
    NULL AS team_id
FROM users AS t
UNION ALL
SELECT
    'sessions' AS entity_type,
    t.id AS entity_id,
    t.user_id,
    NULL AS team_id
FROM sessions AS t
UNION ALL
SELECT
    'api_keys' AS entity_type,
    t.id AS entity_id,
    t.user_id,
    NULL AS team_id
FROM api_keys AS t
UNION ALL
SELECT
    'teams' AS entity_type,
    t.id AS entity_id,
    o.user_id,
    t.id AS team_id
FROM teams AS t
LEFT JOIN team_members AS o
    ON
        t.id = o.team_id
        AND o.role = 'owner';
