-- 0002 training: undo. Drops all run history.
-- Locks: the one writer, for a moment.
-- By hand: as `plainbase migrate render --down` writes it, so that schema_migrations is told too.

DROP TABLE checkpoints;
DROP TABLE training_metrics;
DROP TABLE training_runs;
