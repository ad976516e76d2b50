"""`plainbase metrics`: what Prometheus reads of a database, printed, written to a file, or served."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from plainbase.cli.metrics_server import Address, address, served
from plainbase.cli.opening import command, url_option
from plainbase.cli.platform_database import opened_to_read
from plainbase.cli.shown import as_json
from plainbase.cli.written_file import ended_cleanly

if TYPE_CHECKING:
    from plainbase.platform.metrics import Metrics


@click.command(short_help="Print a database's metrics for Prometheus, or serve them.")
@url_option
@click.option(
    "--listen",
    metavar="[HOST:]PORT",
    callback=address,
    help="Serve them at http://HOST:PORT/metrics until Ctrl-C or SIGTERM; without a host on 127.0.0.1, for this "
    "machine alone.",
)
@click.option(
    "--output",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write them to a file, whole or not at all, such as one that node_exporter's textfile collector reads.",
)
@click.option("--json", "as_object", is_flag=True, help="Print JSON.")
@command
async def metrics(url: str | None, listen: Address | None, output: Path | None, as_object: bool) -> None:
    """Tell what a database says of itself: jobs, workers, snapshots, sizes, replication, retention, the last backup.

    What queries and connections do is known to the process that uses them: `plainbase.platform.metrics.Metrics`. A
    part that cannot be read is left out and told as plainbase_part_failed; then the exit code is 1.
    """
    from plainbase.platform.metrics import Metrics

    if listen is not None and (output is not None or as_object):
        raise click.UsageError("--listen serves them; --output and --json are for one look")
    async with opened_to_read(url) as db:
        made = Metrics(db, process=False)
        if listen is not None:
            with ended_cleanly():
                async with served(made, listen) as (host, port):
                    click.echo(f"http://{host}:{port}/metrics", err=True)
                    await asyncio.Event().wait()
            return
        await _once(made, output, as_object)


async def _once(metrics: Metrics, output: Path | None, as_object: bool) -> None:
    from plainbase.platform.export.target import written

    figures = await metrics.look()
    text = json.dumps(as_json(figures), indent=2).encode() + b"\n" if as_object else metrics.exposition()
    if output is None:
        click.echo(text, nl=False)
    else:
        async with written(output, overwrite=True) as file:
            file.write(text)
    for part, error in figures.failed.items():
        click.echo(f"{part}: {error}", err=True)
    if figures.failed:
        raise SystemExit(1)
