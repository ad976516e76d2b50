-- name: list :many
-- What was used by day (UTC), source (system or training), name and unit, as of the last refresh, newest day first.
-- defaults: limit = 1000
-- result: day timestamp!
-- scan: a filter without an index of its own is tested day by day, newest first, until a page is full
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
FROM daily_resources
WHERE
    day IS NOT NULL
    AND day >= :since -- optional
    AND day < :until -- optional
    AND source = :source -- optional
    AND name = :name -- optional
ORDER BY day DESC, source DESC, name DESC, unit DESC
LIMIT :limit;
