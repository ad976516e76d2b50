"""What a worker is made with, checked when it is made."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from plainbase.errors import ParameterError
from plainbase.platform.jobs.attempts import Handler
from plainbase.platform.jobs.new_job import LONGEST_NAME, checked_text


def checked(handlers: Mapping[str, Handler]) -> dict[str, Handler]:
    """Give the handlers, each an async function or what is called like one; raises ParameterError."""
    if not isinstance(handlers, Mapping) or not handlers:
        raise ParameterError("Worker: handlers is a mapping of job types to async functions, of at least one")
    for job_type, handler in handlers.items():
        checked_text(job_type, "Worker: a job type", LONGEST_NAME)
        if not _is_async(handler):
            raise ParameterError(
                f"Worker: the handler of {job_type!r} is not an async function; call a blocking one in a thread"
            )
    return dict(handlers)


def named(queues: Sequence[str] | str) -> tuple[str, ...]:
    """Give the names of the queues, each once; raises ParameterError."""
    names = (queues,) if isinstance(queues, str) else tuple(dict.fromkeys(queues))
    if not names:
        raise ParameterError("Worker: queues names no queue")
    return tuple(checked_text(name, "Worker: a queue", LONGEST_NAME) for name in names)


def _is_async(handler: Any) -> bool:
    while isinstance(handler, partial):
        handler = handler.func
    return inspect.iscoroutinefunction(handler) or inspect.iscoroutinefunction(type(handler).__call__)


def within(name: str, value: Any, least: float, most: float, *, whole: bool = False) -> Any:
    """Give a number that an option may be; raises ParameterError."""
    number = isinstance(value, int if whole else int | float) and not isinstance(value, bool)
    if not (number and least <= value <= most):
        raise ParameterError(f"Worker: {name} is {least:g} to {most:,}{', a whole number' if whole else ''}")
    return value
