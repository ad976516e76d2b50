"""What runs on a lane: plain functions over a sqlite3 connection, each one crossing."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from plainbase.drivers.named import quote
from plainbase.drivers.sqlite_rows import RowFactory, row_factory
from plainbase.errors import RowNotFound, TooManyRows
from plainbase.rows import Row
from plainbase.values import Accepts

CHANGES = frozenset({"INSERT", "UPDATE", "DELETE", "REPLACE"})
ROLLBACKS = 100
"""Attempts at a ROLLBACK; each takes microseconds, and interrupts come every few milliseconds at most."""


class Plan:
    """A statement as this driver runs it: its text, what its parameters accept, how its rows are made.

    One that `lingers` changes the connection itself, which is then not used for anybody else.
    """

    __slots__ = ("_shape", "accepts", "lingers", "reads", "results", "text", "verb")

    def __init__(
        self,
        text: str,
        verb: str,
        *,
        reads: bool,
        lingers: bool,
        accepts: Sequence[Accepts],
        results: Mapping[str, str],
    ) -> None:
        self.text = text
        self.verb = verb
        self.lingers = lingers
        self.reads = reads
        self.accepts = accepts
        self.results = results
        self._shape: tuple[Any, RowFactory | None] = ((), None)

    def shape(self, cursor: sqlite3.Cursor) -> None:
        """Give the cursor its row factory; it is made anew only when the columns have changed."""
        known, factory = self._shape  # replaced as one, since several threads run the same plan
        if cursor.description != known:
            factory = row_factory(cursor.description, self.results)
            self._shape = (cursor.description, factory)
        cursor.row_factory = factory


def fetch(plan: Plan, values: Sequence[Any], limit: int, connection: sqlite3.Connection) -> list[Row]:
    """Run a read and return its rows, at most `limit` where that is not 0."""
    cursor = connection.execute(plan.text, values)
    try:
        if cursor.description is None:
            return []
        plan.shape(cursor)
        return cursor.fetchmany(limit) if limit else cursor.fetchall()
    finally:
        cursor.close()  # a statement left open would keep its snapshot, or keep others from committing


def fetch_changed(plan: Plan, values: Sequence[Any], limit: int, connection: sqlite3.Connection) -> list[Row]:
    """Run a change and return what RETURNING gives; it is always run to its end."""
    rows = fetch(plan, values, 0, connection)
    return rows[:limit] if limit else rows


def execute(plan: Plan, values: Sequence[Any], connection: sqlite3.Connection) -> int:
    """Run a statement and return the number of rows it changed."""
    cursor = connection.execute(plan.text, values)
    try:
        if cursor.description is not None:
            cursor.fetchall()
    finally:
        cursor.close()
    if plan.verb not in CHANGES:
        return 0
    if cursor.rowcount >= 0:
        return cursor.rowcount
    changed: int = connection.execute("SELECT changes()").fetchone()[0]  # the module does not count WITH … UPDATE
    return changed


def insert(plan: Plan, values: Sequence[Any], connection: sqlite3.Connection) -> int | None:
    """Run an INSERT and return the last row id, or None where nothing was inserted."""
    cursor = connection.execute(plan.text, values)
    return cursor.lastrowid if cursor.rowcount else None


def execute_batch(plan: Plan, rows: Sequence[Sequence[Any]], connection: sqlite3.Connection) -> int:
    """Run a change once per row of values."""
    if plan.verb in CHANGES:
        try:
            connection.executemany(plan.text, rows)
            return len(rows)
        except sqlite3.ProgrammingError as error:
            if "executemany() can only execute DML" not in str(error):
                raise
    for values in rows:
        execute(plan, values, connection)
    return len(rows)


def fetch_batch(plan: Plan, rows: Sequence[Sequence[Any]], connection: sqlite3.Connection) -> list[Row]:
    """Run a statement once per row of values, each giving exactly one row."""
    result: list[Row] = []
    for index, values in enumerate(rows):
        got = fetch(plan, values, 0, connection)
        require_one(len(got), index)
        result.append(got[0])
    return result


def require_one(count: int, index: int) -> None:
    """Raise unless a batch's row `index` gave exactly one row."""
    if count == 0:
        raise RowNotFound(f"no row for row {index} of the batch, expected exactly one")
    if count > 1:
        raise TooManyRows(f"{count} rows for row {index} of the batch, expected exactly one")


