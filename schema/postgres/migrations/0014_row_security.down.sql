-- 0014 row_security: undo. Drops the policies, the functions and the filtering views; no facts.
-- Locks: ACCESS EXCLUSIVE on accuracy_metrics, benchmarks, checkpoints, comparison_results, corpus_passages,
--        corpus_texts, dataset_splits, datasets, evaluations, experiment_runs, experiments, generations,
--        inference_requests, inference_sessions, markov_models, markov_ngrams, markov_texts, model_aliases,
--        model_benchmarks, model_performance, model_versions, models, predictions, run_metric_summary, team_members,
--        training_metrics, training_runs, users and on each view, for a moment.
-- By hand: as `plainbase migrate render --down` writes it, so that schema_migrations is told too.

-- Where row security is switched on, a table without a policy shows the application nothing: switch it off first.

DROP VIEW recent_activity_visible;
DROP VIEW training_run_summary_visible;
DROP VIEW evaluated_models_visible;
DROP VIEW dataset_usage_visible;
DROP VIEW experiment_summary_visible;
DROP VIEW daily_usage_visible;
DROP VIEW model_leaderboard_visible;

DROP POLICY predictions_team ON predictions;
DROP POLICY generations_team ON generations;
DROP POLICY inference_requests_team ON inference_requests;
DROP POLICY inference_sessions_team ON inference_sessions;
DROP POLICY comparison_results_team ON comparison_results;
DROP POLICY experiment_runs_team ON experiment_runs;
DROP POLICY run_metric_summary_team ON run_metric_summary;
DROP POLICY accuracy_metrics_team ON accuracy_metrics;
DROP POLICY checkpoints_team ON checkpoints;
DROP POLICY training_metrics_team ON training_metrics;
DROP POLICY model_performance_team ON model_performance;
DROP POLICY model_benchmarks_team ON model_benchmarks;
DROP POLICY model_aliases_team ON model_aliases;
DROP POLICY model_versions_team ON model_versions;
DROP POLICY markov_ngrams_team ON markov_ngrams;
DROP POLICY markov_texts_team ON markov_texts;
DROP POLICY markov_models_team ON markov_models;
DROP POLICY corpus_passages_team ON corpus_passages;
DROP POLICY corpus_texts_team ON corpus_texts;
DROP POLICY dataset_splits_team ON dataset_splits;
DROP POLICY evaluations_team ON evaluations;
DROP POLICY benchmarks_team ON benchmarks;
DROP POLICY experiments_team ON experiments;
DROP POLICY training_runs_team ON training_runs;
DROP POLICY models_team ON models;
DROP POLICY datasets_team ON datasets;

DROP POLICY users_remove ON users;
DROP POLICY users_change ON users;
DROP POLICY users_add ON users;
DROP POLICY users_read ON users;
DROP POLICY team_members_remove ON team_members;
DROP POLICY team_members_change ON team_members;
DROP POLICY team_members_add ON team_members;
DROP POLICY team_members_read ON team_members;

DROP VIEW corpus_size;
DROP FUNCTION may_change_team(uuid);
DROP FUNCTION is_administrator(uuid);
DROP FUNCTION is_visible_run(uuid);
DROP FUNCTION every_team_is_visible();
DROP FUNCTION visible_teams();
