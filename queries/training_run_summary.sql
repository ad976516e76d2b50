-- name: trends :many
-- Runs by day, week (from Monday) or month and, where asked, by architecture or dataset, the oldest first, as of the
-- last refresh: how many ended how, how long the completed ones took, and what they came to in a metric.
-- defaults: period = "week", by = "", metric = null, higher_is_better = false
-- parameter: period text, by text, higher_is_better boolean, dataset_id uuid, architecture text
-- result: starts_at timestamp!, dataset_id uuid?, success_rate real?, avg_duration_seconds real?
-- result: best_value real?, avg_best_value real?, avg_last_value real?
-- scan: without a time or a dataset every run is counted
SELECT
    t.starts_at,
    t.architecture,
    t.dataset_id,
    t.dataset,
    count(*) AS runs,
    count(*) FILTER (WHERE t.status = 'completed') AS completed_runs,
    count(*) FILTER (WHERE t.status = 'failed') AS failed_runs,
    count(*) FILTER (WHERE t.status = 'cancelled') AS cancelled_runs,
    avg(
        CASE t.status
            WHEN 'completed' THEN CAST(1 AS float8)
            WHEN 'failed' THEN CAST(0 AS float8)
        END
    ) AS success_rate,
    avg(t.duration_seconds) FILTER (WHERE t.status = 'completed') AS avg_duration_seconds,
    count(t.best_value) AS measured_runs,
    CASE WHEN :higher_is_better THEN max(t.best_value) ELSE min(t.best_value) END AS best_value,
    avg(t.best_value) FILTER (WHERE t.best_value BETWEEN -1e100 AND 1e100) AS avg_best_value,
    avg(t.last_value) FILTER (WHERE t.last_value BETWEEN -1e100 AND 1e100) AS avg_last_value
FROM (
    SELECT
        r.status,
        r.duration_seconds,
        CASE :period
            WHEN 'day' THEN r.day
            WHEN 'week' THEN r.week
            ELSE r.month
        END AS starts_at,
        CASE WHEN :by = 'architecture' THEN r.architecture END AS architecture,
        CASE WHEN :by = 'dataset' THEN r.dataset_id END AS dataset_id,
        CASE WHEN :by = 'dataset' THEN r.dataset END AS dataset,
        CASE WHEN :higher_is_better THEN m.max_value ELSE m.min_value END AS best_value,
        m.last_value
    FROM training_run_summary_visible AS r
    LEFT JOIN run_metric_summary AS m
        ON
            r.run_id = m.run_id
            AND r.status = 'completed'
            AND m.name = :metric
    WHERE
        true
        AND r.created_at >= :since -- optional
        AND r.created_at < :until -- optional
        AND r.dataset_id = :dataset_id -- optional
        AND r.architecture = :architecture -- optional
) AS t
GROUP BY t.starts_at, t.architecture, t.dataset_id, t.dataset
ORDER BY t.starts_at, t.architecture NULLS LAST, t.dataset NULLS LAST, t.dataset_id NULLS LAST;
