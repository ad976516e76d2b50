"""SQL in every text that plainbase takes: it is stored and given back as it is, and nothing of it is executed."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

import pytest
import pytest_asyncio

from parity import harness, queries
from parity.call import Call, sample_rows
from parity.databases import copies
from plainbase import ConstraintViolation, Database, StatementFailed, shipped
from plainbase.check.queries import snapshot
from plainbase.runner import Runner
from plainbase.sqlfile.query import Kind

ATTACKS = {
    "'); UPDATE users SET role = 'admin'; --": "(quiet rivers at noon",
    "' OR '1'='1": "(quiet rivers at noon",
    "\\' || (SELECT max(email) FROM users) || \"": "]quiet rivers at noon",
    '"; DROP TABLE teams; -- $1 ? %s {0}': "#quiet rivers at noon",
}
"""Each with a text that means nothing anywhere, and stands in the same place of an order."""
SPARED = ("text", "json")
"""The types, in checked.json, of what a text can be passed in."""

QUERIES = queries.load([shipped.folder("queries")])
CHECKED = snapshot.read(shipped.folder("queries") / snapshot.NAME)
DESCRIPTIONS = CHECKED.queries if CHECKED else {}
CALLS = queries.written(sample_rows())
TABLES = {
    name
    for file in (shipped.folder("schema") / "sqlite" / "migrations").glob("*.up.sql")
    for name in re.findall(r"CREATE TABLE (\w+)", file.read_text("utf-8"))
}


def texts_of(name: str) -> list[str]:
    """The parameters of a query that take a text, a list of texts, or JSON."""
    return [each for each, kind in DESCRIPTIONS[name].parameters.items() if str(kind.type).startswith(SPARED)]


WITH_TEXT = [name for name in QUERIES if name in DESCRIPTIONS and texts_of(name)]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def engines(sampled: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[harness.Engines]:
    """Both engines with the sample; whoever uses them undoes what it did."""
    async with copies(sampled, tmp_path_factory.mktemp("attacks")) as (sqlite, postgres):
        yield await harness.Engines.of(sqlite, postgres)


def replaced(value: object, text: str) -> object:
    """A value of a call with another text in its place: in a list the first, in JSON one more member."""
    if isinstance(value, list) and value and isinstance(value[0], Mapping):
        return [replaced(value[0], text), *value[1:]]
    if isinstance(value, list):
        return [text, *value[1:]]
    if isinstance(value, Mapping):
        return {**value, text: text}
    return text


def passing(name: str, parameter: str) -> list[Call]:
    """The calls written for a query that pass a parameter, those that pass it null last."""
    calls = [call for call in CALLS[name] if call.rows is None and parameter in call.params]
    return sorted(calls, key=lambda call: call.params[parameter] is None)


def said(value: Any) -> Iterator[str]:
    """Every text in rows and JSON."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from said(key)
            yield from said(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from said(each)


async def roles(db: Runner) -> list[tuple[Any, ...]]:
    """Who is what: what the attacks would change."""
    return [tuple(row) for row in await db.fetch_all("SELECT role, count(*) AS n FROM users GROUP BY role ORDER BY 1")]


async def outcome(db: Database, call: Call, text: str) -> tuple[object, ...]:
    """What a call came to, so that it can be compared: the error, or how many rows, who is what, and what is kept."""
    query = QUERIES[call.query]
    found = next(iter(query.values()))
    async with harness.undone(db) as tx:
        result = await harness.outcome_of(tx, call, [call.params])
        if result.error is not None:
            refused = isinstance(result.error, ConstraintViolation) or not isinstance(result.error, StatementFailed)
            assert refused, (call, result.error)
            return (type(result.error), None, None, None)
        rows = result.result if isinstance(result.result, list) else [result.result]
        kept: list[bool] = []
        if found.kind is Kind.EXEC or any(statement.verb != "SELECT" for statement in found.statements):
            tables = TABLES & {table for statement in found.statements for table in statement.tables}
            contents = [await tx.fetch_all(f"SELECT * FROM {table}") for table in sorted(tables)]
            kept = [text in set(said([list(row) for row in rows])) for rows in contents]
        return (None, len(rows), await roles(tx), kept)


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("name", WITH_TEXT)
async def test_sql_in_a_text_of_a_shipped_query_is_a_text(name: str, engines: harness.Engines) -> None:
    """Each text parameter of each named query, on both engines: what becomes of it is what becomes of any text."""
    for parameter in texts_of(name):
        tried = 0
        for db in (engines.sqlite, engines.postgres):
            if (only := next(iter(QUERIES[name].values())).only) is not None and only is not db.dialect:
                continue
            for call in passing(name, parameter):
                works = False
                for text, twin in ATTACKS.items():
                    value = call.params[parameter]
                    usual = await outcome(db, Call(name, {**call.params, parameter: replaced(value, twin)}), twin)
                    found = await outcome(db, Call(name, {**call.params, parameter: replaced(value, text)}), text)
                    assert found == usual, (db.dialect, parameter, text)
                    works |= found[0] is None
                    tried += 1
                if works:
                    break
        assert tried, f"no call of {name} passes {parameter}: write one in tests/parity"
    await engines.renumber()
