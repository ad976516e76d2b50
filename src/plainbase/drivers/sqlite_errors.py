"""SQLite's errors, translated once."""

from __future__ import annotations

import re
import sqlite3
from typing import Any

from plainbase.errors import (
    ConfigurationError,
    ConnectionLost,
    ConstraintViolation,
    DataInvalid,
    PlainbaseError,
    QueryTimeout,
    StatementFailed,
    TransactionConflict,
)

_KINDS = {
    "SQLITE_CONSTRAINT_UNIQUE": "unique",
    "SQLITE_CONSTRAINT_PRIMARYKEY": "unique",
    "SQLITE_CONSTRAINT_ROWID": "unique",
    "SQLITE_CONSTRAINT_FOREIGNKEY": "foreign key",
    "SQLITE_CONSTRAINT_CHECK": "check",
    "SQLITE_CONSTRAINT_TRIGGER": "check",
    "SQLITE_CONSTRAINT_NOTNULL": "not null",
}
_TOLD = {"FOREIGN KEY constraint failed": "foreign key", "UNIQUE constraint failed: ": "unique"}
_CHECK = re.compile(r"CHECK constraint failed: (\w+)$")
_NAMED = re.compile(r"(no such \w+: |near ['\"]?)([^'\"]+)", re.DOTALL)
_MISSING = re.compile(r"no such (?:table|column|view|function)|has no column named")


def code(error: BaseException) -> str:
    """The symbolic result code, such as `SQLITE_BUSY_SNAPSHOT`, or `""`."""
    return getattr(error, "sqlite_errorname", None) or ""


def is_busy(error: BaseException) -> bool:
    """Whether another connection or process holds the lock that the statement needs."""
    return code(error).startswith(("SQLITE_BUSY", "SQLITE_LOCKED"))


def translate(error: BaseException, *, timed_out: bool = False, text: str = "", **about: Any) -> BaseException:
    """The plainbase error for one of the sqlite3 module; `about` is its query, where and parameters.

    What the engine's message names and the statement's `text` does not may be a value, and is cut.
    """
    if isinstance(error, PlainbaseError):
        return error if error.query or error.where else error.located(**about)
    if isinstance(error, OverflowError | UnicodeEncodeError):
        return DataInvalid("a value does not fit into its column", **about)
    if isinstance(error, ValueError | ArithmeticError):
        return DataInvalid("a stored value is not of the type that its column or `-- result:` declares", **about)
    if not isinstance(error, sqlite3.Error | sqlite3.Warning):
        return error
    name = code(error)
    message = str(error)
    if name.startswith("SQLITE_CONSTRAINT"):
        check = _CHECK.match(message)
        constraint = check.group(1) if check else None
        if name == "SQLITE_CONSTRAINT_DATATYPE" or (constraint or "").endswith("_type_check"):
            return DataInvalid(f"a value has the wrong type: {message}", **about)
        # ON DELETE RESTRICT comes as a trigger's error, and so does what the schema's own triggers refuse
        told = next((kind for begin, kind in _TOLD.items() if message.startswith(begin)), None)
        kind = told or _KINDS.get(name, "check")
        return ConstraintViolation(message, kind=kind, constraint=constraint, **about)
    if name.startswith("SQLITE_INTERRUPT"):
        if timed_out:
            return QueryTimeout("stopped after statement_timeout", **about)
        return StatementFailed("the statement was interrupted", **about)
    if is_busy(error):
        return TransactionConflict("another connection holds the write lock; run the transaction again", **about)
    if name.startswith(("SQLITE_MISMATCH", "SQLITE_TOOBIG", "SQLITE_RANGE")) or isinstance(error, sqlite3.DataError):
        return DataInvalid(f"a value does not fit: {message}", **about)
    if message == "integer overflow":
        return DataInvalid("a sum does not fit into 64 bits", **about)
    if name.startswith("SQLITE_NOTADB"):
        return ConfigurationError("the file is not an SQLite database", **about)
    if name.startswith("SQLITE_CANTOPEN"):
        return ConnectionLost("the database file cannot be opened", **about)
    if isinstance(error, sqlite3.InterfaceError) or "binding parameter" in message:
        return DataInvalid(f"a value is of a type SQLite cannot store: {message}", **about)
    # what a view or a trigger names comes as main.<name>
    shown = _NAMED.sub(
        lambda named: named[0] if not text or named[2] in text or named[2].startswith("main.") else f"{named[1]}…",
        message,
    )
    failure = StatementFailed(shown, **about)
    failure.undefined = shown == message and _MISSING.search(message) is not None
    return failure
