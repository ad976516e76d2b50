-- name: begin :exec
-- Notes what is copied.
INSERT INTO unfinished_copy (source, run)
VALUES (:source, :run);

-- name: take_over :exec
-- Notes which run goes on; one that still runs meets that before its next table, and stops.
-- scan: one row
UPDATE unfinished_copy
SET run = :run;

-- name: count_audited :value
-- How many rows of the audit log tell of more than migrations do, which make the schema and the permissions of roles.
SELECT count(*) AS audited
FROM audit_logs
WHERE
    action <> 'create'
    OR entity_type NOT IN ('schema', 'role_permissions');

-- name: analyze :script
-- Lets the planner know what came.
ANALYZE;
