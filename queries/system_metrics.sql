-- name: log :exec
-- Logs a measurement, or many by a batch.
-- defaults: unit = null, labels = {}, recorded_at = now()
INSERT INTO system_metrics (
    name,
    value,
    unit,
    labels,
    recorded_at
)
VALUES (
    :name,
    :value,
    :unit,
    :labels,
    :recorded_at
);

-- name: latest :many
-- The last measurement of each name, or of those asked for, by name.
WITH RECURSIVE
-- The next name is looked up in the index, so a long history is not read.
names (name) AS (
    SELECT min(name)
    FROM system_metrics
    UNION ALL
    SELECT (
        SELECT min(m.name)
        FROM system_metrics AS m
        WHERE m.name > n.name
    )
    FROM names AS n
    WHERE n.name IS NOT NULL
),

last_ids (id) AS (
    SELECT (
        SELECT m.id
        FROM system_metrics AS m
        WHERE m.name = n.name
        ORDER BY m.recorded_at DESC, m.id DESC
        LIMIT 1
    )
    FROM names AS n
)

SELECT
    m.name,
    m.value,
    m.unit,
    m.labels,
    m.recorded_at
FROM last_ids AS i
INNER JOIN system_metrics AS m ON i.id = m.id
WHERE
    true
    AND m.name IN (:names) -- optional
ORDER BY m.name, m.id;

-- name: list_names :many
-- What is measured, by name, with the times of the first and the last measurement.
-- result: first_at timestamp, last_at timestamp
WITH RECURSIVE
-- The next name is looked up in the index, so a long history is not read.
names (name) AS (
    SELECT min(name)
    FROM system_metrics
    UNION ALL
    SELECT (
        SELECT min(m.name)
        FROM system_metrics AS m
        WHERE m.name > n.name
    )
    FROM names AS n
    WHERE n.name IS NOT NULL
)

SELECT
    n.name,
    (
        SELECT min(m.recorded_at)
        FROM system_metrics AS m
        WHERE m.name = n.name
    ) AS first_at,
    (
        SELECT max(m.recorded_at)
        FROM system_metrics AS m
        WHERE m.name = n.name
    ) AS last_at
FROM names AS n
WHERE n.name IS NOT NULL
ORDER BY n.name;

-- name: resource_use :many
-- How much of each resource was used since a time, by name: measurements, lowest, highest, average and last one.
SELECT
    u.name,
    u.points,
    u.lowest,
    u.highest,
    u.average,
    (
        SELECT m.value
        FROM system_metrics AS m
        WHERE m.name = u.name
        ORDER BY m.recorded_at DESC, m.id DESC
        LIMIT 1
    ) AS latest
FROM (
    -- A cast, so that SQLite looks the time up instead of walking the index of all names.
    SELECT
        CAST(name AS text) AS name,
        count(*) AS points,
        min(value) AS lowest,
        max(value) AS highest,
        -- Of what is neither infinite nor so large that its square is.
        avg(CASE WHEN value BETWEEN -1e100 AND 1e100 THEN value END) AS average
    FROM system_metrics
    WHERE recorded_at >= :since
    GROUP BY CAST(name AS text)
) AS u
ORDER BY u.name;

-- name: count_before :one
-- How many measurements are from before a time, and how many of these a cleanup removes: all but the newest, so that
-- SQLite gives no id twice.
-- scan: counts what is old
SELECT
    count(*) AS matched,
    count(*) FILTER (WHERE old.id < newest.id) AS removable
FROM system_metrics AS old
CROSS JOIN (SELECT max(id) AS id FROM system_metrics) AS newest
WHERE old.recorded_at < :before;

-- name: list_before :many
-- The measurements from before a time that a cleanup removes: their keys, the oldest first; the next page begins
-- after the last.
-- defaults: limit = 1000
SELECT
    id,
    recorded_at AS age
FROM system_metrics
WHERE
    recorded_at < :before
    AND id < (SELECT max(n.id) FROM system_metrics AS n)
    AND (recorded_at, id) > (:after_age, :after_id) -- optional
ORDER BY recorded_at, id
LIMIT :limit;

-- name: delete_listed :exec
-- Deletes measurements that were held, by their keys.
DELETE FROM system_metrics
WHERE id IN (:ids);
