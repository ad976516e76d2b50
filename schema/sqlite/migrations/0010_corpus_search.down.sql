-- 0010 corpus search: undo. Drops the index and the passages; the texts stay.
-- Locks: the one writer, for a moment.
-- By hand: as `plainbase migrate render --down` writes it, so that schema_migrations is told too.

DROP TRIGGER corpus_texts_cut_delete;
DROP TRIGGER corpus_texts_cut_update;
DROP TRIGGER corpus_texts_cut_insert;
DROP VIEW corpus_passage_origins;
DROP VIEW corpus_passage_cuts;
-- The index first: the triggers of the table go with it and would read it.
DROP TABLE corpus_passages_search;
DROP TABLE corpus_passages;
