-- name: list_indexes :many
-- The indexes of the search path's tables, column by column; an expression has no name but its text.
SELECT
    CAST(t.relname AS text) AS table_name,
    CAST(c.relname AS text) AS index_name,
    place.number AS position,
    CAST(a.attname AS text) AS column_name,
    pg_get_indexdef(i.indexrelid, CAST(place.number AS integer), true) AS expression,
    i.indisunique AS is_unique,
    i.indisprimary AS is_primary,
    i.indpred IS NOT NULL AS is_partial,
    coalesce(pg_get_expr(i.indpred, i.indrelid), '') AS predicate,
    am.amname = 'btree' AS is_ordered
FROM pg_index AS i
INNER JOIN pg_class AS c ON i.indexrelid = c.oid
INNER JOIN pg_class AS t ON i.indrelid = t.oid
INNER JOIN pg_am AS am ON c.relam = am.oid
CROSS JOIN generate_series(1, i.indnkeyatts) AS place (number)
LEFT JOIN pg_attribute AS a
    ON i.indrelid = a.attrelid AND i.indkey[place.number - 1] = a.attnum AND a.attnum > 0
WHERE
    pg_table_is_visible(t.oid)
    AND t.relnamespace NOT IN (CAST('pg_catalog' AS regnamespace), CAST('pg_toast' AS regnamespace))
ORDER BY t.relname, c.relname, place.number;

-- name: list_relations :many
-- The search path's tables and views, with what a view selects.
SELECT
    CAST(c.relname AS text) AS name,
    c.relkind = 'v' AS is_view,
    CASE WHEN c.relkind = 'v' THEN pg_get_viewdef(c.oid) END AS definition,
    (
        SELECT CAST(t.relname AS text) AS name
        FROM pg_class AS t
        WHERE
            t.oid = pg_partition_root(c.oid)
            AND t.oid <> c.oid
    ) AS part_of
FROM pg_class AS c
WHERE
    c.relkind IN ('r', 'p', 'v', 'm', 'f')
    AND pg_table_is_visible(c.oid)
    AND c.relnamespace NOT IN (CAST('pg_catalog' AS regnamespace), CAST('information_schema' AS regnamespace))
ORDER BY c.relname;
