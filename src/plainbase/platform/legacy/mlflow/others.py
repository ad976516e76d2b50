"""The tables of newer stores that have no place here, and those whose rows are made anew."""

from __future__ import annotations

from collections.abc import Container, Mapping
from contextlib import aclosing

from plainbase.platform.legacy.importing import Import
from plainbase.platform.legacy.mlflow.datasets import Datasets
from plainbase.platform.legacy.mlflow.store import KNOWN, NEEDED, Store
from plainbase.platform.legacy.report import Tally

DERIVED: Mapping[str, str] = {
    "alembic_version": "the store's version; it stands in the report",
    "latest_metrics": "the last value of each metric, which the metrics say",
    "workspaces": "the names of workspaces stand with the experiments and models",
    "scheduler_leases": "who works now",
    "job_locks": "who works now",
    "sql_trace_metric_daily_rollups": "sums of traces",
    "sql_span_cost_daily_rollups": "sums of traces",
    "sql_assessment_daily_rollups": "sums of assessments",
    "sql_trace_rollup_rebuild_queue": "sums of traces",
}

_TRACES = "traces and their spans have no place here"
_REVIEWS = "assessments, label schemas and review queues have no place here"
_EVALUATIONS = "evaluation datasets and scorers have no place here"
_GATEWAY = "the gateway's endpoints, secrets, budgets and guardrails have no place here"
_SERVERS = "registered MCP servers have no place here"

WITHOUT_PLACE: Mapping[str, str] = {
    **dict.fromkeys(
        ("trace_info", "trace_tags", "trace_request_metadata", "trace_metrics", "spans", "span_metrics"), _TRACES
    ),
    **dict.fromkeys(
        (
            "assessments",
            "issues",
            "label_schemas",
            "review_queues",
            "review_queue_users",
            "review_queue_items",
            "review_queue_label_schemas",
        ),
        _REVIEWS,
    ),
    **dict.fromkeys(
        (
            "evaluation_datasets",
            "evaluation_dataset_records",
            "evaluation_dataset_tags",
            "entity_associations",
            "scorers",
            "scorer_versions",
            "online_scoring_configs",
        ),
        _EVALUATIONS,
    ),
    **dict.fromkeys(
        (
            "endpoints",
            "endpoint_tags",
            "endpoint_bindings",
            "endpoint_model_mappings",
            "model_definitions",
            "secrets",
            "budget_policies",
            "guardrails",
            "guardrail_configs",
        ),
        _GATEWAY,
    ),
    "logged_model_metrics": "which logged model a value was measured of; the value is among the run's metrics",
    **dict.fromkeys(
        (
            "mcp_servers",
            "mcp_server_versions",
            "mcp_server_tags",
            "mcp_server_version_tags",
            "mcp_server_aliases",
            "mcp_access_endpoints",
        ),
        _SERVERS,
    ),
    **dict.fromkeys(("webhooks", "webhook_events"), "webhooks have no place here"),
    "jobs": "MLflow's own jobs have no place here",
}


async def leave(importing: Import, store: Store, given: Datasets) -> None:
    """Say of every known table that was not read how many rows it has, and why they were left."""
    tables = store.source.tables
    for name, why in {**DERIVED, **WITHOUT_PLACE}.items():
        if name not in tables:
            continue
        tally = importing.tally(name, None)
        tally.rows = await store.source.count(name)
        if tally.rows:
            tally.leave(why, rows=tally.rows, derived=name in DERIVED)
    for tally in (given.inputs, given.input_tags):
        why = "it links a logged model, which has no place here"
        await leave_unseen(importing, store, tally, "input_uuid", given.seen, why)


async def leave_unseen(
    importing: Import, store: Store, tally: Tally, column: str, seen: Container[str], why: str
) -> None:
    """Leave the rows of a table that were not read with what they belong to, told by a column."""
    table = tally.source_table
    if table not in store.source.tables or await store.source.count(table) == tally.rows:
        return
    async with aclosing(store.source.rows(table, order_by=(column,))) as chunks:
        async for chunk in chunks:
            for row in chunk:
                if row[column] not in seen:
                    tally.rows += 1
                    importing.leave(tally, why, row[column], row)


ALL = frozenset((*NEEDED, *KNOWN, *DERIVED, *WITHOUT_PLACE))
