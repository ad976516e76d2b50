-- 0001 identity: undo. Drops all accounts, keys and the audit log.
-- Locks: the one writer, for a moment.
-- By hand: as `plainbase migrate render --down` writes it, so that schema_migrations is told too.

DROP TABLE audit_head;
DROP TABLE audit_logs;
DROP TABLE role_permissions;
DROP TABLE api_keys;
DROP TABLE sessions;
DROP TABLE erasures;
DROP TABLE login_attempts;
DROP TABLE one_time_tokens;
DROP TABLE team_members;
DROP TABLE teams;
DROP TABLE users;
