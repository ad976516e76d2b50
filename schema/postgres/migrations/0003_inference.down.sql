-- 0003 inference: undo. Drops all generated texts.
-- Locks: ACCESS EXCLUSIVE on the table, for a moment.
-- By hand: schema_migrations still says it is applied; DELETE FROM schema_migrations WHERE version = 3.

DROP TABLE generations;
