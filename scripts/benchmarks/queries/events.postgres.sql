-- name: empty :script
-- No events, and no dead rows of them.
-- Differs from sqlite: DELETE would leave the dead rows to be scanned.
TRUNCATE events;
