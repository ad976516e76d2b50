-- 0008 system: undo. Drops all of them.
-- Locks: ACCESS EXCLUSIVE on each table, for a moment.
-- By hand: as `plainbase migrate render --down` writes it, so that schema_migrations is told too.

DROP TABLE retention_policies;
DROP TABLE system_metrics;
