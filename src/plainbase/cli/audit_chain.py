"""`plainbase audit verify`, `head` and `seal`: whether the log is whole, and what is kept elsewhere to prove it."""

from __future__ import annotations

import json

import click

from plainbase.cli.opening import command, url_option
from plainbase.cli.platform_database import opened_to_read
from plainbase.cli.shown import as_json
from plainbase.cli.users_named import as_option, operator
from plainbase.errors import ParameterError
from plainbase.platform import audit
from plainbase.platform.audit import Head, Verdict


def anchored(ctx: click.Context, param: click.Parameter, value: str | None) -> Head | None:
    """An anchor as `audit head` prints it."""
    try:
        return None if value is None else Head.read(value)
    except ParameterError as error:
        raise click.BadParameter(error.message) from None


@click.command(short_help="Prove that nothing was changed, added or taken away.")
@url_option
@click.option("--anchor", metavar="POSITION:HASH", callback=anchored, help="What `audit head` printed before.")
@click.option("--json", "as_object", is_flag=True, help="Print JSON.")
@command
async def verify(url: str | None, anchor: Head | None, as_object: bool) -> None:
    """Read the whole log and name the first row that is not as it was written; then the exit code is 1.

    Whoever owns the database could make the whole chain anew from some row on, which only an anchor shows: keep what
    `audit head` prints where they cannot write.
    """
    async with opened_to_read(url) as db:
        verdict = await audit.verify(db, anchor)
    if as_object:
        click.echo(json.dumps({**as_json(verdict), "head": str(verdict.head), "whole": verdict.whole}, indent=2))
    else:
        _tell(verdict, anchor)
    if not verdict.whole:
        raise SystemExit(1)


@click.command(short_help="Print the end of the chain, to be kept elsewhere.")
@url_option
@command
async def head(url: str | None) -> None:
    """Print the end of the chain as POSITION:HASH, for `audit verify --anchor`; keep it where the database is not."""
    async with opened_to_read(url) as db:
        click.echo(str(await audit.head(db)))


@click.command(short_help="Chain what other programs left unsealed.")
@url_option
@as_option
@command
async def seal(url: str | None, acting: str | None) -> None:
    """Chain the entries of changes that another program made, such as the sqlite3 shell, which cannot do it itself."""
    async with opened_to_read(url) as db:
        sealed = await audit.seal(db, actor=await operator(db, acting))
    click.echo(f"sealed {_entries(sealed)}" if sealed else "everything is sealed")


def _tell(verdict: Verdict, anchor: Head | None) -> None:
    erased = f", of {verdict.erased:,} the person was erased" if verdict.erased else ""
    click.echo(f"{_entries(verdict.rows)} in the chain{erased}; its head is {verdict.head}")
    if verdict.unsealed:
        click.echo(f"{_entries(verdict.unsealed)} not sealed yet, made by another program: `plainbase audit seal`")
    if verdict.broken is not None:
        click.echo(f"broken at {verdict.broken}", err=True)
    elif anchor is None:
        click.echo("whole")
    else:
        click.echo(f"whole, and what it was at {anchor.position:,} when the anchor was made")


def _entries(many: int) -> str:
    return f"{many:,} {'entry' if many == 1 else 'entries'}"
