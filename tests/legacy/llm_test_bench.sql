-- LLM Test Bench: the tables as its documentation has them, api_keys by its repository's example (PostgreSQL).
CREATE TABLE users (
    id UUID PRIMARY KEY,
    email VARCHAR(255) UNIQUE NOT NULL,
    username VARCHAR(100) UNIQUE NOT NULL,
    password_hash VARCHAR(255) NOT NULL,
    role VARCHAR(50) NOT NULL,
    active BOOLEAN,
    email_verified BOOLEAN,
    metadata JSONB,
    last_login TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE,
    updated_at TIMESTAMP WITH TIME ZONE
);
CREATE TABLE benchmarks (
    id UUID PRIMARY KEY,
    name VARCHAR(255) NOT NULL,
    description TEXT,
    provider VARCHAR(100) NOT NULL,
    model VARCHAR(255) NOT NULL,
    dataset VARCHAR(255) NOT NULL,
    status VARCHAR(50) NOT NULL,
    total_iterations INTEGER,
    completed_iterations INTEGER,
    failed_iterations INTEGER,
    results JSONB,
    metrics JSONB,
    error TEXT,
    started_at TIMESTAMP WITH TIME ZONE,
    completed_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE,
    updated_at TIMESTAMP WITH TIME ZONE,
    created_by UUID
);
CREATE TABLE evaluations (
    id UUID PRIMARY KEY,
    benchmark_id UUID REFERENCES benchmarks (id),
    provider VARCHAR(100) NOT NULL,
    model VARCHAR(255) NOT NULL,
    input TEXT NOT NULL,
    output TEXT NOT NULL,
    expected TEXT,
    metrics JSONB NOT NULL,
    score DOUBLE PRECISION NOT NULL,
    metadata JSONB,
    created_at TIMESTAMP WITH TIME ZONE,
    created_by UUID
);
CREATE TABLE jobs (
    id UUID PRIMARY KEY,
    job_type VARCHAR(100) NOT NULL,
    payload JSONB NOT NULL,
    priority INTEGER NOT NULL,
    status VARCHAR(50) NOT NULL,
    result JSONB,
    error TEXT,
    retry_count INTEGER,
    max_retries INTEGER,
    timeout_seconds INTEGER,
    assigned_worker_id UUID,
    started_at TIMESTAMP WITH TIME ZONE,
    completed_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE,
    updated_at TIMESTAMP WITH TIME ZONE
);
CREATE TABLE workers (
    id UUID PRIMARY KEY,
    worker_id VARCHAR(255) UNIQUE NOT NULL,
    address VARCHAR(255) NOT NULL,
    status VARCHAR(50) NOT NULL,
    capacity INTEGER NOT NULL,
    current_tasks INTEGER,
    completed_tasks BIGINT,
    failed_tasks BIGINT,
    tags TEXT[],
    metadata JSONB,
    last_heartbeat TIMESTAMP WITH TIME ZONE,
    registered_at TIMESTAMP WITH TIME ZONE,
    updated_at TIMESTAMP WITH TIME ZONE
);
CREATE TABLE api_keys (
    id UUID PRIMARY KEY,
    user_id UUID REFERENCES users (id),
    key_hash VARCHAR(255) NOT NULL,
    name VARCHAR(255) NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE
);
CREATE TABLE audit_logs (
    id UUID PRIMARY KEY,
    user_id UUID REFERENCES users (id),
    action VARCHAR(100) NOT NULL,
    entity_type VARCHAR(100) NOT NULL,
    entity_id UUID,
    changes JSONB,
    ip_address VARCHAR(45),
    user_agent TEXT,
    created_at TIMESTAMP WITH TIME ZONE
);
CREATE TABLE _sqlx_migrations (version BIGINT PRIMARY KEY, description TEXT NOT NULL);
INSERT INTO _sqlx_migrations VALUES (20240320000001, 'initial schema');

INSERT INTO users VALUES
('11111111-1111-4111-8111-111111111111', 'Ada@Example.com', 'ada', '{argon2}', 'admin', true, true,
 '{"theme": "dark"}', '2024-05-01 10:00+02', '2024-04-01 10:00+00', '2024-04-02 10:00+00'),
