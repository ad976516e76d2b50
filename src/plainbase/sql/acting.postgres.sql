-- name: act_as :exec
-- Tells the triggers of this transaction who changes what it changes; an empty text is nobody.
SELECT
    set_config('plainbase.actor_id', coalesce(:actor_id, ''), true) AS actor_id,
    set_config('plainbase.actor', coalesce(:actor, ''), true) AS actor,
    set_config('plainbase.ip_address', coalesce(:ip_address, ''), true) AS ip_address,
    set_config('plainbase.user_agent', coalesce(:user_agent, ''), true) AS user_agent;
