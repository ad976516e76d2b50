-- 0011 evaluation search: full text over what was asked, answered and said of it, and an index of the metadata.
-- Locks: ACCESS EXCLUSIVE on evaluations, to write all rows anew, and SHARE on it, for the indexes, both to the end,
--        about 1 ms for 1,000 characters: nobody reads or writes it.
-- Undo:  0011_evaluation_search.down.sql drops the indexes; the evaluations stay as they are.
-- By hand: as `plainbase migrate render` writes it, so that schema_migrations is told too.

-- Before there are readers; what comes later would fill a column row by row, and build its index beside them.
-- squawk-ignore-file adding-field-with-default, require-concurrent-index-creation

-- Each word once, all at one place.
CREATE FUNCTION evaluation_marks(words tsvector) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN words = '' THEN words
    ELSE CAST(array_to_string(tsvector_to_array(words), ':2 ') || ':2' AS tsvector)
END;

-- The words of an evaluation, each part's with a weight of its own, and so far from each other's that no phrase joins
-- two: a space, which no word is, stands between them meanwhile. Of each part the first 50,000 characters are looked
-- at: whatever the text, it fits into a tsvector, which takes under 1 MB. That knows 255 places of a word, up to the
-- 16,383rd, so phrases are found among the first 13,000 words of all parts together; the marks before them say of every
-- word in which parts it stands. In 500 characters no word has so many places, and the marks are left out.
CREATE FUNCTION evaluation_words(input text, output text, human_feedback text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (
    WITH parts AS MATERIALIZED (
        SELECT
            corpus_content_words(left(input, 50000)) AS input_words,
            corpus_content_words(left(output, 50000)) AS output_words,
            CASE
                WHEN human_feedback IS NULL THEN CAST('' AS tsvector)
                ELSE corpus_content_words(left(human_feedback, 50000))
            END AS feedback_words
    )

    SELECT
        ts_delete(
            CASE
                WHEN length(input) + length(output) + coalesce(length(human_feedback), 0) <= 500
                    THEN CAST('' AS tsvector)
                ELSE
                    setweight(evaluation_marks(p.input_words), 'A')
                    || setweight(evaluation_marks(p.output_words), 'B')
                    || setweight(evaluation_marks(p.feedback_words), 'C')
            END
            || CAST(''' '':1000' AS tsvector)
            || setweight(p.input_words, 'A')
            || CAST(''' '':1000' AS tsvector)
            || setweight(p.output_words, 'B')
            || CAST(''' '':1000' AS tsvector)
            || setweight(p.feedback_words, 'C'),
            ' '
        )
    FROM parts AS p
);

-- Only here: FTS5 keeps its words by itself.
ALTER TABLE evaluations
ADD COLUMN search tsvector NOT NULL
GENERATED ALWAYS AS (evaluation_words(input, output, human_feedback)) STORED;

-- Only here: FTS5 is its own index.
-- Serves platform.results.search: a text.
CREATE INDEX evaluations_search_idx
ON evaluations USING gin (search);

-- Only here: SQLite has labels in evaluations_search.
-- Serves platform.results.search: a key of the metadata and its value.
CREATE INDEX evaluations_metadata_idx
ON evaluations USING gin (metadata jsonb_path_ops);
