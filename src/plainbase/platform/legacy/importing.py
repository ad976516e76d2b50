"""Rows of a source into the tables of plainbase: recognised where they are there already, counted in every case."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid5

from plainbase.errors import (
    ConfigurationError,
    ParameterError,
    QueryTimeout,
    StatementFailed,
    TransactionAborted,
    TransactionConflict,
)
from plainbase.platform.legacy.existing import Existing, plain
from plainbase.platform.legacy.reading import Reading, Unfit
from plainbase.platform.legacy.report import ColumnFate, Report, Tally
from plainbase.platform.legacy.source import Row, Source
from plainbase.platform.progress import Progress, untold
from plainbase.transaction import Transaction
from plainbase.values import now

NAMESPACE = UUID("5b0c4c38-6f0e-5b8e-9d53-0d6f3d6b7a11")
"""Of the ids that are made of a layout, a source's name, a table and a key (version 5 of RFC 9562)."""

Reject = Callable[[str, str, str, Row | None], None]
"""Told of each row that is left: its table, key and reason, and the row."""


_PLACE = re.compile(r"^insert_rows: row \d+ for '\w+': ")

UNKNOWN_TABLE = "this layout does not know the table"
UNKNOWN_COLUMN = "this layout does not know the column"


@dataclass(frozen=True, slots=True)
class Made:
    """A row for the target, with the key of the source's row, and that row."""

    key: object
    values: Mapping[str, Any]
    row: Row | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """How the rows of a source table become rows of a target.

    `columns` says of each source column what it becomes. `by` are the target columns that tell whether a row is there
    already: one that is unique, or several (`metadata.imported` is that member of the column). `distinct` takes the
    different values of some columns instead of all rows. `derived` says of columns why nothing is lost without them,
    `dropped` why they are not taken. What the rows became is kept for references under `remembered_as`.
    """

    table: str
    target: str
    key: tuple[str, ...]
    columns: Mapping[str, str]
    convert: Callable[[Reading], Mapping[str, Any]]
    by: tuple[str, ...] = ("id",)
    distinct: tuple[str, ...] = ()
    derived: Mapping[str, str] = field(default_factory=dict)
    dropped: Mapping[str, str] = field(default_factory=dict)
    remembered_as: str | None = None


