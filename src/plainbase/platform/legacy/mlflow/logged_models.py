"""The models that runs logged (MLflow 3): kept with the run that made each, since only registered ones have a place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from plainbase.platform.legacy.importing import Import
from plainbase.platform.legacy.mlflow.fates import fates
from plainbase.platform.legacy.mlflow.others import leave_unseen
from plainbase.platform.legacy.mlflow.store import Store
from plainbase.platform.legacy.mlflow.translation import clean, kept
from plainbase.platform.legacy.report import Tally
from plainbase.platform.legacy.source import Row

SAID = (
    "model_id",
    "name",
    "artifact_location",
    "creation_timestamp_ms",
    "last_updated_timestamp_ms",
    "status",
    "status_message",
    "lifecycle_stage",
    "model_type",
)
PARTS = {"logged_model_params": ("param_key", "param_value"), "logged_model_tags": ("tag_key", "tag_value")}


@dataclass(frozen=True, slots=True)
class LoggedModels:
    """What is counted of logged models, of their params and of their tags."""

    models: Tally
    params: Tally
    tags: Tally
    seen: set[str] = field(default_factory=set)
    """The models that were read."""

    def count(self, models: Sequence[dict[str, Any]], *, known: bool) -> None:
        """Count what a run's record says of its models: whether it was said before."""
        for tally, rows in self._rows(models):
            tally.already += len(rows) if known else 0
            tally.taken += 0 if known else len(rows)

    def leave(self, importing: Import, models: Sequence[dict[str, Any]], why: str, run: str) -> None:
        """Count the models of a run that is left."""
        for tally, rows in self._rows(models):
            importing.leave_with(tally, why, run, rows)

    def _rows(self, models: Sequence[dict[str, Any]]) -> tuple[tuple[Tally, Sequence[Row]], ...]:
        return (self.models, models), (self.params, _parts(models, "params")), (self.tags, _parts(models, "tags"))


def _parts(models: Sequence[dict[str, Any]], of: str) -> list[Row]:
    """The rows that the params or tags of models were."""
    key, value = PARTS[f"logged_model_{of}"]
    return [
        {"model_id": model["model_id"], key: name, value: held}
        for model in models
        for name, held in model.get(of, {}).items()
    ]


async def begun(importing: Import, store: Store) -> LoggedModels:
    """Begin to count, and leave the models that no run of the store made."""
    found = LoggedModels(
        importing.tally("logged_models", "training_runs.config"),
        importing.tally("logged_model_params", "training_runs.config"),
        importing.tally("logged_model_tags", "training_runs.config"),
    )
    for tally in (found.models, found.params, found.tags):
        columns = store.columns(tally.source_table)
        said = dict.fromkeys((name for name in columns if name != "experiment_id"), "config")
        await fates(tally, store, said, derived={"experiment_id": "that of its run"})
    return found


async def of_runs(store: Store, counted: LoggedModels, runs: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """What the records of some runs say of the models that they logged."""
    rows = await store.fetch("logged_models", runs, by="source_run_id", order_by=("creation_timestamp_ms", "model_id"))
    if not rows:
        return {}
    models = [row["model_id"] for row in rows]
    params = await _pairs(store, counted.params, models)
    tags = await _pairs(store, counted.tags, models)
    found: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        counted.models.rows += 1
        counted.seen.add(row["model_id"])
        said = kept(row, *SAID)
        for key, values in (("params", params), ("tags", tags)):
            if row["model_id"] in values:
                said[key] = values[row["model_id"]]
        found[row["source_run_id"]].append(said)
    return found


async def leave_others(importing: Import, store: Store, counted: LoggedModels) -> None:
    """Count the models that no run of the store made."""
    for tally in (counted.models, counted.params, counted.tags):
        await leave_unseen(importing, store, tally, "model_id", counted.seen, "no run of the store logged the model")


async def _pairs(store: Store, tally: Tally, models: Sequence[str]) -> dict[str, dict[str, str]]:
    key, value = PARTS[tally.source_table]
    found: defaultdict[str, dict[str, str]] = defaultdict(dict)
    rows: list[Row] = await store.fetch(tally.source_table, models, by="model_id", order_by=("model_id", key))
    for row in rows:
        tally.rows += 1
        found[row["model_id"]][clean(row[key])] = clean(row[value])
    return found
