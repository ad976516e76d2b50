-- name: create_table :script
-- When each materialized view was refreshed, and what went wrong last.
CREATE TABLE IF NOT EXISTS view_refreshes (
    view_name      TEXT           NOT NULL,
    started_at     TIMESTAMP_TEXT,
    refreshed_at   TIMESTAMP_TEXT,
    duration_ms    INTEGER,
    row_count      INTEGER,
    last_error     TEXT,
    last_error_at  TIMESTAMP_TEXT,
    CONSTRAINT view_refreshes_pkey PRIMARY KEY (view_name)
);

-- name: list_views :many
-- Every materialized view by name: how old its result is in seconds (null: never refreshed), when the refresh began
-- that made it, what time it is, whether only its owner may refresh it, and who that is.
-- Differs from postgres: a view's stored result is a table of its name, and nobody owns it.
-- result: view_name text, age_seconds real, started_at timestamp, asked_at timestamp, through_owner boolean, owner text
SELECT
    stored.name AS view_name,
    (julianday('now') - julianday(view_refreshes.started_at)) * 86400.0 AS age_seconds,
    view_refreshes.started_at,
    strftime('%Y-%m-%dT%H:%M:%f000Z', 'now') AS asked_at,
    0 AS through_owner,
    NULL AS owner
FROM sqlite_schema AS live
INNER JOIN sqlite_schema AS stored ON live.name = stored.name || '_live' AND stored.type = 'table'
LEFT JOIN view_refreshes ON stored.name = view_refreshes.view_name
WHERE live.type = 'view'
ORDER BY stored.name;

-- name: take_turn :one
-- Waits until nobody else is refreshing the view, and keeps others waiting until this transaction ends; returns what the
-- last refresh recorded, and the time.
-- Differs from postgres: its clock, which counts milliseconds.
-- result: began_at timestamp
INSERT INTO view_refreshes (view_name)
VALUES (:view_name)
ON CONFLICT (view_name) DO UPDATE SET view_name = excluded.view_name
RETURNING
    started_at,
    row_count,
    strftime('%Y-%m-%dT%H:%M:%f000Z', 'now') AS began_at;

-- name: record :exec
-- A refresh that succeeded, in the transaction of the refresh.
-- Differs from postgres: its clock.
UPDATE view_refreshes
SET
    started_at = :started_at,
    refreshed_at = strftime('%Y-%m-%dT%H:%M:%f000Z', 'now'),
    duration_ms = :duration_ms,
    row_count = :row_count,
    last_error = NULL,
    last_error_at = NULL
WHERE view_name = :view_name;

-- name: record_error :exec
-- A refresh that failed; the result of the one before it stands.
-- Differs from postgres: its clock.
INSERT INTO view_refreshes (view_name, last_error, last_error_at)
VALUES (:view_name, :last_error, strftime('%Y-%m-%dT%H:%M:%f000Z', 'now'))
ON CONFLICT (view_name) DO UPDATE SET
    last_error = excluded.last_error,
    last_error_at = excluded.last_error_at;
