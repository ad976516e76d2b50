-- name: ages :many
-- When the refresh began that made each of these views' results and how many seconds ago that was by the database's
-- clock, by view; none of one that was never refreshed.
-- Differs from postgres: the clock, in days.
-- result: started_at timestamp!, age_seconds real!
-- parity: shape, the age grows by the engine's own clock
SELECT
    view_name,
    started_at,
    (julianday('now') - julianday(started_at)) * 86400.0 AS age_seconds
FROM view_refreshes
WHERE
    view_name IN (:views)
    AND started_at IS NOT NULL
ORDER BY view_name;
