-- name: list :many
-- What was last begun, ended, registered or compared, at most a hundred, the latest first, as of the last refresh.
-- defaults: limit = 20
SELECT
    at,
    entity,
    entity_id,
    name,
    status,
    team_id
FROM recent_activity_visible
ORDER BY at DESC, entity, entity_id
LIMIT :limit;
