-- MLOps California Housing: its four tables, by PredictionLogData and what the document says of the others.
CREATE TABLE predictions (
    id INTEGER NOT NULL PRIMARY KEY, request_id VARCHAR(64), batch_id VARCHAR(64), model_version VARCHAR(50),
    model_stage VARCHAR(20), input_features JSON, prediction FLOAT, confidence_score FLOAT,
    confidence_interval_lower FLOAT, confidence_interval_upper FLOAT, processing_time_ms FLOAT, status VARCHAR(20),
    error_message TEXT, user_agent VARCHAR(500), ip_address VARCHAR(45), timestamp DATETIME
);
CREATE TABLE model_performance (
    id INTEGER NOT NULL PRIMARY KEY, model_version VARCHAR(50), model_stage VARCHAR(20), metric_name VARCHAR(50),
    metric_value FLOAT, dataset_version VARCHAR(50), timestamp DATETIME
);
CREATE TABLE system_metrics (
    id INTEGER NOT NULL PRIMARY KEY, metric_name VARCHAR(100), metric_value FLOAT, labels JSON, timestamp DATETIME
);
CREATE TABLE migration_versions (id INTEGER NOT NULL PRIMARY KEY, version VARCHAR(50), applied_at DATETIME);
INSERT INTO predictions VALUES
(1, 'r1', NULL, 'v1.0.0', 'Production', '{"feature1": 1.0}', 2.5, 0.9, 2.0, 3.0, 15.0, 'success', NULL, 'curl',
 '10.0.0.1', '2024-01-01 10:00:00'),
(2, 'r2', 'b1', 'v1.0.0', 'Staging', '{}', NULL, NULL, NULL, NULL, 1.0, 'error', 'no model', NULL, NULL,
 '2024-01-01 10:00:01');
INSERT INTO model_performance VALUES (1, 'v1.0.0', 'Production', 'rmse', 0.5, 'd1', '2024-01-01 10:00:00'),
(2, 'v1.1.0', 'Staging', 'rmse', 0.4, NULL, '2024-01-02 10:00:00'),
(3, 'v1.1.0', 'Staging', 'rmse', 0.4, NULL, '2024-01-02 10:00:00');
INSERT INTO system_metrics VALUES (1, 'gpu', 0.5, '{"device": 0}', '2024-01-01 10:00:00'),
(2, 'gpu', 0.5, NULL, '2024-01-01 10:00:00');
INSERT INTO migration_versions VALUES (1, '004_add_error_tracking', '2024-01-01 10:00:00');
