"""What an import tells: for every table and column of the source where it went, or why it did not."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Left:
    """Rows that were not taken, for one reason; examples are their keys, `columns` what is wrong or differs.

    `derived` says that nothing is lost by it: what they hold is made anew from other rows.
    """

    reason: str
    rows: int
    examples: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    derived: bool = False


@dataclass(frozen=True, slots=True)
class ColumnFate:
    """A column of a source table: what it became, or why it became nothing, and then how many values it held.

    A column that became something stands there again for values that did not.
    """

    name: str
    target: str | None
    why: str = ""
    values: int = 0
    derived: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """What became of a source table's rows: `rows` = `taken` + `already` + all that were left."""

    source_table: str
    target: str | None
    rows: int
    taken: int
    already: int
    left: tuple[Left, ...] = ()
    columns: tuple[ColumnFate, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def left_rows(self) -> int:
        """How many rows were left, for whatever reason."""
        return sum(each.rows for each in self.left)

    @property
    def lost(self) -> bool:
        """Whether something that the source holds was left and is not made anew."""
        return any(each.rows and not each.derived for each in self.left) or any(
            column.target is None and column.values and not column.derived for column in self.columns
        )


@dataclass(frozen=True, slots=True)
class Report:
    """What an import did: of which source, by which layout, table by table."""

    source: str
    layout: str
    parts: tuple[Part, ...]
    notes: tuple[str, ...] = ()
    backup: str | None = None
    dry_run: bool = False

    @property
    def complete(self) -> bool:
        """Whether all that the source holds is in the target now."""
        return not any(part.lost for part in self.parts)


EXAMPLES = 5
"""Keys that are kept of the rows left for one reason."""


@dataclass(slots=True)
class Tally:
    """A part while it is being counted."""

    source_table: str
    target: str | None
    rows: int = 0
    taken: int = 0
    already: int = 0
    columns: list[ColumnFate] = field(default_factory=list)
    _left: dict[tuple[str, tuple[str, ...], bool], tuple[int, list[str]]] = field(default_factory=dict)
    _notes: dict[str, int] = field(default_factory=dict)
    _lost: dict[tuple[str, str], int] = field(default_factory=dict)

    def leave(
        self, reason: str, key: object = None, *, columns: tuple[str, ...] = (), rows: int = 1, derived: bool = False
    ) -> None:
        """Count rows that are left."""
        count, examples = self._left.get((reason, columns, derived), (0, []))
        if key is not None and len(examples) < EXAMPLES:
            examples.append(str(key)[:100])
        self._left[reason, columns, derived] = count + rows, examples

    def note(self, text: str, rows: int = 1) -> None:
        """Count rows of which something is to be said, though they were taken."""
        self._notes[text] = self._notes.get(text, 0) + rows

    def lose(self, column: str, why: str, values: int = 1) -> None:
        """Count values that were left, or not kept as they were, of rows that were taken."""
        self._lost[column, why] = self._lost.get((column, why), 0) + values

    def part(self) -> Part:
        """What was counted."""
        left = tuple(
            Left(reason, rows, tuple(examples), columns, derived)
            for (reason, columns, derived), (rows, examples) in self._left.items()
        )
        notes = tuple(f"{text} ({rows:,} row{'s' * (rows != 1)})" for text, rows in self._notes.items())
        lost = (ColumnFate(column, None, why, values) for (column, why), values in self._lost.items())
        columns = (*self.columns, *lost)
        return Part(self.source_table, self.target, self.rows, self.taken, self.already, left, columns, notes)
