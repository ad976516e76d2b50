-- 0009 views: the views that analytics read, each with its stored result.
-- Locks: the one writer, for a moment; creates new objects only.
-- Undo:  0009_views.down.sql drops the views and their results, which can be made again; no facts.
-- By hand: as `plainbase migrate render` writes it, so that schema_migrations is told too.

-- <name>_live is the definition, <name> its stored result as of the last refresh (plainbase refresh).

CREATE VIEW model_leaderboard_live AS
-- The scores of model versions, ranked within each benchmark and metric.
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

-- grows: one row for each score.
CREATE TABLE model_leaderboard (
    benchmark         TEXT             NOT NULL,
    metric            TEXT             NOT NULL,
    place             INTEGER,
    model_version_id  UUID_TEXT        NOT NULL,
    model_id          UUID_TEXT,
    model             TEXT,
    version           TEXT,
    kind              TEXT,
    stage             TEXT,
    architecture      TEXT,
    parameter_count   INTEGER,
    value             REAL,
    standard_error    REAL,
    higher_is_better  BOOLEAN_INTEGER,
    measured_at       TIMESTAMP_TEXT,
    team_id           UUID_TEXT,
    -- Only here: a materialized view has a unique index instead.
    CONSTRAINT model_leaderboard_pkey PRIMARY KEY (benchmark, metric, model_version_id),
    CONSTRAINT model_leaderboard_higher_is_better_type_check CHECK (higher_is_better IN (0, 1))
) WITHOUT ROWID;

-- Serves model_leaderboard.list.
CREATE INDEX model_leaderboard_place_idx
ON model_leaderboard (benchmark, metric, place, model_version_id);


CREATE VIEW daily_usage_live AS
-- Requests, errors, tokens, cost and latency of each model by day (UTC) and kind: inference, evaluation, prediction.
WITH
calls AS (
    SELECT
        'inference' AS kind,
        m.name || ':' || v.version AS model,
        substr(r.created_at, 1, 10) || 'T00:00:00.000000Z' AS day,
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
        substr(e.created_at, 1, 10) || 'T00:00:00.000000Z' AS day,
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
        substr(p.created_at, 1, 10) || 'T00:00:00.000000Z' AS day,
        p.status = 'error' AS failed,
        NULL AS input_tokens,
        NULL AS output_tokens,
        NULL AS cost_usd,
        p.processing_time_ms AS latency_ms
    FROM predictions AS p
),

-- A percentile lies between two neighbours in rank, and takes from each by its nearness, as percentile_cont does.
ranked AS (
    SELECT
        day,
        kind,
        model,
        failed,
        input_tokens,
        output_tokens,
        cost_usd,
        latency_ms,
        row_number() OVER (
            PARTITION BY day, kind, model
            ORDER BY latency_ms NULLS LAST
        ) - 1 AS place,
        count(latency_ms) OVER (PARTITION BY day, kind, model) - 1 AS last
    FROM calls
)

SELECT
    day,
    kind,
    model,
    count(*) AS requests,
    count(*) FILTER (WHERE failed) AS errors,
    coalesce(sum(input_tokens), 0) AS input_tokens,
    coalesce(sum(output_tokens), 0) AS output_tokens,
    coalesce(sum(cost_usd), 0.0) AS cost_usd,
    avg(latency_ms) AS avg_latency_ms,
    sum(latency_ms * max(0.0, 1 - abs(place - 0.5 * last))) AS p50_latency_ms,
    sum(latency_ms * max(0.0, 1 - abs(place - 0.95 * last))) AS p95_latency_ms,
    sum(latency_ms * max(0.0, 1 - abs(place - 0.99 * last))) AS p99_latency_ms
FROM ranked
GROUP BY day, kind, model;

-- grows: some rows for each day.
CREATE TABLE daily_usage (
    day             TIMESTAMP_TEXT  NOT NULL,
    kind            TEXT            NOT NULL,
    model           TEXT            NOT NULL,
    requests        INTEGER,
    errors          INTEGER,
    input_tokens    INTEGER,
    output_tokens   INTEGER,
    cost_usd        REAL,
    avg_latency_ms  REAL,
    p50_latency_ms  REAL,
    p95_latency_ms  REAL,
    p99_latency_ms  REAL,
    -- Only here: a materialized view has a unique index instead.
    CONSTRAINT daily_usage_pkey PRIMARY KEY (day, kind, model)
) WITHOUT ROWID;


CREATE VIEW experiment_summary_live AS
-- Each experiment with its runs, evaluations, ratings, tokens and cost.
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
        avg(human_rating) AS avg_rating,
        avg(latency_ms) AS avg_latency_ms,
        sum(input_tokens) AS input_tokens,
        sum(output_tokens) AS output_tokens,
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

