"""The lifespan of an application: its database is opened at the start, one a process, and closed at the end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from typing import Any

from fastapi import FastAPI

import plainbase
from plainbase import typed
from plainbase.errors import ParameterError, PlainbaseError
from plainbase.platform.extras import require
from plainbase.web.changes import Changes
from plainbase.web.opened import Web
from plainbase.web.stopping import told_to_stop

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]

log = logging.getLogger("plainbase.web")


def lifespan(
    url: str | None = None,
    *,
    migrate: bool = False,
    resources_every: float | None = None,
    own: Callable[[FastAPI], AbstractAsyncContextManager[Any]] | None = None,
    **options: Any,
) -> Lifespan:
    """A lifespan that opens the platform's database for an application; `own` is entered within it, if given.

    `migrate` applies what is pending, one process at a time; `resources_every` is the number of seconds between two
    samples of processor, memory and disk. The server calls the end when the requests in flight are answered; then the
    database waits for what still runs, and closes. `options` are those of `plainbase.open`. To compose it by hand,
    enter `lifespan(…)(app)` in a lifespan of your own. Raises as `plainbase.open` does, at the start.
    """
    require("web", "prometheus_client")
    if resources_every is not None and not resources_every > 0:
        raise ParameterError("lifespan: resources_every is a number of seconds above 0")

    @asynccontextmanager
    async def running(app: FastAPI) -> AsyncIterator[Any]:
        from plainbase.platform.metrics import Metrics

        async with AsyncExitStack() as stack:
            db = await stack.enter_async_context(plainbase.open(url, migrate=migrate, **options))
            changes = Changes(db)
            stack.push_async_callback(changes.aclose)
            stack.enter_context(told_to_stop(changes.stop))
            metrics = Metrics(db)
            metrics.attach()
            stack.callback(metrics.detach)
            app.state.plainbase = Web(db, metrics, changes)
            stack.callback(delattr, app.state, "plainbase")
            if resources_every is not None:
                task = asyncio.create_task(_sampled(db, resources_every))
                stack.push_async_callback(_ended, task)
            yield None if own is None else await stack.enter_async_context(own(app))

    return running


async def _sampled(db: typed.Database, every: float) -> None:
    from plainbase.platform.resources import sample

    while True:
        try:
            await sample(db)
        except PlainbaseError as error:
            log.warning("the machine's resources were not sampled: %s", type(error).__name__)
        await asyncio.sleep(every)


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
