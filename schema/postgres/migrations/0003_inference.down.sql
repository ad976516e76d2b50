-- 0003 inference: undo. Drops all generated texts.
-- Locks: ACCESS EXCLUSIVE on the table, for a moment.

DROP TABLE generations;
