-- 0014 row_security: which rows the application may see and write, by team, once row security is switched on.
-- Locks: ACCESS EXCLUSIVE on accuracy_metrics, benchmarks, checkpoints, comparison_results, corpus_passages,
--        corpus_texts, dataset_splits, datasets, evaluations, experiment_runs, experiments, generations,
--        inference_requests, inference_sessions, markov_models, markov_ngrams, markov_texts, model_aliases,
--        model_benchmarks, model_performance, model_versions, models, predictions, run_metric_summary, team_members,
--        training_metrics, training_runs, users for a moment; no row is read or written.
-- Undo:  0014_row_security.down.sql drops the policies, the functions and the filtering views; no facts.
-- By hand: as `plainbase migrate render` writes it, so that schema_migrations is told too.

-- Nothing is hidden before the owner has said ALTER TABLE … ENABLE ROW LEVEL SECURITY, as the last part of
-- schema/postgres/roles.sql does for all of these tables. It never applies to the owner, who refreshes and migrates.
-- The actor is what the transaction says it is: this keeps a forgotten WHERE from showing another team's rows, not
-- somebody who may run any SQL as the application.

-- The body is bound when it is made, so that no search path of the caller's leads it elsewhere.
CREATE FUNCTION visible_teams() RETURNS uuid[]
LANGUAGE sql
STABLE
PARALLEL SAFE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT
        array(
            SELECT m.team_id
            FROM team_members AS m
            INNER JOIN users AS u ON m.user_id = u.id
            WHERE
                u.id = CAST(nullif(current_setting('plainbase.actor_id', true), '') AS uuid)
                AND u.active
            UNION
            SELECT t.id
            FROM teams AS t
            CROSS JOIN users AS u
            WHERE
                u.id = CAST(nullif(current_setting('plainbase.actor_id', true), '') AS uuid)
                AND u.active
                AND u.role = 'admin'
        );
END;

COMMENT ON FUNCTION visible_teams() IS
'The teams whose rows the transaction''s actor may see: those it is a member of, and all for an administrator.';

CREATE FUNCTION every_team_is_visible() RETURNS boolean
LANGUAGE sql
STABLE
PARALLEL SAFE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT count(*) = 0
    FROM teams AS t
    WHERE NOT t.id = any(visible_teams());
END;

COMMENT ON FUNCTION every_team_is_visible() IS
'Whether the transaction''s actor may see the rows of all teams, as an administrator may.';

-- A policy cannot look into its own table.
CREATE FUNCTION is_visible_run(wanted uuid) RETURNS boolean
LANGUAGE sql
STABLE
PARALLEL SAFE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT count(*) > 0
    FROM training_runs AS r
    WHERE
        r.id = wanted
        AND (r.team_id IS NULL OR r.team_id = any(visible_teams()));
END;

COMMENT ON FUNCTION is_visible_run(uuid) IS
'Whether the transaction''s actor may see a training run.';

CREATE FUNCTION is_administrator(wanted uuid DEFAULT NULL) RETURNS boolean
LANGUAGE sql
STABLE
PARALLEL SAFE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT count(*) > 0
    FROM users AS u
    WHERE
        u.id = coalesce(wanted, CAST(nullif(current_setting('plainbase.actor_id', true), '') AS uuid))
        AND (u.active OR wanted IS NOT NULL)
        AND u.role = 'admin';
END;

COMMENT ON FUNCTION is_administrator(uuid) IS
'Whether an account is an administrator''s; without one, whether the transaction''s actor is an active administrator.';

CREATE FUNCTION may_change_team(wanted uuid) RETURNS boolean
LANGUAGE sql
STABLE
PARALLEL SAFE
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT count(*) > 0
    FROM users AS u
    CROSS JOIN (SELECT wanted AS team_id) AS asked
    WHERE
        u.id = CAST(nullif(current_setting('plainbase.actor_id', true), '') AS uuid)
        AND u.active
        AND (
            u.role = 'admin'
            OR EXISTS (
                SELECT 1 FROM team_members AS m
                WHERE
                    m.team_id = asked.team_id
                    AND m.user_id = u.id
                    AND m.role = 'owner'
            )
        );
