"""Tables over many pages: columns as wide as what stands in them, heads repeated, cells wrapped and cut."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from .typesetter import Typesetter

SIZE = 7.5
LEADING = 9.5
PADDING = 4.0
_SAMPLE = 300
_NARROWEST = 22.0


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its head, where its cells stand, and on how many lines they may run."""

    head: str
    align: Literal["start", "right"] = "start"
    lines: int = 2


@dataclass(frozen=True, slots=True)
class Table:
    """Columns and rows of text; each row has a cell for each column."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]


def needs(table: Table, typesetter: Typesetter, prepared: Callable[[str], str]) -> list[float]:
    """Return how wide each column would be if no cell were wrapped, up to 80 letters; from a sample of the rows."""
    step = max(1, len(table.rows) // _SAMPLE)
    found: list[float] = []
    for i, column in enumerate(table.columns):
        with typesetter.font(SIZE, bold=True):
            head = typesetter.width(prepared(column.head))
        with typesetter.font(SIZE):
            sample = sorted(typesetter.width(prepared(row[i][:80])) for row in table.rows[::step])
        # The widest of a few cells does not make all others narrow.
        usual = sample[int(len(sample) * 0.95)] if sample else 0.0
        found.append(max(head, usual, sample[-1] if sample and column.align == "right" else 0.0, _NARROWEST) + 1)
    return found


def widths(table: Table, typesetter: Typesetter, prepared: Callable[[str], str], room: float) -> list[float]:
    """Share the room: narrow columns get what they need, wide ones what is left, in relation to their need."""
    wanted = needs(table, typesetter, prepared)
    left = room - 2 * PADDING * len(wanted)
    shares = [0.0] * len(wanted)
    open_ = set(range(len(wanted)))
    while open_:
        fair = left / len(open_)
        fitting = {i for i in open_ if wanted[i] <= fair}
        if not fitting:
            total = sum(wanted[i] ** 0.5 for i in open_)
            for i in open_:
                shares[i] = left * wanted[i] ** 0.5 / total
            break
        for i in fitting:
            shares[i] = wanted[i]
        left -= sum(wanted[i] for i in fitting)
        open_ -= fitting
        if not open_:
            # What nobody needs makes every column a little wider.
            shares = [s + left / len(shares) for s in shares]
    return [s + 2 * PADDING for s in shares]
