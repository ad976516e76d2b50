-- name: add :exec
-- A new event.
INSERT INTO events (record_id, name, step, value) VALUES (:record_id, :name, :step, :value);

-- name: count :value
-- How many events there are.
SELECT count(*) FROM events;