class Import:
    """One import under way: what a layout's `run` works with."""

    def __init__(
        self, source: Source, tx: Transaction, layout: str, *, progress: Progress = untold, reject: Reject | None = None
    ) -> None:
        self.source = source
        self.tx = tx
        self.layout = layout
        self.began = now()
        self.notes: list[str] = []
        self.ignored: dict[str, str] = {}
        """Tables of the source that are left without a loss, and why."""
        self.progress = progress
        self._reject = reject
        self._tallies: list[Tally] = []
        self._steps: list[tuple[Step, Tally]] = []
        self._became: defaultdict[str, dict[str, Any]] = defaultdict(dict)

    # Ids and references.

    def stable_id(self, table: str, key: object) -> UUID:
        """The id of what a source's row becomes: the same each time it is read."""
        return uuid5(NAMESPACE, f"{self.layout}/{self.source.name}/{table}/{key}")

    def origin(self, table: str, key: object) -> dict[str, Any]:
        """Where a row is from, for the metadata of rows whose ids are numbers given here."""
        return {"layout": self.layout, "source": self.source.name, "table": table, "key": str(key)}

    def marked(self, held: Mapping[str, Any], table: str, key: object) -> dict[str, Any]:
        """Metadata that also say where their row is from; what they called so themselves is `theirs` there."""
        theirs = {"theirs": held["imported"]} if "imported" in held else {}
        return {**held, "imported": self.origin(table, key) | theirs}

    def remember(self, table: str, key: object, became: Any) -> None:
        """Keep what a source's row became, so that others can refer to it."""
        self._became[table][str(plain(key))] = became

    def became(self, table: str, key: object) -> Any:
        """What a source's row became. Raises KeyError where it was left."""
        return self._became[table][str(plain(key))]

    # Counting.

    def tally(self, source_table: str, target: str | None) -> Tally:
        """A new part of the report."""
        made = Tally(source_table, target)
        self._tallies.append(made)
        return made

    def leave(self, tally: Tally, reason: str, key: object, row: Row | None, *columns: str) -> None:
        """Count a row that is left, and tell it to whoever collects them."""
        tally.leave(reason, key, columns=columns)
        if self._reject is not None:
            told = f"{reason}: {', '.join(columns)}" if columns else reason
            self._reject(tally.source_table, str(key), told, row)

    def leave_with(self, tally: Tally, reason: str, key: object, rows: Sequence[Row]) -> None:
        """Count rows that are left with what they belong to, whose key it is, and tell each."""
        if not rows:
            return
        tally.leave(reason, key, rows=len(rows))
        if self._reject is not None:
            for row in rows:
                self._reject(tally.source_table, str(key), reason, row)

    def lose(self, table: str, column: str, why: str, values: int) -> None:
        """Count values of a source table that were not kept as they were, where that table is in the report."""
        for tally in [each for each in self._tallies if each.source_table == table][:1]:
            tally.lose(column, why, values)

    # Taking rows.

    async def take(self, step: Step) -> Tally:
        """Read a source table and put its rows into the target."""
        tally = self.tally(step.table, step.target)
        self._steps.append((step, tally))
        existing = Existing(self.tx, step.target, step.by)
        marks: dict[str, bytes] = {}
        total = None if step.distinct else await self.source.count(step.table)
        self.progress(step.table, 0, total)
        order = [name for name in (step.distinct or step.key) if name in self.source.tables[step.table].columns]
        chunks = self.source.rows(step.table, step.distinct or None, order_by=order, distinct=bool(step.distinct))
        async with aclosing(chunks):
            async for chunk in chunks:
                tally.rows += len(chunk)
                made = [each for row in chunk if (each := self._converted(step, tally, row)) is not None]
                if step.remembered_as is not None and not existing.single:
                    marks |= {str(each.key): existing.identity(each.values) for each in made}
                await self.put(tally, existing, made, remembered_as=step.remembered_as)
                self.progress(step.table, tally.rows, total)
        if step.remembered_as is not None and marks:
            await self._remember_numbers(existing, step.remembered_as, marks)
        self.progress(step.table, tally.rows, tally.rows)
        return tally

    async def make(self, target: str, values: Mapping[str, Any], why: str) -> None:
        """Make a row that no row of the source became and that others need; where it is there it stays as it is."""
        existing = Existing(self.tx, target, ("id",))
        tally = self.tally("(made)", target)
        tally.note(why)
        tally.rows = 1
        if (await existing.look([{"id": values["id"]}], self.began))[0] is not None:
            tally.already = 1
            return
        await self._insert(tally, existing, [Made(values["id"], values)], None)

    def _converted(self, step: Step, tally: Tally, row: Row) -> Made | None:
        key = "/".join(str(plain(row.get(name))) for name in step.key)
        reading = Reading(row, self.became)
        try:
            made = Made(key, step.convert(reading), row)
        except Unfit as error:
            self.leave(tally, error.reason, key, row, *error.columns)
            return None
        for note in reading.notes:
            tally.note(note)
        for column, why in reading.lost:
            tally.lose(column, why)
        return made

    async def put(
        self, tally: Tally, existing: Existing, made: Sequence[Made], *, remembered_as: str | None = None
    ) -> None:
        """Put rows into the target: new ones are inserted, those that are there are counted, others are left.

        All have the same columns. A row whose unique column is there with other values is left, and is said to differ.
        """
        new: list[Made] = []
        verdicts = await existing.look([each.values for each in made], filled=self.began)
        for each, verdict in zip(made, verdicts, strict=True):
            if verdict is None:
                new.append(each)
                continue
            if verdict.differs:
                self.leave(tally, "it is there already, with other values", each.key, each.row, *verdict.differs)
            else:
                tally.already += 1
            if remembered_as is not None and existing.single:
                self.remember(remembered_as, each.key, verdict.key)
        await self._insert(tally, existing, new, remembered_as)

    async def _insert(self, tally: Tally, existing: Existing, made: Sequence[Made], remembered_as: str | None) -> None:
        """Insert rows together; where the target refuses them, each half by itself, down to the row that it refuses."""
        if not made:
            return
        columns = tuple(made[0].values)
        try:
            async with self.tx.transaction():
                await self.tx.insert_rows(
                    existing.target, columns, [tuple(each.values[name] for name in columns) for each in made]
                )
        except (TransactionConflict, TransactionAborted, QueryTimeout):
            raise
        except (StatementFailed, ParameterError) as error:
            if len(made) == 1:
                why = _PLACE.sub("", error.message)
                self.leave(tally, f"{existing.target} refuses it: {why}", made[0].key, made[0].row)
                return
            half = len(made) // 2
            await self._insert(tally, existing, made[:half], remembered_as)
            await self._insert(tally, existing, made[half:], remembered_as)
            return
        tally.taken += len(made)
        if existing.target == "users" and (admins := sum(each.values.get("role") == "admin" for each in made)):
            tally.note("an admin there is an admin here: look whether each is to be one (`plainbase users`)", admins)
        if remembered_as is not None and existing.single:
            for each in made:
                self.remember(remembered_as, each.key, each.values[existing.by[0]])

    async def _remember_numbers(self, existing: Existing, remembered_as: str, marks: Mapping[str, bytes]) -> None:
        """Learn the numbers that the engine gave."""
        numbers = await existing.numbers()
        for key, mark in marks.items():
            if mark in numbers:
                self.remember(remembered_as, key, numbers[mark])

    # The report.

    async def report(self, *, backup: str | None = None, dry_run: bool = False) -> Report:
        """What was done, with all tables and columns that nothing was said of."""
        for tally in self._tallies:
            if tally.source_table in self.source.tables:
                await self._tell_columns(tally)
        told = {tally.source_table for tally in self._tallies}
        for name, table in self.source.tables.items():
            if name not in told:
                await self._tell_unknown(name, table.kind)
        parts = tuple(tally.part() for tally in self._tallies)
        return Report(self.source.url, self.layout, parts, tuple(self.notes), backup, dry_run)

    async def _tell_columns(self, tally: Tally) -> None:
        steps = [(step, its) for step, its in self._steps if step.table == tally.source_table]
        own = [step for step, its in steps if its is tally]
        if not own or tally.columns:
            return
        step = own[0]
        names = self.source.tables[step.table].columns
        tally.columns += [ColumnFate(name, step.columns[name]) for name in names if name in step.columns]
        if steps[0][1] is not tally:  # what no step of this table takes stands in its first part
            return
        everywhere = {name for each, _ in steps for name in each.columns}
        others = [name for name in names if name not in everywhere]
        filled = await self.source.filled(step.table, others)
        for name in others:
            derived = next((each.derived[name] for each, _ in steps if name in each.derived), None)
            dropped = next((each.dropped[name] for each, _ in steps if name in each.dropped), UNKNOWN_COLUMN)
            tally.columns.append(ColumnFate(name, None, derived or dropped, filled[name], derived=derived is not None))

    async def _tell_unknown(self, name: str, kind: str) -> None:
        tally = self.tally(name, None)
        if kind == "view":
            tally.leave("a view: its rows come from other tables", rows=0, derived=True)
            return
        try:
            tally.rows = await self.source.count(name)
        except ConfigurationError:  # a virtual table of a module that is not here
            if kind != "virtual":
                raise
            tally.leave("a virtual table that cannot be read here", rows=0)
            return
        if kind in ("virtual", "shadow"):
            tally.leave("a full-text index: it is made anew", rows=tally.rows, derived=True)
        elif name in self.ignored:
            tally.leave(self.ignored[name], rows=tally.rows, derived=True)
        else:
            tally.leave(UNKNOWN_TABLE, rows=tally.rows)
