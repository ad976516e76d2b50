-- 0011 evaluation search: undo. Drops the indexes; the evaluations stay.
-- Locks: ACCESS EXCLUSIVE on evaluations, for a moment.
-- By hand: as `plainbase migrate render --down` writes it, so that schema_migrations is told too.

DROP INDEX evaluations_metadata_idx;
DROP INDEX evaluations_search_idx;
ALTER TABLE evaluations
DROP COLUMN search;
DROP FUNCTION evaluation_words(text, text, text);
DROP FUNCTION evaluation_marks(tsvector);
