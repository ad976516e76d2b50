-- name: advance :script
-- Differs from postgres: a new row is numbered after the largest there is, so there is nothing to set.
SELECT 1;
