"""What wakes a worker: notifications on PostgreSQL, commits on SQLite; polling goes on beside them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from uuid import UUID

from plainbase.errors import PlainbaseError
from plainbase.platform.jobs.channel import CHANNEL, JOB, QUEUE
from plainbase.platform.runners import AnyDatabase

log = logging.getLogger("plainbase.jobs")

PAUSE, LONGEST_PAUSE = 0.1, 5.0
"""Seconds before listening again after the connection was lost, the first time and at most."""


async def listen(
    db: AnyDatabase, queue_has: Callable[[str | None], None], job_changed: Callable[[UUID | None], None]
) -> None:
    """Call `queue_has` with a queue that got something, None for any, and `job_changed` with a job; never returns."""
    pause = PAUSE
    while True:
        try:
            async with db.listen(CHANNEL) as notifications:
                queue_has(None)  # what came before nobody told
                job_changed(None)
                pause = PAUSE
                while True:
                    payload = (await notifications.next()).payload or ""
                    if payload.startswith(QUEUE):
                        queue_has(payload.removeprefix(QUEUE))
                    elif payload.startswith(JOB):
                        job_changed(_id(payload.removeprefix(JOB)))
                    else:
                        queue_has(None)
        except PlainbaseError as error:
            log.warning("no notifications of jobs, so they are looked for by polling: %s", error)
        except Exception:  # a wake-up that fails must not end a worker
            log.exception("no notifications of jobs, so they are looked for by polling")
        await asyncio.sleep(pause)
        pause = min(LONGEST_PAUSE, pause * 2)


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:  # somebody else's
        return None
