"""What goes in comes out: the same Python values from both engines."""

from __future__ import annotations

import enum
import math
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from conftest import examples
from own_folders import LOGICAL, opened
from plainbase import Database

# For each column: put a value in and have it back from RETURNING, from the table, and by itself.
KINDS = "".join(
    f"""
-- name: put_{column} :one
INSERT INTO kinds ({column}) VALUES (:value) RETURNING id, {column} AS value;

-- name: get_{column} :value
SELECT {column} FROM kinds WHERE id = :id;

-- name: alike_{column} :value
-- result: count integer
SELECT count(*) AS count FROM kinds WHERE {column} = :value;
"""
    for column in LOGICAL
)

SHAPES = """
-- name: returned :one
INSERT INTO kinds (key, at, flag, whole, share, price, word, data, extra)
VALUES (:key, :at, :flag, :whole, :share, :price, :word, :data, :extra)
RETURNING key, at, flag, whole, share, price, word, data, extra;

-- name: updated :one
UPDATE kinds
SET key = :key, at = :at, flag = :flag, whole = :whole, share = :share, price = :price, word = :word, data = :data,
    extra = :extra
RETURNING key, at, flag, whole, share, price, word, data, extra;

-- name: selected :one
SELECT key, at, flag, whole, share, price, word, data, extra FROM kinds;

-- name: joined :one
SELECT a.key, b.at, a.flag, b.whole, a.share, b.price, a.word, b.data, a.extra
FROM kinds AS a
LEFT JOIN kinds AS b ON b.id = a.id;

-- name: from_cte :one
WITH chosen AS (SELECT key, at, flag, whole, share, price, word, data, extra FROM kinds)
SELECT key, at, flag, whole, share, price, word, data, extra FROM chosen;

-- name: from_union :one
SELECT key, at, flag, whole, share, price, word, data, extra FROM kinds
UNION ALL
SELECT key, at, flag, whole, share, price, word, data, extra FROM kinds WHERE id < 0;

-- name: from_view :one
SELECT key, at, flag, whole, share, price, word, data, extra FROM seen;

-- name: computed :one
-- result: key uuid, at timestamp, flag boolean, whole integer, share real
-- result: price decimal, word text, data bytes, extra json
SELECT
    coalesce(key, key) AS key,
    max(at) AS at,
    max(whole) > 0 AS flag,
    CAST(sum(whole) AS bigint) AS whole,
    avg(share) AS share,
    coalesce(price, price) AS price,
    word || '' AS word,
    coalesce(data, data) AS data,
    coalesce(extra, extra) AS extra
FROM kinds
GROUP BY key, word, price, data, extra;
"""


@pytest.fixture
async def db(empty_url: str, tmp_path: Path) -> AsyncIterator[Database]:
    files = {"kinds.sql": KINDS, "shapes.sql": SHAPES}
    async with opened(empty_url, tmp_path, files) as database:
        await database.script(
            "CREATE VIEW seen AS SELECT key, at, flag, whole, share, price, word, data, extra FROM kinds;"
        )
        yield database


async def round_trip(db: Database, column: str, value: object) -> Any:
    """The value as both RETURNING and a read of the table give it."""
    row = await getattr(db.kinds, f"put_{column}")(value=value)
    read = await getattr(db.kinds, f"get_{column}")(id=row.id)
    assert same(row.value, read)
    return read


