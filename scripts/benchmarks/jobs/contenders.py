"""The queues that take part, and what each can be told."""

from __future__ import annotations

import importlib
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast

from benchmarks.jobs.queues import Module


@dataclass(frozen=True)
class Contender:
    """One queue with one choice of its worker's options."""

    tool: str
    name: str
    engine: str
    module: str
    options: dict[str, Any] = field(default_factory=dict)
    share: float = 1.0
    """Of the jobs: fewer for a slow one."""
    first: bool = True
    """Whether enqueueing and the pick-up are measured with it, too: once for a tool."""

    def load(self) -> Module:
        """Import what it needs. Raises ModuleNotFoundError."""
        return cast(Module, importlib.import_module(f"benchmarks.jobs.queues.{self.module}"))


WORKER = "plainbase Worker"
LOOP = "plainbase loop of queries"
TOOLS = ("plainbase", "loop", "pgqueuer", "procrastinate", "huey")
UVLOOP = frozenset({"pgqueuer"})
"""Tools whose own command runs them on uvloop; the others get asyncio's own loop, as theirs has it."""
LIMITS = {"postgres": 1_000, "sqlite": 1_000}


def _plainbase(engine: str) -> tuple[Contender, ...]:
    loop = Contender("loop", LOOP, engine, "plainbase_loop", {"limit": LIMITS[engine]}, first=False)
    return Contender("plainbase", WORKER, engine, "plainbase_worker"), loop


def _pgqueuer(batch: int, *, first: bool = False) -> Contender:
    options = {"batch_size": batch, "dequeue_timeout": timedelta(seconds=30)}
    return Contender("pgqueuer", f"PgQueuer, batches of {batch:,}", "postgres", "pgqueuer", options, first=first)


def _procrastinate(concurrency: int, *, first: bool = False) -> Contender:
    name = f"Procrastinate, concurrency {concurrency}"
    options = {"concurrency": concurrency}
    return Contender("procrastinate", name, "postgres", "procrastinate", options, 0.1, first=first)


def _huey(threads: int, *, first: bool = False) -> Contender:
    name = f"Huey, {threads} thread{'s' * (threads > 1)}"
    return Contender("huey", name, "sqlite", "huey", {"workers": threads}, 0.5, first=first)


ALL = (
    *_plainbase("postgres"),
    _pgqueuer(10, first=True),
    _pgqueuer(100),
    _pgqueuer(1_000),
    _procrastinate(1, first=True),
    _procrastinate(10),
    _procrastinate(100),
    *_plainbase("sqlite"),
    _huey(1, first=True),
    _huey(4),
)


def named(engine: str, name: str) -> Contender:
    """The contender of a name."""
    return next(each for each in ALL if (each.engine, each.name) == (engine, name))


def on(engine: str, only: Collection[str]) -> list[Contender]:
    """Those of an engine that are wanted; the Worker is in any case, since all is measured by it."""
    return [each for each in ALL if each.engine == engine and (each.tool in only or each.name == WORKER)]
