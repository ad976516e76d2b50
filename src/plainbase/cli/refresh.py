"""`plainbase refresh`: materialized views brought up to date."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import aclosing

import click

from plainbase import views
from plainbase.cli.opening import command, opened_to_look, url_option
from plainbase.database import Database
from plainbase.errors import ConfigurationError, StatementFailed
from plainbase.views import Outcome

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def seconds(ctx: click.Context, param: click.Parameter, value: str | None) -> float | None:
    """The seconds of a duration such as 90, 90s, 5m, 1h or 2d."""
    if value is None:
        return None
    number, unit = (value[:-1], _UNITS[value[-1]]) if value[-1:] in _UNITS else (value, 1)
    if not number.isascii() or not number.replace(".", "", 1).isdigit():
        raise click.BadParameter(f"{value!r} is no duration: write 90, 90s, 5m, 1h or 2d")
    return float(number) * unit


@click.command()
@url_option
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option(
    "--older-than",
    metavar="DURATION",
    callback=seconds,
    help="Only views whose result is older: 300 (seconds), 300s, 5m, 1h, 1d.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@command
async def refresh(url: str | None, names: tuple[str, ...], older_than: float | None, as_json: bool) -> None:
    """Refresh materialized views, all or those named.

    One that fails does not stop the others; then the exit code is 1. A refresh that somebody else began after this
    command was given counts as its own.
    """
    async with opened_to_look(url, ()) as db:
        outcomes = []
        try:
            async with aclosing(views.refresh_each(db._driver, db._events, names, older_than=older_than)) as each:
                async for outcome in each:
                    outcomes.append(outcome)
                    if not as_json:
                        click.echo(_line(outcome))
        except StatementFailed as error:
            if not error.undefined:
                raise
            where = db.options.safe_url
            raise ConfigurationError(f"{where} has no table view_refreshes: `plainbase migrate up` makes it") from None
        if as_json:
            click.echo(json.dumps({"views": [_entry(outcome) for outcome in outcomes]}, indent=2))
        elif not outcomes:
            click.echo(await _why_none(db))
        if any(outcome.error for outcome in outcomes):
            raise SystemExit(1)


def _line(outcome: Outcome) -> str:
    if outcome.error:
        return f"{outcome.view}  failed: {outcome.error}"
    rows = f"{outcome.rows} row{'' if outcome.rows == 1 else 's'}"
    return f"{outcome.view}  {rows}  {outcome.seconds * 1000:.0f} ms"


def _entry(outcome: Outcome) -> dict[str, object]:
    return {
        "view": outcome.view,
        "rows": outcome.rows,
        "duration_ms": round(outcome.seconds * 1000),
        "error": str(outcome.error) if outcome.error else None,
    }


async def _why_none(db: Database) -> str:
    known: Sequence[str] = await views.names(db._driver)
    return "nothing to refresh: no view is that old" if known else f"{db.options.safe_url} has no materialized view"
