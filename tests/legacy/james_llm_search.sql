-- Its third migration, on SQLite only.
CREATE VIRTUAL TABLE text_corpus_fts USING fts5(title, content, content = 'text_corpus', content_rowid = 'id');
INSERT INTO text_corpus_fts (text_corpus_fts) VALUES ('rebuild');
