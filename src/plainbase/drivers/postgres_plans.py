"""What the PostgreSQL driver learns of statements: their parameters' types, and whether they leave state behind."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol

from plainbase import values as input_tables
from plainbase.drivers.named import encode_batch, encode_values, refuse_twins
from plainbase.sqlfile.statement import Statement
from plainbase.values import Accepts, ListOf

MOST_PLANS = 4096
"""Plans kept; beyond that (SQL written at the call, ever new) all are made anew."""

DEFINES = frozenset({"CREATE", "ALTER", "DROP"})

_LOGICAL = {
    "uuid": "uuid",
    "timestamptz": "timestamp",
    "timestamp with time zone": "timestamp",
    "bool": "boolean",
    "boolean": "boolean",
    "int8": "integer",
    "bigint": "integer",
    "int4": "integer32",
    "integer": "integer32",
    "int2": "integer16",
    "smallint": "integer16",
    "float8": "real",
    "double precision": "real",
    "float4": "real",
    "real": "real",
    "numeric": "decimal",
    "text": "text",
    "varchar": "text",
    "character varying": "text",
    "bpchar": "text",
    "character": "text",
    "bytea": "bytes",
    "jsonb": "json",
    "json": "json",
}

_SHORT = frozenset({"select", "insert", "update", "delete", "merge", "values", "with"})
_LEAVING = ("pg_advisory_lock", "pg_try_advisory_lock", "dblink")
_LEAVING_WORDS = frozenset({"set_config", "setseed"})


def is_short(statement: Statement) -> bool:
    """Whether a statement leaves nothing behind in its session, as far as its text tells.

    Such a statement needs no reset afterwards. `INTO` counts only after something else than INSERT or MERGE.
    """
    words = statement.words
    if not words or words[0] not in _SHORT:
        return False
    before = ""
    for word in words:
        if word in _LEAVING_WORDS or word.startswith(_LEAVING):
            return False
        if word == "into" and before not in ("insert", "merge"):
            return False
        before = word
    return True


Prepare = Callable[[str], Awaitable[Any]]


class Plan:
    """What a statement's parameters accept, and whether it takes the short way."""

    __slots__ = ("accepts", "short")

    def __init__(self, accepts: list[Accepts], *, short: bool) -> None:
        self.accepts = accepts
        self.short = short


class _Type(Protocol):
    name: str
    kind: str


class Plans:
    """The plans made so far."""

    def __init__(self) -> None:
        self.known: dict[Statement, Plan] = {}
        self.accepts = input_tables.native()

    def forget(self) -> None:
        """The schema has changed."""
        self.known.clear()

    async def make(self, statement: Statement, prepare: Prepare) -> Plan:
        """Ask the server for the types of a statement that is run for the first time."""
        prepared = await prepare(statement.text)
        refuse_twins([attribute.name for attribute in prepared.get_attributes()])
        by_number = [self._of_type(kind) for kind in prepared.get_parameters()]
        accepts = [
            self.accepts["limit"] if role == "limit" else of_type
            for role, of_type in zip(statement.roles, by_number, strict=True)
        ]
        accepts = [
            ListOf(of_type.element) if role == "list" and isinstance(of_type, ListOf) else of_type
            for role, of_type in zip(statement.roles, accepts, strict=True)
        ]
        if len(self.known) >= MOST_PLANS:
            self.known.clear()
        plan = self.known[statement] = Plan(accepts, short=is_short(statement))
        return plan

    async def encode(self, statement: Statement, values: list[Any], prepare: Prepare) -> Plan:
        """The statement's plan; the values are converted in place."""
        plan = self.known.get(statement) or await self.make(statement, prepare)
        encode_values(plan.accepts, statement, values)
        return plan

    async def encode_batch(
        self, statement: Statement, rows: list[list[Any]], prepare: Prepare
    ) -> tuple[Plan, Sequence[Sequence[Any]]]:
        """The statement's plan, and the rows of values converted."""
        plan = self.known.get(statement) or await self.make(statement, prepare)
        return plan, encode_batch(plan.accepts, statement, rows)

    def of_name(self, name: str) -> Accepts:
        """What a type accepts, by the name `format_type` gives it, modifiers cut."""
        base = name.partition("(")[0].strip()
        return self.accepts[_LOGICAL.get(base, "")]

    def _of_type(self, kind: _Type) -> Accepts:
        if kind.kind == "array":
            return ListOf(self.of_name(kind.name.removesuffix("[]").removeprefix("_")), nullable=True)
        return self.of_name(kind.name)
