-- name: list_indexes :many
-- The indexes of all tables but those that a virtual one keeps, column by column; an expression has no name.
-- Differs from postgres: every index is ordered, and what is said of one stands in the file's schema and in pragmas.
-- result: is_unique boolean, is_primary boolean, is_partial boolean, predicate text, is_ordered boolean
-- result: table_name text, index_name text, position integer, column_name text, expression text
SELECT
    t.name AS table_name,
    i.name AS index_name,
    x.seqno + 1 AS position,
    x.name AS column_name,
    coalesce(x.name, '') AS expression,
    i."unique" AS is_unique,
    i.origin = 'pk' AS is_primary,
    i.partial AS is_partial,
    CASE WHEN i.partial THEN s.sql ELSE '' END AS predicate,
    1 AS is_ordered
FROM sqlite_schema AS t
INNER JOIN pragma_table_list AS listed ON t.name = listed.name AND listed.schema = 'main' AND listed.type = 'table'
INNER JOIN pragma_index_list(t.name) AS i ON t.type = 'table'
INNER JOIN pragma_index_xinfo(i.name) AS x ON x.key
LEFT JOIN sqlite_schema AS s ON i.name = s.name AND s.type = 'index'
ORDER BY t.name, i.name, x.seqno;

-- name: list_relations :many
-- The tables and views, with the statement that made a view.
-- Differs from postgres: the file's schema keeps the text of each statement.
-- result: name text, is_view boolean, definition text, part_of text
SELECT
    name,
    type = 'view' AS is_view,
    CASE WHEN type = 'view' THEN sql END AS definition,
    NULL AS part_of
FROM sqlite_schema
WHERE type IN ('table', 'view')
ORDER BY name;
