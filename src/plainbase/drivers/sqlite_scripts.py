"""Several statements in one text: cut as SQLite cuts them, and run as one transaction."""

from __future__ import annotations

import sqlite3

from plainbase.dialect import Dialect
from plainbase.drivers.sqlite_work import roll_back, whole
from plainbase.errors import StatementFailed
from plainbase.sqlfile import lexer

_CONTROL = frozenset({"BEGIN", "COMMIT", "END", "ROLLBACK", "SAVEPOINT", "RELEASE"})
_ALONE = frozenset({"VACUUM", "ATTACH", "DETACH", "PRAGMA"})


def statements(text: str) -> list[str]:
    """Split a script into its statements, as SQLite itself tells where one is complete."""
    found = []
    start = end = 0
    while (end := text.find(";", end) + 1) > 0:
        if sqlite3.complete_statement(text[start:end]):
            found.append(text[start:end])
            start = end
    found.append(text[start:])
    return [part for part in found if _first_word(part)]


def _first_word(statement: str) -> str:
    for token in lexer.tokens(statement, Dialect.SQLITE):
        if token.kind not in (lexer.COMMENT, lexer.BLOCK) and token.text != ";":
            return token.text.upper()
    return ""


class Script:
    """A script outside a transaction: all of it or nothing, unless it holds what cannot be undone.

    With PRAGMA, VACUUM or transaction control of its own it runs as it is written, statement by statement.
    """

    def __init__(self, text: str) -> None:
        self._parts = statements(text)
        self.as_it_is = not (_CONTROL | _ALONE).isdisjoint(map(_first_word, self._parts))
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
            connection.execute(part).close()
            self._done += 1


class ScriptInside:
    """A script inside a transaction of the caller's, which it must not end."""

    def __init__(self, text: str) -> None:
        self._parts = statements(text)
        control = _CONTROL.intersection(map(_first_word, self._parts))
        if control:
            raise StatementFailed(
                f"{', '.join(sorted(control))} would end the transaction that the script runs in; leave it out"
            )

    def __call__(self, connection: sqlite3.Connection) -> None:
        for part in self._parts:
            connection.execute(part).close()
