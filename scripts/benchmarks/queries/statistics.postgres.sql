-- name: renew :script
-- What the planner knows of the tables, and which pages all may see.
-- Differs from sqlite: pages are marked by VACUUM.
VACUUM (ANALYZE);
