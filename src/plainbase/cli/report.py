"""`plainbase report`: what the database holds, as one page or PDF."""

from __future__ import annotations

from pathlib import Path

import click

from plainbase.cli.opening import command, url_option
from plainbase.cli.platform_database import opened_to_read
from plainbase.cli.written_file import ended_cleanly, overwrite_option, refuse_existing


@click.command(short_help="Write a report of models, runs and experiments.")
@url_option
@click.option(
    "--experiment",
    metavar="ID|NAME",
    help="The experiment that it is about, by its id or whole name; without it the whole platform.",
)
@click.option(
    "--out",
    default="report.html",
    show_default=True,
    type=click.Path(path_type=Path),
    help="The file: an HTML page that needs nothing else, or a PDF where it ends with .pdf.",
)
@overwrite_option
@click.option("--fresh", is_flag=True, help="Refresh the materialized views first.")
@command
async def report(url: str | None, experiment: str | None, out: Path, overwrite: bool, fresh: bool) -> None:
    """Write a report: leaderboard, learning curves, comparisons, cost and latency, hyperparameters.

    A section whose data are missing says so, one that fails is named with its error, and the rest is written.
    """
    from plainbase.platform import report as reports

    refuse_existing(out, overwrite=overwrite)
    reports.check(out, overwrite=overwrite)
    with ended_cleanly():
        async with opened_to_read(url) as db:
            experiment_id = await reports.find(db, experiment) if experiment else None
            gathered = await reports.gather(db, experiment_id, fresh=fresh)
        size = await reports.write(gathered, out, overwrite=overwrite)
    failed = [section.title for section in gathered.sections if section.error]
    if failed:
        click.echo(f"not made: {', '.join(failed)}; the report says why", err=True)
    click.echo(f"{out}  {size / 1000:,.0f} kB")
