"""Carrying steps out: one migrator at a time, each step whole or not at all, again where others are in the way."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from time import perf_counter

from plainbase.drivers.base import Driver, Migrator
from plainbase.errors import (
    ConnectionLost,
    ConstraintViolation,
    MigrationError,
    PlainbaseError,
    StatementFailed,
    TransactionConflict,
)
from plainbase.migrations.leftovers import after_failure, leftovers
from plainbase.migrations.pieces import (
    NOTHING_LEFT,
    Piece,
    Pieces,
    Timeouts,
    drop_indexes,
    internal,
    of_step,
    prepare,
    recorded,
)
from plainbase.migrations.plan import Record, Step
from plainbase.migrations.records import broken_references, indexes, is_prepared, records
from plainbase.sqlfile import lexer

Plan = Callable[[Sequence[Record]], Sequence[Step]]
Told = Callable[[Step, int], object]
"""Called with each step that was carried out, and how many milliseconds it took."""

SHOWN = 60
"""Characters of a failing statement that an error shows."""


async def carry_out(driver: Driver, plan: Plan, *, wait: float, timeouts: Timeouts, told: Told) -> tuple[Step, ...]:
    """Carry out what `plan` makes of the records, step by step; it is asked again before each.

    Raises MigrationError, naming the file, line and statement that failed, or ConnectionLost.
    """
    dialect = driver.dialect
    if not plan(await records(driver, dialect)):  # nothing to do needs no lock
        return ()
    migrator = await driver.migrator(wait)
    done = []
    try:
        if not await is_prepared(migrator, dialect):
            await run_whole(migrator, prepare(dialect))
        while steps := plan(await records(migrator, dialect)):
            spent = await _patiently(migrator, steps[0], plan, timeouts)
            if spent is not None:
                done.append(steps[0])
                told(steps[0], spent)
    finally:
        await migrator.close()
    return tuple(done)


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
    for attempt in range(1, timeouts.attempts + 1):
        try:
            work = _in_transaction if step.file.in_transaction else _alone
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
        spent = _milliseconds_since(began)
        await run(migrator, recorded(step, "applied", spent), where)
        if pieces.after:
            await _check_references(migrator, step)
        await run(migrator, (*pieces.checks, *pieces.commit), where)
    except BaseException:
        with suppress(PlainbaseError):
            await migrator.rollback()
        raise
    finally:
        with suppress(PlainbaseError):
            await run(migrator, pieces.after, where)
    return spent


async def _alone(migrator: Migrator, step: Step, plan: Plan, timeouts: Timeouts) -> int | None:
    """Carry out a step outside a transaction: what fails is tidied up, what is interrupted stays recorded as begun."""
    dialect, where = step.file.dialect, step.file.where
    left = leftovers(step, await indexes(migrator, dialect)) if step.resumed else NOTHING_LEFT
    pieces = of_step(step, timeouts, left)
    try:
        await run(migrator, pieces.before, where)
    except MigrationError:
        if any(record.version == step.migration.version for record in await records(migrator, dialect)):
            return None  # somebody else has just begun it
        raise
    began = perf_counter()
    try:
        await run(migrator, (*pieces.begin, *pieces.body, *pieces.settle), where)
    except ConnectionLost:
        raise
    except PlainbaseError:
        await _tidy(migrator, step, pieces)
        raise
    spent = _milliseconds_since(began)
    await run(migrator, recorded(step, "applied", spent), where)
    again = Step(step.migration, step.direction, resumed=True)
    if list(plan(await records(migrator, dialect)))[:1] == [again]:  # an INVALID index had its name: build it anew
        return None
    return spent


async def _tidy(migrator: Migrator, step: Step, pieces: Pieces) -> None:
    """After a statement that failed: what it left is dropped, and the step counts as never begun."""
    dialect, where = step.file.dialect, step.file.where
    version = step.migration.version
    with suppress(PlainbaseError):  # else it stays recorded as begun, and `status` says what to check
        await run(migrator, pieces.settle, where)
        await run(migrator, drop_indexes(dialect, after_failure(step, await indexes(migrator, dialect))), where)
        if step.direction == "up":
            await run(migrator, internal(dialect, "forget", {"version": version}), where)
        else:
            await run(migrator, internal(dialect, "mark", {"version": version, "state": "applied"}), where)


async def _check_references(migrator: Migrator, step: Step) -> None:
    """Name what the check before COMMIT would only refuse."""
    broken = await broken_references(migrator, step.file.dialect)
    if broken:
        raise MigrationError(
            f"rows would lose their parents: {', '.join(broken)}; nothing of it was done. Foreign keys are off while a "
            "migration drops a table, so rows go before it, in a migration of their own",
            where=step.file.where,
        )


async def run(migrator: Migrator, pieces: Iterable[Piece], where: str) -> None:
    """Run pieces one after the other; `where` is the file that they serve. Raises MigrationError or ConnectionLost.

    TransactionConflict comes as it is, since the whole of it may be tried again.
    """
    for piece in pieces:
        try:
            await migrator.run(piece.text, piece.where)
        except TransactionConflict as error:
            if piece.name == "begin":
                raise MigrationError(
                    "another connection has held the write lock too long; try again, or --wait longer"
                ) from None
            raise error.located(query=None, where=piece.where if piece.part else where) from None
        except ConnectionLost as error:
            message = f"{error.message}; run it again: it goes on where this one stopped"
            raise type(error)(message, where=where) from None
        except PlainbaseError as error:
            raise _explained(piece, error, where) from None


def _explained(piece: Piece, error: PlainbaseError, where: str) -> MigrationError:
    if piece.part is None:
        if piece.name == "compare_rows" and isinstance(error, ConstraintViolation):
            message = (
                f"table {piece.about} has not as many rows after its rebuild as before; nothing of it was done. "
                "Rows that are to go are deleted in a migration of their own"
            )
        else:
            message = f"{error.message}; at {piece.name.upper().replace('_', ' ')}; nothing of it was done"
        return MigrationError(message, where=where)
    line = piece.part.line
    if isinstance(error, StatementFailed) and error.position:
        line += piece.text.count("\n", 0, error.position - 1)
    return MigrationError(f"{error.message}; in {_shown(piece)}; nothing of it was done", where=f"{piece.name}:{line}")


def _shown(piece: Piece) -> str:
    """The beginning of a statement, without the strings in it, which may be secrets."""
    part = piece.part
    text = piece.text
    if part is not None:
        start = part.tokens[0].start
        for token in reversed(part.tokens):
            if token.kind in (lexer.STRING, lexer.OPEN):
                text = f"{text[: token.start - start]}'…'{text[token.end - start :]}"
    line = " ".join(text.split())
    return f"`{line}`" if len(line) <= SHOWN else f"`{line[:SHOWN]}…`"


def _milliseconds_since(began: float) -> int:
    return round((perf_counter() - began) * 1000)
