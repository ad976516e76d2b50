-- name: hold_before :many
-- Of these measurements those that a cleanup may remove, held until the transaction ends, by id.
-- Differs from postgres: one writer, so nothing is to be locked.
-- parameter: ids integer
SELECT m.id
FROM training_metrics AS m
INNER JOIN training_runs AS r ON m.run_id = r.id
WHERE
    m.id IN (:ids)
    AND r.finished_at < :before
    AND m.id < (SELECT max(n.id) FROM training_metrics AS n)
ORDER BY m.id;
