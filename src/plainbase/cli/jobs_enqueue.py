"""`plainbase jobs enqueue`: a job from the command line."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from typing import Any, NoReturn

import click

from plainbase.cli.filter_options import moment
from plainbase.cli.opening import command, url_option
from plainbase.cli.option_names import options_named
from plainbase.cli.platform_database import opened_to_read
from plainbase.cli.refresh import seconds
from plainbase.cli.shown import as_json, plain
from plainbase.platform import jobs


def _payload(ctx: click.Context, param: click.Parameter, value: str | None) -> Any:
    """What the JSON says; of - what standard input says."""
    if value is None:
        return None
    try:
        given = sys.stdin.buffer.read() if value == "-" else value
        return json.loads(given, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise click.BadParameter(f"this is not JSON: {error}") from None


def _refuse(word: str) -> NoReturn:
    raise ValueError(f"it has no {word}")


@click.command()
@click.argument("job_type", metavar="TYPE")
@url_option
@click.option("--payload", metavar="JSON", callback=_payload, help="What the handler gets; - reads standard input.")
@click.option("--queue", default="default", show_default=True, help="The queue it waits in.")
@click.option("--priority", type=int, default=0, show_default=True, help="0 to 32767; the larger is taken first.")
@click.option("--delay", "delay_seconds", metavar="DURATION", callback=seconds, help="Not before so long: 90s, 5m, 2d.")
@click.option("--run-at", metavar="DATE", callback=moment, help="Not before this time, without a zone UTC.")
@click.option("--max-attempts", type=int, default=5, show_default=True, help="How often it is tried.")
@click.option(
    "--timeout", "timeout_seconds", metavar="DURATION", callback=seconds, help="The most an attempt may take."
)
@click.option("--unique-key", help="While a job with this key waits or runs, none is added.")
@click.option("--json", "as_object", is_flag=True, help="Print JSON.")
@command
async def enqueue(
    job_type: str,
    url: str | None,
    payload: Any,
    queue: str,
    priority: int,
    delay_seconds: float | None,
    run_at: datetime | None,
    max_attempts: int,
    timeout_seconds: float | None,
    unique_key: str | None,
    as_object: bool,
) -> None:
    """Add a job, and say its id.

    Where its unique key is taken none is added, and the job that has the key is told.
    """
    async with opened_to_read(url) as db:
        with options_named():
            made = await jobs.enqueue(
                db,
                job_type,
                payload,
                queue=queue,
                priority=priority,
                delay_seconds=delay_seconds or 0.0,
                run_at=run_at,
                max_attempts=max_attempts,
                timeout_seconds=timeout_seconds,
                unique_key=unique_key,
            )
    job = made.job
    if as_object:
        click.echo(json.dumps(as_json(made), indent=2))
    elif made.added:
        later = delay_seconds is not None or run_at is not None
        until = f" until {job.run_at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if later else ""
        click.echo(f"job {job.id} waits in queue {plain(job.queue)}{until}")
    else:
        click.echo(f"job {job.id} has this key and is {job.state}: none was added")
