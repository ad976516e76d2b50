"""`plainbase jobs …`: the queue on the command line; every command of the group is named here."""

from __future__ import annotations

import click

from plainbase.cli.jobs_change import cancel, pause, purge, resume, retry
from plainbase.cli.jobs_enqueue import enqueue
from plainbase.cli.jobs_list import list_jobs, queues, show
from plainbase.cli.jobs_schedules import schedules
from plainbase.cli.jobs_stats import stats
from plainbase.cli.jobs_work import work


@click.group(short_help="See, change and do queued jobs.")
def jobs() -> None:
    """See, change and do what is queued; `jobs work MODULE` runs a worker."""


for each in (list_jobs, show, stats, queues, schedules, enqueue, retry, cancel, purge, pause, resume, work):
    jobs.add_command(each)
