"""An MLflow tracking store: its tables, their history, and what is read of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from pypika import Query, Table
from pypika import functions as fn
from pypika.queries import QueryBuilder
from pypika.terms import Criterion, Field, LiteralValue

from plainbase.platform.legacy.mlflow.translation import is_clean
from plainbase.platform.legacy.source import Row, Source, SourceTable

NEEDED: Mapping[str, tuple[str, ...]] = {
    "alembic_version": ("version_num",),
    "experiments": ("experiment_id", "name", "lifecycle_stage"),
    "experiment_tags": ("key", "value", "experiment_id"),
    "runs": ("run_uuid", "status", "start_time", "end_time", "lifecycle_stage", "experiment_id"),
    "params": ("key", "value", "run_uuid"),
    "tags": ("key", "value", "run_uuid"),
    "metrics": ("key", "value", "timestamp", "run_uuid", "step", "is_nan"),
}
"""Without these it is no store that can be read: MLflow 1.3 wrote them, and every later version."""

KNOWN: Mapping[str, tuple[str, ...]] = {
    "experiments": ("artifact_location", "creation_time", "last_update_time", "workspace"),
    "runs": (
        "name",
        "source_type",
        "source_name",
        "entry_point_name",
        "user_id",
        "source_version",
        "artifact_uri",
        "deleted_time",
    ),
    "registered_models": ("name", "creation_time", "last_updated_time", "description", "workspace"),
    "model_versions": (
        "name",
        "version",
        "current_stage",
        "run_id",
        "status",
        "creation_time",
        "last_updated_time",
        "description",
        "user_id",
        "source",
        "status_message",
        "run_link",
        "storage_location",
        "workspace",
    ),
    "registered_model_tags": ("key", "value", "name", "workspace"),
    "model_version_tags": ("key", "value", "name", "version", "workspace"),
    "registered_model_aliases": ("alias", "version", "name", "workspace"),
    "datasets": (
        "dataset_uuid",
        "experiment_id",
        "name",
        "digest",
        "dataset_source_type",
        "dataset_source",
        "dataset_schema",
        "dataset_profile",
    ),
    "inputs": ("input_uuid", "source_type", "source_id", "destination_type", "destination_id", "step"),
    "input_tags": ("input_uuid", "name", "value"),
    "logged_models": (
        "model_id",
        "experiment_id",
        "name",
        "artifact_location",
        "creation_timestamp_ms",
        "last_updated_timestamp_ms",
        "status",
        "status_message",
        "lifecycle_stage",
        "model_type",
        "source_run_id",
    ),
    "logged_model_params": ("model_id", "experiment_id", "param_key", "param_value"),
    "logged_model_tags": ("model_id", "experiment_id", "tag_key", "tag_value"),
}
"""What else is read where the store has it: newer versions of MLflow added it bit by bit."""

TRIED: Mapping[str, str] = {
    "89d4b8295536": "1.3",
    "0a8213491aaa": "1.8",
    "bd07f7e963c5": "1.27",
    "3500859a5d39": "2.3",
    "7f2a7d5fae7d": "2.4 to 2.6",
    "acf3f17fdcc7": "2.8",
    "4465047574b1": "2.15",
    "bda7b8c39065": "3.1",
    "dc11669786a5": "3.17",
}
"""The versions of the store, as alembic names them, that the import was tried on, and an MLflow that had each."""


@dataclass(frozen=True, slots=True)
class Store:
    """A source that is an MLflow store."""

    source: Source
    replaced: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By table and column, how many texts that were read are not kept as they were: see `clean`."""

    def columns(self, table: str) -> tuple[str, ...]:
        """What is read of a table: the known columns that this store has."""
        known = (*NEEDED.get(table, ()), *KNOWN.get(table, ()))
        has = self.source.tables[table].columns if table in self.source.tables else {}
        return tuple(name for name in known if name in has)

    async def fetch(
        self, table: str, among: Iterable[Any] | None = None, *, by: str = "run_uuid", order_by: Sequence[str] = ()
    ) -> list[Row]:
        """The rows of a table, or those whose column `by` is among some values; of a table there is not, none."""
        columns = self.columns(table)
        if not columns:
            return []
        made = _select(table, columns, by, among).orderby(*(Table(table)[name] for name in order_by))
        rows: list[Row] = list(await self.source.reader.fetch(made.get_sql()))
        self._look(table, rows, columns)
        return rows

    def _look(self, table: str, rows: Sequence[Row], columns: Sequence[str]) -> None:
        for name in columns:
            texts = (value for row in rows if isinstance(value := row[name], str | bytes))
            if many := sum(not is_clean(text) for text in texts):
                self.replaced[table, name] += many

    async def valued(self, table: str, key: str) -> dict[str, Any]:
        """By run, the value that one key has in its tags or params."""
        at = Table(table)
        made = Query.from_(at).select(at.run_uuid, at.value).where(at.key == key)
        return {row["run_uuid"]: row["value"] for row in await self.source.reader.fetch(made.get_sql())}

    async def run_ids(self) -> list[str]:
        """The ids of all runs, the oldest first."""
        at = Table("runs")
        made = Query.from_(at).select(at.run_uuid).orderby(at.start_time).orderby(at.run_uuid)
        return [row["run_uuid"] for row in await self.source.reader.fetch(made.get_sql())]

    async def points_by_run(self) -> dict[str, int]:
        """How many metric values each run has."""
        at = Table("metrics")
        made = Query.from_(at).select(at.run_uuid, fn.Count("*").as_("points")).groupby(at.run_uuid)
        return {row["run_uuid"]: row["points"] for row in await self.source.reader.fetch(made.get_sql())}

    async def metric_names(self, run: str) -> list[str | bytes]:
        """The names of one run's metrics."""
        at = Table("metrics")
        made = Query.from_(at).select(at.key).distinct().where(at.run_uuid == run).orderby(at.key)
        return [row["key"] for row in await self.source.reader.fetch(made.get_sql())]

    async def points(self, runs: Iterable[str], name: str | bytes | None = None) -> AsyncGenerator[Sequence[Row]]:
        """Metric values of some runs, or of one metric of theirs, the last of equal steps being MLflow's latest."""
        at = Table("metrics")
        made = _select("metrics", NEEDED["metrics"], "run_uuid", runs)
        order = [at.run_uuid, at.key, at.step, at.timestamp, at.value]
        if name is not None:
            made, order = made.where(_among(at.key, [name])), order[2:]
        async with aclosing(self.source.reader.chunks(made.orderby(*order).get_sql())) as chunks:
            async for chunk in chunks:
                self._look("metrics", chunk, ("key",))
                yield chunk

    async def version(self) -> str:
        """The store's version, as alembic names it."""
        return ", ".join(sorted(str(row["version_num"]) for row in await self.fetch("alembic_version")))


def missing(tables: Mapping[str, SourceTable]) -> tuple[str, ...]:
    """What a database lacks to be a store: tables, or columns as table.column."""
    lacks: list[str] = []
    for table, columns in NEEDED.items():
        if table not in tables:
            lacks.append(table)
        else:
            lacks += (f"{table}.{name}" for name in columns if name not in tables[table].columns)
    return tuple(lacks)


def _select(table: str, columns: Iterable[str], by: str, among: Iterable[Any] | None) -> QueryBuilder:
    at = Table(table)
    made = Query.from_(at).select(*(at[name] for name in columns))
    return made if among is None else made.where(_among(at[by], list(among)))


def _among(field: Field, values: list[Any]) -> Criterion:
    """Whether a column has one of some values; a text that no SQL text holds, which only SQLite has, by its bytes."""
    odd = [each for each in values if isinstance(each, str | bytes) and not is_clean(each)]
    found: Criterion = field.isin([each for each in values if each not in odd] if odd else values)
    for each in odd:
        raw = each if isinstance(each, bytes) else each.encode()
        held = fn.Cast(field, "BLOB")  # type: ignore[no-untyped-call]  # pypika leaves it untyped
        found = found | (held == LiteralValue(f"x'{raw.hex()}'"))
    return found
