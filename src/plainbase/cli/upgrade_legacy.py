"""`plainbase upgrade-legacy`: what an older system's database holds, taken over."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

import plainbase
from plainbase.cli.legacy_report import print_examination, print_report
from plainbase.cli.opening import command, opened_to_look, url_option
from plainbase.cli.progress import shown
from plainbase.cli.shown import as_json as jsonable
from plainbase.cli.shown import console
from plainbase.cli.written_file import ended_cleanly
from plainbase.errors import ParameterError
from plainbase.platform.legacy import upgrade as upgrades
from plainbase.platform.legacy.importing import Reject
from plainbase.platform.legacy.layouts import LAYOUTS
from plainbase.platform.legacy.mapping_file import named
from plainbase.platform.legacy.source import Row

LEFT = 3
"""The exit code where something was left."""

SECRET = re.compile(
    r"passw|secret|credential|api_?key|key_hash|(access|auth|refresh|session|api)_?token|^token$", re.IGNORECASE
)
"""Names of columns whose values stay out of a rejects file."""
KEYS = ("key", "name", "param_key", "tag_key")
VALUES = ("value", "param_value", "tag_value")
"""Columns of rows that are a name and its value."""


@click.command("upgrade-legacy", short_help="Take over a database of an older system.")
@click.argument("source", metavar="SOURCE_URL")
@url_option
@click.option("--examine", is_flag=True, help="Only say what the source holds and which layout fits.")
@click.option("--dry-run", is_flag=True, help="Try all of it, tell the same report, and keep nothing.")
@click.option(
    "--layout",
    type=click.Choice([each.name for each in LAYOUTS]),
    help="What the source is; without it the tables say so.",
)
@click.option(
    "--mapping",
    metavar="FILE",
    help="A mapping file (TOML) for any other layout; 000, 002 and 003 are shipped as examples.",
)
@click.option("--name", help="Of the source, part of the ids of its rows; without it the file's or the database's.")
@click.option(
    "--backup",
    metavar="FOLDER",
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder into which the source is copied first, and the copy checked.",
)
@click.option("--no-backup", is_flag=True, help="Do not copy the source first.")
@click.option(
    "--rejects",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write rows that were left into this file, with reasons, as JSON Lines; not tables that have no place at all.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@command
async def upgrade_legacy(
    source: str,
    url: str | None,
    examine: bool,
    dry_run: bool,
    layout: str | None,
    mapping: str | None,
    name: str | None,
    backup: Path | None,
    no_backup: bool,
    rejects: Path | None,
    as_json: bool,
) -> None:
    """Take over what a database of an older system holds, and tell what became of every row.

    The source is only read, as it is at one moment, and copied first into the folder of --backup. All is taken in one
    transaction: all of it, or nothing. Given again the command adds only what is new. Known are LLM Test Bench, James
    LLM and MLflow; a mapping file describes anything else.

    The exit code is 0 where nothing was left, 3 where rows or values were left (the report says which and why), and 1
    where nothing was done.
    """
    if layout and mapping:
        raise ParameterError("--layout and --mapping say the same in two ways: give one of them")
    if examine:
        print_examination(console(), await upgrades.examine(source, name=name), as_json=as_json)
        return
    if not dry_run and (backup is None) != no_backup:
        raise ParameterError("say where the source is copied first, --backup FOLDER, or --no-backup")
    async with opened_to_look(url, ()):
        pass  # it says so where there is none
    with ended_cleanly(), _rejecting(rejects) as reject, shown(quiet=as_json) as progress:
        async with plainbase.open(url) as db:
            report = await upgrades.upgrade(
                source,
                db,
                layout=layout,
                mapping=None if mapping is None else named(mapping),
                name=name,
                backup_folder=backup,
                dry_run=dry_run,
                progress=progress,
                reject=reject,
            )
    if as_json:
        click.echo(json.dumps(jsonable(report) | {"complete": report.complete}, indent=2))
    else:
        print_report(console(), report, rejects)
    if not report.complete:
        raise SystemExit(LEFT)


@contextmanager
def _rejecting(path: Path | None) -> Iterator[Reject | None]:
    """What writes rows that are left; the file gets its name at the end, also where nothing was left."""
    if path is None:
        yield None
        return
    if path.exists():
        raise ParameterError(f"{path} exists already; name another file for the rejects")
    beside = path.with_name(f".{path.name}.part")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:

            def reject(table: str, key: str, reason: str, row: Row | None) -> None:
                told = {"table": table, "key": key, "reason": reason, "row": None if row is None else _shown(row)}
                file.write(json.dumps(told, default=str) + "\n")

            yield reject
        beside.rename(path)
    finally:
        beside.unlink(missing_ok=True)


def _shown(row: Row) -> dict[str, object]:
    """A row as JSON has it; bytes in hexadecimal, and nothing of what a column's or a tag's name says is secret."""
    of_secret = any(SECRET.search(str(row.get(name))) for name in KEYS)
    return {
        name: "(secret)"
        if value is not None and (SECRET.search(name) or (name in VALUES and of_secret))
        else value.hex()
        if isinstance(value, bytes | bytearray | memoryview)
        else jsonable(value)
        for name, value in row.items()
    }
