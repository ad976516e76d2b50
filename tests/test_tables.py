"""Tables, their counts and their digests: the same on both engines for the same rows, and for no others."""

from __future__ import annotations

import os
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

import plainbase
from conftest import SERVER, named
from plainbase import Database
from plainbase.platform.tables import LEFT_OUT, digest, row_counts, tables
from plainbase.values import JsonText

OWN = {
    "sqlite": "id INTEGER PRIMARY KEY, of UUID_TEXT, at TIMESTAMP_TEXT, x REAL, j JSON_TEXT, b BLOB, t TEXT",
    "postgres": "id bigint PRIMARY KEY, of uuid, at timestamptz, x double precision, j jsonb, b bytea, t text",
}
ROW: dict[str, Any] = {
    "id": 1,
    "of": "00000000-0000-7000-8000-000000000001",
    "at": datetime(2026, 1, 31, 13, 30, tzinfo=timezone(timedelta(hours=1))),
    "x": 0.1,
    "j": {"b": [1, 1.0, None], "a": {"é": "x"}},
    "b": b"\x00\xff",
    "t": "a\nb",
}
KNOWN = "df9db5f2a806447cc8cbff89ea2b190ccaf3805336f1103b7a8821019f5dcd29"
"""Of both engines, and of every version: manifests have such digests in them."""
CHANGES: dict[str, Any] = {
    "id": 2,
    "of": "00000000-0000-7000-8000-000000000002",
    "at": datetime(2026, 1, 31, 13, 30, 0, 1, tzinfo=timezone(timedelta(hours=1))),
    "x": float("inf"),
    "j": {"b": [1, 1, None], "a": {"é": "x"}},
    "b": b"\x00",
    "t": "a\nb ",
}


async def digested(db: Database, *rows: dict[str, Any], name: str = "own things") -> str:
    await db.script(f'CREATE TABLE "{name}" ({OWN[db.dialect]})')
    for row in rows:
        await db.insert_rows(name, tuple(row), [tuple(row.values())])
    (table,) = [table for table in await tables(db) if table.name == name]
    found = await digest(db, table)
    await db.script(f'DROP TABLE "{name}"')
    assert found.rows == len(rows)
    return found.sha256


async def test_a_digest_is_the_same_on_both_engines(db: Database) -> None:
    ends = {**ROW, "id": 2, "at": None, "x": -0.0, "j": {"z": -0.0}, "of": None, "b": None, "t": None}
    found = await digested(db, ROW, ends)
    assert found == KNOWN
    assert found == await digested(db, ends, ROW), "whatever the order they came in"


@pytest.mark.parametrize("name", CHANGES)
async def test_each_change_is_seen(db: Database, name: str) -> None:
    assert await digested(db, ROW) != await digested(db, {**ROW, name: CHANGES[name]})
    if name != "id":
        assert await digested(db, ROW) != await digested(db, {**ROW, name: None})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("null", None),
        ("[1.12345678901234567890123456789]", "[1.12345678901234567890123456788]"),
        ("[1e400]", "[1e401]"),
        (f"[{'9' * 5000}]", f"[{'9' * 4999}8]"),
    ],
)
async def test_json_is_seen_exactly(db: Database, one: str, other: str | None) -> None:
    """Null of JSON is another than SQL's, and numbers are not those that a float is able to hold."""
    given = [None if text is None else JsonText(text) for text in (one, other)]
    found = [await digested(db, {**ROW, "j": text}) for text in given]
    assert found[0] != found[1]


async def test_json_that_means_the_same(db: Database) -> None:
    ways = ('{"a":1.10,"b":[]}', '{ "b": [], "a" : 2, "a" : 1.1 }')
    assert len({await digested(db, {**ROW, "j": JsonText(text)}) for text in ways}) == 1


async def test_a_row_more_or_less_is_seen(db: Database) -> None:
    assert len({await digested(db), await digested(db, ROW), await digested(db, ROW, {**ROW, "id": 2})}) == 3


async def test_no_row_can_pass_for_two(db: Database) -> None:
    assert await digested(db, {**ROW, "t": 'x"\n[2'}) != await digested(db, {**ROW, "t": "x"}, {**ROW, "id": 2})


async def test_the_tables_of_the_platform(db: Database) -> None:
    found = {table.name: table for table in await tables(db)}
    assert not found.keys() & LEFT_OUT.keys()
    assert "model_leaderboard" not in found, "a view's stored result"
    assert not [name for name in found if "search" in name]
    assert [table.name for table in found.values() if not table.key] == []
    assert "word_count" not in found["corpus_texts"].names
    assert found["training_runs"].parents == (
        "corpus_texts", "datasets", "model_versions", "neural_configs", "teams", "training_runs", "users",
    )  # fmt: skip
    order = list(found)
    assert order.index("datasets") < order.index("dataset_splits") < order.index("corpus_texts")
    assert (await row_counts(db)).keys() == found.keys()


async def test_the_same_tables_on_both_engines(sampled: dict[str, str]) -> None:
    found = []
    for url in (f"sqlite:///{sampled['sqlite']}", named(os.environ[SERVER], sampled["postgres"])):
        async with plainbase.open(url) as db:
            found.append([(table.name, table.names, table.key, table.parents) for table in await tables(db)])
    assert found[0] == found[1]


async def test_rows_without_a_key(db: Database) -> None:
    """Each of them counts, as often as it is there, in whichever order."""
    await db.script("CREATE TABLE keyless (t TEXT)")

    async def of(*texts: str) -> str:
        await db.execute("DELETE FROM keyless")
        await db.insert_rows("keyless", ("t",), [(text,) for text in texts])
        (table,) = [table for table in await tables(db) if table.name == "keyless"]
        return (await digest(db, table)).sha256

    assert await of("a", "b") == await of("b", "a")
    assert len({await of("a", "b"), await of("b"), await of("b", "b"), await of("c", "b")}) == 4
    await db.script("DROP TABLE keyless")
