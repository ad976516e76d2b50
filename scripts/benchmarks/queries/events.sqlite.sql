-- name: empty :script
-- No events.
-- Differs from postgres: there is no TRUNCATE, and DELETE of all rows is as quick.
DELETE FROM events;
