-- 0002 training: undo. Drops all run history.
-- Locks: ACCESS EXCLUSIVE on each table, for a moment.

DROP TABLE checkpoints;
DROP FUNCTION checkpoints_move_best();
DROP TABLE training_metrics;
DROP TABLE training_runs;
