"""Whether to go on, asked on a terminal."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

yes_option = click.option("--yes", is_flag=True, help="Do not ask; without a terminal it has to be said.")


def on_terminal() -> bool:
    """Whether somebody can be asked."""
    return sys.stdin is not None and sys.stdin.isatty()


def check_askable(yes: bool, otherwise: str = "nothing is changed") -> None:
    """Raise UsageError where there is nobody to ask and --yes is not said."""
    if not yes and not on_terminal():
        raise click.UsageError(f"{otherwise}, since there is no terminal to ask on: say --yes")


def confirm(question: str, *, yes: bool) -> None:
    """Ask, unless the answer was given; end the command where it is no."""
    if not yes:
        with interruptible():
            click.confirm(question, abort=True, err=True)


@contextmanager
def interruptible() -> Iterator[None]:
    """Let Ctrl-C end a prompt at once; asyncio's own handler would wait for the answer first."""
    try:
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
    except ValueError:  # only the main thread has signals
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
