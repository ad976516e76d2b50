"""`plainbase schedule`: what is done again and again, by cron, by systemd or by the job queue."""

from __future__ import annotations

import os
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote, urlencode

import click

from plainbase.cli.backup_options import FOLDER
from plainbase.cli.opening import command, url_option
from plainbase.cli.platform_database import opened_to_read
from plainbase.cli.schedule_lines import crontab, systemd
from plainbase.cli.shown import plain
from plainbase.dialect import Dialect
from plainbase.options import resolve
from plainbase.platform import chores, jobs
from plainbase.platform.backup import pruning
from plainbase.platform.jobs.cron import in_one_form, next_run
from plainbase.url import parse

USUAL = {
    "backup": "0 3 * * *",
    "cleanup": "30 3 * * *",
    "refresh": "*/5 * * * *",
    "analyze": "0 4 * * 0",
    "keep_sizes": "15 0 * * *",
    "sample_resources": "* * * * *",
}
COMMANDS = ("backup", "cleanup", "refresh", "analyze")
ENV_FILE = "/etc/plainbase.env"


@click.command(short_help="Run backup, cleanup, refresh or analyze periodically.")
@click.argument("what", type=click.Choice(tuple(USUAL)))
@url_option
@click.option("--cron", metavar="EXPRESSION", help="When, such as '0 3 * * *'; each has a usual time.")
@click.option(
    "--format", "kind", type=click.Choice(("cron", "systemd")), default="cron", show_default=True, help="What to print."
)
@click.option("--jobs", "as_job", is_flag=True, help="Make a schedule of the job queue instead of printing a line.")
@click.option("--timezone", default="UTC", show_default=True, help="Of a schedule of the job queue.")
@click.option("--queue", default="default", show_default=True, help="Of a schedule of the job queue.")
@click.option(
    "--folder", metavar="FOLDER", type=click.Path(path_type=Path), help=f"Of backup: where to; without it {FOLDER}."
)
@click.option("--keep", type=int, metavar="N", help="Of backup: keep the newest N.")
@click.option("--keep-days", type=int, metavar="N", help="Of backup: keep those of the last N days.")
@click.option("--verify", is_flag=True, help="Of backup: restore each into scratch, and compare.")
@click.option("--days", type=click.IntRange(min=1), metavar="N", help="Of cleanup: in place of the policies' ages.")
@click.option(
    "--env-file",
    default=ENV_FILE,
    show_default=True,
    help="Of a printed line: the file that says DATABASE_URL where that is a server, so that no secret is printed.",
)
@command
async def schedule(
    what: str,
    url: str | None,
    cron: str | None,
    kind: Literal["cron", "systemd"],
    as_job: bool,
    timezone: str,
    queue: str,
    env_file: str,
    **given: Any,
) -> None:
    """Print a crontab line or systemd's units that run WHAT; or with --jobs make a schedule of the job queue.

    Jobs are done by `plainbase jobs work plainbase.platform.chores`. keep_sizes (the sizes that `plainbase stats`
    compares) and sample_resources are jobs only. What is printed is installed by you: `crontab -e`, or files under
    /etc/systemd/system.
    """
    chosen = _chosen(what, given)
    cron = in_one_form(cron or USUAL[what])
    if next_run(cron, timezone, datetime.now(UTC)) is None:
        raise click.BadParameter("it never comes", param_hint="--cron")
    if as_job:
        await _make(what, url, cron, timezone, queue, chosen)
        return
    if what not in COMMANDS:
        raise click.UsageError(f"{what} is done as a job only: add --jobs")
    words, environment = _words(what, url, chosen, env_file)
    if kind == "systemd":
        click.echo(systemd(what, cron, words, environment), nl=False)
        return
    if environment is not None:
        click.echo(f"# {environment}, which only its user may read, says DATABASE_URL=postgresql://…")
    click.echo(crontab(cron, words, environment))


def _chosen(what: str, given: dict[str, Any]) -> dict[str, Any]:
    """The options that were given, which must be of what is done. Raises UsageError."""
    chosen = {name: value for name, value in given.items() if value is not None and value is not False}
    if foreign := [name for name in chosen if name not in chores.CHORES[what].takes]:
        raise click.UsageError(f"--{foreign[0].replace('_', '-')} is not of {what}")
    if what == "backup":
        pruning.check(chosen.get("keep"), chosen.get("keep_days"))
        chosen["folder"] = str((chosen.get("folder") or FOLDER).absolute())
    return chosen


async def _make(what: str, url: str | None, cron: str, timezone: str, queue: str, payload: dict[str, Any]) -> None:
    async with opened_to_read(url) as db:
        row = await jobs.schedule(
            db, what, cron, what, payload, timezone=timezone, queue=queue, unique_key=f"chore-{what}"
        )
    click.echo(f"schedule {what} makes a job at {row.cron} ({row.timezone}), next {plain(row.next_run_at)} UTC")
    click.echo(f"plainbase jobs work plainbase.platform.chores --queue {row.queue}  does them")


def _words(what: str, url: str | None, chosen: dict[str, Any], env_file: str) -> tuple[list[str], str | None]:
    """The command, and the file of its environment where the database is a server."""
    options = resolve(url)
    folder = [chosen["folder"]] if "folder" in chosen else []
    named = [
        word
        for name, value in chosen.items()
        if name != "folder"
        for word in ([f"--{name.replace('_', '-')}"] if value is True else [f"--{name.replace('_', '-')}", str(value)])
    ]
    words = [_program(), what, *folder, *named]
    if options.dialect is Dialect.POSTGRES:
        return words, env_file
    place = quote(str(Path(options.path or "").absolute()), safe="/:")
    said = url or os.environ.get("DATABASE_URL")
    query = urlencode(parse(said, "the URL").options) if said else ""
    return [*words, "--url", f"sqlite:///{place}{'?' if query else ''}{query}"], None


def _program() -> str:
    """Where this command lies, since cron has a PATH of its own."""
    beside = Path(sys.executable).with_name("plainbase")
    return str(beside) if beside.exists() else shutil.which("plainbase") or "plainbase"
