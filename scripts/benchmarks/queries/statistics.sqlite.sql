-- name: renew :script
-- What the planner knows of the tables.
-- Differs from postgres: there are no dead rows.
ANALYZE;
