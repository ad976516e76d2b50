-- 0002 training: undo. Drops all run history.
-- Locks: ACCESS EXCLUSIVE on each table, and on datasets and corpus_texts (foreign keys), for a moment.
-- By hand: as `plainbase migrate render --down` writes it, so that schema_migrations is told too.

DROP TABLE checkpoints;
DROP FUNCTION checkpoints_move_best();
DROP TABLE training_metrics;
DROP TABLE training_runs;
