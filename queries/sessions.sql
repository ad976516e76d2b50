-- name: get :one
-- One session, without its token's hash.
SELECT
    id,
    user_id,
    ip_address,
    user_agent,
    idle_expires_at,
    expires_at,
    last_seen_at,
    revoked_at,
    created_at
FROM sessions
WHERE id = :id;
