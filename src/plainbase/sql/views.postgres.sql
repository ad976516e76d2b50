-- name: create_table :script
-- When each materialized view was refreshed, and what went wrong last; and the function by which a role that owns no
-- view refreshes one. It does so for none but the owner's own views, writes down no more than `db.refresh` would, and
-- nobody may call it before the owner says GRANT EXECUTE ON FUNCTION refresh_materialized_view TO …
CREATE TABLE IF NOT EXISTS view_refreshes (
    view_name      text COLLATE "C" NOT NULL,
    started_at     timestamptz,
    refreshed_at   timestamptz,
    duration_ms    bigint,
    row_count      bigint,
    last_error     text,
    last_error_at  timestamptz,
    CONSTRAINT view_refreshes_pkey PRIMARY KEY (view_name)
);
COMMENT ON TABLE view_refreshes IS 'When each materialized view was refreshed, and what went wrong last.';

CREATE OR REPLACE FUNCTION refresh_materialized_view(
    stored regclass,
    asked_at timestamptz DEFAULT NULL,
    seen_at timestamptz DEFAULT NULL,
    failure text DEFAULT NULL,
    entire boolean DEFAULT false,
    OUT row_count bigint,
    OUT refreshed boolean
)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    place text;
    name text;
    kind "char";
    how text;
    last_at timestamptz;
    began_at timestamptz;
    listed text;
    of_key text;
    touched regclass;
    keys jsonb;
    gone bigint;
    come bigint;
BEGIN
    SELECT
        quote_ident(n.nspname),
        v.relname,
        v.relkind,
        CASE
            WHEN v.relispopulated AND EXISTS (
                SELECT 1 FROM pg_index AS i
                WHERE i.indrelid = v.oid AND i.indisunique AND i.indpred IS NULL AND i.indexprs IS NULL
            ) THEN 'CONCURRENTLY '
            ELSE ''
        END
    INTO place, name, kind, how
    FROM pg_class AS v
    INNER JOIN pg_namespace AS n ON v.relnamespace = n.oid
    WHERE
        v.oid = stored
        AND v.relkind IN ('m', 'r')
        AND pg_get_userbyid(v.relowner) = current_user
        AND 2 = (
            SELECT count(*) FROM pg_class AS beside
            WHERE
                beside.relnamespace = v.relnamespace
                AND beside.relowner = v.relowner
                AND (
                    (beside.relkind = 'v' AND beside.relname = v.relname || '_live')
                    OR (beside.relkind = 'r' AND beside.relname = 'view_refreshes')
                )
        );
    IF name IS NULL THEN
        RAISE insufficient_privilege USING MESSAGE = format('%s is no materialized view of %s', stored, current_user);
    END IF;

    IF failure IS NOT NULL THEN
        EXECUTE format(
            'INSERT INTO %s.view_refreshes (view_name, last_error, last_error_at) VALUES ($1, $2, clock_timestamp())'
            ' ON CONFLICT (view_name) DO UPDATE SET'
            ' last_error = excluded.last_error, last_error_at = excluded.last_error_at', place
        ) USING name, failure;
        RETURN;
    END IF;

    EXECUTE format(
        'INSERT INTO %s.view_refreshes AS r (view_name) VALUES ($1)'
        ' ON CONFLICT (view_name) DO UPDATE SET view_name = excluded.view_name'
        ' RETURNING r.row_count, r.started_at, clock_timestamp()', place
    ) INTO row_count, last_at, began_at USING name;
    refreshed := entire OR last_at IS NULL OR asked_at IS NULL
    OR last_at IS NOT DISTINCT FROM seen_at OR last_at <= asked_at;
    IF NOT refreshed THEN
        RETURN;
    END IF;

    IF kind = 'm' THEN
        EXECUTE format('REFRESH MATERIALIZED VIEW %s%s.%I', how, place, name);
        EXECUTE format('SELECT count(*) FROM %s.%I', place, name) INTO row_count;
    ELSE
        -- A table: the keys that were touched anew, or all of it, as `db.refresh` does where it may itself.
        SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum)
        INTO listed
        FROM pg_attribute AS a
        WHERE a.attrelid = stored AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '';
        SELECT t.oid, string_agg(format('view.%1$I = touched.%1$I', a.attname), ' AND ' ORDER BY a.attnum)
        INTO touched, of_key
        FROM pg_class AS v
        INNER JOIN pg_class AS t
            ON
                t.relnamespace = v.relnamespace
                AND t.relowner = v.relowner
                AND t.relname = v.relname || '_touched'
                AND t.relkind = 'r'
        INNER JOIN pg_attribute AS a ON a.attrelid = t.oid
        WHERE v.oid = stored AND a.attnum > 0 AND NOT a.attisdropped AND a.attname <> 'id'
        GROUP BY t.oid;
        IF touched IS NOT NULL THEN
            EXECUTE format(
                'WITH taken AS (DELETE FROM %s AS t RETURNING to_jsonb(t) - ''id'' AS key)'
                ' SELECT coalesce(jsonb_agg(DISTINCT key), ''[]'') FROM taken', touched
            ) INTO keys;
        END IF;
        IF
            entire OR row_count IS NULL OR row_count = 0 OR keys IS NULL
            OR jsonb_path_exists(keys, '$[*].* ? (@ == null)')
        THEN
            EXECUTE format('DELETE FROM %s.%I', place, name);
            EXECUTE format(
                'INSERT INTO %1$s.%2$I (%4$s) SELECT %4$s FROM %1$s.%3$I', place, name, name || '_live', listed
            );
            GET DIAGNOSTICS row_count = ROW_COUNT;
        ELSE
            EXECUTE format(
                'DELETE FROM %s.%I AS view USING jsonb_populate_recordset(CAST(NULL AS %s), $1) AS touched WHERE %s',
                place, name, touched, of_key
            ) USING keys;
            GET DIAGNOSTICS gone = ROW_COUNT;
            -- OFFSET keeps the definition a subquery for each key; joined to all keys it would be computed whole.
            EXECUTE format(
                'INSERT INTO %1$s.%2$I (%4$s) SELECT view.* FROM'
                ' (SELECT DISTINCT * FROM jsonb_populate_recordset(CAST(NULL AS %5$s), $1)) AS touched'
                ' CROSS JOIN LATERAL (SELECT %4$s FROM %1$s.%3$I AS view WHERE %6$s OFFSET 0) AS view',
                place, name, name || '_live', listed, touched, of_key
            ) USING keys;
            GET DIAGNOSTICS come = ROW_COUNT;
            row_count := row_count - gone + come;
        END IF;
    END IF;
    EXECUTE format(
        'UPDATE %s.view_refreshes SET started_at = $2, refreshed_at = clock_timestamp(),'
        ' duration_ms = extract(EPOCH FROM clock_timestamp() - $2) * 1000, row_count = $3,'
        ' last_error = NULL, last_error_at = NULL WHERE view_name = $1', place
    ) USING name, began_at, row_count;
