"""What commands that write a file have in common."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import click

from plainbase.errors import ParameterError

ENDED = 128 + signal.SIGTERM
"""The exit code after SIGTERM, as of any program ended by that signal."""

overwrite_option = click.option("--overwrite", is_flag=True, help="Replace a file that is there already.")


def refuse_existing(path: Path, *, overwrite: bool) -> None:
    """Raise ParameterError for a file that is there, in the words of the command line."""
    if path.is_file() and not overwrite:
        raise ParameterError(f"{path} exists already; --overwrite replaces it")


@contextmanager
def ended_cleanly() -> Iterator[None]:
    """On SIGTERM take back what is half written, as on Ctrl-C, and end the process."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    told = False

    def end() -> None:
        nonlocal told
        told = True
        if task is not None:
            task.cancel()

    with suppress(RuntimeError, ValueError):  # not in the main thread, or no such signals on this system
        loop.add_signal_handler(signal.SIGTERM, end)
    try:
        yield
    except asyncio.CancelledError:
        if not told:
            raise
        raise SystemExit(ENDED) from None
    finally:
        with suppress(RuntimeError, ValueError):
            loop.remove_signal_handler(signal.SIGTERM)
