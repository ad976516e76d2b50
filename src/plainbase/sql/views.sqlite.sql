-- name: create_table :script
-- When each materialized view was refreshed, and what went wrong last.
CREATE TABLE IF NOT EXISTS view_refreshes (
    view_name      TEXT           NOT NULL,
    refreshed_at   TIMESTAMP_TEXT,
    duration_ms    INTEGER,
    row_count      INTEGER,
    last_error     TEXT,
    last_error_at  TIMESTAMP_TEXT,
    CONSTRAINT view_refreshes_pkey PRIMARY KEY (view_name)
);

-- name: list_views :many
-- Every materialized view with its age in seconds (null: never refreshed), by name.
-- Differs from postgres: a view's stored result is a table of its name.
-- result: view_name text, age_seconds real
SELECT
    stored.name AS view_name,
    (julianday('now') - julianday(view_refreshes.refreshed_at)) * 86400.0 AS age_seconds
FROM sqlite_schema AS live
INNER JOIN sqlite_schema AS stored ON live.name = stored.name || '_live' AND stored.type = 'table'
LEFT JOIN view_refreshes ON stored.name = view_refreshes.view_name
WHERE live.type = 'view'
ORDER BY stored.name;
