"""plainbase: SQL files go in, typed rows come out, and the same file means the same thing on both engines.

async with plainbase.open("sqlite:///lab.db") as db:
    await db.migrate()
    dataset = await db.datasets.register(name="mmlu", version="1", digest="…")
"""

import typing
from typing import Any

from plainbase import shipped
from plainbase.actor import Actor
from plainbase.database import Database, Opening
from plainbase.dialect import Dialect
from plainbase.drivers.base import Notification, PoolStatus
from plainbase.errors import (
    CommitUnknown,
    ConfigurationError,
    ConnectionLost,
    ConstraintViolation,
    DatabaseMissing,
    DataInvalid,
    MigrationError,
    ParameterError,
    PlainbaseError,
    PoolTimeout,
    QueryFileError,
    QueryTimeout,
    RowNotFound,
    SchemaOutOfDate,
    StatementFailed,
    TooManyRows,
    TransactionAborted,
    TransactionConflict,
)
from plainbase.events import CommitEvent, MigrateEvent, QueryEvent, QueryStats, RefreshEvent, WaitEvent
from plainbase.health import Health, HealthCheck
from plainbase.health import Limits as HealthLimits
from plainbase.options import Options
from plainbase.rows import Row
from plainbase.sqlfile.query import OMIT
from plainbase.transaction import Transaction
from plainbase.values import uuid7

if typing.TYPE_CHECKING:
    from plainbase import typed

__version__ = "0.1.0"

__all__ = [
    "OMIT",
    "Actor",
    "CommitEvent",
    "CommitUnknown",
    "ConfigurationError",
    "ConnectionLost",
    "ConstraintViolation",
    "DataInvalid",
    "Database",
    "DatabaseMissing",
    "Dialect",
    "Health",
    "HealthCheck",
    "HealthLimits",
    "MigrateEvent",
    "MigrationError",
    "Notification",
    "Opening",
    "Options",
    "ParameterError",
    "PlainbaseError",
    "PoolStatus",
    "PoolTimeout",
    "QueryEvent",
    "QueryFileError",
    "QueryStats",
    "QueryTimeout",
    "RefreshEvent",
    "Row",
    "RowNotFound",
    "SchemaOutOfDate",
    "StatementFailed",
    "TooManyRows",
    "Transaction",
    "TransactionAborted",
    "TransactionConflict",
    "WaitEvent",
    "open",
    "uuid7",
]


def open(url: str | None = None, **options: Any) -> "Opening[typed.Database]":  # noqa: A001 (as the built-in does for files)
    """Open the platform's database, with the schema and the queries that plainbase ships.

    Without a URL the environment decides: `DATABASE_URL`, else its parts, else `sqlite:///plainbase.db`.
    Await it, or use it in `async with`. Raises ConfigurationError or ConnectionLost.
    """
    opening = Database.open(url, queries=shipped.folder("queries"), schema=shipped.folder("schema"), **options)
    return typing.cast("Opening[typed.Database]", opening)
