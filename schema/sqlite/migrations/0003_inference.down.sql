-- 0003 inference: undo. Drops all generated texts.
-- Locks: the one writer, for a moment.
-- By hand: as `plainbase migrate render --down` writes it, so that schema_migrations is told too.

DROP TABLE generations;