-- grows: one row for each experiment.
CREATE TABLE experiment_summary (
    experiment_id         UUID_TEXT       NOT NULL,
    name                  TEXT,
    status                TEXT,
    dataset_id            UUID_TEXT,
    model_version_id      UUID_TEXT,
    runs                  INTEGER,
    completed_runs        INTEGER,
    failed_runs           INTEGER,
    evaluations           INTEGER,
    avg_score             REAL,
    max_score             REAL,
    rated_evaluations     INTEGER,
    avg_rating            REAL,
    avg_latency_ms        REAL,
    input_tokens          INTEGER,
    output_tokens         INTEGER,
    evaluations_cost_usd  REAL,
    cost_usd              REAL,
    started_at            TIMESTAMP_TEXT,
    finished_at           TIMESTAMP_TEXT,
    duration_seconds      REAL,
    created_at            TIMESTAMP_TEXT,
    team_id               UUID_TEXT,
    -- Only here: a materialized view has a unique index instead.
    CONSTRAINT experiment_summary_pkey PRIMARY KEY (experiment_id)
) WITHOUT ROWID;

-- Serves experiment_summary.list: newest first, page by page.
CREATE INDEX experiment_summary_created_at_idx
ON experiment_summary (created_at DESC, experiment_id DESC);


CREATE VIEW dataset_usage_live AS
-- Each dataset with the runs, experiments and benchmarks on it, and the best that came out.
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

-- grows: one row for each dataset.
CREATE TABLE dataset_usage (
    dataset_id            UUID_TEXT       NOT NULL,
    name                  TEXT,
    version               TEXT,
    domain                TEXT,
    row_count             INTEGER,
    runs                  INTEGER,
    completed_runs        INTEGER,
    failed_runs           INTEGER,
    experiments           INTEGER,
    benchmarks            INTEGER,
    avg_duration_seconds  REAL,
    best_loss             REAL,
    best_accuracy         REAL,
    first_run_at          TIMESTAMP_TEXT,
    last_run_at           TIMESTAMP_TEXT,
    team_id               UUID_TEXT,
    -- Only here: a materialized view has a unique index instead.
    CONSTRAINT dataset_usage_pkey PRIMARY KEY (dataset_id)
) WITHOUT ROWID;

-- Serves dataset_usage.list: the most used first.
CREATE INDEX dataset_usage_runs_idx
ON dataset_usage (runs DESC, dataset_id DESC);


CREATE VIEW run_metric_summary_live AS
-- Each metric of a run in one row: how many points, the first, last, lowest and highest value and their steps.
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
    (
        SELECT min(m.step)
        FROM training_metrics AS m
        WHERE
            m.run_id = s.run_id
            AND m.name = s.name
            AND m.value = s.min_value
    ) AS min_step,
    s.max_value,
    (
        SELECT min(m.step)
        FROM training_metrics AS m
        WHERE
            m.run_id = s.run_id
            AND m.name = s.name
            AND m.value = s.max_value
    ) AS max_step,
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
        max(value) AS max_value,
        -- Of what is neither infinite nor so large that its square is.
        avg(value) FILTER (WHERE value BETWEEN -1e100 AND 1e100) AS avg_value,
        max(recorded_at) AS last_recorded_at
    FROM training_metrics
    GROUP BY run_id, name
) AS s;

-- grows: one row for each metric of each run.
CREATE TABLE run_metric_summary (
    -- Each metric of a run in one row, as of the last refresh.
    run_id            UUID_TEXT       NOT NULL,
    name              TEXT            NOT NULL,
    points            INTEGER         NOT NULL,
    nan_points        INTEGER         NOT NULL,
    first_step        INTEGER         NOT NULL,
    last_step         INTEGER         NOT NULL,
    first_value       REAL,
    last_value        REAL,
    min_value         REAL,
    min_step          INTEGER,
    max_value         REAL,
    max_step          INTEGER,
    avg_value         REAL,
    last_recorded_at  TIMESTAMP_TEXT  NOT NULL,
    -- Serves run_metric_summary.list_for_run too. No foreign key: what a deleted run had goes with the next refresh.
    CONSTRAINT run_metric_summary_pkey PRIMARY KEY (run_id, name)
) WITHOUT ROWID;

-- Serves run_metric_summary.list_lowest.
CREATE INDEX run_metric_summary_min_value_idx
ON run_metric_summary (name, min_value, run_id)
WHERE min_value IS NOT NULL;

-- Serves run_metric_summary.list_highest.
CREATE INDEX run_metric_summary_max_value_idx
ON run_metric_summary (name, max_value DESC, run_id DESC)
WHERE max_value IS NOT NULL;


