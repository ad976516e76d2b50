-- 0003 models: undo. Drops the whole model registry.
-- Locks: the one writer, for a moment.
-- By hand: as `plainbase migrate render --down` writes it, so that schema_migrations is told too.

DROP TABLE model_performance;
DROP TABLE model_benchmarks;
DROP TABLE model_aliases;
DROP TABLE model_versions;
DROP TABLE models;
