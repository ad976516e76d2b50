-- name: hold_before :many
-- Of these evaluations those that a cleanup may remove, held until the transaction ends, by id.
-- Differs from sqlite: the rows are locked, and those that somebody else has are passed over.
SELECT e.id
FROM evaluations AS e
WHERE
    e.id IN (:ids)
    AND e.created_at < :before
    AND NOT EXISTS (
        SELECT 1 FROM experiments AS x
        WHERE x.id = e.experiment_id AND x.finished_at IS NULL
    )
    AND NOT EXISTS (
        SELECT 1 FROM benchmarks AS b
        WHERE b.id = e.benchmark_id AND b.completed_at IS NULL
    )
ORDER BY e.id
FOR UPDATE OF e SKIP LOCKED;
