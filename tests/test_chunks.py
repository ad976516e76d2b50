"""Rows in lists, as the engine brings them: the same rows as one by one, with the same guarantees."""

from __future__ import annotations

from contextlib import aclosing
from pathlib import Path

import pytest

from own_folders import opened
from plainbase import DataInvalid, ParameterError
from plainbase.drivers.chunk_sizes import MOST_BYTES
from test_batches import FILES
from waiting import until


async def test_chunks_are_the_rows_of_a_stream(empty_url: str, tmp_path: Path) -> None:
    async with opened(empty_url, tmp_path, FILES) as db:
        for count in (1, 63, 64, 65, 512, 513, 5000):
            chunks = [chunk async for chunk in db.series.numbers.chunks(count=count)]
            assert [row.n for chunk in chunks for row in chunk] == list(range(1, count + 1))
            assert all(0 < len(chunk) <= 1024 for chunk in chunks)
        assert [chunk async for chunk in db.items.names.chunks()] == []
        async with db.transaction() as tx:
            await tx.items.put.batch([{"name": f"n{n:04}"} for n in range(1500)])
            sql = "SELECT name FROM items WHERE name >= :least ORDER BY name"
            chunks = [chunk async for chunk in tx.iterate_chunks(sql, {"least": "n0100"})]
            assert [row.name for chunk in chunks for row in chunk] == [f"n{n:04}" for n in range(100, 1500)]
            assert len(chunks) > 1
            # other statements may run between
            counted = [(len(chunk), await tx.items.count()) async for chunk in tx.items.names.chunks()]
            assert sum(rows for rows, _ in counted) == 1500
            assert {count for _, count in counted} == {1500}


async def test_chunks_left_early_give_the_connection_back(empty_url: str, tmp_path: Path) -> None:
    async with opened(empty_url, tmp_path, FILES, pool_size=1, max_overflow=0, pool_timeout=5) as db:
        async with aclosing(db.series.numbers.chunks(count=100_000)) as chunks:
            assert (await anext(chunks))[0].n == 1
        await until(lambda: db.pool_status().busy == 0)
        assert await db.items.count() == 0


async def test_what_chunks_refuse(empty_url: str, tmp_path: Path) -> None:
    async with opened(empty_url, tmp_path, FILES) as db:
        with pytest.raises(ParameterError, match=r"items\.put: chunks is for :many queries; this one is :exec"):
            await anext(db.items.put.chunks(name="x"))
        with pytest.raises(ParameterError, match="unknown parameter 'cout'"):
            await anext(db.series.numbers.chunks(cout=1))
        with pytest.raises(DataInvalid, match="parameter 'size'"):
            await anext(db.iterate_chunks("SELECT id FROM items WHERE size = :size", {"size": "x"}))


async def test_changed_rows_come_in_chunks_and_stay_changed(empty_url: str, tmp_path: Path) -> None:
    async with opened(empty_url, tmp_path, FILES) as db:
        await db.items.put.batch([{"name": f"n{n}"} for n in range(3)])
        changing = "UPDATE items SET name = name || :end RETURNING name"
        async with aclosing(db.iterate_chunks(changing, {"end": "!"})) as chunks:
            assert len(await anext(chunks)) == 3
        assert [row.name async for row in db.items.names.stream()] == ["n0!", "n1!", "n2!"]
        nothing = "UPDATE items SET name = name WHERE name = :name RETURNING name"
        assert [chunk async for chunk in db.iterate_chunks(nothing, {"name": "none"})] == []


async def test_a_stream_is_counted_once_with_its_rows(empty_url: str, tmp_path: Path) -> None:
    async with opened(empty_url, tmp_path, FILES) as db:
        assert len([row async for row in db.series.numbers.stream(count=700)]) == 700
        stats = db.query_stats()["series.numbers"]
        assert (stats.calls, stats.rows) == (1, 700)


async def test_wide_rows_come_fewer_at_a_time(empty_url: str, tmp_path: Path) -> None:
    async with opened(empty_url, tmp_path, FILES) as db:
        await db.items.put.batch([{"name": f"{n:03}" + "w" * 100_000} for n in range(300)])
        async with db.transaction() as tx:  # a transaction's streams are bounded as well
            for runner in (db, tx):
                names = [[row.name[:3] for row in chunk] async for chunk in runner.items.names.chunks()]
                assert [name for chunk in names for name in chunk] == [f"{n:03}" for n in range(300)]
                assert len(names[0]) <= 128
                assert all(len(chunk) * 100_000 <= MOST_BYTES for chunk in names[1:])
        huge = [chunk async for chunk in db.iterate_chunks("SELECT name || name AS name FROM items ORDER BY name")]
        assert sum(map(len, huge)) == 300


async def test_a_stream_gives_its_cache_back(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'cache.db'}"
    async with opened(url, tmp_path, FILES, pool_size=1, max_overflow=0) as db:
        sizes = [row.size async for row in db.iterate("SELECT cache_size AS size FROM pragma_cache_size")]
        async with db.transaction(read_only=True) as tx:
            sizes.append(await tx.fetch_value("PRAGMA cache_size"))
        assert sizes == [-16384, -65536]
