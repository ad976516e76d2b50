"""The report of `plainbase upgrade-legacy`, as a terminal shows it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import click
from rich.console import Console

from plainbase.cli.shown import Column, print_table
from plainbase.cli.shown import as_json as jsonable
from plainbase.platform.legacy.report import Part, Report
from plainbase.platform.legacy.upgrade import Examination

PARTS = (
    Column("from", "source_table", "name"),
    Column("to", "target", "name"),
    Column("rows", "rows"),
    Column("taken", "taken"),
    Column("there already", "already"),
    Column("left", "left_rows"),
)
TABLES = (
    Column("table", "name", "name"),
    Column("kind", "kind", "word"),
    Column("rows", "rows"),
    Column("columns", lambda table: ", ".join(table.columns), "sentence"),
)


@dataclass(frozen=True, slots=True)
class _LeftLine:
    """What was left of a table for one reason: rows, or the values of a column."""

    table: str
    what: str
    why: str
    keys: str


LEFT = (
    Column("from", "table", "name"),
    Column("left", "what", "word"),
    Column("why", "why", "sentence"),
    Column("such as", "keys", "sentence"),
)


def print_examination(console: Console, found: Examination, *, as_json: bool) -> None:
    """What a source holds, and its layout."""
    if as_json:
        click.echo(json.dumps(jsonable(found), indent=2))
        return
    print_table(console, f"{found.source}, {found.engine}", TABLES, found.tables, ("columns", "kind"))
    if found.note is not None:
        click.echo(found.note)
    if found.layout is None:
        click.echo("no layout that is known fits: write a mapping file (--mapping FILE; 000, 002 and 003 are examples)")
        return
    click.echo(f"layout {found.layout} ({found.title}), {found.sure:.0%} of it is there")
    for word, names in (("missing", found.missing), ("unknown to it", found.extra)):
        if names:
            click.echo(f"{word}: {', '.join(names)}")


def print_report(console: Console, report: Report, rejects: Path | None) -> None:
    """Table by table, then what was left and why, then what is to be known."""
    title = f"{report.source} by {report.layout}{', tried only' if report.dry_run else ''}"
    told = [part for part in report.parts if part.rows or part.target is not None]
    print_table(console, title, PARTS, told, ("there already",))
    if empty := len(report.parts) - len(told):
        click.echo(f"{empty} more table{'s have' if empty > 1 else ' has'} no rows")
    left = [line for part in report.parts for line in _left(part)]
    if left:
        print_table(console, "left", LEFT, left, ("such as",))
    for part in report.parts:
        for note in part.notes:
            click.echo(f"{part.source_table}: {note}")
    for note in report.notes:
        click.echo(note)
    if report.backup:
        click.echo(f"the source was copied to {report.backup}")
    if rejects is not None:
        click.echo(f"the rows that were left are in {rejects}")
    taken = sum(part.taken for part in report.parts)
    verb = "would be taken" if report.dry_run else "taken"
    click.echo(
        f"{taken:,} rows {verb}; " + ("nothing was left" if report.complete else "something was left, see above")
    )


def _left(part: Part) -> list[_LeftLine]:
    lines = [
        _LeftLine(
            part.source_table,
            f"{each.rows:,} row{'s' * (each.rows != 1)}",
            each.reason + (f": {', '.join(each.columns)}" if each.columns else ""),
            ", ".join(each.examples) or "-",
        )
        for each in part.left
        if each.rows
    ]
    return lines + [
        _LeftLine(
            part.source_table, f"{each.values:,} value{'s' * (each.values != 1)}", f"{each.name}: {each.why}", "-"
        )
        for each in part.columns
        if each.target is None and each.values and not each.derived
    ]
