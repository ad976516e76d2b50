-- 0004 training: undo. Drops all run history.
-- Locks: the one writer, for a moment.
-- By hand: as `plainbase migrate render --down` writes it, so that schema_migrations is told too.

DROP INDEX model_versions_training_run_id_idx;
ALTER TABLE model_versions DROP COLUMN training_run_id;
DROP TABLE accuracy_metrics;
DROP TABLE checkpoints;
DROP TABLE training_metrics;
DROP TABLE training_runs;
DROP TABLE neural_configs;