END;

COMMENT ON FUNCTION may_change_team(uuid) IS
'Whether the transaction''s actor says who is in a team: one of its owners, or an administrator.';

-- Who is in a team, and who is an administrator, decides what is seen: nobody lets themselves in. The first administrator
-- is made by the owner, as by `plainbase users add --role admin` with the migrator's URL.

CREATE POLICY team_members_read ON team_members
FOR SELECT
USING (true);

CREATE POLICY team_members_add ON team_members
FOR INSERT
WITH CHECK (may_change_team(team_id));

CREATE POLICY team_members_change ON team_members
FOR UPDATE
USING (may_change_team(team_id));

-- Nobody sees more by it.
CREATE POLICY team_members_remove ON team_members
FOR DELETE
USING (true);

CREATE POLICY users_read ON users
FOR SELECT
USING (true);

CREATE POLICY users_add ON users
FOR INSERT
WITH CHECK (role <> 'admin' OR is_administrator());

CREATE POLICY users_change ON users
FOR UPDATE
USING (true)
WITH CHECK (role <> 'admin' OR is_administrator(id) OR is_administrator());

CREATE POLICY users_remove ON users
FOR DELETE
USING (true);

-- Only here: SQLite hides no row.
-- What the search of the corpus weighs words by. Read as the owner, past row security, which would look at every passage
-- for it; it tells how much there is and nothing of what.
CREATE VIEW corpus_size AS
SELECT
    count(*) AS passages,
    coalesce(CAST(sum(word_count) AS bigint), 0) AS words
FROM corpus_passages;

COMMENT ON VIEW corpus_size IS
'How many passages there are, and how many words in them, those of all teams.';

-- What a row refers to has to be visible too when it is written: a foreign key is checked past row security, and would
-- tell whether there is such a row, or hang a row onto another team's.

CREATE POLICY datasets_team ON datasets
USING (
    team_id IS NULL
    OR team_id = any(CAST((SELECT visible_teams()) AS uuid[]))
);

CREATE POLICY models_team ON models
USING (
    team_id IS NULL
    OR team_id = any(CAST((SELECT visible_teams()) AS uuid[]))
);

CREATE POLICY training_runs_team ON training_runs
USING (
    team_id IS NULL
    OR team_id = any(CAST((SELECT visible_teams()) AS uuid[]))
)
WITH CHECK (
    (
        team_id IS NULL
        OR team_id = any(CAST((SELECT visible_teams()) AS uuid[]))
    )
    AND (
        dataset_id IS NULL
        OR EXISTS (
            SELECT 1 FROM datasets AS p
            WHERE p.id = training_runs.dataset_id
        )
    )
    AND (
        corpus_text_id IS NULL
        OR EXISTS (
            SELECT 1 FROM corpus_texts AS p
            WHERE p.id = training_runs.corpus_text_id
        )
    )
    AND (
        model_version_id IS NULL
        OR EXISTS (
            SELECT 1 FROM model_versions AS p
            WHERE p.id = training_runs.model_version_id
        )
    )
    AND (parent_run_id IS NULL OR is_visible_run(parent_run_id))
);

CREATE POLICY experiments_team ON experiments
USING (
    team_id IS NULL
    OR team_id = any(CAST((SELECT visible_teams()) AS uuid[]))
)
WITH CHECK (
    (
        team_id IS NULL
        OR team_id = any(CAST((SELECT visible_teams()) AS uuid[]))
    )
    AND (
        dataset_id IS NULL
        OR EXISTS (
            SELECT 1 FROM datasets AS p
            WHERE p.id = experiments.dataset_id
        )
    )
    AND (
        model_version_id IS NULL
        OR EXISTS (
            SELECT 1 FROM model_versions AS p
            WHERE p.id = experiments.model_version_id
        )
    )
);

CREATE POLICY benchmarks_team ON benchmarks
USING (
    team_id IS NULL
    OR team_id = any(CAST((SELECT visible_teams()) AS uuid[]))
)
WITH CHECK (
    (
        team_id IS NULL
        OR team_id = any(CAST((SELECT visible_teams()) AS uuid[]))
    )
    AND (
        dataset_id IS NULL
        OR EXISTS (
            SELECT 1 FROM datasets AS p
            WHERE p.id = benchmarks.dataset_id
        )
    )
    AND (
        model_version_id IS NULL
        OR EXISTS (
            SELECT 1 FROM model_versions AS p
            WHERE p.id = benchmarks.model_version_id
        )
    )
);

