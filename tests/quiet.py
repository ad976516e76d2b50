"""An event loop that is told of no error, and on which no task is left."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any


@asynccontextmanager
async def quiet(*tolerated: type[BaseException]) -> AsyncIterator[None]:
    """Fail for what the event loop is told of meanwhile, but for these errors, and for tasks that are left."""
    told: list[dict[str, Any]] = []
    before = asyncio.all_tasks()
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: told.append(context))
    yield
    gc.collect()
    await asyncio.sleep(0)
    assert not [context for context in told if not isinstance(context.get("exception"), tolerated)]
    assert not asyncio.all_tasks() - before - {asyncio.current_task()}
