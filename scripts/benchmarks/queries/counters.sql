-- name: set_step :exec
-- A counter's new step.
UPDATE counters
SET step = :step
WHERE id = :id;

-- name: step :value
-- A counter's step.
SELECT step
FROM counters
WHERE id = :id;
