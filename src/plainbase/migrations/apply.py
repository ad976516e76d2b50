"""Up and down: the plan, carried out on an open database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from plainbase.errors import MigrationError
from plainbase.events import MigrateEvent
from plainbase.migrations.files import read
from plainbase.migrations.pieces import USUAL, Timeouts
from plainbase.migrations.plan import Record, Step, plan_down, plan_up
from plainbase.migrations.records import records
from plainbase.migrations.run import OnStep, carry_out
from plainbase.migrations.run_pieces import Plan

if TYPE_CHECKING:
    from plainbase.database import Database

WAIT = 60.0
"""Seconds that a migrator waits for another one."""


async def up(
    db: Database,
    to: int | str | None = None,
    *,
    out_of_order: bool = False,
    dry_run: bool = False,
    wait: float = WAIT,
    timeouts: Timeouts = USUAL,
    on_step: OnStep = lambda step, ms: None,
) -> tuple[str, ...]:
    """Apply what is pending, up to and including `to`, in order; return the labels of what this call applied.

    A `dry_run` changes nothing and returns what would be applied. `wait` is how many seconds to wait for another
    migrator, `on_step` is called with each step done and its milliseconds. Raises MigrationError.
    """
    migrations = read(db._schema, db._driver.dialect)

    def plan(found: Sequence[Record]) -> tuple[Step, ...]:
        return plan_up(migrations, found, to, out_of_order=out_of_order)

    if dry_run:
        return _labels(plan(await records(db._driver, db._driver.dialect)))
    return await _carry_out(db, plan, MigrateEvent, wait, timeouts, on_step)


async def down(
    db: Database,
    *,
    to: int | str | None = None,
    steps: int | None = None,
    dry_run: bool = False,
    wait: float = WAIT,
    timeouts: Timeouts = USUAL,
    on_step: OnStep = lambda step, ms: None,
) -> tuple[str, ...]:
    """Undo what is newer than `to` (0: everything), or the last `steps` migrations; return their labels, newest first.

    Raises MigrationError, also where that would go past the baseline.
    """
    migrations = read(db._schema, db._driver.dialect)
    found = await records(db._driver, db._driver.dialect)
    planned = plan_down(migrations, found, to=to, steps=steps)
    if dry_run or not planned:
        return _labels(planned)
    meant = {step.migration.version for step in planned}
    last = min(meant)
    below = max((record.version for record in found if record.version < last), default=0)

    def plan(found: Sequence[Record]) -> tuple[Step, ...]:
        steps = plan_down(migrations, found, to=below)
        newer = [step.migration.label for step in steps if step.migration.version not in meant]
        if newer:
            raise MigrationError(f"{', '.join(newer)}: applied by another migrator meanwhile; look, and run it again")
        return steps

    return await _carry_out(db, plan, lambda done: MigrateEvent((), done), wait, timeouts, on_step)


async def _carry_out(
    db: Database,
    plan: Plan,
    event: Callable[[tuple[str, ...]], MigrateEvent],
    wait: float,
    timeouts: Timeouts,
    on_step: OnStep,
) -> tuple[str, ...]:
    """Carry out a plan and return the labels of what was done; the event tells them even where a later step failed."""
    done: list[str] = []

    def note(step: Step, milliseconds: int) -> None:
        done.append(step.migration.label)
        on_step(step, milliseconds)

    try:
        await carry_out(db._driver, plan, wait=wait, timeouts=timeouts, on_step=note)
    finally:
        if done:
            db._events.emit("migrate", event(tuple(done)))
    return tuple(done)


def _labels(steps: Sequence[Step]) -> tuple[str, ...]:
    return tuple(step.migration.label for step in steps)
