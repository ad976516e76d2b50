-- name: create_table :script
-- When each materialized view was refreshed, and what went wrong last.
CREATE TABLE IF NOT EXISTS view_refreshes (
    view_name      text COLLATE "C" NOT NULL,
    refreshed_at   timestamptz,
    duration_ms    bigint,
    row_count      bigint,
    last_error     text,
    last_error_at  timestamptz,
    CONSTRAINT view_refreshes_pkey PRIMARY KEY (view_name)
);
COMMENT ON TABLE view_refreshes IS 'When each materialized view was refreshed, and what went wrong last.';

-- name: list_views :many
-- Every materialized view with its age in seconds (null: never refreshed), by name.
-- result: view_name text, age_seconds real
SELECT
    CAST(stored.relname AS text) AS view_name,
    CAST(extract(EPOCH FROM clock_timestamp() - view_refreshes.refreshed_at) AS double precision) AS age_seconds
FROM pg_class AS live
INNER JOIN pg_class AS stored
    ON
        live.relnamespace = stored.relnamespace
        AND live.relname = stored.relname || '_live'
        AND stored.relkind IN ('m', 'r')
LEFT JOIN view_refreshes ON stored.relname = view_refreshes.view_name
WHERE
    live.relkind = 'v'
    AND pg_table_is_visible(live.oid)
ORDER BY stored.relname;
