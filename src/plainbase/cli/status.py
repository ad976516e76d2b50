"""`plainbase status`: how the database stands, and what to do."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import click
from rich.text import Text

import plainbase
from plainbase import health
from plainbase.cli.opening import command, opened_to_look, url_option
from plainbase.cli.refresh import seconds
from plainbase.cli.shown import as_json, console, plain
from plainbase.errors import PlainbaseError
from plainbase.health import HealthCheck, State, worst
from plainbase.options import resolve
from plainbase.platform import standing

if TYPE_CHECKING:
    from plainbase.health import Health

STYLES: dict[State, str] = {"ok": "green", "warning": "yellow", "failed": "bold red"}


@click.command(short_help="Check the database's health, and say what to do.")
@url_option
@click.option(
    "--deep",
    is_flag=True,
    help="Read the whole database too: pages, foreign keys, full-text indexes. SQLite's writers wait for the last.",
)
@click.option(
    "--timeout",
    metavar="DURATION",
    callback=seconds,
    help="How long one check may take, such as 30s; without it 5s, and 10min for one of --deep.",
)
@click.option("--strict", is_flag=True, help="Exit with 1 for a warning too.")
@click.option("--json", "as_object", is_flag=True, help="Print JSON.")
@command
async def status(url: str | None, deep: bool, timeout: float | None, strict: bool, as_object: bool) -> None:
    """Check how the database stands: each check is ok, a warning or failed, and says what to do.

    A check that cannot be made, since this role may not look or something is missing, is a warning that says so.
    The exit code is 1 where a check failed, or nothing answers. No data is changed.
    """
    if timeout == 0:
        raise click.BadParameter("a check needs some time: write 5s", param_hint="--timeout")
    try:
        found, checks = await _look(url, deep, timeout)
    except PlainbaseError as error:
        if not as_object:
            raise
        click.echo(json.dumps({"state": "failed", "url": _where(url), "error": str(error), "checks": []}, indent=2))
        raise SystemExit(1) from None
    state = worst(checks)
    if as_object:
        told = as_json(replace(found, checks=checks))
        click.echo(json.dumps({"state": state, "url": _where(url), **told}, indent=2))
    else:
        _print(_where(url), state, checks)
    if state == "failed" or (strict and state == "warning"):
        raise SystemExit(1)


async def _look(url: str | None, deep: bool, timeout: float | None) -> tuple[Health, tuple[HealthCheck, ...]]:
    async with opened_to_look(url, ()):
        pass  # it says so where there is none
    limits, bounds = health.DEFAULT, standing.DEFAULT
    if timeout is not None:
        limits = replace(limits, seconds=timeout, deep_seconds=timeout)
        bounds = replace(bounds, seconds=timeout)
    async with plainbase.open(url) as db:
        found = await db.health(deep=deep, limits=limits)
        platform = await standing.look(db, bounds) if found.ok and not found.pending else ()
    return found, (*found.checks, *platform)


def _where(url: str | None) -> str:
    return resolve(url).safe_url


def _print(where: str, state: State, checks: tuple[HealthCheck, ...]) -> None:
    out = console()
    counts = ", ".join(
        f"{sum(each.state == wanted for each in checks)} {wanted}"
        for wanted in STYLES
        if any(each.state == wanted for each in checks)
    )
    out.print(Text.assemble(plain(where), ": ", (state, STYLES[state]), f" ({counts})"), soft_wrap=True)
    names = max(len(each.name) for each in checks)
    width = max(out.width - names - 11, 20)
    for check in checks:
        lines = Text(plain(check.found)).wrap(out, width)
        if check.state != "ok" and check.advice:
            lines.extend(Text(f"→ {plain(check.advice)}", "cyan").wrap(out, width))
        for number, line in enumerate(lines):
            line.rstrip()
            head = (check.state.ljust(7), STYLES[check.state]) if number == 0 else " " * 7
            name = check.name.ljust(names) if number == 0 else " " * names
            out.print(Text.assemble(head, "  ", name, "  ", line), soft_wrap=True, highlight=False)
