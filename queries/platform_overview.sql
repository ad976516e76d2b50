-- name: list :many
-- How many of each entity there are, by entity and status, as of the last refresh; the empty text where it has none.
SELECT
    entity,
    status,
    total
FROM platform_overview
ORDER BY entity, status;
