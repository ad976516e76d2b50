"""What the checks have in common: how they ask, and what they are."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from plainbase.drivers.base import Driver
from plainbase.health.report import Finding, Limits
from plainbase.rows import Row
from plainbase.shipped import internal_queries
from plainbase.sqlfile import adhoc


class Check(NamedTuple):
    """A check of one engine by its name; one that is `deep` reads the whole database."""

    name: str
    make: Callable[[Driver, Limits], Awaitable[Finding]]
    deep: bool = False


async def rows(driver: Driver, name: str) -> list[Row]:
    """The rows of a query of `health.*.sql`."""
    statement, values = internal_queries(driver.dialect, "health")[name].bind({})
    return await driver.fetch(statement, values)


async def row(driver: Driver, name: str) -> Row:
    """The one row of a query that always has one."""
    return (await rows(driver, name))[0]


async def written(driver: Driver, text: str) -> list[Row]:
    """The rows of a statement that a query of `health.*.sql` has written."""
    statement, values = adhoc(text, driver.dialect).bind({})
    return await driver.fetch(statement, values)


def listed(names: list[str], most: int = 5) -> str:
    """Some names in a line, and how many there are more."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
