"""What the rows of the LLM Test Bench have in common: ids, when they were made, by whom, and their status."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from plainbase.platform.legacy.importing import Import, Step
from plainbase.platform.legacy.layout import Expected
from plainbase.platform.legacy.reading import Reading, Unfit
from plainbase.platform.legacy.runs import STATUSES


class Bench:
    """One import: what its steps have in common."""

    def __init__(self, importing: Import) -> None:
        self.importing = importing
        self.queue = "llm_test_bench"

    async def step(
        self, table: Expected, columns: Mapping[str, str], convert: Callable[[Reading], Mapping[str, Any]], **more: Any
    ) -> None:
        """Take a table, whose key is its id, into the one of the same name."""
        name = table.names[0]
        await self.importing.take(Step(name, name, ("id",), columns, convert, remembered_as=name, **more))

    def id(self, row: Reading) -> UUID:
        """The row's own id."""
        found = row.uuid("id")
        if found is None:
            raise Unfit("a required value is NULL or empty", "id")
        return found

    def created(self, row: Reading, *others: str) -> datetime:
        """When a row was made, or whatever is known of it."""
        for column in ("created_at", *others):
            if (found := row.moment(column)) is not None:
                return found
        row.note("nothing said when it was made: it is as if made by the import")
        return self.importing.began

    def creator(self, row: Reading) -> Any:
        """Who made it; an account that is not there is nobody, since the older system did not check it."""
        try:
            return row.reference("created_by", "users")
        except Unfit:
            row.lose("created_by", "there is no such account: it became NULL")
            return None


def status_of(row: Reading) -> str:
    """Its status, by plainbase's word."""
    status = row.word("status", STATUSES)
    if status is None:
        raise Unfit("a required value is NULL or empty", "status")
    return status
