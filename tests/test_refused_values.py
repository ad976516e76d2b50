"""What no column takes: the same refusal on both engines, before anything is sent, and never with the value."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from own_folders import LOGICAL, opened, reveals
from plainbase import Database, DataInvalid

PLACES = "".join(
    f"""
-- name: insert_{column} :exec
INSERT INTO kinds (id, {column}) VALUES (:id, :{column});

-- name: insert_select_{column} :exec
INSERT INTO kinds ({column}) SELECT :{column} WHERE 1 = 1;

-- name: update_{column} :exec
UPDATE kinds SET {column} = :{column} WHERE id = :id;

-- name: where_{column} :many
SELECT id FROM kinds AS k WHERE k.{column} = :{column};

-- name: unequal_{column} :many
SELECT id FROM kinds WHERE {column} <> :{column};

-- name: cte_{column} :many
WITH found AS (SELECT id FROM kinds WHERE {column} = :{column}) SELECT id FROM found;

-- name: delete_{column} :exec
DELETE FROM kinds WHERE {column} = :{column};

-- name: declared_{column} :exec
-- parameter: {column} {logical}
UPDATE kinds SET {column} = coalesce(:{column}, {column}) WHERE id = :id;
"""
    for column, logical in LOGICAL.items()
)

PAGES = """
-- name: page :many
SELECT id FROM kinds ORDER BY id LIMIT :limit OFFSET :offset;

-- name: between :many
SELECT id FROM kinds WHERE at BETWEEN :since AND :until;

