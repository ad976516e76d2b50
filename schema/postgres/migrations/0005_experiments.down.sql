-- 0005 experiments: undo. Drops all experiments, benchmarks, evaluations and comparisons.
-- Locks: ACCESS EXCLUSIVE on each table, and on users, teams, datasets, model_versions and training_runs (foreign keys),
-- for a moment.
-- By hand: as `plainbase migrate render --down` writes it, so that schema_migrations is told too.

DROP TABLE comparison_results;
DROP TABLE evaluations;
DROP TABLE benchmarks;
DROP TABLE experiment_runs;
DROP TABLE experiments;
