"""The audit log on SQLite: telling its triggers who acts, and sealing what is written on the writing connection.

A trigger of the connection's own does the latter, so that nothing is sent for it, and nothing happens where nothing is
audited. What others write, such as the shell, stays unsealed until then, or until it is asked for.
"""

from __future__ import annotations

import sqlite3
from functools import cache
from typing import Any

from plainbase.actor import Actor
from plainbase.dialect import Dialect
from plainbase.drivers.acting import taken_back, told
from plainbase.errors import ConfigurationError
from plainbase.sealing import Entry, digest
from plainbase.shipped import internal_queries
from plainbase.sqlfile.script import split

ARGUMENTS = 15


class Sealed:
    """The function `plainbase_sealed`: over rows in order, from the head of the chain on, what seals each."""

    def __init__(self) -> None:
        self._position: int | None = None
        self._previous = b""
        self._sealed: bytes | None = None

    def step(self, *row: Any) -> None:
        """Take the next row; all have the same head, and texts come as octets."""
        (
            position,
            head,
            key,
            created_at,
            actor_id,
            actor_salt,
            actor,
            ip_address,
            user_agent,
            action,
            entity_type,
            entity_id,
            changes,
            personal_salt,
            personal,
        ) = row
        if self._position is None:
            self._position, self._previous = position, head
        self._position += 1
        entry = Entry(
            key,
            created_at,
            actor_id,
            digest(actor_salt, actor, ip_address, user_agent),
            action,
            entity_type,
            entity_id,
            changes,
            None if personal is None else digest(personal_salt, personal),
        )
        own = entry.hash(self._previous, self._position)
        self._sealed = self._previous + own + entry.actor_digest + (entry.personal_digest or b"")
        self._previous = own

    def value(self) -> bytes | None:
        """The hash before, the row's own, and its digests."""
        return self._sealed

    def inverse(self, *row: Any) -> None:
        """Take no row back: the window begins with the first."""
        raise NotImplementedError

    def finalize(self) -> bytes | None:
        """The same, after the last row."""
        return self._sealed


def watch(connection: sqlite3.Connection) -> None:
    """Seal from now on what is written on a connection, where there is an audit log."""
    if not _asked("is_watched", connection) and _asked("is_audited", connection):
        connection.create_window_function("plainbase_sealed", ARGUMENTS, Sealed)  # type: ignore[arg-type]  # typeshed asks for attributes that can be set
        _each("watch", connection)


def watch_and_ask(connection: sqlite3.Connection) -> bool:
    """Watch, and tell whether a row is unsealed."""
    watch(connection)
    return _asked("is_watched", connection) and _asked("is_unsealed", connection)


def watch_no_more(connection: sqlite3.Connection) -> None:
    """Leave nothing on a connection that a change of these tables could meet."""
    _each("watch_no_more", connection)


def seal(connection: sqlite3.Connection) -> None:
    """Seal the oldest of what is unsealed, some thousands of rows at most, on a connection that is watched."""
    connection.execute(_text("seal"))


def act_as(actor: Actor | None, connection: sqlite3.Connection) -> None:
    """Tell the triggers who acts in the open transaction. Raises ConfigurationError where there is no place for it."""
    try:
        if actor is None:
            connection.execute(taken_back(Dialect.SQLITE))
        else:
            connection.execute(*told(Dialect.SQLITE, actor))
    except sqlite3.OperationalError as error:
        if "no such table" not in str(error):
            raise
        raise ConfigurationError(
            "this database has no table audit_context, by which the audit log is told of an actor; migration "
            "0012_audit makes it: run `plainbase migrate up`, or pass no actor"
        ) from None
    watch(connection)  # another process may have made the log since this connection was opened


def _asked(query: str, connection: sqlite3.Connection) -> bool:
    found = connection.execute(_text(query)).fetchone()
    return bool(found and found[0])


def _each(query: str, connection: sqlite3.Connection) -> None:
    for text in _texts(query):
        connection.execute(text).close()


@cache
def _texts(query: str) -> tuple[str, ...]:
    return tuple(part.text for part in split(internal_queries(Dialect.SQLITE, "sealing")[query].script, Dialect.SQLITE))


@cache
def _text(query: str) -> str:
    return internal_queries(Dialect.SQLITE, "sealing")[query].statements[0].text
