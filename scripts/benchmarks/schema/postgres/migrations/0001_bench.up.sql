-- 0001 bench: what the benchmark reads and writes.
-- Locks: creates new objects only; safe on a live database.
-- Undo:  0001_bench.down.sql drops all of it.

CREATE TABLE records (
    id         bigint           NOT NULL,
    name       text             NOT NULL,
    status     text             NOT NULL,
    step       bigint           NOT NULL,
    value      double precision NOT NULL,
    score      double precision NOT NULL,
    note       text,
    parent_id  bigint           NOT NULL,
    CONSTRAINT records_pkey PRIMARY KEY (id)
);

CREATE TABLE events (
    id         bigint           NOT NULL GENERATED ALWAYS AS IDENTITY,
    record_id  bigint           NOT NULL,
    name       text             NOT NULL,
    step       bigint           NOT NULL,
    value      double precision NOT NULL,
    CONSTRAINT events_pkey PRIMARY KEY (id)
);

CREATE TABLE counters (
    id    bigint NOT NULL,
    step  bigint NOT NULL,
    CONSTRAINT counters_pkey PRIMARY KEY (id)
);

CREATE TABLE documents (
    id          bigint      NOT NULL,
    key         uuid        NOT NULL,
    created_at  timestamptz NOT NULL,
    metadata    jsonb       NOT NULL,
    CONSTRAINT documents_pkey PRIMARY KEY (id)
);
