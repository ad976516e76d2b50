"""Values for a statement's parameters: of rows that exist, of rows they refer to, new ones, or any of the type."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from random import Random
from typing import Any
from uuid import UUID

from plainbase.check.catalog import Catalog
from plainbase.rows import Row
from plainbase.sqlfile.query import Default
from plainbase.sqlfile.statement import Statement
from plainbase.values import Accepts, ListOf, Refused, now, uuid7

DRAWN = 300
"""Combinations that are tried where no row was found otherwise."""
VARIED = 4
"""Attempts with one value of one parameter, where what goes with it is refused."""
FORGOTTEN = 25
"""Combinations after which it is forgotten which columns were to blame."""

_ORDINARY = datetime(2026, 1, 31, 12, tzinfo=UTC)
_numbers = count(1000)

_BY_TYPE: Mapping[str, tuple[Any, ...]] = {
    "uuid": (),
    "timestamp": (_ORDINARY, datetime(2100, 1, 1, tzinfo=UTC)),
    "boolean": (True, False),
    "integer": (1, 0, 10, 2),
    "integer32": (1, 0, 10, 2),
    "integer16": (1, 0, 10, 2),
    "real": (0.5, 1.0, 0.0, 10.0),
    "decimal": (Decimal("0.5"), Decimal(1)),
    "text": ("a", "", "train a small model"),
    "bytes": (b"bytes", bytes(32)),
    # The last is a search, as platform.search.language writes it, for the first of the texts above.
    "json": ({}, {"key": "value"}, [], {"tsquery": "a", "terms": ["a"]}),
    "any": ("a", 1, 0.5, date(2026, 1, 31), timedelta(seconds=1), _ORDINARY.replace(tzinfo=None)),
}
_LIMITS = (10, 1, 0)


def by_type(name: str) -> tuple[Any, ...]:
    """Ordinary values of a logical type, the plainest first."""
    return _BY_TYPE.get(name, _BY_TYPE["any"])


def fresh(name: str) -> Any:
    """A value of a logical type that no row has, where the type has that many; a text may be an address too."""
    made: Mapping[str, Callable[[], Any]] = {
        "uuid": uuid7,
        "timestamp": now,
        "integer": lambda: next(_numbers),
        "integer32": lambda: next(_numbers),
        "integer16": lambda: next(_numbers),
        "real": lambda: 1 / next(_numbers),
        "decimal": lambda: Decimal(next(_numbers)),
        "text": lambda: f"text{next(_numbers)}@example.org",
        "bytes": lambda: next(_numbers).to_bytes(32),
        "json": lambda: {"number": next(_numbers)},
    }
    return made.get(name, made["text"])()


class Parameter:
    """Where the values of one parameter come from; those that its type refuses are left out."""

    def __init__(
        self,
        accepts: Accepts,
        *,
        limit: bool,
        default: Default | None,
        own: Sequence[Sequence[Any]],
        referenced: Sequence[Any],
        words: Sequence[str],
    ) -> None:
        self._accepts = accepts
        self._limit = limit
        self._default = default
        self._type = accepts.element.name if isinstance(accepts, ListOf) else accepts.name
        self._own = own
        self._held = [value for values in own for value in values if self._fits(value)]
        self._words = [word for word in words if self._fits(word)]
        self._referenced = [value for value in referenced if self._fits(value)]

    def of_row(self, index: int) -> Any:
        """The value that the row with this index has, or else the plainest one."""
        if self._default is not None and (usual := self._default.value()) is not None:
            return usual
        if self._limit:
            return _LIMITS[0]
        for values in self._own:
            if values and self._fits(values[index % len(values)]):
                return self._listed(values[index % len(values)])
        if self._held:
            return self._listed(self._held[0])
        return self._listed(next(iter([*self._referenced, *by_type(self._type)]), None) or fresh(self._type))

    def plain(self) -> list[Any]:
        """One value of each sort: the words that a check names, a new one, the ordinary ones of the type."""
        if self._limit:
            return list(_LIMITS)
        return [self._listed(value) for value in (*self._words, fresh(self._type), *by_type(self._type))]

    def another(self) -> Any:
        """A value that no row has."""
        return _LIMITS[0] if self._limit else self._listed(fresh(self._type))

    def draw(self, random: Random) -> Any:
        """A value from anywhere."""
        if self._default is not None and random.random() < 0.25:
            return self._default.value()
        sources = [source for source in (self._held, self._referenced) if source and not self._limit]
        chosen = random.choice([*sources, self.plain(), self.plain()])
        return self._listed(random.choice(chosen))

    def _listed(self, value: Any) -> Any:
        return [value] if isinstance(self._accepts, ListOf) and not isinstance(value, list) else value

    def _fits(self, value: Any) -> bool:
        if value is None:
            return False
        accepts = self._accepts.element if isinstance(self._accepts, ListOf) else self._accepts
        try:
            converter = accepts[value.__class__]
            if converter is not None:
                converter(value)
        except Refused:
            return False
        return True


class Values:
    """Sets of values for all parameters of a statement."""

    def __init__(
        self,
        statement: Statement,
        accepts: Sequence[Accepts],
        defaults: Mapping[str, Default],
        catalog: Catalog,
        rows: Mapping[str, list[Row]],
    ) -> None:
        self._random = Random(statement.text)  # noqa: S311 (the same values each time, not a secret)
        self._columns = [
            (column or name).rpartition(".")[2] for column, name in zip(statement.columns, statement.names, strict=True)
        ]
        self._parameters = []
        for position, name in enumerate(statement.names):
            own, referenced, words = _sources(statement, self._columns[position], name, catalog, rows)
            if not own and accepts[position].name == "json":
                own = _objects(statement, rows)
            self._parameters.append(
                Parameter(
                    accepts[position],
                    limit=statement.roles[position] == "limit",
                    default=defaults.get(name),
                    own=own,
                    referenced=referenced,
                    words=words,
                )
            )
        self._blamed: set[str] = set()
        self._longest = max(1, *map(len, rows.values())) if self._parameters and rows else 1

    def of_rows(self) -> Iterator[list[Any]]:
        """The values of rows that exist, row by row, so that parameters which belong together are of one row."""
        for index in range(self._longest):
            yield self._of_row(index)

    def varied(self) -> Iterator[list[Any]]:
        """The values of rows, one parameter of them changed: what an UPDATE assigns is then not what was there.

        After a refusal the same with new values for the columns that were blamed, then with others.
        """
        for position, parameter in enumerate(self._parameters):
            for value in parameter.plain():
                self._blamed.clear()
                for attempt in range(VARIED):
                    values = self._of_row(self._random.randrange(self._longest))
                    for index, (other, column) in enumerate(zip(self._parameters, self._columns, strict=True)):
                        if column in self._blamed:
                            values[index] = other.another() if attempt == 1 else other.draw(self._random)
                    values[position] = value
                    yield values
                    if self._blamed.issubset(self._columns[position : position + 1]):
                        break

    def drawn(self) -> Iterator[list[Any]]:
        """Combinations of anything; after a refusal only the parameters of the columns that were blamed change.

        The second half of them keep most values of a row, as a statement with many conditions needs.
        """
        for number in range(2 * DRAWN if self._parameters else 0):
            chance = 0.5 if number < DRAWN else 0.15
            if number % FORGOTTEN == 0:
                self._blamed.clear()
            values = self._of_row(self._random.randrange(self._longest))
            for position, (parameter, column) in enumerate(zip(self._parameters, self._columns, strict=True)):
                if self._changes(column, chance):
                    values[position] = parameter.draw(self._random)
            yield values

    def blame(self, columns: Collection[str]) -> None:
        """Say that the values of these columns were refused; all are where none is known."""
        self._blamed.update(self._columns if not columns else set(columns).intersection(self._columns))

    def _of_row(self, index: int) -> list[Any]:
        return [parameter.of_row(index) for parameter in self._parameters]

    def _changes(self, column: str, chance: float) -> bool:
        return column in self._blamed if self._blamed else self._random.random() < chance


def _objects(statement: Statement, rows: Mapping[str, list[Row]]) -> list[list[Any]]:
    """Rows as JSON, an array of one object each: what a statement that takes many rows in one parameter expects."""
    return [[[_object(statement, row)] for row in rows[table]] for table in statement.tables if table in rows]


def _object(statement: Statement, row: Row) -> dict[str, Any]:
    """A row's values that JSON has, with an id that no row has where it is to be inserted."""
    values = {name: str(value) if isinstance(value, UUID) else value for name, value in row.items() if _plain(value)}
    return {**values, "id": str(uuid7())} if statement.verb == "INSERT" and "id" in values else values


def _plain(value: object) -> bool:
    return value is None or isinstance(value, UUID | str | int | float | bool | dict | list)


def _sources(
    statement: Statement, column: str, name: str, catalog: Catalog, rows: Mapping[str, list[Row]]
) -> tuple[list[list[Any]], list[Any], list[str]]:
    """The values that a parameter's column has, table by table, those of the columns it refers to, and words."""
    for wanted in dict.fromkeys((column, name, name.removesuffix("s"))):
        tables = [each for each in rows if wanted in catalog.tables[each].columns]
        mentioned = [each for each in statement.tables if each in tables]
        tables = mentioned or tables
        if tables:
            break
    else:
        return [], [], []
    own = [[row[wanted] for row in rows[table]] for table in tables]
    referenced = [
        row[target]
        for table in tables
        for reference in catalog.tables[table].references
        for source, target in zip(reference.columns, reference.targets, strict=True)
        if source == wanted
        for row in rows.get(reference.table, ())
    ]
    return own, referenced, [word for table in tables for word in catalog.tables[table].columns[wanted].words]
