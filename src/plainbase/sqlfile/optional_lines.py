"""Lines marked `-- optional`: found, checked, and put into groups that come and go together."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from plainbase.sqlfile.columns import between_ands, continues, keys, words
from plainbase.sqlfile.lexer import BLOCK, COMMENT, OPERATOR, PARAM, Token
from plainbase.sqlfile.statement import OptionalLine, Problem, unbalanced

MOST_GROUPS = 6

_BEGINS_OPTIONAL = re.compile(r"(?:--|/\*)[-\s*!+]*optional", re.IGNORECASE)
# What an item of a comma-separated list follows.
_BEFORE_ITEM = frozenset({",", "(", "SET", "SELECT", "DISTINCT", "ALL", "BY", "RETURNING"})
# What ends a comma-separated list, so that no item can stand there.
_AFTER_ITEMS = words(
    "; ) ] , FROM WHERE GROUP HAVING ORDER LIMIT OFFSET FETCH FOR WINDOW UNION INTERSECT EXCEPT RETURNING ON AND OR"
)
# What leaves a condition unfinished when it stands last.
_UNFINISHED = words(
    "AND OR NOT WHERE ON HAVING WHEN THEN ELSE CASE IN IS LIKE ILIKE BETWEEN ESCAPE COLLATE SET SELECT , ( [ ."
)


class Groups(NamedTuple):
    """`names[i]` are the parameters that decide about group i, `lines[i]` its lines, `extras` name -> group.

    Extras have a default and stand on optional lines only.
    """

    names: tuple[frozenset[str], ...]
    lines: tuple[tuple[OptionalLine, ...], ...]
    extras: dict[str, int]


NO_GROUPS = Groups((), (), {})


def is_marker(comment: Token) -> bool:
    """Tell whether a comment is exactly `-- optional`."""
    return comment.kind == COMMENT and comment.text.rstrip() == "-- optional"


def false_markers(comments: Iterable[Token]) -> Iterator[Problem]:
    """Report comments that look like the marker and are not."""
    for comment in comments:
        if _BEGINS_OPTIONAL.match(comment.text) and not is_marker(comment):
            yield Problem(
                comment.start,
                "a comment that begins with 'optional' must be exactly `-- optional`, at the end of an optional line",
            )


def find(text: str, code: Sequence[Token], comments: Iterable[Token]) -> list[OptionalLine]:
    """Return the marked lines of one query, in order."""
    lines = []
    for marker in comments:
        if is_marker(marker):
            start = text.rfind("\n", 0, marker.start) + 1
            inside = [index for index, token in enumerate(code) if start <= token.start < marker.start]
            first, stop = (inside[0], inside[-1] + 1) if inside else (0, 0)
            end = marker.start + len(marker.text.rstrip("\r"))
            lines.append(OptionalLine(start, end, first, stop, marker))
    return lines


def check(
    lines: Sequence[OptionalLine], code: Sequence[Token], comments: Sequence[Token], defaults: Collection[str]
) -> list[Problem]:
    """Hold the lines against the rules; return what breaks them."""
    checker = _Checker(lines, code, comments, defaults)
    problems = []
    for line in lines:
        message = checker.fault(line)
        if message:
            problems.append(Problem(line.marker.start, message))
    return problems


def group(lines: Sequence[OptionalLine], code: Sequence[Token], defaults: Collection[str]) -> Groups:
    """Join lines that share a parameter (one that stands on no plain line)."""
    plain = _plain_names(lines, code)
    joined: list[tuple[set[str], list[OptionalLine]]] = []
    for line in lines:
        names, members = _names(line, code) - plain, [line]
        apart = []
        for group_names, group_lines in joined:
            if names.isdisjoint(group_names):
                apart.append((group_names, group_lines))
            else:
                names |= group_names
                members = group_lines + members
        joined = [*apart, (names, members)]
    joined.sort(key=lambda pair: min(line.start for line in pair[1]))
    return Groups(
        tuple(frozenset(names.difference(defaults)) for names, _ in joined),
        tuple(tuple(members) for _, members in joined),
        {name: index for index, (names, _) in enumerate(joined) for name in names.intersection(defaults)},
    )


def _names(line: OptionalLine, code: Sequence[Token]) -> set[str]:
    return {token.text[1:] for token in code[line.first : line.stop] if token.kind == PARAM}


def _plain_names(lines: Iterable[OptionalLine], code: Sequence[Token]) -> set[str]:
    optional = {index for line in lines for index in range(line.first, line.stop)}
    return {token.text[1:] for index, token in enumerate(code) if token.kind == PARAM and index not in optional}


class _Checker:
    def __init__(
        self,
        lines: Sequence[OptionalLine],
        code: Sequence[Token],
        comments: Sequence[Token],
        defaults: Collection[str],
    ) -> None:
        self._code = code
        self._up = keys(code)
        self._several_lines = [token for token in (*code, *comments) if "\n" in token.text]
        self._plain_names = _plain_names(lines, code)
        self._defaults = defaults
        self._line_of = {index: line for line in lines for index in range(line.first, line.stop)}
        self._ands = between_ands(self._up)

    def fault(self, line: OptionalLine) -> str | None:
        """Return what is wrong with the line."""
        for token in self._several_lines:
            if token.start < line.start < token.end:
                kind = "comment" if token.kind == BLOCK else "string or quoted name"
                return f"an optional line must not start inside a {kind}"
        if line.first == line.stop:
            return "an optional line must hold SQL with a parameter; here is none before the marker"
        up = self._up[line.first : line.stop]
        if ";" in up:
            return "an optional line must not hold ';'"
        if unbalanced(self._code[line.first : line.stop]) or up.count("CASE") != up.count("END"):
            return "brackets (and CASE … END) must balance inside an optional line"
        if up[-1] == "," and up[0] not in ("AND", "OR"):
            return self._item_fault(line) or self._parameter_fault(line)
        if up[0] in ("AND", "OR"):
            return self._condition_fault(line) or self._parameter_fault(line)
        hint = "; write `WHERE true` where all conditions are optional" if "WHERE" in up else ""
        return f"an optional line must begin with AND or OR, or end with a comma before a mandatory item{hint}"

    def _parameter_fault(self, line: OptionalLine) -> str | None:
        names = _names(line, self._code)
        if not names:
            return "an optional line must hold a parameter"
        own = names - self._plain_names
        if not own:
            return f"an optional line needs a parameter of its own; {_listed(names)} also stands on a plain line"
        if own.issubset(self._defaults):
            return f"an optional line needs a parameter without a default; {_listed(own)} has one"
        return None

    def _condition_fault(self, line: OptionalLine) -> str | None:
        first, last = line.first, line.stop - 1
        if first in self._ands:
            return "this AND belongs to a BETWEEN that begins before the optional line"
        if self._up[first : line.stop].count("BETWEEN") != sum(first < index <= last for index in self._ands):
            return "a BETWEEN must have its AND on the same optional line"
        before = first - 1
        while before in self._line_of:
            before = self._line_of[before].first - 1
        if before < 0 or self._up[before] in _UNFINISHED or self._code[before].kind == OPERATOR:
            return "no condition stands before this optional line; write `WHERE true` where all are optional"
        if self._up[last] in _UNFINISHED or self._code[last].kind == OPERATOR or first == last:
            return "the condition must end on the optional line"
        after = line.stop
        while after in self._line_of:
            after = self._line_of[after].stop
        if after < len(self._code) and continues(self._code[after]):
            return "the condition must end on the optional line, and not go on below it"
        return None

    def _item_fault(self, line: OptionalLine) -> str | None:
        if line.first == 0 or self._up[line.first - 1] not in _BEFORE_ITEM:
            return "an optional line that ends with a comma must hold whole items, from the start of the line"
        after = line.stop
        while after in self._line_of and self._up[self._line_of[after].stop - 1] == ",":
            after = self._line_of[after].stop
        if after >= len(self._up) or after in self._line_of or self._up[after] in _AFTER_ITEMS:
            return "an optional line that ends with a comma must stand before a mandatory item"
        return None


def _listed(names: Iterable[str]) -> str:
    return ", ".join(repr(name) for name in sorted(names))
