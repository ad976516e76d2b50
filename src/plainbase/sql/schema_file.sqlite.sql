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

-- name: list_columns_to_insert :many
-- A table's columns that can be given, in their order: whether each numbers its rows by itself, and its default.
-- Differs from postgres: a row's own number is a key like others.
SELECT
    c.name,
    0 AS is_identity,
    0 AS is_always,
    c.dflt_value AS default_value
FROM pragma_table_xinfo(replace(trim(:table_name, '"'), '""', '"')) AS c
WHERE c.hidden = 0
ORDER BY c.cid;

-- name: list_rows_to_insert :many
-- A table's rows as literals, in the order of their text; `a_table` and `the_values` are put in.
-- Differs from postgres: a table may have no row numbers.
SELECT the_values AS row_values
FROM a_table
ORDER BY row_values;
