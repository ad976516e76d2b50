-- name: list :many
-- When each materialized view was refreshed and what went wrong last, by view.
-- parity: shape, how long a refresh took is the engine's own
-- scan: reads them all, which are few
SELECT
    view_name,
    refreshed_at,
    duration_ms,
    row_count,
    last_error,
    last_error_at
FROM view_refreshes
ORDER BY view_name;

-- name: get :optional
-- When one materialized view was refreshed; None where it never was.
-- parity: shape, how long a refresh took is the engine's own
SELECT
    view_name,
    refreshed_at,
    duration_ms,
    row_count,
    last_error,
    last_error_at
FROM view_refreshes
WHERE view_name = :view_name;