def same(one: Any, other: Any) -> bool:
    """Equal, and of equal types all the way down."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


ROW = {
    "key": UUID("0192f0c0-1234-7abc-8def-0123456789ab"),
    "at": datetime(2026, 1, 31, 12, 0, 0, 123456, UTC),
    "flag": True,
    "whole": 42,
    "share": 0.1,
    "price": Decimal("19.90"),
    "word": "Größe 🦔 'q' \"d\" \\",
    "data": b"\0\xff\x80",
    "extra": {"b": [1, 2.5, None, True, "x"], "a": {}},
}
TYPES = {
    "at": datetime,
    "flag": bool,
    "whole": int,
    "share": float,
    "price": Decimal,
    "word": str,
    "data": bytes,
    "extra": dict,
}


async def test_every_shape_of_a_result_has_the_same_types(db: Database) -> None:
    returned = await db.shapes.returned(**ROW)
    await db.shapes.updated(**dict.fromkeys(ROW))
    assert tuple(await db.shapes.selected()) == (None,) * 9
    assert (await db.shapes.updated(**ROW)) == returned
    for call in ("selected", "joined", "from_cte", "from_union", "from_view", "computed"):
        row = await getattr(db.shapes, call)()
        assert row == returned, call
        assert dict(row) == ROW
        assert {name: type(row[name]) for name in TYPES} == TYPES, call
        assert isinstance(row.key, UUID)
        assert type(row.key).__module__ == "asyncpg.pgproto.pgproto"
        assert row.at.tzinfo is UTC


async def test_whole_numbers_of_a_real_column_are_floats_wherever_returned(db: Database) -> None:
    listed = 'share, share AS half, kinds.share AS again, "share" AS "the other", whole AS n, share * 2 AS twice'
    row = await db.fetch_one(f"INSERT INTO kinds (share, whole) VALUES (2.0, 2) RETURNING {listed}")
    assert same(list(row), [2.0, 2.0, 2.0, 2.0, 2, 4.0])
    row = await db.fetch_one("UPDATE kinds SET share = :share WHERE share < 3 RETURNING *", {"share": 4})
    assert same([row.share, row.whole], [4.0, 2])
    assert same((await db.fetch_one("DELETE FROM kinds RETURNING share")).share, 4.0)


async def test_null_is_none_for_every_type(db: Database) -> None:
    for column in LOGICAL:
        assert await round_trip(db, column, None) is None


async def test_relatives_of_a_type_are_taken_for_it(db: Database) -> None:
    class Color(enum.StrEnum):
        RED = "red"

    class Level(enum.IntEnum):
        HIGH = 3

    class Name(str):
        __slots__ = ()

    cases: list[tuple[str, object, object]] = [
        ("word", Color.RED, "red"),
        ("word", Name("n"), "n"),
        ("word", "", ""),
        ("whole", Level.HIGH, 3),
        ("share", 3, 3.0),
        ("share", Fraction(1, 4), 0.25),
        ("price", 5, Decimal(5)),
        ("price", Level.HIGH, Decimal(3)),
        ("key", str(ROW["key"]), ROW["key"]),
        ("key", str(ROW["key"]).upper().replace("-", ""), ROW["key"]),
        ("data", bytearray(b"ab"), b"ab"),
        ("data", memoryview(b"abcdef")[::2], b"ace"),
        ("data", b"", b""),
        ("at", datetime(2026, 6, 1, 12, tzinfo=ZoneInfo("Europe/Berlin")), datetime(2026, 6, 1, 10, tzinfo=UTC)),
        ("extra", (1, (2,)), [1, [2]]),
        ("extra", "text", "text"),
        ("extra", 5, 5),
        ("extra", 1.0, 1.0),
        ("extra", False, False),
        ("extra", [], []),
        ("extra", {1: Color.RED, "level": Level.HIGH}, {"1": "red", "level": 3}),
    ]
    for column, value, expected in cases:
        got = await round_trip(db, column, value)
        assert got == expected, (column, value)
        assert type(got) is type(expected) or column == "key"
    key = await db.kinds.get_key(id=1) or await round_trip(db, "key", ROW["key"])
    assert await round_trip(db, "key", key) == key  # as read, so written


TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40)
NUMBER = st.one_of(
    st.integers(-(10**30), 10**30),
    st.floats(allow_nan=False, allow_infinity=False).map(lambda value: value + 0.0),
)
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBER, TEXT),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)
OFFSETS = st.timedeltas(timedelta(hours=-23, minutes=-59, seconds=-59), timedelta(hours=23, minutes=59, seconds=59))
MOMENTS = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=OFFSETS.map(timezone))
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "word": TEXT,
    "extra": st.lists(JSON, max_size=4) | st.dictionaries(TEXT, JSON, max_size=4),
    "price": st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20),
    "at": MOMENTS,
    "key": st.uuids(),
    "whole": st.integers(-(2**63), 2**63 - 1),
    "share": st.floats(allow_nan=False),
    "data": st.binary(max_size=60),
}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=examples(100))
@given(values=st.fixed_dictionaries(VALUES))
@example(values={"share": -0.0, "whole": -(2**63), "extra": [1e22, 5e-324, -1.7976931348623157e308, 2**70, "\\u0000"]})
@example(values={"share": math.inf, "whole": 2**63 - 1, "extra": {"": {}, "e+5": "1e+5", '"': '"1e+5"'}})
@example(values={"share": -math.inf, "price": Decimal("0E-10"), "at": datetime(1, 1, 1, microsecond=1, tzinfo=UTC)})
@example(values={"share": 5e-324, "price": Decimal("1E+10"), "at": datetime(9999, 12, 31, 23, 59, 59, 999998, UTC)})
async def test_every_value_comes_back_as_it_went_in(db: Database, values: dict[str, Any]) -> None:
    for column, value in values.items():
        got = await round_trip(db, column, value)
        assert got == value, column
        if column == "extra":
            assert same(got, value)
        elif column == "at":
            assert got.tzinfo is UTC
        elif column == "price" and value:
            assert format(got, "f") == format(value, "f")
        elif column == "share" and value:  # SQLite stores -0.0 as 0.0, which is equal
            assert got.hex() == value.hex()
        if column not in ("extra", "price"):  # found again by comparison, too
            assert await getattr(db.kinds, f"alike_{column}")(value=value) >= 1


async def test_timestamps_sort_as_texts_do(db: Database) -> None:
    moments = [
        datetime(1, 1, 1, microsecond=1, tzinfo=UTC),
        datetime(999, 12, 31, 23, 59, 59, 999999, UTC),
        datetime(2026, 1, 1, 0, 0, 0, 0, timezone(timedelta(hours=5, minutes=30))),
        datetime(2026, 1, 1, 0, 0, 0, 1, UTC),
        datetime(9999, 12, 31, 23, 59, 59, 999998, UTC),
    ]
    for moment in reversed(moments):
        await round_trip(db, "at", moment)
    assert await db.fetch_all("SELECT at FROM kinds ORDER BY at") == [(moment,) for moment in moments]
    found = await db.fetch_all(
        "SELECT at FROM kinds WHERE at BETWEEN :low AND :high", {"low": moments[1], "high": moments[3]}
    )
    assert len(found) == 3


async def test_a_long_text_and_much_data(db: Database) -> None:
    assert await round_trip(db, "word", "ab🦔" * 300_000) == "ab🦔" * 300_000
    assert await round_trip(db, "data", bytes(range(256)) * 4000) == bytes(range(256)) * 4000
