"""The lifespan of an application: its database is opened at the start, one a process, and closed at the end."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Any

from fastapi import FastAPI

import plainbase
from plainbase.platform.extras import require
from plainbase.web.changes import Changes
from plainbase.web.dependencies import Web
from plainbase.web.stopping import told_to_stop

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


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
    require("metrics", "prometheus_client", *(() if resources_every is None else ("psutil",)))

    @asynccontextmanager
    async def running(app: FastAPI) -> AsyncIterator[Any]:
        from plainbase.platform.metrics import Metrics
        from plainbase.platform.resources import Sampler

        async with AsyncExitStack() as stack:
            db = await stack.enter_async_context(plainbase.open(url, migrate=migrate, **options))
            changes = Changes(db)
            stack.push_async_callback(changes.aclose)
            stack.enter_context(told_to_stop(changes.stop))
            metrics = stack.enter_context(Metrics(db))
            app.state.plainbase = Web(db, metrics, changes)
            stack.callback(delattr, app.state, "plainbase")
            if resources_every is not None:
                await stack.enter_async_context(Sampler(db, resources_every))
            yield None if own is None else await stack.enter_async_context(own(app))

    return running
