"""The README's table of the five platforms' methods: complete, and each thing that it names is there."""

from __future__ import annotations

import importlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
import pytest

import plainbase
from plainbase import Database, database, dialect, shipped, sqlfile
from plainbase.cli import commands

README = (Path(__file__).parent.parent / "README.md").read_text()

NAMED = {
    "LLM Optimization Platform": """
        DatabaseManager.initialize DatabaseManager.migrate_schema DatabaseManager.health_check
        DatabaseManager.get_session DatasetRepository ModelRepository ExperimentRepository EvaluationRepository
        ComparisonRepository evaluation_repository.create_batch result_service.store_experiment_results
        result_service.search_results result_service.export_results result_service.get_experiment_summary
        result_service.get_analytics_data
    """,
    "James LLM": """
        create_neural_config get_neural_config get_neural_config_by_name list_neural_configs update_neural_config
        delete_neural_config create_training_job get_training_job update_training_job list_training_jobs
        add_corpus_text get_corpus_text list_corpus_texts get_corpus_stats update_markov_ngram get_markov_ngrams
        calculate_markov_probabilities clear_markov_model create_checkpoint get_best_checkpoint get_latest_checkpoint
        list_checkpoints record_generation get_generation_history clear_generation_history update_generation_rating
        record_accuracy get_accuracy_metrics get_accuracy_summary get_database_version set_database_version
        get_table_stats vacuum_database analyze_database run_migrations get_migration_status rollback_to_version
        db_session_scope
    """,
    "A.D.A.M. SLM": "AdamSLMDatabase DatabaseManager DatabaseAnalytics DatabaseMigrations demo.py",
    "MLOps housing predictions": """
        DatabaseManager DatabaseManager.log_prediction DatabaseManager.get_prediction_stats
        DatabaseManager.log_system_metric ModelPerformance PredictionLogData DatabaseMigrator manage_database.py
    """,
    "LLM Test Bench": """
        Database::connect db.migrate db.health_check db.stats benchmarks().create benchmarks().get benchmarks().update
        benchmarks().list_recent benchmarks().list_by_status evaluations().create jobs().create jobs().list_pending
        jobs().get_stats jobs().cleanup_old_jobs workers().create workers().update_heartbeat workers().list_active
        workers().remove_stale users().create users().get_by_email users().create_api_key audit().create
        audit().list_by_user audit().list_by_entity
    """,
}
"""What the documents of the five platforms name."""


def rows(platform: str) -> list[tuple[str, str]]:
    """The rows of one platform's table: their method, and what is here."""
    table = README.partition(f"\n| {platform} | here |\n|---|---|\n")[2].partition("\n\n")[0]
    return [(theirs, here) for theirs, here in re.findall(r"(?m)^\| (.*?) \| (.*) \|$", table)]


@pytest.mark.parametrize("platform", NAMED)
def test_every_method_that_a_document_names_has_a_row(platform: str) -> None:
    told = {word for theirs, _ in rows(platform) for word in re.findall(r"`([^` ]+)[^`]*`", theirs)}
    assert told == set(NAMED[platform].split())


@pytest.mark.parametrize("platform", NAMED)
def test_what_stands_beside_a_method_is_there(platform: str) -> None:
    queries = sqlfile.load([shipped.folder("queries")], dialect.Dialect.SQLITE, reserved=dir(database.Database))
    for theirs, here in rows(platform):
        names = re.findall(r"`([^`]+)`", here)
        assert names or "*not yet*" in here, theirs
        for name in names:
            assert is_there(name, queries), f"{theirs}: {name}"


def is_there(name: str, queries: Mapping[str, Any]) -> bool:
    """Whether a query, a function, a method or a command of this name exists."""
    first, _, rest = name.partition(".")
    if name.startswith("plainbase "):
        found: click.Command | None = commands.plainbase
        for word in name.split()[1:]:
            found = found.commands.get(word) if isinstance(found, click.Group) else None
        return found is not None
    if first == "db" and "." in rest:
        file, _, query = rest.partition(".")
        return query in queries.get(file, {})
    if first == "db":
        return callable(getattr(Database, rest, None))
    if first == "platform":
        module, _, attribute = rest.rpartition(".")
        return hasattr(importlib.import_module(f"plainbase.platform.{module}"), attribute)
    if first == "plainbase":
        return hasattr(plainbase, rest)
    return name == ".batch(rows)"
