-- name: list_for_text :many
-- The passages of a text, in order.
SELECT
    id,
    position,
    title,
    content
FROM corpus_passages
WHERE corpus_text_id = :corpus_text_id
ORDER BY position;

-- name: count_stale :value
-- How many texts have other passages than their content gives: none, unless triggers were switched off.
-- scan: compares every text
SELECT count(*) AS texts
FROM corpus_texts AS t
WHERE
    (
        SELECT count(*)
        FROM corpus_passages AS p
        WHERE p.corpus_text_id = t.id
    ) <> (
        SELECT count(*)
        FROM corpus_passage_cuts AS c
        INNER JOIN corpus_passages AS p
            ON
                c.corpus_text_id = p.corpus_text_id
                AND c.position = p.position
                AND c.content = p.content
                AND coalesce(c.title, '') = coalesce(p.title, '')
        WHERE c.corpus_text_id = t.id
    )
    OR (
        SELECT count(*)
        FROM corpus_passage_cuts AS c
        WHERE c.corpus_text_id = t.id
    ) <> (
        SELECT count(*)
        FROM corpus_passages AS p
        WHERE p.corpus_text_id = t.id
    );

-- name: count_orphans :value
-- How many passages have no text any more: none, unless foreign keys and triggers were switched off.
-- scan: looks at every passage
SELECT count(*) AS passages
FROM corpus_passages AS p
WHERE p.corpus_text_id NOT IN (SELECT t.id FROM corpus_texts AS t);

-- name: statistics :one
-- How many texts and passages are searched, and how long the passages are, in characters.
-- scan: adds up every passage
SELECT
    count(DISTINCT corpus_text_id) AS texts,
    count(*) AS passages,
    coalesce(CAST(sum(length(content)) AS bigint), 0) AS characters,
    coalesce(max(length(content)), 0) AS longest
FROM corpus_passages;
