"""The drivers; the only code that knows aiosqlite and asyncpg, or asks which dialect it is on."""

from __future__ import annotations

from plainbase.dialect import Dialect
from plainbase.drivers.base import Driver
from plainbase.options import Options


async def connect(options: Options) -> Driver:
    """Open the database that the options name, with the driver for its dialect."""
    if options.dialect is Dialect.SQLITE:
        from plainbase.drivers.sqlite import SqliteDriver

        return await SqliteDriver.open(options)
    from plainbase.drivers.postgres import PostgresDriver

    return await PostgresDriver.open(options)
