-- 0014 row_security: the names by which snapshots are read.
-- Locks: the one writer, for a moment; creates views only.
-- Undo:  0014_row_security.down.sql drops the views; no facts.
-- By hand: as `plainbase migrate render` writes it, so that schema_migrations is told too.

-- SQLite has no users and no row security: whoever can read the file reads every team's rows, and what keeps teams
-- apart is authorize alone. On PostgreSQL these views filter by team.

CREATE VIEW model_leaderboard_visible AS
SELECT
    benchmark,
    metric,
    place,
    model_version_id,
    model_id,
    model,
    version,
    kind,
    stage,
    architecture,
    parameter_count,
    value,
    standard_error,
    higher_is_better,
    measured_at,
    team_id
FROM model_leaderboard;


CREATE VIEW daily_usage_visible AS
SELECT
    day,
    kind,
    model,
    requests,
    errors,
    input_tokens,
    output_tokens,
    cost_usd,
    avg_latency_ms,
    p50_latency_ms,
    p95_latency_ms,
    p99_latency_ms
FROM daily_usage;


CREATE VIEW experiment_summary_visible AS
SELECT
    experiment_id,
    name,
    status,
    dataset_id,
    model_version_id,
    runs,
    completed_runs,
    failed_runs,
    evaluations,
    avg_score,
    max_score,
    rated_evaluations,
    avg_rating,
    avg_latency_ms,
    input_tokens,
    output_tokens,
    evaluations_cost_usd,
    cost_usd,
    started_at,
    finished_at,
    duration_seconds,
    created_at,
    team_id
FROM experiment_summary;


CREATE VIEW dataset_usage_visible AS
SELECT
    dataset_id,
    name,
    version,
    domain,
    row_count,
    runs,
    completed_runs,
    failed_runs,
    experiments,
    benchmarks,
    avg_duration_seconds,
    best_loss,
    best_accuracy,
    first_run_at,
    last_run_at,
    team_id
FROM dataset_usage;


CREATE VIEW evaluated_models_visible AS
SELECT
    provider,
    model,
    model_version_id,
    evaluations,
    scored_evaluations,
    total_score,
    rated_evaluations,
    total_rating,
    timed_evaluations,
    total_latency_ms,
    priced_evaluations,
    cost_usd,
    input_tokens,
    output_tokens,
    last_evaluated_at,
    team_id
FROM evaluated_models;


CREATE VIEW training_run_summary_visible AS
SELECT
    run_id,
    name,
    status,
    dataset_id,
    dataset,
    architecture,
    duration_seconds,
    started_at,
    finished_at,
    created_at,
    day,
    week,
    month,
    team_id
FROM training_run_summary;


CREATE VIEW recent_activity_visible AS
SELECT
    at,
    entity,
    entity_id,
    name,
    status,
    team_id
FROM recent_activity;
