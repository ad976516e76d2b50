"""The comment lines that open a query: its name and kind, its doc, its defaults and other notes."""

from __future__ import annotations

import json
import keyword
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple, NoReturn

from plainbase.dialect import Dialect
from plainbase.sqlfile.lexer import Token
from plainbase.sqlfile.query import Default, Kind
from plainbase.sqlfile.statement import Problem
from plainbase.values import TYPES, now, uuid7

_KINDS = {kind.value: kind for kind in Kind if kind is not Kind.RETURNING}
_MARKS = {
    "": Kind.MANY,
    "^": Kind.OPTIONAL,
    "$": Kind.VALUE,
    "!": Kind.EXEC,
    "*!": Kind.EXEC,
    "<!": Kind.RETURNING,
    "#": Kind.SCRIPT,
}
_COMPUTED = {"uuid7()": uuid7, "now()": now}

_HEADER = re.compile(r"-{2,}[ \t]*name[ \t]*:")
_NEARLY = re.compile(r"-{2,}\s*name\s*[:=]?\s*[\w-]+\s*(?:\([^()]*\))?\s*(?::\s*\w+|<!|\*!|[\^$!#])\s*", re.IGNORECASE)
_SPEC = re.compile(r"(?P<name>[^\s():^$!<*#]+)\s*(?:\((?P<list>[^()]*)\))?\s*(?P<kind>:.*|<!|\*!|[\^$!#]|)")
_NOTE = re.compile(r"(defaults|parameter|result|scan|only|parity)[ \t]*:[ \t]*(.*)", re.DOTALL)
_RECORD_CLASS = re.compile(r"record_class[ \t]*:[ \t]*\w+[ \t]*")
_NAME = re.compile(r"[A-Za-z_]\w*")
_TYPED = re.compile(r"(\w+|\"[^\"]+\")\s+(\w+)([?!]?)")
_WITH_REASON = re.compile(r"(\w+)\s*,\s*(\S.*)")
_EXPECTED = "expected `-- name: <query> :<kind>`, the kind one of " + ", ".join(f":{word}" for word in _KINDS)


class Name(NamedTuple):
    """What a `-- name:` line says; `worded` tells our own form from aiosql's marks."""

    name: str
    kind: Kind
    declared: tuple[str, ...] | None
    worded: bool


@dataclass(slots=True)
class Notes:
    """What the comment lines below the name say."""

    doc: str = ""
    defaults: dict[str, Default] = field(default_factory=dict)
    parameters: dict[str, str] = field(default_factory=dict)
    results: dict[str, str] = field(default_factory=dict)
    nulls: dict[tuple[str, str], bool] = field(default_factory=dict)
    only: Dialect | None = None
    scan: str | None = None
    others: dict[str, str] = field(default_factory=dict)
    offsets: dict[str, int] = field(default_factory=dict)


class Malformed(Exception):
    """A header line that cannot be read; the message says what is expected."""


def is_header(comment: str) -> bool:
    """Tell whether a comment is a `-- name:` line."""
    return _HEADER.match(comment) is not None


def is_nearly_header(comment: str) -> bool:
    """Tell whether a comment looks like a `-- name:` line misspelt."""
    return _NEARLY.fullmatch(comment) is not None


def read_name(comment: str) -> Name:
    """Read a `-- name:` line; raises Malformed."""
    spec = _HEADER.sub("", comment, count=1).strip()
    match = _SPEC.fullmatch(spec)
    if match is None:
        raise Malformed(f"cannot read {spec!r}: {_EXPECTED}" if spec else f"the name is missing: {_EXPECTED}")
    name = match["name"].replace("-", "_")
    fault = name_fault(name)
    if fault:
        raise Malformed(f"query name {match['name']!r} {fault}: {_EXPECTED}")
    mark = match["kind"].rstrip()
    worded = mark.startswith(":")
    kind = _KINDS.get(mark[1:].strip()) if worded else _MARKS[mark]
    if kind is None:
        raise Malformed(f"unknown kind {mark!r}: {_EXPECTED}")
    return Name(name, kind, _declared(match["list"]), worded)


def name_fault(name: str) -> str | None:
    """Return why `name` cannot be an attribute, or None where it can."""
    if not name.isidentifier():
        return "is not an identifier"
    if name.startswith("_"):
        return "must not begin with '_'"
    if keyword.iskeyword(name):
        return "is a keyword of Python"
    return None


