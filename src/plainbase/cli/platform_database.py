"""The platform's database for commands that read it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import plainbase
from plainbase.cli.opening import opened_to_look
from plainbase.errors import ConfigurationError, PlainbaseError, SchemaOutOfDate, StatementFailed

if TYPE_CHECKING:
    from plainbase.typed import Database


@asynccontextmanager
async def opened_to_read(url: str | None, **options: Any) -> AsyncIterator[Database]:
    """The database with the shipped queries, opened with options; where there is none, none is made.

    Raises ConfigurationError where there is none, and where it lacks a table that was asked for, and SchemaOutOfDate
    where it lacks a migration, since what it would give then may be nothing where there is something.
    """
    async with opened_to_look(url, ()):
        pass  # it says so where there is none
    async with plainbase.open(url, **options) as db:
        if pending := (await db.health(checks=False)).pending:
            first, *others = pending
            lacks = f"{first} and {len(others)} more" if others else first
            raise SchemaOutOfDate(f"this database lacks migration {lacks}: run `plainbase migrate up`")
        try:
            yield db
        except StatementFailed as error:
            if not error.undefined:
                raise
            raise ConfigurationError(missing(error, db.options.safe_url)) from None


def missing(error: PlainbaseError, where: str) -> str:
    """What to do where a table or a view is not there."""
    return f"{where} lacks what was asked for ({error.message}): `plainbase migrate up` makes it"
