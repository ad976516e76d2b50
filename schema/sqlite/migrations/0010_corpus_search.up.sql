-- 0010 corpus search: full text over passages of corpus_texts, the same words on both engines.
-- Locks: the one writer, until all texts are cut and indexed, about 0.2 ms a passage of 1,000 characters.
-- Undo:  0010_corpus_search.down.sql drops the index; the texts stay as they are.
-- By hand: as `plainbase migrate render` writes it, so that schema_migrations is told too.

-- grows: some rows for each text.
CREATE TABLE corpus_passages (
    -- What is searched: corpus_texts cut into passages of about a thousand characters, kept in step by triggers.
    id              INTEGER  NOT NULL,
    corpus_text_id  INTEGER  NOT NULL,
    -- Of the passage in its text, from 0.
    position        INTEGER  NOT NULL,
    title           TEXT,
    content         TEXT     NOT NULL,
    CONSTRAINT corpus_passages_pkey PRIMARY KEY (id),
    -- Serves the foreign key too.
    CONSTRAINT corpus_passages_corpus_text_id_position_key UNIQUE (corpus_text_id, position),
    CONSTRAINT corpus_passages_corpus_text_id_fkey
        FOREIGN KEY (corpus_text_id) REFERENCES corpus_texts (id) ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT corpus_passages_position_type_check CHECK (typeof(position) = 'integer'),
    CONSTRAINT corpus_passages_title_type_check CHECK (title IS NULL OR typeof(title) = 'text'),
    CONSTRAINT corpus_passages_content_type_check CHECK (typeof(content) = 'text'),
    CONSTRAINT corpus_passages_position_check CHECK (position >= 0)
);

-- The index of corpus_passages; it holds no text of its own. Marks (M) are letters' own, as in é of two characters.
-- grows: one row for each passage.
CREATE VIRTUAL TABLE corpus_passages_search USING fts5 (
    title,
    content,
    content = 'corpus_passages',
    content_rowid = 'id',
    tokenize = 'porter unicode61 remove_diacritics 0 categories ''L* N* M*'''
);

-- Only here: FTS5 is told of changes by triggers.
CREATE TRIGGER corpus_passages_search_insert
AFTER INSERT ON corpus_passages
BEGIN
    INSERT INTO corpus_passages_search (rowid, title, content)
    VALUES (new.id, new.title, new.content);
END;

-- Only here: FTS5 is told of changes by triggers.
CREATE TRIGGER corpus_passages_search_delete
AFTER DELETE ON corpus_passages
BEGIN
    INSERT INTO corpus_passages_search (corpus_passages_search, rowid, title, content)
    VALUES ('delete', old.id, old.title, old.content);
END;

-- Only here: FTS5 is told of changes by triggers.
CREATE TRIGGER corpus_passages_search_update
AFTER UPDATE OF id, title, content ON corpus_passages
BEGIN
    INSERT INTO corpus_passages_search (corpus_passages_search, rowid, title, content)
    VALUES ('delete', old.id, old.title, old.content);
    INSERT INTO corpus_passages_search (rowid, title, content)
    VALUES (new.id, new.title, new.content);
END;

-- How texts are cut. A passage ends behind the last white space (or Chinese comma or full stop) of the 200 characters
-- before each 1,000th, or there where they hold none. It begins likewise, about 100 characters before the end of the
-- one before, so that a phrase at a cut stands whole in one of the two. What rtrim leaves ends with such a character.
CREATE VIEW corpus_passage_cuts AS
SELECT
    corpus_text_id,
    position,
    title,
    substr(content, start + 1, stop - start) AS content
