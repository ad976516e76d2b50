"""`plainbase top`: what goes on now, in the terminal."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.live import Live

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
LEAST = 0.1
"""The shortest time between two looks, in seconds."""


@click.command(short_help="Show what goes on now.")
@url_option
@click.option(
    "--every", metavar="DURATION", default="2s", show_default=True, callback=seconds, help="How often to look again."
)
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
    if every < LEAST:
        raise click.BadParameter(f"{every} s is too often: at least {LEAST} s", param_hint="--every")
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
    screen = draw(now, where, width, None, keys=False, ascii_only=not _is_unicode(console))
    if console.is_terminal:
        console.print(screen)
    else:
        click.echo(screen.plain)


async def _watch(db: Database, every: float, lately: float) -> None:
    """Look again and again until a key or a signal ends it; the terminal is left as it was."""
    console = Console()
    now: Now | None = None
    async with _ended() as (end, resized):
        with Live(console=console, screen=True, auto_refresh=False) as live:
            while not end.is_set():
                if not resized.is_set() or now is None:
                    now = await _unless(end, look(db, seconds=lately))
                resized.clear()
                if now is None:
                    break
                width, height = console.size
                screen = draw(now, db.options.safe_url, width, height, keys=True, ascii_only=not _is_unicode(console))
                live.update(screen, refresh=True)
                await _any(every, end, resized)


async def _unless(end: asyncio.Event, looking: Coroutine[Any, Any, Now]) -> Now | None:
    """What is seen, or None where the end comes first; then the looking is cancelled."""
    task, ended = asyncio.create_task(looking), asyncio.create_task(end.wait())
    try:
        await asyncio.wait({task, ended}, return_when=asyncio.FIRST_COMPLETED)
        return task.result() if task.done() else None
    finally:
        for each in (task, ended):
            each.cancel()
        await asyncio.gather(task, ended, return_exceptions=True)


async def _any(longest: float, *events: asyncio.Event) -> None:
    """Wait until one of the events is set, or so many seconds."""
    waiting = {asyncio.create_task(event.wait()) for event in events}
    try:
        await asyncio.wait(waiting, timeout=longest, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for each in waiting:
            each.cancel()


@asynccontextmanager
async def _ended() -> AsyncIterator[tuple[asyncio.Event, asyncio.Event]]:
    """An event for the end (q, Ctrl-C, SIGTERM) and one for another size of the terminal."""
    end, resized = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    signals = {signal.SIGINT: end, signal.SIGTERM: end, getattr(signal, "SIGWINCH", None): resized}
    with _keys(loop, end):
        for number, event in signals.items():
            if number is not None:
                with suppress(NotImplementedError):  # where a loop has no signals, Ctrl-C raises
                    loop.add_signal_handler(number, event.set)
        try:
            yield end, resized
        finally:
            for number in signals:
                if number is not None:
                    with suppress(NotImplementedError):
                        loop.remove_signal_handler(number)


@contextmanager
def _keys(loop: asyncio.AbstractEventLoop, end: asyncio.Event) -> Iterator[None]:
    """Read keys one by one, unseen; q and the end of the input end it."""
    try:
        import termios
        import tty
    except ModuleNotFoundError:  # no such terminals here
        yield
        return
    if not sys.stdin.isatty():
        yield
        return
    file = sys.stdin.fileno()

    def read() -> None:
        keys = os.read(file, 100)
        if not keys:
            loop.remove_reader(file)
        if b"q" in keys or b"Q" in keys or not keys:
            end.set()

    before = termios.tcgetattr(file)
    tty.setcbreak(file)
    loop.add_reader(file, read)
    try:
        yield
    finally:
        loop.remove_reader(file)
        termios.tcsetattr(file, termios.TCSADRAIN, before)


def _is_unicode(console: Console) -> bool:
    return console.encoding.startswith("utf")
