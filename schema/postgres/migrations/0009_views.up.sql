-- 0009 views: the views that analytics read, each with its stored result.
-- Locks: creates new objects; SHARE ROW EXCLUSIVE on training_metrics for a moment (triggers).
-- Undo:  0009_views.down.sql drops the views and their results, which can be made again; no facts.
-- By hand: as `plainbase migrate render` writes it, so that schema_migrations is told too.

-- <name>_live is the definition, <name> its stored result as of the last refresh (plainbase refresh).
-- The results are new and small: no index takes long.
-- squawk-ignore-file require-concurrent-index-creation

CREATE VIEW model_leaderboard_live AS
SELECT
    b.benchmark,
    b.metric,
    rank() OVER (
        PARTITION BY b.benchmark, b.metric
        ORDER BY CASE WHEN b.higher_is_better THEN -b.value ELSE b.value END
    ) AS place,
    b.model_version_id,
    m.id AS model_id,
    m.name AS model,
    v.version,
    m.kind,
    v.stage,
    v.architecture,
    v.parameter_count,
    b.value,
    b.standard_error,
    b.higher_is_better,
    b.updated_at AS measured_at,
    m.team_id
FROM model_benchmarks AS b
INNER JOIN model_versions AS v ON b.model_version_id = v.id
INNER JOIN models AS m ON v.model_id = m.id;

COMMENT ON VIEW model_leaderboard_live IS
'The scores of model versions, ranked within each benchmark and metric.';

-- grows: one row for each score.
CREATE MATERIALIZED VIEW model_leaderboard AS
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
FROM model_leaderboard_live;

-- Only here: SQLite's table has a primary key.
-- Serves the refresh, which tells rows by it.
CREATE UNIQUE INDEX model_leaderboard_key
ON model_leaderboard (benchmark, metric, model_version_id);

-- Serves model_leaderboard.list.
CREATE INDEX model_leaderboard_place_idx
ON model_leaderboard (benchmark, metric, place, model_version_id);


CREATE VIEW daily_usage_live AS
WITH
calls AS (
    SELECT
        'inference' AS kind,
        m.name || ':' || v.version AS model,
        r.created_at,
        r.status = 'error' AS failed,
        r.input_tokens,
        r.output_tokens,
        r.cost_usd,
        r.latency_ms
    FROM inference_requests AS r
    INNER JOIN inference_sessions AS s ON r.session_id = s.id
    INNER JOIN model_versions AS v ON s.model_version_id = v.id
    INNER JOIN models AS m ON v.model_id = m.id
    UNION ALL
    SELECT
        'evaluation' AS kind,
        e.provider || '/' || e.model AS model,
        e.created_at,
        false AS failed,
        e.input_tokens,
        e.output_tokens,
        e.cost_usd,
        e.latency_ms
    FROM evaluations AS e
    UNION ALL
    SELECT
        'prediction' AS kind,
        p.model_version AS model,
        p.created_at,
        p.status = 'error' AS failed,
        NULL AS input_tokens,
        NULL AS output_tokens,
        NULL AS cost_usd,
        p.processing_time_ms AS latency_ms
    FROM predictions AS p
)

SELECT
    date_trunc('day', created_at, 'UTC') AS day,
    kind COLLATE "C" AS kind,
    model COLLATE "C" AS model,
    count(*) AS requests,
    count(*) FILTER (WHERE failed) AS errors,
    CAST(coalesce(sum(input_tokens), 0) AS bigint) AS input_tokens,
    CAST(coalesce(sum(output_tokens), 0) AS bigint) AS output_tokens,
    coalesce(sum(cost_usd), 0.0) AS cost_usd,
    avg(latency_ms) AS avg_latency_ms,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY latency_ms) AS p50_latency_ms,
    percentile_cont(0.95) WITHIN GROUP (ORDER BY latency_ms) AS p95_latency_ms,
    percentile_cont(0.99) WITHIN GROUP (ORDER BY latency_ms) AS p99_latency_ms
FROM calls
GROUP BY date_trunc('day', created_at, 'UTC'), kind, model;

