"""`plainbase export`: evaluations as a file."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from plainbase.cli.filter_options import filter_options
from plainbase.cli.opening import command, url_option
from plainbase.cli.platform_database import opened_to_read
from plainbase.cli.written_file import ended_cleanly, overwrite_option, refuse_existing
from plainbase.errors import ParameterError
from plainbase.platform import results
from plainbase.platform.export import FORMATS, Exported, ExportOptions, find_format, target
from plainbase.platform.export import export as write
from plainbase.platform.results import SearchFilters

if TYPE_CHECKING:
    from plainbase.typed import Database

STDOUT = "-"


@click.command(short_help="Export evaluations to a file.")
@click.argument("to", metavar="TO")
@url_option
@click.option(
    "--format", "format_", metavar="NAME", help=f"{', '.join(FORMATS)}; without it TO's ending tells, and - gets CSV."
)
@filter_options
@click.option("--no-metadata", is_flag=True, help="Leave out the columns metadata and metrics.")
@click.option("--no-human-feedback", is_flag=True, help="Leave out the columns human_rating and human_feedback.")
@click.option(
    "--max-records", type=click.IntRange(min=1), metavar="N", help="The newest N only; without it all, to PDF 5,000."
)
@overwrite_option
@command
async def export(
    url: str | None,
    to: str,
    format_: str | None,
    filters: SearchFilters,
    no_metadata: bool,
    no_human_feedback: bool,
    max_records: int | None,
    overwrite: bool,
) -> None:
    """Export evaluations, newest first, to the file TO, or to standard output where TO is -.

    The file gets its name when it is whole. In CSV an empty text is "" and no value is nothing, and a text that a
    spreadsheet would take for a formula has an apostrophe in front.
    """
    options = ExportOptions(format_, not no_metadata, not no_human_feedback, max_records, overwrite)
    path = None if to == STDOUT else Path(to)
    if path is not None:
        refuse_existing(path, overwrite=overwrite)
        target.check(path, overwrite=overwrite)
    found = find_format(format_, path)
    if path is None and not found.is_text and sys.stdout.isatty():
        raise ParameterError(f"{found.name} is not for a terminal: name a file, or redirect the output")
    began = perf_counter()
    with ended_cleanly(), _placed(path):
        async with opened_to_read(url) as db:
            exported = await _shown(db, filters, options, path)
        if path is None:
            sys.stdout.flush()  # what cannot be written is an error, not a line after it was said to be there
    click.echo(_line(exported, perf_counter() - began), err=path is None)


@contextmanager
def _placed(path: Path | None) -> Iterator[None]:
    """Say of an OSError where it was, and of a folder like /proc that no file can be made in it."""
    try:
        yield
    except BrokenPipeError:
        raise
    except FileNotFoundError as error:
        if path is None:
            raise
        raise OSError(error.errno, f"no file can be made in {path.parent}", str(path)) from None
    except OSError as error:
        if path is None and error.filename is None and error.errno is not None:
            _give_up_stdout()
            raise OSError(error.errno, error.strerror, "standard output") from None
        raise


def _give_up_stdout() -> None:
    """Let what is left in the buffer go nowhere; else Python fails once more as it ends, and says so."""
    with suppress(OSError), Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())


async def _shown(db: Database, filters: SearchFilters, options: ExportOptions, path: Path | None) -> Exported:
    """Export, with a bar on standard error where that is a terminal."""
    to = sys.stdout.buffer if path is None else path
    console = Console(stderr=True)
    if not console.is_terminal:
        return await write(db, filters, options, to)
    limit = find_format(options.format, path).limit if options.max_records is None else options.max_records
    total = await results.count(db, filters)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("exporting", total=total if limit is None else min(total, limit))
        return await write(db, filters, options, to, on_rows=lambda rows: progress.update(task, completed=rows))


def _line(exported: Exported, seconds: float) -> str:
    rows = f"{exported.rows:,} row{'' if exported.rows == 1 else 's'}"
    where = f"{exported.path}: " if exported.path else ""
    return f"{where}{rows}, {exported.bytes:,} bytes, {seconds:.1f} s"
