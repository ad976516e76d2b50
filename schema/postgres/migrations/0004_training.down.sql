-- 0004 training: undo. Drops all run history.
-- Locks: ACCESS EXCLUSIVE on each table, and on model_versions, users, teams, datasets and corpus_texts (foreign keys),
-- for a moment.
-- By hand: as `plainbase migrate render --down` writes it, so that schema_migrations is told too.

ALTER TABLE model_versions DROP COLUMN training_run_id;
DROP TABLE accuracy_metrics;
DROP TABLE checkpoints;
DROP FUNCTION checkpoints_move_best();
DROP TABLE training_metrics;
DROP TABLE training_runs;
DROP FUNCTION refuse_change();
DROP TABLE neural_configs;
