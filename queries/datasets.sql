-- name: register :one
-- The dataset of this name, version and digest, made if there is none: a known one keeps its id and its values.
-- defaults: id = uuid7(), format = null, domain = null
-- defaults: size_bytes = null, row_count = null, statistics = {}, metadata = {}
-- defaults: created_by = null, team_id = null
INSERT INTO datasets (
    id,
    name,
    version,
    digest,
    format,
    domain,
    size_bytes,
    row_count,
    statistics,
    metadata,
    created_by,
    team_id
)
VALUES (
    :id,
    :name,
    :version,
    :digest,
    :format,
    :domain,
    :size_bytes,
    :row_count,
    :statistics,
    :metadata,
    :created_by,
    :team_id
)
-- Changes nothing, but only so is a known row returned.
ON CONFLICT (name, version, digest) DO UPDATE SET name = excluded.name
RETURNING
    id,
    name,
    version,
    digest,
    format,
    domain,
    size_bytes,
    row_count,
    statistics,
    metadata,
    created_by,
    team_id,
    created_at,
    updated_at;

-- name: get :one
-- One dataset.
SELECT
    id,
    name,
    version,
    digest,
    format,
    domain,
    size_bytes,
    row_count,
    statistics,
    metadata,
    created_by,
    team_id,
    created_at,
    updated_at
FROM datasets
WHERE id = :id;

-- name: get_by_name :optional
-- The dataset of this name, the newest where there are several versions or contents.
-- scan: sorts the versions of one name, which are few
SELECT
    id,
    name,
    version,
    digest,
    format,
    domain,
    size_bytes,
    row_count,
    statistics,
    metadata,
    created_by,
    team_id,
    created_at,
    updated_at
FROM datasets
WHERE
    name = :name
    AND version = :version -- optional
ORDER BY created_at DESC, id DESC
LIMIT 1;

-- name: get_by_digest :optional
-- The dataset with this content, the newest where it was registered under several names or versions.
SELECT
    id,
    name,
    version,
    digest,
    format,
    domain,
    size_bytes,
    row_count,
    statistics,
    metadata,
    created_by,
    team_id,
    created_at,
    updated_at
FROM datasets
WHERE
    digest = :digest
    AND name = :name -- optional
ORDER BY created_at DESC, id DESC
LIMIT 1;

-- name: list :many
-- Datasets, newest first; the next page begins after the last row's created_at and id.
-- defaults: limit = 100
-- scan: a filter without an index of its own is tested newest first until a page is full
SELECT
    id,
    name,
    version,
    digest,
    format,
    domain,
    size_bytes,
    row_count,
    statistics,
    metadata,
    created_by,
    team_id,
    created_at,
    updated_at
FROM datasets
WHERE
    true
    AND format = :format -- optional
    AND domain = :domain -- optional
    AND team_id = :team_id -- optional
    AND (created_at, id) < (:before_created_at, :before_id) -- optional
ORDER BY created_at DESC, id DESC
LIMIT :limit;

-- name: update_statistics :exec
-- Stores what was found out about a dataset's content.
-- defaults: now = now()
UPDATE datasets
SET
    row_count = :row_count, -- optional
    size_bytes = :size_bytes, -- optional
    statistics = :statistics,
    updated_at = :now
WHERE id = :id;

-- name: update_metadata :exec
-- Replaces a dataset's metadata.
-- defaults: now = now()
UPDATE datasets
SET
    metadata = :metadata,
    updated_at = :now
WHERE id = :id;

-- name: delete :exec
-- Deletes a dataset with its splits, their texts and its n-gram counts; refused while a training run refers to it.
DELETE FROM datasets
WHERE id = :id;

-- name: add_split :one
-- Adds a train, validation or test split, each once per dataset.
-- defaults: id = uuid7(), row_count = null, fraction = null
INSERT INTO dataset_splits (
    id,
    dataset_id,
    name,
    row_count,
    fraction
)
VALUES (
    :id,
    :dataset_id,
    :name,
    :row_count,
    :fraction
)
RETURNING
    id,
    dataset_id,
    name,
    row_count,
    fraction,
    created_at;

-- name: get_split :optional
-- One split of a dataset by its name.
SELECT
    id,
    dataset_id,
    name,
    row_count,
    fraction,
    created_at
FROM dataset_splits
WHERE
    dataset_id = :dataset_id
    AND name = :name;

-- name: list_splits :many
-- The splits of a dataset by name.
SELECT
    id,
    dataset_id,
    name,
    row_count,
    fraction,
    created_at
FROM dataset_splits
WHERE dataset_id = :dataset_id
ORDER BY name;

-- name: statistics :one
-- What a dataset holds and how often it was used.
WITH
contents AS (
    SELECT
        count(DISTINCT s.id) AS splits,
        count(c.id) AS texts,
        coalesce(CAST(sum(c.word_count) AS bigint), 0) AS words,
        coalesce(CAST(sum(c.char_count) AS bigint), 0) AS characters
    FROM dataset_splits AS s
    LEFT JOIN corpus_texts AS c ON s.id = c.split_id
    WHERE s.dataset_id = :id
),

uses AS (
    SELECT count(*) AS runs
    FROM training_runs
    WHERE dataset_id = :id
)

SELECT
    d.id,
    d.name,
    d.version,
    d.size_bytes,
    d.row_count,
    contents.splits,
    contents.texts,
    contents.words,
    contents.characters,
    uses.runs
FROM datasets AS d
CROSS JOIN contents
CROSS JOIN uses
WHERE d.id = :id;

-- name: usage :many
-- Datasets by the training runs on them, the most used first.
-- defaults: limit = 100
-- result: last_run_at timestamp
-- scan: counts the runs of every dataset
SELECT
    d.id,
    d.name,
    d.version,
    count(r.id) AS runs,
    count(r.id) FILTER (WHERE r.status = 'completed') AS completed_runs,
    count(r.id) FILTER (WHERE r.status = 'failed') AS failed_runs,
    max(r.created_at) AS last_run_at
FROM datasets AS d
LEFT JOIN training_runs AS r ON d.id = r.dataset_id
WHERE
    true
    AND d.id = :id -- optional
GROUP BY d.id, d.name, d.version
ORDER BY runs DESC, d.id DESC
LIMIT :limit;