-- OFFSET 0, here and below where rows are read page by page: each row's parent is looked up. Without it the planner, who
-- does not think of the LIMIT here, first reads all parents that can be seen (100,000 experiments: a page in 35 ms
-- instead of 2). Where many rows of few parents are read, as metrics, it is left the choice.
-- noqa: disable=AM09

-- One without a team is of its experiment's and its benchmark's.
CREATE POLICY evaluations_team ON evaluations
USING (
    team_id = any(CAST((SELECT visible_teams()) AS uuid[]))
    OR (
        team_id IS NULL
        AND (
            experiment_id IS NULL
            OR EXISTS (
                SELECT 1 FROM experiments AS p
                WHERE p.id = evaluations.experiment_id
                OFFSET 0
            )
        )
        AND (
            benchmark_id IS NULL
            OR EXISTS (
                SELECT 1 FROM benchmarks AS p
                WHERE p.id = evaluations.benchmark_id
                OFFSET 0
            )
        )
    )
)
WITH CHECK (
    (
        team_id IS NULL
        OR team_id = any(CAST((SELECT visible_teams()) AS uuid[]))
    )
    AND (
        experiment_id IS NULL
        OR EXISTS (
            SELECT 1 FROM experiments AS p
            WHERE p.id = evaluations.experiment_id
        )
    )
    AND (
        benchmark_id IS NULL
        OR EXISTS (
            SELECT 1 FROM benchmarks AS p
            WHERE p.id = evaluations.benchmark_id
        )
    )
    AND (
        model_version_id IS NULL
        OR EXISTS (
            SELECT 1 FROM model_versions AS p
            WHERE p.id = evaluations.model_version_id
        )
    )
);

-- What belongs to one of these is seen where that is.

CREATE POLICY dataset_splits_team ON dataset_splits
USING (
    EXISTS (
        SELECT 1 FROM datasets AS p
        WHERE p.id = dataset_splits.dataset_id
    )
);

-- A text in no split belongs to nobody.
CREATE POLICY corpus_texts_team ON corpus_texts
USING (
    split_id IS NULL
    OR EXISTS (
        SELECT 1 FROM dataset_splits AS p
        WHERE p.id = corpus_texts.split_id
        OFFSET 0
    )
);

CREATE POLICY corpus_passages_team ON corpus_passages
USING (
    EXISTS (
        SELECT 1 FROM corpus_texts AS p
        WHERE p.id = corpus_passages.corpus_text_id
    )
);

CREATE POLICY markov_models_team ON markov_models
USING (
    EXISTS (
        SELECT 1 FROM datasets AS p
        WHERE p.id = markov_models.dataset_id
    )
);

CREATE POLICY markov_texts_team ON markov_texts
USING (
    EXISTS (
        SELECT 1 FROM datasets AS p
        WHERE p.id = markov_texts.dataset_id
    )
)
WITH CHECK (
    EXISTS (
        SELECT 1 FROM datasets AS p
        WHERE p.id = markov_texts.dataset_id
    )
    AND EXISTS (
        SELECT 1 FROM corpus_texts AS p
        WHERE p.id = markov_texts.corpus_text_id
    )
);

CREATE POLICY markov_ngrams_team ON markov_ngrams
USING (
    EXISTS (
        SELECT 1 FROM datasets AS p
        WHERE p.id = markov_ngrams.dataset_id
    )
);

CREATE POLICY model_versions_team ON model_versions
USING (
    EXISTS (
        SELECT 1 FROM models AS p
        WHERE p.id = model_versions.model_id
    )
)
WITH CHECK (
    EXISTS (
        SELECT 1 FROM models AS p
        WHERE p.id = model_versions.model_id
    )
    AND (
        training_run_id IS NULL
        OR EXISTS (
            SELECT 1 FROM training_runs AS p
            WHERE p.id = model_versions.training_run_id
        )
    )
);