def read_notes(comments: Iterable[Token]) -> tuple[Notes, list[Problem]]:
    """Read the comment lines between the name and the SQL."""
    notes, problems, prose = Notes(), [], []
    for comment in comments:
        line = comment.text.lstrip("-").strip()
        if _RECORD_CLASS.fullmatch(line):
            continue
        match = _NOTE.fullmatch(line)
        if match is None:
            prose.append(line)
            continue
        word, text = match.groups()
        try:
            _read_note(notes, word, text.strip(), comment.start)
        except Malformed as malformed:
            problems.append(Problem(comment.start, f"-- {word}: {malformed}"))
    notes.doc = "\n".join(prose).strip()
    return notes, problems


def _read_note(notes: Notes, word: str, text: str, offset: int) -> None:
    if word == "defaults":
        for name, default in _defaults(text):
            if name in notes.defaults:
                raise Malformed(f"parameter {name!r} has two defaults")
            notes.defaults[name] = default
            notes.offsets[name] = offset
        return
    if word in ("parameter", "result"):
        types = notes.results if word == "result" else notes.parameters
        for name, logical, null in _types(text):
            if name in types:
                raise Malformed(f"{name!r} has two types")
            types[name] = logical
            if null:
                notes.nulls[word, name] = null == "?"
            notes.offsets.setdefault(f"{word} {name}", offset)
        return
    if word in notes.offsets:
        raise Malformed("stands twice")
    notes.offsets[word] = offset
    if word == "scan":
        if not text:
            raise Malformed("expected the reason why a full scan is right")
        notes.scan = text
        return
    match = _WITH_REASON.fullmatch(text)
    if word == "only":
        if match is None or match[1] not in set(Dialect):
            raise Malformed("expected an engine (sqlite or postgres), a comma and the reason")
        notes.only = Dialect(match[1])
        notes.others["only"] = match[2]
    else:
        if match is None:
            raise Malformed("expected a word, a comma and the reason")
        notes.others[word] = text


def _declared(text: str | None) -> tuple[str, ...] | None:
    if text is None:
        return None
    names = [name.strip().replace("-", "_") for name in text.split(",")] if text.strip() else []
    for name in names:
        if not _NAME.fullmatch(name):
            raise Malformed(f"{name!r} in the parameter list is no parameter name")
    if len(set(names)) < len(names):
        raise Malformed("a name stands twice in the parameter list")
    return tuple(names)


def _refuse_constant(word: str) -> NoReturn:
    raise ValueError(word)


_JSON = json.JSONDecoder(parse_constant=_refuse_constant)
_ASSIGNED = re.compile(r"\s*([A-Za-z_]\w*)\s*=\s*")
_COMMA = re.compile(r"\s*,")
_CALL = re.compile(r"(\w+)\s*\(\s*\)")


def _defaults(text: str) -> list[tuple[str, Default]]:
    """Read `name = literal, …`; literals hold commas of their own."""
    found = []
    position = 0
    while True:
        assigned = _ASSIGNED.match(text, position)
        if assigned is None:
            raise Malformed(f"expected `name = literal, …` at {text[position:].strip()!r}")
        name, start = assigned[1], assigned.end()
        call = _CALL.match(text, start)
        if call is not None:
            compute = _COMPUTED.get(f"{call[1]}()")
            if compute is None:
                raise Malformed(f"{name!r} cannot be {call[0]}; computed defaults are {', '.join(_COMPUTED)}")
            default, position = Default(f"{call[1]}()", compute=compute), call.end()
        else:
            try:
                constant, position = _JSON.raw_decode(text, start)
            except (ValueError, RecursionError):
                raise Malformed(
                    f"{name!r} needs a JSON literal, {' or '.join(_COMPUTED)}; found {text[start:]!r}"
                ) from None
            default = Default(text[start:position], constant)
        found.append((name, default))
        comma = _COMMA.match(text, position)
        if comma is None:
            if text[position:].strip():
                raise Malformed(f"expected a comma before {text[position:].strip()!r}")
            return found
        position = comma.end()


def _types(text: str) -> list[tuple[str, str, str]]:
    """Read `name type, …`; after a type `?` says that it may be null, `!` that it is never."""
    found = []
    for item in text.split(","):
        match = _TYPED.fullmatch(item.strip())
        if match is None:
            raise Malformed(f"expected `name type, …`, found {item.strip()!r}")
        if match[2] not in TYPES:
            raise Malformed(f"unknown type {match[2]!r}; the types are {', '.join(TYPES)}")
        found.append((match[1].strip('"'), match[2], match[3]))
    return found
