"""`plainbase check`: every query of a folder proven on both engines, before it ships."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import click

from plainbase import migrations, shipped
from plainbase.check import scratch
from plainbase.check.queries import snapshot
from plainbase.check.sessions import session_state
from plainbase.cli import wheel_server
from plainbase.cli.opening import (
    callers_option,
    command,
    queries_option,
    query_folders,
    schema_folders,
    schema_option,
    server_option,
)
from plainbase.database import Database
from plainbase.dialect import Dialect
from plainbase.errors import ConfigurationError, QueryFileError

if TYPE_CHECKING:
    from plainbase.check.queries.prove import Report

WITHOUT = "PostgreSQL was NOT checked"


@click.command()
@queries_option
@schema_option(None)
@server_option
@click.option("--offline", is_flag=True, help="Without PostgreSQL; what it said must stand in checked.json.")
@click.option("--update", is_flag=True, help="Write checked.json: what callers see of each query.")
@callers_option("a query that none of them names is a finding")
@click.option(
    "--indexes", "with_indexes", is_flag=True, help="Indexes too: such as no query uses, foreign keys without."
)
@click.option("--session-state", "sessions", is_flag=True, help="Prove instead that no query changes its session.")
@command
async def check(
    queries: tuple[Path, ...],
    folders: tuple[Path, ...],
    server: str | None,
    offline: bool,
    update: bool,
    callers: tuple[Path, ...],
    with_indexes: bool,
    sessions: bool,
) -> None:
    """Prove every query on both engines before it ships.

    Makes a scratch SQLite and a scratch PostgreSQL from the migrations, prepares each query with and without its
    optional lines, and compares parameters, results, types, nulls, order and plans. A finding is a line that begins
    with file:line; where there are any, the exit code is 1.
    """
    from plainbase.check.queries.prove import prove  # which imports what the extra `check` brings

    began = perf_counter()
    given, queries, folders = bool(queries), query_folders(queries), schema_folders(folders)
    path = queries[0] / snapshot.NAME
    before = None if update else snapshot.read(path)
    if offline and not update and before is None:
        raise ConfigurationError(
            f"{path} is missing, so --offline knows nothing of PostgreSQL; `check --update` writes it"
        )
    if offline and update:
        raise ConfigurationError("--update asks PostgreSQL for the types, so it is never --offline")
    if update and shipped.is_installed(path):
        raise ConfigurationError(f"{path} belongs to an installed plainbase; name folders of your own by --queries")
    with _server(server, needed=not offline and Dialect.POSTGRES in migrations.dialects(folders)) as (url, why_none):
        if update and why_none:
            raise ConfigurationError(f"--update asks PostgreSQL for the types: {why_none}")
        if sessions:
            await _prove_sessions(url, why_none, queries, folders)
            return
        try:
            report = await prove(queries, folders, url, before=before, callers=callers, with_indexes=with_indexes)
        except QueryFileError as error:
            _tell(error.problems, [], "these files do not load, so no query was checked")
    if given and folders == (shipped.folder("schema"),):
        report = report.with_remark("the schema is the one that plainbase ships; --schema names another")
    if why_none:
        report = report.with_remark(f"{WITHOUT}: {why_none}")
    if update and report.complete:
        snapshot.write(path, report.snapshot)
        report = report.with_remark(f"{path} is written")
    elif update:
        report = report.with_remark(f"{path} is not written: mend what does not prepare, and what differs, first")
    elif before is None:
        report = report.with_remark(f"{path} is missing, so nothing was compared with it; `--update` writes it")
    _tell([*map(str, report.findings)], report.remarks, _summary(report, perf_counter() - began))


@contextmanager
def _server(server: str | None, *, needed: bool) -> Iterator[tuple[str | None, str]]:
    """The server's URL; where none can be had, None and why."""
    if not needed:
        yield None, ""
        return
    with ExitStack() as stack:
        try:
            url = stack.enter_context(wheel_server.scratch(server))
        except ConfigurationError as error:
            yield None, str(error)
        else:
            yield url, ""


def _tell(findings: Sequence[str], remarks: Sequence[str], summary: str) -> None:
    click.echo("".join(f"{line}\n" for line in findings), nl=False)
    for remark in remarks:
        click.echo(f"check: {remark}", err=True)
    click.echo(f"check: {summary}")
    if findings:
        raise SystemExit(1)


def _summary(report: Report, seconds: float) -> str:
    engines = " and ".join(each.engine for each in report.engines) or "no engine"
    found = f"{len(report.findings)} finding{'' if len(report.findings) == 1 else 's'}"
    return f"{report.queries} queries, {report.texts} texts on {engines} in {seconds:.1f} s: {found}"


async def _prove_sessions(url: str | None, why_none: str, queries: Sequence[Path], folders: Sequence[Path]) -> None:
    if url is None:
        raise ConfigurationError(f"sessions are PostgreSQL's; {why_none or 'there is no schema for it'}")
    async with scratch.postgres(url) as made, Database.open(made, queries=None, schema=folders, migrate=True):
        report = await session_state.left_behind(made, queries)
    _tell(report.findings, [], report.summary)