-- grows: a row for each change, until the refresh.
CREATE TABLE run_metric_summary_touched (
    -- The runs whose metrics have changed since the last refresh of run_metric_summary, which empties it.
    id      INTEGER    NOT NULL,
    -- Null means every run.
    run_id  UUID_TEXT,
    CONSTRAINT run_metric_summary_touched_pkey PRIMARY KEY (id)
);

-- Only here: PostgreSQL's triggers look nothing up, so that those who log never wait for each other.
-- Serves the triggers: each run stands here once.
CREATE INDEX run_metric_summary_touched_run_id_idx
ON run_metric_summary_touched (run_id);

CREATE TRIGGER run_metric_summary_touch_insert
AFTER INSERT ON training_metrics
FOR EACH ROW
WHEN
    NOT EXISTS (
        SELECT 1 FROM run_metric_summary_touched
        WHERE run_id = new.run_id
    )
BEGIN
    INSERT INTO run_metric_summary_touched (run_id) VALUES (new.run_id);
END;

CREATE TRIGGER run_metric_summary_touch_update
AFTER UPDATE ON training_metrics
FOR EACH ROW
WHEN
    NOT EXISTS (
        SELECT 1 FROM run_metric_summary_touched
        WHERE run_id = new.run_id
    )
BEGIN
    INSERT INTO run_metric_summary_touched (run_id) VALUES (new.run_id);
END;

CREATE TRIGGER run_metric_summary_touch_move
AFTER UPDATE OF run_id ON training_metrics
FOR EACH ROW
WHEN
    NOT EXISTS (
        SELECT 1 FROM run_metric_summary_touched
        WHERE run_id = old.run_id
    )
BEGIN
    INSERT INTO run_metric_summary_touched (run_id) VALUES (old.run_id);
END;

CREATE TRIGGER run_metric_summary_touch_delete
AFTER DELETE ON training_metrics
FOR EACH ROW
WHEN
    NOT EXISTS (
        SELECT 1 FROM run_metric_summary_touched
        WHERE run_id = old.run_id
    )
BEGIN
    INSERT INTO run_metric_summary_touched (run_id) VALUES (old.run_id);
END;


CREATE VIEW evaluated_models_live AS
-- How often each team evaluated each model and version, with sums of scores, ratings, latencies, tokens and cost.
SELECT
    e.provider,
    e.model,
    e.model_version_id,
    count(*) AS evaluations,
    count(e.score) AS scored_evaluations,
    coalesce(sum(e.score), 0.0) AS total_score,
    count(e.human_rating) AS rated_evaluations,
    coalesce(sum(e.human_rating), 0) AS total_rating,
    count(e.latency_ms) AS timed_evaluations,
    coalesce(sum(e.latency_ms), 0.0) AS total_latency_ms,
    count(e.cost_usd) AS priced_evaluations,
    coalesce(sum(e.cost_usd), 0.0) AS cost_usd,
    coalesce(sum(e.input_tokens), 0) AS input_tokens,
    coalesce(sum(e.output_tokens), 0) AS output_tokens,
    max(e.created_at) AS last_evaluated_at,
    -- One without a team is of its experiment's, else of its benchmark's.
    coalesce(e.team_id, x.team_id, b.team_id) AS team_id
FROM evaluations AS e
LEFT JOIN experiments AS x ON e.experiment_id = x.id
LEFT JOIN benchmarks AS b ON e.benchmark_id = b.id
GROUP BY e.provider, e.model, e.model_version_id, coalesce(e.team_id, x.team_id, b.team_id);

-- grows: some rows for each model that is evaluated.
CREATE TABLE evaluated_models (
    provider            TEXT,
    model               TEXT,
    model_version_id    UUID_TEXT,
    evaluations         INTEGER,
    scored_evaluations  INTEGER,
    total_score         REAL,
    rated_evaluations   INTEGER,
    total_rating        INTEGER,
    timed_evaluations   INTEGER,
    total_latency_ms    REAL,
    priced_evaluations  INTEGER,
    cost_usd            REAL,
    input_tokens        INTEGER,
    output_tokens       INTEGER,
    last_evaluated_at   TIMESTAMP_TEXT,
    team_id             UUID_TEXT
);

-- The version and the team may be null, so this is no primary key.
-- Serves the refresh, which tells rows by it.
CREATE UNIQUE INDEX evaluated_models_key
ON evaluated_models (provider, model, model_version_id, team_id);


CREATE VIEW training_run_summary_live AS
-- Each run with its dataset, its architecture, and the day, week (from Monday) and month of its creation in UTC.
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
    substr(r.created_at, 1, 10) || 'T00:00:00.000000Z' AS day,
    date(substr(r.created_at, 1, 10), '-6 days', 'weekday 1') || 'T00:00:00.000000Z' AS week,
    substr(r.created_at, 1, 7) || '-01T00:00:00.000000Z' AS month,
    r.team_id
