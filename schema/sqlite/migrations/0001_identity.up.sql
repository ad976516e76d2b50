-- 0001 identity: users, teams, tokens, sessions, API keys, permissions and the audit log.
-- Locks: the one writer, for a moment; creates new objects only.
-- Undo:  0001_identity.down.sql drops all accounts, keys and the audit log.
-- By hand: as `plainbase migrate render` writes it, so that schema_migrations is told too.

-- grows: one row for each account.
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

-- Serves users.list: newest first, page by page.
CREATE INDEX users_created_at_idx
ON users (created_at DESC, id DESC);


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

-- Serves teams.list_for_user, and the foreign key.
CREATE INDEX team_members_user_id_idx
ON team_members (user_id, team_id);


-- grows: one row for each mail that is sent.
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

-- Serves one_time_tokens.revoke_for_user, and the foreign key.
CREATE INDEX one_time_tokens_user_id_idx
ON one_time_tokens (user_id);

-- Serves one_time_tokens.delete_expired.
CREATE INDEX one_time_tokens_expires_at_idx
ON one_time_tokens (expires_at);


-- grows: one row for each attempt.
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

-- Serves login_attempts.account_failures, resets and forgive.
CREATE INDEX login_attempts_email_idx
ON login_attempts (email, attempted_at DESC);

-- Serves login_attempts.address_failures, resets and is_known.
CREATE INDEX login_attempts_ip_address_idx
ON login_attempts (ip_address, attempted_at DESC);

-- Serves login_attempts.delete_before.
CREATE INDEX login_attempts_attempted_at_idx
ON login_attempts (attempted_at);


-- grows: one row for each erasure, kept for good.
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

-- Serves erasures.list_for_subject.
CREATE INDEX erasures_subject_id_idx
ON erasures (subject_id);

-- Serves the foreign key: deleting a user.
CREATE INDEX erasures_erased_by_idx
ON erasures (erased_by)
WHERE erased_by IS NOT NULL;

-- Serves erasures.list.
CREATE INDEX erasures_created_at_idx
ON erasures (created_at DESC, id DESC);


-- grows: one row for each sign-in.
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

-- Serves sessions.list_for_user and revoke_for_user, and the foreign key.
CREATE INDEX sessions_user_id_idx
ON sessions (user_id, created_at DESC, id DESC);

-- Serves sessions.delete_expired.
CREATE INDEX sessions_expires_at_idx
ON sessions (expires_at);


-- grows: one row for each key, kept when it is revoked.
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

-- Serves api_keys.list_for_user and revoke_for_user, and the foreign key.
CREATE INDEX api_keys_user_id_idx
ON api_keys (user_id, created_at DESC, id DESC);


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


-- grows: one row for each change that is audited.
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

-- Serves audit_logs.list_by_user.
CREATE INDEX audit_logs_actor_id_idx
ON audit_logs (actor_id, id DESC);

-- Serves audit_logs.list_by_entity.
CREATE INDEX audit_logs_entity_idx
ON audit_logs (entity_type, entity_id, id DESC);

-- Serves audit_logs.count between two times.
CREATE INDEX audit_logs_created_at_idx
ON audit_logs (created_at);


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
