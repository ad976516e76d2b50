"""How much is measured, and what was."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    rounds: int = 5
    jobs: int = 20_000
    one_by_one: int = 1_000
    """Jobs that are enqueued one by one."""
    tries: int = 60
    """Of the pick-up, in a round."""
    finished: int = 100_000
    waiting: int = 1_000_000
    held_seconds: float = 60.0
    slice_seconds: float = 10.0


QUICK = Size(1, 300, 30, 10, 500, 2_000, 1.0, 0.25)
"""Only to see that everything runs."""


@dataclass(frozen=True)
class Waits:
    """How long jobs waited for their handlers to begin, in seconds."""

    committed: list[float] = field(default_factory=list)
    """From the moment the client knew that the job is committed; 0 where the handler had begun before that."""
    called: list[float] = field(default_factory=list)
    """From the call that enqueued it."""


@dataclass(frozen=True)
class Crowded:
    """The Worker's throughput with other rows there, round by round."""

    rates: list[float] = field(default_factory=list)
    parts: list[float] = field(default_factory=list)
    """Of the throughput on an empty table in the same round."""


@dataclass(frozen=True)
class Slices:
    """The Worker's throughput, slice of time by slice of time."""

    rates: list[float]
    used_up: bool
    """Whether no job was left before the time was over."""


@dataclass
class OnEngine:
    """What was measured on one engine: by contender, a figure for each round, jobs per second or seconds."""

    engine: str
    version: str = ""
    left_out: dict[str, str] = field(default_factory=dict)
    """The contenders that cannot take part, and why."""
    one_by_one: dict[str, list[float]] = field(default_factory=dict)
    many: dict[str, list[float]] = field(default_factory=dict)
    work: dict[str, list[float]] = field(default_factory=dict)
    cpu: dict[str, list[float]] = field(default_factory=dict)
    """Of the worker's process, seconds for each job."""
    pick_up: dict[str, list[Waits]] = field(default_factory=dict)
    crowded: dict[str, Crowded] = field(default_factory=dict)
    """By the name of the crowd."""
    held: dict[str, Slices] = field(default_factory=dict)
    """With a transaction held open, and without one."""
