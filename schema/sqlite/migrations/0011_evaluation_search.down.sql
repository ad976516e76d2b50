-- 0011 evaluation search: undo. Drops the index; the evaluations stay.
-- Locks: the one writer, for a moment.
-- By hand: as `plainbase migrate render --down` writes it, so that schema_migrations is told too.

DROP TRIGGER evaluations_search_update;
DROP TRIGGER evaluations_search_delete;
DROP TRIGGER evaluations_search_insert;
DROP TABLE evaluations_search;
DROP VIEW evaluation_labels;
DROP VIEW evaluation_contents;
DROP TABLE evaluation_documents;
