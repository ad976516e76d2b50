-- name: create :one
-- A new team.
-- defaults: id = uuid7(), description = null
INSERT INTO teams (
    id,
    name,
    description
)
VALUES (
    :id,
    :name,
    :description
)
RETURNING
    id,
    name,
    description,
    created_at,
    updated_at;

-- name: get :one
-- One team.
SELECT
    id,
    name,
    description,
    created_at,
    updated_at
FROM teams
WHERE id = :id;

-- name: get_by_name :optional
-- The team of a name.
SELECT
    id,
    name,
    description,
    created_at,
    updated_at
FROM teams
WHERE name = :name;

-- name: list :many
-- Teams by name; the next page begins after the last row's name.
-- defaults: limit = 100
SELECT
    id,
    name,
    description,
    created_at,
    updated_at
FROM teams
WHERE
    true
    AND name > :after_name -- optional
ORDER BY name
LIMIT :limit;

-- name: update :exec
-- Changes a team's name, its description or both.
-- defaults: now = now()
UPDATE teams
SET
    name = :name, -- optional
    description = :description, -- optional
    updated_at = :now
WHERE id = :id;

-- name: delete :exec
-- Deletes a team and its memberships; refused while it owns anything.
DELETE FROM teams
WHERE id = :id;

-- name: add_member :one
-- Takes a user into a team, as member or owner; one who is in it already is refused.
-- defaults: role = "member"
INSERT INTO team_members (
    team_id,
    user_id,
    role
)
VALUES (
    :team_id,
    :user_id,
    :role
)
RETURNING
    team_id,
    user_id,
    role,
    created_at;

-- name: change_member_role :exec
-- Makes a member of a team its owner, or an owner a member.
UPDATE team_members
SET role = :role
WHERE
    team_id = :team_id
    AND user_id = :user_id;

-- name: remove_member :exec
-- Takes a user out of a team.
DELETE FROM team_members
WHERE
    team_id = :team_id
    AND user_id = :user_id;

-- name: list_members :many
-- The members of a team by name; the next page begins after the last row's username.
-- defaults: limit = 100
SELECT
    m.user_id,
    u.username,
    u.email,
    u.active,
    m.role,
    m.created_at
FROM team_members AS m
INNER JOIN users AS u ON m.user_id = u.id
WHERE
    m.team_id = :team_id
    AND u.username > :after_username -- optional
ORDER BY u.username
LIMIT :limit;

-- name: list_for_user :many
-- The teams of a user by name, with the user's role there.
SELECT
    t.id,
    t.name,
    t.description,
    m.role,
    m.created_at AS joined_at
FROM team_members AS m
INNER JOIN teams AS t ON m.team_id = t.id
WHERE m.user_id = :user_id
ORDER BY t.name;
