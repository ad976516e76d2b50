"""The plans that matter, pinned: which index finds the rows, in which order, and that nothing is sorted on the way."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import pytest

from plainbase import Database, migrations, shipped
from plainbase.check.plans import grows, indexes
from plainbase.check.plans import review as plan_review
from plainbase.check.plans.nodes import summary
from plainbase.database import RESERVED
from plainbase.dialect import Dialect
from plainbase.sqlfile import Query, load, walk


class Pin(NamedTuple):
    """A query with some of its optional parameters, and its plan in a line on each engine."""

    query: str
    passed: str
    sqlite: str
    postgres: str


PINNED = [
    # The queue: what is due, what is lost, what is over.
    Pin(
        "jobs.claim",
        "",
        sqlite=(
            "jobs by sqlite_autoindex_jobs_1 [group < jobs by jobs_available_idx [priorities [(group < jobs by "
            "jobs_available_idx) + group < values [limit < jobs by jobs_available_idx; limit < group < jobs by "
            "jobs_available_idx]]; limit < job_queues by sqlite_autoindex_job_queues_1]]"
        ),
        postgres=(
            "change < jobs by jobs_pkey [limit < jobs by jobs_available_idx [job_queues by job_queues_pkey]; "
            "limit < sort < due]"
        ),
    ),
    Pin(
        "jobs.reclaim",
        "",
        sqlite="jobs by sqlite_autoindex_jobs_1 [limit < sort < jobs by jobs_running_idx (all)]",
        postgres="change < jobs by jobs_pkey [limit < sort < jobs by jobs_running_idx (all); expired]",
    ),
    Pin(
        "jobs.list_pending",
        "",
        sqlite="limit < jobs by jobs_available_idx",
        postgres="limit < jobs by jobs_available_idx",
    ),
    Pin(
        "jobs.heartbeat",
        "",
        sqlite="jobs by sqlite_autoindex_jobs_1",
        postgres="change < jobs by jobs_pkey",
    ),
    Pin(
        "jobs.complete",
        "",
        sqlite="jobs by sqlite_autoindex_jobs_1",
        postgres="change < jobs by jobs_pkey",
    ),
    Pin(
        "jobs.complete_many",
        "",
        sqlite="given > jobs by sqlite_autoindex_jobs_1",
        postgres="change < given > jobs by jobs_pkey [sort < jobs by jobs_pkey [given]; locked]",
    ),
    # Lists, newest first and page by page.
    Pin(
        "training_runs.list",
        "",
        sqlite="limit < training_runs by training_runs_created_at_idx (all)",
        postgres="limit < training_runs by training_runs_created_at_idx (all)",
    ),
    Pin(
        "training_runs.list",
        "since",
        sqlite="limit < training_runs by training_runs_created_at_idx",
        postgres="limit < training_runs by training_runs_created_at_idx",
    ),
    Pin(
        "training_runs.list",
        "before_created_at before_id",
        sqlite="limit < training_runs by training_runs_created_at_idx",
        postgres="limit < training_runs by training_runs_created_at_idx",
    ),
    Pin(
        "training_runs.list_for_dataset",
        "",
        sqlite="limit < training_runs by training_runs_dataset_id_idx",
        postgres="limit < training_runs by training_runs_dataset_id_idx",
    ),
    Pin(
        "experiments.list",
        "",
        sqlite="limit < experiments by experiments_created_at_idx (all)",
        postgres="limit < experiments by experiments_created_at_idx (all)",
    ),
    Pin(
        "evaluations.list",
        "",
        sqlite="limit < evaluations by evaluations_created_at_idx (all)",
        postgres="limit < evaluations by evaluations_created_at_idx (all)",
    ),
    Pin(
        "evaluations.list_for_experiment",
        "",
        sqlite="limit < evaluations by evaluations_experiment_id_idx",
        postgres="limit < evaluations by evaluations_experiment_id_idx",
    ),
    Pin(
        "predictions.list",
        "",
        sqlite="limit < predictions by predictions_created_at_idx (all)",
        postgres="limit < predictions by predictions_created_at_idx (all)",
    ),
    Pin(
        "model_versions.list",
        "",
        sqlite="limit < model_versions by model_versions_created_at_idx (all)",
        postgres="limit < model_versions by model_versions_created_at_idx (all)",
    ),
    Pin(
        "models.list",
        "",
        sqlite="limit < models by models_created_at_idx (all)",
        postgres="limit < models by models_created_at_idx (all)",
    ),
    Pin(
        "datasets.list",
        "",
        sqlite="limit < datasets by datasets_created_at_idx (all)",
        postgres="limit < datasets by datasets_created_at_idx (all)",
    ),
    Pin(
        "benchmarks.list_recent",
        "",
        sqlite="limit < benchmarks by benchmarks_created_at_idx (all)",
        postgres="limit < benchmarks by benchmarks_created_at_idx (all)",
    ),
    Pin(
        "jobs.list",
        "",
        sqlite="limit < jobs by jobs_created_at_idx (all)",
        postgres="limit < jobs by jobs_created_at_idx (all)",
    ),
    Pin(
        "users.list",
        "",
        sqlite="limit < users by users_created_at_idx (all)",
        postgres="limit < users by users_created_at_idx (all)",
    ),
    Pin(
        "comparison_results.list",
        "",
        sqlite="limit < comparison_results by comparison_results_created_at_idx (all)",
        postgres="limit < comparison_results by comparison_results_created_at_idx (all)",
    ),
    Pin(
        "inference_sessions.list_recent",
        "",
        sqlite="limit < inference_sessions by inference_sessions_created_at_idx (all)",
        postgres="limit < inference_sessions by inference_sessions_created_at_idx (all)",
    ),
    Pin(
        "generations.history",
        "",
        sqlite="limit < generations by generations_created_at_idx (all)",
        postgres="limit < generations by generations_created_at_idx (all)",
    ),
    Pin(
        "audit_logs.list_by_entity",
        "",
        sqlite="limit < audit_logs by audit_logs_entity_idx",
        postgres="limit < audit_logs by audit_logs_entity_idx",
    ),
    # The best and the latest.
    Pin(
        "checkpoints.best",
        "run_id",
        sqlite="limit < sort < checkpoints by checkpoints_best_key",
        postgres="limit < sort < checkpoints by checkpoints_best_key",
    ),
    Pin(
        "checkpoints.latest",
        "",
        sqlite="limit < checkpoints by checkpoints_created_at_idx (all)",
        postgres="limit < checkpoints by checkpoints_created_at_idx (all)",
    ),
    Pin(
        "checkpoints.latest",
        "run_id",
        sqlite="limit < checkpoints by checkpoints_run_id_idx",
        postgres="limit < checkpoints by checkpoints_run_id_idx",
    ),
    Pin(
        "model_versions.latest",
        "",
        sqlite="limit < model_versions by model_versions_model_id_idx",
        postgres="limit < model_versions by model_versions_model_id_idx",
    ),
    Pin(
        "model_versions.get_by_alias",
        "",
        sqlite=(
            "models by sqlite_autoindex_models_2 > model_aliases by sqlite_autoindex_model_aliases_1 > "
            "model_versions by sqlite_autoindex_model_versions_1"
        ),
        postgres=(
            "models by models_name_key > model_aliases by model_aliases_pkey > model_versions by model_versions_pkey"
        ),
    ),
    Pin(
        "model_versions.get_by_version",
        "",
        sqlite="models by sqlite_autoindex_models_2 > model_versions by sqlite_autoindex_model_versions_2",
        postgres="models by models_name_key > model_versions by model_versions_model_id_version_key",
    ),
    Pin(
        "training_metrics.best",
        "",
        sqlite="limit < sort < training_metrics by training_metrics_run_id_name_step_idx",
        postgres="limit < sort < training_metrics by training_metrics_run_id_name_step_idx",
    ),
    Pin(
        "training_metrics.latest",
        "",
        sqlite=(
            "sort < names > training_metrics by primary key [(group < training_metrics by "
            "training_metrics_run_id_name_step_idx) + group < values [limit < training_metrics by "
            "training_metrics_run_id_name_step_idx]; limit < training_metrics by "
            "training_metrics_run_id_name_step_idx]"
        ),
        postgres=(
            "sort < names > training_metrics by training_metrics_pkey [values + values [limit < "
            "training_metrics by training_metrics_run_id_name_step_idx]; limit < training_metrics by "
            "training_metrics_run_id_name_step_idx]"
        ),
    ),
    Pin(
        "training_metrics.history",
        "",
        sqlite="training_metrics by training_metrics_run_id_name_step_idx",
        postgres="training_metrics by training_metrics_run_id_name_step_idx",
    ),
    # Statistics and series.
    Pin(
        "predictions.statistics",
        "since",
        sqlite=(
            "totals [group < places [window < its rows [its rows [sort < predictions by predictions_created_at_idx]]]]"
        ),
        postgres="group < window < window < sort < predictions by predictions_created_at_idx",
    ),
    Pin(
        "inference_requests.usage_by_day",
        "",
        sqlite="group < inference_requests by inference_requests_created_at_idx",
        postgres="sort < group < inference_requests by inference_requests_created_at_idx",
    ),
    Pin(
        "system_metrics.series",
        "",
        sqlite="system_metrics by system_metrics_name_recorded_at_idx [limit < group < values + values]",
        postgres="system_metrics by system_metrics_name_recorded_at_idx",
    ),
    Pin(
        "model_leaderboard.list",
        "benchmark",
        sqlite="limit < model_leaderboard by model_leaderboard_place_idx",
        postgres="limit < model_leaderboard by model_leaderboard_place_idx",
    ),
    Pin(
        "run_metric_summary.list_for_run",
        "",
        sqlite="run_metric_summary by sqlite_autoindex_run_metric_summary_1",
        postgres="run_metric_summary by run_metric_summary_pkey",
    ),
    Pin(
        "daily_usage.list",
        "since",
        sqlite="limit < daily_usage by sqlite_autoindex_daily_usage_1",
        postgres="limit < daily_usage by daily_usage_key",
    ),
    Pin(
        "training_runs.count_by_status",
        "",
        sqlite="group < training_runs by training_runs_status_idx (all)",
        postgres="group < training_runs by training_runs_status_idx (all)",
    ),
    # Who is there: looked up at each request.
    Pin(
        "sessions.get_by_token",
        "",
        sqlite="sessions by sqlite_autoindex_sessions_2 > users by sqlite_autoindex_users_1",
        postgres="sessions by sessions_token_hash_key > users by users_pkey",
    ),
    Pin(
        "sessions.touch",
        "",
        sqlite="sessions by sqlite_autoindex_sessions_1",
        postgres="change < sessions by sessions_pkey",
    ),
    Pin(
        "api_keys.get_by_public_id",
        "",
        sqlite="api_keys by sqlite_autoindex_api_keys_2 > users by sqlite_autoindex_users_1",
        postgres="api_keys by api_keys_public_id_key > users by users_pkey",
    ),
    Pin(
        "api_keys.touch",
        "",
        sqlite="api_keys by sqlite_autoindex_api_keys_1",
        postgres="change < api_keys by api_keys_pkey",
    ),
    Pin(
        "users.get_by_email",
        "",
        sqlite="users by sqlite_autoindex_users_2",
        postgres="users by users_email_key",
    ),
    Pin(
        "users.get_by_username",
        "",
        sqlite="users by sqlite_autoindex_users_3",
        postgres="users by users_username_key",
    ),
    Pin(
        "login_attempts.account_failures",
        "",
        sqlite="group < login_attempts by login_attempts_email_idx",
        postgres="group < login_attempts by login_attempts_email_idx",
    ),
]

SEARCH = {
    "sqlite": {"corpus_passages_search", "corpus_passages", "corpus_texts"},
    "postgres": {"corpus_passages_search_idx", "corpus_passages_word_count_idx", "corpus_passages_pkey"},
}


@cache
def shipped_queries(dialect: Dialect) -> dict[str, Query]:
    tree = load([shipped.folder("queries")], dialect, RESERVED)
    return {query.name: query for query in walk(tree)}


@cache
def growing(dialect: Dialect) -> dict[str, str]:
    return grows.read(migrations.read([shipped.folder("schema")], dialect))


async def planned(
    db: Database, query: str, passed: str = "", known: indexes.Indexes | None = None
) -> plan_review.Planned:
    """The plan of the text that has these of its optional parameters."""
    dialect = Dialect(db.dialect)
    found = shipped_queries(dialect)[query]
    required = [name for name in found.parameters if not any(name in group for group in found.groups)]
    statement, _ = found.bind(dict.fromkeys([*required, *passed.split()]))
    plan = await plan_review.plan(db._driver, found, statement, known, growing(dialect))
    assert plan is not None
    return plan


async def test_the_plans_that_matter_are_these(fresh: Database) -> None:
    seen, expected = [], []
    known = await indexes.read(fresh._driver)
    for pin in PINNED:
        plan = (await planned(fresh, pin.query, pin.passed, known)).plan
        seen.append((pin.query, pin.passed, summary(plan)))
        expected.append((pin.query, pin.passed, pin.sqlite if fresh.dialect == "sqlite" else pin.postgres))
    assert seen == expected


async def test_search_goes_through_the_full_text_index(fresh: Database) -> None:
    plan = (await planned(fresh, "corpus_passages.search")).plan
    nodes = [node for node in plan.walk() if node.kind in ("scan", "index")]
    assert all(node.condition for node in nodes if not node.index.endswith("_word_count_idx"))
    read = {node.table for node in nodes} if fresh.dialect == "sqlite" else plan.indexes
    assert read >= SEARCH[fresh.dialect]


async def test_a_dropped_index_is_seen(fresh: Database) -> None:
    assert "jobs_available_idx" in summary((await planned(fresh, "jobs.claim")).plan)
    await fresh.script("DROP INDEX jobs_available_idx;")
    plan = await planned(fresh, "jobs.claim")
    assert "jobs_available_idx" not in summary(plan.plan)
    found = [str(finding) for finding in plan_review.review([plan], growing(Dialect(fresh.dialect)))]
    assert found
    assert found[0].startswith(f"queries/jobs.{fresh.dialect}.sql:")
    assert " jobs.claim: " in found[0]


@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
async def test_the_connection_that_read_plans_is_as_before(fresh: Database) -> None:
    await planned(fresh, "jobs.claim")
    assert await fresh.fetch_value("SELECT current_setting('enable_seqscan')") == "on"
    assert await fresh.fetch_value("SELECT current_setting('plan_cache_mode')") == "auto"
    assert await fresh.fetch_value("SELECT count(*) FROM pg_prepared_statements WHERE name = 'plainbase_plan'") == 0
