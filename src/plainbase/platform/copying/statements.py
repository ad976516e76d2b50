"""The statements of a copy that are no table's."""

from __future__ import annotations

from typing import Any

from plainbase.dialect import Dialect
from plainbase.rows import Row
from plainbase.runner import Runner
from plainbase.shipped import internal_queries


async def fetch(runner: Runner, query: str, **params: Any) -> list[Row]:
    """Run a query and return its rows."""
    statement, values = internal_queries(Dialect(runner.dialect), "copying")[query].bind(params)
    return await runner._executor.fetch(statement, values)


async def value(runner: Runner, query: str, **params: Any) -> Any:
    """Run a query and return the first value of its first row."""
    rows = await fetch(runner, query, **params)
    return rows[0][0] if rows else None


async def execute(runner: Runner, query: str, **params: Any) -> None:
    """Run a statement."""
    statement, values = internal_queries(Dialect(runner.dialect), "copying")[query].bind(params)
    await runner._executor.execute(statement, values)


async def script(runner: Runner, query: str, file: str = "copying") -> None:
    """Run a script."""
    await runner.script(internal_queries(Dialect(runner.dialect), file)[query].script)
