-- 0003 inference: undo. Drops all generated texts.
-- Locks: the one writer, for a moment.

DROP TABLE generations;
