-- name: table_statistics :many
-- How many rows each table has, by name; of a materialized view those of its last refresh, of a table that came with
-- your own migrations null.
-- Differs from postgres: rows are counted, table by table; bytes are null, as not every SQLite has dbstat.
-- parity: shape, rows are estimated and bytes known on PostgreSQL only
-- scan: counts every row
WITH
counts (table_name, row_count) AS (
    SELECT 'accuracy_metrics', count(*) FROM accuracy_metrics
    UNION ALL
    SELECT 'api_keys', count(*) FROM api_keys
    UNION ALL
    SELECT 'audit_conflicts', count(*) FROM audit_conflicts
    UNION ALL
    SELECT 'audit_context', count(*) FROM audit_context
    UNION ALL
    SELECT 'audit_head', count(*) FROM audit_head
    UNION ALL
    SELECT 'audit_logs', count(*) FROM audit_logs
    UNION ALL
    SELECT 'audited_tables', count(*) FROM audited_tables
    UNION ALL
    SELECT 'benchmarks', count(*) FROM benchmarks
    UNION ALL
    SELECT 'checkpoints', count(*) FROM checkpoints
    UNION ALL
    SELECT 'comparison_results', count(*) FROM comparison_results
    UNION ALL
    SELECT 'corpus_passages', count(*) FROM corpus_passages
    UNION ALL
    SELECT 'corpus_texts', count(*) FROM corpus_texts
    UNION ALL
    SELECT 'dataset_splits', count(*) FROM dataset_splits
    UNION ALL
    SELECT 'datasets', count(*) FROM datasets
    UNION ALL
    SELECT 'erasures', count(*) FROM erasures
    UNION ALL
    SELECT 'evaluation_documents', count(*) FROM evaluation_documents
    UNION ALL
    SELECT 'evaluations', count(*) FROM evaluations
    UNION ALL
    SELECT 'experiment_runs', count(*) FROM experiment_runs
    UNION ALL
    SELECT 'experiments', count(*) FROM experiments
    UNION ALL
    SELECT 'generations', count(*) FROM generations
    UNION ALL
    SELECT 'inference_requests', count(*) FROM inference_requests
    UNION ALL
    SELECT 'inference_sessions', count(*) FROM inference_sessions
    UNION ALL
    SELECT 'job_queues', count(*) FROM job_queues
    UNION ALL
    SELECT 'job_schedules', count(*) FROM job_schedules
    UNION ALL
    SELECT 'jobs', count(*) FROM jobs
    UNION ALL
    SELECT 'login_attempts', count(*) FROM login_attempts
    UNION ALL
    SELECT 'markov_models', count(*) FROM markov_models
    UNION ALL
    SELECT 'markov_ngrams', count(*) FROM markov_ngrams
    UNION ALL
    SELECT 'markov_texts', count(*) FROM markov_texts
    UNION ALL
    SELECT 'model_aliases', count(*) FROM model_aliases
    UNION ALL
    SELECT 'model_benchmarks', count(*) FROM model_benchmarks
    UNION ALL
    SELECT 'model_performance', count(*) FROM model_performance
    UNION ALL
    SELECT 'model_versions', count(*) FROM model_versions
    UNION ALL
    SELECT 'models', count(*) FROM models
    UNION ALL
    SELECT 'neural_configs', count(*) FROM neural_configs
    UNION ALL
    SELECT 'one_time_tokens', count(*) FROM one_time_tokens
    UNION ALL
    SELECT 'predictions', count(*) FROM predictions
    UNION ALL
    SELECT 'retention_policies', count(*) FROM retention_policies
    UNION ALL
    SELECT 'role_permissions', count(*) FROM role_permissions
    UNION ALL
    SELECT 'schema_migrations', count(*) FROM schema_migrations
    UNION ALL
    SELECT 'run_metric_summary_touched', count(*) FROM run_metric_summary_touched
    UNION ALL
    SELECT 'sessions', count(*) FROM sessions
    UNION ALL
    SELECT 'system_metrics', count(*) FROM system_metrics
    UNION ALL
    SELECT 'team_members', count(*) FROM team_members
    UNION ALL
    SELECT 'teams', count(*) FROM teams
    UNION ALL
    SELECT 'training_metrics', count(*) FROM training_metrics
    UNION ALL
    SELECT 'training_runs', count(*) FROM training_runs
    UNION ALL
    SELECT 'users', count(*) FROM users
    UNION ALL
    SELECT 'view_refreshes', count(*) FROM view_refreshes
    UNION ALL
    SELECT 'workers', count(*) FROM workers
)

SELECT
    t.name AS table_name,
    coalesce(c.row_count, v.row_count) AS row_count,
    CAST(NULL AS bigint) AS bytes
FROM pragma_table_list AS t
LEFT JOIN counts AS c ON t.name = c.table_name
LEFT JOIN view_refreshes AS v ON t.name = v.view_name
WHERE
    t.schema = 'main'
    AND t.type IN ('table', 'virtual')
    AND t.name NOT GLOB 'sqlite_*'
ORDER BY t.name;

-- name: index_use :many
-- Every index by table and name; scans and bytes are null.
-- Differs from postgres: SQLite counts no scans, and not every one has dbstat.
-- parity: shape, the engines have other indexes of their own
-- scan: reads the schema
SELECT
    name AS index_name,
    tbl_name AS table_name,
    CAST(NULL AS bigint) AS scans,
    CAST(NULL AS bigint) AS bytes
FROM sqlite_schema
WHERE type = 'index'
ORDER BY tbl_name, name;

-- name: database_size :value
-- The size of the database in bytes, free pages included, the write-ahead log not.
-- Differs from postgres: pages are counted.
-- parity: shape, each engine stores in its own way
-- scan: asks the file's header
SELECT c.page_count * s.page_size
FROM pragma_page_count AS c
CROSS JOIN pragma_page_size AS s;

-- name: version :value
-- The engine and its version.
-- Differs from postgres: SQLite has a function for it.
-- parity: shape, two engines
SELECT 'SQLite ' || sqlite_version();

-- name: reindex :script
-- Builds every index anew.
-- Differs from postgres: SQLite does so for all tables at once.
REINDEX;

-- name: optimize :script
-- Brings up to date what the planner chooses indexes by, where it is stale.
-- Differs from postgres: SQLite knows what is stale.
PRAGMA optimize;

-- name: pass_ids :value
-- Sees that a table gives no id up to this one; says whether its sequence was moved.
-- Differs from postgres: nothing is to be done, since the next id is that after the largest.
-- parameter: table_name text, id integer
-- parity: shape, SQLite has no sequences
-- result: moved boolean
SELECT (:table_name IS NULL AND :id IS NULL) AS moved;
