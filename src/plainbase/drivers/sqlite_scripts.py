"""Several statements in one text, run as one transaction."""

from __future__ import annotations

import sqlite3

from plainbase.dialect import Dialect
from plainbase.drivers.sqlite_work import roll_back, whole
from plainbase.errors import StatementFailed
from plainbase.sqlfile.script import split

_ALONE = frozenset({"VACUUM", "ATTACH", "DETACH", "PRAGMA"})


class Script:
    """A script outside a transaction: all of it or nothing, unless it holds what cannot be undone.

    With PRAGMA, VACUUM or transaction control of its own it runs as it is written, statement by statement.
    """

    def __init__(self, text: str) -> None:
        self._parts = split(text, Dialect.SQLITE)
        self.as_it_is = any(part.control or part.verb in _ALONE for part in self._parts)
        self._done = 0

    def begun(self) -> bool:
        """Whether something of it has been done for good, so that it must not be run again."""
        return self.as_it_is and self._done > 0

    def __call__(self, connection: sqlite3.Connection) -> None:
        if not self.as_it_is:
            whole(self._run)(connection)
            return
        try:
            self._run(connection)
        finally:
            roll_back(connection)

    def _run(self, connection: sqlite3.Connection) -> None:
        self._done = 0
        for part in self._parts:
            connection.execute(part.text).close()
            self._done += 1


class ScriptInside:
    """A script inside a transaction of the caller's, which it must not end."""

    def __init__(self, text: str) -> None:
        self._parts = split(text, Dialect.SQLITE)
        control = {part.control for part in self._parts if part.control}
        if control:
            raise StatementFailed(
                f"{', '.join(sorted(control))} would end the transaction that the script runs in; leave it out"
            )

    def __call__(self, connection: sqlite3.Connection) -> None:
        for part in self._parts:
            connection.execute(part.text).close()
