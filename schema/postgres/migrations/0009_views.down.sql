-- 0009 views: undo. Drops the views and their results, which can be made again; no facts.
-- Locks: ACCESS EXCLUSIVE on each view, and on training_metrics (triggers), for a moment.
-- By hand: as `plainbase migrate render --down` writes it, so that schema_migrations is told too.

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
