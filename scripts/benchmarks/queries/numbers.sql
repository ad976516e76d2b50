-- name: count_to :value
-- Counts to a number, which takes as long as one likes.
WITH RECURSIVE numbers (n) AS (
    SELECT 1
    UNION ALL
    SELECT n + 1
    FROM numbers
    WHERE n < :last
)

SELECT count(*) FROM numbers;
