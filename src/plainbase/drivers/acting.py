"""Telling an engine's triggers who acts: the statement, and its values by position."""

from __future__ import annotations

from functools import cache
from typing import Any

from plainbase.actor import Actor
from plainbase.dialect import Dialect
from plainbase.shipped import internal_queries
from plainbase.sqlfile.statement import Statement

NOBODY = Actor()


def told(dialect: Dialect, actor: Actor | None) -> tuple[str, list[Any]]:
    """What tells the triggers of an actor; None is nobody that is known."""
    statement = _statement(dialect, "act_as")
    known = dict(zip(("actor_id", "actor", "ip_address", "user_agent"), (actor or NOBODY).texts(), strict=True))
    return statement.text, [known[name] for name in statement.names]


def taken_back(dialect: Dialect) -> str:
    """What takes it back, where it does not end with the transaction by itself."""
    return _statement(dialect, "act_as_nobody").text


@cache
def _statement(dialect: Dialect, query: str) -> Statement:
    return internal_queries(dialect, "acting")[query].statements[0]
