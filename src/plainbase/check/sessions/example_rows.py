"""Rows to run statements on: every table is filled with a few that its constraints allow, found by trying."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from random import Random
from typing import Any

from pypika import Order, Query, Table

from plainbase.check.catalog import Catalog, Column
from plainbase.check.sessions.parameters import by_type, fresh
from plainbase.drivers.base import Driver
from plainbase.errors import ConstraintViolation, ParameterError, StatementFailed
from plainbase.rows import Row
from plainbase.sqlfile import adhoc

AT_LEAST = 5
"""Rows that each filling adds to a table, beside one for each word that a check names."""
SAMPLE = 500
"""Rows of a table that values are taken from."""
TRIES = 150
"""Rows that a table may refuse, each time another, before it is left as it is."""

Rows = Mapping[str, list[Row]]


class ExampleRows:
    """The tables of a scratch database, filled when asked for; rows of a session that is reset after each."""

    def __init__(self, driver: Driver, catalog: Catalog) -> None:
        self._driver = driver
        self._catalog = catalog
        self._random = Random(1)  # noqa: S311 (the same rows each time, not a secret)
        self._meant = Random(2)  # noqa: S311 (the same ids each time, not a secret)

    async def sample(self, tables: Iterable[str]) -> Rows:
        """Some rows of each table, and of those that it refers to."""
        names = dict.fromkeys(self._with_parents(tables))
        return {name: await self._rows(name) for name in names}

    async def fill(self, tables: Iterable[str]) -> None:
        """Add rows to tables: one for each word that a check names, or else one; more where it is done again."""
        for name in dict.fromkeys(self._with_parents(tables)):
            table = self._catalog.tables[name]
            if not table.fillable:
                continue
            for _ in range(AT_LEAST):
                await self._add(name, {})
            for column in table.columns.values():
                for word in column.words:
                    await self._add(name, {column.name: word})

    def _with_parents(self, tables: Iterable[str]) -> Iterable[str]:
        """The tables, those that a table refers to before it."""
        done: set[str] = set()

        def walk(name: str) -> Iterable[str]:
            if name not in done and name in self._catalog.tables:
                done.add(name)
                for reference in self._catalog.tables[name].references:
                    yield from walk(reference.table)
                yield name

        for table in tables:
            yield from walk(table)

    async def _add(self, name: str, given: Mapping[str, Any]) -> bool:
        """Add one row with these values; what a constraint refuses is chosen anew."""
        table = self._catalog.tables[name]
        columns = [column for column in table.columns.values() if not column.computed]
        parents = {
            reference.table: await self._rows(reference.table)
            for reference in table.references
            if reference.table in self._catalog.tables
        }
        chosen: dict[str, Any] = {}
        blamed = frozenset(column.name for column in columns)
        for _ in range(TRIES):
            for column in columns:
                if column.name in blamed:
                    chosen.pop(column.name, None)
                    if column.name in given:
                        chosen[column.name] = given[column.name]
                    elif not (column.has_default and self._random.random() < 0.5):
                        chosen[column.name] = self._value(column)
                        self._mean(column, chosen, parents)
            for reference in table.references:
                if not blamed.isdisjoint(reference.columns) and given.keys().isdisjoint(reference.columns):
                    optional = not any(table.columns[column].required for column in reference.columns)
                    if optional and self._random.random() < 0.3:
                        chosen.update(dict.fromkeys(reference.columns))
                    elif parents.get(reference.table):
                        row = self._random.choice(parents[reference.table])
                        chosen.update(zip(reference.columns, (row[each] for each in reference.targets), strict=True))
            try:
                await self._insert(name, chosen)
            except ConstraintViolation as error:
                known = self._catalog.constraints.get(error.constraint or "")
                blamed = known or frozenset(table.columns)
            except (StatementFailed, ParameterError):
                blamed = frozenset(table.columns)
            else:
                return True
        return False

    async def _insert(self, name: str, values: Mapping[str, Any]) -> None:
        session = await self._driver.begin()
        try:
            await session.insert_rows(name, tuple(values), [tuple(values.values())], "error")
        except BaseException:
            await session.rollback()
            raise
        await session.commit()

    def _value(self, column: Column) -> Any:
        if column.words and self._random.random() < 0.8:
            return self._random.choice(column.words)
        if not column.required and self._random.random() < 0.4:
            return None
        return self._random.choice([fresh(column.type), *by_type(column.type)])

    def _mean(self, column: Column, chosen: dict[str, Any], parents: Rows) -> None:
        """Let an id be that of a row which it may mean without a constraint, as where that row may be gone."""
        known = [row["id"] for rows in parents.values() for row in rows if "id" in row]
        if known and column.type == "uuid" and column.name != "id" and self._meant.random() < 0.5:
            chosen[column.name] = self._meant.choice(known)

    async def _rows(self, name: str) -> list[Row]:
        """The newest rows of a table, the oldest of them first."""
        key = self._catalog.tables[name].primary_key
        query = Query.from_(Table(name)).select("*").limit(SAMPLE)
        if len(key) == 1:
            query = query.orderby(key[0], order=Order.desc)
        statement, values = adhoc(query.get_sql(), self._driver.dialect).bind({})
        rows = await self._driver.fetch(statement, values)
        return rows[::-1] if len(key) == 1 else rows
