"""The sample: every table filled with rows that look real, and what can be seen in them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from time import perf_counter
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

import plainbase
from plainbase.errors import ConfigurationError, ConstraintViolation
from plainbase.platform import corpus, sample

if TYPE_CHECKING:
    from plainbase.typed import Database

ASKED = "foreign keys"
"""What the sample's corpus is searched for."""


async def fill(console: Console, url: str, size: str) -> None:
    """Fill an empty database with the sample, as if its four weeks ended now, and show what is in it."""
    async with plainbase.open(url, migrate=True) as db:
        console.print(f"database: {db.options.safe_url}", markup=False, highlight=False, soft_wrap=True)
        began = perf_counter()
        made = await _loaded(db, size)
        views = await db.refresh_all()
        console.print(
            f"filled {len(made)} tables with {sum(made.values()):,} rows and refreshed {len(views)} views in "
            f"{perf_counter() - began:.1f} s",
            highlight=False,
        )
        console.print(await _leaderboard(db), await _usage(db), await _search(db))


async def _loaded(db: Database, size: str) -> Mapping[str, int]:
    try:
        return await sample.load(db, size=size, until=datetime.now(UTC))
    except ConstraintViolation as error:
        if error.kind != "unique":
            raise
        path = db.options.path
        what = f"remove {path}, or name another file with --url" if path else "name an empty one with --url"
        raise ConfigurationError(f"{error.message}: {what}") from None


async def _leaderboard(db: Database) -> Table:
    table = Table("place", "model", "metric", "value", title="db.model_leaderboard.list(limit=5)")
    for row in await db.model_leaderboard.list(limit=5):
        table.add_row(f"{row.place}", f"{row.model} {row.version}", f"{row.benchmark} {row.metric}", f"{row.value:.3f}")
    return table


async def _usage(db: Database) -> Table:
    table = Table("kind", "model", "requests", "errors", "USD", title="db.daily_usage.totals()")
    for row in (await db.daily_usage.totals())[:5]:
        table.add_row(row.kind, row.model, f"{row.requests:,}", f"{row.errors:,}", f"{row.cost_usd:.2f}")
    return table


async def _search(db: Database) -> Table:
    table = Table("text", "score", title=f"platform.corpus.search(db, {ASKED!r})")
    for hit in (await corpus.search(db, ASKED, limit=5)).hits:
        table.add_row(hit.title or str(hit.corpus_text_id), f"{hit.score:.2f}")
    return table
