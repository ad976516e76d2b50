-- 0006 inference: undo. Drops all of them.
-- Locks: the one writer, for a moment.
-- By hand: as `plainbase migrate render --down` writes it, so that schema_migrations is told too.

DROP TABLE predictions;
DROP TABLE generations;
DROP TABLE inference_requests;
DROP TABLE inference_sessions;
