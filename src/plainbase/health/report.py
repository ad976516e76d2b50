"""What a look at a database's health comes to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

from plainbase.drivers.base import PoolStatus

State = Literal["ok", "warning", "failed"]
_ORDER: tuple[State, ...] = ("ok", "warning", "failed")


class Finding(NamedTuple):
    """What a check came to: its state, what was found, and what to do about it."""

    state: State
    found: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """One check: `ok`, a `warning` (look at it in working hours) or `failed` (now), what was found, and what to do."""

    name: str
    state: State
    found: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """Where a check begins to warn, and how long one may take, in seconds and bytes.

    `seconds` is for each check, `deep_seconds` for each deep one. A transaction or lag ten times over its limit has
    failed, and so has a disk with a tenth of the room that it should have.
    """

    seconds: float = 5.0
    deep_seconds: float = 600.0
    answer: float = 1.0
    transaction: float = 1800.0
    idle_in_transaction: float = 300.0
    lag: float = 60.0
    kept_bytes: int = 1 << 30
    wal_bytes: int = 256 << 20
    snapshot: float = 2 * 86400.0
    free_bytes: int = 1 << 30
    free_share: float = 0.1
    transactions: int = 1_000_000_000


DEFAULT = Limits()


@dataclass(frozen=True, slots=True)
class Health:
    """`ok` says that the database answers; `seconds` how long that took.

    `schema_version` is the last migration applied, `expected_version` the last one of the files, `pending` names those
    that are not applied; `error` says why it is not ok,
    `warnings` what an operator should know of this version of the engine. `checks` are none where none were asked for.
    """

    ok: bool
    engine: str | None
    schema_version: str | None
    expected_version: str | None
    pending: tuple[str, ...]
    seconds: float
    pool: PoolStatus
    error: str | None
    warnings: tuple[str, ...] = ()
    checks: tuple[HealthCheck, ...] = ()

    @property
    def state(self) -> State:
        """The worst of the checks; without any, whether it answers and has every migration."""
        if not self.ok:
            return "failed"
        if self.checks:
            return worst(self.checks)
        return "failed" if self.pending else "ok"


def worst(checks: Iterable[HealthCheck]) -> State:
    """The worst state of some checks; ok where there are none."""
    return max((each.state for each in checks), key=_ORDER.index, default="ok")


def ok(found: str) -> Finding:
    """Nothing to do."""
    return Finding("ok", found)


def warning(found: str, advice: str) -> Finding:
    """Something to do before long."""
    return Finding("warning", found, advice)


def failed(found: str, advice: str) -> Finding:
    """Something to do now."""
    return Finding("failed", found, advice)


def graded(amount: float, limit: float, found: str, advice: str) -> Finding:
    """Ok up to a limit, failed at ten times that."""
    if amount <= limit:
        return ok(found)
    return failed(found, advice) if amount > 10 * limit else warning(found, advice)


def bytes_in_words(count: float) -> str:
    """A number of bytes with three digits, such as `1.46 GB`; a GB is 10⁹ bytes."""
    for unit, size in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= size:
            return f"{count / size:.3g} {unit}" if count < 1000 * size else f"{count / size:,.0f} {unit}"
    return f"{count:.0f} B"


def seconds_in_words(seconds: float) -> str:
    """A duration in the unit that suits it, such as `3 min`."""
    if seconds < 1:
        return f"{seconds * 1000:.3g} ms"
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"
