-- The whole schema for SQLite as it stands after the last migration.
-- Generated from the migrations by `plainbase migrate dump`: change it there, by a new one.
-- Load it into a new file by: sqlite3 -bail lab.db < schema.sql
-- The database then counts as migrated: schema_migrations has its rows.
-- Rows that migrations insert are there too. Left out: all other rows, and PRAGMA settings.

CREATE TABLE schema_migrations (
    version        INTEGER        NOT NULL,
    name           TEXT           NOT NULL,
    text_checksum  TEXT           NOT NULL,
    sql_checksum   TEXT           NOT NULL,
    state          TEXT           NOT NULL,
    applied_at     TIMESTAMP_TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    duration_ms    INTEGER,
    CONSTRAINT schema_migrations_pkey PRIMARY KEY (version),
    CONSTRAINT schema_migrations_state_check CHECK (state IN ('started', 'applied', 'baseline', 'reverting'))
);

CREATE TABLE view_refreshes (
    view_name      TEXT           NOT NULL,
    started_at     TIMESTAMP_TEXT,
    refreshed_at   TIMESTAMP_TEXT,
    duration_ms    INTEGER,
    row_count      INTEGER,
    last_error     TEXT,
    last_error_at  TIMESTAMP_TEXT,
    CONSTRAINT view_refreshes_pkey PRIMARY KEY (view_name)
);

CREATE TABLE users (
    -- Accounts: who may sign in, and in which role.
    id              UUID_TEXT        NOT NULL,
    -- In lower case, so that one address is one account.
    email           TEXT             NOT NULL,
    username        TEXT             NOT NULL,
    -- As plainbase folds names: equal where two look alike. Null where another program made the account.
    folded_username TEXT,
    -- Null: nobody signs in by password.
    password_hash   TEXT,
    role            TEXT             NOT NULL DEFAULT 'user',
    preferences     JSON_TEXT        NOT NULL DEFAULT '{}',
    active          BOOLEAN_INTEGER  NOT NULL DEFAULT true,
    email_verified  BOOLEAN_INTEGER  NOT NULL DEFAULT false,
    last_login_at   TIMESTAMP_TEXT,
    created_at      TIMESTAMP_TEXT   NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    updated_at      TIMESTAMP_TEXT   NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    CONSTRAINT users_pkey PRIMARY KEY (id),
    CONSTRAINT users_email_key UNIQUE (email),
    CONSTRAINT users_username_key UNIQUE (username),
    CONSTRAINT users_folded_username_key UNIQUE (folded_username),
    CONSTRAINT users_id_type_check
        CHECK (
            id GLOB '????????-????-????-????-????????????'
            AND length(replace(id, '-', '')) = 32
            AND id NOT GLOB '*[^0-9a-f-]*'
        ),
    CONSTRAINT users_email_type_check CHECK (typeof(email) = 'text'),
    CONSTRAINT users_username_type_check CHECK (typeof(username) = 'text'),
    CONSTRAINT users_folded_username_type_check CHECK (folded_username IS NULL OR typeof(folded_username) = 'text'),
    CONSTRAINT users_password_hash_type_check CHECK (password_hash IS NULL OR typeof(password_hash) = 'text'),
    CONSTRAINT users_role_type_check CHECK (typeof(role) = 'text'),
    CONSTRAINT users_preferences_type_check CHECK (json_valid(preferences)),
    CONSTRAINT users_active_type_check CHECK (active IN (0, 1)),
    CONSTRAINT users_email_verified_type_check CHECK (email_verified IN (0, 1)),
    CONSTRAINT users_last_login_at_type_check
        CHECK (
            last_login_at IS NULL OR (
                substr(last_login_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
                AND strftime('%Y-%m-%dT%H:%M:%S', substr(last_login_at, 1, 19), '+0 days')
                IS substr(last_login_at, 1, 19)
            )
        ),
    CONSTRAINT users_created_at_type_check
        CHECK (
            substr(created_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19), '+0 days') IS substr(created_at, 1, 19)
        ),
    CONSTRAINT users_updated_at_type_check
        CHECK (
            substr(updated_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(updated_at, 1, 19), '+0 days') IS substr(updated_at, 1, 19)
        ),
    CONSTRAINT users_email_check CHECK (email LIKE '_%@_%' AND email NOT LIKE '% %' AND email = lower(email)),
    CONSTRAINT users_email_length_check CHECK (length(email) <= 320),
    CONSTRAINT users_username_check CHECK (length(username) BETWEEN 1 AND 100),
    CONSTRAINT users_folded_username_check CHECK (length(folded_username) BETWEEN 1 AND 400),
    CONSTRAINT users_password_hash_check CHECK (length(password_hash) BETWEEN 1 AND 1000),
    CONSTRAINT users_role_check CHECK (role IN ('admin', 'researcher', 'user'))
);

CREATE TABLE teams (
    -- Teams: who owns datasets, models, experiments, runs, benchmarks and evaluations together.
    id           UUID_TEXT       NOT NULL,
    name         TEXT            NOT NULL,
    description  TEXT,
    created_at   TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    updated_at   TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    CONSTRAINT teams_pkey PRIMARY KEY (id),
    -- Serves teams.list too.
    CONSTRAINT teams_name_key UNIQUE (name),
    CONSTRAINT teams_id_type_check
        CHECK (
            id GLOB '????????-????-????-????-????????????'
            AND length(replace(id, '-', '')) = 32
            AND id NOT GLOB '*[^0-9a-f-]*'
        ),
    CONSTRAINT teams_name_type_check CHECK (typeof(name) = 'text'),
    CONSTRAINT teams_description_type_check CHECK (description IS NULL OR typeof(description) = 'text'),
    CONSTRAINT teams_created_at_type_check
        CHECK (
            substr(created_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19), '+0 days') IS substr(created_at, 1, 19)
        ),
    CONSTRAINT teams_updated_at_type_check
        CHECK (
            substr(updated_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(updated_at, 1, 19), '+0 days') IS substr(updated_at, 1, 19)
        ),
    CONSTRAINT teams_name_check CHECK (length(name) BETWEEN 1 AND 255)
);

CREATE TABLE team_members (
    -- Which users belong to which teams.
    team_id     UUID_TEXT       NOT NULL,
    user_id     UUID_TEXT       NOT NULL,
    role        TEXT            NOT NULL DEFAULT 'member',
    created_at  TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    -- Serves teams.list_members too.
    CONSTRAINT team_members_pkey PRIMARY KEY (team_id, user_id),
    CONSTRAINT team_members_team_id_fkey
        FOREIGN KEY (team_id) REFERENCES teams (id) ON DELETE CASCADE,
    CONSTRAINT team_members_user_id_fkey
        FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT team_members_role_type_check CHECK (typeof(role) = 'text'),
    CONSTRAINT team_members_created_at_type_check
        CHECK (
            substr(created_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19), '+0 days') IS substr(created_at, 1, 19)
        ),
    CONSTRAINT team_members_role_check CHECK (role IN ('owner', 'member'))
) WITHOUT ROWID;

CREATE TABLE one_time_tokens (
    -- Tokens sent by mail to reset a password or to verify an address; only their hash is kept.
    id          UUID_TEXT       NOT NULL,
    user_id     UUID_TEXT       NOT NULL,
    purpose     TEXT            NOT NULL,
    -- SHA-256 of the token.
    token_hash  BLOB            NOT NULL,
    expires_at  TIMESTAMP_TEXT  NOT NULL,
    used_at     TIMESTAMP_TEXT,
    created_at  TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    CONSTRAINT one_time_tokens_pkey PRIMARY KEY (id),
    -- Serves one_time_tokens.redeem too.
    CONSTRAINT one_time_tokens_token_hash_key UNIQUE (token_hash),
    CONSTRAINT one_time_tokens_user_id_fkey
        FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT one_time_tokens_id_type_check
        CHECK (
            id GLOB '????????-????-????-????-????????????'
            AND length(replace(id, '-', '')) = 32
            AND id NOT GLOB '*[^0-9a-f-]*'
        ),
    CONSTRAINT one_time_tokens_purpose_type_check CHECK (typeof(purpose) = 'text'),
    CONSTRAINT one_time_tokens_token_hash_type_check CHECK (typeof(token_hash) = 'blob'),
    CONSTRAINT one_time_tokens_expires_at_type_check
        CHECK (
            substr(expires_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(expires_at, 1, 19), '+0 days') IS substr(expires_at, 1, 19)
        ),
    CONSTRAINT one_time_tokens_used_at_type_check
        CHECK (
            used_at IS NULL OR (
                substr(used_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
                AND strftime('%Y-%m-%dT%H:%M:%S', substr(used_at, 1, 19), '+0 days') IS substr(used_at, 1, 19)
            )
        ),
    CONSTRAINT one_time_tokens_created_at_type_check
        CHECK (
            substr(created_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19), '+0 days') IS substr(created_at, 1, 19)
        ),
    CONSTRAINT one_time_tokens_purpose_check CHECK (purpose IN ('password_reset', 'email_verification')),
    CONSTRAINT one_time_tokens_token_hash_check CHECK (length(token_hash) = 32),
    CONSTRAINT one_time_tokens_expires_at_check CHECK (expires_at > created_at)
);

CREATE TABLE login_attempts (
    -- Logins that were tried, so that guessing can be slowed and locked; by address as typed, known or not.
    id            INTEGER          NOT NULL,
    email         TEXT             NOT NULL,
    -- An IPv6 address by its network of 64 bits.
    ip_address    TEXT,
    -- False from the beginning, until the password was found to be right.
    succeeded     BOOLEAN_INTEGER  NOT NULL,
    -- Whether the account had been signed in to from there; strangers' tries are counted apart.
    known         BOOLEAN_INTEGER  NOT NULL DEFAULT false,
    -- A failure that counts no more: the account's owner signed in later, or an administrator said so.
    forgiven      BOOLEAN_INTEGER  NOT NULL DEFAULT false,
    -- How many more tries were turned away unread while this one made them wait.
    refused       INTEGER          NOT NULL DEFAULT 0,
    -- A password reset that was asked for, no login: it is no failure.
    reset         BOOLEAN_INTEGER  NOT NULL DEFAULT false,
    attempted_at  TIMESTAMP_TEXT   NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    CONSTRAINT login_attempts_pkey PRIMARY KEY (id),
    CONSTRAINT login_attempts_email_type_check CHECK (typeof(email) = 'text'),
    CONSTRAINT login_attempts_ip_address_type_check CHECK (ip_address IS NULL OR typeof(ip_address) = 'text'),
    CONSTRAINT login_attempts_succeeded_type_check CHECK (succeeded IN (0, 1)),
    CONSTRAINT login_attempts_known_type_check CHECK (known IN (0, 1)),
    CONSTRAINT login_attempts_forgiven_type_check CHECK (forgiven IN (0, 1)),
    CONSTRAINT login_attempts_refused_type_check CHECK (typeof(refused) = 'integer'),
    CONSTRAINT login_attempts_reset_type_check CHECK (reset IN (0, 1)),
    CONSTRAINT login_attempts_attempted_at_type_check
        CHECK (
            substr(attempted_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(attempted_at, 1, 19), '+0 days') IS substr(attempted_at, 1, 19)
        ),
    CONSTRAINT login_attempts_email_check CHECK (length(email) <= 320),
    CONSTRAINT login_attempts_refused_check CHECK (refused >= 0),
    CONSTRAINT login_attempts_reset_check CHECK (NOT reset OR (forgiven AND NOT succeeded))
);

CREATE TABLE erasures (
    -- Whose personal data was erased, when, and by whom.
    id          UUID_TEXT       NOT NULL,
    -- No foreign key: the account may be gone.
    subject_id  UUID_TEXT       NOT NULL,
    reason      TEXT,
    -- How many rows of which table were erased.
    details     JSON_TEXT       NOT NULL DEFAULT '{}',
    erased_by   UUID_TEXT,
    created_at  TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    CONSTRAINT erasures_pkey PRIMARY KEY (id),
    CONSTRAINT erasures_erased_by_fkey
        FOREIGN KEY (erased_by) REFERENCES users (id) ON DELETE SET NULL,
    CONSTRAINT erasures_id_type_check
        CHECK (
            id GLOB '????????-????-????-????-????????????'
            AND length(replace(id, '-', '')) = 32
            AND id NOT GLOB '*[^0-9a-f-]*'
        ),
    CONSTRAINT erasures_subject_id_type_check
        CHECK (
            subject_id GLOB '????????-????-????-????-????????????'
            AND length(replace(subject_id, '-', '')) = 32
            AND subject_id NOT GLOB '*[^0-9a-f-]*'
        ),
    CONSTRAINT erasures_reason_type_check CHECK (reason IS NULL OR typeof(reason) = 'text'),
    CONSTRAINT erasures_details_type_check CHECK (json_valid(details)),
    CONSTRAINT erasures_created_at_type_check
        CHECK (
            substr(created_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19), '+0 days') IS substr(created_at, 1, 19)
        )
);

CREATE TABLE sessions (
    -- Who is signed in; of the token only its hash is kept.
    id               UUID_TEXT       NOT NULL,
    user_id          UUID_TEXT       NOT NULL,
    -- SHA-256 of the token.
    token_hash       BLOB            NOT NULL,
    ip_address       TEXT,
    user_agent       TEXT,
    -- For how long nobody need use it before it ends.
    idle_seconds     REAL            NOT NULL DEFAULT 3600,
    -- Ends when idle until then, and at expires_at at the latest.
    idle_expires_at  TIMESTAMP_TEXT  NOT NULL,
    expires_at       TIMESTAMP_TEXT  NOT NULL,
    last_seen_at     TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    revoked_at       TIMESTAMP_TEXT,
    -- When it was last recorded that its token was refused, at most once a minute.
    refused_at       TIMESTAMP_TEXT,
    created_at       TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    CONSTRAINT sessions_pkey PRIMARY KEY (id),
    -- Serves sessions.get_by_token too.
    CONSTRAINT sessions_token_hash_key UNIQUE (token_hash),
    CONSTRAINT sessions_user_id_fkey
        FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT sessions_id_type_check
        CHECK (
            id GLOB '????????-????-????-????-????????????'
            AND length(replace(id, '-', '')) = 32
            AND id NOT GLOB '*[^0-9a-f-]*'
        ),
    CONSTRAINT sessions_token_hash_type_check CHECK (typeof(token_hash) = 'blob'),
    CONSTRAINT sessions_ip_address_type_check CHECK (ip_address IS NULL OR typeof(ip_address) = 'text'),
    CONSTRAINT sessions_user_agent_type_check CHECK (user_agent IS NULL OR typeof(user_agent) = 'text'),
    CONSTRAINT sessions_idle_seconds_type_check CHECK (typeof(idle_seconds) = 'real'),
    CONSTRAINT sessions_idle_expires_at_type_check
        CHECK (
            substr(idle_expires_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(idle_expires_at, 1, 19), '+0 days')
            IS substr(idle_expires_at, 1, 19)
        ),
    CONSTRAINT sessions_expires_at_type_check
        CHECK (
            substr(expires_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(expires_at, 1, 19), '+0 days') IS substr(expires_at, 1, 19)
        ),
    CONSTRAINT sessions_last_seen_at_type_check
        CHECK (
            substr(last_seen_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(last_seen_at, 1, 19), '+0 days') IS substr(last_seen_at, 1, 19)
        ),
    CONSTRAINT sessions_revoked_at_type_check
        CHECK (
            revoked_at IS NULL OR (
                substr(revoked_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
                AND strftime('%Y-%m-%dT%H:%M:%S', substr(revoked_at, 1, 19), '+0 days') IS substr(revoked_at, 1, 19)
            )
        ),
    CONSTRAINT sessions_refused_at_type_check
        CHECK (
            refused_at IS NULL OR (
                substr(refused_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
                AND strftime('%Y-%m-%dT%H:%M:%S', substr(refused_at, 1, 19), '+0 days') IS substr(refused_at, 1, 19)
            )
        ),
    CONSTRAINT sessions_created_at_type_check
        CHECK (
            substr(created_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19), '+0 days') IS substr(created_at, 1, 19)
        ),
    CONSTRAINT sessions_token_hash_check CHECK (length(token_hash) = 32),
    CONSTRAINT sessions_idle_seconds_check CHECK (idle_seconds > 0),
    CONSTRAINT sessions_expires_at_check CHECK (expires_at > created_at)
);

CREATE TABLE api_keys (
    -- Keys of programs; shown once, only their hash is kept.
    id            UUID_TEXT       NOT NULL,
    user_id       UUID_TEXT       NOT NULL,
    -- The part of the key by which it is found.
    public_id     TEXT            NOT NULL,
    -- SHA-256 of the secret.
    key_hash      BLOB            NOT NULL,
    name          TEXT            NOT NULL,
    scopes        JSON_TEXT       NOT NULL DEFAULT '[]',
    expires_at    TIMESTAMP_TEXT,
    last_used_at  TIMESTAMP_TEXT,
    revoked_at    TIMESTAMP_TEXT,
    -- When another key took its place; it is good until expires_at still.
    replaced_at   TIMESTAMP_TEXT,
    -- When it was last recorded that it was refused, at most once a minute.
    refused_at    TIMESTAMP_TEXT,
    created_at    TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    updated_at    TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    CONSTRAINT api_keys_pkey PRIMARY KEY (id),
    -- Serves api_keys.get_by_public_id too.
    CONSTRAINT api_keys_public_id_key UNIQUE (public_id),
    CONSTRAINT api_keys_user_id_fkey
        FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT api_keys_id_type_check
        CHECK (
            id GLOB '????????-????-????-????-????????????'
            AND length(replace(id, '-', '')) = 32
            AND id NOT GLOB '*[^0-9a-f-]*'
        ),
    CONSTRAINT api_keys_public_id_type_check CHECK (typeof(public_id) = 'text'),
    CONSTRAINT api_keys_key_hash_type_check CHECK (typeof(key_hash) = 'blob'),
    CONSTRAINT api_keys_name_type_check CHECK (typeof(name) = 'text'),
    CONSTRAINT api_keys_scopes_type_check CHECK (json_valid(scopes)),
    CONSTRAINT api_keys_expires_at_type_check
        CHECK (
            expires_at IS NULL OR (
                substr(expires_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
                AND strftime('%Y-%m-%dT%H:%M:%S', substr(expires_at, 1, 19), '+0 days') IS substr(expires_at, 1, 19)
            )
        ),
    CONSTRAINT api_keys_last_used_at_type_check
        CHECK (
            last_used_at IS NULL OR (
                substr(last_used_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
                AND strftime('%Y-%m-%dT%H:%M:%S', substr(last_used_at, 1, 19), '+0 days') IS substr(last_used_at, 1, 19)
            )
        ),
    CONSTRAINT api_keys_revoked_at_type_check
        CHECK (
            revoked_at IS NULL OR (
                substr(revoked_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
                AND strftime('%Y-%m-%dT%H:%M:%S', substr(revoked_at, 1, 19), '+0 days') IS substr(revoked_at, 1, 19)
            )
        ),
    CONSTRAINT api_keys_replaced_at_type_check
        CHECK (
            replaced_at IS NULL OR (
                substr(replaced_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
                AND strftime('%Y-%m-%dT%H:%M:%S', substr(replaced_at, 1, 19), '+0 days') IS substr(replaced_at, 1, 19)
            )
        ),
    CONSTRAINT api_keys_refused_at_type_check
        CHECK (
            refused_at IS NULL OR (
                substr(refused_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
                AND strftime('%Y-%m-%dT%H:%M:%S', substr(refused_at, 1, 19), '+0 days') IS substr(refused_at, 1, 19)
            )
        ),
    CONSTRAINT api_keys_created_at_type_check
        CHECK (
            substr(created_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19), '+0 days') IS substr(created_at, 1, 19)
        ),
    CONSTRAINT api_keys_updated_at_type_check
        CHECK (
            substr(updated_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(updated_at, 1, 19), '+0 days') IS substr(updated_at, 1, 19)
        ),
    CONSTRAINT api_keys_public_id_check CHECK (length(public_id) BETWEEN 1 AND 64),
    CONSTRAINT api_keys_key_hash_check CHECK (length(key_hash) = 32),
    CONSTRAINT api_keys_name_check CHECK (length(name) BETWEEN 1 AND 255)
);

CREATE TABLE role_permissions (
    -- What a role may do with which kind of entity; what is not here is denied.
    role         TEXT            NOT NULL,
    action       TEXT            NOT NULL,
    entity_type  TEXT            NOT NULL,
    -- Which of them: all; team: of the actor's teams, of no team, or made by the actor; own: made by the actor.
    reach        TEXT            NOT NULL DEFAULT 'all',
    created_at   TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    -- Serves permissions.is_allowed, is_allowed_for and role_permissions.list_for_role too.
    CONSTRAINT role_permissions_pkey PRIMARY KEY (role, action, entity_type),
    CONSTRAINT role_permissions_role_type_check CHECK (typeof(role) = 'text'),
    CONSTRAINT role_permissions_action_type_check CHECK (typeof(action) = 'text'),
    CONSTRAINT role_permissions_entity_type_type_check CHECK (typeof(entity_type) = 'text'),
    CONSTRAINT role_permissions_reach_type_check CHECK (typeof(reach) = 'text'),
    CONSTRAINT role_permissions_created_at_type_check
        CHECK (
            substr(created_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19), '+0 days') IS substr(created_at, 1, 19)
        ),
    CONSTRAINT role_permissions_role_check CHECK (role IN ('admin', 'researcher', 'user')),
    CONSTRAINT role_permissions_action_check CHECK (length(action) BETWEEN 1 AND 100),
    CONSTRAINT role_permissions_entity_type_length_check CHECK (length(entity_type) BETWEEN 1 AND 100),
    CONSTRAINT role_permissions_reach_check CHECK (reach IN ('all', 'team', 'own'))
) WITHOUT ROWID;

CREATE TABLE audit_logs (
    -- Who did what to which entity, and what changed; rows are added and never changed.
    id               INTEGER         NOT NULL,
    -- The place in the chain; null until the row is sealed into it.
    position         INTEGER,
    -- No foreign key: the log outlives the account. Null where the database's own user did it.
    actor_id         UUID_TEXT,
    -- The database's user, a service, a name.
    actor            TEXT,
    ip_address       TEXT,
    user_agent       TEXT,
    -- Of who it was the chain holds a salted digest, so that actor, ip_address, user_agent and the salt can be erased.
    actor_salt       BLOB            DEFAULT (randomblob(16)),
    actor_digest     BLOB,
    action           TEXT            NOT NULL,
    entity_type      TEXT            NOT NULL,
    -- As text, since keys are UUIDs, numbers or several columns.
    entity_id        TEXT,
    -- By field what it was before and is after: {"name": {"before": "a", "after": "b"}}; of a secret, that it changed.
    -- As it was written, since this text is what the chain's hash was made of.
    changes          JSON_TEXT,
    -- The same of a person's own fields; the chain holds a salted digest of them.
    personal         JSON_TEXT,
    personal_salt    BLOB            DEFAULT (randomblob(16)),
    personal_digest  BLOB,
    previous_hash    BLOB,
    hash             BLOB,
    created_at       TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    CONSTRAINT audit_logs_pkey PRIMARY KEY (id),
    -- Serves audit_logs.chain and count_unsealed too, and sealing.
    CONSTRAINT audit_logs_position_key UNIQUE (position),
    CONSTRAINT audit_logs_previous_hash_key UNIQUE (previous_hash),
    CONSTRAINT audit_logs_hash_key UNIQUE (hash),
    CONSTRAINT audit_logs_position_type_check CHECK (position IS NULL OR typeof(position) = 'integer'),
    CONSTRAINT audit_logs_actor_id_type_check
        CHECK (
            actor_id IS NULL OR (
                actor_id GLOB '????????-????-????-????-????????????'
                AND length(replace(actor_id, '-', '')) = 32
                AND actor_id NOT GLOB '*[^0-9a-f-]*'
            )
        ),
    CONSTRAINT audit_logs_actor_type_check CHECK (actor IS NULL OR typeof(actor) = 'text'),
    CONSTRAINT audit_logs_ip_address_type_check CHECK (ip_address IS NULL OR typeof(ip_address) = 'text'),
    CONSTRAINT audit_logs_user_agent_type_check CHECK (user_agent IS NULL OR typeof(user_agent) = 'text'),
    CONSTRAINT audit_logs_actor_salt_type_check CHECK (actor_salt IS NULL OR typeof(actor_salt) = 'blob'),
    CONSTRAINT audit_logs_actor_digest_type_check CHECK (actor_digest IS NULL OR typeof(actor_digest) = 'blob'),
    CONSTRAINT audit_logs_action_type_check CHECK (typeof(action) = 'text'),
    CONSTRAINT audit_logs_entity_type_type_check CHECK (typeof(entity_type) = 'text'),
    CONSTRAINT audit_logs_entity_id_type_check CHECK (entity_id IS NULL OR typeof(entity_id) = 'text'),
    CONSTRAINT audit_logs_changes_type_check CHECK (changes IS NULL OR json_valid(changes)),
    CONSTRAINT audit_logs_personal_type_check CHECK (personal IS NULL OR json_valid(personal)),
    CONSTRAINT audit_logs_personal_salt_type_check CHECK (personal_salt IS NULL OR typeof(personal_salt) = 'blob'),
    CONSTRAINT audit_logs_personal_digest_type_check
        CHECK (personal_digest IS NULL OR typeof(personal_digest) = 'blob'),
    CONSTRAINT audit_logs_previous_hash_type_check CHECK (previous_hash IS NULL OR typeof(previous_hash) = 'blob'),
    CONSTRAINT audit_logs_hash_type_check CHECK (hash IS NULL OR typeof(hash) = 'blob'),
    CONSTRAINT audit_logs_created_at_type_check
        CHECK (
            substr(created_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19), '+0 days') IS substr(created_at, 1, 19)
        ),
    CONSTRAINT audit_logs_position_check CHECK (position > 0),
    CONSTRAINT audit_logs_actor_salt_check CHECK (length(actor_salt) = 16),
    CONSTRAINT audit_logs_actor_digest_check CHECK (length(actor_digest) = 32),
    CONSTRAINT audit_logs_action_check CHECK (length(action) BETWEEN 1 AND 100),
    CONSTRAINT audit_logs_entity_type_length_check CHECK (length(entity_type) BETWEEN 1 AND 100),
    CONSTRAINT audit_logs_personal_salt_check CHECK (length(personal_salt) = 16),
    CONSTRAINT audit_logs_personal_digest_check CHECK (length(personal_digest) = 32),
    CONSTRAINT audit_logs_previous_hash_check CHECK (length(previous_hash) = 32),
    CONSTRAINT audit_logs_hash_check CHECK (length(hash) = 32),
    -- A salt goes only with what it salts.
    CONSTRAINT audit_logs_salted_check
        CHECK (
            (actor_salt IS NOT NULL OR (actor IS NULL AND ip_address IS NULL AND user_agent IS NULL))
            AND (personal_salt IS NOT NULL OR personal IS NULL)
        ),
    CONSTRAINT audit_logs_sealed_check
        CHECK (
            (position IS NULL) = (hash IS NULL)
            AND (position IS NULL) = (previous_hash IS NULL)
            AND (position IS NULL) = (actor_digest IS NULL)
            AND (position IS NOT NULL OR personal_digest IS NULL)
        )
);

CREATE TABLE audit_head (
    -- The end of the audit log's chain: one row, made by the first change that is sealed.
    id        INTEGER  NOT NULL DEFAULT 1,
    position  INTEGER  NOT NULL DEFAULT 0,
    hash      BLOB     NOT NULL DEFAULT (zeroblob(32)),
    CONSTRAINT audit_head_pkey PRIMARY KEY (id),
    CONSTRAINT audit_head_position_type_check CHECK (typeof(position) = 'integer'),
    CONSTRAINT audit_head_hash_type_check CHECK (typeof(hash) = 'blob'),
    CONSTRAINT audit_head_id_check CHECK (id = 1),
    CONSTRAINT audit_head_position_check CHECK (position >= 0),
    CONSTRAINT audit_head_hash_check CHECK (length(hash) = 32)
);

CREATE TABLE datasets (
    -- Datasets by name, version and content digest.
    id          UUID_TEXT       NOT NULL,
    name        TEXT            NOT NULL,
    version     TEXT            NOT NULL,
    digest      TEXT            NOT NULL,
    format      TEXT,
    domain      TEXT,
    size_bytes  INTEGER,
    row_count   INTEGER,
    statistics  JSON_TEXT       NOT NULL DEFAULT '{}',
    metadata    JSON_TEXT       NOT NULL DEFAULT '{}',
    created_by  UUID_TEXT,
    team_id     UUID_TEXT,
    created_at  TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    updated_at  TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    CONSTRAINT datasets_pkey PRIMARY KEY (id),
    -- The same content registered twice is one dataset.
    CONSTRAINT datasets_name_version_digest_key UNIQUE (name, version, digest),
    CONSTRAINT datasets_created_by_fkey
        FOREIGN KEY (created_by) REFERENCES users (id) ON DELETE SET NULL,
    CONSTRAINT datasets_team_id_fkey
        FOREIGN KEY (team_id) REFERENCES teams (id) ON DELETE RESTRICT,
    CONSTRAINT datasets_id_type_check
        CHECK (
            id GLOB '????????-????-????-????-????????????'
            AND length(replace(id, '-', '')) = 32
            AND id NOT GLOB '*[^0-9a-f-]*'
        ),
    CONSTRAINT datasets_name_type_check CHECK (typeof(name) = 'text'),
    CONSTRAINT datasets_version_type_check CHECK (typeof(version) = 'text'),
    CONSTRAINT datasets_digest_type_check CHECK (typeof(digest) = 'text'),
    CONSTRAINT datasets_format_type_check CHECK (format IS NULL OR typeof(format) = 'text'),
    CONSTRAINT datasets_domain_type_check CHECK (domain IS NULL OR typeof(domain) = 'text'),
    CONSTRAINT datasets_size_bytes_type_check CHECK (size_bytes IS NULL OR typeof(size_bytes) = 'integer'),
    CONSTRAINT datasets_row_count_type_check CHECK (row_count IS NULL OR typeof(row_count) = 'integer'),
    CONSTRAINT datasets_statistics_type_check CHECK (json_valid(statistics)),
    CONSTRAINT datasets_metadata_type_check CHECK (json_valid(metadata)),
    CONSTRAINT datasets_created_at_type_check
        CHECK (
            substr(created_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19), '+0 days') IS substr(created_at, 1, 19)
        ),
    CONSTRAINT datasets_updated_at_type_check
        CHECK (
            substr(updated_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(updated_at, 1, 19), '+0 days') IS substr(updated_at, 1, 19)
        ),
    CONSTRAINT datasets_name_check CHECK (length(name) BETWEEN 1 AND 255),
    CONSTRAINT datasets_version_check CHECK (length(version) BETWEEN 1 AND 255),
    CONSTRAINT datasets_digest_check CHECK (length(digest) BETWEEN 1 AND 255),
    CONSTRAINT datasets_size_bytes_check CHECK (size_bytes >= 0),
    CONSTRAINT datasets_row_count_check CHECK (row_count >= 0)
);

CREATE TABLE dataset_splits (
    -- The train, validation and test parts of a dataset.
    id          UUID_TEXT       NOT NULL,
    dataset_id  UUID_TEXT       NOT NULL,
    name        TEXT            NOT NULL,
    row_count   INTEGER,
    fraction    REAL,
    created_at  TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    CONSTRAINT dataset_splits_pkey PRIMARY KEY (id),
    -- Serves datasets.list_splits too.
    CONSTRAINT dataset_splits_dataset_id_name_key UNIQUE (dataset_id, name),
    CONSTRAINT dataset_splits_dataset_id_fkey
        FOREIGN KEY (dataset_id) REFERENCES datasets (id) ON DELETE CASCADE,
    CONSTRAINT dataset_splits_id_type_check
        CHECK (
            id GLOB '????????-????-????-????-????????????'
            AND length(replace(id, '-', '')) = 32
            AND id NOT GLOB '*[^0-9a-f-]*'
        ),
    CONSTRAINT dataset_splits_name_type_check CHECK (typeof(name) = 'text'),
    CONSTRAINT dataset_splits_row_count_type_check CHECK (row_count IS NULL OR typeof(row_count) = 'integer'),
    CONSTRAINT dataset_splits_fraction_type_check CHECK (fraction IS NULL OR typeof(fraction) = 'real'),
    CONSTRAINT dataset_splits_created_at_type_check
        CHECK (
            substr(created_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19), '+0 days') IS substr(created_at, 1, 19)
        ),
    CONSTRAINT dataset_splits_name_check CHECK (name IN ('train', 'validation', 'test')),
    CONSTRAINT dataset_splits_row_count_check CHECK (row_count >= 0),
    CONSTRAINT dataset_splits_fraction_check CHECK (fraction BETWEEN 0 AND 1)
);

CREATE TABLE corpus_texts (
    -- Texts to train on and to search, with their words and characters counted.
    id          INTEGER         NOT NULL,
    title       TEXT,
    content     TEXT            NOT NULL,
    source      TEXT,
    metadata    JSON_TEXT       NOT NULL DEFAULT '{}',
    -- A word is a run of anything but ASCII white space. Here, after a space is put at both ends and all white space
    -- made spaces, each run of spaces grows by one character, and there is one run more than there are words.
    word_count  INTEGER         NOT NULL GENERATED ALWAYS AS (
        length(
            replace(replace(
                replace(replace(replace(replace(replace(
                    ' ' || content || ' ',
                    char(9), ' '), char(10), ' '), char(11), ' '), char(12), ' '), char(13), ' '),
                ' ', char(9, 10)), char(10, 9), ' ')
        ) - length(content) - 3
    ) STORED,
    char_count  INTEGER         NOT NULL GENERATED ALWAYS AS (length(content)) STORED,
    split_id    UUID_TEXT,
    created_at  TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    CONSTRAINT corpus_texts_pkey PRIMARY KEY (id),
    -- A text in a split is that dataset's content and goes with it; a text without one stands alone.
    CONSTRAINT corpus_texts_split_id_fkey
        FOREIGN KEY (split_id) REFERENCES dataset_splits (id) ON DELETE CASCADE,
    CONSTRAINT corpus_texts_title_type_check CHECK (title IS NULL OR typeof(title) = 'text'),
    CONSTRAINT corpus_texts_content_type_check CHECK (typeof(content) = 'text'),
    CONSTRAINT corpus_texts_source_type_check CHECK (source IS NULL OR typeof(source) = 'text'),
    CONSTRAINT corpus_texts_metadata_type_check CHECK (json_valid(metadata)),
    CONSTRAINT corpus_texts_created_at_type_check
        CHECK (
            substr(created_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19), '+0 days') IS substr(created_at, 1, 19)
        ),
    CONSTRAINT corpus_texts_title_check CHECK (length(title) BETWEEN 1 AND 255)
);