COMMENT ON VIEW daily_usage_live IS
'Requests, errors, tokens, cost and latency of each model by day (UTC) and kind: inference, evaluation, prediction.';

-- grows: some rows for each day.
CREATE MATERIALIZED VIEW daily_usage AS
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
FROM daily_usage_live;

-- Only here: SQLite's table has a primary key.
-- Serves the refresh, which tells rows by it, and daily_usage.list.
CREATE UNIQUE INDEX daily_usage_key
ON daily_usage (day, kind, model);


CREATE VIEW experiment_summary_live AS
WITH
runs AS (
    SELECT
        x.experiment_id,
        count(*) AS runs,
        count(*) FILTER (WHERE r.status = 'completed') AS completed_runs,
        count(*) FILTER (WHERE r.status = 'failed') AS failed_runs
    FROM experiment_runs AS x
    INNER JOIN training_runs AS r ON x.training_run_id = r.id
    GROUP BY x.experiment_id
),

outputs AS (
    SELECT
        experiment_id,
        count(*) AS evaluations,
        avg(score) AS avg_score,
        max(score) AS max_score,
        count(human_rating) AS rated_evaluations,
        CAST(avg(human_rating) AS double precision) AS avg_rating,
        avg(latency_ms) AS avg_latency_ms,
        CAST(sum(input_tokens) AS bigint) AS input_tokens,
        CAST(sum(output_tokens) AS bigint) AS output_tokens,
        sum(cost_usd) AS cost_usd
    FROM evaluations
    WHERE experiment_id IS NOT NULL
    GROUP BY experiment_id
)

SELECT
    e.id AS experiment_id,
    e.name,
    e.status,
    e.dataset_id,
    e.model_version_id,
    coalesce(runs.runs, 0) AS runs,
    coalesce(runs.completed_runs, 0) AS completed_runs,
    coalesce(runs.failed_runs, 0) AS failed_runs,
    coalesce(outputs.evaluations, 0) AS evaluations,
    outputs.avg_score,
    outputs.max_score,
    coalesce(outputs.rated_evaluations, 0) AS rated_evaluations,
    outputs.avg_rating,
    outputs.avg_latency_ms,
    coalesce(outputs.input_tokens, 0) AS input_tokens,
    coalesce(outputs.output_tokens, 0) AS output_tokens,
    coalesce(outputs.cost_usd, 0.0) AS evaluations_cost_usd,
    e.cost_usd,
    e.started_at,
    e.finished_at,
    e.duration_seconds,
    e.created_at,
    e.team_id
FROM experiments AS e
LEFT JOIN runs ON e.id = runs.experiment_id
LEFT JOIN outputs ON e.id = outputs.experiment_id;

COMMENT ON VIEW experiment_summary_live IS
'Each experiment with its runs, evaluations, ratings, tokens and cost.';

-- grows: one row for each experiment.
CREATE MATERIALIZED VIEW experiment_summary AS
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
FROM experiment_summary_live;

-- Only here: SQLite's table has a primary key.
-- Serves the refresh, which tells rows by it, and experiment_summary.get.
CREATE UNIQUE INDEX experiment_summary_key
ON experiment_summary (experiment_id);

-- Serves experiment_summary.list: newest first, page by page.
CREATE INDEX experiment_summary_created_at_idx
ON experiment_summary (created_at DESC, experiment_id DESC);


CREATE VIEW dataset_usage_live AS
WITH
runs AS (
    SELECT
        dataset_id,
        count(*) AS runs,
        count(*) FILTER (WHERE status = 'completed') AS completed_runs,
        count(*) FILTER (WHERE status = 'failed') AS failed_runs,
        avg(duration_seconds) FILTER (WHERE status = 'completed') AS avg_duration_seconds,
        min(created_at) AS first_run_at,
        max(created_at) AS last_run_at
    FROM training_runs
    WHERE dataset_id IS NOT NULL
    GROUP BY dataset_id
),

losses AS (
    SELECT
        r.dataset_id,
        min(c.loss) AS best_loss,
        max(c.accuracy) AS best_accuracy
    FROM checkpoints AS c
    INNER JOIN training_runs AS r ON c.run_id = r.id
    WHERE r.dataset_id IS NOT NULL
    GROUP BY r.dataset_id
),

