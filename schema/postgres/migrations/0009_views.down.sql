-- 0009 views: undo. Drops the views and their results, which can be made again; no facts.
-- Locks: ACCESS EXCLUSIVE on each view, and on training_metrics (triggers), for a moment.
-- By hand: as `plainbase migrate render --down` writes it, so that schema_migrations is told too.

DROP MATERIALIZED VIEW recent_activity;
DROP VIEW recent_activity_live;
DROP MATERIALIZED VIEW platform_overview;
DROP VIEW platform_overview_live;
DROP MATERIALIZED VIEW daily_resources;
DROP VIEW daily_resources_live;
DROP MATERIALIZED VIEW training_run_summary;
DROP VIEW training_run_summary_live;
DROP MATERIALIZED VIEW evaluated_models;
DROP VIEW evaluated_models_live;
DROP TRIGGER run_metric_summary_touch_insert ON training_metrics;
DROP TRIGGER run_metric_summary_touch_update ON training_metrics;
DROP TRIGGER run_metric_summary_touch_move ON training_metrics;
DROP TRIGGER run_metric_summary_touch_delete ON training_metrics;
DROP TRIGGER run_metric_summary_touch_truncate ON training_metrics;
DROP FUNCTION run_metric_summary_touch();
DROP TABLE run_metric_summary_touched;
DROP TABLE run_metric_summary;
DROP VIEW run_metric_summary_live;
DROP MATERIALIZED VIEW dataset_usage;
DROP VIEW dataset_usage_live;
DROP MATERIALIZED VIEW experiment_summary;
DROP VIEW experiment_summary_live;
DROP MATERIALIZED VIEW daily_usage;
DROP VIEW daily_usage_live;
DROP MATERIALIZED VIEW model_leaderboard;
DROP VIEW model_leaderboard_live;
