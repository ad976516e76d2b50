-- 0002 data: undo. Drops all datasets, texts and n-gram counts.
-- Locks: the one writer, for a moment.
-- By hand: as `plainbase migrate render --down` writes it, so that schema_migrations is told too.

DROP TABLE markov_ngrams;
DROP TABLE markov_texts;
DROP TABLE markov_models;
DROP TABLE corpus_texts;
DROP TABLE dataset_splits;
DROP TABLE datasets;
