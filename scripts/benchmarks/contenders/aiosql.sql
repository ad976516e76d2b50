-- name: record(key)^
SELECT
    id,
    name,
    status,
    step,
    value,
    score,
    note,
    parent_id
FROM records
WHERE id = :key;

-- name: records(first, last)
SELECT
    id,
    name,
    status,
    step,
    value,
    score,
    note,
    parent_id
FROM records
WHERE id BETWEEN :first AND :last
ORDER BY id;

-- name: add_event(record_id, name, step, value)!
INSERT INTO events (record_id, name, step, value) VALUES (:record_id, :name, :step, :value);

-- name: add_events(record_id, name, step, value)*!
INSERT INTO events (record_id, name, step, value) VALUES (:record_id, :name, :step, :value);

-- name: set_step(key, step)!
UPDATE counters
SET step = :step
WHERE id = :key;

-- name: documents()
SELECT
    id,
    key,
    created_at,
    metadata
FROM documents
ORDER BY id;
