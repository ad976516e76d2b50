-- 0002 training: undo. Drops all run history.
-- Locks: the one writer, for a moment.

DROP TABLE checkpoints;
DROP TABLE training_metrics;
DROP TABLE training_runs;
