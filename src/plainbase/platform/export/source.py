"""Where an export's rows come from: the results that filters find, newest first."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

from plainbase.platform import results
from plainbase.platform.export.columns import selected
from plainbase.platform.results import SearchFilters
from plainbase.platform.runners import AnyRunner
from plainbase.rows import Row


@dataclass(frozen=True, slots=True)
class Source:
    """The results to export, and which of their columns."""

    db: AnyRunner
    filters: SearchFilters
    columns: tuple[str, ...]
    limit: int | None

    async def chunks(self) -> AsyncGenerator[list[Row]]:
        """The rows as `columns.selected` says, some at a time."""
        wanted = selected(self.columns, self.db.dialect)
        text, values = await results.newest(self.db, self.filters, limit=self.limit, columns=wanted)
        async with aclosing(self.db.iterate_chunks(text, values)) as chunks:
            async for chunk in chunks:
                yield chunk

    def rows(self) -> AsyncGenerator[Row]:
        """The rows with values of every type, one at a time."""
        return results.stream(self.db, self.filters, limit=self.limit)

    async def total(self) -> int:
        """How many results the filters find, whatever the limit."""
        return await results.count(self.db, self.filters)