trials AS (
    SELECT
        dataset_id,
        count(*) AS experiments
    FROM experiments
    WHERE dataset_id IS NOT NULL
    GROUP BY dataset_id
),

tests AS (
    SELECT
        dataset_id,
        count(*) AS benchmarks
    FROM benchmarks
    WHERE dataset_id IS NOT NULL
    GROUP BY dataset_id
)

SELECT
    d.id AS dataset_id,
    d.name,
    d.version,
    d.domain,
    d.row_count,
    coalesce(runs.runs, 0) AS runs,
    coalesce(runs.completed_runs, 0) AS completed_runs,
    coalesce(runs.failed_runs, 0) AS failed_runs,
    coalesce(trials.experiments, 0) AS experiments,
    coalesce(tests.benchmarks, 0) AS benchmarks,
    runs.avg_duration_seconds,
    losses.best_loss,
    losses.best_accuracy,
    runs.first_run_at,
    runs.last_run_at,
    d.team_id
FROM datasets AS d
LEFT JOIN runs ON d.id = runs.dataset_id
LEFT JOIN losses ON d.id = losses.dataset_id
LEFT JOIN trials ON d.id = trials.dataset_id
LEFT JOIN tests ON d.id = tests.dataset_id;

COMMENT ON VIEW dataset_usage_live IS
'Each dataset with the runs, experiments and benchmarks on it, and the best that came out.';

-- grows: one row for each dataset.
CREATE MATERIALIZED VIEW dataset_usage AS
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
FROM dataset_usage_live;

-- Only here: SQLite's table has a primary key.
-- Serves the refresh, which tells rows by it.
CREATE UNIQUE INDEX dataset_usage_key
ON dataset_usage (dataset_id);

-- Serves dataset_usage.list: the most used first.
CREATE INDEX dataset_usage_runs_idx
ON dataset_usage (runs DESC, dataset_id DESC);


CREATE VIEW run_metric_summary_live AS
SELECT
    s.run_id,
    s.name,
    s.points,
    s.nan_points,
    s.first_step,
    s.last_step,
    (
        SELECT m.value
        FROM training_metrics AS m
        WHERE
            m.run_id = s.run_id
            AND m.name = s.name
        ORDER BY m.step, m.id
        LIMIT 1
    ) AS first_value,
    (
        SELECT m.value
        FROM training_metrics AS m
        WHERE
            m.run_id = s.run_id
            AND m.name = s.name
        ORDER BY m.step DESC, m.id DESC
        LIMIT 1
    ) AS last_value,
    s.min_value,
    s.min_step,
    s.max_value,
    s.max_step,
    s.avg_value,
    s.last_recorded_at
FROM (
    SELECT
        run_id,
        name,
        count(*) AS points,
        count(*) - count(value) AS nan_points,
        min(step) AS first_step,
        max(step) AS last_step,
        min(value) AS min_value,
        min(step) FILTER (WHERE value = lowest) AS min_step,
        max(value) AS max_value,
        min(step) FILTER (WHERE value = highest) AS max_step,
        -- Of what is neither infinite nor so large that its square is.
        avg(value) FILTER (WHERE value BETWEEN -1e100 AND 1e100) AS avg_value,
        max(recorded_at) AS last_recorded_at
    FROM (
        -- In one pass: looked up for each metric, the steps of a run of millions are read anew for each of the others
        -- where the planner knows the table no better than by that run.
        SELECT
            run_id,
            name,
            step,
            value,
            recorded_at,
            min(value) OVER metric AS lowest,
            max(value) OVER metric AS highest
        FROM training_metrics
        WINDOW metric AS (PARTITION BY run_id, name)
    ) AS points
    GROUP BY run_id, name
) AS s;

COMMENT ON VIEW run_metric_summary_live IS
'Each metric of a run in one row: how many points, the first, last, lowest and highest value and their steps.';

