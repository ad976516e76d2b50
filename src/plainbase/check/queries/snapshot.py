"""`checked.json`: what the last `check --update` found of every query, committed beside the query files.

{"schema": {"postgres": "<digest>", "sqlite": "<digest>"},
 "queries": {"datasets.get": {"kind": "one", "text": "<digest>",
   "parameters": {"id": "uuid"},
   "result": {"id": "uuid", "description": "text?"}}}}
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from plainbase.check.plans import grows
from plainbase.check.queries.description import Description, Parameter, Type
from plainbase.errors import ConfigurationError
from plainbase.migrations import Migration
from plainbase.sqlfile import lexer
from plainbase.sqlfile.query import Kind, Query

NAME = "checked.json"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Descriptions by the query's name, the digest of each text, and those of the schema by dialect."""

    schema: Mapping[str, str]
    texts: Mapping[str, str]
    queries: Mapping[str, Description]


def read(path: Path) -> Snapshot | None:
    """Read a snapshot; None where there is none. Raises ConfigurationError where it cannot be read."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        queries = found["queries"]
        return Snapshot(
            {str(dialect): str(digest) for dialect, digest in found["schema"].items()},
            {name: each["text"] for name, each in queries.items()},
            {name: _description(each) for name, each in queries.items()},
        )
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigurationError(
            f"{path}: cannot be read ({error}); `plainbase check --update` writes it anew"
        ) from None


def write(path: Path, snapshot: Snapshot) -> None:
    """Write a snapshot, one line for the parameters of a query and one for its result."""
    path.write_text("\n".join(_lines(snapshot)) + "\n", encoding="utf-8")


def schema_digest(found: Sequence[Migration]) -> str:
    """A digest of what the migrations do, and which tables they mark, whatever else their comments say."""
    return _digest([*(each.up.sql_checksum for each in found), *sorted(grows.read(found))])


def text_digest(queries: Iterable[Query]) -> str:
    """A digest of a query on all its engines: the SQL without comments, and the notes that its types rest on."""
    return _digest(part for query in queries for part in _parts(query))


def stale(snapshot: Snapshot, texts: Mapping[str, str], schema: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield what a snapshot does not know, as pairs of a query's name (or a dialect) and what is the matter."""
    for dialect, digest in schema.items():
        if snapshot.schema.get(dialect) != digest:
            yield dialect, "the migrations have changed"
    for name in sorted(texts.keys() | snapshot.texts.keys()):
        if name not in snapshot.texts:
            yield name, "the query is new"
        elif name not in texts:
            yield name, "there is no such query any more"
        elif texts[name] != snapshot.texts[name]:
            yield name, "the query's text has changed"


def outline(found: Description) -> object:
    """What any engine alone can tell of a query: its kind, the names of its parameters, and those of its result."""
    named = found.kind not in (Kind.VALUE, Kind.SCRIPT) and found.result is not None
    passing = {name: each.passing for name, each in found.parameters.items()}
    return found.kind, passing, list(found.result or ()) if named else None


def changes(before: Description, now: Description) -> Iterator[str]:
    """Say what callers of a query would have to know."""
    if before.kind != now.kind:
        yield f"it was :{before.kind} and is :{now.kind}"
    yield from _changes("parameter", before.parameters, now.parameters)
    yield from _changes("result column", before.result or {}, now.result or {})


def _changes(what: str, before: Mapping[str, object], now: Mapping[str, object]) -> Iterator[str]:
    for name in [*before, *(name for name in now if name not in before)]:
        if name not in now:
            yield f"{what} {name!r} is gone; it was {before[name]}"
        elif name not in before:
            yield f"{what} {name!r} is new: {now[name]}"
        elif before[name] != now[name]:
            yield f"{what} {name!r} was {before[name]} and is {now[name]}"
    if before.keys() == now.keys() and list(before) != list(now) and what != "parameter":
        yield f"the order of the {what}s was {', '.join(before)} and is {', '.join(now)}"


def _parts(query: Query) -> Iterator[str]:
    yield from (query.dialect, query.kind, query.only or "")
    yield from ("scan" if query.scan is not None else "", query.notes.get("parity", "").partition(",")[0])
    for token in lexer.tokens(query.source, query.dialect):
        if token.kind not in (lexer.COMMENT, lexer.BLOCK):
            yield token.text
    yield from (f"{name} = {default.text}" for name, default in sorted(query.defaults.items()))
    yield from (f"{name} {kind}" for name, kind in sorted(query.results.items()))
    yield from (f"{word} {name} {null}" for (word, name), null in sorted(query.nulls.items()))
    yield from (" ".join(sorted(group)) for group in query.groups)
    for statement in query.statements[-1:]:
        yield from (f"{name} {kind}" for name, kind in sorted(statement.declared.items()))


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def _lines(snapshot: Snapshot) -> Iterator[str]:
    yield "{"
    yield f'"schema": {json.dumps(snapshot.schema)},'
    yield '"queries": {'
    names = sorted(snapshot.queries)
    for name in names:
        query = snapshot.queries[name]
        only = f', "only": {json.dumps(query.only)}' if query.only else ""
        yield f'"{name}": {{"kind": "{query.kind}"{only}, "text": "{snapshot.texts[name]}",'
        shown = {key: str(parameter) for key, parameter in query.parameters.items()}
        yield f'  "parameters": {json.dumps(shown)}{"," if query.result is not None else ""}'
        if query.result is not None:
            yield f'  "result": {json.dumps({key: str(kind) for key, kind in query.result.items()})}'
        yield "}" if name == names[-1] else "},"
    yield "}"
    yield "}"


def _description(found: Mapping[str, Any]) -> Description:
    parameters = {name: Parameter.parse(text) for name, text in found["parameters"].items()}
    result = found.get("result")
    columns = None if result is None else {name: Type.parse(text) for name, text in result.items()}
    return Description(found["kind"], parameters, columns, found.get("only"))
