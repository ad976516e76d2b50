"""Lines of a live view, cut to a terminal's size without cutting a figure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from rich.cells import cell_len
from rich.text import Text

from plainbase.cli.shown import plain


def short(line: Text, width: int, ascii_only: bool) -> Text:
    """A line in so many cells; a word with a figure stands whole or not at all."""
    if line.cell_len <= width:
        return line
    kept = line.copy()
    kept.truncate(max(0, width - (not ascii_only)), overflow="crop")
    last = kept.plain.rpartition(" ")[2]
    rest = line.plain[len(kept.plain) :]
    if rest and not rest[0].isspace() and any(each.isdigit() for each in last + rest.split(" ", 1)[0]):
        kept = kept[: len(kept.plain) - len(last)]
    return kept if ascii_only or not width else kept.append("…")


def head(title: str, at: datetime, where: str, width: int, ascii_only: bool) -> Text:
    """What is shown, when and of where, which is cut at its end."""
    line = Text.assemble((title, "bold"), f"  {at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC  ")
    named, room = Text(plain(where)), width - line.cell_len
    if named.cell_len > room > 1:
        named.truncate(room - (not ascii_only), overflow="crop")
        named.append("" if ascii_only else "…")
    return line.append_text(named)


def parted(title: Text, parts: Sequence[str], width: int, between: str) -> list[Text]:
    """A title and what is said after it, going on in the next line before a part that has no room."""
    lines = [title]
    for place, part in enumerate(parts):
        said = part + (between.rstrip() if place + 1 < len(parts) else "")
        gap = " " * (len(between) - len(between.rstrip())) if place else ""
        if place and lines[-1].cell_len + len(gap) + cell_len(said) > width:
            lines.append(Text(f"    {said}"))
        else:
            lines[-1].append(f"{gap}{said}")
    return lines


def cut(lines: list[Text], most: int) -> list[Text]:
    """The first lines, and how many there are more."""
    if len(lines) <= most or most < 2:
        return lines[:most]
    return [*lines[: most - 1], Text(f"  and {len(lines) - most + 1} more", "dim")]


def heading(title: str, rest: str = "") -> Text:
    """A title that stands out, and what is said after it."""
    return Text.assemble((title, "bold cyan"), f"  {rest}" if rest else "")
