-- name: record :exec
-- A refresh that succeeded, in the transaction of the refresh.
-- defaults: refreshed_at = now()
INSERT INTO view_refreshes (view_name, refreshed_at, duration_ms, row_count)
VALUES (:view_name, :refreshed_at, :duration_ms, :row_count)
ON CONFLICT (view_name) DO UPDATE SET
    refreshed_at = excluded.refreshed_at,
    duration_ms = excluded.duration_ms,
    row_count = excluded.row_count,
    last_error = NULL,
    last_error_at = NULL;

-- name: record_error :exec
-- A refresh that failed; the result of the one before it stands.
-- defaults: last_error_at = now()
INSERT INTO view_refreshes (view_name, last_error, last_error_at)
VALUES (:view_name, :last_error, :last_error_at)
ON CONFLICT (view_name) DO UPDATE SET
    last_error = excluded.last_error,
    last_error_at = excluded.last_error_at;
