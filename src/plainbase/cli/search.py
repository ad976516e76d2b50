"""`plainbase search`: results that filters choose, a page at a time."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from io import StringIO
from typing import Any

import click
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from plainbase.cli.filter_options import check_text, filter_options
from plainbase.cli.opening import command, url_option
from plainbase.cli.option_names import options_named
from plainbase.cli.platform_database import opened_to_read
from plainbase.cli.shown import NOTHING, as_json, cell, plain
from plainbase.errors import ParameterError
from plainbase.platform.export.described import described
from plainbase.platform.results import SORTS, Page, SearchFilters
from plainbase.platform.results import search as find
from plainbase.platform.results.columns import TEXTS
from plainbase.rows import Row

WIDE = 200
"""Columns of text where there is no terminal, and COLUMNS says nothing."""
BROKEN = "after is broken"
"""How the error for a cursor begins that is none."""
ROOM = 24
"""The least that an input or an output gets."""
MOST = 40
"""The most that another column gets."""
CUT = 300
"""Characters of a text that a cell is made of, before the table cuts it to its width."""


@click.command(short_help="Search evaluations by text and by filters.")
@click.argument("text", required=False)
@url_option
@filter_options
@click.option("--sort", type=click.Choice(list(SORTS)), default="created_at", show_default=True, help="The order.")
@click.option("--asc", is_flag=True, help="Smallest or oldest first; without it largest or newest.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True, help="Rows of a page.")
@click.option("--after", metavar="CURSOR", help="The page after one that was shown, which tells its cursor.")
@click.option("--count", is_flag=True, help="Tell how many there are in all.")
@click.option("--json", "as_object", is_flag=True, help="Print JSON, with every column.")
@command
async def search(
    url: str | None,
    text: str | None,
    filters: SearchFilters,
    sort: str,
    asc: bool,
    limit: int,
    after: str | None,
    count: bool,
    as_object: bool,
) -> None:
    """Search results: evaluations that hold TEXT and that the options choose.

    TEXT is words, "phrases", OR, prefix*, and -excluded beside a word that is wanted. Rows without a value in the
    column that is sorted by come last.
    """
    if text is not None:
        if filters.query_text is not None:
            raise click.UsageError("the text is given twice, as TEXT and as --text")
        check_text(text)
        filters = replace(filters, query_text=text)
    async with opened_to_read(url) as db:
        with options_named():
            try:
                page = await find(db, filters, sort=sort, descending=not asc, limit=limit, after=after, count=count)
            except ParameterError as error:
                if not error.message.startswith(BROKEN):
                    raise
                raise ParameterError(
                    f"{BROKEN}: pass the text that the page before shows after --after, as it is"
                ) from None
    if as_object:
        click.echo(json.dumps({"rows": as_json(page.rows), "next": page.next, "total": page.total}, indent=2))
        return
    if page.rows:
        click.echo(_table(page), nl=False)
    click.echo(_standing(page, filters))
    if page.next:
        click.echo(f"the next page: the same with --after {page.next}")


def _standing(page: Page, filters: SearchFilters) -> str:
    shown = len(page.rows)
    if not shown and not page.total:
        asked = plain("; ".join(_asked(filters)))
        return f"nothing found for {asked[:CUT]}{'…' if len(asked) > CUT else ''}" if asked else "nothing found"
    many = f"{shown:,} result{'' if shown == 1 else 's'}" if shown else "nothing found"
    return many if page.total is None else f"{many} of {page.total:,}"


def _asked(filters: SearchFilters) -> Iterator[str]:
    if filters.query_text is not None:
        yield f"text {filters.query_text}" + ("" if filters.text_in == TEXTS else f" in {', '.join(filters.text_in)}")
    for what, text in described(replace(filters, query_text=None)):
        yield f"{what} {text}"


def _table(page: Page) -> str:
    """A row a line, as wide as the terminal; what has no value in any row has no column."""
    terminal = sys.stdout.isatty()
    out = StringIO()
    console = Console(file=out, force_terminal=terminal or None, width=_columns() or (None if terminal else WIDE))
    table = Table(box=SIMPLE_HEAD, expand=True)
    columns, left_out = _chosen(page, console.width)
    for heading in columns:
        wide = heading in _WIDE
        table.add_column(
            heading,
            no_wrap=True,
            overflow="ellipsis",
            justify="left" if wide or heading in _LEFT else "right",
            ratio=_WIDE.get(heading),
            max_width=None if wide else MOST,
        )
    for row in page.rows:
        table.add_row(*(show(row) for show in columns.values()))
    console.print(table)
    if left_out:
        console.print(f"left out at this width: {', '.join(left_out)}; --json has all", style="dim", highlight=False)
    text = out.getvalue()
    return text if terminal else "".join(f"{line.rstrip()}\n" for line in text.splitlines() if line.strip())


def _columns() -> int | None:
    """The width that the environment asks for."""
    given = os.environ.get("COLUMNS", "")
    return int(given) or None if given.isascii() and given.isdigit() else None


def _chosen(page: Page, width: int) -> tuple[Mapping[str, Callable[[Row], Text]], list[str]]:
    """The columns that some row has a value for, and which of them the width has no room for."""
    columns = {
        heading: show for heading, show in _COLUMNS.items() if any(show(row).plain != NOTHING for row in page.rows)
    }
    needed = {
        heading: ROOM if heading in _WIDE else min(max(len(heading), *(len(show(row)) for row in page.rows)), MOST)
        for heading, show in columns.items()
    }
    left_out = []
    for heading in _DROPPED:
        if heading in columns and sum(needed[each] + 3 for each in columns) + 1 > width:
            del columns[heading]
            left_out.append(heading)
    return columns, [heading for heading in _COLUMNS if heading in left_out]


def _column(name: str) -> Callable[[Row], Text]:
    return lambda row: cell(row[name])


def _text(name: str) -> Callable[[Row], Text]:
    return lambda row: cell(None if row[name] is None else " ".join(row[name][:CUT].split()))


def _tokens(row: Row) -> Text:
    if row["input_tokens"] is None and row["output_tokens"] is None:
        return cell(None)
    return Text(f"{cell(row['input_tokens'])}/{cell(row['output_tokens'])}")


_COLUMNS: Mapping[str, Callable[[Row], Any]] = {
    "id": _column("id"),
    "created (UTC)": _column("created_at"),
    "provider": _column("provider"),
    "model": _column("model"),
    "score": _column("score"),
    "rating": _column("human_rating"),
    "ms": _column("latency_ms"),
    "tokens in/out": _tokens,
    "cost $": _column("cost_usd"),
    "input": _text("input"),
    "output": _text("output"),
    "feedback": _text("human_feedback"),
}
_LEFT = ("id", "created (UTC)", "provider", "model")
_WIDE = {"input": 2, "output": 3, "feedback": 1}
"""What takes the rest of the width, in parts."""
_DROPPED = ("id", "feedback", "tokens in/out", "cost $", "ms", "provider", "rating", "created (UTC)")
"""What is left out where the terminal is narrow, the first one first."""
