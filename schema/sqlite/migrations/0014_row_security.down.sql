-- 0014 row_security: undo. Drops the views; no facts.
-- Locks: the one writer, for a moment.
-- By hand: as `plainbase migrate render --down` writes it, so that schema_migrations is told too.

DROP VIEW recent_activity_visible;
DROP VIEW training_run_summary_visible;
DROP VIEW evaluated_models_visible;
DROP VIEW dataset_usage_visible;
DROP VIEW experiment_summary_visible;
DROP VIEW daily_usage_visible;
DROP VIEW model_leaderboard_visible;
