-- 0002 training: undo. Drops all run history.
-- Locks: ACCESS EXCLUSIVE on each table, and on datasets and corpus_texts (foreign keys), for a moment.
-- By hand: schema_migrations still says it is applied; DELETE FROM schema_migrations WHERE version = 2.

DROP TABLE checkpoints;
DROP FUNCTION checkpoints_move_best();
DROP TABLE training_metrics;
DROP TABLE training_runs;
