"""`plainbase jobs stats`: the queues in figures and the workers, once or again and again."""

from __future__ import annotations

import json
import sys

import click
from rich.text import Text

from plainbase.cli.jobs_screen import draw, print_standing
from plainbase.cli.jobs_standing import Standing, look
from plainbase.cli.live import every_option, watch
from plainbase.cli.opening import command, url_option
from plainbase.cli.platform_database import opened_to_read
from plainbase.cli.shown import as_json, console


@click.command(short_help="Count jobs by queue, and list workers; live too.")
@url_option
@click.option("--live", is_flag=True, help="Look again and again; q or Ctrl-C ends. Without a terminal once.")
@every_option
@click.option("--json", "as_object", is_flag=True, help="Look once, and print JSON.")
@command
async def stats(url: str | None, live: bool, every: float, as_object: bool) -> None:
    """Count the jobs of each queue, and list the workers that have not stopped.

    Pending are those that are due, scheduled those that wait for their time. What a worker does and has done is as of
    its last heartbeat.
    """
    async with opened_to_read(url) as db:
        if live and not as_object and sys.stdout.isatty():

            def screen(standing: Standing, width: int, height: int, ascii_only: bool) -> Text:
                return draw(standing, db.options.safe_url, width, height, ascii_only)

            await watch(db, lambda: look(db), screen, every)
            return
        standing = await look(db)
    if as_object:
        click.echo(json.dumps(as_json(standing), indent=2))
    else:
        print_standing(console(), standing)
    if standing.failed:
        raise SystemExit(1)
