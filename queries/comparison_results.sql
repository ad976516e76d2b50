-- name: record :one
-- Keeps what a comparison of a and b found.
-- defaults: id = uuid7(), experiment_id = null, paired = false, a_mean = null, b_mean = null
-- defaults: statistic = null, p_value = null, adjusted_p_value = null
-- defaults: correction = "none", effect_name = null, effect_size = null
-- defaults: confidence_level = null, confidence_low = null, confidence_high = null
-- defaults: alpha = 0.05, winner = null, details = {}, created_by = null
INSERT INTO comparison_results (
    id,
    kind,
    a_id,
    b_id,
    a_label,
    b_label,
    experiment_id,
    metric,
    test,
    paired,
    a_n,
    b_n,
    a_mean,
    b_mean,
    statistic,
    p_value,
    adjusted_p_value,
    correction,
    effect_name,
    effect_size,
    confidence_level,
    confidence_low,
    confidence_high,
    alpha,
    winner,
    details,
    created_by
)
VALUES (
    :id,
    :kind,
    :a_id,
    :b_id,
    :a_label,
    :b_label,
    :experiment_id,
    :metric,
    :test,
    :paired,
    :a_n,
    :b_n,
    :a_mean,
    :b_mean,
    :statistic,
    :p_value,
    :adjusted_p_value,
    :correction,
    :effect_name,
    :effect_size,
    :confidence_level,
    :confidence_low,
    :confidence_high,
    :alpha,
    :winner,
    :details,
    :created_by
)
RETURNING
    id,
    kind,
    a_id,
    b_id,
    a_label,
    b_label,
    experiment_id,
    metric,
    test,
    paired,
    a_n,
    b_n,
    a_mean,
    b_mean,
    statistic,
    p_value,
    adjusted_p_value,
    correction,
    effect_name,
    effect_size,
    confidence_level,
    confidence_low,
    confidence_high,
    alpha,
    winner,
    details,
    created_by,
    created_at;

-- name: get :one
-- One comparison.
SELECT
    id,
    kind,
    a_id,
    b_id,
    a_label,
    b_label,
    experiment_id,
    metric,
    test,
    paired,
    a_n,
    b_n,
    a_mean,
    b_mean,
    statistic,
    p_value,
    adjusted_p_value,
    correction,
    effect_name,
    effect_size,
    confidence_level,
    confidence_low,
    confidence_high,
    alpha,
    winner,
    details,
    created_by,
    created_at
FROM comparison_results
WHERE id = :id;

-- name: list :many
-- Comparisons, newest first; the next page begins after the last row's created_at and id.
-- defaults: limit = 100
-- scan: a filter without an index of its own is tested newest first until a page is full
SELECT
    id,
    kind,
    a_id,
    b_id,
    a_label,
    b_label,
    experiment_id,
    metric,
    test,
    paired,
    a_n,
    b_n,
    a_mean,
    b_mean,
    statistic,
    p_value,
    adjusted_p_value,
    correction,
    effect_name,
    effect_size,
    confidence_level,
    confidence_low,
    confidence_high,
    alpha,
    winner,
    details,
    created_by,
    created_at
FROM comparison_results
WHERE
    true
    AND kind = :kind -- optional
    AND metric = :metric -- optional
    AND winner IN (:winners) -- optional
    AND created_at >= :since -- optional
    AND (created_at, id) < (:before_created_at, :before_id) -- optional
ORDER BY created_at DESC, id DESC
LIMIT :limit;

-- name: list_for :many
-- Comparisons of one model, version, run or experiment with whatever, newest first;
-- the next page begins after the last row's created_at and id.
-- defaults: limit = 100
-- scan: sorts the comparisons of one subject, which come from two indexes
SELECT
    id,
    kind,
    a_id,
    b_id,
    a_label,
    b_label,
    experiment_id,
    metric,
    test,
    paired,
    a_n,
    b_n,
    a_mean,
    b_mean,
    statistic,
    p_value,
    adjusted_p_value,
    correction,
    effect_name,
    effect_size,
    confidence_level,
    confidence_low,
    confidence_high,
    alpha,
    winner,
    details,
    created_by,
    created_at
FROM comparison_results
WHERE
    a_id = :id
    AND metric = :metric -- optional
    AND (created_at, id) < (:before_created_at, :before_id) -- optional
UNION ALL
SELECT
    id,
    kind,
    a_id,
    b_id,
    a_label,
    b_label,
    experiment_id,
    metric,
    test,
    paired,
    a_n,
    b_n,
    a_mean,
    b_mean,
    statistic,
    p_value,
    adjusted_p_value,
    correction,
    effect_name,
    effect_size,
    confidence_level,
    confidence_low,
    confidence_high,
    alpha,
    winner,
    details,
    created_by,
    created_at
FROM comparison_results
WHERE
    b_id = :id
    AND metric = :metric -- optional
    AND (created_at, id) < (:before_created_at, :before_id) -- optional
ORDER BY created_at DESC, id DESC
LIMIT :limit;

-- name: list_for_experiment :many
-- Comparisons made for an experiment, newest first; the next page begins after the last row's created_at and id.
-- defaults: limit = 100
SELECT
    id,
    kind,
    a_id,
    b_id,
    a_label,
    b_label,
    experiment_id,
    metric,
    test,
    paired,
    a_n,
    b_n,
    a_mean,
    b_mean,
    statistic,
    p_value,
    adjusted_p_value,
    correction,
    effect_name,
    effect_size,
    confidence_level,
    confidence_low,
    confidence_high,
    alpha,
    winner,
    details,
    created_by,
    created_at
FROM comparison_results
WHERE
    experiment_id = :experiment_id
    AND metric = :metric -- optional
    AND (created_at, id) < (:before_created_at, :before_id) -- optional
ORDER BY created_at DESC, id DESC
LIMIT :limit;

-- name: delete :exec
-- Deletes a comparison.
DELETE FROM comparison_results
WHERE id = :id;
