-- 0013 permissions: undo. Drops the view and takes all permissions back, also those that were granted since.
-- Locks: the one writer, for a moment.
-- By hand: as `plainbase migrate render --down` writes it, so that schema_migrations is told too.

DROP VIEW entity_owners;

DELETE FROM role_permissions;
