-- name: series :many
-- The measurements of a name with all of these labels (texts), from one time until before another, oldest first.
-- Differs from sqlite: @> compares the labels.
-- defaults: labels = {}
SELECT
    value,
    unit,
    labels,
    recorded_at
FROM system_metrics
WHERE
    name = :name
    AND (labels @> :labels OR :labels = CAST('{}' AS jsonb))
    AND recorded_at >= :since -- optional
    AND recorded_at < :until -- optional
ORDER BY recorded_at, id;

-- name: series_sampled :many
-- At most max_points measurements of such a series, evenly spread, the last one among them, oldest first.
-- Differs from sqlite: @> compares the labels.
-- defaults: labels = {}
-- scan: numbers the measurements of one name, all of which it reads
SELECT
    n.value,
    n.unit,
    n.labels,
    n.recorded_at
FROM (
    SELECT
        id,
        value,
        unit,
        labels,
        recorded_at,
        row_number() OVER (ORDER BY recorded_at, id) AS point,
        count(*) OVER () AS points
    FROM system_metrics
    WHERE
        name = :name
        AND (labels @> :labels OR :labels = CAST('{}' AS jsonb))
        AND recorded_at >= :since -- optional
        AND recorded_at < :until -- optional
) AS n
WHERE n.point * :max_points / n.points > (n.point - 1) * :max_points / n.points
ORDER BY n.recorded_at, n.id;

-- name: delete_before :exec
-- Deletes measurements from before a time, at most so many, the oldest first.
-- Differs from sqlite: rows are looked up by key whatever the planner expects of the limit, and those that another
-- cleaner deletes are passed over.
-- defaults: limit = 10000
WITH old AS MATERIALIZED (
    SELECT id
    FROM system_metrics
    WHERE recorded_at < :before
    ORDER BY recorded_at, id
    LIMIT :limit
    FOR UPDATE SKIP LOCKED
)

DELETE FROM system_metrics
WHERE id = any(array(SELECT old.id FROM old));

-- name: hold_before :many
-- Of these measurements those that a cleanup may remove, held until the transaction ends, by id.
-- Differs from sqlite: the rows are locked, and those that somebody else has are passed over.
SELECT id
FROM system_metrics
WHERE
    id IN (:ids)
    AND recorded_at < :before
    AND id < (SELECT max(n.id) FROM system_metrics AS n)
ORDER BY id
FOR UPDATE SKIP LOCKED;
