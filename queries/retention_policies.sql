-- name: set :one
-- Says how many days the rows of a table are kept, and whether older ones are deleted or archived.
-- defaults: action = "delete", enabled = true, now = now()
INSERT INTO retention_policies (
    table_name,
    keep_days,
    action,
    enabled
)
VALUES (
    :table_name,
    :keep_days,
    :action,
    :enabled
)
ON CONFLICT (table_name)
DO UPDATE SET keep_days = excluded.keep_days, action = excluded.action, enabled = excluded.enabled, updated_at = :now
RETURNING
    table_name,
    keep_days,
    action,
    enabled,
    last_run_at,
    created_at,
    updated_at;

-- name: get :optional
-- How long the rows of one table are kept; None where nothing is said, and they stay.
SELECT
    table_name,
    keep_days,
    action,
    enabled,
    last_run_at,
    created_at,
    updated_at
FROM retention_policies
WHERE table_name = :table_name;

-- name: list :many
-- All policies, or those that are in force or not, by table.
-- scan: reads them all, which are few
SELECT
    table_name,
    keep_days,
    action,
    enabled,
    last_run_at,
    created_at,
    updated_at
FROM retention_policies
WHERE
    true
    AND enabled = :enabled -- optional
ORDER BY table_name;

-- name: mark_run :exec
-- Notes when a table was last cleaned; the policy itself counts as unchanged.
-- defaults: now = now()
UPDATE retention_policies
SET last_run_at = :now
WHERE table_name = :table_name;

-- name: delete :exec
-- Deletes a policy, so that the table's rows stay.
DELETE FROM retention_policies
WHERE table_name = :table_name;
