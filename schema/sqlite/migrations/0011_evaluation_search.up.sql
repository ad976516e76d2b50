-- 0011 evaluation search: full text over what was asked, answered and said of it, and an index of the metadata.
-- Locks: the one writer, until all evaluations are indexed, about 0.2 ms for 1,000 characters.
-- Undo:  0011_evaluation_search.down.sql drops the index; the evaluations stay as they are.
-- By hand: as `plainbase migrate render` writes it, so that schema_migrations is told too.

-- grows: one row for each evaluation.
-- Only here: on PostgreSQL the words stand in the evaluation's own row.
CREATE TABLE evaluation_documents (
    -- The numbers by which the full-text index knows the evaluations, kept in step by triggers.
    id             INTEGER    NOT NULL,
    evaluation_id  UUID_TEXT  NOT NULL,
    -- A word for each key of the metadata that has a plain value; what it is made of says evaluation_labels.
    labels         TEXT       NOT NULL,
    -- Only here: as the table.
    CONSTRAINT evaluation_documents_pkey PRIMARY KEY (id),
    -- Only here: as the table.
    CONSTRAINT evaluation_documents_evaluation_id_key UNIQUE (evaluation_id),
    -- Only here: as the table. A trigger deletes it before its evaluation; REPLACE, which no trigger sees, is refused.
    CONSTRAINT evaluation_documents_evaluation_id_fkey
        FOREIGN KEY (evaluation_id) REFERENCES evaluations (id) ON DELETE RESTRICT ON UPDATE CASCADE,
    CONSTRAINT evaluation_documents_labels_type_check CHECK (typeof(labels) = 'text')
);

-- What the index reads of an evaluation: of each part the first 50,000 characters, as on PostgreSQL.
CREATE VIEW evaluation_contents AS
SELECT
    d.id,
    substr(e.input, 1, 50000) AS input,
    substr(e.output, 1, 50000) AS output,
    substr(e.human_feedback, 1, 50000) AS human_feedback,
    d.labels
FROM evaluation_documents AS d
INNER JOIN evaluations AS e ON d.evaluation_id = e.id;

-- A word for each key that has a plain value: what kind of value, the key and the value in hexadecimal, the first 100
-- characters of each; of numbers one near by, so that 1 and 1.0 meet, cut where no number lies that people write.
-- platform/results/engines.py has the same; it looks at the metadata themselves too, so that this need not be exact.
CREATE VIEW evaluation_labels AS
SELECT
    e.id AS evaluation_id,
    (
        SELECT
            coalesce(
                group_concat(
                    CASE m.type
                        WHEN 'text' THEN 't'
                        WHEN 'true' THEN 'y'
                        WHEN 'false' THEN 'n'
                        WHEN 'null' THEN 'z'
                        ELSE 'd'
                    END
                    || hex(substr(m.key, 1, 100))
                    || 'x'
                    || CASE
                        WHEN m.type = 'text' THEN hex(substr(m.atom, 1, 100))
                        WHEN m.type NOT IN ('integer', 'real') THEN ''
                        WHEN abs(CAST(m.atom AS REAL)) < 1e6
                            THEN hex(CAST(CAST(m.atom AS REAL) * 1e6 + 0.3183098861837907 AS INTEGER))
                        WHEN abs(CAST(m.atom AS REAL)) < 1e15
                            THEN hex(CAST(CAST(m.atom AS REAL) + 0.3183098861837907 AS INTEGER))
                        ELSE hex('big')
                    END,
                    ' '
                ),
                ''
            )
        FROM json_each(e.metadata) AS m
        WHERE
            m.type NOT IN ('object', 'array')
            AND typeof(m.key) = 'text'
    ) AS labels
FROM evaluations AS e;

-- The index; it holds no text of its own. Marks (M) are letters' own, as in é of two characters.
-- grows: one row for each evaluation.
CREATE VIRTUAL TABLE evaluations_search USING fts5 (
    input,
    output,
    human_feedback,
    labels,
    content = 'evaluation_contents',
    content_rowid = 'id',
    tokenize = 'porter unicode61 remove_diacritics 0 categories ''L* N* M*'''
);

-- Only here: FTS5 is told of changes by triggers.
CREATE TRIGGER evaluations_search_insert
AFTER INSERT ON evaluations
BEGIN
    -- Where foreign keys are off.
    SELECT raise(ABORT, 'CHECK constraint failed: evaluations_replace_check')
    FROM evaluation_documents AS d
    WHERE d.evaluation_id = new.id;
    INSERT INTO evaluation_documents (evaluation_id, labels)
    SELECT
        evaluation_id,
        labels
    FROM evaluation_labels
    WHERE evaluation_id = new.id;
    INSERT INTO evaluations_search (rowid, input, output, human_feedback, labels)
    SELECT
        d.id,
        substr(new.input, 1, 50000),
        substr(new.output, 1, 50000),
        substr(new.human_feedback, 1, 50000),
        d.labels
    FROM evaluation_documents AS d
    WHERE d.evaluation_id = new.id;
END;

-- Only here: FTS5 is told of changes by triggers. Before, since the document must not outlive its evaluation.
CREATE TRIGGER evaluations_search_delete
BEFORE DELETE ON evaluations
BEGIN
    INSERT INTO evaluations_search (evaluations_search, rowid, input, output, human_feedback, labels)
    SELECT
        'delete',
        d.id,
        substr(old.input, 1, 50000),
        substr(old.output, 1, 50000),
        substr(old.human_feedback, 1, 50000),
        d.labels
    FROM evaluation_documents AS d
    WHERE d.evaluation_id = old.id;
    DELETE FROM evaluation_documents
    WHERE evaluation_id = old.id;
END;

-- Only here: FTS5 is told of changes by triggers.
CREATE TRIGGER evaluations_search_update
AFTER UPDATE OF id, input, output, human_feedback, metadata ON evaluations
WHEN
    old.id <> new.id
    OR old.input <> new.input
    OR old.output <> new.output
    OR old.human_feedback IS NOT new.human_feedback
    OR old.metadata <> new.metadata
BEGIN
    -- The foreign key does this too, where it is not left off.
    UPDATE evaluation_documents
    SET evaluation_id = new.id
    WHERE evaluation_id = old.id;
    INSERT INTO evaluations_search (evaluations_search, rowid, input, output, human_feedback, labels)
    SELECT
        'delete',
        d.id,
        substr(old.input, 1, 50000),
        substr(old.output, 1, 50000),
        substr(old.human_feedback, 1, 50000),
        d.labels
    FROM evaluation_documents AS d
    WHERE d.evaluation_id = new.id;
    UPDATE evaluation_documents
    SET
        labels = (
            SELECT l.labels
            FROM evaluation_labels AS l
            WHERE l.evaluation_id = new.id
        )
    WHERE evaluation_id = new.id;
    INSERT INTO evaluations_search (rowid, input, output, human_feedback, labels)
    SELECT
        d.id,
        substr(new.input, 1, 50000),
        substr(new.output, 1, 50000),
        substr(new.human_feedback, 1, 50000),
        d.labels
    FROM evaluation_documents AS d
    WHERE d.evaluation_id = new.id;
END;

INSERT INTO evaluation_documents (evaluation_id, labels)
SELECT
    evaluation_id,
    labels
FROM evaluation_labels
ORDER BY evaluation_id;

INSERT INTO evaluations_search (evaluations_search)
VALUES ('rebuild');
