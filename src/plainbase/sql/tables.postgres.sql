-- name: list_parts :many
-- The tables whose rows another table has as its own: parts of a partitioned one, and those of extensions.
SELECT CAST(c.relname AS text) AS table_name
FROM pg_class AS c
WHERE
    c.relkind IN ('r', 'p')
    AND pg_table_is_visible(c.oid)
    AND (
        c.relispartition
        OR EXISTS (
            SELECT 1 FROM pg_depend AS d
            WHERE
                d.classid = CAST('pg_class' AS regclass)
                AND d.objid = c.oid
                AND d.deptype = 'e'
        )
    )
ORDER BY c.relname;
