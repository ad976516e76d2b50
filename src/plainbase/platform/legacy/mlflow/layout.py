"""The layout of an MLflow tracking store, SQLite or PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from plainbase.errors import ConfigurationError
from plainbase.platform.legacy.importing import Import
from plainbase.platform.legacy.layout import Recognition
from plainbase.platform.legacy.mlflow import datasets, experiments, others, registry, runs
from plainbase.platform.legacy.mlflow.store import TRIED, Store, missing
from plainbase.platform.legacy.source import SourceTable

TELLING = ("alembic_version", "experiments", "runs", "metrics", "params", "tags")
"""Tables that every store has, whatever its version, and that no other program is likely to have together."""

REPLACED = "a NUL, or bytes that are no UTF-8, which no database here holds: U+FFFD stands in their place"


@dataclass(frozen=True, slots=True)
class Mlflow:
    """A tracking store that MLflow wrote to a database."""

    name: str = "mlflow"
    title: str = "an MLflow tracking store: experiments, runs, metrics and registered models"

    def recognise(self, tables: Mapping[str, SourceTable]) -> Recognition:
        """Say how well tables fit: an old store is recognised too, though it cannot be read."""
        lacks = missing(tables)
        told = sum(name in tables for name in TELLING)
        if told < len(TELLING) or "run_uuid" not in tables["runs"].columns:
            return Recognition(0, lacks)
        extra = tuple(name for name in tables if name not in others.ALL)
        return Recognition(0.9 if lacks else 1.0, lacks, extra)

    async def run(self, importing: Import) -> None:
        """Take over what the store holds. Raises ConfigurationError for a store that is too old."""
        lacks = missing(importing.source.tables)
        if lacks:
            raise ConfigurationError(
                f"this MLflow store is older than MLflow 1.3, or damaged: it lacks {', '.join(lacks[:8])}. "
                "Bring a copy of it up to date with `mlflow db upgrade`, and import that"
            )
        store = Store(importing.source)
        version = await store.version()
        tried = f"that of MLflow {TRIED[version]}" if version in TRIED else "which is none of those that were tried"
        importing.notes.append(f"the store's schema is {version}, {tried}")
        given = await datasets.take(importing, store)
        made = await experiments.take(importing, store)
        await registry.take(importing, store, await runs.take(importing, store, made, given))
        await others.leave(importing, store, given)
        for (table, column), values in store.replaced.items():
            importing.lose(table, column, REPLACED, values)


MLFLOW = Mlflow()