CREATE POLICY model_aliases_team ON model_aliases
USING (
    EXISTS (
        SELECT 1 FROM models AS p
        WHERE p.id = model_aliases.model_id
    )
);

CREATE POLICY model_benchmarks_team ON model_benchmarks
USING (
    EXISTS (
        SELECT 1 FROM model_versions AS p
        WHERE p.id = model_benchmarks.model_version_id
    )
)
WITH CHECK (
    EXISTS (
        SELECT 1 FROM model_versions AS p
        WHERE p.id = model_benchmarks.model_version_id
    )
    AND (
        dataset_id IS NULL
        OR EXISTS (
            SELECT 1 FROM datasets AS p
            WHERE p.id = model_benchmarks.dataset_id
        )
    )
);

CREATE POLICY model_performance_team ON model_performance
USING (
    EXISTS (
        SELECT 1 FROM model_versions AS p
        WHERE p.id = model_performance.model_version_id
    )
);

CREATE POLICY training_metrics_team ON training_metrics
USING (
    EXISTS (
        SELECT 1 FROM training_runs AS p
        WHERE p.id = training_metrics.run_id
    )
);

CREATE POLICY checkpoints_team ON checkpoints
USING (
    EXISTS (
        SELECT 1 FROM training_runs AS p
        WHERE p.id = checkpoints.run_id
    )
);

CREATE POLICY accuracy_metrics_team ON accuracy_metrics
USING (
    checkpoint_id IS NULL
    OR EXISTS (
        SELECT 1 FROM checkpoints AS p
        WHERE p.id = accuracy_metrics.checkpoint_id
    )
);

-- Stored, but a table: it needs no filtering view.
CREATE POLICY run_metric_summary_team ON run_metric_summary
USING (
    EXISTS (
        SELECT 1 FROM training_runs AS p
        WHERE p.id = run_metric_summary.run_id
        OFFSET 0
    )
);

CREATE POLICY experiment_runs_team ON experiment_runs
USING (
    EXISTS (
        SELECT 1 FROM experiments AS p
        WHERE p.id = experiment_runs.experiment_id
    )
    AND EXISTS (
        SELECT 1 FROM training_runs AS p
        WHERE p.id = experiment_runs.training_run_id
    )
);

-- Of two that can both be seen: where one was deleted, what was found is the owner's to read.
CREATE POLICY comparison_results_team ON comparison_results
USING (
    (
        experiment_id IS NULL
        OR EXISTS (
            SELECT 1 FROM experiments AS p
            WHERE p.id = comparison_results.experiment_id
        )
    )
    AND 2 = CASE kind
        WHEN 'model'
            THEN (
                SELECT count(*) FROM models AS p
                WHERE p.id IN (a_id, b_id)
            )
        WHEN 'model_version'
            THEN (
                SELECT count(*) FROM model_versions AS p
                WHERE p.id IN (a_id, b_id)
            )
        WHEN 'training_run'
            THEN (
                SELECT count(*) FROM training_runs AS p
                WHERE p.id IN (a_id, b_id)
            )
        WHEN 'experiment'
            THEN (
                SELECT count(*) FROM experiments AS p
                WHERE p.id IN (a_id, b_id)
            )
    END
);

CREATE POLICY inference_sessions_team ON inference_sessions
USING (
    EXISTS (
        SELECT 1 FROM model_versions AS p
        WHERE p.id = inference_sessions.model_version_id
        OFFSET 0
    )
);

CREATE POLICY inference_requests_team ON inference_requests
USING (
    EXISTS (
        SELECT 1 FROM inference_sessions AS p
        WHERE p.id = inference_requests.session_id
        OFFSET 0
    )
);

CREATE POLICY generations_team ON generations
USING (
    model_version_id IS NULL
    OR EXISTS (
        SELECT 1 FROM model_versions AS p
        WHERE p.id = generations.model_version_id
        OFFSET 0
    )
);

CREATE POLICY predictions_team ON predictions
USING (
    model_version_id IS NULL
    OR EXISTS (
        SELECT 1 FROM model_versions AS p
        WHERE p.id = predictions.model_version_id
        OFFSET 0
    )
);


