-- name: list_objects :many
-- The statements that made this database: tables, indexes, views, triggers, each kind as it was made.
-- only: sqlite, PostgreSQL keeps no statements: pg_dump writes them anew
SELECT s.sql
FROM sqlite_schema AS s
WHERE
    -- The index of a constraint has none.
    s.sql IS NOT NULL
    AND lower(substr(s.name, 1, 7)) <> 'sqlite_'
    -- Its virtual table makes a shadow table again.
    AND s.tbl_name NOT IN (
        SELECT shadow.name
        FROM pragma_table_list AS shadow
        WHERE
            shadow.schema = 'main'
            AND shadow.type = 'shadow'
            -- Not one of this name: where the content is kept elsewhere, the table was made by hand.
            AND NOT EXISTS (
                SELECT 1 AS found
                FROM sqlite_schema AS v
                WHERE
                    v.name || '_content' = shadow.name
                    AND v.sql LIKE 'CREATE VIRTUAL TABLE%'
                    AND replace(replace(replace(v.sql, ' ', ''), char(9), ''), char(10), '') LIKE '%content=%'
            )
    )
ORDER BY
    CASE s.type WHEN 'table' THEN 1 WHEN 'index' THEN 2 WHEN 'view' THEN 3 ELSE 4 END,
    s.rowid;
