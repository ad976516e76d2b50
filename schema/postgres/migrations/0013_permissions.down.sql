-- 0013 permissions: undo. Drops the view and takes all permissions back, also those that were granted since.
-- Locks: ACCESS EXCLUSIVE on the view, ROW EXCLUSIVE on role_permissions, audit_logs and audit_head, for a moment.
-- By hand: as `plainbase migrate render --down` writes it, so that schema_migrations is told too.

DROP VIEW entity_owners;

DELETE FROM role_permissions;