FROM (
    SELECT
        corpus_text_id,
        position,
        title,
        content,
        CASE
            WHEN position = 0 THEN 0
            ELSE begins - coalesce(200 - nullif(length(rtrim(before_begin, begin_letters)), 0), 0)
        END AS start,
        CASE
            WHEN is_last THEN length(content)
            ELSE ends - coalesce(200 - nullif(length(rtrim(before_end, end_letters)), 0), 0)
        END AS stop
    FROM (
        SELECT
            corpus_text_id,
            position,
            title,
            content,
            begins,
            ends,
            is_last,
            before_begin,
            before_end,
            replace(
                replace(
                    replace(replace(replace(replace(before_begin, ' ', ''), char(9), ''), char(10), ''), char(13), ''),
                    char(12290), ''
                ),
                char(65292), ''
            ) AS begin_letters,
            replace(
                replace(
                    replace(replace(replace(replace(before_end, ' ', ''), char(9), ''), char(10), ''), char(13), ''),
                    char(12290), ''
                ),
                char(65292), ''
            ) AS end_letters
        FROM (
            SELECT
                blocks.corpus_text_id,
                64 * blocks.block + p.key AS position,
                blocks.title,
                blocks.content,
                1000 * p.key - 100 + blocks.lead AS begins,
                1000 * p.key + 1000 + blocks.lead AS ends,
                1000 * (p.key + 1) >= blocks.rest AS is_last,
                substr(blocks.content, max(1000 * p.key - 300 + blocks.lead, 0) + 1, 200) AS before_begin,
                substr(blocks.content, 1000 * p.key + 800 + blocks.lead + 1, 200) AS before_end
            -- A position in a long UTF-8 text is found by walking there, so the text is cut into blocks of 64 passages
            -- first. DISTINCT keeps a block from being cut anew for each, and still lets through which text is meant.
            FROM (
                SELECT DISTINCT
                    t.id AS corpus_text_id,
                    t.title,
                    b.key AS block,
                    CASE WHEN b.key = 0 THEN 0 ELSE 300 END AS lead,
                    t.char_count - 64000 * b.key AS rest,
                    substr(
                        t.content,
                        max(64000 * b.key - 300, 0) + 1,
                        64000 + CASE WHEN b.key = 0 THEN 0 ELSE 300 END
                    ) AS content
                FROM corpus_texts AS t
                INNER JOIN json_each('[0' || replace(hex(zeroblob((t.char_count - 1) / 64000)), '00', ',0') || ']') AS b
                ON true
            ) AS blocks
            INNER JOIN json_each('[0' || replace(hex(zeroblob(63)), '00', ',0') || ']') AS p
            ON 1000 * p.key < blocks.rest OR (p.key = 0 AND blocks.block = 0)
        ) AS places
    ) AS windows
) AS bounds;

-- Serves the filters of corpus_passages.search: which passages are of a source or a time.
CREATE VIEW corpus_passage_origins AS
SELECT
    p.id AS passage_id,
    t.source,
    t.created_at
FROM corpus_texts AS t
INNER JOIN corpus_passages AS p ON t.id = p.corpus_text_id;

CREATE TRIGGER corpus_texts_cut_insert
AFTER INSERT ON corpus_texts
BEGIN
    DELETE FROM corpus_passages
    WHERE corpus_text_id = new.id;
    INSERT INTO corpus_passages (corpus_text_id, position, title, content)
    SELECT
        corpus_text_id,
        position,
        title,
        content
    FROM corpus_passage_cuts
    WHERE corpus_text_id = new.id
    ORDER BY position;
END;

CREATE TRIGGER corpus_texts_cut_update
AFTER UPDATE OF title, content ON corpus_texts
BEGIN
    DELETE FROM corpus_passages
    WHERE corpus_text_id = new.id;
    INSERT INTO corpus_passages (corpus_text_id, position, title, content)
    SELECT
        corpus_text_id,
        position,
        title,
        content
    FROM corpus_passage_cuts
    WHERE corpus_text_id = new.id
    ORDER BY position;
END;

-- Only here: the foreign key does this too, but not in a program that leaves foreign keys off, as sqlite3 does.
CREATE TRIGGER corpus_texts_cut_delete
AFTER DELETE ON corpus_texts
BEGIN
    DELETE FROM corpus_passages
    WHERE corpus_text_id = old.id;
END;

-- The trigger cuts each text that is there, one after the other.
UPDATE corpus_texts
SET title = title;
