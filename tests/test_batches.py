"""Many parameter sets at once, and many rows without many at once."""

from __future__ import annotations

from contextlib import aclosing
from pathlib import Path

import pytest

from own_folders import ITEMS, opened, reveals
from plainbase import (
    ConstraintViolation,
    DataInvalid,
    ParameterError,
    QueryTimeout,
    RowNotFound,
    TooManyRows,
)
from waiting import until

SERIES = """
-- name: numbers :many
WITH RECURSIVE numbers (n) AS (
    SELECT 1 AS n
    UNION ALL
    SELECT n + 1 FROM numbers WHERE n < :count
)
SELECT n FROM numbers ORDER BY n;

-- name: upsert :one
INSERT INTO items (name, size) VALUES (:name, :size)
ON CONFLICT (name) DO UPDATE SET size = excluded.size
RETURNING id, name, size;

-- name: add_once :one
INSERT INTO items (name, size) VALUES (:name, :size)
ON CONFLICT (name) DO NOTHING
RETURNING id, name;

-- name: resize_like :one
UPDATE items SET size = :size WHERE name LIKE :pattern RETURNING name, size;

-- name: remove :exec
DELETE FROM items WHERE name = :name;

-- name: falls_at_last :many
WITH RECURSIVE numbers (n) AS (
    SELECT 1 AS n
    UNION ALL
    SELECT n + 1 FROM numbers WHERE n < 3000
)
SELECT CASE WHEN n < 3000 THEN n ELSE 1 / (n - 3000) END AS n FROM numbers;
"""
FILES = {"items.sql": ITEMS, "series.sql": SERIES}


async def test_an_exec_batch_gives_the_number_of_sets(empty_url: str, tmp_path: Path) -> None:
    async with opened(empty_url, tmp_path, FILES) as db:
        assert await db.items.put.batch([]) == 0
        assert await db.items.put.batch({"name": f"n{n}", "size": n} for n in range(300)) == 300
        assert await db.items.count() == 300
        assert await db.series.remove.batch([{"name": "n1"}, {"name": "none"}]) == 2
        assert await db.items.count() == 299


async def test_a_one_batch_gives_its_rows_in_order(empty_url: str, tmp_path: Path) -> None:
    async with opened(empty_url, tmp_path, FILES) as db:
        names = [f"n{n * 7919 % 101}" for n in range(100)]
        assert await db.items.add.batch([]) == []
        rows = await db.items.add.batch([{"name": name, "size": n} for n, name in enumerate(names)])
        assert [(row.name, row.size) for row in rows] == [(name, n) for n, name in enumerate(names)]
        again = await db.series.upsert.batch([{"name": name, "size": -n % 7} for n, name in enumerate(names)])
        assert [(row.id, row.name, row.size) for row in again] == [
            (row.id, row.name, -n % 7) for n, row in enumerate(rows)
        ]
        async with db.transaction() as tx:
            assert [row.size for row in await tx.items.add.batch([{"name": "x"}, {"name": "y", "size": 2}])] == [
                None,
                2,
            ]


async def test_a_batch_is_all_or_nothing(empty_url: str, tmp_path: Path) -> None:
    async with opened(empty_url, tmp_path, FILES) as db:
        await db.items.put(name="there")
        twice = [{"name": "new"}, {"name": "there"}]
        for call in (db.items.put, db.items.add):
            with pytest.raises(ConstraintViolation, match=rf"queries/items\.sql:\d+ {call.query.name}: "):
                await call.batch(twice)
        with pytest.raises(RowNotFound, match=r"series\.add_once"):
            await db.series.add_once.batch([{"name": "new", "size": 1}, {"name": "there", "size": 1}])
        await db.items.put(name="then")
        with pytest.raises(TooManyRows, match=r"series\.resize_like.*row 1 of the batch"):
            await db.series.resize_like.batch([{"pattern": "there", "size": 1}, {"pattern": "the%", "size": 2}])
        with pytest.raises(RowNotFound, match="row 0 of the batch"):
            await db.series.resize_like.batch([{"pattern": "none", "size": 1}])
        assert [row.name for row in await db.items.names()] == ["then", "there"]
        assert await db.items.size_of(name="there") is None