-- grows: one row for each metric of each run.
CREATE TABLE run_metric_summary (
    run_id            uuid             NOT NULL,
    name              text COLLATE "C" NOT NULL,
    points            bigint           NOT NULL,
    nan_points        bigint           NOT NULL,
    first_step        bigint           NOT NULL,
    last_step         bigint           NOT NULL,
    first_value       double precision,
    last_value        double precision,
    min_value         double precision,
    min_step          bigint,
    max_value         double precision,
    max_step          bigint,
    avg_value        double precision,
    last_recorded_at  timestamptz      NOT NULL,
    -- Serves run_metric_summary.list_for_run too. No foreign key: what a deleted run had goes with the next refresh.
    CONSTRAINT run_metric_summary_pkey PRIMARY KEY (run_id, name)
);

-- Serves run_metric_summary.list_lowest.
CREATE INDEX run_metric_summary_min_value_idx
ON run_metric_summary (name, min_value, run_id)
WHERE min_value IS NOT NULL;

-- Serves run_metric_summary.list_highest.
CREATE INDEX run_metric_summary_max_value_idx
ON run_metric_summary (name, max_value DESC, run_id DESC)
WHERE max_value IS NOT NULL;

COMMENT ON TABLE run_metric_summary IS
'Each metric of a run in one row, as of the last refresh.';


-- grows: a row for each change, until the refresh.
CREATE TABLE run_metric_summary_touched (
    id      bigint  NOT NULL GENERATED ALWAYS AS IDENTITY,
    -- Null means every run.
    run_id  uuid,
    -- No unique key, so that those who log never wait for each other or for a refresh.
    CONSTRAINT run_metric_summary_touched_pkey PRIMARY KEY (id)
);

COMMENT ON TABLE run_metric_summary_touched IS
'The runs whose metrics have changed since the last refresh of run_metric_summary, which empties it.';

-- The search path is the table's own schema, whichever that is and whoever calls.
CREATE FUNCTION run_metric_summary_touch() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM set_config('search_path', format('pg_catalog, %I, pg_temp', tg_table_schema), true);
    IF tg_op = 'TRUNCATE' THEN
        INSERT INTO run_metric_summary_touched (run_id) VALUES (NULL);
    ELSE
        INSERT INTO run_metric_summary_touched (run_id)
        SELECT DISTINCT run_id
        FROM changed;
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER run_metric_summary_touch_insert
AFTER INSERT ON training_metrics
REFERENCING NEW TABLE AS changed
FOR EACH STATEMENT
EXECUTE FUNCTION run_metric_summary_touch();

CREATE TRIGGER run_metric_summary_touch_update
AFTER UPDATE ON training_metrics
REFERENCING NEW TABLE AS changed
FOR EACH STATEMENT
EXECUTE FUNCTION run_metric_summary_touch();

CREATE TRIGGER run_metric_summary_touch_move
AFTER UPDATE ON training_metrics
REFERENCING OLD TABLE AS changed
FOR EACH STATEMENT
EXECUTE FUNCTION run_metric_summary_touch();

CREATE TRIGGER run_metric_summary_touch_delete
AFTER DELETE ON training_metrics
REFERENCING OLD TABLE AS changed
FOR EACH STATEMENT
EXECUTE FUNCTION run_metric_summary_touch();

-- Only here: SQLite has no TRUNCATE.
CREATE TRIGGER run_metric_summary_touch_truncate
AFTER TRUNCATE ON training_metrics
FOR EACH STATEMENT
EXECUTE FUNCTION run_metric_summary_touch();


CREATE VIEW evaluated_models_live AS
SELECT
    e.provider,
    e.model,
    e.model_version_id,
    count(*) AS evaluations,
    count(e.score) AS scored_evaluations,
    coalesce(sum(e.score), 0.0) AS total_score,
    count(e.human_rating) AS rated_evaluations,
    CAST(coalesce(sum(e.human_rating), 0) AS bigint) AS total_rating,
    count(e.latency_ms) AS timed_evaluations,
    coalesce(sum(e.latency_ms), 0.0) AS total_latency_ms,
    count(e.cost_usd) AS priced_evaluations,
    coalesce(sum(e.cost_usd), 0.0) AS cost_usd,
    CAST(coalesce(sum(e.input_tokens), 0) AS bigint) AS input_tokens,
    CAST(coalesce(sum(e.output_tokens), 0) AS bigint) AS output_tokens,
    max(e.created_at) AS last_evaluated_at,
    -- One without a team is of its experiment's, else of its benchmark's.
    coalesce(e.team_id, x.team_id, b.team_id) AS team_id