FROM training_runs AS r
LEFT JOIN datasets AS d ON r.dataset_id = d.id
LEFT JOIN model_versions AS base ON r.model_version_id = base.id;

-- grows: one row for each run.
CREATE TABLE training_run_summary (
    run_id            UUID_TEXT       NOT NULL,
    name              TEXT,
    status            TEXT,
    dataset_id        UUID_TEXT,
    dataset           TEXT,
    architecture      TEXT,
    duration_seconds  REAL,
    started_at        TIMESTAMP_TEXT,
    finished_at       TIMESTAMP_TEXT,
    created_at        TIMESTAMP_TEXT,
    day               TIMESTAMP_TEXT,
    week              TIMESTAMP_TEXT,
    month             TIMESTAMP_TEXT,
    team_id           UUID_TEXT,
    -- Only here: a materialized view has a unique index instead.
    CONSTRAINT training_run_summary_pkey PRIMARY KEY (run_id)
) WITHOUT ROWID;

-- Serves training_run_summary.trends of a time, and convergence.list_runs: newest first.
CREATE INDEX training_run_summary_created_at_idx
ON training_run_summary (created_at, run_id);

-- Serves training_run_summary.trends and convergence.list_runs of a dataset.
CREATE INDEX training_run_summary_dataset_id_idx
ON training_run_summary (dataset_id, created_at, run_id);


CREATE VIEW daily_resources_live AS
-- What was used by day (UTC): system metrics, and the resources and durations of training runs that ended then.
WITH
used AS (
    SELECT
        substr(recorded_at, 1, 10) || 'T00:00:00.000000Z' AS day,
        'system' AS source,
        name,
        coalesce(unit, '') AS unit,
        value
    FROM system_metrics
    UNION ALL
    SELECT
        substr(finished_at, 1, 10) || 'T00:00:00.000000Z' AS day,
        'training' AS source,
        'duration_seconds' AS name,
        's' AS unit,
        duration_seconds AS value
    FROM training_runs
    WHERE duration_seconds IS NOT NULL
    UNION ALL
    SELECT
        substr(r.finished_at, 1, 10) || 'T00:00:00.000000Z' AS day,
        'training' AS source,
        used."key" AS name,
        '' AS unit,
        CAST(used.value AS REAL) AS value
    FROM training_runs AS r
    CROSS JOIN json_each(CASE WHEN json_type(r.resources) = 'object' THEN r.resources ELSE '{}' END) AS used
    WHERE
        r.finished_at IS NOT NULL
        AND used.type IN ('integer', 'real')
        AND length(used."key") <= 255
)

SELECT
    day,
    source,
    name,
    unit,
    count(value) AS readings,
    -- Of what is neither infinite nor so large that its square is.
    sum(value) FILTER (WHERE value BETWEEN -1e100 AND 1e100) AS total,
    avg(value) FILTER (WHERE value BETWEEN -1e100 AND 1e100) AS avg_value,
    min(value) AS min_value,
    max(value) AS max_value
FROM used
GROUP BY day, source, name, unit;

-- grows: some rows for each day.
CREATE TABLE daily_resources (
    day        TIMESTAMP_TEXT  NOT NULL,
    source     TEXT            NOT NULL,
    name       TEXT            NOT NULL,
    unit       TEXT            NOT NULL,
    readings   INTEGER,
    total      REAL,
    avg_value  REAL,
    min_value  REAL,
    max_value  REAL,
    -- Only here: a materialized view has a unique index instead.
    CONSTRAINT daily_resources_pkey PRIMARY KEY (day, source, name, unit)
) WITHOUT ROWID;


CREATE VIEW platform_overview_live AS
-- How many of each entity there are, by what its status, state, stage or kind is; the empty text where it has none.
WITH counted AS (
    SELECT
        'benchmarks' AS entity,
        status,
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

CREATE TABLE platform_overview (
    entity  TEXT     NOT NULL,
    status  TEXT     NOT NULL,
    total   INTEGER,
    -- Only here: a materialized view has a unique index instead.
    CONSTRAINT platform_overview_pkey PRIMARY KEY (entity, status)
) WITHOUT ROWID;


CREATE VIEW recent_activity_live AS
-- The hundred things that were last begun, ended, registered or compared.
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
        NULL AS team_id
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
    entity,
    entity_id,
    name,
    status,
    team_id
FROM events
ORDER BY at DESC, entity, entity_id
LIMIT 100;

CREATE TABLE recent_activity (
    at         TIMESTAMP_TEXT,
    entity     TEXT            NOT NULL,
    entity_id  UUID_TEXT       NOT NULL,
    name       TEXT,
    status     TEXT,
    team_id    UUID_TEXT,
    -- Only here: a materialized view has a unique index instead.
    CONSTRAINT recent_activity_pkey PRIMARY KEY (entity, entity_id)
) WITHOUT ROWID;