-- Row security does not cover materialized views: what is read of one is what its filtering view lets through, while
-- row security is on. Whoever switches it on sets security_barrier too, without which a condition of the reader's could
-- see a row before the filter does, and gives the views the order of their indexes. daily_usage adds up all teams under
-- their models' names, so only who sees every team sees it then; platform_overview and daily_resources are totals without
-- names, and have no such view.

CREATE VIEW model_leaderboard_visible AS
SELECT
    benchmark,
    metric,
    place,
    model_version_id,
    model_id,
    model,
    version,
    kind,
    stage,
    architecture,
    parameter_count,
    value,
    standard_error,
    higher_is_better,
    measured_at,
    team_id
FROM model_leaderboard
WHERE
    NOT (SELECT row_security_active(CAST('models' AS regclass)))
    OR team_id IS NULL
    OR team_id = any(CAST((SELECT visible_teams()) AS uuid[]));


CREATE VIEW daily_usage_visible AS
SELECT
    day,
    kind,
    model,
    requests,
    errors,
    input_tokens,
    output_tokens,
    cost_usd,
    avg_latency_ms,
    p50_latency_ms,
    p95_latency_ms,
    p99_latency_ms
FROM daily_usage
WHERE
    NOT (SELECT row_security_active(CAST('models' AS regclass)))
    OR (SELECT every_team_is_visible());


CREATE VIEW experiment_summary_visible AS
SELECT
    experiment_id,
    name,
    status,
    dataset_id,
    model_version_id,
    runs,
    completed_runs,
    failed_runs,
    evaluations,
    avg_score,
    max_score,
    rated_evaluations,
    avg_rating,
    avg_latency_ms,
    input_tokens,
    output_tokens,
    evaluations_cost_usd,
    cost_usd,
    started_at,
    finished_at,
    duration_seconds,
    created_at,
    team_id
FROM experiment_summary
WHERE
    NOT (SELECT row_security_active(CAST('models' AS regclass)))
    OR team_id IS NULL
    OR team_id = any(CAST((SELECT visible_teams()) AS uuid[]));


CREATE VIEW dataset_usage_visible AS
SELECT
    dataset_id,
    name,
    version,
    domain,
    row_count,
    runs,
    completed_runs,
    failed_runs,
    experiments,
    benchmarks,
    avg_duration_seconds,
    best_loss,
    best_accuracy,
    first_run_at,
    last_run_at,
    team_id
FROM dataset_usage
WHERE
    NOT (SELECT row_security_active(CAST('models' AS regclass)))
    OR team_id IS NULL
    OR team_id = any(CAST((SELECT visible_teams()) AS uuid[]));


CREATE VIEW evaluated_models_visible AS
SELECT
    provider,
    model,
    model_version_id,
    evaluations,
    scored_evaluations,
    total_score,
    rated_evaluations,
    total_rating,
    timed_evaluations,
    total_latency_ms,
    priced_evaluations,
    cost_usd,
    input_tokens,
    output_tokens,
    last_evaluated_at,
    team_id
FROM evaluated_models
WHERE
    NOT (SELECT row_security_active(CAST('models' AS regclass)))
    OR team_id IS NULL
    OR team_id = any(CAST((SELECT visible_teams()) AS uuid[]));


CREATE VIEW training_run_summary_visible AS
SELECT
    run_id,
    name,
    status,
    dataset_id,
    dataset,
    architecture,
    duration_seconds,
    started_at,
    finished_at,
    created_at,
    day,
    week,
    month,
    team_id
FROM training_run_summary
WHERE
    NOT (SELECT row_security_active(CAST('models' AS regclass)))
    OR team_id IS NULL
    OR team_id = any(CAST((SELECT visible_teams()) AS uuid[]));


CREATE VIEW recent_activity_visible AS
SELECT
    at,
    entity,
    entity_id,
    name,
    status,
    team_id
FROM recent_activity
WHERE
    NOT (SELECT row_security_active(CAST('models' AS regclass)))
    OR (team_id IS NULL AND entity <> 'comparison')
    OR team_id = any(CAST((SELECT visible_teams()) AS uuid[]))
    OR (SELECT every_team_is_visible());