FROM evaluations AS e
LEFT JOIN experiments AS x ON e.experiment_id = x.id
LEFT JOIN benchmarks AS b ON e.benchmark_id = b.id
GROUP BY e.provider, e.model, e.model_version_id, coalesce(e.team_id, x.team_id, b.team_id);

COMMENT ON VIEW evaluated_models_live IS
'How often each team evaluated each model and version, with sums of scores, ratings, latencies, tokens and cost.';

-- grows: some rows for each model that is evaluated.
CREATE MATERIALIZED VIEW evaluated_models AS
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
FROM evaluated_models_live;

-- The version and the team may be null, so this is no primary key.
-- Serves the refresh, which tells rows by it.
CREATE UNIQUE INDEX evaluated_models_key
ON evaluated_models (provider, model, model_version_id, team_id);


CREATE VIEW training_run_summary_live AS
SELECT
    r.id AS run_id,
    r.name,
    r.status,
    r.dataset_id,
    d.name || ':' || d.version AS dataset,
    -- Of the version that came out of it, else of the one that it trained further.
    coalesce(
        (
            SELECT min(made.architecture)
            FROM model_versions AS made
            WHERE made.training_run_id = r.id
        ),
        base.architecture
    ) AS architecture,
    r.duration_seconds,
    r.started_at,
    r.finished_at,
    r.created_at,
    date_trunc('day', r.created_at, 'UTC') AS day,
    date_trunc('week', r.created_at, 'UTC') AS week,
    date_trunc('month', r.created_at, 'UTC') AS month,
    r.team_id
FROM training_runs AS r
LEFT JOIN datasets AS d ON r.dataset_id = d.id
LEFT JOIN model_versions AS base ON r.model_version_id = base.id;

COMMENT ON VIEW training_run_summary_live IS
'Each run with its dataset, its architecture, and the day, week (from Monday) and month of its creation in UTC.';

-- grows: one row for each run.
CREATE MATERIALIZED VIEW training_run_summary AS
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
FROM training_run_summary_live;

-- Only here: SQLite's table has a primary key.
-- Serves the refresh, which tells rows by it, and convergence.list_runs of runs by their ids.
CREATE UNIQUE INDEX training_run_summary_key
ON training_run_summary (run_id);

-- Serves training_run_summary.trends of a time, and convergence.list_runs: newest first.
CREATE INDEX training_run_summary_created_at_idx
ON training_run_summary (created_at, run_id);

-- Serves training_run_summary.trends and convergence.list_runs of a dataset.
CREATE INDEX training_run_summary_dataset_id_idx
ON training_run_summary (dataset_id, created_at, run_id);


