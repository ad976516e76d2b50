"""PostgreSQL's errors, translated once; texts are cut where the server quotes values."""

from __future__ import annotations

import re
from typing import Any

import asyncpg

from plainbase.drivers.named import about
from plainbase.errors import (
    ConnectionLost,
    ConstraintViolation,
    DataInvalid,
    PlainbaseError,
    QueryTimeout,
    StatementFailed,
    TransactionAborted,
    TransactionConflict,
)
from plainbase.sqlfile.statement import Statement

_KINDS = {
    "23502": "not null",
    "23503": "foreign key",
    "23505": "unique",
    "23514": "check",
    "23P01": "exclusion",
    "23001": "foreign key",
    "P0001": "check",  # RAISE EXCEPTION in a trigger
}
_CONFLICTS = frozenset({"40001", "40P01", "55P03"})
_UNDEFINED = frozenset({"42P01", "42703", "42883", "3F000", "42704"})
_LOST = ("08", "57P01", "57P02", "57P03", "57P05", "25P03", "53300")
_UNKNOWN = frozenset({"08003", "08006", "08007", "40003"})
"""The first is what asyncpg itself raises where a connection ends in the middle of an operation."""

_NAMING = ("23", "25", "40", "428C9", "42501", "42P07", "42P10", "55", "57", "P0001")
"""States whose messages quote names of the database and no values."""

_QUOTED = re.compile(r"[\"„“«»].*[\"“”»«]|(?:0x[0-9a-f]{2} ?)+", re.DOTALL)
"""From the first quote to the last, since a value may hold quotes itself; the bytes of a text that is none."""


def is_lost(error: BaseException) -> bool:
    """Whether an error means that the connection is gone."""
    if isinstance(error, asyncpg.PostgresError):
        return (error.sqlstate or "").startswith(_LOST)
    return isinstance(error, OSError | asyncpg.InternalClientError | asyncpg.ConnectionDoesNotExistError) or (
        isinstance(error, asyncpg.InterfaceError) and "closed" in str(error)
    )


def is_unknown(error: BaseException) -> bool:
    """Whether what was sent may have been done: the connection went without a word, or the server does not know."""
    if isinstance(error, asyncpg.PostgresError):
        return error.sqlstate in _UNKNOWN
    return isinstance(error, OSError | asyncpg.InternalClientError)


def translate(error: BaseException, statement: Statement | None = None, *, name: str = "") -> BaseException:
    """The plainbase error for one of asyncpg's; one that is not asyncpg's comes back as it is.

    asyncpg's own error, which Python keeps as the new one's context, loses the values it tells of.
    """
    where: dict[str, Any] = {"query": None, "where": name or None} if statement is None else about(statement)
    if isinstance(error, PlainbaseError):
        return error if error.query or error.where else error.located(**where)
    failure = _translated(error, statement, where)
    if failure is None:
        return error
    error.args = (failure.message,)
    error.__cause__ = error.__context__ = None
    if isinstance(error, asyncpg.PostgresError):
        for name in ("message", "detail", "hint", "context", "query", "internal_query"):
            setattr(error, name, None)
    return failure


def _translated(error: BaseException, statement: Statement | None, where: dict[str, Any]) -> PlainbaseError | None:
    if is_lost(error):
        return ConnectionLost("the connection to PostgreSQL was lost", **where)
    if isinstance(error, asyncpg.PostgresError):
        return _of_server(error, statement, where)
    if isinstance(error, ValueError | OverflowError):  # asyncpg's own refusal to encode is both of its kinds
        return DataInvalid("a value does not fit its parameter", **where)
    if isinstance(error, asyncpg.InterfaceError):
        return StatementFailed(str(error), **where)
    return None


def _of_server(error: asyncpg.PostgresError, statement: Statement | None, where: dict[str, Any]) -> PlainbaseError:
    state = error.sqlstate or ""
    message: str = getattr(error, "message", None) or "a value does not fit its parameter"  # asyncpg's own has none
    if state in _KINDS:
        constraint = error.constraint_name
        if constraint and constraint.endswith("_type_check"):
            return DataInvalid(f"a value has the wrong type: {message}", **where)
        return ConstraintViolation(message, kind=_KINDS[state], constraint=constraint, **where)
    if state.startswith("22"):
        return DataInvalid(_QUOTED.sub("…", message), **where)
    if not (error.position or state.startswith(_NAMING) or _is_all_text(statement, where)):
        message = _without_values(message, statement.text if statement else "")
    if state in _CONFLICTS or isinstance(error, asyncpg.InvalidCachedStatementError):
        return TransactionConflict(f"{message}; run the transaction again", **where)
    if state == "57014":
        if "statement timeout" in message:
            return QueryTimeout("stopped after statement_timeout", **where)
        return StatementFailed("the statement was cancelled on the server", **where)
    if state == "25P02":
        return TransactionAborted("an earlier statement of this transaction failed", **where)
    failure = StatementFailed(f"{message}{_line(error, statement)}", **where)
    failure.undefined = state in _UNDEFINED
    failure.position = int(error.position) if error.position else None
    return failure


def _is_all_text(statement: Statement | None, where: dict[str, Any]) -> bool:
    """Whether what failed is a script or a statement without parameters, so that no values went with it."""
    return where["where"] is not None and not (statement and statement.names)


def _without_values(message: str, text: str) -> str:
    """Cut what a message that came at run time quotes, unless it is one name that the statement holds itself."""
    parts = message.split('"')
    if len(parts) == 3 and re.search(rf"(?<!\w){re.escape(parts[1])}(?!\w)", text):
        return message
    return _QUOTED.sub("…", message)


def _line(error: asyncpg.PostgresError, statement: Statement | None) -> str:
    """The file's line that the server's error position falls on."""
    position = error.position
    if statement is None or not statement.query or not position:
        return ""
    return f" (line {statement.line + statement.text[: int(position) - 1].count(chr(10))})"
