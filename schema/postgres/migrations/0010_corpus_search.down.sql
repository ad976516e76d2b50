-- 0010 corpus search: undo. Drops the index and the passages; the texts stay.
-- Locks: ACCESS EXCLUSIVE on corpus_texts and corpus_passages, for a moment.
-- By hand: as `plainbase migrate render --down` writes it, so that schema_migrations is told too.

DROP TRIGGER corpus_texts_cut_update ON corpus_texts;
DROP TRIGGER corpus_texts_cut_insert ON corpus_texts;
DROP FUNCTION corpus_texts_cut();
DROP VIEW corpus_passage_cuts;
DROP FUNCTION corpus_cut(text);
DROP TABLE corpus_passages;
DROP FUNCTION corpus_word_count(text, text);
DROP FUNCTION corpus_words(text, text);
DROP FUNCTION corpus_content_words(text);
DROP FUNCTION corpus_other_words(text);
DROP FUNCTION corpus_plain_words(text);
DROP FUNCTION corpus_is_plain(text);
DROP FUNCTION corpus_plain_text(text);
DROP FUNCTION corpus_stem(text);
DROP FUNCTION corpus_stem_ascii(text);
DROP FUNCTION corpus_fold(text);
DROP FUNCTION corpus_word_pattern();
-- Of this statement sqlfluff knows nothing.
DROP TEXT SEARCH CONFIGURATION corpus_plain; -- noqa: PRS
-- Of this statement sqlfluff knows nothing.
DROP TEXT SEARCH DICTIONARY corpus_porter; -- noqa: PRS