CREATE VIEW daily_resources_live AS
WITH
used AS (
    SELECT
        date_trunc('day', recorded_at, 'UTC') AS day,
        'system' AS source,
        name,
        coalesce(unit, '') AS unit,
        value
    FROM system_metrics
    UNION ALL
    SELECT
        date_trunc('day', finished_at, 'UTC') AS day,
        'training' AS source,
        'duration_seconds' AS name,
        's' AS unit,
        duration_seconds AS value
    FROM training_runs
    WHERE duration_seconds IS NOT NULL
    UNION ALL
    SELECT
        date_trunc('day', r.finished_at, 'UTC') AS day,
        'training' AS source,
        used.key AS name,
        '' AS unit,
        CASE
            WHEN CAST(used.value #>> '{}' AS numeric) BETWEEN -1e100 AND 1e100
                THEN CAST(used.value #>> '{}' AS double precision)
        END AS value
    FROM training_runs AS r
    CROSS JOIN
        LATERAL jsonb_each(CASE WHEN jsonb_typeof(r.resources) = 'object' THEN r.resources ELSE '{}' END) AS used
    WHERE
        r.finished_at IS NOT NULL
        AND jsonb_typeof(used.value) = 'number'
        AND length(used.key) <= 255
)

SELECT
    day,
    source COLLATE "C" AS source,
    name COLLATE "C" AS name,
    unit COLLATE "C" AS unit,
    count(value) AS readings,
    -- Of what is neither infinite nor so large that its square is.
    sum(value) FILTER (WHERE value BETWEEN -1e100 AND 1e100) AS total,
    avg(value) FILTER (WHERE value BETWEEN -1e100 AND 1e100) AS avg_value,
    min(value) AS min_value,
    max(value) AS max_value
FROM used
GROUP BY day, source, name, unit;

COMMENT ON VIEW daily_resources_live IS
'What was used by day (UTC): system metrics, and the resources and durations of training runs that ended then.';

-- grows: some rows for each day.
CREATE MATERIALIZED VIEW daily_resources AS
SELECT
    day,
    source,
    name,
    unit,
    readings,
    total,
    avg_value,
    min_value,
    max_value
FROM daily_resources_live;

-- Only here: SQLite's table has a primary key.
-- Serves the refresh, which tells rows by it, and daily_resources.list.
CREATE UNIQUE INDEX daily_resources_key
ON daily_resources (day, source, name, unit);


CREATE VIEW platform_overview_live AS
WITH counted AS (
    SELECT
        'benchmarks' COLLATE "C" AS entity,
        status COLLATE "C" AS status,
        count(*) AS total
    FROM benchmarks
    GROUP BY status
    UNION ALL
    SELECT
        'checkpoints' AS entity,
        '' AS status,
        count(*) AS total
    FROM checkpoints
    UNION ALL
    SELECT
        'comparison_results' AS entity,
        '' AS status,
        count(*) AS total
    FROM comparison_results
    UNION ALL
    SELECT
        'corpus_texts' AS entity,
        '' AS status,
        count(*) AS total
    FROM corpus_texts
    UNION ALL
    SELECT
        'datasets' AS entity,
        '' AS status,
        count(*) AS total
    FROM datasets
    UNION ALL
    SELECT
        'evaluations' AS entity,
        CASE WHEN human_rating IS NULL THEN 'unrated' ELSE 'rated' END AS status,
        count(*) AS total
    FROM evaluations
    GROUP BY CASE WHEN human_rating IS NULL THEN 'unrated' ELSE 'rated' END
    UNION ALL
    SELECT
        'experiments' AS entity,
        status,
        count(*) AS total
    FROM experiments
    GROUP BY status
    UNION ALL
    SELECT
        'generations' AS entity,
        '' AS status,
        count(*) AS total
    FROM generations
    UNION ALL
    SELECT
        'inference_requests' AS entity,
        status,
        count(*) AS total
    FROM inference_requests
    GROUP BY status
    UNION ALL
    SELECT
        'inference_sessions' AS entity,
        CASE WHEN closed_at IS NULL THEN 'open' ELSE 'closed' END AS status,
        count(*) AS total
    FROM inference_sessions
    GROUP BY CASE WHEN closed_at IS NULL THEN 'open' ELSE 'closed' END
    UNION ALL
    SELECT
        'jobs' AS entity,
        state AS status,
        count(*) AS total
    FROM jobs
    GROUP BY state
    UNION ALL
    SELECT
        'model_versions' AS entity,
        stage AS status,
        count(*) AS total
    FROM model_versions
    GROUP BY stage
    UNION ALL
    SELECT
        'models' AS entity,
        kind AS status,
        count(*) AS total
    FROM models
    GROUP BY kind
    UNION ALL
    SELECT
        'neural_configs' AS entity,
        '' AS status,
        count(*) AS total
    FROM neural_configs
    UNION ALL
    SELECT
        'predictions' AS entity,
        status,
        count(*) AS total
    FROM predictions
    GROUP BY status
    UNION ALL
    SELECT
        'teams' AS entity,
        '' AS status,
        count(*) AS total
    FROM teams
    UNION ALL
    SELECT
        'training_runs' AS entity,
        status,
        count(*) AS total
    FROM training_runs
    GROUP BY status
    UNION ALL
    SELECT
        'users' AS entity,
        '' AS status,
        count(*) AS total
    FROM users
    UNION ALL
    SELECT
        'workers' AS entity,
        status,
        count(*) AS total
    FROM workers
    GROUP BY status
)

SELECT
    entity,
    status,
    total
FROM counted
WHERE total > 0;

COMMENT ON VIEW platform_overview_live IS
'How many of each entity there are, by what its status, state, stage or kind is; the empty text where it has none.';

CREATE MATERIALIZED VIEW platform_overview AS
SELECT
    entity,
    status,
    total
FROM platform_overview_live;

-- Only here: SQLite's table has a primary key.
-- Serves the refresh, which tells rows by it, and platform_overview.list.
CREATE UNIQUE INDEX platform_overview_key
ON platform_overview (entity, status);


CREATE VIEW recent_activity_live AS
WITH
runs AS (
    SELECT
        coalesce(finished_at, started_at, created_at) AS at,
        'training_run' AS entity,
        id AS entity_id,
        name,
        status,
        team_id
    FROM training_runs
    ORDER BY coalesce(finished_at, started_at, created_at) DESC, id DESC
    LIMIT 100
),

trials AS (
    SELECT
        coalesce(finished_at, started_at, created_at) AS at,
        'experiment' AS entity,
        id AS entity_id,
        name,
        status,
        team_id
    FROM experiments
    ORDER BY coalesce(finished_at, started_at, created_at) DESC, id DESC
    LIMIT 100
),

tests AS (
    SELECT
        coalesce(completed_at, started_at, created_at) AS at,
        'benchmark' AS entity,
        id AS entity_id,
        name,
        status,
        team_id
    FROM benchmarks
    ORDER BY coalesce(completed_at, started_at, created_at) DESC, id DESC
    LIMIT 100
),

data AS (
    SELECT
        created_at AS at,
        'dataset' AS entity,
        id AS entity_id,
        name || ':' || version AS name,
        'registered' AS status,
        team_id
    FROM datasets
    ORDER BY created_at DESC, id DESC
    LIMIT 100
),

versions AS (
    SELECT
        v.created_at AS at,
        'model_version' AS entity,
        v.id AS entity_id,
        m.name || ':' || v.version AS name,
        v.stage AS status,
        m.team_id
    FROM model_versions AS v
    INNER JOIN models AS m ON v.model_id = m.id
    ORDER BY v.created_at DESC, v.id DESC
    LIMIT 100
),

comparisons AS (
    SELECT
        created_at AS at,
        'comparison' AS entity,
        id AS entity_id,
        a_label || ' / ' || b_label AS name,
        coalesce(winner, 'unknown') AS status,
        CAST(NULL AS uuid) AS team_id
    FROM comparison_results
    ORDER BY created_at DESC, id DESC
    LIMIT 100
),

events AS (
    SELECT
        at,
        entity,
        entity_id,
        name,
        status,
        team_id
    FROM runs
    UNION ALL
    SELECT
        at,
        entity,
        entity_id,
        name,
        status,
        team_id
    FROM trials
    UNION ALL
    SELECT
        at,
        entity,
        entity_id,
        name,
        status,
        team_id
    FROM tests
    UNION ALL
    SELECT
        at,
        entity,
        entity_id,
        name,
        status,
        team_id
    FROM data
    UNION ALL
    SELECT
        at,
        entity,
        entity_id,
        name,
        status,
        team_id
    FROM versions
    UNION ALL
    SELECT
        at,
        entity,
        entity_id,
        name,
        status,
        team_id
    FROM comparisons
)

SELECT
    at,
    entity COLLATE "C" AS entity,
    entity_id,
    name COLLATE "C" AS name,
    status COLLATE "C" AS status,
    team_id
FROM events
ORDER BY at DESC, entity, entity_id
LIMIT 100;

COMMENT ON VIEW recent_activity_live IS
'The hundred things that were last begun, ended, registered or compared.';

CREATE MATERIALIZED VIEW recent_activity AS
SELECT
    at,
    entity,
    entity_id,
    name,
    status,
    team_id
FROM recent_activity_live;

-- Only here: SQLite's table has a primary key.
-- Serves the refresh, which tells rows by it.
CREATE UNIQUE INDEX recent_activity_key
ON recent_activity (entity, entity_id);
