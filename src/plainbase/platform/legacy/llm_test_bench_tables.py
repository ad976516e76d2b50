"""The documented tables of the LLM Test Bench, under the names that they may have."""

from __future__ import annotations

from plainbase.platform.legacy.layout import Expected

USERS = Expected.of(
    ("users",), "id email username password_hash role active email_verified metadata last_login created_at updated_at"
)
BENCHMARKS = Expected.of(
    ("benchmarks",),
    "id name description provider model dataset status total_iterations completed_iterations "
    "failed_iterations results metrics error started_at completed_at created_at updated_at created_by",
)
EVALUATIONS = Expected.of(
    ("evaluations",),
    "id benchmark_id provider model input output expected metrics score metadata created_at created_by",
)
WORKERS = Expected.of(
    ("workers",),
    "id worker_id address status capacity current_tasks completed_tasks failed_tasks tags metadata "
    "last_heartbeat registered_at updated_at",
)
JOBS = Expected.of(
    ("jobs",),
    "id job_type payload priority status result error retry_count max_retries timeout_seconds "
    "assigned_worker_id started_at completed_at created_at updated_at",
)
AUDIT = Expected.of(("audit_logs",), "id user_id action entity_type entity_id changes ip_address user_agent created_at")
EXPECTED = (BENCHMARKS, EVALUATIONS, JOBS, WORKERS, USERS, AUDIT)
