-- name: hold_account :one
-- Takes an account for oneself until the transaction ends, and says whose it is.
-- Differs from sqlite: the lock waits for sign-ins that are being recorded, which refer to the account.
SELECT
    id,
    email,
    username
FROM users
WHERE id = :user_id
ORDER BY id
FOR UPDATE;

-- name: forget_words :value
-- Does nothing: the words of texts that are gone leave the full-text index with their rows.
-- Differs from sqlite: vacuum takes dead rows and what the index has of them, and cannot be run in a transaction.
-- parity: shape, nothing is left to do on PostgreSQL
SELECT 0 AS forgotten
ORDER BY forgotten;
