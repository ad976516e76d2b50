"""The part of the page about one query: what it is for, what goes in and comes out, its plans, and who calls it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from plainbase.check.docs.facts import Facts
from plainbase.check.docs.page import Page, code, escaped, link, prose
from plainbase.check.docs.plans import Plans
from plainbase.check.queries.description import Description, Parameter
from plainbase.dialect import Dialect
from plainbase.sqlfile import Kind, Query

_DIFFERS = re.compile(r"\s*Differs from (?:postgres|sqlite): (.*)", re.DOTALL)
_GIVES = {
    Kind.ONE: "one row",
    Kind.OPTIONAL: "one row or none",
    Kind.MANY: "rows",
    Kind.VALUE: "one value",
    Kind.EXEC: "how many rows it changed",
    Kind.SCRIPT: "nothing; several statements",
    Kind.RETURNING: "what RETURNING names",
}


WHOLE = 4
"""So many columns at least are said by the name of the table that has just these."""


@dataclass(frozen=True, slots=True)
class Queries:
    """What the parts about queries share; `folders` are theirs, `place` is the page's, `headed` its tables."""

    sides: Sequence[Facts]
    by_name: Mapping[str, Sequence[Query]]
    described: Mapping[str, Description]
    callers: Mapping[str, Sequence[str]] | None
    folders: Sequence[Path]
    place: Path
    known: Callable[[str], str | None]
    headed: Container[str]

    def write(self, page: Page, name: str) -> None:
        """Write a query's part."""
        queries = self.by_name[name]
        page.heading(4, name, name)
        page.paragraph(" ".join(self._said(queries)))
        page.paragraph(*(f"- {line}" for line in self._lines(name, queries)))

    def _said(self, queries: Sequence[Query]) -> Iterator[str]:
        """What is said of it, and in which way each engine differs."""
        yield prose(_DIFFERS.sub("", queries[0].doc).replace("\n", " "), self.known)
        for query in queries:
            match = _DIFFERS.search(query.doc)
            if match:
                text = prose(match[1].replace("\n", " "), self.known).rstrip(".")
                yield f"On {query.dialect.engine}: {text}."

    def _lines(self, name: str, queries: Sequence[Query]) -> Iterator[str]:
        first = queries[0]
        described = self.described.get(name)
        yield f"SQL: {', '.join(dict.fromkeys(self._source(query) for query in queries))}"
        if len(queries) < len(self.sides):
            why = next((query.notes["only"] for query in queries if "only" in query.notes), "")
            yield f"Only on {first.dialect.engine}" + (f": {prose(why, self.known)}" if why else "")
        if described is not None and described.parameters:
            given = (_parameter(first, each, kind) for each, kind in described.parameters.items())
            yield f"Parameters: {', '.join(given)}"
        if described is not None and described.result:
            yield f"Gives {_GIVES[first.kind]}: {self._columns(described.result)}"
        else:
            yield f"Gives {_GIVES[first.kind]}"
        yield from self._plans(name)
        for why in dict.fromkeys(query.scan for query in queries if query.scan):
            yield f"Scan: {prose(why, self.known)}"
        if self.callers is not None:
            found = self.callers.get(name, ())
            yield f"Called by: {', '.join(self._link(path, Path(path)) for path in found) or 'nothing'}"

    def _columns(self, result: Mapping[str, object]) -> str:
        """The columns of its rows; where they are those of a table, its name."""
        names = [*result]
        for side in self.sides:
            for table in side.tables.values():
                if len(names) >= WHOLE and [*table.columns] == names and table.name in self.headed:
                    return f"each column of {link(table.name, table.name)}"
        return ", ".join(f"{code(each)} {kind}" for each, kind in result.items())

    def _plans(self, name: str) -> Iterator[str]:
        """By which indexes tables are read, where any are."""
        plans = {side.dialect: side.plans[name] for side in self.sides if any(side.plans.get(name, ()))}
        if len(plans) == len(self.sides) > 1 and len(set(plans.values())) == 1:
            yield f"Reads {_plan(next(iter(plans.values())))}"
            return
        for dialect, plan in plans.items():
            yield f"Reads{_on(dialect, self.sides)} {_plan(plan)}"

    def _source(self, query: Query) -> str:
        where, _, line = query.where.rpartition(":")
        paths = [folder.resolve().parent / where for folder in self.folders]
        path = next((path for path in paths if path.is_file()), paths[-1])
        return self._link(f"{path.name}:{line}", path, f"#L{line}")

    def _link(self, text: str, path: Path, part: str = "") -> str:
        return f"[{escaped(text)}]({relative(path, self.place)}{part})"


def relative(path: Path, place: Path) -> str:
    """A path as a page in the folder `place` links to it."""
    found = Path(os.path.relpath(path.resolve(), place.resolve())).as_posix()
    return found.replace(" ", "%20").replace("(", "%28").replace(")", "%29")


def _on(dialect: Dialect, sides: Sequence[Facts]) -> str:
    return f" on {dialect.engine}" if len(sides) > 1 else ""


def _parameter(query: Query, name: str, parameter: Parameter) -> str:
    text = f"{code(name)} {parameter.type}"
    if parameter.passing == "default":
        return f"{text} = {code(query.defaults[name].text)}"
    return f"{text} (optional)" if parameter.passing == "optional" else text


def _plan(plan: Plans) -> str:
    least = code(plan.least) if plan.least else "nothing"
    return least if plan.least == plan.most else f"{least}; with all optional lines {code(plan.most)}"
