"""`plainbase jobs work`: a worker on the handlers of a module."""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable, Sequence
from typing import Any, Literal

import click

from plainbase.cli.jobs_handlers import Handlers, load
from plainbase.cli.opening import command, url_option
from plainbase.cli.option_names import options_named
from plainbase.cli.platform_database import opened_to_read
from plainbase.cli.refresh import seconds
from plainbase.errors import ParameterError
from plainbase.platform.jobs import Worker

OTHERS = 2
"""Connections besides one for each handler: for taking jobs and for ending them."""


def _duration(name: str, parameter: str, default: str, what: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return click.option(
        name, parameter, metavar="DURATION", default=default, show_default=True, callback=seconds, help=what
    )


@click.command(short_help="Run a worker on a module's handlers.")
@click.argument("module", metavar="MODULE[:NAME]")
@url_option
@click.option(
    "--queue", "queues", multiple=True, default=("default",), show_default=True, help="Work for this one; or several."
)
@click.option("--concurrency", type=int, default=10, show_default=True, help="How many jobs at a time.")
@_duration("--lease", "lease_seconds", "30s", "How long a job stays this worker's without a sign of life.")
@_duration("--grace", "grace_seconds", "30s", "How long jobs that run may go on after the signal to stop.")
@_duration("--poll", "poll_seconds", "1s", "How often to look for jobs where nothing tells of them.")
@click.option(
    "--unknown",
    type=click.Choice(("wait", "fail")),
    default="wait",
    show_default=True,
    help="Jobs without a handler here wait for another worker, or are dead at once.",
)
@click.option("--drain", is_flag=True, help="End when nothing is due, whatever waits for its time.")
def work(
    module: str,
    url: str | None,
    queues: Sequence[str],
    concurrency: int,
    lease_seconds: float,
    grace_seconds: float,
    poll_seconds: float,
    unknown: Literal["wait", "fail"],
    drain: bool,
) -> None:
    """Do jobs by the handlers of MODULE, until SIGTERM or Ctrl-C; then what runs may end, and the exit code is 0.

    A second signal ends at once; jobs that ran are handed back, for another worker.

    MODULE is imported; the current folder is searched first. Its `handlers` (or NAME) is a dict of job types and async
    functions of the job, or a function of the database that gives such a dict:

    \b
        async def mail(job):
            print("to", job.payload["to"])
        handlers = {"mail": mail}

    \b
        def handlers(db):
            async def mail(job): ...
            return {"mail": mail}

    A function setup(db), where there is one, is called first; it may make schedules, for example:

    \b
        from plainbase.platform.jobs import schedule
        async def setup(db):
            await schedule(db, "nightly", "0 3 * * *", "mail", {"to": "all"})

    Start, stop and failed jobs are told on standard error, never a payload.
    """
    settings = {
        "queues": queues,
        "concurrency": concurrency,
        "lease_seconds": lease_seconds,
        "grace_seconds": grace_seconds,
        "poll_seconds": poll_seconds,
        "unknown": unknown,
    }
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    _work(load(module), url, settings, drain)


@command
async def _work(handlers: Handlers, url: str | None, settings: dict[str, Any], drain: bool) -> None:
    connections = max(1, settings["concurrency"]) + OTHERS
    async with opened_to_read(url, pool_size=connections) as db:
        made = await handlers.of(db)
        with options_named():
            try:
                worker = Worker(db, made, **settings)
            except ParameterError as error:
                raise ParameterError(error.message.removeprefix("Worker: ")) from None
        gc.freeze()  # what is here by now stays: no collection need look at it again
        await worker.run(signals=True, drain=drain)