CREATE TABLE markov_models (
    -- One character model per dataset and order; deleting it clears its counts and what it has counted.
    dataset_id  UUID_TEXT       NOT NULL,
    n           INTEGER         NOT NULL,
    created_at  TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    CONSTRAINT markov_models_pkey PRIMARY KEY (dataset_id, n),
    CONSTRAINT markov_models_dataset_id_fkey
        FOREIGN KEY (dataset_id) REFERENCES datasets (id) ON DELETE CASCADE,
    CONSTRAINT markov_models_n_type_check CHECK (typeof(n) = 'integer'),
    CONSTRAINT markov_models_created_at_type_check
        CHECK (
            substr(created_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19), '+0 days') IS substr(created_at, 1, 19)
        ),
    CONSTRAINT markov_models_n_check CHECK (n BETWEEN 0 AND 64)
) WITHOUT ROWID;

CREATE TABLE markov_texts (
    -- The texts a model has counted, so that none is counted twice.
    dataset_id      UUID_TEXT       NOT NULL,
    n               INTEGER         NOT NULL,
    corpus_text_id  INTEGER         NOT NULL,
    counted_at      TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    CONSTRAINT markov_texts_pkey PRIMARY KEY (dataset_id, n, corpus_text_id),
    CONSTRAINT markov_texts_model_fkey
        FOREIGN KEY (dataset_id, n) REFERENCES markov_models (dataset_id, n) ON DELETE CASCADE,
    -- The counts keep a deleted text until the model is cleared and counted anew.
    CONSTRAINT markov_texts_corpus_text_id_fkey
        FOREIGN KEY (corpus_text_id) REFERENCES corpus_texts (id) ON DELETE CASCADE,
    CONSTRAINT markov_texts_counted_at_type_check
        CHECK (
            substr(counted_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(counted_at, 1, 19), '+0 days') IS substr(counted_at, 1, 19)
        )
) WITHOUT ROWID;

CREATE TABLE markov_ngrams (
    -- How often a character followed a context, by dataset and order.
    dataset_id   UUID_TEXT  NOT NULL,
    n            INTEGER    NOT NULL,
    -- The up to n characters before next_char; shorter only at the beginning of a text.
    context      TEXT       NOT NULL,
    next_char    TEXT       NOT NULL,
    count        INTEGER    NOT NULL,
    -- Of next_char after context; null until markov_ngrams.compute_probabilities, and again once the count changes.
    probability  REAL,
    -- Serves markov_ngrams.list_for_context, list_for_order and sample.
    CONSTRAINT markov_ngrams_pkey PRIMARY KEY (dataset_id, n, context, next_char),
    CONSTRAINT markov_ngrams_model_fkey
        FOREIGN KEY (dataset_id, n) REFERENCES markov_models (dataset_id, n) ON DELETE CASCADE,
    CONSTRAINT markov_ngrams_context_type_check CHECK (typeof(context) = 'text'),
    CONSTRAINT markov_ngrams_next_char_type_check CHECK (typeof(next_char) = 'text'),
    CONSTRAINT markov_ngrams_count_type_check CHECK (typeof(count) = 'integer'),
    CONSTRAINT markov_ngrams_probability_type_check CHECK (probability IS NULL OR typeof(probability) = 'real'),
    CONSTRAINT markov_ngrams_context_check CHECK (length(context) <= n),
    CONSTRAINT markov_ngrams_next_char_check CHECK (length(next_char) = 1),
    CONSTRAINT markov_ngrams_count_check CHECK (count > 0),
    CONSTRAINT markov_ngrams_probability_check CHECK (probability > 0 AND probability <= 1)
) WITHOUT ROWID;

CREATE TABLE models (
    -- Models by name, trained here or bought; what runs is a version.
    id           UUID_TEXT       NOT NULL,
    name         TEXT            NOT NULL,
    kind         TEXT            NOT NULL,
    provider     TEXT,
    description  TEXT,
    metadata     JSON_TEXT       NOT NULL DEFAULT '{}',
    created_by   UUID_TEXT,
    team_id      UUID_TEXT,
    created_at   TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    updated_at   TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    CONSTRAINT models_pkey PRIMARY KEY (id),
    -- Serves models.get_by_name too.
    CONSTRAINT models_name_key UNIQUE (name),
    CONSTRAINT models_created_by_fkey
        FOREIGN KEY (created_by) REFERENCES users (id) ON DELETE SET NULL,
    CONSTRAINT models_team_id_fkey
        FOREIGN KEY (team_id) REFERENCES teams (id) ON DELETE RESTRICT,
    CONSTRAINT models_id_type_check
        CHECK (
            id GLOB '????????-????-????-????-????????????'
            AND length(replace(id, '-', '')) = 32
            AND id NOT GLOB '*[^0-9a-f-]*'
        ),
    CONSTRAINT models_name_type_check CHECK (typeof(name) = 'text'),
    CONSTRAINT models_kind_type_check CHECK (typeof(kind) = 'text'),
    CONSTRAINT models_provider_type_check CHECK (provider IS NULL OR typeof(provider) = 'text'),
    CONSTRAINT models_description_type_check CHECK (description IS NULL OR typeof(description) = 'text'),
    CONSTRAINT models_metadata_type_check CHECK (json_valid(metadata)),
    CONSTRAINT models_created_at_type_check
        CHECK (
            substr(created_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19), '+0 days') IS substr(created_at, 1, 19)
        ),
    CONSTRAINT models_updated_at_type_check
        CHECK (
            substr(updated_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(updated_at, 1, 19), '+0 days') IS substr(updated_at, 1, 19)
        ),
    CONSTRAINT models_name_check CHECK (length(name) BETWEEN 1 AND 255),
    CONSTRAINT models_kind_check CHECK (kind IN ('fine_tuned', 'commercial', 'base')),
    CONSTRAINT models_provider_check CHECK (length(provider) BETWEEN 1 AND 100)
);

CREATE TABLE model_versions (
    -- Versions of a model: what it is, where its files are, what its tokens cost.
    id                  UUID_TEXT       NOT NULL,
    model_id            UUID_TEXT       NOT NULL,
    version             TEXT            NOT NULL,
    stage               TEXT            NOT NULL DEFAULT 'development',
    status              TEXT            NOT NULL DEFAULT 'ready',
    architecture        TEXT,
    parameter_count     INTEGER,
    artifact_uri        TEXT,
    digest              TEXT,
    metrics             JSON_TEXT       NOT NULL DEFAULT '{}',
    -- US dollars per million tokens.
    input_token_price   REAL,
    output_token_price  REAL,
    metadata            JSON_TEXT       NOT NULL DEFAULT '{}',
    created_at          TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    updated_at          TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')), training_run_id UUID_TEXT
CONSTRAINT model_versions_training_run_id_fkey REFERENCES training_runs (id) ON DELETE SET NULL,
    CONSTRAINT model_versions_pkey PRIMARY KEY (id),
    CONSTRAINT model_versions_model_id_version_key UNIQUE (model_id, version),
    -- For model_aliases, whose version is one of its own model.
    CONSTRAINT model_versions_model_id_id_key UNIQUE (model_id, id),
    CONSTRAINT model_versions_model_id_fkey
        FOREIGN KEY (model_id) REFERENCES models (id) ON DELETE CASCADE,
    CONSTRAINT model_versions_id_type_check
        CHECK (
            id GLOB '????????-????-????-????-????????????'
            AND length(replace(id, '-', '')) = 32
            AND id NOT GLOB '*[^0-9a-f-]*'
        ),
    CONSTRAINT model_versions_version_type_check CHECK (typeof(version) = 'text'),
    CONSTRAINT model_versions_stage_type_check CHECK (typeof(stage) = 'text'),
    CONSTRAINT model_versions_status_type_check CHECK (typeof(status) = 'text'),
    CONSTRAINT model_versions_architecture_type_check CHECK (architecture IS NULL OR typeof(architecture) = 'text'),
    CONSTRAINT model_versions_parameter_count_type_check
        CHECK (parameter_count IS NULL OR typeof(parameter_count) = 'integer'),
    CONSTRAINT model_versions_artifact_uri_type_check CHECK (artifact_uri IS NULL OR typeof(artifact_uri) = 'text'),
    CONSTRAINT model_versions_digest_type_check CHECK (digest IS NULL OR typeof(digest) = 'text'),
    CONSTRAINT model_versions_metrics_type_check CHECK (json_valid(metrics)),
    CONSTRAINT model_versions_input_token_price_type_check
        CHECK (input_token_price IS NULL OR typeof(input_token_price) = 'real'),
    CONSTRAINT model_versions_output_token_price_type_check
        CHECK (output_token_price IS NULL OR typeof(output_token_price) = 'real'),
    CONSTRAINT model_versions_metadata_type_check CHECK (json_valid(metadata)),
    CONSTRAINT model_versions_created_at_type_check
        CHECK (
            substr(created_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19), '+0 days') IS substr(created_at, 1, 19)
        ),
    CONSTRAINT model_versions_updated_at_type_check
        CHECK (
            substr(updated_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(updated_at, 1, 19), '+0 days') IS substr(updated_at, 1, 19)
        ),
    CONSTRAINT model_versions_version_check CHECK (length(version) BETWEEN 1 AND 255),
    -- model:version and model@alias name one version.
    CONSTRAINT model_versions_version_form_check CHECK (version NOT LIKE '%:%' AND version NOT LIKE '%@%'),
    CONSTRAINT model_versions_stage_check CHECK (stage IN ('production', 'staging', 'development', 'archived')),
    CONSTRAINT model_versions_status_check CHECK (status IN ('pending', 'ready', 'failed', 'retired')),
    CONSTRAINT model_versions_architecture_check CHECK (length(architecture) BETWEEN 1 AND 255),
    CONSTRAINT model_versions_parameter_count_check CHECK (parameter_count >= 0),
    CONSTRAINT model_versions_input_token_price_check CHECK (input_token_price BETWEEN 0 AND 1e12),
    CONSTRAINT model_versions_output_token_price_check CHECK (output_token_price BETWEEN 0 AND 1e12)
);

CREATE TABLE model_aliases (
    -- Names that move from version to version of a model, such as champion; one version per alias.
    model_id          UUID_TEXT       NOT NULL,
    alias             TEXT            NOT NULL,
    model_version_id  UUID_TEXT       NOT NULL,
    created_at        TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    updated_at        TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    -- Serves model_versions.get_by_alias and model_aliases.list_for_model too.
    CONSTRAINT model_aliases_pkey PRIMARY KEY (model_id, alias),
    CONSTRAINT model_aliases_model_id_fkey
        FOREIGN KEY (model_id) REFERENCES models (id) ON DELETE CASCADE,
    -- Of the same model. A version cannot be deleted while an alias names it, but with its model.
    CONSTRAINT model_aliases_version_fkey
        FOREIGN KEY (model_id, model_version_id) REFERENCES model_versions (model_id, id) ON DELETE NO ACTION,
    CONSTRAINT model_aliases_alias_type_check CHECK (typeof(alias) = 'text'),
    CONSTRAINT model_aliases_created_at_type_check
        CHECK (
            substr(created_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19), '+0 days') IS substr(created_at, 1, 19)
        ),
    CONSTRAINT model_aliases_updated_at_type_check
        CHECK (
            substr(updated_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(updated_at, 1, 19), '+0 days') IS substr(updated_at, 1, 19)
        ),
    CONSTRAINT model_aliases_alias_check CHECK (length(alias) BETWEEN 1 AND 100),
    CONSTRAINT model_aliases_alias_form_check CHECK (alias NOT LIKE '%:%' AND alias NOT LIKE '%@%')
) WITHOUT ROWID;

CREATE TABLE model_benchmarks (
    -- The score of a version on a benchmark; measured again it is replaced.
    id                UUID_TEXT        NOT NULL,
    model_version_id  UUID_TEXT        NOT NULL,
    benchmark         TEXT             NOT NULL,
    dataset_id        UUID_TEXT,
    metric            TEXT             NOT NULL,
    value             REAL             NOT NULL,
    higher_is_better  BOOLEAN_INTEGER  NOT NULL DEFAULT true,
    standard_error    REAL,
    details           JSON_TEXT        NOT NULL DEFAULT '{}',
    created_at        TIMESTAMP_TEXT   NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    updated_at        TIMESTAMP_TEXT   NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    CONSTRAINT model_benchmarks_pkey PRIMARY KEY (id),
    -- Serves model_benchmarks.list_for_version too.
    CONSTRAINT model_benchmarks_model_version_id_benchmark_metric_key UNIQUE (model_version_id, benchmark, metric),
    CONSTRAINT model_benchmarks_model_version_id_fkey
        FOREIGN KEY (model_version_id) REFERENCES model_versions (id) ON DELETE CASCADE,
    CONSTRAINT model_benchmarks_dataset_id_fkey
        FOREIGN KEY (dataset_id) REFERENCES datasets (id) ON DELETE SET NULL,
    CONSTRAINT model_benchmarks_id_type_check
        CHECK (
            id GLOB '????????-????-????-????-????????????'
            AND length(replace(id, '-', '')) = 32
            AND id NOT GLOB '*[^0-9a-f-]*'
        ),
    CONSTRAINT model_benchmarks_benchmark_type_check CHECK (typeof(benchmark) = 'text'),
    CONSTRAINT model_benchmarks_metric_type_check CHECK (typeof(metric) = 'text'),
    CONSTRAINT model_benchmarks_value_type_check CHECK (typeof(value) = 'real'),
    CONSTRAINT model_benchmarks_higher_is_better_type_check CHECK (higher_is_better IN (0, 1)),
    CONSTRAINT model_benchmarks_standard_error_type_check
        CHECK (standard_error IS NULL OR typeof(standard_error) = 'real'),
    CONSTRAINT model_benchmarks_details_type_check CHECK (json_valid(details)),
    CONSTRAINT model_benchmarks_created_at_type_check
        CHECK (
            substr(created_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19), '+0 days') IS substr(created_at, 1, 19)
        ),
    CONSTRAINT model_benchmarks_updated_at_type_check
        CHECK (
            substr(updated_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(updated_at, 1, 19), '+0 days') IS substr(updated_at, 1, 19)
        ),
    CONSTRAINT model_benchmarks_benchmark_check CHECK (length(benchmark) BETWEEN 1 AND 255),
    CONSTRAINT model_benchmarks_metric_check CHECK (length(metric) BETWEEN 1 AND 255),
    CONSTRAINT model_benchmarks_standard_error_check CHECK (standard_error BETWEEN 0 AND 1e100)
);

CREATE TABLE model_performance (
    -- How well a version did on live or fresh data, measured again and again.
    id                INTEGER         NOT NULL,
    model_version_id  UUID_TEXT       NOT NULL,
    stage             TEXT            NOT NULL,
    dataset_version   TEXT,
    metric            TEXT            NOT NULL,
    value             REAL            NOT NULL,
    recorded_at       TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    CONSTRAINT model_performance_pkey PRIMARY KEY (id),
    CONSTRAINT model_performance_model_version_id_fkey
        FOREIGN KEY (model_version_id) REFERENCES model_versions (id) ON DELETE CASCADE,
    CONSTRAINT model_performance_stage_type_check CHECK (typeof(stage) = 'text'),
    CONSTRAINT model_performance_dataset_version_type_check
        CHECK (dataset_version IS NULL OR typeof(dataset_version) = 'text'),
    CONSTRAINT model_performance_metric_type_check CHECK (typeof(metric) = 'text'),
    CONSTRAINT model_performance_value_type_check CHECK (typeof(value) = 'real'),
    CONSTRAINT model_performance_recorded_at_type_check
        CHECK (
            substr(recorded_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(recorded_at, 1, 19), '+0 days') IS substr(recorded_at, 1, 19)
        ),
    CONSTRAINT model_performance_stage_check CHECK (stage IN ('production', 'staging', 'development', 'archived')),
    CONSTRAINT model_performance_dataset_version_check CHECK (length(dataset_version) BETWEEN 1 AND 255),
    CONSTRAINT model_performance_metric_check CHECK (length(metric) BETWEEN 1 AND 255)
);

CREATE TABLE neural_configs (
    -- Configurations of neural networks by name.
    id          UUID_TEXT       NOT NULL,
    name        TEXT            NOT NULL,
    config      JSON_TEXT       NOT NULL,
    created_at  TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    updated_at  TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    CONSTRAINT neural_configs_pkey PRIMARY KEY (id),
    -- Serves neural_configs.get_by_name too.
    CONSTRAINT neural_configs_name_key UNIQUE (name),
    CONSTRAINT neural_configs_id_type_check
        CHECK (
            id GLOB '????????-????-????-????-????????????'
            AND length(replace(id, '-', '')) = 32
            AND id NOT GLOB '*[^0-9a-f-]*'
        ),
    CONSTRAINT neural_configs_name_type_check CHECK (typeof(name) = 'text'),
    CONSTRAINT neural_configs_config_type_check CHECK (json_valid(config)),
    CONSTRAINT neural_configs_created_at_type_check
        CHECK (
            substr(created_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19), '+0 days') IS substr(created_at, 1, 19)
        ),
    CONSTRAINT neural_configs_updated_at_type_check
        CHECK (
            substr(updated_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(updated_at, 1, 19), '+0 days') IS substr(updated_at, 1, 19)
        ),
    CONSTRAINT neural_configs_name_check CHECK (length(name) BETWEEN 1 AND 255)
);

CREATE TABLE training_runs (
    -- Training runs and jobs: what was trained on what, how far it got and how it ended.
    id                UUID_TEXT       NOT NULL,
    name              TEXT            NOT NULL,
    status            TEXT            NOT NULL DEFAULT 'pending',
    -- Per cent.
    progress          REAL            NOT NULL DEFAULT 0,
    message           TEXT,
    error             TEXT,
    neural_config_id  UUID_TEXT,
    config            JSON_TEXT       NOT NULL DEFAULT '{}',
    hyperparameters   JSON_TEXT       NOT NULL DEFAULT '{}',
    dataset_id        UUID_TEXT,
    corpus_text_id    INTEGER,
    -- What is trained further; the version that comes out of it names the run.
    model_version_id  UUID_TEXT,
    parent_run_id     UUID_TEXT,
    started_at        TIMESTAMP_TEXT,
    finished_at       TIMESTAMP_TEXT,
    duration_seconds  REAL GENERATED ALWAYS AS (
        (
            1000000 * (
                strftime('%s', substr(finished_at, 1, 19) || 'Z') - strftime('%s', substr(started_at, 1, 19) || 'Z')
            )
            + CAST(substr(finished_at, 21, 6) AS INTEGER)
            - CAST(substr(started_at, 21, 6) AS INTEGER)
        ) / 1000000.0
    ) STORED,
    resources         JSON_TEXT       NOT NULL DEFAULT '{}',
    created_by        UUID_TEXT,
    team_id           UUID_TEXT,
    created_at        TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    updated_at        TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    CONSTRAINT training_runs_pkey PRIMARY KEY (id),
    CONSTRAINT training_runs_neural_config_id_fkey
        FOREIGN KEY (neural_config_id) REFERENCES neural_configs (id) ON DELETE RESTRICT,
    -- Run history outlives its inputs only by decision: a dataset with runs cannot be deleted.
    CONSTRAINT training_runs_dataset_id_fkey
        FOREIGN KEY (dataset_id) REFERENCES datasets (id) ON DELETE RESTRICT,
    CONSTRAINT training_runs_corpus_text_id_fkey
        FOREIGN KEY (corpus_text_id) REFERENCES corpus_texts (id) ON DELETE SET NULL,
    CONSTRAINT training_runs_model_version_id_fkey
        FOREIGN KEY (model_version_id) REFERENCES model_versions (id) ON DELETE SET NULL,
    CONSTRAINT training_runs_parent_run_id_fkey
        FOREIGN KEY (parent_run_id) REFERENCES training_runs (id) ON DELETE SET NULL,
    CONSTRAINT training_runs_created_by_fkey
        FOREIGN KEY (created_by) REFERENCES users (id) ON DELETE SET NULL,
    CONSTRAINT training_runs_team_id_fkey
        FOREIGN KEY (team_id) REFERENCES teams (id) ON DELETE RESTRICT,
    CONSTRAINT training_runs_id_type_check
        CHECK (
            id GLOB '????????-????-????-????-????????????'
            AND length(replace(id, '-', '')) = 32
            AND id NOT GLOB '*[^0-9a-f-]*'
        ),
    CONSTRAINT training_runs_name_type_check CHECK (typeof(name) = 'text'),
    CONSTRAINT training_runs_status_type_check CHECK (typeof(status) = 'text'),
    CONSTRAINT training_runs_progress_type_check CHECK (typeof(progress) = 'real'),
    CONSTRAINT training_runs_message_type_check CHECK (message IS NULL OR typeof(message) = 'text'),
    CONSTRAINT training_runs_error_type_check CHECK (error IS NULL OR typeof(error) = 'text'),
    CONSTRAINT training_runs_config_type_check CHECK (json_valid(config)),
    CONSTRAINT training_runs_hyperparameters_type_check CHECK (json_valid(hyperparameters)),
    CONSTRAINT training_runs_started_at_type_check
        CHECK (
            started_at IS NULL OR (
                substr(started_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
                AND strftime('%Y-%m-%dT%H:%M:%S', substr(started_at, 1, 19), '+0 days') IS substr(started_at, 1, 19)
            )
        ),
    CONSTRAINT training_runs_finished_at_type_check
        CHECK (
            finished_at IS NULL OR (
                substr(finished_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
                AND strftime('%Y-%m-%dT%H:%M:%S', substr(finished_at, 1, 19), '+0 days') IS substr(finished_at, 1, 19)
            )
        ),
    CONSTRAINT training_runs_resources_type_check CHECK (json_valid(resources)),
    CONSTRAINT training_runs_created_at_type_check
        CHECK (
            substr(created_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19), '+0 days') IS substr(created_at, 1, 19)
        ),
    CONSTRAINT training_runs_updated_at_type_check
        CHECK (
            substr(updated_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(updated_at, 1, 19), '+0 days') IS substr(updated_at, 1, 19)
        ),
    CONSTRAINT training_runs_name_check CHECK (length(name) BETWEEN 1 AND 255),
    CONSTRAINT training_runs_status_check CHECK (status IN ('pending', 'running', 'completed', 'failed', 'cancelled')),
    CONSTRAINT training_runs_progress_check CHECK (progress BETWEEN 0 AND 100),
    CONSTRAINT training_runs_parent_run_id_check CHECK (parent_run_id <> id),
    -- What runs, or ran to its end, was started.
    CONSTRAINT training_runs_started_at_check CHECK (started_at IS NOT NULL OR status NOT IN ('running', 'completed')),
    -- A run is finished exactly when its status is terminal.
    CONSTRAINT training_runs_finished_at_check
        CHECK ((finished_at IS NOT NULL) = (status IN ('completed', 'failed', 'cancelled')))
);

CREATE TABLE training_metrics (
    -- Metrics of a run, step by step; a step logged again is one more row.
    id           INTEGER         NOT NULL,
    run_id       UUID_TEXT       NOT NULL,
    name         TEXT            NOT NULL,
    step         INTEGER         NOT NULL,
    -- Null means NaN.
    value        REAL,
    recorded_at  TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    CONSTRAINT training_metrics_pkey PRIMARY KEY (id),
    CONSTRAINT training_metrics_run_id_fkey
        FOREIGN KEY (run_id) REFERENCES training_runs (id) ON DELETE CASCADE,
    CONSTRAINT training_metrics_name_type_check CHECK (typeof(name) = 'text'),
    CONSTRAINT training_metrics_step_type_check CHECK (typeof(step) = 'integer'),
    CONSTRAINT training_metrics_value_type_check CHECK (value IS NULL OR typeof(value) = 'real'),
    CONSTRAINT training_metrics_recorded_at_type_check
        CHECK (
            substr(recorded_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(recorded_at, 1, 19), '+0 days') IS substr(recorded_at, 1, 19)
        ),
    CONSTRAINT training_metrics_name_check CHECK (length(name) BETWEEN 1 AND 255),
    CONSTRAINT training_metrics_step_check CHECK (step >= 0)
);

CREATE TABLE checkpoints (
    -- Saved states of a run with their loss; at most one per run is the best.
    id          UUID_TEXT        NOT NULL,
    run_id      UUID_TEXT        NOT NULL,
    epochs      INTEGER,
    step        INTEGER,
    block_size  INTEGER,
    -- Null where the model is kept in the database itself.
    path        TEXT,
    loss        REAL,
    accuracy    REAL,
    notes       TEXT,
    is_best     BOOLEAN_INTEGER  NOT NULL DEFAULT false,
    created_at  TIMESTAMP_TEXT   NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    updated_at  TIMESTAMP_TEXT   NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    CONSTRAINT checkpoints_pkey PRIMARY KEY (id),
    CONSTRAINT checkpoints_run_id_fkey
        FOREIGN KEY (run_id) REFERENCES training_runs (id) ON DELETE CASCADE,
    CONSTRAINT checkpoints_id_type_check
        CHECK (
            id GLOB '????????-????-????-????-????????????'
            AND length(replace(id, '-', '')) = 32
            AND id NOT GLOB '*[^0-9a-f-]*'
        ),
    CONSTRAINT checkpoints_epochs_type_check CHECK (epochs IS NULL OR typeof(epochs) = 'integer'),
    CONSTRAINT checkpoints_step_type_check CHECK (step IS NULL OR typeof(step) = 'integer'),
    CONSTRAINT checkpoints_block_size_type_check CHECK (block_size IS NULL OR typeof(block_size) = 'integer'),
    CONSTRAINT checkpoints_path_type_check CHECK (path IS NULL OR typeof(path) = 'text'),
    CONSTRAINT checkpoints_loss_type_check CHECK (loss IS NULL OR typeof(loss) = 'real'),
    CONSTRAINT checkpoints_accuracy_type_check CHECK (accuracy IS NULL OR typeof(accuracy) = 'real'),
    CONSTRAINT checkpoints_notes_type_check CHECK (notes IS NULL OR typeof(notes) = 'text'),
    CONSTRAINT checkpoints_is_best_type_check CHECK (is_best IN (0, 1)),
    CONSTRAINT checkpoints_created_at_type_check
        CHECK (
            substr(created_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19), '+0 days') IS substr(created_at, 1, 19)
        ),
    CONSTRAINT checkpoints_updated_at_type_check
        CHECK (
            substr(updated_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(updated_at, 1, 19), '+0 days') IS substr(updated_at, 1, 19)
        ),
    CONSTRAINT checkpoints_epochs_check CHECK (epochs >= 0),
    CONSTRAINT checkpoints_step_check CHECK (step >= 0),
    CONSTRAINT checkpoints_block_size_check CHECK (block_size >= 0),
    CONSTRAINT checkpoints_accuracy_check CHECK (accuracy BETWEEN 0 AND 1)
);

CREATE TABLE accuracy_metrics (
    -- Accuracies that were measured, of a checkpoint or of the whole.
    id             INTEGER         NOT NULL,
    checkpoint_id  UUID_TEXT,
    metric_type    TEXT            NOT NULL,
    value          REAL            NOT NULL,
    metadata       JSON_TEXT       NOT NULL DEFAULT '{}',
    created_at     TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    CONSTRAINT accuracy_metrics_pkey PRIMARY KEY (id),
    CONSTRAINT accuracy_metrics_checkpoint_id_fkey
        FOREIGN KEY (checkpoint_id) REFERENCES checkpoints (id) ON DELETE CASCADE,
    CONSTRAINT accuracy_metrics_metric_type_type_check CHECK (typeof(metric_type) = 'text'),
    CONSTRAINT accuracy_metrics_value_type_check CHECK (typeof(value) = 'real'),
    CONSTRAINT accuracy_metrics_metadata_type_check CHECK (json_valid(metadata)),
    CONSTRAINT accuracy_metrics_created_at_type_check
        CHECK (
            substr(created_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19), '+0 days') IS substr(created_at, 1, 19)
        ),
    CONSTRAINT accuracy_metrics_metric_type_length_check CHECK (length(metric_type) BETWEEN 1 AND 255)
);

CREATE TABLE experiments (
    -- Experiments: a hypothesis, what was tried, and what came out.
    id                UUID_TEXT       NOT NULL,
    name              TEXT            NOT NULL,
    hypothesis        TEXT,
    status            TEXT            NOT NULL DEFAULT 'pending',
    dataset_id        UUID_TEXT,
    model_version_id  UUID_TEXT,
    config            JSON_TEXT       NOT NULL DEFAULT '{}',
    results           JSON_TEXT       NOT NULL DEFAULT '{}',
    metrics           JSON_TEXT       NOT NULL DEFAULT '{}',
    -- US dollars, an estimate.
    cost_usd          REAL,
    started_at        TIMESTAMP_TEXT,
    finished_at       TIMESTAMP_TEXT,
    duration_seconds  REAL GENERATED ALWAYS AS (
        (
            1000000 * (
                strftime('%s', substr(finished_at, 1, 19) || 'Z') - strftime('%s', substr(started_at, 1, 19) || 'Z')
            )
            + CAST(substr(finished_at, 21, 6) AS INTEGER)
            - CAST(substr(started_at, 21, 6) AS INTEGER)
        ) / 1000000.0
    ) STORED,
    created_by        UUID_TEXT,
    team_id           UUID_TEXT,
    created_at        TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    updated_at        TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    CONSTRAINT experiments_pkey PRIMARY KEY (id),
    CONSTRAINT experiments_dataset_id_fkey
        FOREIGN KEY (dataset_id) REFERENCES datasets (id) ON DELETE RESTRICT,
    CONSTRAINT experiments_model_version_id_fkey
        FOREIGN KEY (model_version_id) REFERENCES model_versions (id) ON DELETE RESTRICT,
    CONSTRAINT experiments_created_by_fkey
        FOREIGN KEY (created_by) REFERENCES users (id) ON DELETE SET NULL,
    CONSTRAINT experiments_team_id_fkey
        FOREIGN KEY (team_id) REFERENCES teams (id) ON DELETE RESTRICT,
    CONSTRAINT experiments_id_type_check
        CHECK (
            id GLOB '????????-????-????-????-????????????'
            AND length(replace(id, '-', '')) = 32
            AND id NOT GLOB '*[^0-9a-f-]*'
        ),
    CONSTRAINT experiments_name_type_check CHECK (typeof(name) = 'text'),
    CONSTRAINT experiments_hypothesis_type_check CHECK (hypothesis IS NULL OR typeof(hypothesis) = 'text'),
    CONSTRAINT experiments_status_type_check CHECK (typeof(status) = 'text'),
    CONSTRAINT experiments_config_type_check CHECK (json_valid(config)),
    CONSTRAINT experiments_results_type_check CHECK (json_valid(results)),
    CONSTRAINT experiments_metrics_type_check CHECK (json_valid(metrics)),
    CONSTRAINT experiments_cost_usd_type_check CHECK (cost_usd IS NULL OR typeof(cost_usd) = 'real'),
    CONSTRAINT experiments_started_at_type_check
        CHECK (
            started_at IS NULL OR (
                substr(started_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
                AND strftime('%Y-%m-%dT%H:%M:%S', substr(started_at, 1, 19), '+0 days') IS substr(started_at, 1, 19)
            )
        ),
    CONSTRAINT experiments_finished_at_type_check
        CHECK (
            finished_at IS NULL OR (
                substr(finished_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
                AND strftime('%Y-%m-%dT%H:%M:%S', substr(finished_at, 1, 19), '+0 days') IS substr(finished_at, 1, 19)
            )
        ),
    CONSTRAINT experiments_created_at_type_check
        CHECK (
            substr(created_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19), '+0 days') IS substr(created_at, 1, 19)
        ),
    CONSTRAINT experiments_updated_at_type_check
        CHECK (
            substr(updated_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(updated_at, 1, 19), '+0 days') IS substr(updated_at, 1, 19)
        ),
    CONSTRAINT experiments_name_check CHECK (length(name) BETWEEN 1 AND 255),
    CONSTRAINT experiments_status_check CHECK (status IN ('pending', 'running', 'completed', 'failed', 'cancelled')),
    CONSTRAINT experiments_cost_usd_check CHECK (cost_usd BETWEEN 0 AND 1e12),
    -- What runs, or ran to its end, was started.
    CONSTRAINT experiments_started_at_check CHECK (started_at IS NOT NULL OR status NOT IN ('running', 'completed')),
    -- An experiment is finished exactly when its status is terminal.
    CONSTRAINT experiments_finished_at_check
        CHECK ((finished_at IS NOT NULL) = (status IN ('completed', 'failed', 'cancelled')))
);

CREATE TABLE experiment_runs (
    -- Which training runs belong to which experiment, and what each stands for.
    experiment_id    UUID_TEXT       NOT NULL,
    training_run_id  UUID_TEXT       NOT NULL,
    label            TEXT,
    created_at       TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    -- Serves experiments.list_runs too.
    CONSTRAINT experiment_runs_pkey PRIMARY KEY (experiment_id, training_run_id),
    CONSTRAINT experiment_runs_experiment_id_fkey
        FOREIGN KEY (experiment_id) REFERENCES experiments (id) ON DELETE CASCADE,
    CONSTRAINT experiment_runs_training_run_id_fkey
        FOREIGN KEY (training_run_id) REFERENCES training_runs (id) ON DELETE CASCADE,
    CONSTRAINT experiment_runs_label_type_check CHECK (label IS NULL OR typeof(label) = 'text'),
    CONSTRAINT experiment_runs_created_at_type_check
        CHECK (
            substr(created_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19), '+0 days') IS substr(created_at, 1, 19)
        ),
    CONSTRAINT experiment_runs_label_check CHECK (length(label) BETWEEN 1 AND 255)
) WITHOUT ROWID;

