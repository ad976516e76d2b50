-- name: create :one
-- A new note.
-- defaults: id = uuid7(), status = "open", priority = 0, metadata = {}
INSERT INTO notes (
    id,
    author_id,
    title,
    body,
    status,
    priority,
    metadata
)
VALUES (
    :id,
    :author_id,
    :title,
    :body,
    :status,
    :priority,
    :metadata
)
RETURNING id, created_at;

-- name: get :one
-- One note.
SELECT
    id,
    author_id,
    title,
    body,
    status,
    priority,
    metadata,
    created_at,
    updated_at
FROM notes
WHERE id = :id;

-- name: find :optional
-- The newest note of an author with a title.
SELECT
    id,
    status,
    priority,
    created_at
FROM notes
WHERE author_id = :author_id AND title = :title
ORDER BY created_at DESC, id DESC
LIMIT 1;

-- name: search :many
-- Notes, newest first; only those that fit what is passed.
-- defaults: limit = 100
SELECT
    id,
    author_id,
    title,
    status,
    priority,
    created_at
FROM notes
WHERE
    true
    AND author_id = :author_id   -- optional
    AND status IN (:statuses)    -- optional
    AND priority >= :priority    -- optional
    AND created_at >= :since     -- optional
ORDER BY created_at DESC, id DESC
LIMIT :limit;

-- name: list_by_ids :many
-- The notes with some ids, by id.
SELECT id, title, status
FROM notes
WHERE id IN (:ids)
ORDER BY id;

-- name: list_for_author :many
-- An author's notes, the most urgent first.
SELECT
    id,
    title,
    status,
    priority
FROM notes
WHERE author_id = :author_id
ORDER BY priority DESC, id
LIMIT :limit;

-- name: update :exec
-- Changes what is passed.
UPDATE notes
SET
    title = :title,       -- optional
    body = :body,         -- optional
    priority = :priority, -- optional
    updated_at = :now
WHERE id = :id;

-- name: close :exec
-- Closes a note that is open.
UPDATE notes
SET status = 'closed', updated_at = :now
WHERE id = :id AND status = 'open';

-- name: close_old :exec
-- Closes the notes that nobody has touched for long.
UPDATE notes
SET status = 'closed', updated_at = :now
WHERE status = 'open' AND updated_at < :before;

-- name: count :value
-- How many notes have a status.
SELECT count(*)
FROM notes
WHERE status = :status;

-- name: count_by_status :many
-- How many notes there are of each status.
SELECT status, count(*) AS notes
FROM notes
GROUP BY status
ORDER BY status;

-- name: latest :value
-- When an author last wrote.
-- result: latest timestamp
SELECT max(created_at) AS latest
FROM notes
WHERE author_id = :author_id;

-- name: authors :many
-- The authors who wrote the most, with the share of their notes that are closed.
-- result: share real
SELECT
    a.id,
    a.name,
    count(*) AS notes,
    avg(CASE WHEN n.status = 'closed' THEN 1.0 ELSE 0.0 END) AS share
FROM authors AS a
INNER JOIN notes AS n ON a.id = n.author_id
GROUP BY a.id, a.name
ORDER BY notes DESC, a.id
LIMIT :limit;

-- name: delete :exec
-- Deletes a note.
DELETE FROM notes
WHERE id = :id;

-- name: delete_closed :exec
-- Deletes the closed notes of an author.
DELETE FROM notes
WHERE author_id = :author_id AND status = 'closed' AND updated_at < :before;
