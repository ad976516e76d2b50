-- 0008 system: system metrics and retention policies.
-- Locks: the one writer, for a moment; creates new objects only.
-- Undo:  0008_system.down.sql drops all of them.
-- By hand: as `plainbase migrate render` writes it, so that schema_migrations is told too.

-- grows: one row for each reading.
CREATE TABLE system_metrics (
    -- Measurements of the system: processors, memory, disks, requests.
    id           INTEGER         NOT NULL,
    name         TEXT            NOT NULL,
    value        REAL            NOT NULL,
    unit         TEXT,
    labels       JSON_TEXT       NOT NULL DEFAULT '{}',
    recorded_at  TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    CONSTRAINT system_metrics_pkey PRIMARY KEY (id),
    CONSTRAINT system_metrics_name_type_check CHECK (typeof(name) = 'text'),
    CONSTRAINT system_metrics_value_type_check CHECK (typeof(value) = 'real'),
    CONSTRAINT system_metrics_unit_type_check CHECK (unit IS NULL OR typeof(unit) = 'text'),
    CONSTRAINT system_metrics_labels_type_check CHECK (json_valid(labels)),
    CONSTRAINT system_metrics_recorded_at_type_check
        CHECK (
            substr(recorded_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(recorded_at, 1, 19), '+0 days') IS substr(recorded_at, 1, 19)
        ),
    CONSTRAINT system_metrics_name_check CHECK (length(name) BETWEEN 1 AND 255),
    CONSTRAINT system_metrics_unit_check CHECK (length(unit) BETWEEN 1 AND 50)
);

-- Serves system_metrics.series and latest.
CREATE INDEX system_metrics_name_recorded_at_idx
ON system_metrics (name, recorded_at DESC, id DESC);

-- Serves system_metrics.delete_before and resource_use.
CREATE INDEX system_metrics_recorded_at_idx
ON system_metrics (recorded_at);


CREATE TABLE retention_policies (
    -- How long the rows of a table are kept, and what is done with older ones.
    table_name   TEXT             NOT NULL,
    keep_days    INTEGER          NOT NULL,
    action       TEXT             NOT NULL DEFAULT 'delete',
    enabled      BOOLEAN_INTEGER  NOT NULL DEFAULT true,
    last_run_at  TIMESTAMP_TEXT,
    created_at   TIMESTAMP_TEXT   NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    updated_at   TIMESTAMP_TEXT   NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    CONSTRAINT retention_policies_pkey PRIMARY KEY (table_name),
    CONSTRAINT retention_policies_table_name_type_check CHECK (typeof(table_name) = 'text'),
    CONSTRAINT retention_policies_keep_days_type_check CHECK (typeof(keep_days) = 'integer'),
    CONSTRAINT retention_policies_action_type_check CHECK (typeof(action) = 'text'),
    CONSTRAINT retention_policies_enabled_type_check CHECK (enabled IN (0, 1)),
    CONSTRAINT retention_policies_last_run_at_type_check
        CHECK (
            last_run_at IS NULL OR (
                substr(last_run_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
                AND strftime('%Y-%m-%dT%H:%M:%S', substr(last_run_at, 1, 19), '+0 days') IS substr(last_run_at, 1, 19)
            )
        ),
    CONSTRAINT retention_policies_created_at_type_check
        CHECK (
            substr(created_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19), '+0 days') IS substr(created_at, 1, 19)
        ),
    CONSTRAINT retention_policies_updated_at_type_check
        CHECK (
            substr(updated_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(updated_at, 1, 19), '+0 days') IS substr(updated_at, 1, 19)
        ),
    CONSTRAINT retention_policies_table_name_check CHECK (length(table_name) BETWEEN 1 AND 63),
    CONSTRAINT retention_policies_keep_days_check CHECK (keep_days BETWEEN 1 AND 36500),
    CONSTRAINT retention_policies_action_check CHECK (action IN ('delete', 'archive'))
) WITHOUT ROWID;
