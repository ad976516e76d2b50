"""What PostgreSQL says of a statement without running it: the types of its parameters and of its result."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

from plainbase.drivers.postgres import PostgresDriver
from plainbase.drivers.postgres_connect import PostgresConnection
from plainbase.drivers.postgres_types import TypeInput, Types
from plainbase.sqlfile.statement import Statement


class Described(NamedTuple):
    """Types by position and columns by name: a logical type (`any` where it is none), and whether it is an array."""

    parameters: tuple[tuple[str, bool], ...]
    columns: tuple[tuple[str, str, bool], ...]


async def describe(driver: PostgresDriver, statement: Statement) -> Described:
    """Prepare a statement and tell its types. Raises what running it would where it does not prepare."""
    session = await driver.begin(read_only=True)
    try:
        return await session.run(partial(_describe, driver.plans.types, statement), statement)
    finally:
        await session.rollback()


async def _describe(types: Types, statement: Statement, connection: PostgresConnection) -> Described:
    prepared = await connection.prepare(statement.text)
    attributes = prepared.get_attributes()
    inputs = [kind.oid for kind in prepared.get_parameters()]
    found = [_type(each) for each in await types.of(connection, [*inputs, *(each.type.oid for each in attributes)])]
    columns = zip(attributes, found[len(inputs) :], strict=True)
    return Described(tuple(found[: len(inputs)]), tuple((each.name, *kind) for each, kind in columns))


def _type(found: TypeInput) -> tuple[str, bool]:
    return found.element.name, found.listed
