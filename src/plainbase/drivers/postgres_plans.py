"""What the PostgreSQL driver learns of statements: their parameters' types, and whether they leave state behind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from plainbase.drivers.named import encode_batch, encode_values, refuse_twins
from plainbase.drivers.postgres_connect import PostgresConnection
from plainbase.drivers.postgres_texts import inserts_one_row, is_short
from plainbase.drivers.postgres_types import TypeInput, Types
from plainbase.errors import StatementFailed
from plainbase.sqlfile.statement import Role, Statement
from plainbase.values import Accepts, ListOf

MOST_PLANS = 4096
"""Plans kept; beyond that (SQL written at the call, ever new) all are made anew."""

_NAMED_IN_SESSION = frozenset({"PREPARE", "DEALLOCATE"})


class Plan:
    """What a statement's parameters accept, whether it takes the short way, and whether it gives one row at most."""

    __slots__ = ("accepts", "one_row", "short")

    def __init__(self, accepts: list[Accepts], *, short: bool, one_row: bool) -> None:
        self.accepts = accepts
        self.short = short
        self.one_row = one_row


class Plans:
    """The plans made so far."""

    def __init__(self) -> None:
        self.known: dict[Statement, Plan] = {}
        self.types = Types()

    def forget(self) -> None:
        """The schema has changed."""
        self.known.clear()

    async def make(self, statement: Statement, connection: PostgresConnection) -> Plan:
        """Ask the server for the types of a statement that is run for the first time."""
        if statement.verb in _NAMED_IN_SESSION:  # no reset but one that harms the driver's own would undo it
            raise StatementFailed(f"{statement.verb} is refused: every statement with parameters is prepared already")
        prepared = await connection.prepare(statement.text)
        refuse_twins([attribute.name for attribute in prepared.get_attributes()])
        types = await self.types.of(connection, [kind.oid for kind in prepared.get_parameters()])
        accepts = [self._accepts(role, of_type) for role, of_type in zip(statement.roles, types, strict=True)]
        if len(self.known) >= MOST_PLANS:
            self.known.clear()
        plan = Plan(accepts, short=is_short(statement), one_row=inserts_one_row(statement))
        self.known[statement] = plan
        return plan

    async def encode(self, statement: Statement, values: list[Any], connection: PostgresConnection) -> Plan:
        """The statement's plan; the values are converted in place."""
        plan = self.known.get(statement) or await self.make(statement, connection)
        encode_values(plan.accepts, statement, values)
        return plan

    async def encode_batch(
        self, statement: Statement, rows: list[list[Any]], connection: PostgresConnection
    ) -> tuple[Plan, Sequence[Sequence[Any]]]:
        """The statement's plan, and the rows of values converted."""
        plan = self.known.get(statement) or await self.make(statement, connection)
        return plan, encode_batch(plan.accepts, statement, rows)

    def _accepts(self, role: Role, of_type: TypeInput) -> Accepts:
        if role == "limit":
            return self.types.tables["limit"]
        if role == "list" and of_type.listed:
            return ListOf(of_type.element)
        return of_type.accepts()
