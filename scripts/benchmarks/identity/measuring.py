"""What is measured: passwords, failed logins side by side, and looking up sessions, keys and permissions."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from statistics import median
from time import perf_counter
from typing import Any

from plainbase import Database
from plainbase.platform import identity
from plainbase.platform.identity import LoginFailed, Passwords

PASSWORD = "a quiet river at noon"  # noqa: S105 (of accounts in a database of its own)
WRONG = "a loud river at night"

KINDS = {
    "known": "known@example.org",
    "unknown": "unknown@example.org",
    "inactive": "inactive@example.org",
    "without a password": "empty@example.org",
}

PATIENT = identity.Limits(identity.Pace(10**9, 1, 1, 1), identity.Pace(10**9, 1, 1, 1))
"""No try is turned away, so that each is measured."""

CONCURRENT = 32


@dataclass
class Figures:
    """Of one engine: seconds, and calls a second."""

    hash_seconds: float = 0.0
    verify_seconds: float = 0.0
    login_seconds: float = 0.0
    failed_seconds: dict[str, float] = field(default_factory=dict)
    reset_seconds: dict[str, float] = field(default_factory=dict)
    per_second: dict[str, tuple[float, float]] = field(default_factory=dict)

    @property
    def ratios(self) -> dict[str, float]:
        """How long a failed login takes beside one of a known account, in medians."""
        return _beside_known(self.failed_seconds)

    @property
    def reset_ratios(self) -> dict[str, float]:
        """How long asking for a reset takes beside one of a known account, in medians."""
        return _beside_known(self.reset_seconds)


def _beside_known(seconds: dict[str, float]) -> dict[str, float]:
    return {kind: each / seconds["known"] for kind, each in seconds.items() if kind != "known"}


async def measure(db: Database, tries: int, lookups: int, passwords: Passwords) -> Figures:
    """Make accounts, and measure."""
    accounts = {
        kind: await identity.create_user(
            db, email, kind, None if kind == "without a password" else PASSWORD, role="researcher", passwords=passwords
        )
        for kind, email in KINDS.items()
        if kind != "unknown"
    }
    await identity.deactivate(db, accounts["inactive"].id)
    figures = Figures()
    await _passwords(figures, passwords, max(3, tries // 10))
    await _failures(db, figures, tries, passwords)
    await _resets(db, figures, tries)
    await _lookups(db, figures, accounts["known"].id, lookups, passwords)
    return figures


async def _passwords(figures: Figures, passwords: Passwords, tries: int) -> None:
    stored = await passwords.hash(PASSWORD)
    figures.hash_seconds = median([await _timed(lambda: passwords.hash(PASSWORD)) for _ in range(tries)])
    figures.verify_seconds = median([await _timed(lambda: passwords.matches(stored, WRONG)) for _ in range(tries)])


async def _failures(db: Database, figures: Figures, tries: int, passwords: Passwords) -> None:
    """Each kind once a round, in another order each time, so that what else happens hits them alike."""

    async def fail(email: str) -> None:
        try:
            await identity.authenticate(db, email, WRONG, passwords=passwords, limits=PATIENT)
        except LoginFailed:
            return
        raise AssertionError("a wrong password was let in")

    figures.failed_seconds = await _side_by_side(fail, tries)


async def _resets(db: Database, figures: Figures, tries: int) -> None:
    """Asking for a password reset; what was asked for before is taken out, so that none is one too many."""

    async def ask(email: str) -> None:
        await identity.request_reset(db, email)

    async def forget() -> None:
        await db.execute("DELETE FROM login_attempts WHERE reset")

    figures.reset_seconds = await _side_by_side(ask, tries, forget)


async def _side_by_side(
    work: Callable[[str], Awaitable[None]], tries: int, between: Callable[[], Awaitable[None]] | None = None
) -> dict[str, float]:
    order, took = random.Random(0), {kind: list[float]() for kind in KINDS}  # noqa: S311 (no secret)
    for number in range(tries + 3):
        for kind in order.sample(list(KINDS), len(KINDS)):
            seconds = await _timed(lambda kind=kind: work(KINDS[kind]))  # type: ignore[misc]
            if number >= 3:  # the first ones find nothing prepared
                took[kind].append(seconds)
        if between is not None:
            await between()
    return {kind: median(seconds) for kind, seconds in took.items()}


async def _lookups(db: Database, figures: Figures, user_id: Any, count: int, passwords: Passwords) -> None:
    email = KINDS["known"]
    figures.login_seconds = median(
        [
            await _timed(lambda: identity.log_in(db, email, PASSWORD, passwords=passwords, limits=PATIENT))
            for _ in range(9)
        ]
    )
    signed = await identity.log_in(db, email, PASSWORD, passwords=passwords, limits=PATIENT)
    key = await identity.make_key(db, user_id, "bench", scopes=["*"])
    actor = await identity.key_of(db, key.key)
    model = await db.models.create(name="bench", kind="base", created_by=user_id)
    works: dict[str, Callable[[], Awaitable[object]]] = {
        "session_of": lambda: identity.session_of(db, signed.token),
        "key_of": lambda: identity.key_of(db, key.key),
        "authorize": lambda: identity.authorize(db, actor, "read", "models"),
        "authorize one entity": lambda: identity.authorize(db, actor, "update", ("models", model.id)),
    }
    for name, work in works.items():
        figures.per_second[name] = await _rate(work, count, 1), await _rate(work, count, CONCURRENT)


async def _rate(work: Callable[[], Awaitable[object]], count: int, concurrent: int) -> float:
    async def some() -> None:
        for _ in range(max(1, count // concurrent)):
            await work()

    await work()
    began = perf_counter()
    await asyncio.gather(*(some() for _ in range(concurrent)))
    return max(1, count // concurrent) * concurrent / (perf_counter() - began)


async def _timed(work: Callable[[], Awaitable[object]]) -> float:
    began = perf_counter()
    await work()
    return perf_counter() - began
