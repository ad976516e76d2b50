"""Carrying steps out: one migrator at a time, each step whole or not at all, again where others are in the way."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterable
from contextlib import suppress
from time import perf_counter

from plainbase.drivers.base import Driver, Migrator
from plainbase.errors import MigrationError, PlainbaseError, TransactionConflict
from plainbase.migrations.outside_transaction import carry_out_outside
from plainbase.migrations.pieces import Piece, Timeouts, of_step, prepare, recorded
from plainbase.migrations.plan import Step
from plainbase.migrations.records import broken_references, is_prepared, records
from plainbase.migrations.run_pieces import Plan, milliseconds_since, run, with_more

OnStep = Callable[[Step, int], object]
"""Called with each step that was carried out, and how many milliseconds it took."""


async def carry_out(driver: Driver, plan: Plan, *, wait: float, timeouts: Timeouts, on_step: OnStep) -> None:
    """Carry out what `plan` makes of the records, step by step; it is asked again before each. `on_step` hears of each.

    Raises MigrationError, naming the file, line and statement that failed, or ConnectionLost.
    """
    dialect = driver.dialect
    if not plan(await records(driver, dialect)):  # nothing to do needs no lock
        return
    migrator = await driver.migrator(wait)
    try:
        if not await is_prepared(migrator, dialect):
            await run_whole(migrator, prepare(dialect))
        while steps := plan(await records(migrator, dialect)):
            spent = await _patiently(migrator, steps[0], plan, timeouts)
            if spent is not None:
                on_step(steps[0], spent)
    finally:
        await migrator.close()


async def run_whole(migrator: Migrator, pieces: Iterable[Piece]) -> None:
    """Run pieces that are one transaction, BEGIN and COMMIT among them."""
    try:
        await run(migrator, pieces, "schema_migrations")
    except BaseException:
        with suppress(PlainbaseError):
            await migrator.rollback()
        raise


async def _patiently(migrator: Migrator, step: Step, plan: Plan, timeouts: Timeouts) -> int | None:
    """Carry out one step, again and again while a lock is not to be had; between attempts everybody else has a turn."""
    work = _in_transaction if step.file.in_transaction else carry_out_outside
    for attempt in range(1, timeouts.attempts + 1):
        try:
            return await work(migrator, step, plan, timeouts)
        except TransactionConflict as error:
            if attempt == timeouts.attempts:
                why = error.message.removesuffix("; run the transaction again")
                message = (
                    f"others were in the way in all {attempt} attempts: {why}; nothing of it was done. Try again when "
                    "there is less traffic, or with more --attempts or --lock-timeout"
                )
                raise MigrationError(message, where=error.where or step.file.where) from None
        await asyncio.sleep(random.uniform(0.5, 1) * min(0.25 * 2**attempt, 10))  # noqa: S311 (a back-off)
        planned = plan(await records(migrator, step.file.dialect))
        if not planned or planned[0].migration != step.migration:
            return None
        step = planned[0]  # one outside a transaction may have become a resumed one, or no longer be one
    raise MigrationError("attempts must be at least 1")


async def _in_transaction(migrator: Migrator, step: Step, plan: Plan, timeouts: Timeouts) -> int | None:
    """Carry out a step with its record as one transaction; None where somebody else has done it meanwhile."""
    dialect, where = step.file.dialect, step.file.where
    pieces = of_step(step, timeouts)
    try:
        await run(migrator, (*pieces.before, *pieces.begin), where)
        began = perf_counter()
        if list(plan(await records(migrator, dialect)))[:1] != [step]:
            await migrator.rollback()
            return None
        await run(migrator, (*pieces.body, *pieces.settle), where)
        spent = milliseconds_since(began)
        await run(migrator, recorded(step, "applied", spent), where)
        if pieces.after:
            await _check_references(migrator, step)
        await run(migrator, (*pieces.checks, *pieces.commit), where)
    except BaseException as error:
        with suppress(PlainbaseError):
            await migrator.rollback()
        if isinstance(error, MigrationError):
            raise with_more(error, "nothing of it was done") from None
        raise
    finally:
        with suppress(PlainbaseError):
            await run(migrator, pieces.after, where)
    return spent


async def _check_references(migrator: Migrator, step: Step) -> None:
    """Name what the check before COMMIT would only refuse."""
    broken = await broken_references(migrator, step.file.dialect)
    if broken:
        raise MigrationError(
            f"rows would lose their parents: {', '.join(broken)}. Foreign keys are off while a migration drops a "
            "table, so rows go before it, in a migration of their own",
            where=step.file.where,
        )