('22222222-2222-4222-8222-222222222222', 'bob@example.com', 'bob', '$2b$12$abcdefghijklmnopqrstuv', 'viewer', NULL, NULL,
 NULL, NULL, '2024-04-01 11:00+00', NULL);
INSERT INTO benchmarks VALUES
('33333333-3333-4333-8333-333333333333', 'GPT-4 Test', NULL, 'openai', 'gpt-4', 'mmlu', 'completed', 100, 99, 1,
 '{"accuracy": 0.9}', NULL, NULL, '2024-05-01 10:00+00', '2024-05-01 11:00+00', '2024-05-01 09:00+00',
 '2024-05-01 11:00+00', '11111111-1111-4111-8111-111111111111'),
('44444444-4444-4444-8444-444444444444', 'second', 'a try', 'anthropic', 'claude', 'gsm8k', 'pending', NULL, NULL, NULL,
 NULL, NULL, NULL, NULL, NULL, '2024-05-02 09:00+00', NULL, '99999999-9999-4999-8999-999999999999');
INSERT INTO evaluations VALUES
('55555555-5555-4555-8555-555555555555', '33333333-3333-4333-8333-333333333333', 'openai', 'gpt-4', 'Question 1',
 'Answer 1', 'Answer 1', '{"accuracy": 0.95}', 0.95, NULL, '2024-05-01 10:01+00', NULL),
('66666666-6666-4666-8666-666666666666', NULL, 'openai', 'gpt-4', 'Question 2', 'Answer 2', NULL, '{}', 'NaN',
 '{"seed": 1}', '2024-05-01 10:02+00', '22222222-2222-4222-8222-222222222222');
INSERT INTO workers VALUES
('77777777-7777-4777-8777-777777777777', 'worker-1', 'localhost:50052', 'busy', 4, 1, 20, 2, ARRAY['benchmark', 'gpu'],
 NULL, '2024-05-01 10:00+00', '2024-04-01 10:00+00', '2024-05-01 10:00+00');
INSERT INTO jobs VALUES
('88888888-8888-4888-8888-888888888881', 'benchmark', '{"model": "gpt-4"}', 10, 'pending', NULL, NULL, 0, 3, 600, NULL,
 NULL, NULL, '2024-05-01 10:00+00', '2024-05-01 10:00+00'),
('88888888-8888-4888-8888-888888888882', 'benchmark', '{}', 5, 'running', NULL, NULL, 1, 3, NULL,
 '77777777-7777-4777-8777-777777777777', '2024-05-01 10:00+00', NULL, '2024-05-01 09:00+00', '2024-05-01 10:00+00'),
('88888888-8888-4888-8888-888888888883', 'benchmark', '{}', 5, 'completed', '{"ok": true}', NULL, 0, 3, NULL,
 '77777777-7777-4777-8777-777777777777', '2024-05-01 10:00+00', '2024-05-01 10:05+00', '2024-05-01 09:00+00', NULL),
('88888888-8888-4888-8888-888888888884', 'benchmark', '{}', -1, 'failed', NULL, 'no model', 3, 3, NULL, NULL,
 '2024-05-01 10:00+00', NULL, '2024-05-01 09:00+00', '2024-05-01 12:00+00');
INSERT INTO api_keys VALUES
('99999999-0000-4000-8000-000000000001', '11111111-1111-4111-8111-111111111111', 'abc', 'Production API Key', NULL);
INSERT INTO audit_logs VALUES
('aaaaaaaa-0000-4000-8000-000000000001', '11111111-1111-4111-8111-111111111111', 'create', 'benchmark',
 '33333333-3333-4333-8333-333333333333', '{"status": "created"}', '192.168.1.1', 'Mozilla/5.0', '2024-05-01 09:00+00'),
('aaaaaaaa-0000-4000-8000-000000000002', '11111111-1111-4111-8111-111111111111', 'update', 'user',
 '22222222-2222-4222-8222-222222222222', '{"email": "bob@example.com"}', NULL, NULL, '2024-05-02 09:00+00');
