-- 0001 identity: users, teams, tokens, sessions, API keys, permissions and the audit log.
-- Locks: creates new objects only; safe on a live database.
-- Undo:  0001_identity.down.sql drops all accounts, keys and the audit log.
-- By hand: as `plainbase migrate render` writes it, so that schema_migrations is told too.

-- grows: one row for each account.
CREATE TABLE users (
    id              uuid             NOT NULL,
    -- In lower case, so that one address is one account.
    email           text COLLATE "C" NOT NULL,
    username        text COLLATE "C" NOT NULL,
    -- As plainbase folds names: equal where two look alike. Null where another program made the account.
    folded_username text COLLATE "C",
    -- Null: nobody signs in by password.
    password_hash   text,
    role            text COLLATE "C" NOT NULL DEFAULT 'user',
    preferences     jsonb            NOT NULL DEFAULT '{}',
    active          boolean          NOT NULL DEFAULT true,
    email_verified  boolean          NOT NULL DEFAULT false,
    last_login_at   timestamptz,
    created_at      timestamptz      NOT NULL DEFAULT now(),
    updated_at      timestamptz      NOT NULL DEFAULT now(),
    CONSTRAINT users_pkey PRIMARY KEY (id),
    CONSTRAINT users_email_key UNIQUE (email),
    CONSTRAINT users_username_key UNIQUE (username),
    CONSTRAINT users_folded_username_key UNIQUE (folded_username),
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

COMMENT ON TABLE users IS
'Accounts: who may sign in, and in which role.';


CREATE TABLE teams (
    id           uuid             NOT NULL,
    name         text COLLATE "C" NOT NULL,
    description  text,
    created_at   timestamptz      NOT NULL DEFAULT now(),
    updated_at   timestamptz      NOT NULL DEFAULT now(),
    CONSTRAINT teams_pkey PRIMARY KEY (id),
    -- Serves teams.list too.
    CONSTRAINT teams_name_key UNIQUE (name),
    CONSTRAINT teams_name_check CHECK (length(name) BETWEEN 1 AND 255)
);

COMMENT ON TABLE teams IS
'Teams: who owns datasets, models, experiments, runs, benchmarks and evaluations together.';


CREATE TABLE team_members (
    team_id     uuid             NOT NULL,
    user_id     uuid             NOT NULL,
    role        text COLLATE "C" NOT NULL DEFAULT 'member',
    created_at  timestamptz      NOT NULL DEFAULT now(),
    -- Serves teams.list_members too.
    CONSTRAINT team_members_pkey PRIMARY KEY (team_id, user_id),
    CONSTRAINT team_members_team_id_fkey
        FOREIGN KEY (team_id) REFERENCES teams (id) ON DELETE CASCADE,
    CONSTRAINT team_members_user_id_fkey
        FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT team_members_role_check CHECK (role IN ('owner', 'member'))
);

-- Serves teams.list_for_user, and the foreign key.
CREATE INDEX team_members_user_id_idx
ON team_members (user_id, team_id);

COMMENT ON TABLE team_members IS
'Which users belong to which teams.';


-- grows: one row for each mail that is sent.
CREATE TABLE one_time_tokens (
    id          uuid             NOT NULL,
    user_id     uuid             NOT NULL,
    purpose     text COLLATE "C" NOT NULL,
    -- SHA-256 of the token.
    token_hash  bytea            NOT NULL,
    expires_at  timestamptz      NOT NULL,
    used_at     timestamptz,
    created_at  timestamptz      NOT NULL DEFAULT now(),
    CONSTRAINT one_time_tokens_pkey PRIMARY KEY (id),
    -- Serves one_time_tokens.redeem too.
    CONSTRAINT one_time_tokens_token_hash_key UNIQUE (token_hash),
    CONSTRAINT one_time_tokens_user_id_fkey
        FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT one_time_tokens_purpose_check CHECK (purpose IN ('password_reset', 'email_verification')),
    CONSTRAINT one_time_tokens_token_hash_check CHECK (length(token_hash) = 32),
    CONSTRAINT one_time_tokens_expires_at_check CHECK (expires_at > created_at),
    -- Only here: the years 1 to 9999, which SQLite's type check holds to.
    CONSTRAINT one_time_tokens_expires_at_range_check
        CHECK (extract(EPOCH FROM expires_at) BETWEEN -62135596800 AND 253402300799)
);

-- Serves one_time_tokens.revoke_for_user, and the foreign key.
CREATE INDEX one_time_tokens_user_id_idx
ON one_time_tokens (user_id);

-- Serves one_time_tokens.delete_expired.
CREATE INDEX one_time_tokens_expires_at_idx
ON one_time_tokens (expires_at);

COMMENT ON TABLE one_time_tokens IS
'Tokens sent by mail to reset a password or to verify an address; only their hash is kept.';


-- grows: one row for each attempt.
CREATE TABLE login_attempts (
    id            bigint           NOT NULL GENERATED BY DEFAULT AS IDENTITY,
    email         text COLLATE "C" NOT NULL,
    -- An IPv6 address by its network of 64 bits.
    ip_address    text COLLATE "C",
    -- False from the beginning, until the password was found to be right.
    succeeded     boolean          NOT NULL,
    -- Whether the account had been signed in to from there; strangers' tries are counted apart.
    known         boolean          NOT NULL DEFAULT false,
    -- A failure that counts no more: the account's owner signed in later, or an administrator said so.
    forgiven      boolean          NOT NULL DEFAULT false,
    -- How many more tries were turned away unread while this one made them wait.
    refused       bigint           NOT NULL DEFAULT 0,
    -- A password reset that was asked for, no login: it is no failure.
    reset         boolean          NOT NULL DEFAULT false,
    attempted_at  timestamptz      NOT NULL DEFAULT now(),
    CONSTRAINT login_attempts_pkey PRIMARY KEY (id),
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

COMMENT ON TABLE login_attempts IS
'Logins that were tried, so that guessing can be slowed and locked; by address as typed, known or not.';


-- grows: one row for each erasure, kept for good.
CREATE TABLE erasures (
    id          uuid         NOT NULL,
    -- No foreign key: the account may be gone.
    subject_id  uuid         NOT NULL,
    reason      text,
    -- How many rows of which table were erased.
    details     jsonb        NOT NULL DEFAULT '{}',
    erased_by   uuid,
    created_at  timestamptz  NOT NULL DEFAULT now(),
    CONSTRAINT erasures_pkey PRIMARY KEY (id),
    CONSTRAINT erasures_erased_by_fkey
        FOREIGN KEY (erased_by) REFERENCES users (id) ON DELETE SET NULL
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

COMMENT ON TABLE erasures IS
'Whose personal data was erased, when, and by whom.';


-- grows: one row for each sign-in.
CREATE TABLE sessions (
    id               uuid             NOT NULL,
    user_id          uuid             NOT NULL,
    -- SHA-256 of the token.
    token_hash       bytea            NOT NULL,
    ip_address       text COLLATE "C",
    user_agent       text,
    -- For how long nobody need use it before it ends.
    idle_seconds     double precision NOT NULL DEFAULT 3600,
    -- Ends when idle until then, and at expires_at at the latest.
    idle_expires_at  timestamptz      NOT NULL,
    expires_at       timestamptz      NOT NULL,
    last_seen_at     timestamptz      NOT NULL DEFAULT now(),
    revoked_at       timestamptz,
    -- When it was last recorded that its token was refused, at most once a minute.
    refused_at       timestamptz,
    created_at       timestamptz      NOT NULL DEFAULT now(),
    CONSTRAINT sessions_pkey PRIMARY KEY (id),
    -- Serves sessions.get_by_token too.
    CONSTRAINT sessions_token_hash_key UNIQUE (token_hash),
    CONSTRAINT sessions_user_id_fkey
        FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT sessions_token_hash_check CHECK (length(token_hash) = 32),
    CONSTRAINT sessions_idle_seconds_check CHECK (idle_seconds > 0),
    CONSTRAINT sessions_expires_at_check CHECK (expires_at > created_at),
    -- Only here: the years 1 to 9999, which SQLite's type check holds to.
    CONSTRAINT sessions_expires_at_range_check
        CHECK (extract(EPOCH FROM expires_at) BETWEEN -62135596800 AND 253402300799),
    -- Only here: the years 1 to 9999, which SQLite's type check holds to.
    CONSTRAINT sessions_idle_expires_at_range_check
        CHECK (extract(EPOCH FROM idle_expires_at) BETWEEN -62135596800 AND 253402300799)
);

-- Serves sessions.list_for_user and revoke_for_user, and the foreign key.
CREATE INDEX sessions_user_id_idx
ON sessions (user_id, created_at DESC, id DESC);

-- Serves sessions.delete_expired.
CREATE INDEX sessions_expires_at_idx
ON sessions (expires_at);

COMMENT ON TABLE sessions IS
'Who is signed in; of the token only its hash is kept.';


-- grows: one row for each key, kept when it is revoked.
CREATE TABLE api_keys (
    id            uuid             NOT NULL,
    user_id       uuid             NOT NULL,
    -- The part of the key by which it is found.
    public_id     text COLLATE "C" NOT NULL,
    -- SHA-256 of the secret.
    key_hash      bytea            NOT NULL,
    name          text COLLATE "C" NOT NULL,
    scopes        jsonb            NOT NULL DEFAULT '[]',
    expires_at    timestamptz,
    last_used_at  timestamptz,
    revoked_at    timestamptz,
    -- When another key took its place; it is good until expires_at still.
    replaced_at   timestamptz,
    -- When it was last recorded that it was refused, at most once a minute.
    refused_at    timestamptz,
    created_at    timestamptz      NOT NULL DEFAULT now(),
    updated_at    timestamptz      NOT NULL DEFAULT now(),
    CONSTRAINT api_keys_pkey PRIMARY KEY (id),
    -- Serves api_keys.get_by_public_id too.
    CONSTRAINT api_keys_public_id_key UNIQUE (public_id),
    CONSTRAINT api_keys_user_id_fkey
        FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT api_keys_public_id_check CHECK (length(public_id) BETWEEN 1 AND 64),
    CONSTRAINT api_keys_key_hash_check CHECK (length(key_hash) = 32),
    CONSTRAINT api_keys_name_check CHECK (length(name) BETWEEN 1 AND 255)
);

-- Serves api_keys.list_for_user and revoke_for_user, and the foreign key.
CREATE INDEX api_keys_user_id_idx
ON api_keys (user_id, created_at DESC, id DESC);

COMMENT ON TABLE api_keys IS
'Keys of programs; shown once, only their hash is kept.';


CREATE TABLE role_permissions (
    role         text COLLATE "C" NOT NULL,
    action       text COLLATE "C" NOT NULL,
    entity_type  text COLLATE "C" NOT NULL,
    -- Which of them: all; team: of the actor's teams, of no team, or made by the actor; own: made by the actor.
    reach        text COLLATE "C" NOT NULL DEFAULT 'all',
    created_at   timestamptz      NOT NULL DEFAULT now(),
    -- Serves permissions.is_allowed, is_allowed_for and role_permissions.list_for_role too.
    CONSTRAINT role_permissions_pkey PRIMARY KEY (role, action, entity_type),
    CONSTRAINT role_permissions_role_check CHECK (role IN ('admin', 'researcher', 'user')),
    CONSTRAINT role_permissions_action_check CHECK (length(action) BETWEEN 1 AND 100),
    CONSTRAINT role_permissions_entity_type_length_check CHECK (length(entity_type) BETWEEN 1 AND 100),
    CONSTRAINT role_permissions_reach_check CHECK (reach IN ('all', 'team', 'own'))
);

COMMENT ON TABLE role_permissions IS
'What a role may do with which kind of entity; what is not here is denied.';


-- grows: one row for each change that is audited.
CREATE TABLE audit_logs (
    id               bigint           NOT NULL GENERATED BY DEFAULT AS IDENTITY,
    -- The place in the chain; null until the row is sealed into it.
    position         bigint,
    -- No foreign key: the log outlives the account. Null where the database's own user did it.
    actor_id         uuid,
    -- The database's user, a service, a name.
    actor            text COLLATE "C",
    ip_address       text COLLATE "C",
    user_agent       text,
    -- Of who it was the chain holds a salted digest, so that actor, ip_address, user_agent and the salt can be erased.
    actor_salt       bytea            DEFAULT uuid_send(gen_random_uuid()),
    actor_digest     bytea,
    action           text COLLATE "C" NOT NULL,
    entity_type      text COLLATE "C" NOT NULL,
    -- As text, since keys are UUIDs, numbers or several columns.
    entity_id        text COLLATE "C",
    -- By field what it was before and is after: {"name": {"before": "a", "after": "b"}}; of a secret, that it changed.
    -- As it was written, since this text is what the chain's hash was made of.
    changes          json,
    -- The same of a person's own fields; the chain holds a salted digest of them.
    personal         json,
    personal_salt    bytea            DEFAULT uuid_send(gen_random_uuid()),
    personal_digest  bytea,
    previous_hash    bytea,
    hash             bytea,
    created_at       timestamptz      NOT NULL DEFAULT now(),
    CONSTRAINT audit_logs_pkey PRIMARY KEY (id),
    -- Serves audit_logs.chain and count_unsealed too, and sealing.
    CONSTRAINT audit_logs_position_key UNIQUE (position),
    CONSTRAINT audit_logs_previous_hash_key UNIQUE (previous_hash),
    CONSTRAINT audit_logs_hash_key UNIQUE (hash),
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

COMMENT ON TABLE audit_logs IS
'Who did what to which entity, and what changed; rows are added and never changed.';


CREATE TABLE audit_head (
    id        bigint  NOT NULL DEFAULT 1,
    position  bigint  NOT NULL DEFAULT 0,
    hash      bytea   NOT NULL DEFAULT decode(repeat('00', 32), 'hex'),
    CONSTRAINT audit_head_pkey PRIMARY KEY (id),
    CONSTRAINT audit_head_id_check CHECK (id = 1),
    CONSTRAINT audit_head_position_check CHECK (position >= 0),
    CONSTRAINT audit_head_hash_check CHECK (length(hash) = 32)
);

COMMENT ON TABLE audit_head IS
'The end of the audit log''s chain: one row, made by the first change that is sealed, and locked by whoever seals.';
