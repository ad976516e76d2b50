"""`plainbase stats`: sizes and growth, indexes, cache hits and the slowest queries."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import click
from rich.console import Console

from plainbase.cli.opening import command, url_option
from plainbase.cli.option_names import options_named
from plainbase.cli.platform_database import opened_to_read
from plainbase.cli.shown import NOTHING, Column, as_json, console, lasting, plain, print_table
from plainbase.health import bytes_in_words
from plainbase.platform import statistics
from plainbase.platform.statistics import Growth, Slow, Statistics, TableSize, Use


@click.command(short_help="Print sizes, growth, index use and slow queries.")
@url_option
@click.option("--keep", is_flag=True, help="Write today's sizes into system_metrics first, once a day whoever does so.")
@click.option("--days", metavar="N", default=30, show_default=True, help="Growth since at most so many days ago.")
@click.option(
    "--top", "most", metavar="N", default=20, show_default=True, type=click.IntRange(1), help="How many lines of each."
)
@click.option("--json", "as_object", is_flag=True, help="Print JSON, with every table and index.")
@command
async def stats(url: str | None, keep: bool, days: int, most: int, as_object: bool) -> None:
    """Print the largest tables and what they grew by, indexes that nothing uses, cache hits, the slowest queries.

    Growth is known from the sizes that --keep writes daily. PostgreSQL's rows are estimates; SQLite counts every row
    and reads every page. The slowest queries of all programs are known where PostgreSQL has pg_stat_statements. The
    exit code is 1 where a part failed; the others are printed.
    """
    async with opened_to_read(url) as db:
        kept = await statistics.keep_sizes(db) if keep else None
        with options_named():
            found = await statistics.look(db, days=days, most=most)
        where = db.options.safe_url
    if as_object:
        click.echo(json.dumps({"url": where, "kept": kept, **as_json(found)}, indent=2))
    else:
        if kept is not None:
            click.echo(f"kept {kept} measurements" if kept else "today's sizes are kept already")
        _print(console(), where, found, most)
    if found.failed:
        raise SystemExit(1)


def _print(out: Console, where: str, found: Statistics, most: int) -> None:
    size = bytes_in_words(found.sizes.bytes) if found.sizes else "unknown"
    grown = f", {_signed(found.grown)} since {plain(found.grown.since)}" if found.grown else ""
    click.echo(f"{plain(where)}: {size}{grown}")
    if found.sizes:
        _print_tables(out, found.sizes.tables, found, most)
    if found.indexes:
        _print_indexes(out, found.indexes.indexes, found.indexes.note, most)
    if found.cache and found.cache.share is not None:
        click.echo(f"cache hits: {found.cache.share:.2%} of {found.cache.hits + found.cache.reads:,} blocks")
    for title, slow in (
        ("slowest queries, of all programs", found.slow_there),
        ("slowest queries, of this process", found.slow_here),
    ):
        if slow:
            _print_slow(out, title, slow)
    for note in found.notes:
        click.echo(note)
    for name, error in found.failed.items():
        click.echo(f"{name} failed: {plain(error.message)}", err=True)


def _print_tables(out: Console, tables: Sequence[TableSize], found: Statistics, most: int) -> None:
    largest = sorted(tables, key=lambda each: (-(each.bytes or 0), -(each.rows or 0), each.name))[:most]

    def more(take: str) -> Any:
        def of(size: TableSize) -> object:
            growth = found.tables_grown.get(size.name)
            value = getattr(growth, take) if growth else None
            return value if take == "rows" or value is None else _bytes(value, signed=True)

        return of

    columns = [
        Column("table", "name", "name"),
        Column("rows", "rows"),
        Column("size", lambda each: _bytes(each.bytes)),
        Column("more rows", more("rows")),
        Column("grown by", more("bytes")),
    ]
    print_table(out, f"tables, the largest {len(largest)} of {len(tables)}", columns, largest, ["more rows"])


def _print_indexes(out: Console, indexes: Sequence[Use], note: str, most: int) -> None:
    unused = [each for each in indexes if each.is_unused]
    click.echo(f"indexes: {len(indexes)}, unused: {len(unused)}; {note}")
    columns = [
        Column("unused index", "name", "name"),
        Column("of table", "table", "name"),
        Column("size", lambda each: _bytes(each.bytes)),
    ]
    if unused:
        largest = sorted(unused, key=lambda each: (-(each.bytes or 0), each.name))[:most]
        print_table(out, "unused indexes, the largest first", columns, largest, ["of table"])


def _print_slow(out: Console, title: str, slow: Sequence[Slow]) -> None:
    columns = [
        Column("query", "name", "name"),
        Column("calls", "calls"),
        Column("in all", lambda each: lasting(each.seconds)),
        Column("a call", lambda each: lasting(each.mean)),
        Column("longest", lambda each: lasting(each.slowest)),
        Column("rows", "rows"),
        Column("errors", "errors"),
    ]
    print_table(out, title, columns, slow, ["rows", "errors", "longest"])


def _bytes(value: int | None, *, signed: bool = False) -> str:
    if value is None:
        return NOTHING
    return f"{'-' if value < 0 else '+' if signed else ''}{bytes_in_words(abs(value))}"


def _signed(grown: Growth) -> str:
    return _bytes(grown.bytes, signed=True)
