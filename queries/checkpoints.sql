-- name: create :one
-- Notes a saved state of a run; where the run has a best one already, mark this one by mark_best.
-- defaults: id = uuid7(), epochs = null, step = null, block_size = null, path = null
-- defaults: loss = null, accuracy = null, notes = null, is_best = false
INSERT INTO checkpoints (
    id,
    run_id,
    epochs,
    step,
    block_size,
    path,
    loss,
    accuracy,
    notes,
    is_best
)
VALUES (
    :id,
    :run_id,
    :epochs,
    :step,
    :block_size,
    :path,
    :loss,
    :accuracy,
    :notes,
    :is_best
)
RETURNING
    id,
    run_id,
    epochs,
    step,
    block_size,
    path,
    loss,
    accuracy,
    notes,
    is_best,
    created_at,
    updated_at;

-- name: get :one
-- One checkpoint.
SELECT
    id,
    run_id,
    epochs,
    step,
    block_size,
    path,
    loss,
    accuracy,
    notes,
    is_best,
    created_at,
    updated_at
FROM checkpoints
WHERE id = :id;

-- name: best :optional
-- The checkpoint marked best, of one run, or of all runs that with the lowest loss.
-- scan: without a run it looks at the best one of each run, in an index of those alone
SELECT
    id,
    run_id,
    epochs,
    step,
    block_size,
    path,
    loss,
    accuracy,
    notes,
    is_best,
    created_at,
    updated_at
FROM checkpoints
WHERE
    is_best
    AND run_id = :run_id -- optional
ORDER BY loss NULLS LAST, created_at DESC, id DESC
LIMIT 1;

-- name: latest :optional
-- The newest checkpoint, of one run or of all.
SELECT
    id,
    run_id,
    epochs,
    step,
    block_size,
    path,
    loss,
    accuracy,
    notes,
    is_best,
    created_at,
    updated_at
FROM checkpoints
WHERE
    true
    AND run_id = :run_id -- optional
ORDER BY created_at DESC, id DESC
LIMIT 1;

-- name: list :many
-- Checkpoints, of one run or of all, newest first; the next page begins after the last row's created_at and id.
-- defaults: limit = 100
SELECT
    id,
    run_id,
    epochs,
    step,
    block_size,
    path,
    loss,
    accuracy,
    notes,
    is_best,
    created_at,
    updated_at
FROM checkpoints
WHERE
    true
    AND run_id = :run_id -- optional
    AND (created_at, id) < (:before_created_at, :before_id) -- optional
ORDER BY created_at DESC, id DESC
LIMIT :limit;

-- name: lowest_loss :value
-- The lowest loss of a run's checkpoints; none where none has a loss.
SELECT min(loss)
FROM checkpoints
WHERE run_id = :run_id;

-- name: mark_best :exec
-- Marks a checkpoint as its run's best; the one marked before loses the mark. Of marks at once the last one stays.
-- defaults: now = now()
UPDATE checkpoints
SET
    is_best = true,
    updated_at = :now
WHERE id = :id;

-- name: delete :exec
-- Deletes the note of a checkpoint; its file is not touched.
DELETE FROM checkpoints
WHERE id = :id;
