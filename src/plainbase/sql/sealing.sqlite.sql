-- name: is_audited :value
-- Whether this database has an audit log that is a chain: 1 or 0.
-- only: sqlite, PostgreSQL seals by itself
-- result: found integer
SELECT count(*) AS found
FROM sqlite_schema
WHERE
    type = 'table'
    AND name IN ('audit_logs', 'audit_head')
HAVING count(*) = 2;

-- name: is_watched :value
-- Whether this connection seals what is written on it: 1 or 0.
-- only: sqlite, PostgreSQL seals by itself
-- result: found integer
SELECT count(*) AS found
FROM sqlite_temp_schema
WHERE name = 'plainbase_seal';

-- name: watch :script
-- Seals each row of the audit log as it is written on this connection, after those that others left unsealed. SQLite has
-- no SHA-256; `plainbase_sealed` is this connection's own function, so the trigger is its own too. It gives the hash
-- before, the row's, and the digests of its actor and of its personal data, if it has any; they are 32 octets each.
-- only: sqlite, PostgreSQL seals by itself
CREATE TEMP VIEW plainbase_unsealed AS
SELECT
    l.id,
    h.position + row_number() OVER ordered AS position,
    plainbase_sealed(
        h.position,
        h.hash,
        l.id,
        CAST(l.created_at AS BLOB),
        CAST(l.actor_id AS BLOB),
        l.actor_salt,
        CAST(l.actor AS BLOB),
        CAST(l.ip_address AS BLOB),
        CAST(l.user_agent AS BLOB),
        CAST(l.action AS BLOB),
        CAST(l.entity_type AS BLOB),
        CAST(l.entity_id AS BLOB),
        CAST(l.changes AS BLOB),
        l.personal_salt,
        CAST(l.personal AS BLOB)
    ) OVER ordered AS sealed
FROM main.audit_logs AS l
CROSS JOIN main.audit_head AS h
WHERE l.position IS NULL
WINDOW
    ordered AS (
        ORDER BY l.id
        ROWS UNBOUNDED PRECEDING
    )
ORDER BY l.id
LIMIT 10000;

CREATE TEMP TRIGGER plainbase_seal
AFTER INSERT ON main.audit_logs
FOR EACH ROW
BEGIN
    INSERT INTO plainbase_unsealed (id) VALUES (new.id);
END;

-- Whatever is inserted there, the oldest of what is unsealed is sealed.
CREATE TEMP TRIGGER plainbase_seal_oldest
INSTEAD OF INSERT ON plainbase_unsealed
FOR EACH ROW
BEGIN
    INSERT INTO audit_head (id)
    SELECT 1 AS id
    WHERE NOT EXISTS (SELECT 1 FROM audit_head);

    UPDATE audit_logs
    SET
        position = unsealed.position,
        previous_hash = substr(unsealed.sealed, 1, 32),
        hash = substr(unsealed.sealed, 33, 32),
        actor_digest = substr(unsealed.sealed, 65, 32),
        personal_digest = nullif(substr(unsealed.sealed, 97), x'')
    FROM plainbase_unsealed AS unsealed
    WHERE audit_logs.id = unsealed.id;

    UPDATE audit_head
    SET
        position = sealed.position,
        hash = sealed.hash
    FROM (
        SELECT
            position,
            hash
        FROM audit_logs
        ORDER BY position DESC
        LIMIT 1
    ) AS sealed
    WHERE audit_head.id = 1 AND sealed.position > audit_head.position;
END;

-- name: watch_no_more :script
-- Before a migration, whose changes of these tables must not meet a trigger of this connection alone.
-- only: sqlite, PostgreSQL seals by itself
DROP TRIGGER IF EXISTS plainbase_seal;
DROP VIEW IF EXISTS plainbase_unsealed;

-- name: is_unsealed :value
-- Whether a row waits to be sealed: 1 or 0.
-- only: sqlite, PostgreSQL seals by itself
-- result: found integer
SELECT exists(
    SELECT 1 FROM audit_logs
    WHERE position IS NULL
) AS found;

-- name: seal :exec
-- Seals the oldest of what is unsealed, by the trigger of the view.
-- only: sqlite, PostgreSQL seals by itself
INSERT INTO plainbase_unsealed (id) VALUES (0);
