"""What became of the columns of a table that this layout knows."""

from __future__ import annotations

from collections.abc import Mapping

from plainbase.platform.legacy.mlflow.store import Store
from plainbase.platform.legacy.report import ColumnFate, Tally

UNKNOWN = "a column that the versions of MLflow tried here do not have"
NO_REASON: Mapping[str, str] = {}


async def fates(
    tally: Tally, store: Store, became: Mapping[str, str], *, derived: Mapping[str, str] = NO_REASON
) -> None:
    """Say of each column of a table what it became, why nothing is lost without it, or that nobody knows it."""
    table = store.source.tables.get(tally.source_table)
    if table is None:
        return
    unknown = [name for name in table.columns if name not in became and name not in derived]
    filled = await store.source.filled(table.name, unknown)
    tally.columns += [ColumnFate(name, became[name]) for name in table.columns if name in became]
    tally.columns += [ColumnFate(name, None, derived[name], derived=True) for name in table.columns if name in derived]
    tally.columns += [ColumnFate(name, None, UNKNOWN, filled[name]) for name in unknown]