-- name: after :many
SELECT id FROM kinds WHERE (at, id) < (:before_at, :before_id);
"""

NAIVE = datetime(2026, 1, 31, 12)
SECRET = "5ecret"
REFUSED: dict[str, list[object]] = {
    "key": [SECRET, 5, b"0123456789abcdef", "", "0192f0c0-1234-7abc-8def-0123456789a", Decimal(1)],
    "at": [
        NAIVE,
        "2026-01-31T12:00:00Z",
        date(2026, 1, 31),
        1769860800,
        1769860800.5,
        datetime(9999, 12, 31, 23, 59, 59, tzinfo=timezone(timedelta(hours=-1))),
        datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=1))),
        datetime.max.replace(tzinfo=UTC),
        datetime.min.replace(tzinfo=UTC),
    ],
    "flag": [1, 0, "true", SECRET, 1.0],
    "whole": [1.5, 1.0, math.nan, True, "5", SECRET, Decimal(1), 2**63, -(2**63) - 1, 10**400, b"5"],
    "share": [math.nan, True, "0.5", SECRET, Decimal("0.5"), 10**400, -(10**400)],
    "price": [0.5, True, "0.5", SECRET, Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity"), Decimal("-Infinity")],
    "word": [
        5,
        1.5,
        True,
        f"{SECRET}\0",
        "\0",
        "\ud83e",
        "\udd94\ud83e",
        b"bytes",
        UUID(int=1),
        NAIVE,
        ["a"],
        {"a": 1},
    ],
    "data": ["text", 5, [1, 2], SECRET],
    "extra": [
        math.nan,
        math.inf,
        -math.inf,
        {"a": [1, math.nan]},
        {"a": -math.inf},
        {"a": f"{SECRET}\0"},
        {"\0": 1},
        ["\\\0"],
        {"a": "\ud83e"},
        {"\udd94": 1},
        {"a": {1, 2}},
        {"a": object()},
        {"a": b"bytes"},
        {"a": UUID(int=1)},
        {"a": Decimal(1)},
        {(1, 2): "a"},
        b"{}",
        NAIVE,
        Decimal(1),
        UUID(int=1),
    ],
}


@pytest.fixture
async def db(empty_url: str, tmp_path: Path) -> AsyncIterator[Database]:
    async with opened(empty_url, tmp_path, {"places.sql": PLACES, "pages.sql": PAGES}) as database:
        await database.script("INSERT INTO kinds (id) VALUES (1);")
        yield database


def check(error: DataInvalid, query: str, name: str, value: object) -> None:
    assert type(error) is DataInvalid
    assert not error.retryable
    assert error.query == query
    assert str(error).startswith(f"{error.where} {query}: parameter {name!r}: ")
    assert name in error.parameters
    if isinstance(value, str | int | float) and len(str(value)) > 3 and value is not True:
        assert not reveals(error, str(value).rstrip("\0"))
    assert not reveals(error, SECRET)
    assert error.__cause__ is None
    assert error.__suppress_context__ or error.__context__ is None


async def refused(db: Database, query: str, params: dict[str, object], name: str) -> None:
    file, _, member = query.partition(".")
    call = getattr(getattr(db, file), member)
    try:
        await call(**params)
    except DataInvalid as error:
        check(error, query, name, params[name])
    else:
        pytest.fail(f"{query} took {type(params[name]).__name__} {str(params[name])[:40]!r} for {name}")


@pytest.mark.parametrize("column", LOGICAL)
async def test_a_wrong_value_is_refused_wherever_it_meets_the_column(db: Database, column: str) -> None:
    for value in REFUSED[column]:
        await refused(db, f"places.insert_{column}", {"id": 2, column: value}, column)
        await refused(db, f"places.update_{column}", {"id": 1, column: value}, column)
        await refused(db, f"places.declared_{column}", {"id": 1, column: value}, column)
        if column != "extra":  # JSON is not compared
            for place in ("where", "unequal", "cte", "delete"):
                await refused(db, f"places.{place}_{column}", {column: value}, column)
    assert await db.fetch_value("SELECT count(*) AS count FROM kinds") == 1
    assert await db.fetch_value(f"SELECT {column} FROM kinds") is None


async def test_a_circle_and_a_depth_without_end_are_no_json(db: Database) -> None:
    circle: list[Any] = []
    circle.append(circle)
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    for value in (circle, deep):
        with pytest.raises(DataInvalid, match="parameter 'extra': JSON cannot hold a value that is not JSON"):
            await db.places.insert_extra(id=2, extra=value)
    while deep:  # taken apart by hand, since freeing it recurses
        deep = deep.pop()


async def test_limits(db: Database) -> None:
    assert len(await db.pages.page(limit=10, offset=0)) == 1
    assert await db.pages.page(limit=0, offset=0) == []
    assert await db.pages.page(limit=2**63 - 1, offset=2**63 - 1) == []
    for value in (None, -1, -(2**63), 2**63, True, "5", 1.0, 5.5, math.nan):
        await refused(db, "pages.page", {"limit": value, "offset": 0}, "limit")
        await refused(db, "pages.page", {"limit": 1, "offset": value}, "offset")
        with pytest.raises(DataInvalid, match="SQL at the call: parameter 'n'"):
            await db.fetch_all("SELECT id FROM kinds LIMIT :n", {"n": value})


async def test_other_places_of_a_column(db: Database) -> None:
    good = datetime(2026, 1, 31, tzinfo=UTC)
    assert await db.pages.between(since=good, until=good) == []
    await refused(db, "pages.between", {"since": NAIVE, "until": good}, "since")
    await refused(db, "pages.between", {"since": good, "until": "2026"}, "until")
    await refused(db, "pages.after", {"before_at": NAIVE, "before_id": 1}, "before_at")


async def test_row_values(db: Database) -> None:
    good = datetime(2026, 1, 31, tzinfo=UTC)
    assert await db.pages.after(before_at=good, before_id=1) == []
    await refused(db, "pages.after", {"before_at": "2026-01-31", "before_id": 1}, "before_at")
    await refused(db, "pages.after", {"before_at": good, "before_id": "1"}, "before_id")


async def test_a_refused_value_fails_nothing_else_of_a_transaction(db: Database) -> None:
    async with db.transaction() as tx:
        await tx.places.insert_word(id=2, word="a")
        with pytest.raises(DataInvalid, match="parameter 'word'"):
            await tx.places.insert_word(id=3, word=5)  # nothing was sent
        with pytest.raises(DataInvalid, match="row 1: parameter 'word'"):
            await tx.places.insert_word.batch([{"id": 3, "word": "c"}, {"id": 4, "word": 5}])
        await tx.places.insert_word(id=5, word="d")
    assert await db.fetch_value("SELECT count(*) AS count FROM kinds WHERE word IN ('a', 'd')") == 2


async def test_what_the_text_does_not_tell_the_engine_refuses(engine: str, db: Database) -> None:
    """A parameter inside an expression meets no column; then the engine and the table's type checks speak."""
    sql = "UPDATE kinds SET whole = CASE WHEN id > 0 THEN :value ELSE whole END"
    with pytest.raises(DataInvalid, match="SQL at the call: ") as caught:
        await db.execute(sql, {"value": SECRET})
    assert not reveals(caught.value, SECRET)
    if engine == "postgres":
        with pytest.raises(DataInvalid, match="SQL at the call: ") as caught:
            await db.execute("UPDATE kinds SET whole = CAST(CAST(:value AS text) AS bigint)", {"value": SECRET})
        assert not reveals(caught.value, SECRET)
    else:
        with pytest.raises(DataInvalid, match=r"SQL at the call: .*kinds_flag_type_check"):
            await db.execute("UPDATE kinds SET flag = CASE WHEN id > 0 THEN 7 END")
    assert await db.fetch_value("SELECT whole FROM kinds") is None
