"""Work that must be done once it has begun: COMMIT, clean-up, closing."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

GRACE = 5.0
"""Seconds that such work may still take once its caller was cancelled; then it is cancelled itself."""


async def finished(work: Coroutine[Any, Any, T]) -> T:
    """Await `work` to its end even when the caller is cancelled meanwhile, which is then raised."""
    task = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task], timeout=None if cancelled is None else GRACE)
        except asyncio.CancelledError as error:
            cancelled = cancelled or error
        else:
            task.cancel()  # without effect on one that is done
    if cancelled is None:
        return task.result()
    if not task.cancelled():
        task.exception()  # the cancellation is what the caller hears of
    raise cancelled
