"""`plainbase resources`: measure this machine once, or again and again, into the database."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import click

from plainbase.cli.opening import command, url_option
from plainbase.cli.platform_database import opened_to_read
from plainbase.cli.refresh import seconds
from plainbase.cli.shown import as_json
from plainbase.cli.written_file import ended_cleanly
from plainbase.errors import PlainbaseError
from plainbase.platform.resources import Measure, Sampler, sample


@click.command(short_help="Measure processors, memory, disk and GPUs of this machine.")
@url_option
@click.option(
    "--every",
    metavar="DURATION",
    default="60s",
    show_default=True,
    callback=seconds,
    help="How often, until Ctrl-C or SIGTERM: 60 (seconds), 60s, 5m, 1h.",
)
@click.option("--count", metavar="N", type=click.IntRange(min=1), help="End after so many samples.")
@click.option("--once", is_flag=True, help="Measure once, print what was measured, and end.")
@click.option(
    "--disk",
    metavar="FOLDER",
    type=click.Path(path_type=Path),
    help="A folder on the disk to measure; without it that of an SQLite file, else the current one.",
)
@click.option("--json", "as_object", is_flag=True, help="Print JSON, with --once.")
@command
async def resources(
    url: str | None, every: float, count: int | None, once: bool, disk: Path | None, as_object: bool
) -> None:
    """Write the use of processors, memory, disk, load and GPUs of this machine into system_metrics.

    `plainbase analytics` and the view daily_resources read them. A sample that fails is told on stderr, and the next
    one is tried; where none succeeded, the exit code is 1.
    """
    if once and count is not None:
        raise click.UsageError("--once and --count exclude each other")
    if as_object and not once:
        raise click.UsageError("--json goes with --once")
    async with opened_to_read(url) as db:
        if once:
            _print(await sample(db, path=disk), as_object)
            return
        sampler = Sampler(db, every, path=disk, count=count, failed=_failed)
        with ended_cleanly():
            try:
                await sampler.run()
            except asyncio.CancelledError:
                click.echo(f"{sampler.samples} samples written, {sampler.failures} failed", err=True)
                raise
    click.echo(f"{sampler.samples} samples written, {sampler.failures} failed", err=True)
    if not sampler.samples:
        raise SystemExit(1)


def _print(found: tuple[Measure, ...], as_object: bool) -> None:
    if as_object:
        click.echo(json.dumps({"measures": as_json(found)}, indent=2))
        return
    for each in found:
        device = each.labels.get("device", "")
        value = f"{each.value:,.0f}" if each.unit == "bytes" else f"{each.value:,.2f}"
        click.echo(f"{each.name:<18} {value:>20} {each.unit:<8} {device}".rstrip())


def _failed(error: Exception) -> None:
    click.echo(f"not sampled: {error if isinstance(error, PlainbaseError) else type(error).__name__}", err=True)
