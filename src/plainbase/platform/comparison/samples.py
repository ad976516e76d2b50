"""What was measured of each side: read once for all metrics, as flat columns of numbers."""

from __future__ import annotations

from array import array
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from plainbase.errors import ParameterError
from plainbase.platform.comparison import metrics as naming
from plainbase.platform.comparison.settings import Kind
from plainbase.platform.comparison.sides import Side
from plainbase.platform.evaluations import input_digest
from plainbase.platform.runners import AnyRunner
from plainbase.sqlfile.query import OMIT, Omit

NAMED = 20
"""How many metrics an error names."""
LONG = 60
"""How much of a name it shows."""
EVERY = 2**31
"""A limit that leaves nothing out."""


@dataclass(slots=True)
class Column:
    """The values of one metric on one side, each with the number of its input, and how many were left out and why."""

    inputs: array[int] = field(default_factory=lambda: array("q"))
    values: array[float] = field(default_factory=lambda: array("d"))
    missing: int = 0
    not_a_number: int = 0
    out_of_range: int = 0

    def add(self, number: int, value: Any) -> None:
        """Take a value, or count why not."""
        if value is None:
            self.missing += 1
            return
        real = naming.number(value)
        if real is None:
            self.not_a_number += 1
        elif not abs(real) <= naming.LARGEST:
            self.out_of_range += 1
        else:
            self.inputs.append(number)
            self.values.append(real)


@dataclass(slots=True)
class Answers:
    """What one side answered: how often, the metrics asked for, and which others there are."""

    evaluations: int
    columns: dict[str, Column]
    known: set[str]


async def read(
    db: AnyRunner,
    kind: Kind,
    sides: tuple[Side, Side],
    metrics: Sequence[str],
    *,
    experiment_id: UUID | None,
    since: datetime | None,
) -> tuple[Answers, Answers]:
    """Read the values of both sides; memory is 16 bytes a value and metric, and once each input's digest.

    Raises ParameterError where no evaluation has one of the metrics, or one side has none.
    """
    inputs: dict[str, int] = {}
    a, b = [
        await _read(_rows(db, kind, side.id, experiment_id, since), metrics, inputs.setdefault, inputs)
        for side in sides
    ]
    for metric in metrics:
        _refuse_empty(metric, sides, (a, b))
    return a, b


async def _read(
    rows: AsyncGenerator[Any],
    metrics: Sequence[str],
    number_of: Callable[[str, int], int],
    inputs: dict[str, int],
) -> Answers:
    columns = {metric: Column() for metric in metrics}
    asked = [(metric, column, metric in naming.COLUMNS) for metric, column in columns.items()]
    answers = Answers(0, columns, set())
    async with aclosing(rows):
        async for row in rows:
            answers.evaluations += 1
            text = row.undigested_input
            number = number_of(row.input_digest if text is None else input_digest(text), len(inputs))
            more = row.metrics if isinstance(row.metrics, dict) else {}
            for metric, column, is_column in asked:
                column.add(number, row[metric] if is_column else more.get(metric))
            _note(answers.known, row, more)
    return answers


def _note(known: set[str], row: Any, more: dict[str, Any]) -> None:
    if len(known) < 10 * NAMED:
        known.update(name for name in naming.COLUMNS if row[name] is not None)
        known.update(name for name, value in more.items() if naming.number(value) is not None)


def _rows(
    db: AnyRunner, kind: Kind, side: UUID, experiment_id: UUID | None, since: datetime | None
) -> AsyncGenerator[Any]:
    after: datetime | Omit = OMIT if since is None else since
    if kind == "experiment":
        return db.comparison_samples.list_for_experiment.stream(experiment_id=side, since=after)
    return _of_versions(db, kind, side, OMIT if experiment_id is None else experiment_id, after)


async def _of_versions(
    db: AnyRunner, kind: Kind, side: UUID, within: UUID | Omit, after: datetime | Omit
) -> AsyncGenerator[Any]:
    match kind:
        case "model":
            ids = [row.id async for row in db.model_versions.list_for_model.stream(model_id=side, limit=EVERY)]
        case "training_run":
            of_run = db.model_versions.list_for_run.stream(training_run_id=side, limit=EVERY)
            ids = [row.id async for row in of_run]
        case _:
            ids = [side]
    rows = db.comparison_samples.list_for_model_versions.stream(
        model_version_ids=ids, experiment_id=within, since=after
    )
    async with aclosing(rows):
        async for row in rows:
            yield row


def _refuse_empty(metric: str, sides: tuple[Side, Side], answers: tuple[Answers, Answers]) -> None:
    for name, side, of in zip("ab", sides, answers, strict=True):
        if not of.evaluations:
            raise ParameterError(f"{side.label!r} ({name}) has no evaluations to compare")
    empty = [not of.columns[metric].values for of in answers]
    if all(empty):
        raise ParameterError(f"no evaluation has the metric {metric!r}; there are {_names(answers)}")
    for name, side, lacks in zip("ab", sides, empty, strict=True):
        if lacks:
            raise ParameterError(f"no evaluation of {side.label!r} ({name}) has the metric {metric!r}")


def _names(answers: tuple[Answers, Answers]) -> str:
    names = sorted(name if len(name) <= LONG else f"{name[:LONG]}…" for name in answers[0].known | answers[1].known)
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return (", ".join(names[:NAMED]) + more) or "none"
