"""Looking at a database's health: it never raises, and no check takes longer than its limit."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from time import perf_counter
from typing import TYPE_CHECKING

from plainbase import migrations
from plainbase.dialect import Dialect
from plainbase.drivers.base import Driver, PoolStatus
from plainbase.errors import MigrationError, PlainbaseError, StatementFailed
from plainbase.health import postgres, sqlite
from plainbase.health.asking import Check, listed, rows
from plainbase.health.report import (
    Finding,
    Health,
    HealthCheck,
    Limits,
    failed,
    graded,
    ok,
    seconds_in_words,
    warning,
)
from plainbase.migrations import Status

if TYPE_CHECKING:
    from plainbase.database import Database

ENGINES = {Dialect.POSTGRES: postgres.CHECKS, Dialect.SQLITE: sqlite.CHECKS}
BUDGET = 4
"""How many times the limit of one check all of them may take that are not deep."""


async def look(db: Database, limits: Limits, *, checks: bool, deep: bool) -> Health:
    """Look whether it answers, and at the schema; then make the checks, one after the other."""
    driver = db._driver
    began = perf_counter()
    engine, state, error, unread = None, None, None, ""
    try:
        async with asyncio.timeout(limits.seconds):
            engine = await driver.version()
            try:
                state = await migrations.standing(db)
            except StatementFailed as refused:
                unread = refused.message
    except TimeoutError:
        error = f"no answer within {seconds_in_words(limits.seconds)}"
    except MigrationError as wrong:
        error = str(wrong)
    except PlainbaseError as lost:
        error, engine = str(lost), None
    seconds = perf_counter() - began
    pool = db.pool_status()
    found: tuple[HealthCheck, ...] = ()
    if checks:
        known = [
            _named("answers", _answers(engine, seconds, error, limits)),
            _named("schema", _schema(state, error, unread)),
            _named("pool", _pool(pool)),
        ]
        if engine is None:
            known.pop(1)
        found = (*known, *await _checked(driver, limits, deep=deep, answers=error is None))
    return Health(
        error is None,
        engine if error is None else None,
        state.version if state else None,
        state.expected if state else None,
        state.pending if state else (),
        seconds,
        pool,
        error,
        driver.warnings() if error is None else (),
        found,
    )


async def bounded(name: str, check: Awaitable[Finding], seconds: float) -> HealthCheck:
    """Make one check; one that takes too long or cannot be made is a warning that says so."""
    try:
        async with asyncio.timeout(seconds):
            return _named(name, await check)
    except TimeoutError:
        return HealthCheck(
            name,
            "warning",
            f"it took longer than {seconds_in_words(seconds)}, and was stopped",
            "look what keeps it waiting: a lock, a full pool, a slow disk",
        )
    except Exception as error:
        said = error.message if isinstance(error, PlainbaseError) else f"{type(error).__name__}: {error}"
        advice = "look at the error, and ask again"
        if "permission denied" in said:
            advice = "GRANT pg_monitor, or SELECT on that table, TO this role"
        elif isinstance(error, StatementFailed) and error.undefined:
            advice = "`plainbase migrate up` makes what is missing"
        return HealthCheck(name, "warning", f"could not be made: {said}", advice)


async def _checked(driver: Driver, limits: Limits, *, deep: bool, answers: bool) -> list[HealthCheck]:
    """Every check of the engine; without an answer only those that need none."""
    wanted = [each for each in (*ENGINES[driver.dialect], SNAPSHOTS) if deep or not each.deep]
    if not answers:
        wanted = [each for each in wanted if each.name == "disk" and driver.dialect is Dialect.SQLITE]
    ends = perf_counter() + BUDGET * limits.seconds
    found = []
    for each in sorted(wanted, key=lambda check: check.deep):
        left = limits.deep_seconds if each.deep else min(limits.seconds, ends - perf_counter())
        if left <= 0:
            found.append(HealthCheck(each.name, "warning", "not made: others took too long", "ask again"))
            continue
        found.append(await bounded(each.name, each.make(driver, limits), left))
    return found


def _named(name: str, finding: Finding) -> HealthCheck:
    return HealthCheck(name, *finding)


def _answers(engine: str | None, seconds: float, error: str | None, limits: Limits) -> Finding:
    if error is not None:
        return failed(error, "look whether the server runs and this machine reaches it; then at its log")
    return graded(
        seconds, limits.answer, f"{engine} in {seconds_in_words(seconds)}", "look at the load and the network"
    )


def _schema(state: Status | None, error: str | None, unread: str) -> Finding:
    if state is None:
        return warning(f"could not be read: {error or unread}", "GRANT SELECT ON schema_migrations TO this role")
    cut_off = [each.label for each in state.entries if each.state in ("started", "reverting")]
    if cut_off:
        return failed(f"interrupted: {listed(cut_off)}", "`plainbase migrate status` says what to do")
    if state.version is None and state.pending:
        return failed(
            "no migration is applied: it is empty, or another program's",
            "`plainbase migrate up`, if it is the right one",
        )
    if state.pending:
        return failed(f"not applied: {listed(list(state.pending))}", "`plainbase migrate up`")
    if state.unknown:
        return warning(f"newer than these files: {listed(list(state.unknown))}", "update plainbase")
    changed = [each.label for each in state.entries if each.state == "changed"]
    if changed:
        return warning(f"changed since it was applied: {listed(changed)}", "`plainbase migrate status` says what to do")
    return ok(f"{state.version}, and nothing is pending" if state.version else "no migrations")


def _pool(pool: PoolStatus) -> Finding:
    said = f"{pool.busy} of this process's {pool.limit} connections are busy, {pool.waiting} callers wait"
    if pool.waiting or pool.busy >= pool.limit:
        return warning(said, "shorten transactions, or raise pool_size or max_overflow")
    return ok(said)


async def _snapshots(driver: Driver, limits: Limits) -> Finding:
    """Whether the stored results of views are made, and often enough."""
    try:
        found = await rows(driver, "snapshots")
    except StatementFailed as error:
        if error.undefined:  # the first migration makes the table that it reads
            return ok("no stored views")
        raise
    broken = [each["view_name"] for each in found if each["is_failed"]]
    never = [each["view_name"] for each in found if each["age_seconds"] is None and not each["is_failed"]]
    old = [each["view_name"] for each in found if (each["age_seconds"] or 0) > limits.snapshot]
    if broken:
        return warning(f"the last refresh failed: {listed(broken)}", "`plainbase refresh` says why")
    if never:
        return warning(f"never refreshed: {listed(never)}", "`plainbase refresh`, and let it be done daily")
    if old:
        said = f"older than {seconds_in_words(limits.snapshot)}: {listed(old)}"
        return warning(said, "`plainbase refresh`, and let it be done daily")
    oldest = max((each["age_seconds"] for each in found), default=0.0)
    return ok(
        f"{len(found)} views, the oldest {seconds_in_words(max(oldest, 0.0))} old" if found else "no stored views"
    )


SNAPSHOTS = Check("stored views", _snapshots)
