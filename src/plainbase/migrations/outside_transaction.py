"""Carrying out a step outside a transaction: marked as begun, run, recorded; or tidied up after a failure."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from time import perf_counter

from plainbase.drivers.base import Migrator
from plainbase.errors import ConnectionLost, PlainbaseError, TransactionConflict
from plainbase.migrations.leftovers import advice, after_failure, leftovers, require_free_name
from plainbase.migrations.pieces import Pieces, Timeouts, begun, drop_indexes, internal, of_step, recorded
from plainbase.migrations.plan import Step
from plainbase.migrations.records import indexes, records
from plainbase.migrations.run_pieces import Plan, milliseconds_since, run, with_more


async def carry_out_outside(migrator: Migrator, step: Step, plan: Plan, timeouts: Timeouts) -> int | None:
    """Carry out a step outside a transaction; return its milliseconds, or None where it is still or no more to be done.

    What is interrupted stays recorded as begun, where the engine has statements that leave something behind.
    """
    where = step.file.where
    found = await indexes(migrator, step.file.dialect)
    left = leftovers(step, found)
    if not step.resumed:
        require_free_name(step, found)
    pieces = of_step(step, timeouts, left)
    await run(migrator, pieces.before, where)
    began = perf_counter()
    try:
        await run(migrator, (*pieces.begin, *pieces.body, *pieces.settle), where)
    except ConnectionLost:
        raise
    except PlainbaseError as error:
        tidied = await _tidy(migrator, step, pieces)
        if isinstance(error, TransactionConflict):
            raise
        how = "nothing of it was done" if tidied else await _half_way(migrator, step)
        raise with_more(error, how) from None
    spent = milliseconds_since(began)
    if _is_begun(step):
        await run(migrator, recorded(step, "applied", spent), where)
        return None if await _is_next(migrator, plan, step, resumed=True) else spent  # its index is INVALID still
    return spent if await _record(migrator, step, plan, spent) else None


async def _record(migrator: Migrator, step: Step, plan: Plan, spent: int) -> bool:
    """Record what was not recorded as begun, unless somebody else has done it too, and recorded it first."""
    dialect, where = step.file.dialect, step.file.where
    try:
        await run(migrator, internal(dialect, "begin"), where)
        if not await _is_next(migrator, plan, step, resumed=False):
            return False
        await run(migrator, (*recorded(step, "applied", spent), *internal(dialect, "commit")), where)
    finally:
        with suppress(PlainbaseError):
            await migrator.rollback()
    return True


async def _tidy(migrator: Migrator, step: Step, pieces: Pieces) -> bool:
    """After a failure drop what was left, and let the step count as never begun; False where that cannot be."""
    dialect, where = step.file.dialect, step.file.where
    version = step.migration.version
    if not _is_begun(step):  # a record that is there now is somebody else's
        return True
    try:
        await run(migrator, pieces.settle, where)
        dropped = after_failure(step, await indexes(migrator, dialect))
        if dropped is None:
            return False
        await run(migrator, (*pieces.begin, *drop_indexes(dialect, dropped), *pieces.settle), where)
        if step.direction == "up":
            await run(migrator, internal(dialect, "forget", {"version": version}), where)
        else:
            await run(migrator, internal(dialect, "mark", {"version": version, "state": "applied"}), where)
    except PlainbaseError:
        return False
    return True


def _is_begun(step: Step) -> bool:
    """Whether it is recorded that the step has begun."""
    return step.resumed or bool(begun(step))


async def _half_way(migrator: Migrator, step: Step) -> str:
    try:
        return f"it stopped half way: {advice(step, await indexes(migrator, step.file.dialect))}"
    except PlainbaseError:
        return "it stopped half way: see `plainbase migrate status`"


async def _is_next(migrator: Migrator, plan: Plan, step: Step, *, resumed: bool) -> bool:
    planned: Sequence[Step] = plan(await records(migrator, step.file.dialect))
    return list(planned[:1]) == [Step(step.migration, step.direction, resumed=resumed)]