CREATE TABLE benchmarks (
    -- Runs of a benchmark: a provider's model asked the questions of a dataset, so many times.
    id                    UUID_TEXT       NOT NULL,
    name                  TEXT            NOT NULL,
    description           TEXT,
    -- As the benchmark names them, whether registered here or not; the ids say which registered ones they are.
    provider              TEXT            NOT NULL,
    model                 TEXT            NOT NULL,
    dataset               TEXT            NOT NULL,
    model_version_id      UUID_TEXT,
    dataset_id            UUID_TEXT,
    status                TEXT            NOT NULL DEFAULT 'pending',
    total_iterations      INTEGER         NOT NULL DEFAULT 0,
    completed_iterations  INTEGER         NOT NULL DEFAULT 0,
    failed_iterations     INTEGER         NOT NULL DEFAULT 0,
    results               JSON_TEXT       NOT NULL DEFAULT '{}',
    metrics               JSON_TEXT       NOT NULL DEFAULT '{}',
    error                 TEXT,
    started_at            TIMESTAMP_TEXT,
    completed_at          TIMESTAMP_TEXT,
    created_by            UUID_TEXT,
    team_id               UUID_TEXT,
    created_at            TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    updated_at            TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    CONSTRAINT benchmarks_pkey PRIMARY KEY (id),
    CONSTRAINT benchmarks_model_version_id_fkey
        FOREIGN KEY (model_version_id) REFERENCES model_versions (id) ON DELETE RESTRICT,
    CONSTRAINT benchmarks_dataset_id_fkey
        FOREIGN KEY (dataset_id) REFERENCES datasets (id) ON DELETE RESTRICT,
    CONSTRAINT benchmarks_created_by_fkey
        FOREIGN KEY (created_by) REFERENCES users (id) ON DELETE SET NULL,
    CONSTRAINT benchmarks_team_id_fkey
        FOREIGN KEY (team_id) REFERENCES teams (id) ON DELETE RESTRICT,
    CONSTRAINT benchmarks_id_type_check
        CHECK (
            id GLOB '????????-????-????-????-????????????'
            AND length(replace(id, '-', '')) = 32
            AND id NOT GLOB '*[^0-9a-f-]*'
        ),
    CONSTRAINT benchmarks_name_type_check CHECK (typeof(name) = 'text'),
    CONSTRAINT benchmarks_description_type_check CHECK (description IS NULL OR typeof(description) = 'text'),
    CONSTRAINT benchmarks_provider_type_check CHECK (typeof(provider) = 'text'),
    CONSTRAINT benchmarks_model_type_check CHECK (typeof(model) = 'text'),
    CONSTRAINT benchmarks_dataset_type_check CHECK (typeof(dataset) = 'text'),
    CONSTRAINT benchmarks_status_type_check CHECK (typeof(status) = 'text'),
    CONSTRAINT benchmarks_total_iterations_type_check CHECK (typeof(total_iterations) = 'integer'),
    CONSTRAINT benchmarks_completed_iterations_type_check CHECK (typeof(completed_iterations) = 'integer'),
    CONSTRAINT benchmarks_failed_iterations_type_check CHECK (typeof(failed_iterations) = 'integer'),
    CONSTRAINT benchmarks_results_type_check CHECK (json_valid(results)),
    CONSTRAINT benchmarks_metrics_type_check CHECK (json_valid(metrics)),
    CONSTRAINT benchmarks_error_type_check CHECK (error IS NULL OR typeof(error) = 'text'),
    CONSTRAINT benchmarks_started_at_type_check
        CHECK (
            started_at IS NULL OR (
                substr(started_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
                AND strftime('%Y-%m-%dT%H:%M:%S', substr(started_at, 1, 19), '+0 days') IS substr(started_at, 1, 19)
            )
        ),
    CONSTRAINT benchmarks_completed_at_type_check
        CHECK (
            completed_at IS NULL OR (
                substr(completed_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
                AND strftime('%Y-%m-%dT%H:%M:%S', substr(completed_at, 1, 19), '+0 days') IS substr(completed_at, 1, 19)
            )
        ),
    CONSTRAINT benchmarks_created_at_type_check
        CHECK (
            substr(created_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19), '+0 days') IS substr(created_at, 1, 19)
        ),
    CONSTRAINT benchmarks_updated_at_type_check
        CHECK (
            substr(updated_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(updated_at, 1, 19), '+0 days') IS substr(updated_at, 1, 19)
        ),
    CONSTRAINT benchmarks_name_check CHECK (length(name) BETWEEN 1 AND 255),
    CONSTRAINT benchmarks_provider_check CHECK (length(provider) BETWEEN 1 AND 100),
    CONSTRAINT benchmarks_model_check CHECK (length(model) BETWEEN 1 AND 255),
    CONSTRAINT benchmarks_dataset_check CHECK (length(dataset) BETWEEN 1 AND 255),
    CONSTRAINT benchmarks_status_check CHECK (status IN ('pending', 'running', 'completed', 'failed', 'cancelled')),
    CONSTRAINT benchmarks_total_iterations_check CHECK (total_iterations >= 0),
    -- No more is done than there is to do.
    CONSTRAINT benchmarks_completed_iterations_check
        CHECK (completed_iterations >= 0 AND completed_iterations + failed_iterations <= total_iterations),
    CONSTRAINT benchmarks_failed_iterations_check CHECK (failed_iterations >= 0),
    -- What runs, or ran to its end, was started.
    CONSTRAINT benchmarks_started_at_check CHECK (started_at IS NOT NULL OR status NOT IN ('running', 'completed')),
    -- A benchmark is completed, failed or cancelled exactly when it has an end.
    CONSTRAINT benchmarks_completed_at_check
        CHECK ((completed_at IS NOT NULL) = (status IN ('completed', 'failed', 'cancelled')))
);

CREATE TABLE evaluations (
    -- One output of a model with its score, cost and human rating.
    id                UUID_TEXT       NOT NULL,
    experiment_id     UUID_TEXT,
    benchmark_id      UUID_TEXT,
    model_version_id  UUID_TEXT,
    -- As the provider names them, whether registered here or not.
    provider          TEXT            NOT NULL,
    model             TEXT            NOT NULL,
    input             TEXT            NOT NULL,
    -- SHA-256 of the input in hexadecimal: what two models were both asked is found by it.
    input_digest      TEXT,
    output            TEXT            NOT NULL,
    expected          TEXT,
    metrics           JSON_TEXT       NOT NULL DEFAULT '{}',
    score             REAL,
    human_rating      INTEGER,
    human_feedback    TEXT,
    latency_ms        REAL,
    input_tokens      INTEGER,
    output_tokens     INTEGER,
    -- US dollars, an estimate.
    cost_usd          REAL,
    metadata          JSON_TEXT       NOT NULL DEFAULT '{}',
    created_by        UUID_TEXT,
    team_id           UUID_TEXT,
    created_at        TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    updated_at        TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    CONSTRAINT evaluations_pkey PRIMARY KEY (id),
    CONSTRAINT evaluations_experiment_id_fkey
        FOREIGN KEY (experiment_id) REFERENCES experiments (id) ON DELETE CASCADE,
    CONSTRAINT evaluations_benchmark_id_fkey
        FOREIGN KEY (benchmark_id) REFERENCES benchmarks (id) ON DELETE CASCADE,
    CONSTRAINT evaluations_model_version_id_fkey
        FOREIGN KEY (model_version_id) REFERENCES model_versions (id) ON DELETE RESTRICT,
    CONSTRAINT evaluations_created_by_fkey
        FOREIGN KEY (created_by) REFERENCES users (id) ON DELETE SET NULL,
    CONSTRAINT evaluations_team_id_fkey
        FOREIGN KEY (team_id) REFERENCES teams (id) ON DELETE RESTRICT,
    CONSTRAINT evaluations_id_type_check
        CHECK (
            id GLOB '????????-????-????-????-????????????'
            AND length(replace(id, '-', '')) = 32
            AND id NOT GLOB '*[^0-9a-f-]*'
        ),
    CONSTRAINT evaluations_provider_type_check CHECK (typeof(provider) = 'text'),
    CONSTRAINT evaluations_model_type_check CHECK (typeof(model) = 'text'),
    CONSTRAINT evaluations_input_type_check CHECK (typeof(input) = 'text'),
    CONSTRAINT evaluations_input_digest_type_check CHECK (input_digest IS NULL OR typeof(input_digest) = 'text'),
    CONSTRAINT evaluations_output_type_check CHECK (typeof(output) = 'text'),
    CONSTRAINT evaluations_expected_type_check CHECK (expected IS NULL OR typeof(expected) = 'text'),
    CONSTRAINT evaluations_metrics_type_check CHECK (json_valid(metrics)),
    CONSTRAINT evaluations_score_type_check CHECK (score IS NULL OR typeof(score) = 'real'),
    CONSTRAINT evaluations_human_rating_type_check CHECK (human_rating IS NULL OR typeof(human_rating) = 'integer'),
    CONSTRAINT evaluations_human_feedback_type_check CHECK (human_feedback IS NULL OR typeof(human_feedback) = 'text'),
    CONSTRAINT evaluations_latency_ms_type_check CHECK (latency_ms IS NULL OR typeof(latency_ms) = 'real'),
    CONSTRAINT evaluations_input_tokens_type_check CHECK (input_tokens IS NULL OR typeof(input_tokens) = 'integer'),
    CONSTRAINT evaluations_output_tokens_type_check CHECK (output_tokens IS NULL OR typeof(output_tokens) = 'integer'),
    CONSTRAINT evaluations_cost_usd_type_check CHECK (cost_usd IS NULL OR typeof(cost_usd) = 'real'),
    CONSTRAINT evaluations_metadata_type_check CHECK (json_valid(metadata)),
    CONSTRAINT evaluations_created_at_type_check
        CHECK (
            substr(created_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19), '+0 days') IS substr(created_at, 1, 19)
        ),
    CONSTRAINT evaluations_updated_at_type_check
        CHECK (
            substr(updated_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(updated_at, 1, 19), '+0 days') IS substr(updated_at, 1, 19)
        ),
    CONSTRAINT evaluations_provider_check CHECK (length(provider) BETWEEN 1 AND 100),
    CONSTRAINT evaluations_model_check CHECK (length(model) BETWEEN 1 AND 255),
    CONSTRAINT evaluations_input_digest_check CHECK (length(input_digest) BETWEEN 1 AND 255),
    -- Finite, and far from where a sum or a square would not be.
    CONSTRAINT evaluations_score_check CHECK (score BETWEEN -1e100 AND 1e100),
    CONSTRAINT evaluations_human_rating_check CHECK (human_rating BETWEEN 1 AND 5),
    CONSTRAINT evaluations_latency_ms_check CHECK (latency_ms BETWEEN 0 AND 1e12),
    CONSTRAINT evaluations_input_tokens_check CHECK (input_tokens BETWEEN 0 AND 1e12),
    CONSTRAINT evaluations_output_tokens_check CHECK (output_tokens BETWEEN 0 AND 1e12),
    CONSTRAINT evaluations_cost_usd_check CHECK (cost_usd BETWEEN 0 AND 1e12)
);

CREATE TABLE comparison_results (
    -- What a statistical comparison of two models, versions, runs or experiments found.
    id                UUID_TEXT        NOT NULL,
    -- Of what kind a and b are; no foreign keys, since they are of four tables, and the result outlives them.
    kind              TEXT             NOT NULL,
    a_id              UUID_TEXT        NOT NULL,
    b_id              UUID_TEXT        NOT NULL,
    a_label           TEXT             NOT NULL,
    b_label           TEXT             NOT NULL,
    experiment_id     UUID_TEXT,
    metric            TEXT             NOT NULL,
    test              TEXT             NOT NULL,
    paired            BOOLEAN_INTEGER  NOT NULL,
    a_n               INTEGER          NOT NULL,
    b_n               INTEGER          NOT NULL,
    a_mean            REAL,
    b_mean            REAL,
    statistic         REAL,
    p_value           REAL,
    adjusted_p_value  REAL,
    correction        TEXT             NOT NULL DEFAULT 'none',
    effect_name       TEXT,
    effect_size       REAL,
    confidence_level  REAL,
    confidence_low    REAL,
    confidence_high   REAL,
    -- The level below which a difference counts.
    alpha             REAL             NOT NULL DEFAULT 0.05,
    winner            TEXT,
    details           JSON_TEXT        NOT NULL DEFAULT '{}',
    created_by        UUID_TEXT,
    created_at        TIMESTAMP_TEXT   NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    CONSTRAINT comparison_results_pkey PRIMARY KEY (id),
    CONSTRAINT comparison_results_experiment_id_fkey
        FOREIGN KEY (experiment_id) REFERENCES experiments (id) ON DELETE CASCADE,
    CONSTRAINT comparison_results_created_by_fkey
        FOREIGN KEY (created_by) REFERENCES users (id) ON DELETE SET NULL,
    CONSTRAINT comparison_results_id_type_check
        CHECK (
            id GLOB '????????-????-????-????-????????????'
            AND length(replace(id, '-', '')) = 32
            AND id NOT GLOB '*[^0-9a-f-]*'
        ),
    CONSTRAINT comparison_results_kind_type_check CHECK (typeof(kind) = 'text'),
    CONSTRAINT comparison_results_a_id_type_check
        CHECK (
            a_id GLOB '????????-????-????-????-????????????'
            AND length(replace(a_id, '-', '')) = 32
            AND a_id NOT GLOB '*[^0-9a-f-]*'
        ),
    CONSTRAINT comparison_results_b_id_type_check
        CHECK (
            b_id GLOB '????????-????-????-????-????????????'
            AND length(replace(b_id, '-', '')) = 32
            AND b_id NOT GLOB '*[^0-9a-f-]*'
        ),
    CONSTRAINT comparison_results_a_label_type_check CHECK (typeof(a_label) = 'text'),
    CONSTRAINT comparison_results_b_label_type_check CHECK (typeof(b_label) = 'text'),
    CONSTRAINT comparison_results_metric_type_check CHECK (typeof(metric) = 'text'),
    CONSTRAINT comparison_results_test_type_check CHECK (typeof(test) = 'text'),
    CONSTRAINT comparison_results_paired_type_check CHECK (paired IN (0, 1)),
    CONSTRAINT comparison_results_a_n_type_check CHECK (typeof(a_n) = 'integer'),
    CONSTRAINT comparison_results_b_n_type_check CHECK (typeof(b_n) = 'integer'),
    CONSTRAINT comparison_results_a_mean_type_check CHECK (a_mean IS NULL OR typeof(a_mean) = 'real'),
    CONSTRAINT comparison_results_b_mean_type_check CHECK (b_mean IS NULL OR typeof(b_mean) = 'real'),
    CONSTRAINT comparison_results_statistic_type_check CHECK (statistic IS NULL OR typeof(statistic) = 'real'),
    CONSTRAINT comparison_results_p_value_type_check CHECK (p_value IS NULL OR typeof(p_value) = 'real'),
    CONSTRAINT comparison_results_adjusted_p_value_type_check
        CHECK (adjusted_p_value IS NULL OR typeof(adjusted_p_value) = 'real'),
    CONSTRAINT comparison_results_correction_type_check CHECK (typeof(correction) = 'text'),
    CONSTRAINT comparison_results_effect_name_type_check CHECK (effect_name IS NULL OR typeof(effect_name) = 'text'),
    CONSTRAINT comparison_results_effect_size_type_check CHECK (effect_size IS NULL OR typeof(effect_size) = 'real'),
    CONSTRAINT comparison_results_confidence_level_type_check
        CHECK (confidence_level IS NULL OR typeof(confidence_level) = 'real'),
    CONSTRAINT comparison_results_confidence_low_type_check
        CHECK (confidence_low IS NULL OR typeof(confidence_low) = 'real'),
    CONSTRAINT comparison_results_confidence_high_type_check
        CHECK (confidence_high IS NULL OR typeof(confidence_high) = 'real'),
    CONSTRAINT comparison_results_alpha_type_check CHECK (typeof(alpha) = 'real'),
    CONSTRAINT comparison_results_winner_type_check CHECK (winner IS NULL OR typeof(winner) = 'text'),
    CONSTRAINT comparison_results_details_type_check CHECK (json_valid(details)),
    CONSTRAINT comparison_results_created_at_type_check
        CHECK (
            substr(created_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19), '+0 days') IS substr(created_at, 1, 19)
        ),
    CONSTRAINT comparison_results_kind_check CHECK (kind IN ('model', 'model_version', 'training_run', 'experiment')),
    CONSTRAINT comparison_results_b_id_check CHECK (a_id <> b_id),
    CONSTRAINT comparison_results_a_label_check CHECK (length(a_label) BETWEEN 1 AND 500),
    CONSTRAINT comparison_results_b_label_check CHECK (length(b_label) BETWEEN 1 AND 500),
    CONSTRAINT comparison_results_metric_check CHECK (length(metric) BETWEEN 1 AND 255),
    CONSTRAINT comparison_results_test_check CHECK (length(test) BETWEEN 1 AND 100),
    CONSTRAINT comparison_results_a_n_check CHECK (a_n >= 0),
    CONSTRAINT comparison_results_b_n_check CHECK (b_n >= 0),
    CONSTRAINT comparison_results_p_value_check CHECK (p_value BETWEEN 0 AND 1),
    CONSTRAINT comparison_results_adjusted_p_value_check CHECK (adjusted_p_value BETWEEN 0 AND 1),
    CONSTRAINT comparison_results_correction_check CHECK (correction IN ('none', 'holm', 'benjamini_hochberg')),
    CONSTRAINT comparison_results_confidence_level_check CHECK (confidence_level > 0 AND confidence_level < 1),
    CONSTRAINT comparison_results_confidence_high_check CHECK (confidence_low <= confidence_high),
    CONSTRAINT comparison_results_alpha_check CHECK (alpha > 0 AND alpha < 1),
    -- Null means that there is too little data to say.
    CONSTRAINT comparison_results_winner_check CHECK (winner IN ('a', 'b', 'no_difference'))
);

CREATE TABLE inference_sessions (
    -- Somebody's use of a model version, with its totals.
    id                UUID_TEXT       NOT NULL,
    model_version_id  UUID_TEXT       NOT NULL,
    user_id           UUID_TEXT,
    purpose           TEXT,
    -- Totals of its requests, brought up to date when it is closed.
    request_count     INTEGER         NOT NULL DEFAULT 0,
    error_count       INTEGER         NOT NULL DEFAULT 0,
    input_tokens      INTEGER         NOT NULL DEFAULT 0,
    output_tokens     INTEGER         NOT NULL DEFAULT 0,
    latency_ms        REAL            NOT NULL DEFAULT 0,
    cost_usd          REAL            NOT NULL DEFAULT 0,
    metadata          JSON_TEXT       NOT NULL DEFAULT '{}',
    created_at        TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    updated_at        TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    closed_at         TIMESTAMP_TEXT,
    CONSTRAINT inference_sessions_pkey PRIMARY KEY (id),
    CONSTRAINT inference_sessions_model_version_id_fkey
        FOREIGN KEY (model_version_id) REFERENCES model_versions (id) ON DELETE RESTRICT,
    CONSTRAINT inference_sessions_user_id_fkey
        FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE SET NULL,
    CONSTRAINT inference_sessions_id_type_check
        CHECK (
            id GLOB '????????-????-????-????-????????????'
            AND length(replace(id, '-', '')) = 32
            AND id NOT GLOB '*[^0-9a-f-]*'
        ),
    CONSTRAINT inference_sessions_purpose_type_check CHECK (purpose IS NULL OR typeof(purpose) = 'text'),
    CONSTRAINT inference_sessions_request_count_type_check CHECK (typeof(request_count) = 'integer'),
    CONSTRAINT inference_sessions_error_count_type_check CHECK (typeof(error_count) = 'integer'),
    CONSTRAINT inference_sessions_input_tokens_type_check CHECK (typeof(input_tokens) = 'integer'),
    CONSTRAINT inference_sessions_output_tokens_type_check CHECK (typeof(output_tokens) = 'integer'),
    CONSTRAINT inference_sessions_latency_ms_type_check CHECK (typeof(latency_ms) = 'real'),
    CONSTRAINT inference_sessions_cost_usd_type_check CHECK (typeof(cost_usd) = 'real'),
    CONSTRAINT inference_sessions_metadata_type_check CHECK (json_valid(metadata)),
    CONSTRAINT inference_sessions_created_at_type_check
        CHECK (
            substr(created_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19), '+0 days') IS substr(created_at, 1, 19)
        ),
    CONSTRAINT inference_sessions_updated_at_type_check
        CHECK (
            substr(updated_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(updated_at, 1, 19), '+0 days') IS substr(updated_at, 1, 19)
        ),
    CONSTRAINT inference_sessions_closed_at_type_check
        CHECK (
            closed_at IS NULL OR (
                substr(closed_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
                AND strftime('%Y-%m-%dT%H:%M:%S', substr(closed_at, 1, 19), '+0 days') IS substr(closed_at, 1, 19)
            )
        ),
    CONSTRAINT inference_sessions_purpose_check CHECK (length(purpose) BETWEEN 1 AND 255),
    CONSTRAINT inference_sessions_request_count_check CHECK (request_count >= 0),
    CONSTRAINT inference_sessions_error_count_check CHECK (error_count BETWEEN 0 AND request_count),
    CONSTRAINT inference_sessions_input_tokens_check CHECK (input_tokens >= 0),
    CONSTRAINT inference_sessions_output_tokens_check CHECK (output_tokens >= 0),
    CONSTRAINT inference_sessions_latency_ms_check CHECK (latency_ms BETWEEN 0 AND 1e15),
    CONSTRAINT inference_sessions_cost_usd_check CHECK (cost_usd BETWEEN 0 AND 1e15)
);

CREATE TABLE inference_requests (
    -- Requests of a session: how long, how many tokens, how they ended.
    id              INTEGER         NOT NULL,
    session_id      UUID_TEXT       NOT NULL,
    status          TEXT            NOT NULL DEFAULT 'success',
    prompt_chars    INTEGER,
    response_chars  INTEGER,
    input_tokens    INTEGER,
    output_tokens   INTEGER,
    latency_ms      REAL,
    -- US dollars, an estimate.
    cost_usd        REAL,
    error           TEXT,
    created_at      TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    CONSTRAINT inference_requests_pkey PRIMARY KEY (id),
    CONSTRAINT inference_requests_session_id_fkey
        FOREIGN KEY (session_id) REFERENCES inference_sessions (id) ON DELETE CASCADE,
    CONSTRAINT inference_requests_status_type_check CHECK (typeof(status) = 'text'),
    CONSTRAINT inference_requests_prompt_chars_type_check
        CHECK (prompt_chars IS NULL OR typeof(prompt_chars) = 'integer'),
    CONSTRAINT inference_requests_response_chars_type_check
        CHECK (response_chars IS NULL OR typeof(response_chars) = 'integer'),
    CONSTRAINT inference_requests_input_tokens_type_check
        CHECK (input_tokens IS NULL OR typeof(input_tokens) = 'integer'),
    CONSTRAINT inference_requests_output_tokens_type_check
        CHECK (output_tokens IS NULL OR typeof(output_tokens) = 'integer'),
    CONSTRAINT inference_requests_latency_ms_type_check CHECK (latency_ms IS NULL OR typeof(latency_ms) = 'real'),
    CONSTRAINT inference_requests_cost_usd_type_check CHECK (cost_usd IS NULL OR typeof(cost_usd) = 'real'),
    CONSTRAINT inference_requests_error_type_check CHECK (error IS NULL OR typeof(error) = 'text'),
    CONSTRAINT inference_requests_created_at_type_check
        CHECK (
            substr(created_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19), '+0 days') IS substr(created_at, 1, 19)
        ),
    CONSTRAINT inference_requests_status_check CHECK (status IN ('success', 'error')),
    CONSTRAINT inference_requests_prompt_chars_check CHECK (prompt_chars >= 0),
    CONSTRAINT inference_requests_response_chars_check CHECK (response_chars >= 0),
    CONSTRAINT inference_requests_input_tokens_check CHECK (input_tokens BETWEEN 0 AND 1e12),
    CONSTRAINT inference_requests_output_tokens_check CHECK (output_tokens BETWEEN 0 AND 1e12),
    CONSTRAINT inference_requests_latency_ms_check CHECK (latency_ms BETWEEN 0 AND 1e12),
    CONSTRAINT inference_requests_cost_usd_check CHECK (cost_usd BETWEEN 0 AND 1e12),
    -- An error is told exactly where the request failed.
    CONSTRAINT inference_requests_error_check CHECK ((error IS NOT NULL) = (status = 'error'))
);

CREATE TABLE generations (
    -- Texts that models generated, with scores and user ratings.
    id                UUID_TEXT       NOT NULL,
    prompt            TEXT            NOT NULL,
    response          TEXT            NOT NULL,
    model             TEXT            NOT NULL,
    model_version_id  UUID_TEXT,
    parameters        JSON_TEXT       NOT NULL DEFAULT '{}',
    quality_score     REAL,
    user_rating       INTEGER,
    created_at        TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    updated_at        TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    CONSTRAINT generations_pkey PRIMARY KEY (id),
    CONSTRAINT generations_model_version_id_fkey
        FOREIGN KEY (model_version_id) REFERENCES model_versions (id) ON DELETE SET NULL,
    CONSTRAINT generations_id_type_check
        CHECK (
            id GLOB '????????-????-????-????-????????????'
            AND length(replace(id, '-', '')) = 32
            AND id NOT GLOB '*[^0-9a-f-]*'
        ),
    CONSTRAINT generations_prompt_type_check CHECK (typeof(prompt) = 'text'),
    CONSTRAINT generations_response_type_check CHECK (typeof(response) = 'text'),
    CONSTRAINT generations_model_type_check CHECK (typeof(model) = 'text'),
    CONSTRAINT generations_parameters_type_check CHECK (json_valid(parameters)),
    CONSTRAINT generations_quality_score_type_check CHECK (quality_score IS NULL OR typeof(quality_score) = 'real'),
    CONSTRAINT generations_user_rating_type_check CHECK (user_rating IS NULL OR typeof(user_rating) = 'integer'),
    CONSTRAINT generations_created_at_type_check
        CHECK (
            substr(created_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19), '+0 days') IS substr(created_at, 1, 19)
        ),
    CONSTRAINT generations_updated_at_type_check
        CHECK (
            substr(updated_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(updated_at, 1, 19), '+0 days') IS substr(updated_at, 1, 19)
        ),
    CONSTRAINT generations_model_check CHECK (length(model) BETWEEN 1 AND 255),
    CONSTRAINT generations_user_rating_check CHECK (user_rating BETWEEN 1 AND 5)
);

CREATE TABLE predictions (
    -- Predictions that were served, or that failed.
    id                  INTEGER         NOT NULL,
    -- One prediction of a request; logged twice it is an error.
    request_id          TEXT            NOT NULL,
    batch_id            TEXT,
    -- Null where the version that answered is not registered here.
    model_version_id    UUID_TEXT,
    model_version       TEXT            NOT NULL,
    model_stage         TEXT            NOT NULL,
    input_features      JSON_TEXT       NOT NULL,
    prediction          REAL,
    confidence_score    REAL,
    confidence_low      REAL,
    confidence_high     REAL,
    processing_time_ms  REAL,
    status              TEXT            NOT NULL DEFAULT 'success',
    error_message       TEXT,
    user_agent          TEXT,
    ip_address          TEXT,
    created_at          TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    CONSTRAINT predictions_pkey PRIMARY KEY (id),
    -- Serves predictions.get_by_request too.
    CONSTRAINT predictions_request_id_key UNIQUE (request_id),
    CONSTRAINT predictions_model_version_id_fkey
        FOREIGN KEY (model_version_id) REFERENCES model_versions (id) ON DELETE RESTRICT,
    CONSTRAINT predictions_request_id_type_check CHECK (typeof(request_id) = 'text'),
    CONSTRAINT predictions_batch_id_type_check CHECK (batch_id IS NULL OR typeof(batch_id) = 'text'),
    CONSTRAINT predictions_model_version_type_check CHECK (typeof(model_version) = 'text'),
    CONSTRAINT predictions_model_stage_type_check CHECK (typeof(model_stage) = 'text'),
    CONSTRAINT predictions_input_features_type_check CHECK (json_valid(input_features)),
    CONSTRAINT predictions_prediction_type_check CHECK (prediction IS NULL OR typeof(prediction) = 'real'),
    CONSTRAINT predictions_confidence_score_type_check
        CHECK (confidence_score IS NULL OR typeof(confidence_score) = 'real'),
    CONSTRAINT predictions_confidence_low_type_check CHECK (confidence_low IS NULL OR typeof(confidence_low) = 'real'),
    CONSTRAINT predictions_confidence_high_type_check
        CHECK (confidence_high IS NULL OR typeof(confidence_high) = 'real'),
    CONSTRAINT predictions_processing_time_ms_type_check
        CHECK (processing_time_ms IS NULL OR typeof(processing_time_ms) = 'real'),
    CONSTRAINT predictions_status_type_check CHECK (typeof(status) = 'text'),
    CONSTRAINT predictions_error_message_type_check CHECK (error_message IS NULL OR typeof(error_message) = 'text'),
    CONSTRAINT predictions_user_agent_type_check CHECK (user_agent IS NULL OR typeof(user_agent) = 'text'),
    CONSTRAINT predictions_ip_address_type_check CHECK (ip_address IS NULL OR typeof(ip_address) = 'text'),
    CONSTRAINT predictions_created_at_type_check
        CHECK (
            substr(created_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19), '+0 days') IS substr(created_at, 1, 19)
        ),
    CONSTRAINT predictions_request_id_check CHECK (length(request_id) BETWEEN 1 AND 255),
    CONSTRAINT predictions_batch_id_check CHECK (length(batch_id) BETWEEN 1 AND 255),
    CONSTRAINT predictions_model_version_check CHECK (length(model_version) BETWEEN 1 AND 255),
    CONSTRAINT predictions_model_stage_check
        CHECK (model_stage IN ('production', 'staging', 'development', 'archived')),
    CONSTRAINT predictions_confidence_score_check CHECK (confidence_score BETWEEN 0 AND 1),
    CONSTRAINT predictions_confidence_high_check CHECK (confidence_low <= confidence_high),
    CONSTRAINT predictions_processing_time_ms_check CHECK (processing_time_ms BETWEEN 0 AND 1e12),
    CONSTRAINT predictions_status_check CHECK (status IN ('success', 'error')),
    -- A success has a prediction, an error a message.
    CONSTRAINT predictions_prediction_check CHECK (status = 'error' OR prediction IS NOT NULL),
    CONSTRAINT predictions_error_message_check CHECK ((error_message IS NOT NULL) = (status = 'error'))
);

