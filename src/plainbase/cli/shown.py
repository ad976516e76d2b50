"""Values and rows as a terminal and as JSON show them."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, is_dataclass
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from plainbase.errors import PlainbaseError

NOTHING = "-"
WIDE = 1000
"""Columns of text where there is no terminal and COLUMNS says nothing."""
UNITS = (("d", 86400), ("h", 3600), ("min", 60), ("s", 1))
WIDEST = 40
"""The most that a name gets, however wide the terminal is."""
ROOM = 20
"""What a name, a text or a sentence gets before columns are left out for it."""
FLOOR = 6
"""The least that a name or a text gets where nothing is left to leave out."""
APART = 2
"""The spaces between two columns."""

Kind = Literal["number", "word", "name", "text", "sentence"]
"""A number and a word (a date, a status) stand whole; a sentence goes on in the next line.

A name may be cut before its version; a text is cut at its end, and gets what room there is.
"""


@dataclass(frozen=True, slots=True)
class Column:
    """A heading, and the attribute or what is made of a row."""

    heading: str
    take: str | Callable[[Any], object]
    kind: Kind = "number"

    def of(self, row: Any) -> Text:
        """The cell of a row."""
        return cell(getattr(row, self.take) if isinstance(self.take, str) else self.take(row))


def console() -> Console:
    """As wide as the terminal; where there is none nothing is left out, unless COLUMNS says how wide it is."""
    made = Console()
    return made if made.is_terminal or "COLUMNS" in os.environ else Console(width=WIDE)


def plain(value: object) -> str:
    """A value in a line: four digits of a number, a time to the minute, nothing that moves the cursor."""
    match value:
        case None:
            return NOTHING
        case bool():
            return "yes" if value else "no"
        case int():
            return f"{value:,}"
        case float():
            return f"{value:,.0f}" if 10_000 <= abs(value) < 1e15 else f"{value:.4g}"
        case datetime():
            return f"{value.astimezone(UTC):%Y-%m-%d %H:%M}"
        case _:
            return "".join(each if each.isprintable() else "�" for each in str(value))


def moment(value: datetime | None) -> str | None:
    """A time to the second."""
    return None if value is None else f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def compact(value: int | None) -> str:
    """A large number in three digits: 7B, 70.6B."""
    if value is None:
        return NOTHING
    for unit, size in (("T", 10**12), ("B", 10**9), ("M", 10**6), ("k", 10**3)):
        if value >= size:
            return f"{value / size:.3g}{unit}" if value < 1000 * size else f"{value / size:,.0f}{unit}"
    return str(value)


def day(value: datetime) -> str:
    """The day of a time, in UTC."""
    return f"{value.astimezone(UTC):%Y-%m-%d}"


def cell(value: object) -> Text:
    """A value in a table; what looks like markup is shown as it is."""
    return Text(plain(value))


def lasting(seconds: float | None) -> str:
    """A duration in its largest two units that say something."""
    if seconds is None:
        return NOTHING
    if abs(seconds) < 1:
        return f"{seconds * 1000:.0f} ms"
    for place, (unit, size) in enumerate(UNITS):
        if abs(seconds) >= size:
            whole, rest = divmod(abs(seconds), size)
            sign = "-" if seconds < 0 else ""
            lower = UNITS[place + 1] if place + 1 < len(UNITS) else None
            tail = f" {rest // lower[1]:.0f} {lower[0]}" if lower and whole < 10 and rest >= lower[1] else ""
            return f"{sign}{whole:.0f} {unit}{tail}"
    return NOTHING


def as_json(value: Any) -> Any:
    """A value that JSON has: times and ids as text, rows as objects; infinity as text, since JSON has none."""
    match value:
        case float() if not math.isfinite(value):
            return str(value)
        case datetime():
            return value.isoformat()
        case UUID():
            return str(value)
        case PlainbaseError():
            return value.message
        case Mapping():
            return {str(key): as_json(each) for key, each in value.items()}
        case _ if hasattr(value, "keys"):
            return {key: as_json(value[key]) for key in value.keys()}  # noqa: SIM118 (a row is no mapping)
        case _ if is_dataclass(value) and not isinstance(value, type):
            return {name: as_json(getattr(value, name)) for name in value.__dataclass_fields__}
        case Sequence() if not isinstance(value, str):
            return [as_json(each) for each in value]
        case _:
            return value


def fitting(needed: Mapping[str, int], least_first: Sequence[str], width: int, apart: int) -> list[str]:
    """The columns of these widths that fit; those that may be left out are taken in from the most important one on."""
    chosen = {heading for heading in needed if heading not in least_first}
    for heading in reversed(least_first):
        if heading in needed:
            more = [needed[each] + apart for each in (*chosen, heading)]
            if sum(more) - apart <= width:
                chosen.add(heading)
    return [heading for heading in needed if heading in chosen]


def print_table(
    console: Console, title: str, columns: Sequence[Column], rows: Sequence[Any], least: Sequence[str]
) -> None:
    """A row a line, no number cut: where the width does not suffice columns are left out, and a line says which."""
    cells = {column: [column.of(row) for row in rows] for column in columns}
    filled = {column: texts for column, texts in cells.items() if any(text.plain for text in texts)}
    widths = _widths(filled, least, console.width)
    shown = {column: texts for column, texts in filled.items() if column.heading in widths}
    made = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    made.width = sum(widths.values()) + APART * (len(widths) - 1)
    for column in shown:
        made.add_column(
            column.heading,
            justify="right" if column.kind == "number" else "left",
            no_wrap=column.kind != "sentence",
            width=widths[column.heading],
        )
    for line in zip(*shown.values(), strict=True):
        made.add_row(*(_cut(column, text, widths[column.heading]) for column, text in zip(shown, line, strict=True)))
    console.print(Text(title, "italic"))
    console.print(made, crop=False)
    if left := [column.heading for column in filled if column.heading not in widths]:
        console.print(cell(f"left out, the terminal is narrow: {', '.join(left)}; --json has all"), style="yellow")


def shortened(text: Text, width: int) -> Text:
    """A name in so many cells, cut before its version if it has a short one."""
    if text.cell_len <= width:
        return text
    head, _, version = text.plain.rpartition(":")
    short = Text(head if head and cell_len(version) <= width // 2 else text.plain)
    tail = f":{version}" if short.plain == head else ""
    short.truncate(width - cell_len(tail), overflow="ellipsis")
    return short.append(tail)


def _cut(column: Column, text: Text, width: int) -> Text:
    if column.kind == "name":
        return shortened(text, width)
    if column.kind == "text":
        text = text.copy()
        text.truncate(width, overflow="ellipsis")
    return text


def _widths(filled: Mapping[Column, Sequence[Text]], least: Sequence[str], room: int) -> dict[str, int]:
    """The columns that have room, and their widths; of those to leave out the ones without a value come first."""
    natural = {column.heading: _natural(column, texts) for column, texts in filled.items()}
    floors = {column.heading: _floor(column, texts) for column, texts in filled.items()}
    needed = {heading: max(floors[heading], min(natural[heading], ROOM)) for heading in natural}
    empty = {column.heading for column, texts in filled.items() if all(text.plain == NOTHING for text in texts)}
    chosen = fitting(needed, sorted(least, key=lambda heading: heading not in empty), room, APART)
    widths = {heading: natural[heading] for heading in chosen}
    _narrow(widths, floors, room - APART * (len(chosen) - 1))
    return widths


def _natural(column: Column, texts: Sequence[Text]) -> int:
    widest = max(text.cell_len for text in texts)
    return max(cell_len(column.heading), min(widest, WIDEST) if column.kind == "name" else widest)


def _floor(column: Column, texts: Sequence[Text]) -> int:
    """The width under which a column never goes."""
    if column.kind == "sentence":
        return max(
            cell_len(word) for text in (column.heading, *(text.plain for text in texts)) for word in text.split()
        )
    if column.kind in ("name", "text"):
        return min(max(cell_len(column.heading), FLOOR), _natural(column, texts))
    return _natural(column, texts)


def _narrow(widths: dict[str, int], floors: Mapping[str, int], room: int) -> None:
    """Take from the widest of what may be narrower until all have room, or nothing more can be taken."""
    while sum(widths.values()) > room:
        more = [heading for heading in widths if widths[heading] > floors[heading]]
        if not more:
            return
        widths[max(more, key=lambda heading: widths[heading])] -= 1