END;
$$;
REVOKE ALL ON FUNCTION refresh_materialized_view FROM public;

-- name: list_views :many
-- Every materialized view by name: how old its result is in seconds (null: never refreshed), when the refresh began
-- that made it, what time it is, whether only its owner may refresh it, and who that is.
-- result: view_name text, age_seconds real, started_at timestamp, asked_at timestamp, through_owner boolean, owner text
SELECT
    CAST(stored.relname AS text) AS view_name,
    CAST(extract(EPOCH FROM clock_timestamp() - view_refreshes.started_at) AS double precision) AS age_seconds,
    view_refreshes.started_at,
    clock_timestamp() AS asked_at,
    NOT pg_has_role(stored.relowner, 'USAGE')
    AND (stored.relkind = 'm' OR NOT has_table_privilege(stored.oid, 'DELETE')) AS through_owner,
    CAST(pg_get_userbyid(stored.relowner) AS text) AS owner
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

-- name: take_turn :one
-- Waits until nobody else is refreshing the view, and keeps others waiting until this transaction ends; returns what the
-- last refresh recorded, and the time.
INSERT INTO view_refreshes AS r (view_name)
VALUES (:view_name)
ON CONFLICT (view_name) DO UPDATE SET view_name = excluded.view_name
RETURNING
    r.started_at,
    r.row_count,
    clock_timestamp() AS began_at;

-- name: record :exec
-- A refresh that succeeded, in the transaction of the refresh.
UPDATE view_refreshes
SET
    started_at = :started_at,
    refreshed_at = clock_timestamp(),
    duration_ms = :duration_ms,
    row_count = :row_count,
    last_error = NULL,
    last_error_at = NULL
WHERE view_name = :view_name;

-- name: record_error :exec
-- A refresh that failed; the result of the one before it stands.
INSERT INTO view_refreshes (view_name, last_error, last_error_at)
VALUES (:view_name, :last_error, clock_timestamp())
ON CONFLICT (view_name) DO UPDATE SET
    last_error = excluded.last_error,
    last_error_at = excluded.last_error_at;

-- name: may_refresh_through_owner :value
-- Whether the current role may call the function that refreshes a view as its owner.
-- only: postgres, SQLite has no roles
-- result: allowed boolean
SELECT
    coalesce(
        has_function_privilege(
            to_regprocedure('refresh_materialized_view(regclass, timestamptz, timestamptz, text, boolean)'), 'EXECUTE'
        ),
        false
    ) AS allowed;

-- name: refresh_through_owner :one
-- Does what `take_turn`, the refresh and `record` do, as the view's owner.
-- only: postgres, SQLite has no roles
SELECT
    done.row_count,
    done.refreshed
FROM
    refresh_materialized_view(
        to_regclass(quote_ident(:view_name)), :asked_at, :seen_at, entire => :entire
    ) AS done;

-- name: record_error_through_owner :exec
-- only: postgres, SQLite has no roles
SELECT done.row_count
FROM refresh_materialized_view(to_regclass(quote_ident(:view_name)), failure => :last_error) AS done;
