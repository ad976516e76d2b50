"""What each engine says of the queries: every combination of optional lines, prepared on a scratch database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

import apsw
from apsw.ext import query_info

from plainbase.check import catalog
from plainbase.check.catalog import Catalog
from plainbase.check.finding import Finding
from plainbase.check.meaning import nullable
from plainbase.check.meaning.parsing import Unreadable
from plainbase.check.plans import grows, indexes, review
from plainbase.check.plans.indexes import Indexes
from plainbase.check.plans.review import Planned
from plainbase.check.queries.description import ANY, Type
from plainbase.dialect import Dialect
from plainbase.drivers import generic_plans
from plainbase.drivers.base import Driver
from plainbase.drivers.postgres import PostgresDriver
from plainbase.drivers.postgres_describe import describe
from plainbase.drivers.sqlite import SqliteDriver
from plainbase.drivers.sqlite_rows import logical_type
from plainbase.errors import PlainbaseError
from plainbase.migrations import Migration
from plainbase.sqlfile.query import Kind, Query
from plainbase.sqlfile.statement import Statement
from plainbase.values import TYPES, ListOf

Types = Mapping[str, Type]


@dataclass(frozen=True, slots=True)
class Seen:
    """What an engine says of a query with all its optional lines; `result` is None where it gives no rows.

    `computed` are the result columns that no column declares.
    """

    query: Query
    parameters: Types
    result: Types | None
    computed: frozenset[str] = frozenset()


@dataclass(slots=True)
class Engine:
    """What one engine says: its catalog, each query that prepares and the plans of its texts, and what does not.

    `growing` are the tables that its migrations mark, each with its place.
    """

    dialect: Dialect
    catalog: Catalog
    indexes: Indexes = field(default_factory=lambda: Indexes({}))
    growing: Mapping[str, str] = field(default_factory=dict)
    planned: Sequence[Planned] = ()
    seen: dict[str, Seen] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


async def examine(driver: Driver, queries: Sequence[Query], migrations: Sequence[Migration]) -> Engine:
    """Ask a migrated scratch database about the queries; its migrations say which tables grow."""
    runnable = [query for query in queries if query.statements]
    if isinstance(driver, PostgresDriver):
        engine = await _on_postgres(driver, runnable)
    else:
        engine = await _on_sqlite(cast(SqliteDriver, driver), runnable)
    engine.growing = grows.read(migrations)
    engine.indexes = await indexes.read(driver)
    engine.planned = [each async for each in review.read(driver, runnable, engine.indexes, engine.growing)]
    engine.findings += [each async for each in _without_a_plan(engine, driver)]
    await _run_scripts(engine, driver, queries)  # last: one may leave rows or counts of them, and plans rest on these
    return engine


async def _on_postgres(driver: PostgresDriver, queries: Sequence[Query]) -> Engine:
    """Prepare every text on a migrated scratch database."""
    engine = Engine(Dialect.POSTGRES, await catalog.read(driver))
    for query in queries:
        for statement in reversed(query.statements):  # the one with all optional lines first
            try:
                found = await describe(driver, statement)
            except PlainbaseError as error:
                _fails(engine, query, statement, error.message)
                break
            parameters = _by_name(statement, (Type(*each) for each in found.parameters))
            _named_once(engine, query, statement, [name for name, _, _ in found.columns])
            result = {name: Type(kind, listed) for name, kind, listed in found.columns}
            _note(engine, statement, Seen(query, parameters, result or None))
    return engine


async def _on_sqlite(driver: SqliteDriver, queries: Sequence[Query]) -> Engine:
    """The same on SQLite, by apsw, which tells declared types; the driver's own library plans each text later."""
    engine = Engine(Dialect.SQLITE, await catalog.read(driver))
    connection = apsw.Connection(str(Path(driver.options.path or "")), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        for query in queries:
            for statement in reversed(query.statements):  # the one with all optional lines first
                try:
                    described = query_info(connection, statement.text).description
                    accepts = (await driver.plans.make(statement, driver.look)).accepts
                except (apsw.Error, PlainbaseError) as error:
                    message = error.message if isinstance(error, PlainbaseError) else str(error)
                    _fails(engine, query, statement, message.removeprefix("SQLError: "))
                    break
                parameters = _by_name(statement, map(_accepted, accepts))
                _named_once(engine, query, statement, [name for name, _ in described])
                result = {name: _column(query, name, declared) for name, declared in described}
                computed = frozenset(name for name, declared in described if declared is None)
                _note(engine, statement, Seen(query, parameters, result or None, computed))
    finally:
        connection.close()
    return engine


async def _without_a_plan(engine: Engine, driver: Driver) -> AsyncIterator[Finding]:
    """Say of the queries that prepare and have no plan what the engine says: it would say it to whoever calls them."""
    planned = {each.statement for each in engine.planned}
    for seen in engine.seen.values():
        for statement in seen.query.statements:
            if statement.verb in review.PLANNED and statement not in planned:
                try:
                    await generic_plans.text(driver, statement)
                except PlainbaseError as error:
                    message = f"has no plan on {engine.dialect.engine}: {error.message}"
                    yield Finding.of(seen.query, message, statement)
                    break


async def _run_scripts(engine: Engine, driver: Driver, queries: Sequence[Query]) -> None:
    """Run each script, whose later statements may need what earlier ones make: undone, or last where that cannot be."""
    for query in (query for query in queries if query.script):
        try:
            await _run_undone(driver, query)
        except PlainbaseError:
            try:
                await driver.script(query.script, query.where)  # VACUUM and its like stand in no transaction
            except PlainbaseError as error:
                engine.findings.append(Finding.of(query, f"fails on {engine.dialect.engine}: {error.message}"))
                continue
        engine.seen[query.name] = Seen(query, {}, None)


async def _run_undone(driver: Driver, query: Query) -> None:
    session = await driver.begin()
    try:
        await session.script(query.script, query.where)
    finally:
        await session.rollback()
        driver.schema_changed()


def _fails(engine: Engine, query: Query, statement: Statement, message: str) -> None:
    engine.findings.append(Finding.of(query, f"does not prepare on {engine.dialect.engine}: {message}", statement))
    engine.seen.pop(query.name, None)


def _named_once(engine: Engine, query: Query, statement: Statement, names: Sequence[str]) -> None:
    """A row is a mapping, so the engine's drivers refuse two columns of one name, but not before they run."""
    twice = ", ".join(dict.fromkeys(name for name in names if names.count(name) > 1))
    if twice and query.kind is not Kind.EXEC:
        message = f"two columns of the result have one name: {twice}; give each an alias"
        engine.findings.append(Finding.of(query, message, statement))


def _note(engine: Engine, statement: Statement, seen: Seen) -> None:
    query = seen.query
    known = engine.seen.get(query.name)
    if known is None:
        engine.seen[query.name] = _with_nulls(engine, seen)
        _hold_to_kind(engine, seen)
        return
    for name, kind in seen.parameters.items():
        if kind[:2] != known.parameters[name][:2]:
            message = f"parameter {name!r} is {kind} here, and {known.parameters[name]} with all optional lines"
            engine.findings.append(Finding.of(query, f"{message} (on {engine.dialect.engine})", statement))


def _hold_to_kind(engine: Engine, seen: Seen) -> None:
    query = seen.query
    if query.notes.get("parity", "").startswith("shape"):
        return
    if seen.result is None and query.kind not in (Kind.EXEC, Kind.SCRIPT, Kind.RETURNING):
        message = f"a :{query.kind} query gives rows, and this statement none; make it :exec, or add RETURNING"
        engine.findings.append(Finding.of(query, message))
    for name in query.results:
        if seen.result is None or name not in seen.result:
            engine.findings.append(Finding.of(query, f"-- result: there is no result column {name!r}"))


def _with_nulls(engine: Engine, seen: Seen) -> Seen:
    """Say what may be null: what the file says, else what its text tells; if nothing does, everything may."""
    try:
        taken = nullable.parameters(seen.query, engine.dialect, engine.catalog)
        given = nullable.results(seen.query, engine.dialect, engine.catalog) or {}
    except Unreadable:
        taken, given = {}, {}
    said = seen.query.nulls
    taken |= {name: null for (word, name), null in said.items() if word == "parameter"}
    given |= {name: null for (word, name), null in said.items() if word == "result"}
    parameters = {name: kind._replace(nullable=taken.get(name, True)) for name, kind in seen.parameters.items()}
    folded = str.lower if engine.dialect is Dialect.SQLITE else str
    result = seen.result and {
        name: kind._replace(nullable=given.get(folded(name), True)) for name, kind in seen.result.items()
    }
    return replace(seen, parameters=parameters, result=result)


def _by_name(statement: Statement, types: Iterable[Type]) -> dict[str, Type]:
    """The type of each parameter; on SQLite it may stand in several places, of which one may tell it."""
    found: dict[str, Type] = {}
    for name, kind in zip(statement.names, types, strict=True):
        if name not in found or found[name].name == ANY:
            found[name] = kind
    return found


def _accepted(accepts: object) -> Type:
    if isinstance(accepts, ListOf):
        return _accepted(accepts.element)._replace(listed=True)
    name = getattr(accepts, "name", "")
    return Type(name if name in TYPES else ANY)


def _column(query: Query, name: str, declared: str | None) -> Type:
    return Type(query.results.get(name) or logical_type(declared or "") or ANY)