async def test_what_is_wrong_with_a_batch_row_names_the_row(empty_url: str, tmp_path: Path) -> None:
    async with opened(empty_url, tmp_path, FILES) as db:
        cases: list[tuple[list[object], type[Exception], str]] = [
            ([{"name": "a"}, {"nam": "secret"}], ParameterError, "row 1: unknown parameter 'nam'"),
            ([{"name": "a"}, {}], ParameterError, "row 1: missing parameter 'name'"),
            ([{"name": "a"}, ("secret",)], ParameterError, "row 1 is no mapping"),
            ([{"name": "a"}, {"name": "b", "size": "secret"}], DataInvalid, "row 1: parameter 'size'"),
            ([{"name": "a"}, {"name": "b", "size": 1.5}], DataInvalid, "row 1: parameter 'size'"),
            ([{"name": "a"}, {"name": b"secret"}], DataInvalid, "row 1: parameter 'name'"),
        ]
        for rows, kind, message in cases:
            for call in (db.items.put, db.items.add):
                with pytest.raises(kind, match=message) as caught:
                    await call.batch(rows)
                assert str(caught.value).startswith("queries/items.sql:")
                assert not reveals(caught.value, "secret")
        assert await db.items.count() == 0


async def test_batch_and_stream_are_for_their_kinds(empty_url: str, tmp_path: Path) -> None:
    async with opened(empty_url, tmp_path, FILES) as db:
        for call in (db.items.names, db.items.count):
            with pytest.raises(ParameterError, match=r"batch is for :exec and :one queries; this one is :"):
                await call.batch([{}])
        with pytest.raises(ParameterError, match=r"items\.put: stream is for :many queries; this one is :exec"):
            await anext(db.items.put.stream(name="x"))
        with pytest.raises(ParameterError, match="unknown parameter 'cout'"):
            await anext(db.series.numbers.stream(cout=1))
        with pytest.raises(DataInvalid, match="parameter 'size'"):
            await anext(db.iterate("SELECT id FROM items WHERE size = :size", {"size": "x"}))


async def test_a_stream_gives_every_row_in_order(empty_url: str, tmp_path: Path) -> None:
    async with opened(empty_url, tmp_path, FILES) as db:
        for count in (1, 63, 64, 65, 512, 513, 5000):
            assert [row.n async for row in db.series.numbers.stream(count=count)] == list(range(1, count + 1))
        assert [row async for row in db.items.names.stream()] == []
        async with db.transaction() as tx:
            await tx.items.put.batch([{"name": f"n{n:04}"} for n in range(1500)])
            seen = 0
            async for row in tx.items.names.stream():
                assert row.name == f"n{seen:04}"
                if seen % 500 == 0:  # other statements may run between
                    assert await tx.items.count() == 1500
                seen += 1
            assert seen == 1500


async def test_a_stream_left_early_gives_its_connection_back(empty_url: str, tmp_path: Path) -> None:
    async with opened(empty_url, tmp_path, FILES, pool_size=1, max_overflow=0, pool_timeout=5) as db:
        for _ in range(3):
            async with aclosing(db.series.numbers.stream(count=100_000)) as rows:
                async for row in rows:
                    if row.n == 100:
                        break
            await until(lambda: db.pool_status().busy == 0)
        assert await db.items.count() == 0


async def test_writes_go_on_beside_a_stream(empty_url: str, tmp_path: Path) -> None:
    async with opened(empty_url, tmp_path, FILES) as db:
        await db.items.put.batch([{"name": f"n{n:04}"} for n in range(3000)])
        seen = 0
        async for _ in db.items.names.stream():
            if seen % 1000 == 0:
                await db.items.put(name=f"z{seen}")
            seen += 1
        assert seen == 3000  # what was there when it began
        assert await db.items.count() == 3003


async def test_an_error_in_the_middle_of_a_stream_names_the_query(engine: str, empty_url: str, tmp_path: Path) -> None:
    async with opened(empty_url, tmp_path, FILES) as db:
        seen = 0
        if engine == "sqlite":  # where a division by zero is NULL
            rows = [row.n async for row in db.series.falls_at_last.stream()]
            assert (len(rows), rows[-1]) == (3000, None)
        else:
            with pytest.raises(DataInvalid, match=r"series\.sql:\d+ series\.falls_at_last: division by zero"):
                async for _ in db.series.falls_at_last.stream():
                    seen += 1
            assert seen > 2000
        await until(lambda: db.pool_status().busy == 0)


async def test_a_stream_is_under_the_statement_timeout(empty_url: str, tmp_path: Path) -> None:
    endless = "WITH RECURSIVE c (n) AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM c) SELECT n FROM c WHERE n < 0;"
    slow = f"-- name: slow :many\n{endless}"
    async with opened(empty_url, tmp_path, {"slow.sql": slow}, statement_timeout=0.2) as db:
        with pytest.raises(QueryTimeout, match=r"slow\.sql:1 slow\.slow: "):
            await anext(db.slow.slow.stream())
        assert await db.fetch_value("SELECT 1 AS one") == 1
