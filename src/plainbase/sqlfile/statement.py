"""One SQL text as an engine gets it, with what its words say about its parameters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

from plainbase.dialect import Dialect
from plainbase.sqlfile.columns import Columns, InsertMismatch, stated_type, tables
from plainbase.sqlfile.lexer import PARAM, PUNCTUATION, WORD, Token

Role = Literal["value", "list", "limit"]

_VERBS = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE", "MERGE", "REPLACE", "VALUES"})
_PARTNERS = {")": "(", "]": "["}
_BLANKS = re.compile(r"[ \t]*")


class Problem(NamedTuple):
    """What is wrong with a text, and at which offset."""

    offset: int
    message: str


class Body(NamedTuple):
    """The SQL of one query inside its file: `text[start:end]`, its tokens without comments, and its origin.

    `up` are the tokens' texts, bare words in upper case.
    """

    text: str
    start: int
    end: int
    code: list[Token]
    up: list[str]
    dialect: Dialect
    query: str
    where: str
    line: int
    parameters: Mapping[str, str]
    results: Mapping[str, str]


class OptionalLine(NamedTuple):
    """One line marked `-- optional`: its span without the line break, its tokens as a slice of the code, its marker."""

    start: int
    end: int
    first: int
    stop: int
    marker: Token


@dataclass(frozen=True, eq=False)
class Statement:
    """One text as the engine gets it; the tuples go by position in `text`.

    What only a driver asks, when it runs the statement for the first time, is worked out then.
    """

    text: str
    names: tuple[str, ...]
    roles: tuple[Role, ...]
    verb: str
    declared: Mapping[str, str]
    results: Mapping[str, str]
    query: str
    where: str
    line: int
    _code: Sequence[Token]
    _up: Sequence[str]
    _places: Sequence[Sequence[int]]

    @cached_property
    def columns(self) -> tuple[str | None, ...]:
        """The column that each parameter is compared with or assigned to, as written, where the text says it."""
        columns = Columns(self._code, self._up)
        return tuple([next(filter(None, map(columns.of, places)), None) for places in self._places])

    @cached_property
    def stated_types(self) -> tuple[str | None, ...]:
        """The logical type of each parameter, where the text around it says one."""
        return tuple(
            [next((found for at in places if (found := stated_type(self._up, at))), None) for places in self._places]
        )

    @cached_property
    def tables(self) -> tuple[str, ...]:
        """The tables named in the text."""
        return tables(self._code, self._up)

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The bare words of the text, in lower case."""
        return tuple([token[1].lower() for token in self._code if token[0] == WORD])


class _Edit(NamedTuple):
    start: int
    end: int
    text: str


def compile_statement(body: Body, removed: Sequence[OptionalLine] = ()) -> Statement | Problem:
    """Compile the body without the lines in `removed`, which balance their own brackets."""
    code, up = body.code, body.up
    if removed:
        stops = [0, *(line.stop for line in removed)]
        firsts = [*(line.first for line in removed), len(code)]
        kept = [slice(stop, first) for stop, first in zip(stops, firsts, strict=True)]
        code = [token for part in kept for token in code[part]]
        up = [key for part in kept for key in up[part]]
    if "INTO" in up:
        try:
            Columns(code, up)
        except InsertMismatch as mismatch:
            return Problem(mismatch.token.start, f"INSERT has {mismatch}")
    edits = [_Edit(line.start, line.end, "") for line in removed]
    edits.extend(_name_comment(body, code))
    names: list[str] = []
    roles: list[Role] = []
    places: list[list[int]] = []
    numbers: dict[str, int] = {}
    for index in [index for index, token in enumerate(code) if token[0] == PARAM]:
        token = code[index]
        name = token.text[1:]
        role = _role(up, index)
        number = len(names) if body.dialect is Dialect.SQLITE else numbers.setdefault(name, len(numbers))
        if number == len(names):
            names.append(name)
            roles.append(role)
            places.append([index])
        else:
            places[number].append(index)
            if role == "limit":
                roles[number] = role
        if body.dialect is Dialect.SQLITE:
            mark = "SELECT value FROM json_each(?)" if role == "list" else "?"
        else:
            mark = f"${number + 1}"
            if role == "list":
                edits.extend(_any_or_all(body.text, code, up, index))
        edits.append(_Edit(token.start, token.end, mark))
    return Statement(
        text=_apply(body, edits),
        names=tuple(names),
        roles=tuple(roles),
        verb=_verb(code, up),
        declared=body.parameters,
        results=body.results,
        query=body.query,
        where=body.where,
        line=body.line,
        _code=code,
        _up=up,
        _places=places,
    )


