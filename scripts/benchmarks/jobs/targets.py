"""What plainbase should reach, held beside what it has reached; nothing is asserted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.jobs import crowds
from benchmarks.jobs.contenders import ALL, WORKER
from benchmarks.jobs.figures import OnEngine
from benchmarks.rounds import compared

TIMES = {"pgqueuer": 2.0, "procrastinate": 20.0, "huey": 1.0}
"""How many times as many jobs per second as the best of a tool's choices."""
SOONEST = 0.005
"""Seconds of the median pick-up on an idle PostgreSQL."""


@dataclass(frozen=True)
class Target:
    """One of them."""

    title: str
    value: float
    bound: float
    unit: str
    """Of value and bound: times, seconds."""

    @property
    def met(self) -> bool:
        """Whether it is reached: at most so many seconds, at least so many times."""
        return self.value < self.bound if self.unit == "seconds" else self.value >= self.bound


def ratios(each: OnEngine, name: str) -> tuple[float, ...]:
    """How many times as many jobs per second the Worker does as a contender, round by round."""
    return compared(each.work[WORKER], each.work[name])


def of(results: Sequence[OnEngine]) -> list[Target]:
    """Those that what was measured has something to say of."""
    return [target for each in results for target in _on(each)]


def _on(each: OnEngine) -> Iterator[Target]:
    tools = {contender.name: contender.tool for contender in ALL}
    by_tool: dict[str, list[str]] = {}
    for name in each.work:
        by_tool.setdefault(tools[name], []).append(name)
    for tool, bound in TIMES.items():
        if tool in by_tool:
            best = max(by_tool[tool], key=lambda name: median(each.work[name]))
            yield Target(f"{each.engine}: jobs per second beside {best}", median(ratios(each, best)), bound, "times")
    for crowd in crowds.ALL:
        if crowd.at_least and crowd.name in each.crowded:
            parts = each.crowded[crowd.name].parts
            title = f"{each.engine}: jobs per second beside rows {crowd.title}, of those on an empty table"
            yield Target(title, median(parts), crowd.at_least, "times")
    if each.engine == "postgres" and WORKER in each.pick_up:
        waited = [seconds for waits in each.pick_up[WORKER] for seconds in waits.committed]
        yield Target("postgres: median pick-up on an idle queue", median(waited), SOONEST, "seconds")
