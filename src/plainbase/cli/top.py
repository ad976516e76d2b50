"""`plainbase top`: what goes on now, in the terminal."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.text import Text

from plainbase.cli.live import every_option, is_unicode, watch
from plainbase.cli.opening import command, url_option
from plainbase.cli.platform_database import opened_to_read
from plainbase.cli.refresh import seconds
from plainbase.cli.shown import as_json
from plainbase.cli.top_screen import draw
from plainbase.platform.analytics import Now, look

if TYPE_CHECKING:
    from plainbase.typed import Database

WIDEST = 1000
"""The characters of a line where the output is no terminal."""


@click.command(short_help="Show what goes on now.")
@url_option
@every_option
@click.option(
    "--lately", metavar="DURATION", default="5m", show_default=True, callback=seconds, help="How long ago is lately."
)
@click.option("--once", is_flag=True, help="Look once, print, and end; so it is too where the output is no terminal.")
@click.option("--json", "as_object", is_flag=True, help="Look once, and print JSON.")
@command
async def top(url: str | None, every: float, lately: float, once: bool, as_object: bool) -> None:
    """Show what goes on now: running runs, jobs, requests, workers, and what lately happened.

    A part that fails is shown as failed, and the rest goes on. q or Ctrl-C ends.
    """
    async with opened_to_read(url) as db:
        if as_object or once or not sys.stdout.isatty():
            now = await look(db, seconds=lately)
            _print(now, db.options.safe_url, as_object)
            if now.failed:
                raise SystemExit(1)
        else:
            await _watch(db, every, lately)


def _print(now: Now, where: str, as_object: bool) -> None:
    if as_object:
        click.echo(json.dumps(as_json(now), indent=2))
        return
    console = Console()
    width = console.width if console.is_terminal else WIDEST
    screen = draw(now, where, width, None, keys=False, ascii_only=not is_unicode(console))
    if console.is_terminal:
        console.print(screen)
    else:
        click.echo(screen.plain)


async def _watch(db: Database, every: float, lately: float) -> None:
    def screen(now: Now, width: int, height: int, ascii_only: bool) -> Text:
        return draw(now, db.options.safe_url, width, height, keys=True, ascii_only=ascii_only)

    await watch(db, lambda: look(db, seconds=lately), screen, every)
