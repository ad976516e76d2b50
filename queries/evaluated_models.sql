-- name: list :many
-- Scores, ratings, latencies, tokens and cost of each evaluated model, all its versions together, the one with the best
-- average score first, as of the last refresh.
-- defaults: limit = 100
-- result: avg_score real, avg_rating real, avg_latency_ms real, cost_usd real, avg_cost_usd real
-- result: last_evaluated_at timestamp!
-- scan: adds up what was stored of each model, which are few
SELECT
    m.provider,
    m.model,
    m.evaluations,
    m.avg_score,
    m.rated_evaluations,
    m.avg_rating,
    m.avg_latency_ms,
    m.input_tokens,
    m.output_tokens,
    m.cost_usd,
    m.avg_cost_usd,
    m.last_evaluated_at
FROM (
    SELECT
        provider,
        model,
        CAST(sum(evaluations) AS bigint) AS evaluations,
        sum(total_score) / nullif(CAST(sum(scored_evaluations) AS bigint), 0) AS avg_score,
        CAST(sum(rated_evaluations) AS bigint) AS rated_evaluations,
        CAST(sum(total_rating) AS float8) / nullif(CAST(sum(rated_evaluations) AS bigint), 0) AS avg_rating,
        sum(total_latency_ms) / nullif(CAST(sum(timed_evaluations) AS bigint), 0) AS avg_latency_ms,
        CAST(sum(input_tokens) AS bigint) AS input_tokens,
        CAST(sum(output_tokens) AS bigint) AS output_tokens,
        sum(cost_usd) AS cost_usd,
        sum(cost_usd) / nullif(CAST(sum(priced_evaluations) AS bigint), 0) AS avg_cost_usd,
        max(last_evaluated_at) AS last_evaluated_at
    FROM evaluated_models_visible
    GROUP BY provider, model
) AS m
ORDER BY m.avg_score DESC NULLS LAST, m.provider, m.model
LIMIT :limit;
