"""What Python calls min_score is --min-score on the command line: errors in the words of whoever typed it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import click

from plainbase.errors import ParameterError


@contextmanager
def options_named() -> Iterator[None]:
    """Raise a ParameterError with the options of the running command in place of the parameters it names."""
    try:
        yield
    except ParameterError as error:
        error.message = in_options(error.message)
        error.args = (error.message,)
        raise


def in_options(message: str) -> str:
    """The message with a parameter's option for its name.

    A name that is an English word too is one only where the message begins with it.
    """
    options = {
        str(each.name): max(each.opts, key=len)
        for each in click.get_current_context().command.params
        if isinstance(each, click.Option)
    }
    names = "|".join(map(re.escape, sorted(options, key=len, reverse=True)))
    return re.sub(
        rf"\b({names})\b",
        lambda found: options[found[1]] if "_" in found[1] or not found.start() else found[1],
        message,
    )
