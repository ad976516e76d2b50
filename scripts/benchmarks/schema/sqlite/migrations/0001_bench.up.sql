-- 0001 bench: what the benchmark reads and writes.
-- Locks: creates new objects only; safe on a live database.
-- Undo:  0001_bench.down.sql drops all of it.

CREATE TABLE records (
    id         INTEGER NOT NULL PRIMARY KEY,
    name       TEXT    NOT NULL,
    status     TEXT    NOT NULL,
    step       INTEGER NOT NULL,
    value      REAL    NOT NULL,
    score      REAL    NOT NULL,
    note       TEXT,
    parent_id  INTEGER NOT NULL
);

CREATE TABLE events (
    id         INTEGER NOT NULL PRIMARY KEY,
    record_id  INTEGER NOT NULL,
    name       TEXT    NOT NULL,
    step       INTEGER NOT NULL,
    value      REAL    NOT NULL
);

CREATE TABLE counters (
    id    INTEGER NOT NULL PRIMARY KEY,
    step  INTEGER NOT NULL
);

CREATE TABLE documents (
    id          INTEGER        NOT NULL PRIMARY KEY,
    key         UUID_TEXT      NOT NULL,
    created_at  TIMESTAMP_TEXT NOT NULL,
    metadata    JSON_TEXT      NOT NULL
);
