-- A.D.A.M. SLM's tables as its document lists them; the columns are what it says they hold.
CREATE TABLE users (id INTEGER PRIMARY KEY, username TEXT UNIQUE, email TEXT UNIQUE, password_hash TEXT, role TEXT,
    preferences TEXT, api_key TEXT, is_active BOOLEAN, created_at TIMESTAMP, last_login TIMESTAMP);
CREATE TABLE sessions (id INTEGER PRIMARY KEY, user_id INTEGER, token TEXT, expires_at TIMESTAMP);
CREATE TABLE datasets (id INTEGER PRIMARY KEY, name TEXT, version TEXT, checksum TEXT, format TEXT, size_bytes INTEGER,
    num_samples INTEGER, statistics TEXT, description TEXT, created_by INTEGER, created_at TIMESTAMP);
CREATE TABLE dataset_splits (id INTEGER PRIMARY KEY, dataset_id INTEGER, split_name TEXT, num_samples INTEGER,
    split_percent REAL);
CREATE TABLE model_registry (id INTEGER PRIMARY KEY, model_name TEXT, version TEXT, architecture TEXT,
    parameter_count INTEGER, checkpoint_path TEXT, status TEXT, tags TEXT, created_at TIMESTAMP);
CREATE TABLE model_benchmarks (id INTEGER PRIMARY KEY, model_id INTEGER, benchmark_name TEXT, metric_name TEXT,
    metric_value REAL, details TEXT, created_at TIMESTAMP);
CREATE TABLE training_runs (id INTEGER PRIMARY KEY, run_name TEXT, model_id INTEGER, dataset_id INTEGER, user_id INTEGER,
    status TEXT, training_config TEXT, hyperparameters TEXT, started_at TIMESTAMP, completed_at TIMESTAMP,
    created_at TIMESTAMP);
CREATE TABLE training_metrics (id INTEGER PRIMARY KEY, training_run_id INTEGER, step INTEGER, metric_name TEXT,
    metric_value REAL, timestamp REAL);
CREATE TABLE experiments (id INTEGER PRIMARY KEY, name TEXT, hypothesis TEXT, status TEXT, results TEXT,
    created_by INTEGER, started_at TIMESTAMP, completed_at TIMESTAMP, created_at TIMESTAMP);
CREATE TABLE experiment_runs (id INTEGER PRIMARY KEY, experiment_id INTEGER, training_run_id INTEGER, run_label TEXT);
CREATE TABLE inference_sessions (id INTEGER PRIMARY KEY, model_id INTEGER, user_id INTEGER, purpose TEXT,
    started_at TIMESTAMP, ended_at TIMESTAMP);
CREATE TABLE inference_requests (id INTEGER PRIMARY KEY, session_id INTEGER, prompt_length INTEGER,
    response_length INTEGER, input_tokens INTEGER, output_tokens INTEGER, inference_time_s REAL, created_at TIMESTAMP);
CREATE TABLE system_metrics (id INTEGER PRIMARY KEY, metric_name TEXT, metric_value REAL, unit TEXT,
    recorded_at TIMESTAMP);
CREATE TABLE operation_logs (id INTEGER PRIMARY KEY, operation TEXT, details TEXT, created_at TIMESTAMP);
CREATE VIEW model_performance_summary AS SELECT model_name, count(*) AS n FROM model_registry GROUP BY model_name;
INSERT INTO users VALUES
(1, 'admin', 'admin@example.com', 'sha256:x', 'admin', '{"theme": "dark"}', 'k', 1, '2024-01-01 10:00:00', NULL),
(2, 'eve', 'eve@example.com', 'sha256:y', 'viewer', NULL, NULL, 0, '2024-01-02 10:00:00', '2024-03-01 10:00:00');
INSERT INTO sessions VALUES (1, 1, 'secret', '2024-01-02 10:00:00');
INSERT INTO datasets VALUES (1, 'wiki', '1.0', 'aa', 'text', 10, 5, '{"vocabulary": 7}', 'a dump', 1,
    '2024-01-01 10:00:00'), (2, 'books', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '2024-01-01 10:00:00');
INSERT INTO dataset_splits VALUES (1, 1, 'train', 4, 80.0), (2, 1, 'val', 1, 20.0);
INSERT INTO model_registry VALUES (1, 'adam', 'v1', 'transformer', 1000, 'm/1', 'deployed', '["small"]', '2024-01-05'),
(2, 'adam', 'v2', 'transformer', 2000, 'm/2', 'training', NULL, '2024-01-06');
INSERT INTO model_benchmarks VALUES (1, 1, 'lambada', 'accuracy', 0.5, NULL, '2024-01-07');
INSERT INTO training_runs VALUES (1, 'run 1', 1, 1, 1, 'completed', '{"steps": 3}', '{"lr": 0.1}',
    '2024-01-05 10:00:00', '2024-01-05 11:00:00', '2024-01-05 09:00:00');
INSERT INTO training_metrics VALUES (1, 1, 0, 'loss', 3.5, 1704448800.5), (2, 1, 1, 'loss', 2.5, 1704448801),
(3, 1, 2, 'loss', NULL, 1704448802);
INSERT INTO experiments VALUES (1, 'widths', 'wider is better', 'active', NULL, 2, NULL, NULL, '2024-01-05');
INSERT INTO experiment_runs VALUES (1, 1, 1, 'baseline');
INSERT INTO inference_sessions VALUES (1, 1, 2, 'demo', '2024-02-01 10:00:00', NULL);
INSERT INTO inference_requests VALUES (1, 1, 10, 20, 3, 5, 0.25, '2024-02-01 10:00:01'),
(2, 1, 10, 20, 3, 5, 0.25, '2024-02-01 10:00:01');
INSERT INTO system_metrics VALUES (1, 'cpu', 12.5, 'percent', '2024-02-01 10:00:00'),
(2, 'cpu', 12.5, 'percent', '2024-02-01 10:00:00');
INSERT INTO operation_logs VALUES (1, 'vacuum', NULL, '2024-02-01');
