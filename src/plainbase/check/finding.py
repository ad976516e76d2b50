"""What is to be mended: a place, what stands there, and what is wrong with it."""

from __future__ import annotations

import re
from typing import NamedTuple

from plainbase.sqlfile.query import Query
from plainbase.sqlfile.statement import Statement

_PLACE = re.compile(r"(.*?):(\d+)\Z", re.DOTALL)


class Finding(NamedTuple):
    """One finding; `where` is file:line, or a file alone."""

    where: str
    name: str
    message: str

    def __str__(self) -> str:
        return f"{self.where} {self.name}: {self.message}"

    @classmethod
    def of(cls, query: Query, message: str, statement: Statement | None = None) -> Finding:
        """A finding about a query, or about one of its texts: its name says which optional parameters that has."""
        return cls(
            query.where, query.name if statement is None else f"{query.name}{variant(query, statement)}", message
        )


def variant(query: Query, statement: Statement) -> str:
    """Which optional parameters a text has, to be said after the query's name."""
    passed = query.passed(statement)
    return f" with {', '.join(passed)}" if passed else ""


def in_order(findings: list[Finding]) -> list[Finding]:
    """Each once, by file and line."""
    return sorted(dict.fromkeys(findings), key=_place)


def _place(finding: Finding) -> tuple[str, int]:
    match = _PLACE.match(finding.where)
    return (match[1], int(match[2])) if match else (finding.where, 0)
