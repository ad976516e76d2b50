"""A screen that is drawn again and again, until a key or a signal ends it; the terminal is left as it was."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from time import monotonic
from typing import Any, TypeVar

import click
from rich.console import Console
from rich.live import Live
from rich.text import Text

from plainbase.cli.refresh import seconds
from plainbase.database import Database
from plainbase.errors import PlainbaseError
from plainbase.platform.jobs.channel import CHANNEL

T = TypeVar("T")

LEAST = 0.1
"""The shortest time between two looks, in seconds."""

APART = 0.25
"""The shortest time between two looks that changes bring about, in seconds."""

AGAIN = 1.0
"""Seconds until a subscription that was lost is tried again, at least."""

REST = 9
"""How many times as long as a look took is waited at least: watching must not keep a large database busy."""


def _often(ctx: click.Context, param: click.Parameter, value: str | None) -> float | None:
    every = seconds(ctx, param, value)
    if every is not None and every < LEAST:
        raise click.BadParameter(f"{every} s is too often: at least {LEAST} s")
    return every


every_option = click.option(
    "--every",
    metavar="DURATION",
    default="2s",
    show_default=True,
    callback=_often,
    help="How long to wait at most until the next look; changes that the database tells of bring it on.",
)


async def watch(
    db: Database,
    look: Callable[[], Coroutine[Any, Any, T]],
    draw: Callable[[T, int, int, bool], Text],
    every: float,
) -> None:
    """Look and draw when the database tells of a change, and every so many seconds; q, Ctrl-C and SIGTERM end it.

    Less often where a look takes long. A change is any commit on SQLite, and on PostgreSQL what workers are told of:
    jobs that are added, cancelled, retried, queues resumed. At another size of the terminal what was seen is drawn
    again. `draw` gets what was seen, the width, the height, and whether all has to be ASCII.
    """
    console = Console()
    seen: T | None = None
    due = soonest = 0.0
    async with _ended() as (end, resized), _changes(db, every) as changed:
        with Live(console=console, screen=True, auto_refresh=False) as live:
            while not end.is_set():
                if monotonic() >= (soonest if changed.is_set() else due):
                    changed.clear()
                    began = monotonic()
                    seen = await _unless(end, look())
                    ended = monotonic()
                    rest = REST * (ended - began)
                    due, soonest = ended + max(every, rest), ended + max(min(APART, every), rest)
                resized.clear()
                if seen is None:
                    break
                width, height = console.size
                live.update(draw(seen, width, height, not is_unicode(console)), refresh=True)
                if changed.is_set():
                    await _any(soonest - monotonic(), end, resized)
                else:
                    await _any(due - monotonic(), end, resized, changed)


def is_unicode(console: Console) -> bool:
    """Whether a terminal can show more than ASCII."""
    return console.encoding.startswith("utf")


async def _unless(end: asyncio.Event, looking: Coroutine[Any, Any, T]) -> T | None:
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
async def _changes(db: Database, every: float) -> AsyncIterator[asyncio.Event]:
    """An event for a change that the database tells of; where it cannot be listened to, none is told of."""
    begun, changed = asyncio.Event(), asyncio.Event()

    async def listen() -> None:
        while True:
            with suppress(PlainbaseError):  # such as a lost connection, which the next look tells of
                async with db.listen(CHANNEL) as changes:
                    begun.set()
                    while True:
                        await changes.next()
                        changed.set()
            begun.set()
            await asyncio.sleep(max(every, AGAIN))

    task = asyncio.create_task(listen())
    try:
        await _any(AGAIN, begun)  # so that nothing is missed after the first look
        yield changed
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


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
                    with suppress(NotImplementedError):  # Windows has no signal handlers of a loop
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
