-- name: list_runs :many
-- What a metric came to in each run that has it, the newest run first, as of the last refresh.
-- defaults: limit = 100
-- scan: runs without the metric are passed over, newest first, until a page is full, or those asked for are sorted
SELECT
    r.run_id,
    r.name AS run,
    r.status,
    m.points,
    m.nan_points,
    m.first_step,
    m.last_step,
    m.first_value,
    m.last_value,
    m.min_value,
    m.min_step,
    m.max_value,
    m.max_step,
    m.avg_value
FROM training_run_summary_visible AS r
INNER JOIN run_metric_summary AS m
    ON
        r.run_id = m.run_id
        AND m.name = :metric
WHERE
    true
    AND r.run_id IN (:run_ids) -- optional
    AND r.dataset_id = :dataset_id -- optional
ORDER BY r.created_at DESC, r.run_id DESC
LIMIT :limit;

-- name: first_step :value
-- The first step at which a metric of a run, times a sign, is no more than a bound, among the steps from one to another.
-- parameter: bound real
SELECT step
FROM training_metrics
WHERE
    run_id = :run_id
    AND name = :metric
    AND step BETWEEN :from_step AND :to_step
    AND CAST(:sign AS float8) * value <= :bound
ORDER BY step, id
LIMIT 1;

-- name: first_mark :value
-- The first of the marks from one step on, so many and so far apart, at which a metric of a run, times a sign, is no
-- more than a bound; one point is looked at for each mark, the first there or after it.
-- parameter: bound real, marks integer
WITH RECURSIVE
marks (nth, step) AS (
    SELECT
        0 AS nth,
        CAST(:from_step AS bigint) AS step
    UNION ALL
    SELECT
        k.nth + 1 AS nth,
        k.step + CAST(:apart AS bigint) AS step
    FROM marks AS k
    WHERE k.nth < :marks
),

points (mark, id) AS (
    SELECT
        k.step AS mark,
        (
            SELECT m.id
            FROM training_metrics AS m
            WHERE
                m.run_id = :run_id
                AND m.name = :metric
                AND m.step >= k.step
            ORDER BY m.step, m.id
            LIMIT 1
        ) AS id
    FROM marks AS k
)

SELECT min(p.mark) AS mark
FROM points AS p
INNER JOIN training_metrics AS m ON p.id = m.id
WHERE CAST(:sign AS float8) * m.value <= :bound;