CREATE TABLE jobs (
    -- Work to do, being done, and done.
    id                UUID_TEXT       NOT NULL,
    queue             TEXT            NOT NULL DEFAULT 'default',
    job_type          TEXT            NOT NULL,
    payload           JSON_TEXT       NOT NULL DEFAULT '{}',
    -- The larger is taken first.
    priority          INTEGER         NOT NULL DEFAULT 0,
    state             TEXT            NOT NULL DEFAULT 'available',
    -- Not before.
    run_at            TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    -- Which try this is: 0 before the first. Together with worker_id it fences who may finish the job.
    attempt           INTEGER         NOT NULL DEFAULT 0,
    max_attempts      INTEGER         NOT NULL DEFAULT 5,
    timeout_seconds   REAL,
    -- Until when the worker has the job; a heartbeat moves it on.
    lease_expires_at  TIMESTAMP_TEXT,
    worker_id         TEXT,
    -- At most one job in one of its unique_states has the same.
    unique_key        TEXT,
    unique_states     TEXT            NOT NULL DEFAULT 'available,running',
    result            JSON_TEXT,
    error             TEXT,
    started_at        TIMESTAMP_TEXT,
    completed_at      TIMESTAMP_TEXT,
    created_at        TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    updated_at        TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    CONSTRAINT jobs_pkey PRIMARY KEY (id),
    CONSTRAINT jobs_id_type_check
        CHECK (
            id GLOB '????????-????-????-????-????????????'
            AND length(replace(id, '-', '')) = 32
            AND id NOT GLOB '*[^0-9a-f-]*'
        ),
    CONSTRAINT jobs_queue_type_check CHECK (typeof(queue) = 'text'),
    CONSTRAINT jobs_job_type_type_check CHECK (typeof(job_type) = 'text'),
    CONSTRAINT jobs_payload_type_check CHECK (json_valid(payload)),
    CONSTRAINT jobs_priority_type_check CHECK (typeof(priority) = 'integer'),
    CONSTRAINT jobs_state_type_check CHECK (typeof(state) = 'text'),
    CONSTRAINT jobs_run_at_type_check
        CHECK (
            substr(run_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(run_at, 1, 19), '+0 days') IS substr(run_at, 1, 19)
        ),
    CONSTRAINT jobs_attempt_type_check CHECK (typeof(attempt) = 'integer'),
    CONSTRAINT jobs_max_attempts_type_check CHECK (typeof(max_attempts) = 'integer'),
    CONSTRAINT jobs_timeout_seconds_type_check CHECK (timeout_seconds IS NULL OR typeof(timeout_seconds) = 'real'),
    CONSTRAINT jobs_lease_expires_at_type_check
        CHECK (
            lease_expires_at IS NULL OR (
                substr(lease_expires_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
                AND strftime('%Y-%m-%dT%H:%M:%S', substr(lease_expires_at, 1, 19), '+0 days')
                IS substr(lease_expires_at, 1, 19)
            )
        ),
    CONSTRAINT jobs_worker_id_type_check CHECK (worker_id IS NULL OR typeof(worker_id) = 'text'),
    CONSTRAINT jobs_unique_key_type_check CHECK (unique_key IS NULL OR typeof(unique_key) = 'text'),
    CONSTRAINT jobs_unique_states_type_check CHECK (typeof(unique_states) = 'text'),
    CONSTRAINT jobs_result_type_check CHECK (result IS NULL OR json_valid(result)),
    CONSTRAINT jobs_error_type_check CHECK (error IS NULL OR typeof(error) = 'text'),
    CONSTRAINT jobs_started_at_type_check
        CHECK (
            started_at IS NULL OR (
                substr(started_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
                AND strftime('%Y-%m-%dT%H:%M:%S', substr(started_at, 1, 19), '+0 days') IS substr(started_at, 1, 19)
            )
        ),
    CONSTRAINT jobs_completed_at_type_check
        CHECK (
            completed_at IS NULL OR (
                substr(completed_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
                AND strftime('%Y-%m-%dT%H:%M:%S', substr(completed_at, 1, 19), '+0 days') IS substr(completed_at, 1, 19)
            )
        ),
    CONSTRAINT jobs_created_at_type_check
        CHECK (
            substr(created_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19), '+0 days') IS substr(created_at, 1, 19)
        ),
    CONSTRAINT jobs_updated_at_type_check
        CHECK (
            substr(updated_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(updated_at, 1, 19), '+0 days') IS substr(updated_at, 1, 19)
        ),
    CONSTRAINT jobs_queue_check CHECK (length(queue) BETWEEN 1 AND 100),
    CONSTRAINT jobs_job_type_length_check CHECK (length(job_type) BETWEEN 1 AND 100),
    CONSTRAINT jobs_priority_check CHECK (priority BETWEEN 0 AND 32767),
    CONSTRAINT jobs_state_check CHECK (state IN ('available', 'running', 'completed', 'cancelled', 'dead')),
    CONSTRAINT jobs_attempt_check CHECK (attempt >= 0),
    -- Without an upper end, so that jobs.retry can always add one.
    CONSTRAINT jobs_max_attempts_check CHECK (max_attempts >= 1),
    CONSTRAINT jobs_timeout_seconds_check CHECK (timeout_seconds > 0 AND timeout_seconds <= 1e9),
    -- A job has a lease and a worker exactly while it runs.
    CONSTRAINT jobs_lease_expires_at_check CHECK ((lease_expires_at IS NOT NULL) = (state = 'running')),
    CONSTRAINT jobs_worker_id_check CHECK (worker_id IS NOT NULL OR state <> 'running'),
    CONSTRAINT jobs_unique_key_check CHECK (length(unique_key) BETWEEN 1 AND 255),
    CONSTRAINT jobs_unique_states_check
        CHECK (
            unique_states IN (
                'available,running',
                'available,running,cancelled',
                'available,running,completed',
                'available,running,dead',
                'available,running,cancelled,dead',
                'available,running,completed,cancelled',
                'available,running,completed,dead',
                'available,running,completed,cancelled,dead'
            )
        ),
    -- A job is over exactly when it has an end.
    CONSTRAINT jobs_completed_at_check
        CHECK ((completed_at IS NOT NULL) = (state IN ('completed', 'cancelled', 'dead')))
);

CREATE TABLE job_queues (
    -- Queues that were named or paused; a queue needs no row here to have jobs.
    name        TEXT            NOT NULL,
    paused_at   TIMESTAMP_TEXT,
    created_at  TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    updated_at  TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    -- Serves job_queues.list, and jobs.claim: a paused queue gives no jobs.
    CONSTRAINT job_queues_pkey PRIMARY KEY (name),
    CONSTRAINT job_queues_name_type_check CHECK (typeof(name) = 'text'),
    CONSTRAINT job_queues_paused_at_type_check
        CHECK (
            paused_at IS NULL OR (
                substr(paused_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
                AND strftime('%Y-%m-%dT%H:%M:%S', substr(paused_at, 1, 19), '+0 days') IS substr(paused_at, 1, 19)
            )
        ),
    CONSTRAINT job_queues_created_at_type_check
        CHECK (
            substr(created_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19), '+0 days') IS substr(created_at, 1, 19)
        ),
    CONSTRAINT job_queues_updated_at_type_check
        CHECK (
            substr(updated_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(updated_at, 1, 19), '+0 days') IS substr(updated_at, 1, 19)
        ),
    CONSTRAINT job_queues_name_check CHECK (length(name) BETWEEN 1 AND 100)
) WITHOUT ROWID;

CREATE TABLE job_schedules (
    -- Jobs that are enqueued again and again, by a cron expression.
    name             TEXT             NOT NULL,
    cron             TEXT             NOT NULL,
    timezone         TEXT             NOT NULL DEFAULT 'UTC',
    queue            TEXT             NOT NULL DEFAULT 'default',
    job_type         TEXT             NOT NULL,
    payload          JSON_TEXT        NOT NULL DEFAULT '{}',
    priority         INTEGER          NOT NULL DEFAULT 0,
    max_attempts     INTEGER          NOT NULL DEFAULT 5,
    timeout_seconds  REAL,
    -- Each job that it makes has it: while one waits or runs, no other is made.
    unique_key       TEXT,
    enabled          BOOLEAN_INTEGER  NOT NULL DEFAULT true,
    next_run_at      TIMESTAMP_TEXT,
    last_run_at      TIMESTAMP_TEXT,
    created_at       TIMESTAMP_TEXT   NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    updated_at       TIMESTAMP_TEXT   NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    CONSTRAINT job_schedules_pkey PRIMARY KEY (name),
    CONSTRAINT job_schedules_name_type_check CHECK (typeof(name) = 'text'),
    CONSTRAINT job_schedules_cron_type_check CHECK (typeof(cron) = 'text'),
    CONSTRAINT job_schedules_timezone_type_check CHECK (typeof(timezone) = 'text'),
    CONSTRAINT job_schedules_queue_type_check CHECK (typeof(queue) = 'text'),
    CONSTRAINT job_schedules_job_type_type_check CHECK (typeof(job_type) = 'text'),
    CONSTRAINT job_schedules_payload_type_check CHECK (json_valid(payload)),
    CONSTRAINT job_schedules_priority_type_check CHECK (typeof(priority) = 'integer'),
    CONSTRAINT job_schedules_max_attempts_type_check CHECK (typeof(max_attempts) = 'integer'),
    CONSTRAINT job_schedules_timeout_seconds_type_check
        CHECK (timeout_seconds IS NULL OR typeof(timeout_seconds) = 'real'),
    CONSTRAINT job_schedules_unique_key_type_check CHECK (unique_key IS NULL OR typeof(unique_key) = 'text'),
    CONSTRAINT job_schedules_enabled_type_check CHECK (enabled IN (0, 1)),
    CONSTRAINT job_schedules_next_run_at_type_check
        CHECK (
            next_run_at IS NULL OR (
                substr(next_run_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
                AND strftime('%Y-%m-%dT%H:%M:%S', substr(next_run_at, 1, 19), '+0 days') IS substr(next_run_at, 1, 19)
            )
        ),
    CONSTRAINT job_schedules_last_run_at_type_check
        CHECK (
            last_run_at IS NULL OR (
                substr(last_run_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
                AND strftime('%Y-%m-%dT%H:%M:%S', substr(last_run_at, 1, 19), '+0 days') IS substr(last_run_at, 1, 19)
            )
        ),
    CONSTRAINT job_schedules_created_at_type_check
        CHECK (
            substr(created_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(created_at, 1, 19), '+0 days') IS substr(created_at, 1, 19)
        ),
    CONSTRAINT job_schedules_updated_at_type_check
        CHECK (
            substr(updated_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(updated_at, 1, 19), '+0 days') IS substr(updated_at, 1, 19)
        ),
    CONSTRAINT job_schedules_name_check CHECK (length(name) BETWEEN 1 AND 100),
    CONSTRAINT job_schedules_cron_check CHECK (length(cron) BETWEEN 1 AND 255),
    CONSTRAINT job_schedules_timezone_check CHECK (length(timezone) BETWEEN 1 AND 100),
    CONSTRAINT job_schedules_queue_check CHECK (length(queue) BETWEEN 1 AND 100),
    CONSTRAINT job_schedules_job_type_length_check CHECK (length(job_type) BETWEEN 1 AND 100),
    CONSTRAINT job_schedules_priority_check CHECK (priority BETWEEN 0 AND 32767),
    CONSTRAINT job_schedules_max_attempts_check CHECK (max_attempts BETWEEN 1 AND 1000),
    CONSTRAINT job_schedules_timeout_seconds_check CHECK (timeout_seconds > 0 AND timeout_seconds <= 1e9),
    CONSTRAINT job_schedules_unique_key_check CHECK (length(unique_key) BETWEEN 1 AND 255)
);

CREATE TABLE workers (
    -- Processes that do jobs, and when each was last heard of.
    worker_id          TEXT            NOT NULL,
    address            TEXT            NOT NULL,
    status             TEXT            NOT NULL DEFAULT 'active',
    -- How many jobs at a time.
    capacity           INTEGER         NOT NULL DEFAULT 1,
    current_tasks      INTEGER         NOT NULL DEFAULT 0,
    completed_tasks    INTEGER         NOT NULL DEFAULT 0,
    failed_tasks       INTEGER         NOT NULL DEFAULT 0,
    tags               JSON_TEXT       NOT NULL DEFAULT '[]',
    metadata           JSON_TEXT       NOT NULL DEFAULT '{}',
    registered_at      TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    last_heartbeat_at  TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    updated_at         TIMESTAMP_TEXT  NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')),
    CONSTRAINT workers_pkey PRIMARY KEY (worker_id),
    CONSTRAINT workers_worker_id_type_check CHECK (typeof(worker_id) = 'text'),
    CONSTRAINT workers_address_type_check CHECK (typeof(address) = 'text'),
    CONSTRAINT workers_status_type_check CHECK (typeof(status) = 'text'),
    CONSTRAINT workers_capacity_type_check CHECK (typeof(capacity) = 'integer'),
    CONSTRAINT workers_current_tasks_type_check CHECK (typeof(current_tasks) = 'integer'),
    CONSTRAINT workers_completed_tasks_type_check CHECK (typeof(completed_tasks) = 'integer'),
    CONSTRAINT workers_failed_tasks_type_check CHECK (typeof(failed_tasks) = 'integer'),
    CONSTRAINT workers_tags_type_check CHECK (json_valid(tags)),
    CONSTRAINT workers_metadata_type_check CHECK (json_valid(metadata)),
    CONSTRAINT workers_registered_at_type_check
        CHECK (
            substr(registered_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(registered_at, 1, 19), '+0 days') IS substr(registered_at, 1, 19)
        ),
    CONSTRAINT workers_last_heartbeat_at_type_check
        CHECK (
            substr(last_heartbeat_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(last_heartbeat_at, 1, 19), '+0 days')
            IS substr(last_heartbeat_at, 1, 19)
        ),
    CONSTRAINT workers_updated_at_type_check
        CHECK (
            substr(updated_at, 20) GLOB '.[0-9][0-9][0-9][0-9][0-9][0-9]Z'
            AND strftime('%Y-%m-%dT%H:%M:%S', substr(updated_at, 1, 19), '+0 days') IS substr(updated_at, 1, 19)
        ),
    CONSTRAINT workers_worker_id_check CHECK (length(worker_id) BETWEEN 1 AND 255),
    CONSTRAINT workers_address_check CHECK (length(address) BETWEEN 1 AND 255),
    CONSTRAINT workers_status_check CHECK (status IN ('active', 'draining', 'stopped')),
    CONSTRAINT workers_capacity_check CHECK (capacity >= 1),
    CONSTRAINT workers_current_tasks_check CHECK (current_tasks >= 0),
    CONSTRAINT workers_completed_tasks_check CHECK (completed_tasks >= 0),
    CONSTRAINT workers_failed_tasks_check CHECK (failed_tasks >= 0)
);

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

CREATE TABLE model_leaderboard (
    benchmark         TEXT             NOT NULL,
    metric            TEXT             NOT NULL,
    place             INTEGER,
    model_version_id  UUID_TEXT        NOT NULL,
    model_id          UUID_TEXT,
    model             TEXT,
    version           TEXT,
    kind              TEXT,
    stage             TEXT,
    architecture      TEXT,
    parameter_count   INTEGER,
    value             REAL,
    standard_error    REAL,
    higher_is_better  BOOLEAN_INTEGER,
    measured_at       TIMESTAMP_TEXT,
    team_id           UUID_TEXT,
    -- Only here: a materialized view has a unique index instead.
    CONSTRAINT model_leaderboard_pkey PRIMARY KEY (benchmark, metric, model_version_id),
    CONSTRAINT model_leaderboard_higher_is_better_type_check CHECK (higher_is_better IN (0, 1))
) WITHOUT ROWID;

CREATE TABLE daily_usage (
    day             TIMESTAMP_TEXT  NOT NULL,
    kind            TEXT            NOT NULL,
    model           TEXT            NOT NULL,
    requests        INTEGER,
    errors          INTEGER,
    input_tokens    INTEGER,
    output_tokens   INTEGER,
    cost_usd        REAL,
    avg_latency_ms  REAL,
    p50_latency_ms  REAL,
    p95_latency_ms  REAL,
    p99_latency_ms  REAL,
    -- Only here: a materialized view has a unique index instead.
    CONSTRAINT daily_usage_pkey PRIMARY KEY (day, kind, model)
) WITHOUT ROWID;

CREATE TABLE experiment_summary (
    experiment_id         UUID_TEXT       NOT NULL,
    name                  TEXT,
    status                TEXT,
    dataset_id            UUID_TEXT,
    model_version_id      UUID_TEXT,
    runs                  INTEGER,
    completed_runs        INTEGER,
    failed_runs           INTEGER,
    evaluations           INTEGER,
    avg_score             REAL,
    max_score             REAL,
    rated_evaluations     INTEGER,
    avg_rating            REAL,
    avg_latency_ms        REAL,
    input_tokens          INTEGER,
    output_tokens         INTEGER,
    evaluations_cost_usd  REAL,
    cost_usd              REAL,
    started_at            TIMESTAMP_TEXT,
    finished_at           TIMESTAMP_TEXT,
    duration_seconds      REAL,
    created_at            TIMESTAMP_TEXT,
    team_id               UUID_TEXT,
    -- Only here: a materialized view has a unique index instead.
    CONSTRAINT experiment_summary_pkey PRIMARY KEY (experiment_id)
) WITHOUT ROWID;

CREATE TABLE dataset_usage (
    dataset_id            UUID_TEXT       NOT NULL,
    name                  TEXT,
    version               TEXT,
    domain                TEXT,
    row_count             INTEGER,
    runs                  INTEGER,
    completed_runs        INTEGER,
    failed_runs           INTEGER,
    experiments           INTEGER,
    benchmarks            INTEGER,
    avg_duration_seconds  REAL,
    best_loss             REAL,
    best_accuracy         REAL,
    first_run_at          TIMESTAMP_TEXT,
    last_run_at           TIMESTAMP_TEXT,
    team_id               UUID_TEXT,
    -- Only here: a materialized view has a unique index instead.
    CONSTRAINT dataset_usage_pkey PRIMARY KEY (dataset_id)
) WITHOUT ROWID;

CREATE TABLE run_metric_summary (
    -- Each metric of a run in one row, as of the last refresh.
    run_id            UUID_TEXT       NOT NULL,
    name              TEXT            NOT NULL,
    points            INTEGER         NOT NULL,
    nan_points        INTEGER         NOT NULL,
    first_step        INTEGER         NOT NULL,
    last_step         INTEGER         NOT NULL,
    first_value       REAL,
    last_value        REAL,
    min_value         REAL,
    min_step          INTEGER,
    max_value         REAL,
    max_step          INTEGER,
    avg_value         REAL,
    last_recorded_at  TIMESTAMP_TEXT  NOT NULL,
    -- Serves run_metric_summary.list_for_run too. No foreign key: what a deleted run had goes with the next refresh.
    CONSTRAINT run_metric_summary_pkey PRIMARY KEY (run_id, name)
) WITHOUT ROWID;

CREATE TABLE run_metric_summary_touched (
    -- The runs whose metrics have changed since the last refresh of run_metric_summary, which empties it.
    id      INTEGER    NOT NULL,
    -- Null means every run.
    run_id  UUID_TEXT,
    CONSTRAINT run_metric_summary_touched_pkey PRIMARY KEY (id)
);

CREATE TABLE evaluated_models (
    provider            TEXT,
    model               TEXT,
    model_version_id    UUID_TEXT,
    evaluations         INTEGER,
    scored_evaluations  INTEGER,
    total_score         REAL,
    rated_evaluations   INTEGER,
    total_rating        INTEGER,
    timed_evaluations   INTEGER,
    total_latency_ms    REAL,
    priced_evaluations  INTEGER,
    cost_usd            REAL,
    input_tokens        INTEGER,
    output_tokens       INTEGER,
    last_evaluated_at   TIMESTAMP_TEXT,
    team_id             UUID_TEXT
);

CREATE TABLE training_run_summary (
    run_id            UUID_TEXT       NOT NULL,
    name              TEXT,
    status            TEXT,
    dataset_id        UUID_TEXT,
    dataset           TEXT,
    architecture      TEXT,
    duration_seconds  REAL,
    started_at        TIMESTAMP_TEXT,
    finished_at       TIMESTAMP_TEXT,
    created_at        TIMESTAMP_TEXT,
    day               TIMESTAMP_TEXT,
    week              TIMESTAMP_TEXT,
    month             TIMESTAMP_TEXT,
    team_id           UUID_TEXT,
    -- Only here: a materialized view has a unique index instead.
    CONSTRAINT training_run_summary_pkey PRIMARY KEY (run_id)
) WITHOUT ROWID;

CREATE TABLE daily_resources (
    day        TIMESTAMP_TEXT  NOT NULL,
    source     TEXT            NOT NULL,
    name       TEXT            NOT NULL,
    unit       TEXT            NOT NULL,
    readings   INTEGER,
    total      REAL,
    avg_value  REAL,
    min_value  REAL,
    max_value  REAL,
    -- Only here: a materialized view has a unique index instead.
    CONSTRAINT daily_resources_pkey PRIMARY KEY (day, source, name, unit)
) WITHOUT ROWID;

CREATE TABLE platform_overview (
    entity  TEXT     NOT NULL,
    status  TEXT     NOT NULL,
    total   INTEGER,
    -- Only here: a materialized view has a unique index instead.
    CONSTRAINT platform_overview_pkey PRIMARY KEY (entity, status)
) WITHOUT ROWID;

CREATE TABLE recent_activity (
    at         TIMESTAMP_TEXT,
    entity     TEXT            NOT NULL,
    entity_id  UUID_TEXT       NOT NULL,
    name       TEXT,
    status     TEXT,
    team_id    UUID_TEXT,
    -- Only here: a materialized view has a unique index instead.
    CONSTRAINT recent_activity_pkey PRIMARY KEY (entity, entity_id)
) WITHOUT ROWID;

CREATE TABLE corpus_passages (
    -- What is searched: corpus_texts cut into passages of about a thousand characters, kept in step by triggers.
    id              INTEGER  NOT NULL,
    corpus_text_id  INTEGER  NOT NULL,
    -- Of the passage in its text, from 0.
    position        INTEGER  NOT NULL,
    title           TEXT,
    content         TEXT     NOT NULL,
    CONSTRAINT corpus_passages_pkey PRIMARY KEY (id),
    -- Serves the foreign key too.
    CONSTRAINT corpus_passages_corpus_text_id_position_key UNIQUE (corpus_text_id, position),
    CONSTRAINT corpus_passages_corpus_text_id_fkey
        FOREIGN KEY (corpus_text_id) REFERENCES corpus_texts (id) ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT corpus_passages_position_type_check CHECK (typeof(position) = 'integer'),
    CONSTRAINT corpus_passages_title_type_check CHECK (title IS NULL OR typeof(title) = 'text'),
    CONSTRAINT corpus_passages_content_type_check CHECK (typeof(content) = 'text'),
    CONSTRAINT corpus_passages_position_check CHECK (position >= 0)
);

CREATE VIRTUAL TABLE corpus_passages_search USING fts5 (
    title,
    content,
    content = 'corpus_passages',
    content_rowid = 'id',
    tokenize = 'porter unicode61 remove_diacritics 0 categories ''L* N* M*'''
);

CREATE TABLE evaluation_documents (
    -- The numbers by which the full-text index knows the evaluations, kept in step by triggers.
    id             INTEGER    NOT NULL,
    evaluation_id  UUID_TEXT  NOT NULL,
    -- A word for each key of the metadata that has a plain value; what it is made of says evaluation_labels.
    labels         TEXT       NOT NULL,
    -- Only here: as the table.
    CONSTRAINT evaluation_documents_pkey PRIMARY KEY (id),
    -- Only here: as the table.
    CONSTRAINT evaluation_documents_evaluation_id_key UNIQUE (evaluation_id),
    -- Only here: as the table. A trigger deletes it before its evaluation; REPLACE, which no trigger sees, is refused.
    CONSTRAINT evaluation_documents_evaluation_id_fkey
        FOREIGN KEY (evaluation_id) REFERENCES evaluations (id) ON DELETE RESTRICT ON UPDATE CASCADE,
    CONSTRAINT evaluation_documents_labels_type_check CHECK (typeof(labels) = 'text')
);

CREATE VIRTUAL TABLE evaluations_search USING fts5 (
    input,
    output,
    human_feedback,
    labels,
    content = 'evaluation_contents',
    content_rowid = 'id',
    tokenize = 'porter unicode61 remove_diacritics 0 categories ''L* N* M*'''
);

CREATE TABLE audited_tables (
    -- Every table of the schema, those of one engine too: how the audit log calls its rows, or why they are not audited.
    table_name   TEXT             NOT NULL,
    audited      BOOLEAN_INTEGER  NOT NULL,
    -- As the log calls its rows.
    entity_type  TEXT,
    -- Why it is not audited.
    reason       TEXT,
    CONSTRAINT audited_tables_pkey PRIMARY KEY (table_name),
    CONSTRAINT audited_tables_table_name_type_check CHECK (typeof(table_name) = 'text'),
    CONSTRAINT audited_tables_audited_type_check CHECK (audited IN (0, 1)),
    CONSTRAINT audited_tables_entity_type_type_check CHECK (entity_type IS NULL OR typeof(entity_type) = 'text'),
    CONSTRAINT audited_tables_reason_type_check CHECK (reason IS NULL OR typeof(reason) = 'text'),
    CONSTRAINT audited_tables_audited_check CHECK (audited = (entity_type IS NOT NULL) AND audited = (reason IS NULL))
) WITHOUT ROWID;

CREATE TABLE audit_context (
    -- Who acts in the transaction that is open: written at its beginning, deleted at its end, so that no other sees it.
    id          INTEGER    NOT NULL DEFAULT 1,
    actor_id    UUID_TEXT,
    actor       TEXT,
    ip_address  TEXT,
    user_agent  TEXT,
    -- Only here: as the table.
    CONSTRAINT audit_context_pkey PRIMARY KEY (id),
    CONSTRAINT audit_context_actor_id_type_check
        CHECK (
            actor_id IS NULL OR (
                actor_id GLOB '????????-????-????-????-????????????'
                AND length(replace(actor_id, '-', '')) = 32
                AND actor_id NOT GLOB '*[^0-9a-f-]*'
            )
        ),
    CONSTRAINT audit_context_actor_type_check CHECK (actor IS NULL OR typeof(actor) = 'text'),
    CONSTRAINT audit_context_ip_address_type_check CHECK (ip_address IS NULL OR typeof(ip_address) = 'text'),
    CONSTRAINT audit_context_user_agent_type_check CHECK (user_agent IS NULL OR typeof(user_agent) = 'text'),
    -- Only here: as the table.
    CONSTRAINT audit_context_id_check CHECK (id = 1)
);

CREATE TABLE audit_conflicts (
    -- That an insert meets a row which is there; where the insert is done all the same, that row was replaced.
    table_name  TEXT  NOT NULL,
    -- Only here: as the table.
    CONSTRAINT audit_conflicts_pkey PRIMARY KEY (table_name),
    CONSTRAINT audit_conflicts_table_name_type_check CHECK (typeof(table_name) = 'text')
) WITHOUT ROWID;

CREATE INDEX users_created_at_idx
ON users (created_at DESC, id DESC);

CREATE INDEX team_members_user_id_idx
ON team_members (user_id, team_id);

CREATE INDEX one_time_tokens_user_id_idx
ON one_time_tokens (user_id);

CREATE INDEX one_time_tokens_expires_at_idx
ON one_time_tokens (expires_at);

CREATE INDEX login_attempts_email_idx
ON login_attempts (email, attempted_at DESC);

CREATE INDEX login_attempts_ip_address_idx
ON login_attempts (ip_address, attempted_at DESC);

CREATE INDEX login_attempts_attempted_at_idx
ON login_attempts (attempted_at);

CREATE INDEX erasures_subject_id_idx
ON erasures (subject_id);

CREATE INDEX erasures_erased_by_idx
ON erasures (erased_by)
WHERE erased_by IS NOT NULL;

CREATE INDEX erasures_created_at_idx
ON erasures (created_at DESC, id DESC);

CREATE INDEX sessions_user_id_idx
ON sessions (user_id, created_at DESC, id DESC);

CREATE INDEX sessions_expires_at_idx
ON sessions (expires_at);

CREATE INDEX api_keys_user_id_idx
ON api_keys (user_id, created_at DESC, id DESC);

CREATE INDEX audit_logs_actor_id_idx
ON audit_logs (actor_id, id DESC);

CREATE INDEX audit_logs_entity_idx
ON audit_logs (entity_type, entity_id, id DESC);

CREATE INDEX audit_logs_created_at_idx
ON audit_logs (created_at);

CREATE INDEX datasets_created_at_idx
ON datasets (created_at DESC, id DESC);

CREATE INDEX datasets_digest_idx
ON datasets (digest, created_at DESC, id DESC);

CREATE INDEX datasets_created_by_idx
ON datasets (created_by)
WHERE created_by IS NOT NULL;

CREATE INDEX datasets_team_id_idx
ON datasets (team_id, created_at DESC, id DESC)
WHERE team_id IS NOT NULL;

CREATE INDEX corpus_texts_split_id_idx
ON corpus_texts (split_id, id);

CREATE INDEX corpus_texts_source_idx
ON corpus_texts (source, id);

CREATE INDEX markov_texts_corpus_text_id_idx
ON markov_texts (corpus_text_id);

CREATE INDEX models_created_at_idx
ON models (created_at DESC, id DESC);

CREATE INDEX models_created_by_idx
ON models (created_by)
WHERE created_by IS NOT NULL;

CREATE INDEX models_team_id_idx
ON models (team_id, created_at DESC, id DESC)
WHERE team_id IS NOT NULL;

CREATE INDEX model_versions_created_at_idx
ON model_versions (created_at DESC, id DESC);

CREATE INDEX model_versions_model_id_idx
ON model_versions (model_id, created_at DESC, id DESC);

CREATE INDEX model_versions_stage_idx
ON model_versions (stage, created_at DESC, id DESC);

CREATE INDEX model_versions_status_idx
ON model_versions (status, created_at DESC, id DESC);

CREATE INDEX model_versions_digest_idx
ON model_versions (digest)
WHERE digest IS NOT NULL;

CREATE INDEX model_aliases_version_idx
ON model_aliases (model_id, model_version_id);

CREATE INDEX model_aliases_model_version_id_idx
ON model_aliases (model_version_id);

CREATE INDEX model_benchmarks_benchmark_idx
ON model_benchmarks (benchmark, metric, value DESC, id);

CREATE INDEX model_benchmarks_dataset_id_idx
ON model_benchmarks (dataset_id)
WHERE dataset_id IS NOT NULL;

CREATE INDEX model_performance_model_version_id_metric_idx
ON model_performance (model_version_id, metric, recorded_at DESC, id DESC);

CREATE INDEX model_performance_stage_idx
ON model_performance (stage, recorded_at DESC, id DESC);

CREATE INDEX neural_configs_created_at_idx
ON neural_configs (created_at DESC, id DESC);

CREATE INDEX training_runs_created_at_idx
ON training_runs (created_at DESC, id DESC);

CREATE INDEX training_runs_status_idx
ON training_runs (status, created_at DESC, id DESC);

CREATE INDEX training_runs_neural_config_id_idx
ON training_runs (neural_config_id, created_at DESC, id DESC);

CREATE INDEX training_runs_dataset_id_idx
ON training_runs (dataset_id, created_at DESC, id DESC);

CREATE INDEX training_runs_corpus_text_id_idx
ON training_runs (corpus_text_id);

CREATE INDEX training_runs_model_version_id_idx
ON training_runs (model_version_id)
WHERE model_version_id IS NOT NULL;

CREATE INDEX training_runs_parent_run_id_idx
ON training_runs (parent_run_id, created_at DESC, id DESC);

CREATE INDEX training_runs_created_by_idx
ON training_runs (created_by)
WHERE created_by IS NOT NULL;

CREATE INDEX training_runs_team_id_idx
ON training_runs (team_id, created_at DESC, id DESC)
WHERE team_id IS NOT NULL;

CREATE INDEX training_metrics_run_id_name_step_idx
ON training_metrics (run_id, name, step, id);

CREATE UNIQUE INDEX checkpoints_best_key
ON checkpoints (run_id)
WHERE is_best;

CREATE INDEX checkpoints_run_id_idx
ON checkpoints (run_id, created_at DESC, id DESC);

CREATE INDEX checkpoints_created_at_idx
ON checkpoints (created_at DESC, id DESC);

CREATE INDEX accuracy_metrics_checkpoint_id_idx
ON accuracy_metrics (checkpoint_id, id DESC);

CREATE INDEX accuracy_metrics_metric_type_idx
ON accuracy_metrics (metric_type, id DESC);

CREATE INDEX model_versions_training_run_id_idx
ON model_versions (training_run_id)
WHERE training_run_id IS NOT NULL;

CREATE INDEX experiments_created_at_idx
ON experiments (created_at DESC, id DESC);

CREATE INDEX experiments_status_idx
ON experiments (status, created_at DESC, id DESC);

CREATE INDEX experiments_dataset_id_idx
ON experiments (dataset_id, created_at DESC, id DESC);

CREATE INDEX experiments_model_version_id_idx
ON experiments (model_version_id, created_at DESC, id DESC);

CREATE INDEX experiments_created_by_idx
ON experiments (created_by)
WHERE created_by IS NOT NULL;

CREATE INDEX experiments_team_id_idx
ON experiments (team_id, created_at DESC, id DESC)
WHERE team_id IS NOT NULL;

CREATE INDEX experiment_runs_training_run_id_idx
ON experiment_runs (training_run_id);

CREATE INDEX benchmarks_created_at_idx
ON benchmarks (created_at DESC, id DESC);

CREATE INDEX benchmarks_status_idx
ON benchmarks (status, created_at DESC, id DESC);

CREATE INDEX benchmarks_provider_idx
ON benchmarks (provider, model, created_at DESC, id DESC);

CREATE INDEX benchmarks_model_version_id_idx
ON benchmarks (model_version_id)
WHERE model_version_id IS NOT NULL;

CREATE INDEX benchmarks_dataset_id_idx
ON benchmarks (dataset_id)
WHERE dataset_id IS NOT NULL;

CREATE INDEX benchmarks_created_by_idx
ON benchmarks (created_by)
WHERE created_by IS NOT NULL;

CREATE INDEX benchmarks_team_id_idx
ON benchmarks (team_id, created_at DESC, id DESC)
WHERE team_id IS NOT NULL;

CREATE INDEX evaluations_created_at_idx
ON evaluations (created_at DESC, id DESC);

CREATE INDEX evaluations_experiment_id_idx
ON evaluations (experiment_id, created_at DESC, id DESC);

CREATE INDEX evaluations_benchmark_id_idx
ON evaluations (benchmark_id, created_at DESC, id DESC);

CREATE INDEX evaluations_model_version_id_idx
ON evaluations (model_version_id, created_at DESC, id DESC);

CREATE INDEX evaluations_model_idx
ON evaluations (model, created_at DESC, id DESC);

CREATE INDEX evaluations_score_idx
ON evaluations (score, id)
WHERE score IS NOT NULL;

CREATE INDEX evaluations_human_rating_idx
ON evaluations (human_rating, id)
WHERE human_rating IS NOT NULL;

CREATE INDEX evaluations_rated_idx
ON evaluations (created_at DESC, id DESC, human_rating)
WHERE human_rating IS NOT NULL;

CREATE INDEX evaluations_latency_ms_idx
ON evaluations (latency_ms, id)
WHERE latency_ms IS NOT NULL;

CREATE INDEX evaluations_cost_usd_idx
ON evaluations (cost_usd, id)
WHERE cost_usd IS NOT NULL;

CREATE INDEX evaluations_input_digest_idx
ON evaluations (input_digest, id)
WHERE input_digest IS NOT NULL;

CREATE INDEX evaluations_created_by_idx
ON evaluations (created_by)
WHERE created_by IS NOT NULL;

CREATE INDEX evaluations_team_id_idx
ON evaluations (team_id, created_at DESC, id DESC)
WHERE team_id IS NOT NULL;

CREATE INDEX comparison_results_created_at_idx
ON comparison_results (created_at DESC, id DESC);

CREATE INDEX comparison_results_a_id_idx
ON comparison_results (a_id, created_at DESC, id DESC);

CREATE INDEX comparison_results_b_id_idx
ON comparison_results (b_id, created_at DESC, id DESC);

CREATE INDEX comparison_results_experiment_id_idx
ON comparison_results (experiment_id, created_at DESC, id DESC);

CREATE INDEX comparison_results_created_by_idx
ON comparison_results (created_by)
WHERE created_by IS NOT NULL;

CREATE INDEX inference_sessions_created_at_idx
ON inference_sessions (created_at DESC, id DESC);

CREATE INDEX inference_sessions_model_version_id_idx
ON inference_sessions (model_version_id, created_at DESC, id DESC);

CREATE INDEX inference_sessions_user_id_idx
ON inference_sessions (user_id, created_at DESC, id DESC);

CREATE INDEX inference_requests_session_id_idx
ON inference_requests (session_id, id DESC);

CREATE INDEX inference_requests_created_at_idx
ON inference_requests (created_at);

CREATE INDEX generations_created_at_idx
ON generations (created_at DESC, id DESC);

CREATE INDEX generations_model_idx
ON generations (model, created_at DESC, id DESC);

CREATE INDEX generations_model_version_id_idx
ON generations (model_version_id)
WHERE model_version_id IS NOT NULL;

CREATE INDEX predictions_created_at_idx
ON predictions (created_at DESC, id DESC);

CREATE INDEX predictions_batch_id_idx
ON predictions (batch_id, id)
WHERE batch_id IS NOT NULL;

CREATE INDEX predictions_model_version_idx
ON predictions (model_version, created_at DESC, id DESC);

CREATE INDEX predictions_model_version_id_idx
ON predictions (model_version_id)
WHERE model_version_id IS NOT NULL;

CREATE INDEX predictions_errors_idx
ON predictions (created_at DESC, id DESC)
WHERE status = 'error';

CREATE INDEX jobs_available_idx
ON jobs (queue, priority DESC, run_at, id)
WHERE state = 'available';

CREATE INDEX jobs_running_idx
ON jobs (worker_id, id)
WHERE state = 'running';

CREATE INDEX jobs_over_idx
ON jobs (state, completed_at DESC, id DESC)
WHERE completed_at IS NOT NULL;

CREATE UNIQUE INDEX jobs_unique_key_key
ON jobs (unique_key)
WHERE unique_key IS NOT NULL AND instr(unique_states, state) > 0;

CREATE INDEX jobs_created_at_idx
ON jobs (created_at DESC, id DESC)
WHERE max_attempts > 0;

CREATE INDEX job_schedules_next_run_at_idx
ON job_schedules (next_run_at, name)
WHERE enabled;

CREATE INDEX workers_last_heartbeat_at_idx
ON workers (last_heartbeat_at DESC, worker_id);

CREATE INDEX system_metrics_name_recorded_at_idx
ON system_metrics (name, recorded_at DESC, id DESC);

CREATE INDEX system_metrics_recorded_at_idx
ON system_metrics (recorded_at);

CREATE INDEX model_leaderboard_place_idx
ON model_leaderboard (benchmark, metric, place, model_version_id);

CREATE INDEX experiment_summary_created_at_idx
ON experiment_summary (created_at DESC, experiment_id DESC);

CREATE INDEX dataset_usage_runs_idx
ON dataset_usage (runs DESC, dataset_id DESC);

CREATE INDEX run_metric_summary_min_value_idx
ON run_metric_summary (name, min_value, run_id)
WHERE min_value IS NOT NULL;

CREATE INDEX run_metric_summary_max_value_idx
ON run_metric_summary (name, max_value DESC, run_id DESC)
WHERE max_value IS NOT NULL;

CREATE INDEX run_metric_summary_touched_run_id_idx
ON run_metric_summary_touched (run_id);

CREATE UNIQUE INDEX evaluated_models_key
ON evaluated_models (provider, model, model_version_id, team_id);

CREATE INDEX training_run_summary_created_at_idx
ON training_run_summary (created_at, run_id);

CREATE INDEX training_run_summary_dataset_id_idx
ON training_run_summary (dataset_id, created_at, run_id);

CREATE VIEW model_leaderboard_live AS
-- The scores of model versions, ranked within each benchmark and metric.
SELECT
    b.benchmark,
    b.metric,
    rank() OVER (
        PARTITION BY b.benchmark, b.metric
        ORDER BY CASE WHEN b.higher_is_better THEN -b.value ELSE b.value END
    ) AS place,
    b.model_version_id,
    m.id AS model_id,
    m.name AS model,
    v.version,
    m.kind,
    v.stage,
    v.architecture,
    v.parameter_count,
    b.value,
    b.standard_error,
    b.higher_is_better,
    b.updated_at AS measured_at,
    m.team_id
FROM model_benchmarks AS b
INNER JOIN model_versions AS v ON b.model_version_id = v.id
INNER JOIN models AS m ON v.model_id = m.id;

CREATE VIEW daily_usage_live AS
-- Requests, errors, tokens, cost and latency of each model by day (UTC) and kind: inference, evaluation, prediction.
WITH
calls AS (
    SELECT
        'inference' AS kind,
        m.name || ':' || v.version AS model,
        substr(r.created_at, 1, 10) || 'T00:00:00.000000Z' AS day,
        r.status = 'error' AS failed,
        r.input_tokens,
        r.output_tokens,
        r.cost_usd,
        r.latency_ms
    FROM inference_requests AS r
    INNER JOIN inference_sessions AS s ON r.session_id = s.id
    INNER JOIN model_versions AS v ON s.model_version_id = v.id
    INNER JOIN models AS m ON v.model_id = m.id
    UNION ALL
    SELECT
        'evaluation' AS kind,
        e.provider || '/' || e.model AS model,
        substr(e.created_at, 1, 10) || 'T00:00:00.000000Z' AS day,
        false AS failed,
        e.input_tokens,
        e.output_tokens,
        e.cost_usd,
        e.latency_ms
    FROM evaluations AS e
    UNION ALL
    SELECT
        'prediction' AS kind,
        p.model_version AS model,
        substr(p.created_at, 1, 10) || 'T00:00:00.000000Z' AS day,
        p.status = 'error' AS failed,
        NULL AS input_tokens,
        NULL AS output_tokens,
        NULL AS cost_usd,
        p.processing_time_ms AS latency_ms
    FROM predictions AS p
),

-- A percentile lies between two neighbours in rank, and takes from each by its nearness, as percentile_cont does.
ranked AS (
    SELECT
        day,
        kind,
        model,
        failed,
        input_tokens,
        output_tokens,
        cost_usd,
        latency_ms,
        row_number() OVER (
            PARTITION BY day, kind, model
            ORDER BY latency_ms NULLS LAST
        ) - 1 AS place,
        count(latency_ms) OVER (PARTITION BY day, kind, model) - 1 AS last
    FROM calls
)

SELECT
    day,
    kind,
    model,
    count(*) AS requests,
    count(*) FILTER (WHERE failed) AS errors,
    coalesce(sum(input_tokens), 0) AS input_tokens,
    coalesce(sum(output_tokens), 0) AS output_tokens,
    coalesce(sum(cost_usd), 0.0) AS cost_usd,
    avg(latency_ms) AS avg_latency_ms,
    sum(latency_ms * max(0.0, 1 - abs(place - 0.5 * last))) AS p50_latency_ms,
    sum(latency_ms * max(0.0, 1 - abs(place - 0.95 * last))) AS p95_latency_ms,
    sum(latency_ms * max(0.0, 1 - abs(place - 0.99 * last))) AS p99_latency_ms
FROM ranked
GROUP BY day, kind, model;

CREATE VIEW experiment_summary_live AS
-- Each experiment with its runs, evaluations, ratings, tokens and cost.
WITH
runs AS (
    SELECT
        x.experiment_id,
        count(*) AS runs,
        count(*) FILTER (WHERE r.status = 'completed') AS completed_runs,
        count(*) FILTER (WHERE r.status = 'failed') AS failed_runs
    FROM experiment_runs AS x
    INNER JOIN training_runs AS r ON x.training_run_id = r.id
    GROUP BY x.experiment_id
),

outputs AS (
    SELECT
        experiment_id,
        count(*) AS evaluations,
        avg(score) AS avg_score,
        max(score) AS max_score,
        count(human_rating) AS rated_evaluations,
        avg(human_rating) AS avg_rating,
        avg(latency_ms) AS avg_latency_ms,
        sum(input_tokens) AS input_tokens,
        sum(output_tokens) AS output_tokens,
        sum(cost_usd) AS cost_usd
    FROM evaluations
    WHERE experiment_id IS NOT NULL
    GROUP BY experiment_id
)

SELECT
    e.id AS experiment_id,
    e.name,
    e.status,
    e.dataset_id,
    e.model_version_id,
    coalesce(runs.runs, 0) AS runs,
    coalesce(runs.completed_runs, 0) AS completed_runs,
    coalesce(runs.failed_runs, 0) AS failed_runs,
    coalesce(outputs.evaluations, 0) AS evaluations,
    outputs.avg_score,
    outputs.max_score,
    coalesce(outputs.rated_evaluations, 0) AS rated_evaluations,
    outputs.avg_rating,
    outputs.avg_latency_ms,
    coalesce(outputs.input_tokens, 0) AS input_tokens,
    coalesce(outputs.output_tokens, 0) AS output_tokens,
    coalesce(outputs.cost_usd, 0.0) AS evaluations_cost_usd,
    e.cost_usd,
    e.started_at,
    e.finished_at,
    e.duration_seconds,
    e.created_at,
    e.team_id
FROM experiments AS e
LEFT JOIN runs ON e.id = runs.experiment_id
LEFT JOIN outputs ON e.id = outputs.experiment_id;

CREATE VIEW dataset_usage_live AS
-- Each dataset with the runs, experiments and benchmarks on it, and the best that came out.
WITH
runs AS (
    SELECT
        dataset_id,
        count(*) AS runs,
        count(*) FILTER (WHERE status = 'completed') AS completed_runs,
        count(*) FILTER (WHERE status = 'failed') AS failed_runs,
        avg(duration_seconds) FILTER (WHERE status = 'completed') AS avg_duration_seconds,
        min(created_at) AS first_run_at,
        max(created_at) AS last_run_at
    FROM training_runs
    WHERE dataset_id IS NOT NULL
    GROUP BY dataset_id
),

losses AS (
    SELECT
        r.dataset_id,
        min(c.loss) AS best_loss,
        max(c.accuracy) AS best_accuracy
    FROM checkpoints AS c
    INNER JOIN training_runs AS r ON c.run_id = r.id
    WHERE r.dataset_id IS NOT NULL
    GROUP BY r.dataset_id
),

trials AS (
    SELECT
        dataset_id,
        count(*) AS experiments
    FROM experiments
    WHERE dataset_id IS NOT NULL
    GROUP BY dataset_id
),

tests AS (
    SELECT
        dataset_id,
        count(*) AS benchmarks
    FROM benchmarks
    WHERE dataset_id IS NOT NULL
    GROUP BY dataset_id
)

SELECT
    d.id AS dataset_id,
    d.name,
    d.version,
    d.domain,
    d.row_count,
    coalesce(runs.runs, 0) AS runs,
    coalesce(runs.completed_runs, 0) AS completed_runs,
    coalesce(runs.failed_runs, 0) AS failed_runs,
    coalesce(trials.experiments, 0) AS experiments,
    coalesce(tests.benchmarks, 0) AS benchmarks,
    runs.avg_duration_seconds,
    losses.best_loss,
    losses.best_accuracy,
    runs.first_run_at,
    runs.last_run_at,
    d.team_id
FROM datasets AS d
LEFT JOIN runs ON d.id = runs.dataset_id
LEFT JOIN losses ON d.id = losses.dataset_id
LEFT JOIN trials ON d.id = trials.dataset_id
LEFT JOIN tests ON d.id = tests.dataset_id;

CREATE VIEW run_metric_summary_live AS
-- Each metric of a run in one row: how many points, the first, last, lowest and highest value and their steps.
SELECT
    s.run_id,
    s.name,
    s.points,
    s.nan_points,
    s.first_step,
    s.last_step,
    (
        SELECT m.value
        FROM training_metrics AS m
        WHERE
            m.run_id = s.run_id
            AND m.name = s.name
        ORDER BY m.step, m.id
        LIMIT 1
    ) AS first_value,
    (
        SELECT m.value
        FROM training_metrics AS m
        WHERE
            m.run_id = s.run_id
            AND m.name = s.name
        ORDER BY m.step DESC, m.id DESC
        LIMIT 1
    ) AS last_value,
    s.min_value,
    (
        SELECT min(m.step)
        FROM training_metrics AS m
        WHERE
            m.run_id = s.run_id
            AND m.name = s.name
            AND m.value = s.min_value
    ) AS min_step,
    s.max_value,
    (
        SELECT min(m.step)
        FROM training_metrics AS m
        WHERE
            m.run_id = s.run_id
            AND m.name = s.name
            AND m.value = s.max_value
    ) AS max_step,
    s.avg_value,
    s.last_recorded_at
FROM (
    SELECT
        run_id,
        name,
        count(*) AS points,
        count(*) - count(value) AS nan_points,
        min(step) AS first_step,
        max(step) AS last_step,
        min(value) AS min_value,
        max(value) AS max_value,
        -- Of what is neither infinite nor so large that its square is.
        avg(value) FILTER (WHERE value BETWEEN -1e100 AND 1e100) AS avg_value,
        max(recorded_at) AS last_recorded_at
    FROM training_metrics
    GROUP BY run_id, name
) AS s;

CREATE VIEW evaluated_models_live AS
-- How often each team evaluated each model and version, with sums of scores, ratings, latencies, tokens and cost.
SELECT
    e.provider,
    e.model,
    e.model_version_id,
    count(*) AS evaluations,
    count(e.score) AS scored_evaluations,
    coalesce(sum(e.score), 0.0) AS total_score,
    count(e.human_rating) AS rated_evaluations,
    coalesce(sum(e.human_rating), 0) AS total_rating,
    count(e.latency_ms) AS timed_evaluations,
    coalesce(sum(e.latency_ms), 0.0) AS total_latency_ms,
    count(e.cost_usd) AS priced_evaluations,
    coalesce(sum(e.cost_usd), 0.0) AS cost_usd,
    coalesce(sum(e.input_tokens), 0) AS input_tokens,
    coalesce(sum(e.output_tokens), 0) AS output_tokens,
    max(e.created_at) AS last_evaluated_at,
    -- One without a team is of its experiment's, else of its benchmark's.
    coalesce(e.team_id, x.team_id, b.team_id) AS team_id
FROM evaluations AS e
LEFT JOIN experiments AS x ON e.experiment_id = x.id
LEFT JOIN benchmarks AS b ON e.benchmark_id = b.id
GROUP BY e.provider, e.model, e.model_version_id, coalesce(e.team_id, x.team_id, b.team_id);

CREATE VIEW training_run_summary_live AS
-- Each run with its dataset, its architecture, and the day, week (from Monday) and month of its creation in UTC.
SELECT
    r.id AS run_id,
    r.name,
    r.status,
    r.dataset_id,
    d.name || ':' || d.version AS dataset,
    -- Of the version that came out of it, else of the one that it trained further.
    coalesce(
        (
            SELECT min(made.architecture)
            FROM model_versions AS made
            WHERE made.training_run_id = r.id
        ),
        base.architecture
    ) AS architecture,
    r.duration_seconds,
    r.started_at,
    r.finished_at,
    r.created_at,
    substr(r.created_at, 1, 10) || 'T00:00:00.000000Z' AS day,
    date(substr(r.created_at, 1, 10), '-6 days', 'weekday 1') || 'T00:00:00.000000Z' AS week,
    substr(r.created_at, 1, 7) || '-01T00:00:00.000000Z' AS month,
    r.team_id
FROM training_runs AS r
LEFT JOIN datasets AS d ON r.dataset_id = d.id
LEFT JOIN model_versions AS base ON r.model_version_id = base.id;

CREATE VIEW daily_resources_live AS
-- What was used by day (UTC): system metrics, and the resources and durations of training runs that ended then.
WITH
used AS (
    SELECT
        substr(recorded_at, 1, 10) || 'T00:00:00.000000Z' AS day,
        'system' AS source,
        name,
        coalesce(unit, '') AS unit,
        value
    FROM system_metrics
    UNION ALL
    SELECT
        substr(finished_at, 1, 10) || 'T00:00:00.000000Z' AS day,
        'training' AS source,
        'duration_seconds' AS name,
        's' AS unit,
        duration_seconds AS value
    FROM training_runs
    WHERE duration_seconds IS NOT NULL
    UNION ALL
    SELECT
        substr(r.finished_at, 1, 10) || 'T00:00:00.000000Z' AS day,
        'training' AS source,
        used."key" AS name,
        '' AS unit,
        CAST(used.value AS REAL) AS value
    FROM training_runs AS r
    CROSS JOIN json_each(CASE WHEN json_type(r.resources) = 'object' THEN r.resources ELSE '{}' END) AS used
    WHERE
        r.finished_at IS NOT NULL
        AND used.type IN ('integer', 'real')
        AND length(used."key") <= 255
)

SELECT
    day,
    source,
    name,
    unit,
    count(value) AS readings,
    -- Of what is neither infinite nor so large that its square is.
    sum(value) FILTER (WHERE value BETWEEN -1e100 AND 1e100) AS total,
    avg(value) FILTER (WHERE value BETWEEN -1e100 AND 1e100) AS avg_value,
    min(value) AS min_value,
    max(value) AS max_value
FROM used
GROUP BY day, source, name, unit;

CREATE VIEW platform_overview_live AS
-- How many of each entity there are, by what its status, state, stage or kind is; the empty text where it has none.
WITH counted AS (
    SELECT
        'benchmarks' AS entity,
        status,
        count(*) AS total
    FROM benchmarks
    GROUP BY status
    UNION ALL
    SELECT
        'checkpoints' AS entity,
        '' AS status,
        count(*) AS total
    FROM checkpoints
    UNION ALL
    SELECT
        'comparison_results' AS entity,
        '' AS status,
        count(*) AS total
    FROM comparison_results
    UNION ALL
    SELECT
        'corpus_texts' AS entity,
        '' AS status,
        count(*) AS total
    FROM corpus_texts
    UNION ALL
    SELECT
        'datasets' AS entity,
        '' AS status,
        count(*) AS total
    FROM datasets
    UNION ALL
    SELECT
        'evaluations' AS entity,
        CASE WHEN human_rating IS NULL THEN 'unrated' ELSE 'rated' END AS status,
        count(*) AS total
    FROM evaluations
    GROUP BY CASE WHEN human_rating IS NULL THEN 'unrated' ELSE 'rated' END
    UNION ALL
    SELECT
        'experiments' AS entity,
        status,
        count(*) AS total
    FROM experiments
    GROUP BY status
    UNION ALL
    SELECT
        'generations' AS entity,
        '' AS status,
        count(*) AS total
    FROM generations
    UNION ALL
    SELECT
        'inference_requests' AS entity,
        status,
        count(*) AS total
    FROM inference_requests
    GROUP BY status
    UNION ALL
    SELECT
        'inference_sessions' AS entity,
        CASE WHEN closed_at IS NULL THEN 'open' ELSE 'closed' END AS status,
        count(*) AS total
    FROM inference_sessions
    GROUP BY CASE WHEN closed_at IS NULL THEN 'open' ELSE 'closed' END
    UNION ALL
    SELECT
        'jobs' AS entity,
        state AS status,
        count(*) AS total
    FROM jobs
    GROUP BY state
    UNION ALL
    SELECT
        'model_versions' AS entity,
        stage AS status,
        count(*) AS total
    FROM model_versions
    GROUP BY stage
    UNION ALL
    SELECT
        'models' AS entity,
        kind AS status,
        count(*) AS total
    FROM models
    GROUP BY kind
    UNION ALL
    SELECT
        'neural_configs' AS entity,
        '' AS status,
        count(*) AS total
    FROM neural_configs
    UNION ALL
    SELECT
        'predictions' AS entity,
        status,
        count(*) AS total
    FROM predictions
    GROUP BY status
    UNION ALL
    SELECT
        'teams' AS entity,
        '' AS status,
        count(*) AS total
    FROM teams
    UNION ALL
    SELECT
        'training_runs' AS entity,
        status,
        count(*) AS total
    FROM training_runs
    GROUP BY status
    UNION ALL
    SELECT
        'users' AS entity,
        '' AS status,
        count(*) AS total
    FROM users
    UNION ALL
    SELECT
        'workers' AS entity,
        status,
        count(*) AS total
    FROM workers
    GROUP BY status
)

SELECT
    entity,
    status,
    total
FROM counted
WHERE total > 0;

CREATE VIEW recent_activity_live AS
-- The hundred things that were last begun, ended, registered or compared.
WITH
runs AS (
    SELECT
        coalesce(finished_at, started_at, created_at) AS at,
        'training_run' AS entity,
        id AS entity_id,
        name,
        status,
        team_id
    FROM training_runs
    ORDER BY coalesce(finished_at, started_at, created_at) DESC, id DESC
    LIMIT 100
),

trials AS (
    SELECT
        coalesce(finished_at, started_at, created_at) AS at,
        'experiment' AS entity,
        id AS entity_id,
        name,
        status,
        team_id
    FROM experiments
    ORDER BY coalesce(finished_at, started_at, created_at) DESC, id DESC
    LIMIT 100
),

tests AS (
    SELECT
        coalesce(completed_at, started_at, created_at) AS at,
        'benchmark' AS entity,
        id AS entity_id,
        name,
        status,
        team_id
    FROM benchmarks
    ORDER BY coalesce(completed_at, started_at, created_at) DESC, id DESC
    LIMIT 100
),

data AS (
    SELECT
        created_at AS at,
        'dataset' AS entity,
        id AS entity_id,
        name || ':' || version AS name,
        'registered' AS status,
        team_id
    FROM datasets
    ORDER BY created_at DESC, id DESC
    LIMIT 100
),

versions AS (
    SELECT
        v.created_at AS at,
        'model_version' AS entity,
        v.id AS entity_id,
        m.name || ':' || v.version AS name,
        v.stage AS status,
        m.team_id
    FROM model_versions AS v
    INNER JOIN models AS m ON v.model_id = m.id
    ORDER BY v.created_at DESC, v.id DESC
    LIMIT 100
),

comparisons AS (
    SELECT
        created_at AS at,
        'comparison' AS entity,
        id AS entity_id,
        a_label || ' / ' || b_label AS name,
        coalesce(winner, 'unknown') AS status,
        NULL AS team_id
    FROM comparison_results
    ORDER BY created_at DESC, id DESC
    LIMIT 100
),

events AS (
    SELECT
        at,
        entity,
        entity_id,
        name,
        status,
        team_id
    FROM runs
    UNION ALL
    SELECT
        at,
        entity,
        entity_id,
        name,
        status,
        team_id
    FROM trials
    UNION ALL
    SELECT
        at,
        entity,
        entity_id,
        name,
        status,
        team_id
    FROM tests
    UNION ALL
    SELECT
        at,
        entity,
        entity_id,
        name,
        status,
        team_id
    FROM data
    UNION ALL
    SELECT
        at,
        entity,
        entity_id,
        name,
        status,
        team_id
    FROM versions
    UNION ALL
    SELECT
        at,
        entity,
        entity_id,
        name,
        status,
        team_id
    FROM comparisons
)

SELECT
    at,
    entity,
    entity_id,
    name,
    status,
    team_id
FROM events
ORDER BY at DESC, entity, entity_id
LIMIT 100;

CREATE VIEW corpus_passage_cuts AS
SELECT
    corpus_text_id,
    position,
    title,
    substr(content, start + 1, stop - start) AS content
FROM (
    SELECT
        corpus_text_id,
        position,
        title,
        content,
        CASE
            WHEN position = 0 THEN 0
            ELSE begins - coalesce(200 - nullif(length(rtrim(before_begin, begin_letters)), 0), 0)
        END AS start,
        CASE
            WHEN is_last THEN length(content)
            ELSE ends - coalesce(200 - nullif(length(rtrim(before_end, end_letters)), 0), 0)
        END AS stop
    FROM (
        SELECT
            corpus_text_id,
            position,
            title,
            content,
            begins,
            ends,
            is_last,
            before_begin,
            before_end,
            replace(
                replace(
                    replace(replace(replace(replace(before_begin, ' ', ''), char(9), ''), char(10), ''), char(13), ''),
                    char(12290), ''
                ),
                char(65292), ''
            ) AS begin_letters,
            replace(
                replace(
                    replace(replace(replace(replace(before_end, ' ', ''), char(9), ''), char(10), ''), char(13), ''),
                    char(12290), ''
                ),
                char(65292), ''
            ) AS end_letters
        FROM (
            SELECT
                blocks.corpus_text_id,
                64 * blocks.block + p.key AS position,
                blocks.title,
                blocks.content,
                1000 * p.key - 100 + blocks.lead AS begins,
                1000 * p.key + 1000 + blocks.lead AS ends,
                1000 * (p.key + 1) >= blocks.rest AS is_last,
                substr(blocks.content, max(1000 * p.key - 300 + blocks.lead, 0) + 1, 200) AS before_begin,
                substr(blocks.content, 1000 * p.key + 800 + blocks.lead + 1, 200) AS before_end
            -- A position in a long UTF-8 text is found by walking there, so the text is cut into blocks of 64 passages
            -- first. DISTINCT keeps a block from being cut anew for each, and still lets through which text is meant.
            FROM (
                SELECT DISTINCT
                    t.id AS corpus_text_id,
                    t.title,
                    b.key AS block,
                    CASE WHEN b.key = 0 THEN 0 ELSE 300 END AS lead,
                    t.char_count - 64000 * b.key AS rest,
                    substr(
                        t.content,
                        max(64000 * b.key - 300, 0) + 1,
                        64000 + CASE WHEN b.key = 0 THEN 0 ELSE 300 END
                    ) AS content
                FROM corpus_texts AS t
                INNER JOIN json_each('[0' || replace(hex(zeroblob((t.char_count - 1) / 64000)), '00', ',0') || ']') AS b
                ON true
            ) AS blocks
            INNER JOIN json_each('[0' || replace(hex(zeroblob(63)), '00', ',0') || ']') AS p
            ON 1000 * p.key < blocks.rest OR (p.key = 0 AND blocks.block = 0)
        ) AS places
    ) AS windows
) AS bounds;

CREATE VIEW corpus_passage_origins AS
SELECT
    p.id AS passage_id,
    t.source,
    t.created_at
FROM corpus_texts AS t
INNER JOIN corpus_passages AS p ON t.id = p.corpus_text_id;

CREATE VIEW evaluation_contents AS
SELECT
    d.id,
    substr(e.input, 1, 50000) AS input,
    substr(e.output, 1, 50000) AS output,
    substr(e.human_feedback, 1, 50000) AS human_feedback,
    d.labels
FROM evaluation_documents AS d
INNER JOIN evaluations AS e ON d.evaluation_id = e.id;

CREATE VIEW evaluation_labels AS
SELECT
    e.id AS evaluation_id,
    (
        SELECT
            coalesce(
                group_concat(
                    CASE m.type
                        WHEN 'text' THEN 't'
                        WHEN 'true' THEN 'y'
                        WHEN 'false' THEN 'n'
                        WHEN 'null' THEN 'z'
                        ELSE 'd'
                    END
                    || hex(substr(m.key, 1, 100))
                    || 'x'
                    || CASE
                        WHEN m.type = 'text' THEN hex(substr(m.atom, 1, 100))
                        WHEN m.type NOT IN ('integer', 'real') THEN ''
                        WHEN abs(CAST(m.atom AS REAL)) < 1e6
                            THEN hex(CAST(CAST(m.atom AS REAL) * 1e6 + 0.3183098861837907 AS INTEGER))
                        WHEN abs(CAST(m.atom AS REAL)) < 1e15
                            THEN hex(CAST(CAST(m.atom AS REAL) + 0.3183098861837907 AS INTEGER))
                        ELSE hex('big')
                    END,
                    ' '
                ),
                ''
            )
        FROM json_each(e.metadata) AS m
        WHERE
            m.type NOT IN ('object', 'array')
            AND typeof(m.key) = 'text'
    ) AS labels
FROM evaluations AS e;

CREATE VIEW audit_actor AS
SELECT
    c.actor_id,
    CASE
        WHEN c.actor_id IS NULL AND c.actor IS NULL THEN 'database'
        ELSE c.actor
    END AS actor,
    c.ip_address,
    c.user_agent
FROM (SELECT 1 AS id) AS one
LEFT JOIN audit_context AS c ON one.id = c.id;

CREATE VIEW entity_owners AS
-- Who made an entity, or whose it is, and its team; a team has a row for each of its owners.
SELECT
    'datasets' AS entity_type,
    t.id AS entity_id,
    t.created_by AS user_id,
    t.team_id
FROM datasets AS t
UNION ALL
SELECT
    'models' AS entity_type,
    t.id AS entity_id,
    t.created_by AS user_id,
    t.team_id
FROM models AS t
UNION ALL
SELECT
    'training_runs' AS entity_type,
    t.id AS entity_id,
    t.created_by AS user_id,
    t.team_id
FROM training_runs AS t
UNION ALL
SELECT
    'experiments' AS entity_type,
    t.id AS entity_id,
    t.created_by AS user_id,
    t.team_id
FROM experiments AS t
UNION ALL
SELECT
    'benchmarks' AS entity_type,
    t.id AS entity_id,
    t.created_by AS user_id,
    t.team_id
FROM benchmarks AS t
UNION ALL
SELECT
    'evaluations' AS entity_type,
    t.id AS entity_id,
    t.created_by AS user_id,
    coalesce(t.team_id, x.team_id, b.team_id) AS team_id
FROM evaluations AS t
LEFT JOIN experiments AS x ON t.experiment_id = x.id
LEFT JOIN benchmarks AS b ON t.benchmark_id = b.id
UNION ALL
SELECT
    'comparison_results' AS entity_type,
    t.id AS entity_id,
    t.created_by AS user_id,
    x.team_id
FROM comparison_results AS t
LEFT JOIN experiments AS x ON t.experiment_id = x.id
UNION ALL
SELECT
    'inference_sessions' AS entity_type,
    t.id AS entity_id,
    t.user_id,
    m.team_id
FROM inference_sessions AS t
INNER JOIN model_versions AS v ON t.model_version_id = v.id
INNER JOIN models AS m ON v.model_id = m.id
UNION ALL
SELECT
    'generations' AS entity_type,
    t.id AS entity_id,
    NULL AS user_id,
    m.team_id
FROM generations AS t
LEFT JOIN model_versions AS v ON t.model_version_id = v.id
LEFT JOIN models AS m ON v.model_id = m.id
UNION ALL
SELECT
    'users' AS entity_type,
    t.id AS entity_id,
    t.id AS user_id,
    NULL AS team_id
FROM users AS t
UNION ALL
SELECT
    'sessions' AS entity_type,
    t.id AS entity_id,
    t.user_id,
    NULL AS team_id
FROM sessions AS t
UNION ALL
SELECT
    'api_keys' AS entity_type,
    t.id AS entity_id,
    t.user_id,
    NULL AS team_id
FROM api_keys AS t
UNION ALL
SELECT
    'teams' AS entity_type,
    t.id AS entity_id,
    o.user_id,
    t.id AS team_id
FROM teams AS t
LEFT JOIN team_members AS o
    ON
        t.id = o.team_id
        AND o.role = 'owner';

CREATE VIEW model_leaderboard_visible AS
SELECT
    benchmark,
    metric,
    place,
    model_version_id,
    model_id,
    model,
    version,
    kind,
    stage,
    architecture,
    parameter_count,
    value,
    standard_error,
    higher_is_better,
    measured_at,
    team_id
FROM model_leaderboard;

CREATE VIEW daily_usage_visible AS
SELECT
    day,
    kind,
    model,
    requests,
    errors,
    input_tokens,
    output_tokens,
    cost_usd,
    avg_latency_ms,
    p50_latency_ms,
    p95_latency_ms,
    p99_latency_ms
FROM daily_usage;

CREATE VIEW experiment_summary_visible AS
SELECT
    experiment_id,
    name,
    status,
    dataset_id,
    model_version_id,
    runs,
    completed_runs,
    failed_runs,
    evaluations,
    avg_score,
    max_score,
    rated_evaluations,
    avg_rating,
    avg_latency_ms,
    input_tokens,
    output_tokens,
    evaluations_cost_usd,
    cost_usd,
    started_at,
    finished_at,
    duration_seconds,
    created_at,
    team_id
FROM experiment_summary;

CREATE VIEW dataset_usage_visible AS
SELECT
    dataset_id,
    name,
    version,
    domain,
    row_count,
    runs,
    completed_runs,
    failed_runs,
    experiments,
    benchmarks,
    avg_duration_seconds,
    best_loss,
    best_accuracy,
    first_run_at,
    last_run_at,
    team_id
FROM dataset_usage;

CREATE VIEW evaluated_models_visible AS
SELECT
    provider,
    model,
    model_version_id,
    evaluations,
    scored_evaluations,
    total_score,
    rated_evaluations,
    total_rating,
    timed_evaluations,
    total_latency_ms,
    priced_evaluations,
    cost_usd,
    input_tokens,
    output_tokens,
    last_evaluated_at,
    team_id
FROM evaluated_models;

CREATE VIEW training_run_summary_visible AS
SELECT
    run_id,
    name,
    status,
    dataset_id,
    dataset,
    architecture,
    duration_seconds,
    started_at,
    finished_at,
    created_at,
    day,
    week,
    month,
    team_id
FROM training_run_summary;

CREATE VIEW recent_activity_visible AS
SELECT
    at,
    entity,
    entity_id,
    name,
    status,
    team_id
FROM recent_activity;

CREATE TRIGGER training_runs_status_path_check
BEFORE UPDATE OF status ON training_runs
FOR EACH ROW
WHEN
    old.status <> new.status
    AND NOT (
        (old.status = 'pending' AND new.status IN ('running', 'failed', 'cancelled'))
        OR (old.status = 'running' AND new.status IN ('completed', 'failed', 'cancelled'))
    )
BEGIN
    SELECT raise(ABORT, 'CHECK constraint failed: training_runs_status_path_check');
END;

CREATE TRIGGER checkpoints_move_best
BEFORE UPDATE OF is_best ON checkpoints
FOR EACH ROW
WHEN new.is_best AND NOT old.is_best
BEGIN
    UPDATE checkpoints
    SET
        is_best = false,
        updated_at = new.updated_at
    WHERE
        run_id = new.run_id
        AND is_best
        AND id <> new.id;
END;

CREATE TRIGGER experiments_status_path_check
BEFORE UPDATE OF status ON experiments
FOR EACH ROW
WHEN
    old.status <> new.status
    AND NOT (
        (old.status = 'pending' AND new.status IN ('running', 'failed', 'cancelled'))
        OR (old.status = 'running' AND new.status IN ('completed', 'failed', 'cancelled'))
    )
BEGIN
    SELECT raise(ABORT, 'CHECK constraint failed: experiments_status_path_check');
END;

CREATE TRIGGER benchmarks_status_path_check
BEFORE UPDATE OF status ON benchmarks
FOR EACH ROW
WHEN
    old.status <> new.status
    AND NOT (
        (old.status = 'pending' AND new.status IN ('running', 'completed', 'failed', 'cancelled'))
        OR (old.status = 'running' AND new.status IN ('completed', 'failed', 'cancelled'))
    )
BEGIN
    SELECT raise(ABORT, 'CHECK constraint failed: benchmarks_status_path_check');
END;

CREATE TRIGGER jobs_state_path_check
BEFORE UPDATE OF state ON jobs
FOR EACH ROW
WHEN
    old.state <> new.state
    AND NOT (
        (old.state = 'available' AND new.state IN ('running', 'cancelled'))
        OR (old.state = 'running' AND new.state IN ('available', 'completed', 'cancelled', 'dead'))
        OR (old.state IN ('cancelled', 'dead') AND new.state = 'available')
    )
BEGIN
    SELECT raise(ABORT, 'CHECK constraint failed: jobs_state_path_check');
END;

CREATE TRIGGER run_metric_summary_touch_insert
AFTER INSERT ON training_metrics
FOR EACH ROW
WHEN
    NOT EXISTS (
        SELECT 1 FROM run_metric_summary_touched
        WHERE run_id = new.run_id
    )
BEGIN
    INSERT INTO run_metric_summary_touched (run_id) VALUES (new.run_id);
END;

CREATE TRIGGER run_metric_summary_touch_update
AFTER UPDATE ON training_metrics
FOR EACH ROW
WHEN
    NOT EXISTS (
        SELECT 1 FROM run_metric_summary_touched
        WHERE run_id = new.run_id
    )
BEGIN
    INSERT INTO run_metric_summary_touched (run_id) VALUES (new.run_id);
END;

CREATE TRIGGER run_metric_summary_touch_move
AFTER UPDATE OF run_id ON training_metrics
FOR EACH ROW
WHEN
    NOT EXISTS (
        SELECT 1 FROM run_metric_summary_touched
        WHERE run_id = old.run_id
    )
BEGIN
    INSERT INTO run_metric_summary_touched (run_id) VALUES (old.run_id);
END;

CREATE TRIGGER run_metric_summary_touch_delete
AFTER DELETE ON training_metrics
FOR EACH ROW
WHEN
    NOT EXISTS (
        SELECT 1 FROM run_metric_summary_touched
        WHERE run_id = old.run_id
    )
BEGIN
    INSERT INTO run_metric_summary_touched (run_id) VALUES (old.run_id);
END;

CREATE TRIGGER corpus_passages_search_insert
AFTER INSERT ON corpus_passages
BEGIN
    INSERT INTO corpus_passages_search (rowid, title, content)
    VALUES (new.id, new.title, new.content);
END;

CREATE TRIGGER corpus_passages_search_delete
AFTER DELETE ON corpus_passages
BEGIN
    INSERT INTO corpus_passages_search (corpus_passages_search, rowid, title, content)
    VALUES ('delete', old.id, old.title, old.content);
END;

CREATE TRIGGER corpus_passages_search_update
AFTER UPDATE OF id, title, content ON corpus_passages
BEGIN
    INSERT INTO corpus_passages_search (corpus_passages_search, rowid, title, content)
    VALUES ('delete', old.id, old.title, old.content);
    INSERT INTO corpus_passages_search (rowid, title, content)
    VALUES (new.id, new.title, new.content);
END;

CREATE TRIGGER corpus_texts_cut_insert
AFTER INSERT ON corpus_texts
BEGIN
    DELETE FROM corpus_passages
    WHERE corpus_text_id = new.id;
    INSERT INTO corpus_passages (corpus_text_id, position, title, content)
    SELECT
        corpus_text_id,
        position,
        title,
        content
    FROM corpus_passage_cuts
    WHERE corpus_text_id = new.id
    ORDER BY position;
END;

CREATE TRIGGER corpus_texts_cut_update
AFTER UPDATE OF title, content ON corpus_texts
BEGIN
    DELETE FROM corpus_passages
    WHERE corpus_text_id = new.id;
    INSERT INTO corpus_passages (corpus_text_id, position, title, content)
    SELECT
        corpus_text_id,
        position,
        title,
        content
    FROM corpus_passage_cuts
    WHERE corpus_text_id = new.id
    ORDER BY position;
END;

CREATE TRIGGER corpus_texts_cut_delete
AFTER DELETE ON corpus_texts
BEGIN
    DELETE FROM corpus_passages
    WHERE corpus_text_id = old.id;
END;

CREATE TRIGGER evaluations_search_insert
AFTER INSERT ON evaluations
BEGIN
    -- Where foreign keys are off.
    SELECT raise(ABORT, 'CHECK constraint failed: evaluations_replace_check')
    FROM evaluation_documents AS d
    WHERE d.evaluation_id = new.id;
    INSERT INTO evaluation_documents (evaluation_id, labels)
    SELECT
        evaluation_id,
        labels
    FROM evaluation_labels
    WHERE evaluation_id = new.id;
    INSERT INTO evaluations_search (rowid, input, output, human_feedback, labels)
    SELECT
        d.id,
        substr(new.input, 1, 50000),
        substr(new.output, 1, 50000),
        substr(new.human_feedback, 1, 50000),
        d.labels
    FROM evaluation_documents AS d
    WHERE d.evaluation_id = new.id;
END;

CREATE TRIGGER evaluations_search_delete
BEFORE DELETE ON evaluations
BEGIN
    INSERT INTO evaluations_search (evaluations_search, rowid, input, output, human_feedback, labels)
    SELECT
        'delete',
        d.id,
        substr(old.input, 1, 50000),
        substr(old.output, 1, 50000),
        substr(old.human_feedback, 1, 50000),
        d.labels
    FROM evaluation_documents AS d
    WHERE d.evaluation_id = old.id;
    DELETE FROM evaluation_documents
    WHERE evaluation_id = old.id;
END;

CREATE TRIGGER evaluations_search_update
AFTER UPDATE OF id, input, output, human_feedback, metadata ON evaluations
WHEN
    old.id <> new.id
    OR old.input <> new.input
    OR old.output <> new.output
    OR old.human_feedback IS NOT new.human_feedback
    OR old.metadata <> new.metadata
BEGIN
    -- The foreign key does this too, where it is not left off.
    UPDATE evaluation_documents
    SET evaluation_id = new.id
    WHERE evaluation_id = old.id;
    INSERT INTO evaluations_search (evaluations_search, rowid, input, output, human_feedback, labels)
    SELECT
        'delete',
        d.id,
        substr(old.input, 1, 50000),
        substr(old.output, 1, 50000),
        substr(old.human_feedback, 1, 50000),
        d.labels
    FROM evaluation_documents AS d
    WHERE d.evaluation_id = new.id;
    UPDATE evaluation_documents
    SET
        labels = (
            SELECT l.labels
            FROM evaluation_labels AS l
            WHERE l.evaluation_id = new.id
        )
    WHERE evaluation_id = new.id;
    INSERT INTO evaluations_search (rowid, input, output, human_feedback, labels)
    SELECT
        d.id,
        substr(new.input, 1, 50000),
        substr(new.output, 1, 50000),
        substr(new.human_feedback, 1, 50000),
        d.labels
    FROM evaluation_documents AS d
    WHERE d.evaluation_id = new.id;
END;

CREATE TRIGGER audit_logs_insert_check
BEFORE INSERT ON audit_logs
WHEN
    new.position IS NOT NULL
    OR new.actor_digest IS NOT NULL
    OR new.personal_digest IS NOT NULL
    OR new.previous_hash IS NOT NULL
    OR new.hash IS NOT NULL
    OR EXISTS (
        SELECT 1 FROM audit_logs AS r
        WHERE r.id = new.id
    )
BEGIN
    SELECT raise(ABORT, 'CHECK constraint failed: audit_logs_insert_check');
END;

CREATE TRIGGER audit_logs_append_only_check
BEFORE UPDATE ON audit_logs
WHEN
    NOT (
        -- What is never changed.
        old.id IS new.id
        AND old.actor_id IS new.actor_id
        AND old.action IS new.action
        AND old.entity_type IS new.entity_type
        AND old.entity_id IS new.entity_id
        AND old.changes IS new.changes
        AND old.created_at IS new.created_at
        AND (
        -- Sealed already, or not yet.
            (
                old.position IS new.position
                AND old.actor_digest IS new.actor_digest
                AND old.personal_digest IS new.personal_digest
                AND old.previous_hash IS new.previous_hash
                AND old.hash IS new.hash
            )
            -- Sealed now.
            OR (
                old.position IS NULL
                AND new.position IS NOT NULL
                AND old.actor_salt IS new.actor_salt
                AND old.personal_salt IS new.personal_salt
                AND NOT EXISTS (
                    SELECT 1 FROM audit_logs AS r
                    WHERE r.position = new.position
                )
                AND NOT EXISTS (
                    SELECT 1 FROM audit_logs AS r
                    WHERE r.previous_hash = new.previous_hash
                )
                AND NOT EXISTS (
                    SELECT 1 FROM audit_logs AS r
                    WHERE r.hash = new.hash
                )
            )
        )
        AND (
        -- Who it was: as before, or erased.
            (
                old.actor IS new.actor
                AND old.ip_address IS new.ip_address
                AND old.user_agent IS new.user_agent
                AND old.actor_salt IS new.actor_salt
            )
            OR (
                new.actor IS NULL
                AND new.ip_address IS NULL
                AND new.user_agent IS NULL
                AND new.actor_salt IS NULL
            )
        )
        AND (
        -- A person's own fields: as before, or erased.
            (
                old.personal IS new.personal
                AND old.personal_salt IS new.personal_salt
            )
            OR (
                new.personal IS NULL
                AND new.personal_salt IS NULL
            )
        )
    )
BEGIN
    SELECT raise(ABORT, 'CHECK constraint failed: audit_logs_append_only_check');
END;

CREATE TRIGGER audit_logs_erasure_check
BEFORE UPDATE ON audit_logs
WHEN
    (
        old.actor_salt IS NOT NULL
        AND new.actor_salt IS NULL
        AND NOT EXISTS (
            SELECT 1 FROM erasures AS e
            WHERE
                e.subject_id = CASE
                    WHEN new.actor_id IS NOT NULL THEN new.actor_id
                    WHEN
                        new.entity_type = 'users'
                        AND (old.actor IN ('anonymous', 'database') OR old.actor LIKE 'database:%')
                        THEN new.entity_id
                END
        )
    )
    OR (
        old.personal_salt IS NOT NULL
        AND new.personal_salt IS NULL
        AND NOT (
            new.entity_type = 'users'
            AND EXISTS (
                SELECT 1 FROM erasures AS e
                WHERE e.subject_id = new.entity_id
            )
        )
    )
BEGIN
    SELECT raise(ABORT, 'CHECK constraint failed: audit_logs_erasure_check');
END;

CREATE TRIGGER audit_logs_delete_check
BEFORE DELETE ON audit_logs
BEGIN
    SELECT raise(ABORT, 'CHECK constraint failed: audit_logs_delete_check');
END;

CREATE TRIGGER audit_head_begin_check
BEFORE INSERT ON audit_head
WHEN
    new.position <> 0
    OR new.hash <> zeroblob(32)
    -- REPLACE would begin anew.
    OR EXISTS (SELECT 1 FROM audit_head)
BEGIN
    SELECT raise(ABORT, 'CHECK constraint failed: audit_head_begin_check');
END;

CREATE TRIGGER audit_head_forward_check
BEFORE UPDATE ON audit_head
WHEN new.position <= old.position
BEGIN
    SELECT raise(ABORT, 'CHECK constraint failed: audit_head_forward_check');
END;

CREATE TRIGGER audit_head_delete_check
BEFORE DELETE ON audit_head
BEGIN
    SELECT raise(ABORT, 'CHECK constraint failed: audit_head_delete_check');
END;

CREATE TRIGGER users_audit_conflict
BEFORE INSERT ON users
WHEN
    EXISTS (SELECT 1 FROM audit_conflicts)
    OR EXISTS (
        SELECT 1 FROM users AS r
        WHERE
            r.id = new.id
            OR r.folded_username = new.folded_username
            OR r.username = new.username
            OR r.email = new.email
    )
BEGIN
    DELETE FROM audit_conflicts;
    INSERT INTO audit_conflicts (table_name)
    SELECT 'users'
    WHERE EXISTS (
            SELECT 1 FROM users AS r
            WHERE
                r.id = new.id
                OR r.folded_username = new.folded_username
                OR r.username = new.username
                OR r.email = new.email
        );
END;

CREATE TRIGGER users_audit_replace
BEFORE UPDATE OF id, folded_username, username, email ON users
BEGIN
    SELECT raise(ABORT, 'UNIQUE constraint failed: users.id')
    FROM users AS r
    WHERE
        old.id IS NOT new.id
        AND r.id = new.id
        AND r.id <> old.id;
    SELECT raise(ABORT, 'UNIQUE constraint failed: users.folded_username')
    FROM users AS r
    WHERE
        old.folded_username IS NOT new.folded_username
        AND r.folded_username = new.folded_username
        AND r.id <> old.id;
    SELECT raise(ABORT, 'UNIQUE constraint failed: users.username')
    FROM users AS r
    WHERE
        old.username IS NOT new.username
        AND r.username = new.username
        AND r.id <> old.id;
    SELECT raise(ABORT, 'UNIQUE constraint failed: users.email')
    FROM users AS r
    WHERE
        old.email IS NOT new.email
        AND r.email = new.email
        AND r.id <> old.id;
END;

CREATE TRIGGER users_audit_insert
AFTER INSERT ON users
BEGIN
    SELECT raise(ABORT, 'CHECK constraint failed: users_replace_check')
    FROM audit_conflicts;
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes,
        personal
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'create',
        'users',
        new.id,
        json_object(
            'password_hash', json('{"changed":true}'),
            'role', json_object('after', new.role),
            'active', json_object('after', json(CASE new.active WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)),
            'email_verified',
            json_object('after', json(CASE new.email_verified WHEN 1 THEN 'true' WHEN 0 THEN 'false' END))
        ),
        json_object(
            'email', json_object('after', new.email),
            'username', json_object('after', new.username),
            'folded_username', json_object('after', new.folded_username),
            'preferences', json_object('after', json(new.preferences))
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER users_audit_update
AFTER UPDATE ON users
WHEN
    old.id IS NOT new.id
    OR old.password_hash IS NOT new.password_hash
    OR old.role IS NOT new.role
    OR old.active IS NOT new.active
    OR old.email_verified IS NOT new.email_verified
    OR old.created_at IS NOT new.created_at
    OR old.email IS NOT new.email
    OR old.username IS NOT new.username
    OR old.folded_username IS NOT new.folded_username
    OR json(old.preferences) IS NOT json(new.preferences)
BEGIN
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes,
        personal
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'update',
        'users',
        old.id,
        (
            SELECT nullif(json_group_object(c.field, json(c.change)), '{}')
            FROM (
                SELECT
                    'id' AS field,
                    json_object('before', old.id, 'after', new.id) AS change
                WHERE old.id IS NOT new.id
                UNION ALL
                SELECT
                    'password_hash',
                    '{"changed":true}'
                WHERE old.password_hash IS NOT new.password_hash
                UNION ALL
                SELECT
                    'role',
                    json_object('before', old.role, 'after', new.role)
                WHERE old.role IS NOT new.role
                UNION ALL
                SELECT
                    'active',
                    json_object(
                        'before', json(CASE old.active WHEN 1 THEN 'true' WHEN 0 THEN 'false' END),
                        'after', json(CASE new.active WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)
                    )
                WHERE old.active IS NOT new.active
                UNION ALL
                SELECT
                    'email_verified',
                    json_object(
                        'before', json(CASE old.email_verified WHEN 1 THEN 'true' WHEN 0 THEN 'false' END),
                        'after', json(CASE new.email_verified WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)
                    )
                WHERE old.email_verified IS NOT new.email_verified
                UNION ALL
                SELECT
                    'created_at',
                    json_object('before', old.created_at, 'after', new.created_at)
                WHERE old.created_at IS NOT new.created_at
            ) AS c
        ),
        (
            SELECT nullif(json_group_object(c.field, json(c.change)), '{}')
            FROM (
                SELECT
                    'email' AS field,
                    json_object('before', old.email, 'after', new.email) AS change
                WHERE old.email IS NOT new.email
                UNION ALL
                SELECT
                    'username',
                    json_object('before', old.username, 'after', new.username)
                WHERE old.username IS NOT new.username
                UNION ALL
                SELECT
                    'folded_username',
                    json_object('before', old.folded_username, 'after', new.folded_username)
                WHERE old.folded_username IS NOT new.folded_username
                UNION ALL
                SELECT
                    'preferences',
                    json_object('before', json(old.preferences), 'after', json(new.preferences))
                WHERE json(old.preferences) IS NOT json(new.preferences)
            ) AS c
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER users_audit_delete
AFTER DELETE ON users
BEGIN
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes,
        personal
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'delete',
        'users',
        old.id,
        json_object(
            'password_hash', json('{"changed":true}'),
            'role', json_object('before', old.role),
            'active', json_object('before', json(CASE old.active WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)),
            'email_verified',
            json_object('before', json(CASE old.email_verified WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)),
            'created_at', json_object('before', old.created_at)
        ),
        json_object(
            'email', json_object('before', old.email),
            'username', json_object('before', old.username),
            'folded_username', json_object('before', old.folded_username),
            'preferences', json_object('before', json(old.preferences))
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER teams_audit_conflict
BEFORE INSERT ON teams
WHEN
    EXISTS (SELECT 1 FROM audit_conflicts)
    OR EXISTS (
        SELECT 1 FROM teams AS r
        WHERE
            r.id = new.id
            OR r.name = new.name
    )
BEGIN
    DELETE FROM audit_conflicts;
    INSERT INTO audit_conflicts (table_name)
    SELECT 'teams'
    WHERE EXISTS (
            SELECT 1 FROM teams AS r
            WHERE
                r.id = new.id
                OR r.name = new.name
        );
END;

CREATE TRIGGER teams_audit_replace
BEFORE UPDATE OF id, name ON teams
BEGIN
    SELECT raise(ABORT, 'UNIQUE constraint failed: teams.id')
    FROM teams AS r
    WHERE
        old.id IS NOT new.id
        AND r.id = new.id
        AND r.id <> old.id;
    SELECT raise(ABORT, 'UNIQUE constraint failed: teams.name')
    FROM teams AS r
    WHERE
        old.name IS NOT new.name
        AND r.name = new.name
        AND r.id <> old.id;
END;

CREATE TRIGGER teams_audit_insert
AFTER INSERT ON teams
BEGIN
    SELECT raise(ABORT, 'CHECK constraint failed: teams_replace_check')
    FROM audit_conflicts;
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'create',
        'teams',
        new.id,
        json_object(
            'name', json_object('after', new.name),
            'description', json_object('after', new.description)
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER teams_audit_update
AFTER UPDATE ON teams
WHEN
    old.id IS NOT new.id
    OR old.name IS NOT new.name
    OR old.description IS NOT new.description
    OR old.created_at IS NOT new.created_at
BEGIN
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'update',
        'teams',
        old.id,
        (
            SELECT nullif(json_group_object(c.field, json(c.change)), '{}')
            FROM (
                SELECT
                    'id' AS field,
                    json_object('before', old.id, 'after', new.id) AS change
                WHERE old.id IS NOT new.id
                UNION ALL
                SELECT
                    'name',
                    json_object('before', old.name, 'after', new.name)
                WHERE old.name IS NOT new.name
                UNION ALL
                SELECT
                    'description',
                    json_object('before', old.description, 'after', new.description)
                WHERE old.description IS NOT new.description
                UNION ALL
                SELECT
                    'created_at',
                    json_object('before', old.created_at, 'after', new.created_at)
                WHERE old.created_at IS NOT new.created_at
            ) AS c
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER teams_audit_delete
AFTER DELETE ON teams
BEGIN
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'delete',
        'teams',
        old.id,
        json_object(
            'name', json_object('before', old.name),
            'description', json_object('before', old.description),
            'created_at', json_object('before', old.created_at)
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER team_members_audit_conflict
BEFORE INSERT ON team_members
WHEN
    EXISTS (SELECT 1 FROM audit_conflicts)
    OR EXISTS (
        SELECT 1 FROM team_members AS r
        WHERE
            r.team_id = new.team_id
            AND r.user_id = new.user_id
    )
BEGIN
    DELETE FROM audit_conflicts;
    INSERT INTO audit_conflicts (table_name)
    SELECT 'team_members'
    WHERE EXISTS (
            SELECT 1 FROM team_members AS r
            WHERE
                r.team_id = new.team_id
                AND r.user_id = new.user_id
        );
END;

CREATE TRIGGER team_members_audit_replace
BEFORE UPDATE OF team_id, user_id ON team_members
BEGIN
    SELECT raise(ABORT, 'UNIQUE constraint failed: team_members.team_id, team_members.user_id')
    FROM team_members AS r
    WHERE
        (old.team_id IS NOT new.team_id OR old.user_id IS NOT new.user_id)
        AND r.team_id = new.team_id
        AND r.user_id = new.user_id
        AND (r.team_id <> old.team_id OR r.user_id <> old.user_id);
END;

CREATE TRIGGER team_members_audit_insert
AFTER INSERT ON team_members
BEGIN
    SELECT raise(ABORT, 'CHECK constraint failed: team_members_replace_check')
    FROM audit_conflicts;
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'create',
        'team_members',
        new.team_id || '/' || new.user_id,
        json_object(
            'team_id', json_object('after', new.team_id),
            'user_id', json_object('after', new.user_id),
            'role', json_object('after', new.role)
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER team_members_audit_update
AFTER UPDATE ON team_members
WHEN
    old.team_id IS NOT new.team_id
    OR old.user_id IS NOT new.user_id
    OR old.role IS NOT new.role
    OR old.created_at IS NOT new.created_at
BEGIN
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'update',
        'team_members',
        old.team_id || '/' || old.user_id,
        (
            SELECT nullif(json_group_object(c.field, json(c.change)), '{}')
            FROM (
                SELECT
                    'team_id' AS field,
                    json_object('before', old.team_id, 'after', new.team_id) AS change
                WHERE old.team_id IS NOT new.team_id
                UNION ALL
                SELECT
                    'user_id',
                    json_object('before', old.user_id, 'after', new.user_id)
                WHERE old.user_id IS NOT new.user_id
                UNION ALL
                SELECT
                    'role',
                    json_object('before', old.role, 'after', new.role)
                WHERE old.role IS NOT new.role
                UNION ALL
                SELECT
                    'created_at',
                    json_object('before', old.created_at, 'after', new.created_at)
                WHERE old.created_at IS NOT new.created_at
            ) AS c
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER team_members_audit_delete
AFTER DELETE ON team_members
BEGIN
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'delete',
        'team_members',
        old.team_id || '/' || old.user_id,
        json_object(
            'team_id', json_object('before', old.team_id),
            'user_id', json_object('before', old.user_id),
            'role', json_object('before', old.role),
            'created_at', json_object('before', old.created_at)
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER api_keys_audit_conflict
BEFORE INSERT ON api_keys
WHEN
    EXISTS (SELECT 1 FROM audit_conflicts)
    OR EXISTS (
        SELECT 1 FROM api_keys AS r
        WHERE
            r.id = new.id
            OR r.public_id = new.public_id
    )
BEGIN
    DELETE FROM audit_conflicts;
    INSERT INTO audit_conflicts (table_name)
    SELECT 'api_keys'
    WHERE EXISTS (
            SELECT 1 FROM api_keys AS r
            WHERE
                r.id = new.id
                OR r.public_id = new.public_id
        );
END;

CREATE TRIGGER api_keys_audit_replace
BEFORE UPDATE OF id, public_id ON api_keys
BEGIN
    SELECT raise(ABORT, 'UNIQUE constraint failed: api_keys.id')
    FROM api_keys AS r
    WHERE
        old.id IS NOT new.id
        AND r.id = new.id
        AND r.id <> old.id;
    SELECT raise(ABORT, 'UNIQUE constraint failed: api_keys.public_id')
    FROM api_keys AS r
    WHERE
        old.public_id IS NOT new.public_id
        AND r.public_id = new.public_id
        AND r.id <> old.id;
END;

CREATE TRIGGER api_keys_audit_insert
AFTER INSERT ON api_keys
BEGIN
    SELECT raise(ABORT, 'CHECK constraint failed: api_keys_replace_check')
    FROM audit_conflicts;
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'create',
        'api_keys',
        new.id,
        json_object(
            'user_id', json_object('after', new.user_id),
            'public_id', json_object('after', new.public_id),
            'key_hash', json('{"changed":true}'),
            'name', json('{"changed":true}'),
            'scopes', json_object('after', json(new.scopes)),
            'expires_at', json_object('after', new.expires_at),
            'revoked_at', json_object('after', new.revoked_at),
            'replaced_at', json_object('after', new.replaced_at)
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER api_keys_audit_update
AFTER UPDATE ON api_keys
WHEN
    old.id IS NOT new.id
    OR old.user_id IS NOT new.user_id
    OR old.public_id IS NOT new.public_id
    OR old.key_hash IS NOT new.key_hash
    OR old.name IS NOT new.name
    OR json(old.scopes) IS NOT json(new.scopes)
    OR old.expires_at IS NOT new.expires_at
    OR old.revoked_at IS NOT new.revoked_at
    OR old.replaced_at IS NOT new.replaced_at
    OR old.created_at IS NOT new.created_at
BEGIN
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'update',
        'api_keys',
        old.id,
        (
            SELECT nullif(json_group_object(c.field, json(c.change)), '{}')
            FROM (
                SELECT
                    'id' AS field,
                    json_object('before', old.id, 'after', new.id) AS change
                WHERE old.id IS NOT new.id
                UNION ALL
                SELECT
                    'user_id',
                    json_object('before', old.user_id, 'after', new.user_id)
                WHERE old.user_id IS NOT new.user_id
                UNION ALL
                SELECT
                    'public_id',
                    json_object('before', old.public_id, 'after', new.public_id)
                WHERE old.public_id IS NOT new.public_id
                UNION ALL
                SELECT
                    'key_hash',
                    '{"changed":true}'
                WHERE old.key_hash IS NOT new.key_hash
                UNION ALL
                SELECT
                    'name',
                    '{"changed":true}'
                WHERE old.name IS NOT new.name
                UNION ALL
                SELECT
                    'scopes',
                    json_object('before', json(old.scopes), 'after', json(new.scopes))
                WHERE json(old.scopes) IS NOT json(new.scopes)
                UNION ALL
                SELECT
                    'expires_at',
                    json_object('before', old.expires_at, 'after', new.expires_at)
                WHERE old.expires_at IS NOT new.expires_at
                UNION ALL
                SELECT
                    'revoked_at',
                    json_object('before', old.revoked_at, 'after', new.revoked_at)
                WHERE old.revoked_at IS NOT new.revoked_at
                UNION ALL
                SELECT
                    'replaced_at',
                    json_object('before', old.replaced_at, 'after', new.replaced_at)
                WHERE old.replaced_at IS NOT new.replaced_at
                UNION ALL
                SELECT
                    'created_at',
                    json_object('before', old.created_at, 'after', new.created_at)
                WHERE old.created_at IS NOT new.created_at
            ) AS c
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER api_keys_audit_delete
AFTER DELETE ON api_keys
BEGIN
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'delete',
        'api_keys',
        old.id,
        json_object(
            'user_id', json_object('before', old.user_id),
            'public_id', json_object('before', old.public_id),
            'key_hash', json('{"changed":true}'),
            'name', json('{"changed":true}'),
            'scopes', json_object('before', json(old.scopes)),
            'expires_at', json_object('before', old.expires_at),
            'revoked_at', json_object('before', old.revoked_at),
            'replaced_at', json_object('before', old.replaced_at),
            'created_at', json_object('before', old.created_at)
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER role_permissions_audit_conflict
BEFORE INSERT ON role_permissions
WHEN
    EXISTS (SELECT 1 FROM audit_conflicts)
    OR EXISTS (
        SELECT 1 FROM role_permissions AS r
        WHERE
            r.role = new.role
            AND r.action = new.action
            AND r.entity_type = new.entity_type
    )
BEGIN
    DELETE FROM audit_conflicts;
    INSERT INTO audit_conflicts (table_name)
    SELECT 'role_permissions'
    WHERE EXISTS (
            SELECT 1 FROM role_permissions AS r
            WHERE
                r.role = new.role
                AND r.action = new.action
                AND r.entity_type = new.entity_type
        );
END;

CREATE TRIGGER role_permissions_audit_replace
BEFORE UPDATE OF role, action, entity_type ON role_permissions
BEGIN
    SELECT
        raise(
            ABORT,
            'UNIQUE constraint failed: role_permissions.role, role_permissions.action, role_permissions.entity_type'
        )
    FROM role_permissions AS r
    WHERE
        (old.role IS NOT new.role OR old.action IS NOT new.action OR old.entity_type IS NOT new.entity_type)
        AND r.role = new.role
        AND r.action = new.action
        AND r.entity_type = new.entity_type
        AND (r.role <> old.role OR r.action <> old.action OR r.entity_type <> old.entity_type);
END;

CREATE TRIGGER role_permissions_audit_insert
AFTER INSERT ON role_permissions
BEGIN
    SELECT raise(ABORT, 'CHECK constraint failed: role_permissions_replace_check')
    FROM audit_conflicts;
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'create',
        'role_permissions',
        new.role || '/' || new.action || '/' || new.entity_type,
        json_object(
            'role', json_object('after', new.role),
            'action', json_object('after', new.action),
            'entity_type', json_object('after', new.entity_type),
            'reach', json_object('after', new.reach)
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER role_permissions_audit_update
AFTER UPDATE ON role_permissions
WHEN
    old.role IS NOT new.role
    OR old.action IS NOT new.action
    OR old.entity_type IS NOT new.entity_type
    OR old.reach IS NOT new.reach
    OR old.created_at IS NOT new.created_at
BEGIN
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'update',
        'role_permissions',
        old.role || '/' || old.action || '/' || old.entity_type,
        (
            SELECT nullif(json_group_object(c.field, json(c.change)), '{}')
            FROM (
                SELECT
                    'role' AS field,
                    json_object('before', old.role, 'after', new.role) AS change
                WHERE old.role IS NOT new.role
                UNION ALL
                SELECT
                    'action',
                    json_object('before', old.action, 'after', new.action)
                WHERE old.action IS NOT new.action
                UNION ALL
                SELECT
                    'entity_type',
                    json_object('before', old.entity_type, 'after', new.entity_type)
                WHERE old.entity_type IS NOT new.entity_type
                UNION ALL
                SELECT
                    'reach',
                    json_object('before', old.reach, 'after', new.reach)
                WHERE old.reach IS NOT new.reach
                UNION ALL
                SELECT
                    'created_at',
                    json_object('before', old.created_at, 'after', new.created_at)
                WHERE old.created_at IS NOT new.created_at
            ) AS c
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER role_permissions_audit_delete
AFTER DELETE ON role_permissions
BEGIN
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'delete',
        'role_permissions',
        old.role || '/' || old.action || '/' || old.entity_type,
        json_object(
            'role', json_object('before', old.role),
            'action', json_object('before', old.action),
            'entity_type', json_object('before', old.entity_type),
            'reach', json_object('before', old.reach),
            'created_at', json_object('before', old.created_at)
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER erasures_audit_conflict
BEFORE INSERT ON erasures
WHEN
    EXISTS (SELECT 1 FROM audit_conflicts)
    OR EXISTS (
        SELECT 1 FROM erasures AS r
        WHERE r.id = new.id
    )
BEGIN
    DELETE FROM audit_conflicts;
    INSERT INTO audit_conflicts (table_name)
    SELECT 'erasures'
    WHERE EXISTS (
            SELECT 1 FROM erasures AS r
            WHERE r.id = new.id
        );
END;

CREATE TRIGGER erasures_audit_replace
BEFORE UPDATE OF id ON erasures
BEGIN
    SELECT raise(ABORT, 'UNIQUE constraint failed: erasures.id')
    FROM erasures AS r
    WHERE
        old.id IS NOT new.id
        AND r.id = new.id
        AND r.id <> old.id;
END;

CREATE TRIGGER erasures_audit_insert
AFTER INSERT ON erasures
BEGIN
    SELECT raise(ABORT, 'CHECK constraint failed: erasures_replace_check')
    FROM audit_conflicts;
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'create',
        'erasures',
        new.id,
        json_object(
            'subject_id', json_object('after', new.subject_id),
            'reason', json_object('after', new.reason),
            'details', json_object('after', json(new.details)),
            'erased_by', json_object('after', new.erased_by)
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER erasures_audit_update
AFTER UPDATE ON erasures
WHEN
    old.id IS NOT new.id
    OR old.subject_id IS NOT new.subject_id
    OR old.reason IS NOT new.reason
    OR json(old.details) IS NOT json(new.details)
    OR old.erased_by IS NOT new.erased_by
    OR old.created_at IS NOT new.created_at
BEGIN
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'update',
        'erasures',
        old.id,
        (
            SELECT nullif(json_group_object(c.field, json(c.change)), '{}')
            FROM (
                SELECT
                    'id' AS field,
                    json_object('before', old.id, 'after', new.id) AS change
                WHERE old.id IS NOT new.id
                UNION ALL
                SELECT
                    'subject_id',
                    json_object('before', old.subject_id, 'after', new.subject_id)
                WHERE old.subject_id IS NOT new.subject_id
                UNION ALL
                SELECT
                    'reason',
                    json_object('before', old.reason, 'after', new.reason)
                WHERE old.reason IS NOT new.reason
                UNION ALL
                SELECT
                    'details',
                    json_object('before', json(old.details), 'after', json(new.details))
                WHERE json(old.details) IS NOT json(new.details)
                UNION ALL
                SELECT
                    'erased_by',
                    json_object('before', old.erased_by, 'after', new.erased_by)
                WHERE old.erased_by IS NOT new.erased_by
                UNION ALL
                SELECT
                    'created_at',
                    json_object('before', old.created_at, 'after', new.created_at)
                WHERE old.created_at IS NOT new.created_at
            ) AS c
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER erasures_audit_delete
AFTER DELETE ON erasures
BEGIN
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'delete',
        'erasures',
        old.id,
        json_object(
            'subject_id', json_object('before', old.subject_id),
            'reason', json_object('before', old.reason),
            'details', json_object('before', json(old.details)),
            'erased_by', json_object('before', old.erased_by),
            'created_at', json_object('before', old.created_at)
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER datasets_audit_conflict
BEFORE INSERT ON datasets
WHEN
    EXISTS (SELECT 1 FROM audit_conflicts)
    OR EXISTS (
        SELECT 1 FROM datasets AS r
        WHERE
            r.id = new.id
            OR (r.name = new.name AND r.version = new.version AND r.digest = new.digest)
    )
BEGIN
    DELETE FROM audit_conflicts;
    INSERT INTO audit_conflicts (table_name)
    SELECT 'datasets'
    WHERE EXISTS (
            SELECT 1 FROM datasets AS r
            WHERE
                r.id = new.id
                OR (r.name = new.name AND r.version = new.version AND r.digest = new.digest)
        );
END;

CREATE TRIGGER datasets_audit_replace
BEFORE UPDATE OF id, name, version, digest ON datasets
BEGIN
    SELECT raise(ABORT, 'UNIQUE constraint failed: datasets.id')
    FROM datasets AS r
    WHERE
        old.id IS NOT new.id
        AND r.id = new.id
        AND r.id <> old.id;
    SELECT raise(ABORT, 'UNIQUE constraint failed: datasets.name, datasets.version, datasets.digest')
    FROM datasets AS r
    WHERE
        (old.name IS NOT new.name OR old.version IS NOT new.version OR old.digest IS NOT new.digest)
        AND r.name = new.name
        AND r.version = new.version
        AND r.digest = new.digest
        AND r.id <> old.id;
END;

CREATE TRIGGER datasets_audit_insert
AFTER INSERT ON datasets
BEGIN
    SELECT raise(ABORT, 'CHECK constraint failed: datasets_replace_check')
    FROM audit_conflicts;
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'create',
        'datasets',
        new.id,
        json_object(
            'name', json_object('after', new.name),
            'version', json_object('after', new.version),
            'digest', json_object('after', new.digest),
            'format', json_object('after', new.format),
            'domain', json_object('after', new.domain),
            'size_bytes', json_object('after', new.size_bytes),
            'row_count', json_object('after', new.row_count),
            'statistics', json_object('after', json(new.statistics)),
            'metadata', json_object('after', json(new.metadata)),
            'created_by', json_object('after', new.created_by),
            'team_id', json_object('after', new.team_id)
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER datasets_audit_update
AFTER UPDATE ON datasets
WHEN
    old.id IS NOT new.id
    OR old.name IS NOT new.name
    OR old.version IS NOT new.version
    OR old.digest IS NOT new.digest
    OR old.format IS NOT new.format
    OR old.domain IS NOT new.domain
    OR old.size_bytes IS NOT new.size_bytes
    OR old.row_count IS NOT new.row_count
    OR json(old.statistics) IS NOT json(new.statistics)
    OR json(old.metadata) IS NOT json(new.metadata)
    OR old.created_by IS NOT new.created_by
    OR old.team_id IS NOT new.team_id
    OR old.created_at IS NOT new.created_at
BEGIN
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'update',
        'datasets',
        old.id,
        (
            SELECT nullif(json_group_object(c.field, json(c.change)), '{}')
            FROM (
                SELECT
                    'id' AS field,
                    json_object('before', old.id, 'after', new.id) AS change
                WHERE old.id IS NOT new.id
                UNION ALL
                SELECT
                    'name',
                    json_object('before', old.name, 'after', new.name)
                WHERE old.name IS NOT new.name
                UNION ALL
                SELECT
                    'version',
                    json_object('before', old.version, 'after', new.version)
                WHERE old.version IS NOT new.version
                UNION ALL
                SELECT
                    'digest',
                    json_object('before', old.digest, 'after', new.digest)
                WHERE old.digest IS NOT new.digest
                UNION ALL
                SELECT
                    'format',
                    json_object('before', old.format, 'after', new.format)
                WHERE old.format IS NOT new.format
                UNION ALL
                SELECT
                    'domain',
                    json_object('before', old.domain, 'after', new.domain)
                WHERE old.domain IS NOT new.domain
                UNION ALL
                SELECT
                    'size_bytes',
                    json_object('before', old.size_bytes, 'after', new.size_bytes)
                WHERE old.size_bytes IS NOT new.size_bytes
                UNION ALL
                SELECT
                    'row_count',
                    json_object('before', old.row_count, 'after', new.row_count)
                WHERE old.row_count IS NOT new.row_count
                UNION ALL
                SELECT
                    'statistics',
                    json_object('before', json(old.statistics), 'after', json(new.statistics))
                WHERE json(old.statistics) IS NOT json(new.statistics)
                UNION ALL
                SELECT
                    'metadata',
                    json_object('before', json(old.metadata), 'after', json(new.metadata))
                WHERE json(old.metadata) IS NOT json(new.metadata)
                UNION ALL
                SELECT
                    'created_by',
                    json_object('before', old.created_by, 'after', new.created_by)
                WHERE old.created_by IS NOT new.created_by
                UNION ALL
                SELECT
                    'team_id',
                    json_object('before', old.team_id, 'after', new.team_id)
                WHERE old.team_id IS NOT new.team_id
                UNION ALL
                SELECT
                    'created_at',
                    json_object('before', old.created_at, 'after', new.created_at)
                WHERE old.created_at IS NOT new.created_at
            ) AS c
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER datasets_audit_delete
AFTER DELETE ON datasets
BEGIN
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'delete',
        'datasets',
        old.id,
        json_object(
            'name', json_object('before', old.name),
            'version', json_object('before', old.version),
            'digest', json_object('before', old.digest),
            'format', json_object('before', old.format),
            'domain', json_object('before', old.domain),
            'size_bytes', json_object('before', old.size_bytes),
            'row_count', json_object('before', old.row_count),
            'statistics', json_object('before', json(old.statistics)),
            'metadata', json_object('before', json(old.metadata)),
            'created_by', json_object('before', old.created_by),
            'team_id', json_object('before', old.team_id),
            'created_at', json_object('before', old.created_at)
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER dataset_splits_audit_conflict
BEFORE INSERT ON dataset_splits
WHEN
    EXISTS (SELECT 1 FROM audit_conflicts)
    OR EXISTS (
        SELECT 1 FROM dataset_splits AS r
        WHERE
            r.id = new.id
            OR (r.dataset_id = new.dataset_id AND r.name = new.name)
    )
BEGIN
    DELETE FROM audit_conflicts;
    INSERT INTO audit_conflicts (table_name)
    SELECT 'dataset_splits'
    WHERE EXISTS (
            SELECT 1 FROM dataset_splits AS r
            WHERE
                r.id = new.id
                OR (r.dataset_id = new.dataset_id AND r.name = new.name)
        );
END;

CREATE TRIGGER dataset_splits_audit_replace
BEFORE UPDATE OF id, dataset_id, name ON dataset_splits
BEGIN
    SELECT raise(ABORT, 'UNIQUE constraint failed: dataset_splits.id')
    FROM dataset_splits AS r
    WHERE
        old.id IS NOT new.id
        AND r.id = new.id
        AND r.id <> old.id;
    SELECT raise(ABORT, 'UNIQUE constraint failed: dataset_splits.dataset_id, dataset_splits.name')
    FROM dataset_splits AS r
    WHERE
        (old.dataset_id IS NOT new.dataset_id OR old.name IS NOT new.name)
        AND r.dataset_id = new.dataset_id
        AND r.name = new.name
        AND r.id <> old.id;
END;

CREATE TRIGGER dataset_splits_audit_insert
AFTER INSERT ON dataset_splits
BEGIN
    SELECT raise(ABORT, 'CHECK constraint failed: dataset_splits_replace_check')
    FROM audit_conflicts;
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'create',
        'dataset_splits',
        new.id,
        json_object(
            'dataset_id', json_object('after', new.dataset_id),
            'name', json_object('after', new.name),
            'row_count', json_object('after', new.row_count),
            'fraction',
            json_object(
                'after',
                json(
                    CASE
                        WHEN
                            abs(new.fraction) < 1e15 AND new.fraction = CAST(new.fraction AS INTEGER)
                            THEN CAST(new.fraction AS INTEGER)
                        WHEN abs(new.fraction) < 9e999 THEN printf('%!.17g', new.fraction)
                    END
                )
            )
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER dataset_splits_audit_update
AFTER UPDATE ON dataset_splits
WHEN
    old.id IS NOT new.id
    OR old.dataset_id IS NOT new.dataset_id
    OR old.name IS NOT new.name
    OR old.row_count IS NOT new.row_count
    OR old.fraction IS NOT new.fraction
    OR old.created_at IS NOT new.created_at
BEGIN
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'update',
        'dataset_splits',
        old.id,
        (
            SELECT nullif(json_group_object(c.field, json(c.change)), '{}')
            FROM (
                SELECT
                    'id' AS field,
                    json_object('before', old.id, 'after', new.id) AS change
                WHERE old.id IS NOT new.id
                UNION ALL
                SELECT
                    'dataset_id',
                    json_object('before', old.dataset_id, 'after', new.dataset_id)
                WHERE old.dataset_id IS NOT new.dataset_id
                UNION ALL
                SELECT
                    'name',
                    json_object('before', old.name, 'after', new.name)
                WHERE old.name IS NOT new.name
                UNION ALL
                SELECT
                    'row_count',
                    json_object('before', old.row_count, 'after', new.row_count)
                WHERE old.row_count IS NOT new.row_count
                UNION ALL
                SELECT
                    'fraction',
                    json_object(
                        'before',
                        json(
                            CASE
                                WHEN
                                    abs(old.fraction) < 1e15 AND old.fraction = CAST(old.fraction AS INTEGER)
                                    THEN CAST(old.fraction AS INTEGER)
                                WHEN abs(old.fraction) < 9e999 THEN printf('%!.17g', old.fraction)
                            END
                        ),
                        'after',
                        json(
                            CASE
                                WHEN
                                    abs(new.fraction) < 1e15 AND new.fraction = CAST(new.fraction AS INTEGER)
                                    THEN CAST(new.fraction AS INTEGER)
                                WHEN abs(new.fraction) < 9e999 THEN printf('%!.17g', new.fraction)
                            END
                        )
                    )
                WHERE old.fraction IS NOT new.fraction
                UNION ALL
                SELECT
                    'created_at',
                    json_object('before', old.created_at, 'after', new.created_at)
                WHERE old.created_at IS NOT new.created_at
            ) AS c
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER dataset_splits_audit_delete
AFTER DELETE ON dataset_splits
BEGIN
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'delete',
        'dataset_splits',
        old.id,
        json_object(
            'dataset_id', json_object('before', old.dataset_id),
            'name', json_object('before', old.name),
            'row_count', json_object('before', old.row_count),
            'fraction',
            json_object(
                'before',
                json(
                    CASE
                        WHEN
                            abs(old.fraction) < 1e15 AND old.fraction = CAST(old.fraction AS INTEGER)
                            THEN CAST(old.fraction AS INTEGER)
                        WHEN abs(old.fraction) < 9e999 THEN printf('%!.17g', old.fraction)
                    END
                )
            ),
            'created_at', json_object('before', old.created_at)
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER models_audit_conflict
BEFORE INSERT ON models
WHEN
    EXISTS (SELECT 1 FROM audit_conflicts)
    OR EXISTS (
        SELECT 1 FROM models AS r
        WHERE
            r.id = new.id
            OR r.name = new.name
    )
BEGIN
    DELETE FROM audit_conflicts;
    INSERT INTO audit_conflicts (table_name)
    SELECT 'models'
    WHERE EXISTS (
            SELECT 1 FROM models AS r
            WHERE
                r.id = new.id
                OR r.name = new.name
        );
END;

CREATE TRIGGER models_audit_replace
BEFORE UPDATE OF id, name ON models
BEGIN
    SELECT raise(ABORT, 'UNIQUE constraint failed: models.id')
    FROM models AS r
    WHERE
        old.id IS NOT new.id
        AND r.id = new.id
        AND r.id <> old.id;
    SELECT raise(ABORT, 'UNIQUE constraint failed: models.name')
    FROM models AS r
    WHERE
        old.name IS NOT new.name
        AND r.name = new.name
        AND r.id <> old.id;
END;

CREATE TRIGGER models_audit_insert
AFTER INSERT ON models
BEGIN
    SELECT raise(ABORT, 'CHECK constraint failed: models_replace_check')
    FROM audit_conflicts;
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'create',
        'models',
        new.id,
        json_object(
            'name', json_object('after', new.name),
            'kind', json_object('after', new.kind),
            'provider', json_object('after', new.provider),
            'description', json_object('after', new.description),
            'metadata', json_object('after', json(new.metadata)),
            'created_by', json_object('after', new.created_by),
            'team_id', json_object('after', new.team_id)
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER models_audit_update
AFTER UPDATE ON models
WHEN
    old.id IS NOT new.id
    OR old.name IS NOT new.name
    OR old.kind IS NOT new.kind
    OR old.provider IS NOT new.provider
    OR old.description IS NOT new.description
    OR json(old.metadata) IS NOT json(new.metadata)
    OR old.created_by IS NOT new.created_by
    OR old.team_id IS NOT new.team_id
    OR old.created_at IS NOT new.created_at
BEGIN
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'update',
        'models',
        old.id,
        (
            SELECT nullif(json_group_object(c.field, json(c.change)), '{}')
            FROM (
                SELECT
                    'id' AS field,
                    json_object('before', old.id, 'after', new.id) AS change
                WHERE old.id IS NOT new.id
                UNION ALL
                SELECT
                    'name',
                    json_object('before', old.name, 'after', new.name)
                WHERE old.name IS NOT new.name
                UNION ALL
                SELECT
                    'kind',
                    json_object('before', old.kind, 'after', new.kind)
                WHERE old.kind IS NOT new.kind
                UNION ALL
                SELECT
                    'provider',
                    json_object('before', old.provider, 'after', new.provider)
                WHERE old.provider IS NOT new.provider
                UNION ALL
                SELECT
                    'description',
                    json_object('before', old.description, 'after', new.description)
                WHERE old.description IS NOT new.description
                UNION ALL
                SELECT
                    'metadata',
                    json_object('before', json(old.metadata), 'after', json(new.metadata))
                WHERE json(old.metadata) IS NOT json(new.metadata)
                UNION ALL
                SELECT
                    'created_by',
                    json_object('before', old.created_by, 'after', new.created_by)
                WHERE old.created_by IS NOT new.created_by
                UNION ALL
                SELECT
                    'team_id',
                    json_object('before', old.team_id, 'after', new.team_id)
                WHERE old.team_id IS NOT new.team_id
                UNION ALL
                SELECT
                    'created_at',
                    json_object('before', old.created_at, 'after', new.created_at)
                WHERE old.created_at IS NOT new.created_at
            ) AS c
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER models_audit_delete
AFTER DELETE ON models
BEGIN
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'delete',
        'models',
        old.id,
        json_object(
            'name', json_object('before', old.name),
            'kind', json_object('before', old.kind),
            'provider', json_object('before', old.provider),
            'description', json_object('before', old.description),
            'metadata', json_object('before', json(old.metadata)),
            'created_by', json_object('before', old.created_by),
            'team_id', json_object('before', old.team_id),
            'created_at', json_object('before', old.created_at)
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER model_versions_audit_conflict
BEFORE INSERT ON model_versions
WHEN
    EXISTS (SELECT 1 FROM audit_conflicts)
    OR EXISTS (
        SELECT 1 FROM model_versions AS r
        WHERE
            r.id = new.id
            OR (r.model_id = new.model_id AND r.id = new.id)
            OR (r.model_id = new.model_id AND r.version = new.version)
    )
BEGIN
    DELETE FROM audit_conflicts;
    INSERT INTO audit_conflicts (table_name)
    SELECT 'model_versions'
    WHERE EXISTS (
            SELECT 1 FROM model_versions AS r
            WHERE
                r.id = new.id
                OR (r.model_id = new.model_id AND r.id = new.id)
                OR (r.model_id = new.model_id AND r.version = new.version)
        );
END;

CREATE TRIGGER model_versions_audit_replace
BEFORE UPDATE OF id, model_id, version ON model_versions
BEGIN
    SELECT raise(ABORT, 'UNIQUE constraint failed: model_versions.id')
    FROM model_versions AS r
    WHERE
        old.id IS NOT new.id
        AND r.id = new.id
        AND r.id <> old.id;
    SELECT raise(ABORT, 'UNIQUE constraint failed: model_versions.model_id, model_versions.id')
    FROM model_versions AS r
    WHERE
        (old.model_id IS NOT new.model_id OR old.id IS NOT new.id)
        AND r.model_id = new.model_id
        AND r.id = new.id
        AND r.id <> old.id;
    SELECT raise(ABORT, 'UNIQUE constraint failed: model_versions.model_id, model_versions.version')
    FROM model_versions AS r
    WHERE
        (old.model_id IS NOT new.model_id OR old.version IS NOT new.version)
        AND r.model_id = new.model_id
        AND r.version = new.version
        AND r.id <> old.id;
END;

CREATE TRIGGER model_versions_audit_insert
AFTER INSERT ON model_versions
BEGIN
    SELECT raise(ABORT, 'CHECK constraint failed: model_versions_replace_check')
    FROM audit_conflicts;
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'create',
        'model_versions',
        new.id,
        json_object(
            'model_id', json_object('after', new.model_id),
            'version', json_object('after', new.version),
            'stage', json_object('after', new.stage),
            'status', json_object('after', new.status),
            'architecture', json_object('after', new.architecture),
            'parameter_count', json_object('after', new.parameter_count),
            'artifact_uri', json_object('after', new.artifact_uri),
            'digest', json_object('after', new.digest),
            'metrics', json_object('after', json(new.metrics)),
            'input_token_price',
            json_object(
                'after',
                json(
                    CASE
                        WHEN
                            abs(new.input_token_price) < 1e15
                            AND new.input_token_price = CAST(new.input_token_price AS INTEGER)
                            THEN CAST(new.input_token_price AS INTEGER)
                        WHEN abs(new.input_token_price) < 9e999 THEN printf('%!.17g', new.input_token_price)
                    END
                )
            ),
            'output_token_price',
            json_object(
                'after',
                json(
                    CASE
                        WHEN
                            abs(new.output_token_price) < 1e15
                            AND new.output_token_price = CAST(new.output_token_price AS INTEGER)
                            THEN CAST(new.output_token_price AS INTEGER)
                        WHEN abs(new.output_token_price) < 9e999 THEN printf('%!.17g', new.output_token_price)
                    END
                )
            ),
            'metadata', json_object('after', json(new.metadata)),
            'training_run_id', json_object('after', new.training_run_id)
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER model_versions_audit_update
AFTER UPDATE ON model_versions
WHEN
    old.id IS NOT new.id
    OR old.model_id IS NOT new.model_id
    OR old.version IS NOT new.version
    OR old.stage IS NOT new.stage
    OR old.status IS NOT new.status
    OR old.architecture IS NOT new.architecture
    OR old.parameter_count IS NOT new.parameter_count
    OR old.artifact_uri IS NOT new.artifact_uri
    OR old.digest IS NOT new.digest
    OR json(old.metrics) IS NOT json(new.metrics)
    OR old.input_token_price IS NOT new.input_token_price
    OR old.output_token_price IS NOT new.output_token_price
    OR json(old.metadata) IS NOT json(new.metadata)
    OR old.created_at IS NOT new.created_at
    OR old.training_run_id IS NOT new.training_run_id
BEGIN
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'update',
        'model_versions',
        old.id,
        (
            SELECT nullif(json_group_object(c.field, json(c.change)), '{}')
            FROM (
                SELECT
                    'id' AS field,
                    json_object('before', old.id, 'after', new.id) AS change
                WHERE old.id IS NOT new.id
                UNION ALL
                SELECT
                    'model_id',
                    json_object('before', old.model_id, 'after', new.model_id)
                WHERE old.model_id IS NOT new.model_id
                UNION ALL
                SELECT
                    'version',
                    json_object('before', old.version, 'after', new.version)
                WHERE old.version IS NOT new.version
                UNION ALL
                SELECT
                    'stage',
                    json_object('before', old.stage, 'after', new.stage)
                WHERE old.stage IS NOT new.stage
                UNION ALL
                SELECT
                    'status',
                    json_object('before', old.status, 'after', new.status)
                WHERE old.status IS NOT new.status
                UNION ALL
                SELECT
                    'architecture',
                    json_object('before', old.architecture, 'after', new.architecture)
                WHERE old.architecture IS NOT new.architecture
                UNION ALL
                SELECT
                    'parameter_count',
                    json_object('before', old.parameter_count, 'after', new.parameter_count)
                WHERE old.parameter_count IS NOT new.parameter_count
                UNION ALL
                SELECT
                    'artifact_uri',
                    json_object('before', old.artifact_uri, 'after', new.artifact_uri)
                WHERE old.artifact_uri IS NOT new.artifact_uri
                UNION ALL
                SELECT
                    'digest',
                    json_object('before', old.digest, 'after', new.digest)
                WHERE old.digest IS NOT new.digest
                UNION ALL
                SELECT
                    'metrics',
                    json_object('before', json(old.metrics), 'after', json(new.metrics))
                WHERE json(old.metrics) IS NOT json(new.metrics)
                UNION ALL
                SELECT
                    'input_token_price',
                    json_object(
                        'before',
                        json(
                            CASE
                                WHEN
                                    abs(old.input_token_price) < 1e15
                                    AND old.input_token_price = CAST(old.input_token_price AS INTEGER)
                                    THEN CAST(old.input_token_price AS INTEGER)
                                WHEN abs(old.input_token_price) < 9e999 THEN printf('%!.17g', old.input_token_price)
                            END
                        ),
                        'after',
                        json(
                            CASE
                                WHEN
                                    abs(new.input_token_price) < 1e15
                                    AND new.input_token_price = CAST(new.input_token_price AS INTEGER)
                                    THEN CAST(new.input_token_price AS INTEGER)
                                WHEN abs(new.input_token_price) < 9e999 THEN printf('%!.17g', new.input_token_price)
                            END
                        )
                    )
                WHERE old.input_token_price IS NOT new.input_token_price
                UNION ALL
                SELECT
                    'output_token_price',
                    json_object(
                        'before',
                        json(
                            CASE
                                WHEN
                                    abs(old.output_token_price) < 1e15
                                    AND old.output_token_price = CAST(old.output_token_price AS INTEGER)
                                    THEN CAST(old.output_token_price AS INTEGER)
                                WHEN abs(old.output_token_price) < 9e999 THEN printf('%!.17g', old.output_token_price)
                            END
                        ),
                        'after',
                        json(
                            CASE
                                WHEN
                                    abs(new.output_token_price) < 1e15
                                    AND new.output_token_price = CAST(new.output_token_price AS INTEGER)
                                    THEN CAST(new.output_token_price AS INTEGER)
                                WHEN abs(new.output_token_price) < 9e999 THEN printf('%!.17g', new.output_token_price)
                            END
                        )
                    )
                WHERE old.output_token_price IS NOT new.output_token_price
                UNION ALL
                SELECT
                    'metadata',
                    json_object('before', json(old.metadata), 'after', json(new.metadata))
                WHERE json(old.metadata) IS NOT json(new.metadata)
                UNION ALL
                SELECT
                    'created_at',
                    json_object('before', old.created_at, 'after', new.created_at)
                WHERE old.created_at IS NOT new.created_at
                UNION ALL
                SELECT
                    'training_run_id',
                    json_object('before', old.training_run_id, 'after', new.training_run_id)
                WHERE old.training_run_id IS NOT new.training_run_id
            ) AS c
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER model_versions_audit_delete
AFTER DELETE ON model_versions
BEGIN
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'delete',
        'model_versions',
        old.id,
        json_object(
            'model_id', json_object('before', old.model_id),
            'version', json_object('before', old.version),
            'stage', json_object('before', old.stage),
            'status', json_object('before', old.status),
            'architecture', json_object('before', old.architecture),
            'parameter_count', json_object('before', old.parameter_count),
            'artifact_uri', json_object('before', old.artifact_uri),
            'digest', json_object('before', old.digest),
            'metrics', json_object('before', json(old.metrics)),
            'input_token_price',
            json_object(
                'before',
                json(
                    CASE
                        WHEN
                            abs(old.input_token_price) < 1e15
                            AND old.input_token_price = CAST(old.input_token_price AS INTEGER)
                            THEN CAST(old.input_token_price AS INTEGER)
                        WHEN abs(old.input_token_price) < 9e999 THEN printf('%!.17g', old.input_token_price)
                    END
                )
            ),
            'output_token_price',
            json_object(
                'before',
                json(
                    CASE
                        WHEN
                            abs(old.output_token_price) < 1e15
                            AND old.output_token_price = CAST(old.output_token_price AS INTEGER)
                            THEN CAST(old.output_token_price AS INTEGER)
                        WHEN abs(old.output_token_price) < 9e999 THEN printf('%!.17g', old.output_token_price)
                    END
                )
            ),
            'metadata', json_object('before', json(old.metadata)),
            'created_at', json_object('before', old.created_at),
            'training_run_id', json_object('before', old.training_run_id)
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER model_aliases_audit_conflict
BEFORE INSERT ON model_aliases
WHEN
    EXISTS (SELECT 1 FROM audit_conflicts)
    OR EXISTS (
        SELECT 1 FROM model_aliases AS r
        WHERE
            r.model_id = new.model_id
            AND r.alias = new.alias
    )
BEGIN
    DELETE FROM audit_conflicts;
    INSERT INTO audit_conflicts (table_name)
    SELECT 'model_aliases'
    WHERE EXISTS (
            SELECT 1 FROM model_aliases AS r
            WHERE
                r.model_id = new.model_id
                AND r.alias = new.alias
        );
END;

CREATE TRIGGER model_aliases_audit_replace
BEFORE UPDATE OF model_id, alias ON model_aliases
BEGIN
    SELECT raise(ABORT, 'UNIQUE constraint failed: model_aliases.model_id, model_aliases.alias')
    FROM model_aliases AS r
    WHERE
        (old.model_id IS NOT new.model_id OR old.alias IS NOT new.alias)
        AND r.model_id = new.model_id
        AND r.alias = new.alias
        AND (r.model_id <> old.model_id OR r.alias <> old.alias);
END;

CREATE TRIGGER model_aliases_audit_insert
AFTER INSERT ON model_aliases
BEGIN
    SELECT raise(ABORT, 'CHECK constraint failed: model_aliases_replace_check')
    FROM audit_conflicts;
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'create',
        'model_aliases',
        new.model_id || '/' || new.alias,
        json_object(
            'model_id', json_object('after', new.model_id),
            'alias', json_object('after', new.alias),
            'model_version_id', json_object('after', new.model_version_id)
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER model_aliases_audit_update
AFTER UPDATE ON model_aliases
WHEN
    old.model_id IS NOT new.model_id
    OR old.alias IS NOT new.alias
    OR old.model_version_id IS NOT new.model_version_id
    OR old.created_at IS NOT new.created_at
BEGIN
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'update',
        'model_aliases',
        old.model_id || '/' || old.alias,
        (
            SELECT nullif(json_group_object(c.field, json(c.change)), '{}')
            FROM (
                SELECT
                    'model_id' AS field,
                    json_object('before', old.model_id, 'after', new.model_id) AS change
                WHERE old.model_id IS NOT new.model_id
                UNION ALL
                SELECT
                    'alias',
                    json_object('before', old.alias, 'after', new.alias)
                WHERE old.alias IS NOT new.alias
                UNION ALL
                SELECT
                    'model_version_id',
                    json_object('before', old.model_version_id, 'after', new.model_version_id)
                WHERE old.model_version_id IS NOT new.model_version_id
                UNION ALL
                SELECT
                    'created_at',
                    json_object('before', old.created_at, 'after', new.created_at)
                WHERE old.created_at IS NOT new.created_at
            ) AS c
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER model_aliases_audit_delete
AFTER DELETE ON model_aliases
BEGIN
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'delete',
        'model_aliases',
        old.model_id || '/' || old.alias,
        json_object(
            'model_id', json_object('before', old.model_id),
            'alias', json_object('before', old.alias),
            'model_version_id', json_object('before', old.model_version_id),
            'created_at', json_object('before', old.created_at)
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER experiments_audit_conflict
BEFORE INSERT ON experiments
WHEN
    EXISTS (SELECT 1 FROM audit_conflicts)
    OR EXISTS (
        SELECT 1 FROM experiments AS r
        WHERE r.id = new.id
    )
BEGIN
    DELETE FROM audit_conflicts;
    INSERT INTO audit_conflicts (table_name)
    SELECT 'experiments'
    WHERE EXISTS (
            SELECT 1 FROM experiments AS r
            WHERE r.id = new.id
        );
END;

CREATE TRIGGER experiments_audit_replace
BEFORE UPDATE OF id ON experiments
BEGIN
    SELECT raise(ABORT, 'UNIQUE constraint failed: experiments.id')
    FROM experiments AS r
    WHERE
        old.id IS NOT new.id
        AND r.id = new.id
        AND r.id <> old.id;
END;

CREATE TRIGGER experiments_audit_insert
AFTER INSERT ON experiments
BEGIN
    SELECT raise(ABORT, 'CHECK constraint failed: experiments_replace_check')
    FROM audit_conflicts;
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'create',
        'experiments',
        new.id,
        json_object(
            'name', json_object('after', new.name),
            'hypothesis', json_object('after', new.hypothesis),
            'status', json_object('after', new.status),
            'dataset_id', json_object('after', new.dataset_id),
            'model_version_id', json_object('after', new.model_version_id),
            'config', json_object('after', json(new.config)),
            'results', json_object('after', json(new.results)),
            'metrics', json_object('after', json(new.metrics)),
            'cost_usd',
            json_object(
                'after',
                json(
                    CASE
                        WHEN
                            abs(new.cost_usd) < 1e15 AND new.cost_usd = CAST(new.cost_usd AS INTEGER)
                            THEN CAST(new.cost_usd AS INTEGER)
                        WHEN abs(new.cost_usd) < 9e999 THEN printf('%!.17g', new.cost_usd)
                    END
                )
            ),
            'started_at', json_object('after', new.started_at),
            'finished_at', json_object('after', new.finished_at),
            'created_by', json_object('after', new.created_by),
            'team_id', json_object('after', new.team_id)
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER experiments_audit_update
AFTER UPDATE ON experiments
WHEN
    old.id IS NOT new.id
    OR old.name IS NOT new.name
    OR old.hypothesis IS NOT new.hypothesis
    OR old.status IS NOT new.status
    OR old.dataset_id IS NOT new.dataset_id
    OR old.model_version_id IS NOT new.model_version_id
    OR json(old.config) IS NOT json(new.config)
    OR json(old.results) IS NOT json(new.results)
    OR json(old.metrics) IS NOT json(new.metrics)
    OR old.cost_usd IS NOT new.cost_usd
    OR old.started_at IS NOT new.started_at
    OR old.finished_at IS NOT new.finished_at
    OR old.created_by IS NOT new.created_by
    OR old.team_id IS NOT new.team_id
    OR old.created_at IS NOT new.created_at
BEGIN
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'update',
        'experiments',
        old.id,
        (
            SELECT nullif(json_group_object(c.field, json(c.change)), '{}')
            FROM (
                SELECT
                    'id' AS field,
                    json_object('before', old.id, 'after', new.id) AS change
                WHERE old.id IS NOT new.id
                UNION ALL
                SELECT
                    'name',
                    json_object('before', old.name, 'after', new.name)
                WHERE old.name IS NOT new.name
                UNION ALL
                SELECT
                    'hypothesis',
                    json_object('before', old.hypothesis, 'after', new.hypothesis)
                WHERE old.hypothesis IS NOT new.hypothesis
                UNION ALL
                SELECT
                    'status',
                    json_object('before', old.status, 'after', new.status)
                WHERE old.status IS NOT new.status
                UNION ALL
                SELECT
                    'dataset_id',
                    json_object('before', old.dataset_id, 'after', new.dataset_id)
                WHERE old.dataset_id IS NOT new.dataset_id
                UNION ALL
                SELECT
                    'model_version_id',
                    json_object('before', old.model_version_id, 'after', new.model_version_id)
                WHERE old.model_version_id IS NOT new.model_version_id
                UNION ALL
                SELECT
                    'config',
                    json_object('before', json(old.config), 'after', json(new.config))
                WHERE json(old.config) IS NOT json(new.config)
                UNION ALL
                SELECT
                    'results',
                    json_object('before', json(old.results), 'after', json(new.results))
                WHERE json(old.results) IS NOT json(new.results)
                UNION ALL
                SELECT
                    'metrics',
                    json_object('before', json(old.metrics), 'after', json(new.metrics))
                WHERE json(old.metrics) IS NOT json(new.metrics)
                UNION ALL
                SELECT
                    'cost_usd',
                    json_object(
                        'before',
                        json(
                            CASE
                                WHEN
                                    abs(old.cost_usd) < 1e15 AND old.cost_usd = CAST(old.cost_usd AS INTEGER)
                                    THEN CAST(old.cost_usd AS INTEGER)
                                WHEN abs(old.cost_usd) < 9e999 THEN printf('%!.17g', old.cost_usd)
                            END
                        ),
                        'after',
                        json(
                            CASE
                                WHEN
                                    abs(new.cost_usd) < 1e15 AND new.cost_usd = CAST(new.cost_usd AS INTEGER)
                                    THEN CAST(new.cost_usd AS INTEGER)
                                WHEN abs(new.cost_usd) < 9e999 THEN printf('%!.17g', new.cost_usd)
                            END
                        )
                    )
                WHERE old.cost_usd IS NOT new.cost_usd
                UNION ALL
                SELECT
                    'started_at',
                    json_object('before', old.started_at, 'after', new.started_at)
                WHERE old.started_at IS NOT new.started_at
                UNION ALL
                SELECT
                    'finished_at',
                    json_object('before', old.finished_at, 'after', new.finished_at)
                WHERE old.finished_at IS NOT new.finished_at
                UNION ALL
                SELECT
                    'created_by',
                    json_object('before', old.created_by, 'after', new.created_by)
                WHERE old.created_by IS NOT new.created_by
                UNION ALL
                SELECT
                    'team_id',
                    json_object('before', old.team_id, 'after', new.team_id)
                WHERE old.team_id IS NOT new.team_id
                UNION ALL
                SELECT
                    'created_at',
                    json_object('before', old.created_at, 'after', new.created_at)
                WHERE old.created_at IS NOT new.created_at
            ) AS c
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER experiments_audit_delete
AFTER DELETE ON experiments
BEGIN
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'delete',
        'experiments',
        old.id,
        json_object(
            'name', json_object('before', old.name),
            'hypothesis', json_object('before', old.hypothesis),
            'status', json_object('before', old.status),
            'dataset_id', json_object('before', old.dataset_id),
            'model_version_id', json_object('before', old.model_version_id),
            'config', json_object('before', json(old.config)),
            'results', json_object('before', json(old.results)),
            'metrics', json_object('before', json(old.metrics)),
            'cost_usd',
            json_object(
                'before',
                json(
                    CASE
                        WHEN
                            abs(old.cost_usd) < 1e15 AND old.cost_usd = CAST(old.cost_usd AS INTEGER)
                            THEN CAST(old.cost_usd AS INTEGER)
                        WHEN abs(old.cost_usd) < 9e999 THEN printf('%!.17g', old.cost_usd)
                    END
                )
            ),
            'started_at', json_object('before', old.started_at),
            'finished_at', json_object('before', old.finished_at),
            'created_by', json_object('before', old.created_by),
            'team_id', json_object('before', old.team_id),
            'created_at', json_object('before', old.created_at)
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER experiment_runs_audit_conflict
BEFORE INSERT ON experiment_runs
WHEN
    EXISTS (SELECT 1 FROM audit_conflicts)
    OR EXISTS (
        SELECT 1 FROM experiment_runs AS r
        WHERE
            r.experiment_id = new.experiment_id
            AND r.training_run_id = new.training_run_id
    )
BEGIN
    DELETE FROM audit_conflicts;
    INSERT INTO audit_conflicts (table_name)
    SELECT 'experiment_runs'
    WHERE EXISTS (
            SELECT 1 FROM experiment_runs AS r
            WHERE
                r.experiment_id = new.experiment_id
                AND r.training_run_id = new.training_run_id
        );
END;

CREATE TRIGGER experiment_runs_audit_replace
BEFORE UPDATE OF experiment_id, training_run_id ON experiment_runs
BEGIN
    SELECT raise(ABORT, 'UNIQUE constraint failed: experiment_runs.experiment_id, experiment_runs.training_run_id')
    FROM experiment_runs AS r
    WHERE
        (old.experiment_id IS NOT new.experiment_id OR old.training_run_id IS NOT new.training_run_id)
        AND r.experiment_id = new.experiment_id
        AND r.training_run_id = new.training_run_id
        AND (r.experiment_id <> old.experiment_id OR r.training_run_id <> old.training_run_id);
END;

CREATE TRIGGER experiment_runs_audit_insert
AFTER INSERT ON experiment_runs
BEGIN
    SELECT raise(ABORT, 'CHECK constraint failed: experiment_runs_replace_check')
    FROM audit_conflicts;
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'create',
        'experiment_runs',
        new.experiment_id || '/' || new.training_run_id,
        json_object(
            'experiment_id', json_object('after', new.experiment_id),
            'training_run_id', json_object('after', new.training_run_id),
            'label', json_object('after', new.label)
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER experiment_runs_audit_update
AFTER UPDATE ON experiment_runs
WHEN
    old.experiment_id IS NOT new.experiment_id
    OR old.training_run_id IS NOT new.training_run_id
    OR old.label IS NOT new.label
    OR old.created_at IS NOT new.created_at
BEGIN
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'update',
        'experiment_runs',
        old.experiment_id || '/' || old.training_run_id,
        (
            SELECT nullif(json_group_object(c.field, json(c.change)), '{}')
            FROM (
                SELECT
                    'experiment_id' AS field,
                    json_object('before', old.experiment_id, 'after', new.experiment_id) AS change
                WHERE old.experiment_id IS NOT new.experiment_id
                UNION ALL
                SELECT
                    'training_run_id',
                    json_object('before', old.training_run_id, 'after', new.training_run_id)
                WHERE old.training_run_id IS NOT new.training_run_id
                UNION ALL
                SELECT
                    'label',
                    json_object('before', old.label, 'after', new.label)
                WHERE old.label IS NOT new.label
                UNION ALL
                SELECT
                    'created_at',
                    json_object('before', old.created_at, 'after', new.created_at)
                WHERE old.created_at IS NOT new.created_at
            ) AS c
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER experiment_runs_audit_delete
AFTER DELETE ON experiment_runs
BEGIN
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'delete',
        'experiment_runs',
        old.experiment_id || '/' || old.training_run_id,
        json_object(
            'experiment_id', json_object('before', old.experiment_id),
            'training_run_id', json_object('before', old.training_run_id),
            'label', json_object('before', old.label),
            'created_at', json_object('before', old.created_at)
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER benchmarks_audit_conflict
BEFORE INSERT ON benchmarks
WHEN
    EXISTS (SELECT 1 FROM audit_conflicts)
    OR EXISTS (
        SELECT 1 FROM benchmarks AS r
        WHERE r.id = new.id
    )
BEGIN
    DELETE FROM audit_conflicts;
    INSERT INTO audit_conflicts (table_name)
    SELECT 'benchmarks'
    WHERE EXISTS (
            SELECT 1 FROM benchmarks AS r
            WHERE r.id = new.id
        );
END;

CREATE TRIGGER benchmarks_audit_replace
BEFORE UPDATE OF id ON benchmarks
BEGIN
    SELECT raise(ABORT, 'UNIQUE constraint failed: benchmarks.id')
    FROM benchmarks AS r
    WHERE
        old.id IS NOT new.id
        AND r.id = new.id
        AND r.id <> old.id;
END;

CREATE TRIGGER benchmarks_audit_insert
AFTER INSERT ON benchmarks
BEGIN
    SELECT raise(ABORT, 'CHECK constraint failed: benchmarks_replace_check')
    FROM audit_conflicts;
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'create',
        'benchmarks',
        new.id,
        json_object(
            'name', json_object('after', new.name),
            'description', json_object('after', new.description),
            'provider', json_object('after', new.provider),
            'model', json_object('after', new.model),
            'dataset', json_object('after', new.dataset),
            'model_version_id', json_object('after', new.model_version_id),
            'dataset_id', json_object('after', new.dataset_id),
            'status', json_object('after', new.status),
            'total_iterations', json_object('after', new.total_iterations),
            'completed_iterations', json_object('after', new.completed_iterations),
            'failed_iterations', json_object('after', new.failed_iterations),
            'results', json_object('after', json(new.results)),
            'metrics', json_object('after', json(new.metrics)),
            'error', json_object('after', new.error),
            'started_at', json_object('after', new.started_at),
            'completed_at', json_object('after', new.completed_at),
            'created_by', json_object('after', new.created_by),
            'team_id', json_object('after', new.team_id)
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER benchmarks_audit_update
AFTER UPDATE ON benchmarks
WHEN
    old.id IS NOT new.id
    OR old.name IS NOT new.name
    OR old.description IS NOT new.description
    OR old.provider IS NOT new.provider
    OR old.model IS NOT new.model
    OR old.dataset IS NOT new.dataset
    OR old.model_version_id IS NOT new.model_version_id
    OR old.dataset_id IS NOT new.dataset_id
    OR old.status IS NOT new.status
    OR old.total_iterations IS NOT new.total_iterations
    OR old.completed_iterations IS NOT new.completed_iterations
    OR old.failed_iterations IS NOT new.failed_iterations
    OR json(old.results) IS NOT json(new.results)
    OR json(old.metrics) IS NOT json(new.metrics)
    OR old.error IS NOT new.error
    OR old.started_at IS NOT new.started_at
    OR old.completed_at IS NOT new.completed_at
    OR old.created_by IS NOT new.created_by
    OR old.team_id IS NOT new.team_id
    OR old.created_at IS NOT new.created_at
BEGIN
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'update',
        'benchmarks',
        old.id,
        (
            SELECT nullif(json_group_object(c.field, json(c.change)), '{}')
            FROM (
                SELECT
                    'id' AS field,
                    json_object('before', old.id, 'after', new.id) AS change
                WHERE old.id IS NOT new.id
                UNION ALL
                SELECT
                    'name',
                    json_object('before', old.name, 'after', new.name)
                WHERE old.name IS NOT new.name
                UNION ALL
                SELECT
                    'description',
                    json_object('before', old.description, 'after', new.description)
                WHERE old.description IS NOT new.description
                UNION ALL
                SELECT
                    'provider',
                    json_object('before', old.provider, 'after', new.provider)
                WHERE old.provider IS NOT new.provider
                UNION ALL
                SELECT
                    'model',
                    json_object('before', old.model, 'after', new.model)
                WHERE old.model IS NOT new.model
                UNION ALL
                SELECT
                    'dataset',
                    json_object('before', old.dataset, 'after', new.dataset)
                WHERE old.dataset IS NOT new.dataset
                UNION ALL
                SELECT
                    'model_version_id',
                    json_object('before', old.model_version_id, 'after', new.model_version_id)
                WHERE old.model_version_id IS NOT new.model_version_id
                UNION ALL
                SELECT
                    'dataset_id',
                    json_object('before', old.dataset_id, 'after', new.dataset_id)
                WHERE old.dataset_id IS NOT new.dataset_id
                UNION ALL
                SELECT
                    'status',
                    json_object('before', old.status, 'after', new.status)
                WHERE old.status IS NOT new.status
                UNION ALL
                SELECT
                    'total_iterations',
                    json_object('before', old.total_iterations, 'after', new.total_iterations)
                WHERE old.total_iterations IS NOT new.total_iterations
                UNION ALL
                SELECT
                    'completed_iterations',
                    json_object('before', old.completed_iterations, 'after', new.completed_iterations)
                WHERE old.completed_iterations IS NOT new.completed_iterations
                UNION ALL
                SELECT
                    'failed_iterations',
                    json_object('before', old.failed_iterations, 'after', new.failed_iterations)
                WHERE old.failed_iterations IS NOT new.failed_iterations
                UNION ALL
                SELECT
                    'results',
                    json_object('before', json(old.results), 'after', json(new.results))
                WHERE json(old.results) IS NOT json(new.results)
                UNION ALL
                SELECT
                    'metrics',
                    json_object('before', json(old.metrics), 'after', json(new.metrics))
                WHERE json(old.metrics) IS NOT json(new.metrics)
                UNION ALL
                SELECT
                    'error',
                    json_object('before', old.error, 'after', new.error)
                WHERE old.error IS NOT new.error
                UNION ALL
                SELECT
                    'started_at',
                    json_object('before', old.started_at, 'after', new.started_at)
                WHERE old.started_at IS NOT new.started_at
                UNION ALL
                SELECT
                    'completed_at',
                    json_object('before', old.completed_at, 'after', new.completed_at)
                WHERE old.completed_at IS NOT new.completed_at
                UNION ALL
                SELECT
                    'created_by',
                    json_object('before', old.created_by, 'after', new.created_by)
                WHERE old.created_by IS NOT new.created_by
                UNION ALL
                SELECT
                    'team_id',
                    json_object('before', old.team_id, 'after', new.team_id)
                WHERE old.team_id IS NOT new.team_id
                UNION ALL
                SELECT
                    'created_at',
                    json_object('before', old.created_at, 'after', new.created_at)
                WHERE old.created_at IS NOT new.created_at
            ) AS c
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER benchmarks_audit_delete
AFTER DELETE ON benchmarks
BEGIN
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'delete',
        'benchmarks',
        old.id,
        json_object(
            'name', json_object('before', old.name),
            'description', json_object('before', old.description),
            'provider', json_object('before', old.provider),
            'model', json_object('before', old.model),
            'dataset', json_object('before', old.dataset),
            'model_version_id', json_object('before', old.model_version_id),
            'dataset_id', json_object('before', old.dataset_id),
            'status', json_object('before', old.status),
            'total_iterations', json_object('before', old.total_iterations),
            'completed_iterations', json_object('before', old.completed_iterations),
            'failed_iterations', json_object('before', old.failed_iterations),
            'results', json_object('before', json(old.results)),
            'metrics', json_object('before', json(old.metrics)),
            'error', json_object('before', old.error),
            'started_at', json_object('before', old.started_at),
            'completed_at', json_object('before', old.completed_at),
            'created_by', json_object('before', old.created_by),
            'team_id', json_object('before', old.team_id),
            'created_at', json_object('before', old.created_at)
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER retention_policies_audit_conflict
BEFORE INSERT ON retention_policies
WHEN
    EXISTS (SELECT 1 FROM audit_conflicts)
    OR EXISTS (
        SELECT 1 FROM retention_policies AS r
        WHERE r.table_name = new.table_name
    )
BEGIN
    DELETE FROM audit_conflicts;
    INSERT INTO audit_conflicts (table_name)
    SELECT 'retention_policies'
    WHERE EXISTS (
            SELECT 1 FROM retention_policies AS r
            WHERE r.table_name = new.table_name
        );
END;

CREATE TRIGGER retention_policies_audit_replace
BEFORE UPDATE OF table_name ON retention_policies
BEGIN
    SELECT raise(ABORT, 'UNIQUE constraint failed: retention_policies.table_name')
    FROM retention_policies AS r
    WHERE
        old.table_name IS NOT new.table_name
        AND r.table_name = new.table_name
        AND r.table_name <> old.table_name;
END;

CREATE TRIGGER retention_policies_audit_insert
AFTER INSERT ON retention_policies
BEGIN
    SELECT raise(ABORT, 'CHECK constraint failed: retention_policies_replace_check')
    FROM audit_conflicts;
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'create',
        'retention_policies',
        new.table_name,
        json_object(
            'keep_days', json_object('after', new.keep_days),
            'action', json_object('after', new.action),
            'enabled', json_object('after', json(CASE new.enabled WHEN 1 THEN 'true' WHEN 0 THEN 'false' END))
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER retention_policies_audit_update
AFTER UPDATE ON retention_policies
WHEN
    old.table_name IS NOT new.table_name
    OR old.keep_days IS NOT new.keep_days
    OR old.action IS NOT new.action
    OR old.enabled IS NOT new.enabled
    OR old.created_at IS NOT new.created_at
BEGIN
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'update',
        'retention_policies',
        old.table_name,
        (
            SELECT nullif(json_group_object(c.field, json(c.change)), '{}')
            FROM (
                SELECT
                    'table_name' AS field,
                    json_object('before', old.table_name, 'after', new.table_name) AS change
                WHERE old.table_name IS NOT new.table_name
                UNION ALL
                SELECT
                    'keep_days',
                    json_object('before', old.keep_days, 'after', new.keep_days)
                WHERE old.keep_days IS NOT new.keep_days
                UNION ALL
                SELECT
                    'action',
                    json_object('before', old.action, 'after', new.action)
                WHERE old.action IS NOT new.action
                UNION ALL
                SELECT
                    'enabled',
                    json_object(
                        'before', json(CASE old.enabled WHEN 1 THEN 'true' WHEN 0 THEN 'false' END),
                        'after', json(CASE new.enabled WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)
                    )
                WHERE old.enabled IS NOT new.enabled
                UNION ALL
                SELECT
                    'created_at',
                    json_object('before', old.created_at, 'after', new.created_at)
                WHERE old.created_at IS NOT new.created_at
            ) AS c
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER retention_policies_audit_delete
AFTER DELETE ON retention_policies
BEGIN
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'delete',
        'retention_policies',
        old.table_name,
        json_object(
            'keep_days', json_object('before', old.keep_days),
            'action', json_object('before', old.action),
            'enabled', json_object('before', json(CASE old.enabled WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)),
            'created_at', json_object('before', old.created_at)
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER schema_migrations_audit_conflict
BEFORE INSERT ON schema_migrations
WHEN
    EXISTS (SELECT 1 FROM audit_conflicts)
    OR EXISTS (
        SELECT 1 FROM schema_migrations AS r
        WHERE r.version = new.version
    )
BEGIN
    DELETE FROM audit_conflicts;
    INSERT INTO audit_conflicts (table_name)
    SELECT 'schema_migrations'
    WHERE EXISTS (
            SELECT 1 FROM schema_migrations AS r
            WHERE r.version = new.version
        );
END;

CREATE TRIGGER schema_migrations_audit_replace
BEFORE UPDATE OF version ON schema_migrations
BEGIN
    SELECT raise(ABORT, 'UNIQUE constraint failed: schema_migrations.version')
    FROM schema_migrations AS r
    WHERE
        old.version IS NOT new.version
        AND r.version = new.version
        AND r.version <> old.version;
END;

CREATE TRIGGER schema_migrations_audit_insert
AFTER INSERT ON schema_migrations
BEGIN
    SELECT raise(ABORT, 'CHECK constraint failed: schema_migrations_replace_check')
    FROM audit_conflicts;
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'create',
        'schema',
        CAST(new.version AS TEXT),
        json_object(
            'name', json_object('after', new.name),
            'text_checksum', json_object('after', new.text_checksum),
            'sql_checksum', json_object('after', new.sql_checksum),
            'state', json_object('after', new.state),
            'applied_at', json_object('after', new.applied_at),
            'duration_ms', json_object('after', new.duration_ms)
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER schema_migrations_audit_update
AFTER UPDATE ON schema_migrations
WHEN
    old.version IS NOT new.version
    OR old.name IS NOT new.name
    OR old.text_checksum IS NOT new.text_checksum
    OR old.sql_checksum IS NOT new.sql_checksum
    OR old.state IS NOT new.state
    OR old.applied_at IS NOT new.applied_at
    OR old.duration_ms IS NOT new.duration_ms
BEGIN
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'update',
        'schema',
        CAST(old.version AS TEXT),
        (
            SELECT nullif(json_group_object(c.field, json(c.change)), '{}')
            FROM (
                SELECT
                    'version' AS field,
                    json_object('before', old.version, 'after', new.version) AS change
                WHERE old.version IS NOT new.version
                UNION ALL
                SELECT
                    'name',
                    json_object('before', old.name, 'after', new.name)
                WHERE old.name IS NOT new.name
                UNION ALL
                SELECT
                    'text_checksum',
                    json_object('before', old.text_checksum, 'after', new.text_checksum)
                WHERE old.text_checksum IS NOT new.text_checksum
                UNION ALL
                SELECT
                    'sql_checksum',
                    json_object('before', old.sql_checksum, 'after', new.sql_checksum)
                WHERE old.sql_checksum IS NOT new.sql_checksum
                UNION ALL
                SELECT
                    'state',
                    json_object('before', old.state, 'after', new.state)
                WHERE old.state IS NOT new.state
                UNION ALL
                SELECT
                    'applied_at',
                    json_object('before', old.applied_at, 'after', new.applied_at)
                WHERE old.applied_at IS NOT new.applied_at
                UNION ALL
                SELECT
                    'duration_ms',
                    json_object('before', old.duration_ms, 'after', new.duration_ms)
                WHERE old.duration_ms IS NOT new.duration_ms
            ) AS c
        )
    FROM audit_actor AS a;
END;

CREATE TRIGGER schema_migrations_audit_delete
AFTER DELETE ON schema_migrations
BEGIN
    INSERT INTO audit_logs (
        actor_id,
        actor,
        ip_address,
        user_agent,
        action,
        entity_type,
        entity_id,
        changes
    )
    SELECT
        a.actor_id,
        a.actor,
        a.ip_address,
        a.user_agent,
        'delete',
        'schema',
        CAST(old.version AS TEXT),
        json_object(
            'name', json_object('before', old.name),
            'text_checksum', json_object('before', old.text_checksum),
            'sql_checksum', json_object('before', old.sql_checksum),
            'state', json_object('before', old.state),
            'applied_at', json_object('before', old.applied_at),
            'duration_ms', json_object('before', old.duration_ms)
        )
    FROM audit_actor AS a;
END;

INSERT INTO evaluations_search (evaluations_search)
VALUES ('rebuild');

INSERT INTO audited_tables (table_name, audited, entity_type, reason)
VALUES
('accuracy_metrics', false, NULL, 'append-only facts: a measurement is added and never changed'),
('api_keys', true, 'api_keys', NULL),
('audit_conflicts', false, NULL, 'what a trigger tells another within one insert'),
('audit_context', false, NULL, 'who acts in the transaction that is open; empty otherwise'),
('audit_head', false, NULL, 'the audit log itself: the end of its chain'),
('audit_logs', false, NULL, 'the audit log itself, which its chain guards'),
('audited_tables', false, NULL, 'changed by migrations only, which are audited'),
('benchmarks', true, 'benchmarks', NULL),
('checkpoints', false, NULL, 'facts of a run, too many to record twice'),
('comparison_results', false, NULL, 'append-only facts: a result is added and never changed'),
('corpus_passages', false, NULL, 'computed from corpus_texts by triggers'),
('corpus_texts', false, NULL, 'content, too large to record twice; its dataset is audited'),
('daily_resources', false, NULL, 'computed: a stored view, which a refresh fills again'),
('daily_usage', false, NULL, 'computed: a stored view, which a refresh fills again'),
('dataset_splits', true, 'dataset_splits', NULL),
('dataset_usage', false, NULL, 'computed: a stored view, which a refresh fills again'),
('datasets', true, 'datasets', NULL),
('erasures', true, 'erasures', NULL),
('evaluated_models', false, NULL, 'computed: a stored view, which a refresh fills again'),
('evaluation_documents', false, NULL, 'computed from evaluations by triggers'),
('evaluations', false, NULL, 'facts of a model, too many to record twice'),
('experiment_runs', true, 'experiment_runs', NULL),
('experiment_summary', false, NULL, 'computed: a stored view, which a refresh fills again'),
('experiments', true, 'experiments', NULL),
('generations', false, NULL, 'append-only facts: what a model wrote'),
('inference_requests', false, NULL, 'facts of a session, too many to record twice'),
('inference_sessions', false, NULL, 'facts of use, too many to record twice'),
('job_queues', false, NULL, 'operation of the queue: paused and resumed as load asks for'),
('job_schedules', false, NULL, 'operation of the queue: moved on by workers at each run'),
('jobs', false, NULL, 'operation of the queue: changed at every step of each job'),
('login_attempts', false, NULL, 'append-only facts; login and login_failed are recorded by the functions'),
('markov_models', false, NULL, 'computed from corpus_texts'),
('markov_ngrams', false, NULL, 'computed from corpus_texts'),
('markov_texts', false, NULL, 'computed from corpus_texts'),
('model_aliases', true, 'model_aliases', NULL),
('model_benchmarks', false, NULL, 'append-only facts: a measurement is added and never changed'),
('model_leaderboard', false, NULL, 'computed: a stored view, which a refresh fills again'),
('model_performance', false, NULL, 'append-only facts: a measurement is added and never changed'),
('model_versions', true, 'model_versions', NULL),
('models', true, 'models', NULL),
('neural_configs', false, NULL, 'settings of a run, made with it and never changed'),
('one_time_tokens', false, NULL, 'they hold a secret and end soon; what they did to the account is audited'),
('platform_overview', false, NULL, 'computed: a stored view, which a refresh fills again'),
('predictions', false, NULL, 'facts of a model, too many to record twice'),
('recent_activity', false, NULL, 'computed: a stored view, which a refresh fills again'),
('retention_policies', true, 'retention_policies', NULL),
('role_permissions', true, 'role_permissions', NULL),
('run_metric_summary', false, NULL, 'computed: a stored view, which a refresh fills again'),
('run_metric_summary_touched', false, NULL, 'what a refresh of run_metric_summary has to look at'),
('schema_migrations', true, 'schema', NULL),
('sessions', false, NULL, 'changed at every request; login, logout and revoking are recorded by the functions'),
('system_metrics', false, NULL, 'append-only facts: a measurement is added and never changed'),
('team_members', true, 'team_members', NULL),
('teams', true, 'teams', NULL),
('training_metrics', false, NULL, 'append-only facts: a measurement is added and never changed'),
('training_run_summary', false, NULL, 'computed: a stored view, which a refresh fills again'),
('training_runs', false, NULL, 'facts of work, changed at every step'),
('users', true, 'users', NULL),
('view_refreshes', false, NULL, 'when stored views were refreshed'),
('workers', false, NULL, 'operation of the queue: changed at every heartbeat');

INSERT INTO role_permissions (role, action, entity_type, reach)
VALUES
('admin', 'read', 'datasets', 'all'),
('admin', 'create', 'datasets', 'all'),
('admin', 'update', 'datasets', 'all'),
('admin', 'delete', 'datasets', 'all'),
('admin', 'export', 'datasets', 'all'),
('admin', 'read', 'models', 'all'),
('admin', 'create', 'models', 'all'),
('admin', 'update', 'models', 'all'),
('admin', 'delete', 'models', 'all'),
('admin', 'export', 'models', 'all'),
('admin', 'read', 'training_runs', 'all'),
('admin', 'create', 'training_runs', 'all'),
('admin', 'update', 'training_runs', 'all'),
('admin', 'delete', 'training_runs', 'all'),
('admin', 'export', 'training_runs', 'all'),
('admin', 'read', 'experiments', 'all'),
('admin', 'create', 'experiments', 'all'),
('admin', 'update', 'experiments', 'all'),
('admin', 'delete', 'experiments', 'all'),
('admin', 'export', 'experiments', 'all'),
('admin', 'read', 'benchmarks', 'all'),
('admin', 'create', 'benchmarks', 'all'),
('admin', 'update', 'benchmarks', 'all'),
('admin', 'delete', 'benchmarks', 'all'),
('admin', 'export', 'benchmarks', 'all'),
('admin', 'read', 'evaluations', 'all'),
('admin', 'create', 'evaluations', 'all'),
('admin', 'update', 'evaluations', 'all'),
('admin', 'delete', 'evaluations', 'all'),
('admin', 'export', 'evaluations', 'all'),
('admin', 'read', 'comparison_results', 'all'),
('admin', 'create', 'comparison_results', 'all'),
('admin', 'delete', 'comparison_results', 'all'),
('admin', 'export', 'comparison_results', 'all'),
('admin', 'read', 'inference_sessions', 'all'),
('admin', 'create', 'inference_sessions', 'all'),
('admin', 'update', 'inference_sessions', 'all'),
('admin', 'delete', 'inference_sessions', 'all'),
('admin', 'export', 'inference_sessions', 'all'),
('admin', 'read', 'generations', 'all'),
('admin', 'create', 'generations', 'all'),
('admin', 'update', 'generations', 'all'),
('admin', 'delete', 'generations', 'all'),
('admin', 'export', 'generations', 'all'),
('admin', 'read', 'predictions', 'all'),
('admin', 'create', 'predictions', 'all'),
('admin', 'delete', 'predictions', 'all'),
('admin', 'export', 'predictions', 'all'),
('admin', 'read', 'corpus_texts', 'all'),
('admin', 'create', 'corpus_texts', 'all'),
('admin', 'delete', 'corpus_texts', 'all'),
('admin', 'export', 'corpus_texts', 'all'),
('admin', 'read', 'neural_configs', 'all'),
('admin', 'create', 'neural_configs', 'all'),
('admin', 'update', 'neural_configs', 'all'),
('admin', 'delete', 'neural_configs', 'all'),
('admin', 'read', 'jobs', 'all'),
('admin', 'create', 'jobs', 'all'),
('admin', 'update', 'jobs', 'all'),
('admin', 'delete', 'jobs', 'all'),
('admin', 'read', 'job_queues', 'all'),
('admin', 'create', 'job_queues', 'all'),
('admin', 'update', 'job_queues', 'all'),
('admin', 'delete', 'job_queues', 'all'),
('admin', 'read', 'job_schedules', 'all'),
('admin', 'create', 'job_schedules', 'all'),
('admin', 'update', 'job_schedules', 'all'),
('admin', 'delete', 'job_schedules', 'all'),
('admin', 'read', 'workers', 'all'),
('admin', 'create', 'workers', 'all'),
('admin', 'update', 'workers', 'all'),
('admin', 'delete', 'workers', 'all'),
('admin', 'read', 'system_metrics', 'all'),
('admin', 'create', 'system_metrics', 'all'),
('admin', 'delete', 'system_metrics', 'all'),
('admin', 'read', 'view_refreshes', 'all'),
('admin', 'update', 'view_refreshes', 'all'),
('admin', 'read', 'users', 'all'),
('admin', 'create', 'users', 'all'),
('admin', 'update', 'users', 'all'),
('admin', 'delete', 'users', 'all'),
('admin', 'export', 'users', 'all'),
('admin', 'change_role', 'users', 'all'),
('admin', 'administer', 'users', 'all'),
('admin', 'read', 'teams', 'all'),
('admin', 'create', 'teams', 'all'),
('admin', 'update', 'teams', 'all'),
('admin', 'delete', 'teams', 'all'),
('admin', 'read', 'sessions', 'all'),
('admin', 'delete', 'sessions', 'all'),
('admin', 'read', 'api_keys', 'all'),
('admin', 'create', 'api_keys', 'all'),
('admin', 'update', 'api_keys', 'all'),
('admin', 'delete', 'api_keys', 'all'),
('admin', 'read', 'role_permissions', 'all'),
('admin', 'create', 'role_permissions', 'all'),
('admin', 'update', 'role_permissions', 'all'),
('admin', 'delete', 'role_permissions', 'all'),
('admin', 'read', 'audit_logs', 'all'),
('admin', 'export', 'audit_logs', 'all'),
('admin', 'read', 'erasures', 'all'),
('admin', 'create', 'erasures', 'all'),
('admin', 'read', 'retention_policies', 'all'),
('admin', 'create', 'retention_policies', 'all'),
('admin', 'update', 'retention_policies', 'all'),
('admin', 'delete', 'retention_policies', 'all'),
('admin', 'read', 'schema_migrations', 'all'),
('admin', 'create', 'schema_migrations', 'all'),
('researcher', 'read', 'datasets', 'team'),
('researcher', 'create', 'datasets', 'team'),
('researcher', 'update', 'datasets', 'team'),
('researcher', 'delete', 'datasets', 'own'),
('researcher', 'export', 'datasets', 'team'),
('researcher', 'read', 'models', 'team'),
('researcher', 'create', 'models', 'team'),
('researcher', 'update', 'models', 'team'),
('researcher', 'delete', 'models', 'own'),
('researcher', 'export', 'models', 'team'),
('researcher', 'read', 'training_runs', 'team'),
('researcher', 'create', 'training_runs', 'team'),
('researcher', 'update', 'training_runs', 'team'),
('researcher', 'delete', 'training_runs', 'own'),
('researcher', 'export', 'training_runs', 'team'),
('researcher', 'read', 'experiments', 'team'),
('researcher', 'create', 'experiments', 'team'),
('researcher', 'update', 'experiments', 'team'),
('researcher', 'delete', 'experiments', 'own'),
('researcher', 'export', 'experiments', 'team'),
('researcher', 'read', 'benchmarks', 'team'),
('researcher', 'create', 'benchmarks', 'team'),
('researcher', 'update', 'benchmarks', 'team'),
('researcher', 'delete', 'benchmarks', 'own'),
('researcher', 'export', 'benchmarks', 'team'),
('researcher', 'read', 'evaluations', 'team'),
('researcher', 'create', 'evaluations', 'team'),
('researcher', 'update', 'evaluations', 'team'),
('researcher', 'delete', 'evaluations', 'own'),
('researcher', 'export', 'evaluations', 'team'),
('researcher', 'read', 'comparison_results', 'team'),
('researcher', 'create', 'comparison_results', 'team'),
('researcher', 'delete', 'comparison_results', 'own'),
('researcher', 'export', 'comparison_results', 'team'),
('researcher', 'read', 'inference_sessions', 'team'),
('researcher', 'create', 'inference_sessions', 'team'),
('researcher', 'update', 'inference_sessions', 'own'),
('researcher', 'export', 'inference_sessions', 'team'),
('researcher', 'read', 'generations', 'team'),
('researcher', 'create', 'generations', 'team'),
('researcher', 'update', 'generations', 'team'),
('researcher', 'export', 'generations', 'team'),
('researcher', 'read', 'predictions', 'team'),
('researcher', 'create', 'predictions', 'team'),
('researcher', 'export', 'predictions', 'team'),
('researcher', 'read', 'corpus_texts', 'all'),
('researcher', 'create', 'corpus_texts', 'all'),
('researcher', 'export', 'corpus_texts', 'all'),
('researcher', 'read', 'neural_configs', 'all'),
('researcher', 'create', 'neural_configs', 'all'),
('researcher', 'update', 'neural_configs', 'all'),
('researcher', 'read', 'jobs', 'all'),
('researcher', 'create', 'jobs', 'all'),
('researcher', 'update', 'jobs', 'all'),
('researcher', 'read', 'job_queues', 'all'),
('researcher', 'read', 'job_schedules', 'all'),
('researcher', 'read', 'workers', 'all'),
('researcher', 'read', 'system_metrics', 'all'),
('researcher', 'create', 'system_metrics', 'all'),
('researcher', 'read', 'view_refreshes', 'all'),
('researcher', 'update', 'view_refreshes', 'all'),
('researcher', 'read', 'users', 'own'),
('researcher', 'update', 'users', 'own'),
('researcher', 'export', 'users', 'own'),
('researcher', 'read', 'teams', 'team'),
('researcher', 'update', 'teams', 'own'),
('researcher', 'read', 'sessions', 'own'),
('researcher', 'delete', 'sessions', 'own'),
('researcher', 'read', 'api_keys', 'own'),
('researcher', 'create', 'api_keys', 'own'),
('researcher', 'update', 'api_keys', 'own'),
('researcher', 'delete', 'api_keys', 'own'),
('researcher', 'read', 'role_permissions', 'all'),
('user', 'read', 'datasets', 'team'),
('user', 'read', 'models', 'team'),
('user', 'read', 'training_runs', 'team'),
('user', 'read', 'experiments', 'team'),
('user', 'read', 'benchmarks', 'team'),
('user', 'read', 'evaluations', 'team'),
('user', 'read', 'comparison_results', 'team'),
('user', 'read', 'inference_sessions', 'own'),
('user', 'create', 'inference_sessions', 'team'),
('user', 'update', 'inference_sessions', 'own'),
('user', 'export', 'inference_sessions', 'own'),
('user', 'create', 'generations', 'team'),
('user', 'create', 'predictions', 'team'),
('user', 'read', 'corpus_texts', 'all'),
('user', 'read', 'neural_configs', 'all'),
('user', 'read', 'view_refreshes', 'all'),
('user', 'read', 'users', 'own'),
('user', 'update', 'users', 'own'),
('user', 'export', 'users', 'own'),
('user', 'read', 'teams', 'team'),
('user', 'update', 'teams', 'own'),
('user', 'read', 'sessions', 'own'),
('user', 'delete', 'sessions', 'own'),
('user', 'read', 'api_keys', 'own'),
('user', 'create', 'api_keys', 'own'),
('user', 'update', 'api_keys', 'own'),
('user', 'delete', 'api_keys', 'own'),
('user', 'read', 'role_permissions', 'all');

INSERT INTO schema_migrations (version, name, text_checksum, sql_checksum, state, duration_ms)
VALUES (1, 'identity', 'f4dc9e5c4a35736dd8d137aaa2ff4e918c815e3307e50a892c52be49780d0e54', 'c67f5a6ff42754d81f96f757cd20f81b7c18413445d6665f6c09c9b1db71c321', 'applied', NULL);
INSERT INTO schema_migrations (version, name, text_checksum, sql_checksum, state, duration_ms)
VALUES (2, 'data', 'f1adac952ca94bd622968fcbf218dd5d9d1b295a17d6b6f982325c31ed5e55b4', '995d0c5d5394c4201d754674da7736e2e92c1f84b0a40c081ae80d160cc7328b', 'applied', NULL);
INSERT INTO schema_migrations (version, name, text_checksum, sql_checksum, state, duration_ms)
VALUES (3, 'models', '03c9f34d768fa2adac72b68ecdb3fef0fe355f87d1e4010af8f9d0b6e2bd4ad6', 'f3f2de7c9d9d6678032690609c9ce0aefc8c1f865d14a0d8c172ee82f191f160', 'applied', NULL);
INSERT INTO schema_migrations (version, name, text_checksum, sql_checksum, state, duration_ms)
VALUES (4, 'training', 'ca5854bd4012d717cd3f40768209e7b801ae1d098ba94e0392a6b99b438e0508', '7f6827896e4769f34e118c71415ad3084c4127399dc3228eac1206cce745ede0', 'applied', NULL);
INSERT INTO schema_migrations (version, name, text_checksum, sql_checksum, state, duration_ms)
VALUES (5, 'experiments', '44e7f1356d7190faa8141e28a65e2cb825f7b3ec7812b7e6d60ae132291b93e9', '638846eabd6a81ae02a7d853d6ee8c2317aa698beefc2aa302d211de88fb79f0', 'applied', NULL);
INSERT INTO schema_migrations (version, name, text_checksum, sql_checksum, state, duration_ms)
VALUES (6, 'inference', 'cf9f17aa932b09fafbb8c89cb08d75d1355e25466357f284f46f24f68b1d1c93', 'bff477f2e763bdd6cb6b4d449a10cd703fefc693b3a44151039fb9705750d406', 'applied', NULL);
INSERT INTO schema_migrations (version, name, text_checksum, sql_checksum, state, duration_ms)
VALUES (7, 'work', '5745f1239c9971fbb0f983c31a9e2e8d8407b1f8adcb866c1d21d0c7ae74aa3d', '78d83bebc41203c737d04fc0524b6e50db4e9e3a405f4bc9ab3e5d30429b1475', 'applied', NULL);
INSERT INTO schema_migrations (version, name, text_checksum, sql_checksum, state, duration_ms)
VALUES (8, 'system', '0aa28384bbbca7fe00887d404ea76654233ed3f1a934215455f01f4c915168b2', 'f42b817ae6f8c6c660576c48738d59b00aff1d7b5f9a352f9ef2ece3f4c8d406', 'applied', NULL);
INSERT INTO schema_migrations (version, name, text_checksum, sql_checksum, state, duration_ms)
VALUES (9, 'views', '468fec5fc9797a43321f955bb9df44829714cc32d3b620f55f470167c5d945a0', '0a386a5bfedcf0b3eed5a92fe188166c23f018a6d6cdd67b2ebc2abebd49a31f', 'applied', NULL);
INSERT INTO schema_migrations (version, name, text_checksum, sql_checksum, state, duration_ms)
VALUES (10, 'corpus_search', '84eb127f8b9a42008f78cc2d2822aea9fa4f4f1c48d3f9722ccd880f1ea55f84', '3bb693466a667e50054a719e688e13f12216da505b4084aed6f2b971e81d29c7', 'applied', NULL);
INSERT INTO schema_migrations (version, name, text_checksum, sql_checksum, state, duration_ms)
VALUES (11, 'evaluation_search', '473e3bbb631dbea4b4976fe8ba4276d82e17cf210c782efc645032e16fe72300', '5e69fbc5c0dc7b785e7bc6937001f1253f0091a058d739acc99a0da3b2236134', 'applied', NULL);
INSERT INTO schema_migrations (version, name, text_checksum, sql_checksum, state, duration_ms)
VALUES (12, 'audit', '7b4bcb298fa2ca2ea115da97f2241a45492ca1c5e8e231686af1c2521a042a37', '705fd164991ae435cb752ddadf40798f1151a1470223401d9a859b697c3e8605', 'applied', NULL);
INSERT INTO schema_migrations (version, name, text_checksum, sql_checksum, state, duration_ms)
VALUES (13, 'permissions', '0f3f484574cefe121e644f6525fd3761581841d99fa46c192b5d32e9484b5657', '0da0426c9880a22c9051db48ad98c96b61171a4b484145e3c75fbdd69741dc2b', 'applied', NULL);
INSERT INTO schema_migrations (version, name, text_checksum, sql_checksum, state, duration_ms)
VALUES (14, 'row_security', '7220f8b7a98dea7df33396150988dec92bceb93c76057f9924a8741d13d0cf96', '4fb493c83340b8d5357853e7d791add9e39ba4f954384299b98a7a521395c3ce', 'applied', NULL);
