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
FROM model_leaderboard
WHERE
    true
    AND benchmark = :benchmark -- optional
    AND metric = :metric -- optional
    AND architecture = :architecture -- optional
    AND stage IN (:stages) -- optional
ORDER BY benchmark, metric, place, model_version_id
LIMIT :limit;

-- name: by_architecture :many
-- Each architecture's best, mean and worst score in a benchmark's metric, as of the last refresh, the best first.
-- result: avg_value real
SELECT
    architecture,
    count(*) AS versions,
    min(place) AS best_place,
    CASE WHEN min(CASE WHEN higher_is_better THEN 1 ELSE 0 END) = 1 THEN max(value) ELSE min(value) END AS best_value,
    -- Not avg, which squares on PostgreSQL, and fails where that is too much.
    sum(value) / count(value) AS avg_value,
    CASE WHEN min(CASE WHEN higher_is_better THEN 1 ELSE 0 END) = 1 THEN min(value) ELSE max(value) END AS worst_value
FROM model_leaderboard
WHERE
    benchmark = :benchmark
    AND metric = :metric
GROUP BY architecture
ORDER BY best_place, architecture NULLS LAST;
