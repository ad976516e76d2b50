-- name: account :one
-- What an account says of its owner; of the password only whether there is one.
-- result: has_password boolean!
SELECT
    id,
    email,
    username,
    role,
    preferences,
    active,
    email_verified,
    password_hash IS NOT NULL AS has_password,
    last_login_at,
    created_at,
    updated_at
FROM users
WHERE id = :user_id;

-- name: sessions :many
-- All sign-ins of a user, newest first; no token.
-- scan: sorts the sign-ins of one account, which retention bounds
SELECT
    id,
    ip_address,
    user_agent,
    created_at,
    last_seen_at,
    expires_at,
    revoked_at
FROM sessions
WHERE user_id = :user_id
ORDER BY created_at DESC, id DESC;

-- name: api_keys :many
-- All keys of a user, newest first; no hash.
-- scan: sorts the keys of one account, which are few
SELECT
    id,
    public_id,
    name,
    scopes,
    created_at,
    last_used_at,
    expires_at,
    revoked_at
FROM api_keys
WHERE user_id = :user_id
ORDER BY created_at DESC, id DESC;

-- name: one_time_tokens :many
-- What was mailed to a user, newest first; no token.
-- scan: sorts what was mailed to one account, which is little
SELECT
    id,
    purpose,
    created_at,
    expires_at,
    used_at
FROM one_time_tokens
WHERE user_id = :user_id
ORDER BY created_at DESC, id DESC;

-- name: login_attempts :many
-- Who tried to sign in under these addresses, or asked for a new password (`reset`), newest first.
-- scan: sorts the tries under one person's addresses, which retention bounds
SELECT
    id,
    email,
    ip_address,
    succeeded,
    reset,
    attempted_at
FROM login_attempts
WHERE email IN (:emails)
ORDER BY attempted_at DESC, id DESC;

-- name: teams :many
-- The teams of a user, and what they are in each, by name.
-- scan: sorts the teams of one account, which are few
SELECT
    t.id,
    t.name,
    m.role,
    m.created_at
FROM team_members AS m
INNER JOIN teams AS t ON m.team_id = t.id
WHERE m.user_id = :user_id
ORDER BY t.name, t.id;

-- name: created :many
-- What a user made, by kind and time, oldest first.
-- scan: sorts what one account made
SELECT
    'datasets' AS entity_type,
    id,
    name,
    created_at
FROM datasets
WHERE created_by = :user_id
UNION ALL
SELECT
    'models' AS entity_type,
    id,
    name,
    created_at
FROM models
WHERE created_by = :user_id
UNION ALL
SELECT
    'experiments' AS entity_type,
    id,
    name,
    created_at
FROM experiments
WHERE created_by = :user_id
UNION ALL
SELECT
    'training_runs' AS entity_type,
    id,
    name,
    created_at
FROM training_runs
WHERE created_by = :user_id
UNION ALL
SELECT
    'benchmarks' AS entity_type,
    id,
    name,
    created_at
FROM benchmarks
WHERE created_by = :user_id
UNION ALL
SELECT
    'comparison_results' AS entity_type,
    id,
    metric AS name,
    created_at
FROM comparison_results
WHERE created_by = :user_id
ORDER BY entity_type, created_at, id;

-- name: evaluations :many
-- The evaluations that a user recorded, with their texts, oldest first.
-- scan: sorts what one account recorded
SELECT
    id,
    provider,
    model,
    input,
    output,
    expected,
    human_rating,
    human_feedback,
    created_at
FROM evaluations
WHERE created_by = :user_id
ORDER BY created_at, id;

-- name: inference_sessions :many
-- A user's use of models, oldest first.
-- scan: sorts one account's use of models
SELECT
    id,
    model_version_id,
    purpose,
    metadata,
    request_count,
    created_at,
    closed_at
FROM inference_sessions
WHERE user_id = :user_id
ORDER BY created_at, id;

-- name: inference_requests :many
-- The requests in a user's sessions, oldest first; of prompts and responses the database has only the sizes.
-- scan: sorts one account's use of models
SELECT
    r.id,
    r.session_id,
    r.status,
    r.prompt_chars,
    r.response_chars,
    r.input_tokens,
    r.output_tokens,
    r.cost_usd,
    r.error,
    r.created_at
FROM inference_requests AS r
INNER JOIN inference_sessions AS s ON r.session_id = s.id
WHERE s.user_id = :user_id
ORDER BY r.id;

-- name: ip_addresses :many
-- Whence a user came, as their sign-ins and what they did tell, in the order of the text.
-- scan: sorts the addresses of one account, which are few
SELECT s.ip_address
FROM sessions AS s
WHERE
    s.user_id = :user_id
    AND s.ip_address IS NOT NULL
UNION
SELECT a.ip_address
FROM audit_logs AS a
WHERE
    a.actor_id = :user_id
    AND a.ip_address IS NOT NULL
UNION
SELECT l.ip_address
FROM login_attempts AS l
WHERE
    l.email IN (:emails)
    AND l.succeeded
    AND l.ip_address IS NOT NULL
ORDER BY ip_address;

-- name: pseudonymise :exec
-- Puts a made-up name and address in the place of an account's, and ends it.
-- defaults: now = now()
UPDATE users
SET
    email = :email,
    username = :username,
    folded_username = NULL,
    password_hash = NULL,
    preferences = '{}',
    active = false,
    email_verified = false,
    last_login_at = NULL,
    updated_at = :now
WHERE
    id = :user_id
    AND (
        email <> :email
        OR username <> :username
        OR password_hash IS NOT NULL
        OR active
    );

-- name: delete_sessions :exec
-- Forgets a user's sign-ins.
DELETE FROM sessions
WHERE user_id = :user_id;

-- name: delete_api_keys :exec
-- Forgets a user's keys.
DELETE FROM api_keys
WHERE user_id = :user_id;

-- name: delete_one_time_tokens :exec
-- Forgets what was mailed to a user.
DELETE FROM one_time_tokens
WHERE user_id = :user_id;

-- name: delete_login_attempts :exec
-- Forgets who tried to sign in under these addresses.
DELETE FROM login_attempts
WHERE email IN (:emails);

-- name: leave_teams :exec
-- Takes a user out of all teams.
DELETE FROM team_members
WHERE user_id = :user_id;

-- name: blank_inference_sessions :exec
-- Takes what a user wrote out of their use of models; the figures stay.
-- defaults: now = now()
UPDATE inference_sessions
SET
    purpose = NULL,
    metadata = '{}',
    updated_at = :now
WHERE
    user_id = :user_id
    AND (purpose IS NOT NULL OR CAST(metadata AS text) <> '{}');

-- name: blank_inference_requests :exec
-- Takes the texts of errors, which may quote what was asked, out of a user's requests; the figures stay.
UPDATE inference_requests
SET error = 'erased'
WHERE
    error <> 'erased'
    AND session_id IN (
        SELECT s.id
        FROM inference_sessions AS s
        WHERE s.user_id = :user_id
    );

-- name: blank_feedback :exec
-- Takes a user's remarks out of the evaluations that they recorded, and so out of the full-text index.
-- defaults: now = now()
UPDATE evaluations
SET
    human_feedback = NULL,
    updated_at = :now
WHERE
    created_by = :user_id
    AND human_feedback IS NOT NULL;

-- name: blank_predictions :exec
-- Takes these addresses, and the browsers that came from them, out of the log of predictions, which names no account.
-- scan: an erasure reads the whole log; no index is kept for it
UPDATE predictions
SET
    ip_address = NULL,
    user_agent = NULL
WHERE ip_address IN (:ip_addresses);
