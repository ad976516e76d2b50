-- name: list :many
-- Requests, errors, tokens, cost and latency by day (UTC), kind and model, as of the last refresh, newest day first.
-- defaults: limit = 1000
-- scan: a filter without an index of its own is tested day by day, newest first, until a page is full
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
FROM daily_usage_visible
WHERE
    true
    AND day >= :since -- optional
    AND day < :until -- optional
    AND kind = :kind -- optional
    AND model = :model -- optional
ORDER BY day DESC, kind DESC, model DESC
LIMIT :limit;

-- name: totals :many
-- The same added up over days, by kind and model, the dearest first; no percentiles, which cannot be added.
-- result: cost_usd real, first_day timestamp, last_day timestamp
-- scan: without a time every day is added up
SELECT
    kind,
    model,
    CAST(sum(requests) AS bigint) AS requests,
    CAST(sum(errors) AS bigint) AS errors,
    CAST(sum(input_tokens) AS bigint) AS input_tokens,
    CAST(sum(output_tokens) AS bigint) AS output_tokens,
    sum(cost_usd) AS cost_usd,
    min(day) AS first_day,
    max(day) AS last_day
FROM daily_usage_visible
WHERE
    true
    AND day >= :since -- optional
    AND day < :until -- optional
    AND kind = :kind -- optional
GROUP BY kind, model
ORDER BY sum(cost_usd) DESC, kind, model;
