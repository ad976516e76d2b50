-- name: log :exec
-- Logs one value of a metric, or many by a batch; None for a value means NaN.
-- defaults: recorded_at = now()
INSERT INTO training_metrics (
    run_id,
    name,
    step,
    value,
    recorded_at
)
VALUES (
    :run_id,
    :name,
    :step,
    :value,
    :recorded_at
);

-- name: history :many
-- One metric of a run step by step, of all steps or of a part of them; a long one is best streamed.
SELECT
    step,
    value,
    recorded_at
FROM training_metrics
WHERE
    run_id = :run_id
    AND name = :name
    AND step >= :since_step -- optional
    AND step < :until_step -- optional
ORDER BY step, id;

-- name: history_sampled :many
-- At most max_points points of one metric of a run, evenly spread, the last one among them, step by step.
-- parameter: max_points integer
-- scan: numbers the points of one metric of one run, all of which it reads
SELECT
    n.step,
    n.value,
    n.recorded_at
FROM (
    SELECT
        id,
        step,
        value,
        recorded_at,
        row_number() OVER (ORDER BY step, id) AS point,
        count(*) OVER () AS points
    FROM training_metrics
    WHERE
        run_id = :run_id
        AND name = :name
) AS n
WHERE n.point * :max_points / n.points > (n.point - 1) * :max_points / n.points
ORDER BY n.step, n.id;

-- name: latest :many
-- The last value of each metric of a run, by name.
WITH RECURSIVE
-- The next name is looked up in the index, so a long history is not read.
names (name) AS (
    SELECT min(m.name)
    FROM training_metrics AS m
    WHERE m.run_id = :run_id
    UNION ALL
    SELECT (
        SELECT min(m.name)
        FROM training_metrics AS m
        WHERE
            m.run_id = :run_id
            AND m.name > n.name
    )
    FROM names AS n
    WHERE n.name IS NOT NULL
),

last_ids (id) AS (
    SELECT (
        SELECT m.id
        FROM training_metrics AS m
        WHERE
            m.run_id = :run_id
            AND m.name = n.name
        ORDER BY m.step DESC, m.id DESC
        LIMIT 1
    )
    FROM names AS n
)

SELECT
    m.name,
    m.step,
    m.value,
    m.recorded_at
FROM last_ids AS i
INNER JOIN training_metrics AS m ON i.id = m.id
ORDER BY m.name, m.id;

-- name: best :optional
-- The lowest value of a metric of a run, or with higher_is_better the highest; the earliest step of equal ones.
-- defaults: higher_is_better = false
-- scan: whether the highest or the lowest is the best is said by a parameter, so one metric of one run is sorted
SELECT
    step,
    value,
    recorded_at
FROM training_metrics
WHERE
    run_id = :run_id
    AND name = :name
    AND value IS NOT NULL
ORDER BY
    CASE WHEN :higher_is_better THEN value END DESC NULLS LAST,
    value,
    step,
    id
LIMIT 1;

-- name: list_names :many
-- The metrics of a run with how often each was logged, by name.
SELECT
    name,
    count(*) AS points,
    min(step) AS first_step,
    max(step) AS last_step
FROM training_metrics
WHERE run_id = :run_id
GROUP BY name
ORDER BY name;

-- name: delete :exec
-- Deletes one metric of a run.
DELETE FROM training_metrics
WHERE
    run_id = :run_id
    AND name = :name;

-- name: count_before :one
-- How many measurements are of runs that ended before a time, and how many of these a cleanup removes: all but the
-- newest, so that SQLite gives no id twice.
-- scan: counts what is old
SELECT
    count(*) AS matched,
    count(*) FILTER (WHERE m.id < newest.id) AS removable
FROM training_runs AS r
INNER JOIN training_metrics AS m ON r.id = m.run_id
CROSS JOIN (SELECT max(id) AS id FROM training_metrics) AS newest
WHERE r.finished_at < :before;

-- name: list_before :many
-- The measurements of a run that ended before a time, by metric and step: their keys; the next page begins after the
-- last.
-- defaults: limit = 1000
-- parameter: after_id integer
SELECT
    m.id,
    m.name,
    m.step,
    r.finished_at AS age
FROM training_metrics AS m
INNER JOIN training_runs AS r ON m.run_id = r.id
WHERE
    m.run_id = :run_id
    AND r.finished_at < :before
    AND m.id < (SELECT max(n.id) FROM training_metrics AS n)
    AND (m.name, m.step, m.id) > (:after_name, :after_step, :after_id) -- optional
ORDER BY m.name, m.step, m.id
LIMIT :limit;

-- name: delete_listed :exec
-- Deletes measurements that were held, by their keys.
DELETE FROM training_metrics
WHERE id IN (:ids);
