-- The LLM Optimization Platform's five tables as its document describes them; the columns are what it says they hold.
CREATE TABLE datasets (
    id VARCHAR(36) PRIMARY KEY, name VARCHAR(255) NOT NULL, description TEXT, format VARCHAR(50), domain VARCHAR(100),
    size_bytes INTEGER, record_count INTEGER, version VARCHAR(50), checksum VARCHAR(64), created_at DATETIME
);
CREATE TABLE models (
    id VARCHAR(36) PRIMARY KEY, name VARCHAR(255) NOT NULL, model_type VARCHAR(50) NOT NULL, provider VARCHAR(100),
    version VARCHAR(50), status VARCHAR(50), performance_metrics JSON, cost_per_1k_input_tokens FLOAT,
    cost_per_1k_output_tokens FLOAT, base_model VARCHAR(100), created_at DATETIME
);
CREATE TABLE experiments (
    id VARCHAR(36) PRIMARY KEY, name VARCHAR(255) NOT NULL, description TEXT, status VARCHAR(50) NOT NULL,
    dataset_id VARCHAR(36) REFERENCES datasets (id), model_id VARCHAR(36) REFERENCES models (id), config JSON,
    results JSON, metrics JSON, total_cost FLOAT, duration_seconds FLOAT, started_at DATETIME, completed_at DATETIME,
    created_at DATETIME
);
CREATE TABLE evaluations (
    id VARCHAR(36) PRIMARY KEY, experiment_id VARCHAR(36) REFERENCES experiments (id),
    model_id VARCHAR(36) REFERENCES models (id), prompt TEXT NOT NULL, response TEXT, expected_output TEXT,
    metrics JSON, score FLOAT, human_rating INTEGER, human_feedback TEXT, latency_ms FLOAT, input_tokens INTEGER,
    output_tokens INTEGER, cost FLOAT, created_at DATETIME
);
CREATE TABLE comparison_results (
    id VARCHAR(36) PRIMARY KEY, experiment_id VARCHAR(36), model_a_id VARCHAR(36), model_b_id VARCHAR(36),
    metric_name VARCHAR(100), test_name VARCHAR(100), sample_size_a INTEGER, sample_size_b INTEGER, mean_a FLOAT,
    mean_b FLOAT, p_value FLOAT, effect_size FLOAT, winner VARCHAR(50), created_at DATETIME
);
INSERT INTO datasets VALUES ('0a000000-0000-4000-8000-000000000001', 'reviews', 'texts of shops', 'jsonl', 'retail',
    1000, 10, '2', 'abc', '2024-01-01 10:00:00');
INSERT INTO models VALUES
('0b000000-0000-4000-8000-000000000001', 'gpt-4', 'commercial', 'openai', '0613', 'active', '{"bleu": 0.4}', 0.03, 0.06,
 NULL, '2024-01-01 10:00:00'),
('0b000000-0000-4000-8000-000000000002', 'gpt-4', 'commercial', 'openai', '1106', 'active', NULL, 0.01, 0.03, NULL,
 '2024-01-02 10:00:00'),
('0b000000-0000-4000-8000-000000000003', 'shop-7b', 'fine_tuned', NULL, NULL, 'ready', NULL, NULL, NULL, 'llama',
 '2024-01-03 10:00:00');
INSERT INTO experiments VALUES ('0c000000-0000-4000-8000-000000000001', 'first', 'is it good?', 'completed',
    '0a000000-0000-4000-8000-000000000001', '0b000000-0000-4000-8000-000000000001', '{}', '{"accuracy": 0.92}', NULL,
    0.05, 60, '2024-02-01 10:00:00', '2024-02-01 10:01:00', '2024-02-01 09:00:00');
INSERT INTO evaluations VALUES ('0d000000-0000-4000-8000-000000000001', '0c000000-0000-4000-8000-000000000001',
    '0b000000-0000-4000-8000-000000000001', 'Good?', 'Yes', 'Yes', '{"rouge": 0.9}', 0.9, 5, 'right', 120.5, 10, 2, 0.01,
    '2024-02-01 10:00:30');
INSERT INTO comparison_results VALUES ('0e000000-0000-4000-8000-000000000001', '0c000000-0000-4000-8000-000000000001',
    '0b000000-0000-4000-8000-000000000001', '0b000000-0000-4000-8000-000000000003', 'score', 'welch', 10, 10, 0.9, 0.7,
    0.01, 1.2, 'model_a', '2024-02-02 10:00:00');