def explain(plan: Plan, values: Sequence[Any], connection: sqlite3.Connection) -> str:
    """SQLite's plan as an indented text."""
    depth: dict[int, int] = {0: -1}
    lines = []
    for node, parent, _, detail in connection.execute(f"EXPLAIN QUERY PLAN {plan.text}", values).fetchall():
        depth[node] = depth.get(parent, -1) + 1
        lines.append("  " * depth[node] + detail)
    return "\n".join(lines)


def whole(work: Callable[[sqlite3.Connection], Any]) -> Callable[[sqlite3.Connection], Any]:
    """Run `work` as one transaction: all of it, or nothing."""

    def run(connection: sqlite3.Connection) -> Any:
        connection.execute("BEGIN IMMEDIATE")
        try:
            result = work(connection)
            connection.execute("COMMIT")
        except BaseException:
            roll_back(connection)
            raise
        return result

    return run


def roll_back(connection: sqlite3.Connection) -> None:
    """Roll back what is open; an interrupt that was meant for the statement before may hit the first attempts."""
    for _ in range(ROLLBACKS):
        if not connection.in_transaction:
            return
        with suppress(sqlite3.OperationalError):
            connection.execute("ROLLBACK")


def refill(view: str, rows: int | None, connection: sqlite3.Connection) -> int:
    """Fill a view's table from its definition, or only the keys that were touched since there were so many rows."""
    stored, live, touched = quote(view), quote(f"{view}_live"), quote(f"{view}_touched")
    columns = _columns(view, connection)
    keys = [name for name in _columns(f"{view}_touched", connection) if name != "id"]
    # Each column goes with its table, since a quoted name that is no column would be a text.
    listed = ", ".join(map(quote, columns))
    fill = f"INSERT INTO {stored} ({listed}) SELECT {_of(live, columns)} FROM {live}"  # noqa: S608 (names of the catalog)
    if keys:
        # The plus keeps the converter of a declared type away, so that a value goes back as it came.
        distinct = f"SELECT DISTINCT {_of('+' + touched, keys)} FROM {touched}"  # noqa: S608 (catalog)
        taken = connection.execute(distinct).fetchall()
        connection.execute(f"DELETE FROM {touched}").close()  # noqa: S608 (names of the catalog)
        (is_filled,) = connection.execute(f"SELECT EXISTS (SELECT 1 FROM {stored})").fetchone()  # noqa: S608 (catalog)
        if rows is not None and is_filled and not any(None in key for key in taken):
            if taken:
                delete = f"DELETE FROM {stored} WHERE {_is_key(stored, keys)}"  # noqa: S608 (catalog)
                rows -= connection.executemany(delete, taken).rowcount
                rows += connection.executemany(f"{fill} WHERE {_is_key(live, keys)}", taken).rowcount
            return rows
    connection.execute(f"DELETE FROM {stored}").close()  # noqa: S608 (catalog)
    return connection.execute(fill).rowcount


def _columns(table: str, connection: sqlite3.Connection) -> list[str]:
    return [name for (name,) in connection.execute("SELECT name FROM pragma_table_info(?)", (table,)).fetchall()]


def _of(table: str, columns: Sequence[str]) -> str:
    return ", ".join(f"{table}.{quote(name)}" for name in columns)


def _is_key(table: str, keys: Sequence[str]) -> str:
    return " AND ".join(f"{table}.{quote(name)} = ?" for name in keys)


def table_columns(connection: sqlite3.Connection) -> dict[str, dict[str, str]]:
    """Declared types by table and column, names in lower case; a view that no longer works is left out."""
    tables: dict[str, dict[str, str]] = {}
    for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')").fetchall():
        with suppress(sqlite3.OperationalError):
            columns = connection.execute("SELECT name, type FROM pragma_table_xinfo(?) WHERE hidden <> 1", (name,))
            tables[name.lower()] = {column.lower(): declared for column, declared in columns}
    return tables
