-- James LLM as its documentation has it (an SQLAlchemy schema; DATETIME is TIMESTAMP on PostgreSQL).
CREATE TABLE neural_configs (
    id INTEGER NOT NULL PRIMARY KEY,
    name VARCHAR(255) NOT NULL UNIQUE,
    config JSON NOT NULL,
    created_at DATETIME,
    updated_at DATETIME
);
CREATE TABLE text_corpus (
    id INTEGER NOT NULL PRIMARY KEY,
    title VARCHAR(500),
    content TEXT NOT NULL,
    source VARCHAR(255),
    metadata JSON,
    word_count INTEGER,
    char_count INTEGER,
    created_at DATETIME
);
CREATE TABLE training_jobs (
    id INTEGER NOT NULL PRIMARY KEY,
    job_id VARCHAR(255) NOT NULL UNIQUE,
    status VARCHAR(50),
    progress INTEGER,
    message TEXT,
    error TEXT,
    neural_config_id INTEGER,
    text_corpus_id INTEGER,
    started_at DATETIME,
    completed_at DATETIME,
    created_at DATETIME
);
CREATE TABLE markov_ngrams (
    id INTEGER NOT NULL PRIMARY KEY,
    n INTEGER NOT NULL,
    context VARCHAR(255) NOT NULL,
    next_char VARCHAR(1) NOT NULL,
    count INTEGER,
    probability FLOAT
);
CREATE TABLE neural_checkpoints (
    id INTEGER NOT NULL PRIMARY KEY,
    epochs INTEGER NOT NULL,
    block_size INTEGER NOT NULL,
    path VARCHAR(500) NOT NULL,
    notes TEXT,
    loss FLOAT,
    accuracy FLOAT,
    is_best BOOLEAN,
    training_job_id INTEGER,
    created_at DATETIME
);
CREATE TABLE generation_history (
    id INTEGER NOT NULL PRIMARY KEY,
    prompt TEXT NOT NULL,
    response TEXT,
    model VARCHAR(50) NOT NULL,
    parameters JSON,
    quality_score FLOAT,
    user_rating INTEGER,
    created_at DATETIME
);
CREATE TABLE accuracy_metrics (
    id INTEGER NOT NULL PRIMARY KEY,
    metric_type VARCHAR(50) NOT NULL,
    value FLOAT,
    metadata JSON,
    model_checkpoint_id INTEGER,
    created_at DATETIME
);
CREATE TABLE database_version (
    id INTEGER NOT NULL PRIMARY KEY,
    version VARCHAR(50) NOT NULL,
    description TEXT,
    applied_at DATETIME
);

INSERT INTO neural_configs VALUES
(1, 'small', '{"layers": 2, "width": 64}', '2024-03-01 09:00:00.000000', '2024-03-02 09:00:00.000000'),
(2, 'large', '{"layers": 12, "dropout": 0.1}', '2024-03-01 10:00:00', NULL);
INSERT INTO text_corpus VALUES
(1, 'Emma', 'Emma Woodhouse, handsome, clever, and rich', 'gutenberg', '{"year": 1815}', 6, 42, '2024-03-01 08:00:00'),
(2, NULL, 'It is a truth universally acknowledged', NULL, NULL, 6, 38, '2024-03-01 08:30:00'),
(3, '', 'Emma Woodhouse, handsome, clever, and rich', 'gutenberg', '{}', 6, 42, '2024-03-01 08:00:00');
INSERT INTO training_jobs VALUES
(1, 'job-a', 'completed', 100, 'done', NULL, 1, 1, '2024-03-03 10:00:00', '2024-03-03 12:30:00', '2024-03-03 09:59:00'),
(2, 'job-b', 'failed', 40, NULL, 'out of memory', 2, 2, '2024-03-04 10:00:00', NULL, '2024-03-04 09:59:00'),
(3, 'job-c', 'pending', 0, NULL, NULL, NULL, NULL, NULL, NULL, '2024-03-05 09:59:00'),
(4, 'job-d', 'running', 17, 'epoch 2', NULL, 1, 3, '2024-03-06 10:00:00', NULL, '2024-03-06 09:59:00');
INSERT INTO markov_ngrams VALUES
(1, 2, 'a', 'b', 3, 0.75),
(2, 2, 'a', 'c', 1, 0.25),
(3, 3, 'ab', 'é', 2, NULL);
INSERT INTO neural_checkpoints VALUES
(1, 1, 128, 'ckpt/1.pt', NULL, 2.5, 0.41, FALSE, 1, '2024-03-03 11:00:00'),
(2, 2, 128, 'ckpt/2.pt', 'best so far', 1.9, 0.55, TRUE, 1, '2024-03-03 12:00:00'),
(3, 1, 64, 'ckpt/3.pt', NULL, 3.5, NULL, TRUE, NULL, '2024-03-04 12:00:00');
INSERT INTO generation_history VALUES
(1, 'Once', 'upon a time', 'markov', '{"temperature": 0.7}', 0.8, 4, '2024-04-01 12:00:00.123456'),
(2, 'It is', 'a truth', 'neural', NULL, NULL, NULL, '2024-04-02 12:00:00');
INSERT INTO accuracy_metrics VALUES
(1, 'perplexity', 12.5, '{"split": "test"}', 2, '2024-03-03 12:01:00'),
(2, 'accuracy', 0.55, NULL, NULL, '2024-03-03 12:02:00'),
(3, 'accuracy', 0.55, NULL, NULL, '2024-03-03 12:02:00');
INSERT INTO database_version VALUES (1, '003', 'Full-Text Search', '2024-03-01 08:00:00');
