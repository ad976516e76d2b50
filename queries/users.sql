-- name: create :one
-- A new account; the address is in lower case, and what is given back holds no password's hash. Without one nobody
-- signs in by password; without a folded name only the same name is refused, not one that looks like it.
-- defaults: id = uuid7(), role = "user", preferences = {}, password_hash = null, folded_username = null
INSERT INTO users (
    id,
    email,
    username,
    folded_username,
    password_hash,
    role,
    preferences
)
VALUES (
    :id,
    :email,
    :username,
    :folded_username,
    :password_hash,
    :role,
    :preferences
)
RETURNING
    id,
    email,
    username,
    role,
    preferences,
    active,
    email_verified,
    last_login_at,
    created_at,
    updated_at;

-- name: get :one
-- One account.
SELECT
    id,
    email,
    username,
    role,
    preferences,
    active,
    email_verified,
    last_login_at,
    created_at,
    updated_at
FROM users
WHERE id = :id;

-- name: get_by_email :optional
-- The account of an address, written in lower case.
SELECT
    id,
    email,
    username,
    role,
    preferences,
    active,
    email_verified,
    last_login_at,
    created_at,
    updated_at
FROM users
WHERE email = :email;

-- name: get_by_username :optional
-- The account of a name.
SELECT
    id,
    email,
    username,
    role,
    preferences,
    active,
    email_verified,
    last_login_at,
    created_at,
    updated_at
FROM users
WHERE username = :username;

-- name: get_by_folded_username :optional
-- The account whose name looks like this one, folded.
SELECT
    id,
    email,
    username,
    role,
    preferences,
    active,
    email_verified,
    last_login_at,
    created_at,
    updated_at
FROM users
WHERE folded_username = :folded_username;

-- name: get_credentials :optional
-- What a login by address needs: the hash to check the password against, and whether the account may be used.
SELECT
    id,
    username,
    password_hash,
    role,
    active,
    email_verified
FROM users
WHERE email = :email;

-- name: get_password_hash :one
-- The hash to check the password of a known account against, before it is changed.
SELECT password_hash
FROM users
WHERE id = :id;

-- name: list :many
-- Accounts, newest first; the next page begins after the last row's created_at and id.
-- defaults: limit = 100
-- scan: a role or whether one is active is tested newest first until a page is full
SELECT
    id,
    email,
    username,
    role,
    preferences,
    active,
    email_verified,
    last_login_at,
    created_at,
    updated_at
FROM users
WHERE
    true
    AND role = :role -- optional
    AND active = :active -- optional
    AND (created_at, id) < (:before_created_at, :before_id) -- optional
ORDER BY created_at DESC, id DESC
LIMIT :limit;

-- name: count :value
-- How many accounts there are, of one role or of all, active or not.
-- scan: counts accounts, which are few
SELECT count(*)
FROM users
WHERE
    true
    AND role = :role -- optional
    AND active = :active -- optional
ORDER BY count(*);

-- name: change_role :exec
-- Gives an account another role: admin, researcher or user.
-- defaults: now = now()
UPDATE users
SET
    role = :role,
    updated_at = :now
WHERE id = :id;

-- name: change_email :exec
-- Gives an account another address, in lower case, that is to be verified anew; one_time_tokens.revoke_for_user
-- ends what was sent to the old one, which would verify the new one.
-- defaults: now = now()
UPDATE users
SET
    email = :email,
    email_verified = false,
    updated_at = :now
WHERE id = :id;

-- name: change_username :exec
-- Gives an account another name; without a folded one only the same name is refused, not one that looks like it.
-- defaults: now = now(), folded_username = null
UPDATE users
SET
    username = :username,
    folded_username = :folded_username,
    updated_at = :now
WHERE id = :id;

-- name: update_preferences :exec
-- Replaces an account's preferences.
-- defaults: now = now()
UPDATE users
SET
    preferences = :preferences,
    updated_at = :now
WHERE id = :id;

-- name: set_password_hash :exec
-- Replaces the password's hash; sessions.revoke_for_user ends the sessions that the old one began.
-- defaults: now = now()
UPDATE users
SET
    password_hash = :password_hash,
    updated_at = :now
WHERE id = :id;

-- name: replace_password_hash :exec
-- Replaces the password's hash, unless it is another one by now.
-- defaults: now = now()
UPDATE users
SET
    password_hash = :password_hash,
    updated_at = :now
WHERE
    id = :id
    AND password_hash = :old_hash;

-- name: verify_email :exec
-- Notes that the address belongs to the account's owner.
-- defaults: now = now()
UPDATE users
SET
    email_verified = true,
    updated_at = :now
WHERE id = :id;

-- name: record_login :exec
-- Notes when somebody signed in with the password that had this hash; the account itself counts as unchanged.
-- 0 rows where it is barred, or has another password by now.
-- defaults: now = now()
UPDATE users
SET last_login_at = :now
WHERE
    id = :id
    AND password_hash = :password_hash
    AND active;

-- name: deactivate :exec
-- Bars an account; sessions.revoke_for_user and api_keys.revoke_for_user end what it has open.
-- defaults: now = now()
UPDATE users
SET
    active = false,
    updated_at = :now
WHERE id = :id;

-- name: activate :exec
-- Lets a barred account in again.
-- defaults: now = now()
UPDATE users
SET
    active = true,
    updated_at = :now
WHERE id = :id;

-- name: delete :exec
-- Deletes an account with its sessions, keys, tokens and memberships; what it made stays, without its name.
DELETE FROM users
WHERE id = :id;
