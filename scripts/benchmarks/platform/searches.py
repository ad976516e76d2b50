"""The twelve searches whose plans the tests look at, over the filled database: first pages of fifty rows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import twelve_searches
from benchmarks.platform import filled
from plainbase.platform import results
from plainbase.platform.results import Page
from plainbase.typed import Database


def _search(asked: twelve_searches.Asked) -> Callable[[Database], Awaitable[Page]]:
    return lambda db: results.search(db, asked.filters, sort=asked.sort, descending=asked.descending)


TWELVE = {
    name: _search(asked)
    for name, asked in twelve_searches.twelve(
        experiment=filled.experiment_id(3),
        benchmark=filled.benchmark_id(3),
        model_version=filled.version_id(3),
        provider="provider-3",
        model="model-003",
        words="gradient clipping",
        key="batch",
        value=1,
        date_from=filled.END - timedelta(days=7),
        date_to=filled.END,
    ).items()
}
