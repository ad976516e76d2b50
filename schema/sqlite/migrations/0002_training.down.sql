-- 0002 training: undo. Drops all run history.
-- Locks: the one writer, for a moment.
-- By hand: schema_migrations still says it is applied; DELETE FROM schema_migrations WHERE version = 2.

DROP TABLE checkpoints;
DROP TABLE training_metrics;
DROP TABLE training_runs;
