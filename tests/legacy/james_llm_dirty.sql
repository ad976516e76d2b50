-- What years of use leave behind (SQLite, which checks none of it).
INSERT INTO neural_configs VALUES (10, 'broken', '{"layers": ', '2024-03-01 09:00:00', NULL);
INSERT INTO neural_configs VALUES (11, 'not finite', '{"rate": NaN}', '2024-03-01 09:00:00', NULL);
INSERT INTO training_jobs VALUES
(10, 'orphan', 'completed', 100, NULL, NULL, 99, NULL, NULL, NULL, '2024-05-01 00:00:00'),
(11, 'of a broken configuration', 'pending', 0, NULL, NULL, 10, NULL, NULL, NULL, '2024-05-01 00:00:00'),
(12, 'unknown word', 'zombie', 0, NULL, NULL, NULL, NULL, NULL, NULL, '2024-05-01 00:00:00'),
(13, 'no word', NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, '2024-05-01 00:00:00'),
(14, 'too far', 'pending', 250, NULL, NULL, NULL, NULL, NULL, NULL, '2024-05-01 00:00:00'),
(15, 'no time', 'pending', 0, NULL, NULL, NULL, NULL, NULL, NULL, 'yesterday');
INSERT INTO neural_checkpoints VALUES (10, 1, 64, 'x', NULL, 'NaN', NULL, 0, 1, '2024-05-01'),
(11, 1, 64, 'x', NULL, NULL, 55.0, 0, 1, '2024-05-01'),
(12, 1, 64, 'x', NULL, NULL, NULL, 1, 1, '2024-05-01');
INSERT INTO accuracy_metrics VALUES (10, 'loss', 'NaN', NULL, NULL, '2024-05-01'), (11, 'loss', NULL, NULL, NULL, NULL);
INSERT INTO text_corpus VALUES (10, 'zeros', 'a' || char(0) || 'b', NULL, NULL, NULL, NULL, '2024-05-01');
INSERT INTO text_corpus VALUES (11, 'bytes', CAST(x'ff00fe' AS TEXT), NULL, NULL, NULL, NULL, '2024-05-01');
INSERT INTO text_corpus VALUES (12, 'huge', (SELECT group_concat(value, ' ') FROM (
    WITH RECURSIVE more (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM more WHERE value < 200000)
    SELECT value FROM more
)), NULL, NULL, NULL, NULL, '2024-05-01');
INSERT INTO markov_ngrams VALUES (10, 2, 'a', 'b', 7, 0.5), (11, 2, 'b', 'xy', 1, NULL), (12, 2, 'b', 'x', 0, NULL);
CREATE TABLE notes (id INTEGER PRIMARY KEY, note TEXT);
INSERT INTO notes VALUES (1, 'not in the documentation'), (2, 'nor this');
ALTER TABLE generation_history ADD COLUMN mood TEXT;
UPDATE generation_history SET mood = 'bright' WHERE id = 1;
