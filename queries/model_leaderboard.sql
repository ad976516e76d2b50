-- name: list :many
-- The scores of model versions as of the last refresh, by benchmark, metric and place.
-- defaults: limit = 100
-- scan: without a benchmark every score is read, in the order of an index
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
FROM model_leaderboard_visible
WHERE
    true
    AND benchmark = :benchmark -- optional
    AND metric = :metric -- optional
    AND architecture = :architecture -- optional
    AND stage IN (:stages) -- optional
ORDER BY benchmark, metric, place, model_version_id
LIMIT :limit;

-- name: by_architecture :many
-- Each architecture's best, mean and worst score in each benchmark and metric, its best version and what evaluations of
-- its versions took and cost, as of the last refresh; by benchmark and metric, the best first.
-- result: best_value real!, avg_value real!, worst_value real!, avg_latency_ms real?, avg_cost_usd real?
-- scan: without a benchmark every score is read
SELECT
    s.benchmark,
    s.metric,
    s.higher_is_better,
    s.architecture,
    s.versions,
    s.place AS best_place,
    s.value AS best_value,
    s.avg_value,
    s.worst_value,
    s.model_version_id,
    s.model,
    s.version,
    s.min_parameter_count,
    s.max_parameter_count,
    CAST(s.evaluations AS bigint) AS evaluations,
    s.avg_latency_ms,
    s.avg_cost_usd
FROM (
    SELECT
        l.benchmark,
        l.metric,
        l.higher_is_better,
        l.architecture,
        l.place,
        l.value,
        l.model_version_id,
        l.model,
        l.version,
        count(*) OVER same AS versions,
        -- Not avg, which squares on PostgreSQL, and fails where that is too much.
        sum(l.value) OVER same / count(*) OVER same AS avg_value,
        CASE WHEN l.higher_is_better THEN min(l.value) OVER same ELSE max(l.value) OVER same END AS worst_value,
        min(l.parameter_count) OVER same AS min_parameter_count,
        max(l.parameter_count) OVER same AS max_parameter_count,
        coalesce(sum(e.evaluations) OVER same, 0) AS evaluations,
        sum(e.total_latency_ms) OVER same
        / nullif(CAST(sum(e.timed_evaluations) OVER same AS bigint), 0) AS avg_latency_ms,
        sum(e.cost_usd) OVER same / nullif(CAST(sum(e.priced_evaluations) OVER same AS bigint), 0) AS avg_cost_usd,
        row_number() OVER (
            PARTITION BY l.benchmark, l.metric, l.architecture
            ORDER BY l.place, l.model_version_id
        ) AS nth
    FROM model_leaderboard_visible AS l
    LEFT JOIN (
        SELECT
            model_version_id,
            CAST(sum(evaluations) AS bigint) AS evaluations,
            sum(total_latency_ms) AS total_latency_ms,
            CAST(sum(timed_evaluations) AS bigint) AS timed_evaluations,
            sum(cost_usd) AS cost_usd,
            CAST(sum(priced_evaluations) AS bigint) AS priced_evaluations
        FROM evaluated_models_visible
        WHERE model_version_id IS NOT NULL
        GROUP BY model_version_id
    ) AS e ON l.model_version_id = e.model_version_id
    WHERE
        true
        AND l.benchmark = :benchmark -- optional
        AND l.metric = :metric -- optional
    WINDOW same AS (PARTITION BY l.benchmark, l.metric, l.architecture)
) AS s
WHERE s.nth = 1
ORDER BY s.benchmark, s.metric, s.place, s.architecture NULLS LAST;
