"""What the analytics refuse before they read: impossible limits, unknown words, metrics and ids."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from plainbase.errors import ParameterError
from plainbase.platform.runners import AnyDatabase
from plainbase.sqlfile.query import OMIT, Omit

MOST_NAMED = 20
"""How many of the names there are a message lists."""


def whole(name: str, value: int, least: int = 0, most: int = 2**63 - 1) -> None:
    """Refuse what is not a whole number from the least to the most."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise ParameterError(f"{name} is a whole number, got {type(value).__name__}")
    if not least <= value <= most:
        raise ParameterError(f"{name} is {value}; it is {least} or more" + (f", up to {most}" * (value > most)))


def limited(limit: int) -> None:
    """Refuse a limit that is not a whole number from 0 on."""
    whole("limit", limit)


def number(name: str, value: float) -> None:
    """Refuse what is not a number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ParameterError(f"{name} is a number, got {type(value).__name__}")
    if math.isnan(value):
        raise ParameterError(f"{name} is {value}; it is a number")


def word(name: str, value: str | None, known: Collection[str | None]) -> None:
    """Refuse a word that is none of these."""
    if value not in known:
        there = ", ".join(str(each) for each in known)
        raise ParameterError(f"unknown {name} {value!r}; known are {there}")


def fraction(name: str, value: float) -> None:
    """Refuse what is not a number from 0 to 1."""
    number(name, value)
    if not 0 <= value <= 1:
        raise ParameterError(f"{name} is {value}; it is from 0 to 1")


def period(since: datetime | None, until: datetime | None) -> None:
    """Refuse a time that ends before it begins, and moments without a zone."""
    for name, moment in (("since", since), ("until", until)):
        if moment is not None and (not isinstance(moment, datetime) or moment.utcoffset() is None):
            raise ParameterError(f"{name} is a datetime with a time zone")
    if since is not None and until is not None and since > until:
        raise ParameterError("since is later than until")


async def metric(db: AnyDatabase, name: str) -> None:
    """Refuse a metric that no run has, and say which there are; of an empty database nothing is refused."""
    known = [row.name for row in await db.run_metric_summary.list_names()]
    if known and name not in known:
        more = f" and {len(known) - MOST_NAMED} more" if len(known) > MOST_NAMED else ""
        raise ParameterError(
            f"no run has a metric {name!r} as of the last refresh; there are {', '.join(known[:MOST_NAMED])}{more}"
        )


async def runs(db: AnyDatabase, run_ids: Sequence[UUID] | None, experiment_id: UUID | None) -> Sequence[UUID] | Omit:
    """The runs asked for, by id, as those of an experiment or as both; all where neither is said.

    Raises RowNotFound for an unknown experiment.
    """
    if experiment_id is None:
        return OMIT if run_ids is None else run_ids
    await db.experiments.get(id=experiment_id)
    rows = await db.experiments.list_runs(experiment_id=experiment_id, limit=1_000_000)
    asked = None if run_ids is None else set(run_ids)
    return [row.id for row in rows if asked is None or row.id in asked]
