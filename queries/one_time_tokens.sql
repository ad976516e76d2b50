-- name: revoke_for_user :exec
-- Deletes the unused tokens of a user, of one purpose or of all, so that only a new one can be redeemed.
DELETE FROM one_time_tokens
WHERE
    user_id = :user_id
    AND purpose = :purpose -- optional
    AND used_at IS NULL;
