-- 0009 views: undo. Drops the views and their results, which can be made again; no facts.
-- Locks: the one writer, for a moment.
-- By hand: as `plainbase migrate render --down` writes it, so that schema_migrations is told too.

DROP TABLE recent_activity;
DROP VIEW recent_activity_live;
DROP TABLE platform_overview;
DROP VIEW platform_overview_live;
DROP TABLE daily_resources;
DROP VIEW daily_resources_live;
DROP TABLE training_run_summary;
DROP VIEW training_run_summary_live;
DROP TABLE evaluated_models;
DROP VIEW evaluated_models_live;
DROP TRIGGER run_metric_summary_touch_insert;
DROP TRIGGER run_metric_summary_touch_update;
DROP TRIGGER run_metric_summary_touch_move;
DROP TRIGGER run_metric_summary_touch_delete;
DROP TABLE run_metric_summary_touched;
DROP TABLE run_metric_summary;
DROP VIEW run_metric_summary_live;
DROP TABLE dataset_usage;
DROP VIEW dataset_usage_live;
DROP TABLE experiment_summary;
DROP VIEW experiment_summary_live;
DROP TABLE daily_usage;
DROP VIEW daily_usage_live;
DROP TABLE model_leaderboard;
DROP VIEW model_leaderboard_live;
