-- name: schema_version :value
-- The last migration that is applied; None where none is.
-- scan: reads them all, which are few
SELECT max(version)
FROM schema_migrations
WHERE state IN ('applied', 'baseline');

-- name: vacuum :script
-- Gives the space of deleted rows back or free for new ones; not inside a transaction.
VACUUM;

-- name: analyze :script
-- Counts what the planner chooses indexes by.
ANALYZE;
