"""What an analytic gives: its rows, the stored views that they come from, and how old those are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from plainbase.errors import ParameterError
from plainbase.platform.runners import AnyDatabase

T_co = TypeVar("T_co", covariant=True)

Fresh = bool | float
"""True: refresh the views first; a number: those whose result is older than so many seconds; False: none."""


@dataclass(frozen=True, slots=True)
class Snapshot(Generic[T_co]):
    """Rows as of the last refresh of the views they were read from.

    `refreshed_at` is when the refresh of the oldest of them began, so what was written later may be missing;
    `age_seconds` is how long ago that was by the database's clock. Both are None where one was never refreshed.
    """

    rows: tuple[T_co, ...]
    views: tuple[str, ...]
    refreshed_at: datetime | None
    age_seconds: float | None


@dataclass(frozen=True, slots=True)
class Age:
    """The views that are about to be read, and how old the oldest of them is."""

    views: tuple[str, ...]
    refreshed_at: datetime | None
    age_seconds: float | None

    def of(self, rows: Sequence[T_co]) -> Snapshot[T_co]:
        """These rows, read after the age was looked up, so that they are no older than is said."""
        return Snapshot(tuple(rows), self.views, self.refreshed_at, self.age_seconds)


async def prepare(db: AnyDatabase, views: Sequence[str], fresh: Fresh) -> Age:
    """Refresh these views as far as is asked for, and tell the age of the oldest.

    Raises ParameterError for an impossible number of seconds, and what a refresh raises.
    """
    if fresh is True:
        for view in views:
            await db.refresh(view)
    elif fresh is not False:
        if not isinstance(fresh, int | float) or not fresh >= 0:
            raise ParameterError(f"fresh is {fresh!r}; it is True, False or a number of seconds, 0 or more")
        ages = {row.view_name: row.age_seconds for row in await db.view_refreshes.ages(views=views)}
        for view in views:
            if ages.get(view, math.inf) > fresh:
                await db.refresh(view)
    known = await db.view_refreshes.ages(views=views)
    if len(known) < len(views):
        return Age(tuple(views), None, None)
    oldest = min(known, key=lambda row: row.started_at)
    return Age(tuple(views), oldest.started_at, oldest.age_seconds)
