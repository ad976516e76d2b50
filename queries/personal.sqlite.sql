-- name: hold_account :one
-- Takes an account for oneself until the transaction ends, and says whose it is.
-- Differs from postgres: one transaction writes at a time.
SELECT
    id,
    email,
    username
FROM users
WHERE id = :user_id
ORDER BY id;

-- name: forget_words :value
-- Merges the full-text index of evaluations into one piece, so that words of texts that are gone stand in it no more.
-- Differs from postgres: FTS5 keeps the words of deleted texts until the pieces that have them are merged.
-- parity: shape, nothing is left to do on PostgreSQL
INSERT INTO evaluations_search (evaluations_search)
VALUES ('optimize');
