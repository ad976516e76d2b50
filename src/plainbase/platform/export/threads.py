"""Work that blocks, in a thread: whoever waits for it is cancelled only when it has ended."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from plainbase.drivers.finishing import finished

P = ParamSpec("P")
T = TypeVar("T")


async def in_thread(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a function in a thread; no file is closed while it writes there."""
    return await finished(asyncio.to_thread(work, *args, **kwargs))
