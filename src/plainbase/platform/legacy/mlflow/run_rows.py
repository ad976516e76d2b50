"""A run of MLflow's as a row here: its status and times, its params as hyperparameters, and all else in its config."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from plainbase.platform.legacy.mlflow.datasets import Input, said
from plainbase.platform.legacy.mlflow.translation import ENDED, RUN_STATUSES, clean, kept, moment, name_of, parameter
from plainbase.platform.legacy.report import Tally
from plainbase.platform.legacy.source import Row

COLUMNS = (
    "id",
    "name",
    "status",
    "progress",
    "config",
    "hyperparameters",
    "dataset_id",
    "parent_run_id",
    "started_at",
    "finished_at",
    "created_at",
    "updated_at",
)
RUN_NAME = "mlflow.runName"


@dataclass(slots=True)
class Found:
    """A run as the store has it."""

    there: str
    here: UUID
    row: Row
    points: int
    parent: UUID | None
    experiment_id: UUID | None
    params: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    inputs: Sequence[Input] = ()
    points_left: int = 0
    models: Sequence[dict[str, Any]] = ()

    @property
    def status(self) -> str:
        """Its status in our words; one that nobody knows has not begun."""
        return RUN_STATUSES.get(self.row["status"], "pending")

    @property
    def name(self) -> str:
        """Its name: older stores have it as a tag only."""
        return name_of(self.row.get("name") or self.tags.get(RUN_NAME), self.there)

    @property
    def hyperparameters(self) -> dict[str, str | int | float]:
        """Its params, numbers as such."""
        return {key: parameter(value) for key, value in self.params.items()}

    def record(self) -> dict[str, Any]:
        """What MLflow says of it and has no column here; under `config.mlflow`."""
        found = kept(
            self.row,
            "status",
            "experiment_id",
            "lifecycle_stage",
            "deleted_time",
            "end_time",
            "user_id",
            "source_type",
            "source_name",
            "entry_point_name",
            "source_version",
            "artifact_uri",
        )
        found["points"] = self.points
        if self.points_left:
            found["points_left"] = self.points_left
        found["tags"] = self.tags
        if self.inputs:
            found["datasets"] = said(self.inputs)
        if self.models:
            found["logged_models"] = list(self.models)
        return found


def row_of(run: Found, tally: Tally, otherwise: datetime) -> tuple[Any, ...]:
    """The row of a new run; `otherwise` is when it began where the store does not know."""
    status = run.status
    if run.row["status"] not in RUN_STATUSES:
        tally.note("its status is unknown; it is pending here")
    began = moment(run.row["start_time"])
    if began is None:
        tally.note("when it began is unknown; its end or the time of the import stands for it")
    created = began or moment(run.row["end_time"]) or otherwise
    finished = None
    if status in ENDED:
        finished = moment(run.row["end_time"])
        if finished is None:
            tally.note("when it ended is unknown; its beginning stands for it")
            finished = created
    return (
        run.here,
        run.name,
        status,
        100.0 if status == "completed" else 0.0,
        {"mlflow": run.record()},
        run.hyperparameters,
        run.inputs[0].dataset_id if run.inputs else None,
        run.parent,
        None if status == "pending" else created,
        finished,
        created,
        finished or created,
    )


def pairs(rows: Sequence[Row], tally: Tally, of: Mapping[str, dict[str, str]]) -> None:
    """Give each run its tags or params."""
    for row in rows:
        tally.rows += 1
        of[row["run_uuid"]][clean(row["key"])] = clean(row["value"] if row["value"] is not None else "")
