"""Policies as rows: how many days a table's rows are kept, and whether older ones are deleted or archived."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from plainbase.actor import Actor
from plainbase.errors import ParameterError
from plainbase.platform.retention.tables import Retained, found
from plainbase.platform.runners import AnyRunner

if TYPE_CHECKING:
    from plainbase.typed import RetentionPoliciesGetRow

Action = Literal["delete", "archive"]
MOST_DAYS = 36_500
"""A hundred years, as the schema has it."""
DEFAULT_TABLES = ("predictions", "system_metrics")
"""What is cleaned where days are given, no table is named, and there is no policy."""


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be done with a table: rows of more than so many days go."""

    table: Retained
    days: int
    action: Action
    has_policy: bool


def checked_days(days: int) -> int:
    """The days, where they are a whole number from 1 on. Raises ParameterError."""
    if isinstance(days, bool) or not isinstance(days, int) or not 1 <= days <= MOST_DAYS:
        raise ParameterError(f"days is a whole number from 1 to {MOST_DAYS:,}")
    return days


async def set_policy(
    db: AnyRunner,
    table: str,
    days: int,
    *,
    action: Action = "delete",
    enabled: bool = True,
    actor: Actor | None = None,
) -> RetentionPoliciesGetRow:
    """Say how long a table's rows are kept, in place of what was said before.

    Raises UnknownTable, and ParameterError for days that are none.
    """
    found([table], "the policy names")
    if action not in ("delete", "archive"):
        raise ParameterError("an action is delete or archive")
    async with db.transaction(actor=actor) as tx:
        return await tx.retention_policies.set(
            table_name=table, keep_days=checked_days(days), action=action, enabled=enabled
        )


async def remove_policy(db: AnyRunner, table: str, *, actor: Actor | None = None) -> bool:
    """Forget a policy, also one on a table that is not known; False where there is none."""
    async with db.transaction(actor=actor) as tx:
        return bool(await tx.retention_policies.delete(table_name=table))


async def planned(
    db: AnyRunner, days: int | None, tables: Collection[str] | None, *, archives: bool
) -> tuple[Task, ...]:
    """What a cleanup is to do, in order; everything is checked here, before anything goes.

    Without days each table has its policy's; a table that is named and has none is an error. With days the tables are
    those named, else those with a policy in force, else DEFAULT_TABLES; `archives` says what is done with rows of a
    table that has no policy. Raises UnknownTable and ParameterError.
    """
    if isinstance(tables, str):
        raise ParameterError("tables is a list of names")
    if tables is not None and not tables:
        raise ParameterError("tables names none: leave it out for all with a policy in force")
    policies = {row.table_name: row for row in await db.retention_policies.list()}
    found(policies, "retention_policies names")
    in_force = [name for name, row in policies.items() if row.enabled]
    if days is not None:
        checked_days(days)
        wanted = found(tables or in_force or DEFAULT_TABLES, "tables names")
    else:
        wanted = found(tables or in_force, "tables names")
        if without := [table.name for table in wanted if table.name not in in_force]:
            raise ParameterError(
                f"no policy in force says how long rows of {', '.join(without)} are kept: give days, "
                "or set one (`plainbase retention set TABLE --days N`)"
            )
    return tuple(
        Task(
            table,
            policies[table.name].keep_days if days is None else days,
            _action(policies[table.name].action if table.name in policies else None, archives),
            table.name in policies,
        )
        for table in wanted
    )


def _action(said: str | None, archives: bool) -> Action:
    if said is None:
        return "archive" if archives else "delete"
    return "archive" if said == "archive" else "delete"
