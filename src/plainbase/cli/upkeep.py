"""`plainbase vacuum`, `analyze` and `reindex`: tables and indexes kept small and quick."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence

import click

from plainbase.cli.opening import command, opened, opened_to_look, url_option
from plainbase.cli.progress import shown
from plainbase.cli.shown import Column, as_json, console, lasting, print_table
from plainbase.database import Database
from plainbase.dialect import Dialect
from plainbase.health import bytes_in_words
from plainbase.platform import upkeep
from plainbase.platform.progress import Progress
from plainbase.platform.upkeep import Work

Do = Callable[[Database, Progress], Awaitable[list[Work]]]

json_option = click.option("--json", "as_object", is_flag=True, help="Print JSON.")


@click.command(short_help="Reclaim the room of deleted rows.")
@click.argument("tables", nargs=-1, metavar="[TABLE]...")
@url_option
@click.option("--full", is_flag=True, help="Give the room back to the system: PostgreSQL locks each table meanwhile.")
@json_option
@command
async def vacuum(tables: tuple[str, ...], url: str | None, full: bool, as_object: bool) -> None:
    """Reclaim the room of deleted rows, in the tables named or in all.

    \b
    PostgreSQL          VACUUM (ANALYZE), table by table; others read and write.
    PostgreSQL --full   VACUUM (FULL): nobody reads or writes a table while it is
                        written anew, which needs room for a second one.
    SQLite              VACUUM writes the whole file anew, with --full or without:
                        others read, and who writes waits. It needs up to twice
                        the file's size on disk, which is looked at first.

    Ctrl-C ends it with nothing lost; what was done stays.
    """

    async def do(db: Database, progress: Progress) -> list[Work]:
        return await upkeep.vacuum(db, tables, full=full, progress=progress)

    await _run("vacuumed", url, do, as_object)


@click.command(short_help="Update the figures by which the planner chooses indexes.")
@click.argument("tables", nargs=-1, metavar="[TABLE]...")
@url_option
@json_option
@command
async def analyze(tables: tuple[str, ...], url: str | None, as_object: bool) -> None:
    """Update the figures by which the planner chooses indexes, of the tables named or of all.

    \b
    PostgreSQL   ANALYZE, table by table; others read and write.
    SQLite       ANALYZE, table by table; others read, who writes waits for a table.
    """

    async def do(db: Database, progress: Progress) -> list[Work]:
        return await upkeep.analyze(db, tables, progress=progress)

    await _run("analyzed", url, do, as_object)


@click.command(short_help="Rebuild indexes, also those that are INVALID.")
@click.argument("tables", nargs=-1, metavar="[TABLE]...")
@url_option
@json_option
@command
async def reindex(tables: tuple[str, ...], url: str | None, as_object: bool) -> None:
    """Rebuild the indexes of the tables named, or of all; INVALID ones are valid afterwards.

    \b
    PostgreSQL   REINDEX CONCURRENTLY, index by index; others read and write. It
                 waits for transactions that are older. What one that was
                 interrupted left behind is dropped.
    SQLite       REINDEX, table by table; others read, who writes waits for a table.

    An index that cannot be built, as where a value is twice, does not stop the others; then the exit code is 1.
    """

    async def do(db: Database, progress: Progress) -> list[Work]:
        return await upkeep.reindex(db, tables, progress=progress)

    await _run("reindexed", url, do, as_object)


async def _run(what: str, url: str | None, do: Do, as_object: bool) -> None:
    async with opened_to_look(url, ()):
        pass  # it says so where there is none
    async with opened(url, ()) as db:
        before = await upkeep.size(db)
        with shown(quiet=as_object) as progress:
            done = await do(db, progress)
        after = await upkeep.size(db)
    if as_object:
        told = {"done": as_json(done), "bytes_before": before, "bytes_after": after}
        click.echo(json.dumps(told, indent=2))
    else:
        _print(what, done, before, after, whole=db.options.dialect is Dialect.SQLITE)
    if any(each.error for each in done):
        raise SystemExit(1)


def _print(what: str, done: Sequence[Work], before: int, after: int, *, whole: bool) -> None:
    out = console()
    told = [each for each in done if each.error or each.note]
    if told:
        columns = [
            Column("name", lambda each: each.name, "name"),
            Column("of table", lambda each: each.table, "name"),
            Column("what", lambda each: each.error or each.note, "sentence"),
        ]
        print_table(out, "not done, or worth knowing", columns, told, ["of table"])
    well = len(done) - sum(each.error is not None for each in done)
    things = ("file" if what == "vacuumed" else "tables") if whole else "indexes" if what == "reindexed" else "tables"
    took = lasting(sum(each.seconds for each in done))
    change = "" if before == after else f"; {bytes_in_words(before)} before, {bytes_in_words(after)} now"
    count = "the file" if things == "file" else f"{well} {things}"
    click.echo(f"{what} {count} in {took}{change}")