def unbalanced(code: Iterable[Token]) -> Problem | None:
    """Return the first bracket that has no partner."""
    opened: list[Token] = []
    for token in code:
        if token.kind != PUNCTUATION:
            continue
        if token.text in ("(", "["):
            opened.append(token)
        elif token.text in (")", "]") and (not opened or opened.pop().text != _PARTNERS[token.text]):
            return Problem(token.start, f"this {token.text!r} closes no bracket")
    return Problem(opened[-1].start, f"this {opened[-1].text!r} is never closed") if opened else None


def mixed_roles(body: Body) -> Problem | None:
    """Return the first parameter that stands both as a list and as a single value."""
    up = body.up
    if "IN" not in up:
        return None
    seen: dict[str, bool] = {}
    for index, token in enumerate(body.code):
        if token.kind == PARAM:
            is_list = _role(up, index) == "list"
            if seen.setdefault(token.text, is_list) != is_list:
                return Problem(token.start, f"parameter {token.text[1:]!r} stands both as a list and as a single value")
    return None


def _apply(body: Body, edits: list[_Edit]) -> str:
    edits.sort()
    pieces = []
    position = body.start
    for edit in edits:
        pieces.append(body.text[position : edit.start])
        pieces.append(edit.text)
        position = edit.end
    pieces.append(body.text[position : body.end])
    return "".join(pieces)


def _name_comment(body: Body, code: Iterable[Token]) -> Iterable[_Edit]:
    if body.query:
        for token in code:
            if token.kind == WORD:
                return (_Edit(token.end, token.end, f" /* {body.query} */"),)
    return ()


def _role(up: Sequence[str], index: int) -> Role:
    if index > 1 and up[index - 1] == "(" and up[index - 2] == "IN" and up[index + 1 : index + 2] == [")"]:
        return "list"
    before = index - 1
    while before > 0 and up[before] == "(":
        before -= 1
    if before < 0:
        return "value"
    if up[before] == "," and before == index - 1 and before > 1 and up[before - 2] == "LIMIT":
        return "limit"
    if up[before] in ("LIMIT", "OFFSET"):
        return "limit"
    if up[before] in ("FIRST", "NEXT") and before and up[before - 1] == "FETCH":
        return "limit"
    return "value"


def _any_or_all(text: str, code: Sequence[Token], up: Sequence[str], index: int) -> Iterable[_Edit]:
    """`IN (:p)` -> `= ANY(:p)`, `NOT IN (:p)` -> `<> ALL(:p)`; blanks go, comments and line breaks stay."""
    word, bracket, param, closing = code[index - 2 : index + 2]
    negated = index > 2 and up[index - 3] == "NOT"
    if negated:
        yield _Edit(code[index - 3].start, code[index - 3].end, "<>")
    yield _Edit(word.start, word.end, "ALL" if negated else "= ANY")
    for left, right in ((word, bracket), (bracket, param), (param, closing)):
        if left.end < right.start and _BLANKS.fullmatch(text, left.end, right.start):
            yield _Edit(left.end, right.start, "")


def _verb(code: Sequence[Token], up: Sequence[str]) -> str:
    first = next((key for token, key in zip(code, up, strict=True) if token.kind == WORD), "")
    if first != "WITH":
        return first
    depth = 0
    for index, key in enumerate(up):
        if key == "(":
            depth += 1
        elif key == ")":
            depth -= 1
        elif depth == 0 and key in _VERBS and up[index - 1] not in ("WITH", "RECURSIVE", ","):
            return key
    return "SELECT"
