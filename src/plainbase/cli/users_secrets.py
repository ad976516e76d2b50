"""The secret that a command asks for, which is never shown.

It comes from a terminal, or as one line of standard input; never from arguments or the environment, which others
can read and shells keep.
"""

from __future__ import annotations

import sys

import click

from plainbase.cli.asking import interruptible, on_terminal
from plainbase.platform import identity

LONGEST = 8192
"""Bytes of a line that is read; what is longer is no password, token or key."""

stdin_option = click.option(
    "--stdin", "piped", is_flag=True, help="Read it as one line of standard input, where there is no terminal."
)


class AskingCommand(click.Command):
    """A command that asks for a secret: one that is written as an argument is refused, and never repeated."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments. Raises UsageError where there are too many."""
        ctx.allow_extra_args = True
        rest = super().parse_args(ctx, args)
        if ctx.args:
            raise click.UsageError(
                "there is an argument too many. A secret is none, since others can read the words of a command: it is"
                " asked for, or read with --stdin",
                ctx,
            )
        return rest


def secret(what: str, *, piped: bool, twice: bool = False) -> str:
    """Ask for a secret without showing it, or read a line of standard input.

    Raises UsageError where there is no terminal and --stdin is not said, and ClickException for a line that will not
    do.
    """
    if on_terminal():
        with interruptible():
            answer: str = click.prompt(what.capitalize(), hide_input=True, confirmation_prompt=twice, err=True)
        return answer
    if not piped:
        raise click.UsageError(f"there is no terminal to ask for the {what} on: pipe it in and say --stdin")
    return _line(what)


def refused(what: str, error: identity.TokenRefused) -> click.ClickException:
    """That a token or a key is refused, and why, which only an operator is told."""
    return click.ClickException(f"the {what} is refused" + (f": {error.reason}" if error.reason else ""))


def _line(what: str) -> str:
    """The first line, without its end. No error repeats any of it."""
    given = b"" if sys.stdin is None else sys.stdin.buffer.readline(LONGEST + 2)
    line = given.removesuffix(b"\n").removesuffix(b"\r")
    if not line:
        raise click.ClickException(f"there is no {what} on standard input")
    if len(line) > LONGEST:
        raise click.ClickException(f"the {what} on standard input is longer than {LONGEST:,} bytes")
    try:
        return line.decode()
    except UnicodeDecodeError:
        raise click.ClickException(f"the {what} on standard input is not UTF-8") from None
