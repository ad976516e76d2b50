"""`x IN (:ids)`: one text whatever the length, and no surprise at its edges."""

from __future__ import annotations

from collections import deque
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest

from own_folders import opened
from plainbase import DataInvalid, uuid7

SEARCH = """
-- name: add :exec
INSERT INTO kinds (id, key, at, flag, whole, share, price, word)
VALUES (:id, :key, :at, :flag, :whole, :share, :price, :word);

-- name: of_ids :many
SELECT id FROM kinds WHERE id IN (:ids) ORDER BY id;

-- name: not_ids :many
SELECT id FROM kinds WHERE id NOT IN (:ids) ORDER BY id;

-- name: both :many
SELECT id FROM kinds WHERE (id IN (:ids) OR whole IN (:ids)) AND word IN (:words) ORDER BY id;

-- name: of_keys :many
SELECT id FROM kinds AS k WHERE k.key IN (:keys) ORDER BY id;

-- name: of_times :many
SELECT id FROM kinds WHERE at IN (:times) ORDER BY id;

-- name: of_flags :many
SELECT id FROM kinds WHERE flag IN (:flags) ORDER BY id;

-- name: of_wholes :many
SELECT id FROM kinds WHERE whole IN (:wholes) ORDER BY id;

-- name: of_shares :many
SELECT id FROM kinds WHERE share IN (:shares) ORDER BY id;

-- name: of_words :many
SELECT id FROM kinds WHERE word IN (:words) ORDER BY id;

-- name: of_data :many
SELECT id FROM kinds WHERE data IN (:blobs) ORDER BY id;

-- name: remove :exec
DELETE FROM kinds WHERE id IN (:ids);
"""

MOMENT = datetime(2026, 1, 31, 12, 0, 0, 123456, UTC)
KEYS = [UUID(int=n) for n in range(4)]
WORDS = ["plain", "with 'quotes\"", "astral 🦔", "back\\slash, comma{}"]
SHARES = [0.5, float("inf"), float("-inf"), -0.0]
WHOLES = [-(2**63), 2**63 - 1, 0, 7]


def rows() -> list[dict[str, object]]:
    return [
        {
            "id": n,
            "key": KEYS[n],
            "at": MOMENT + timedelta(microseconds=n),
            "flag": n % 2 == 0,
            "whole": WHOLES[n],
            "share": SHARES[n],
            "price": Decimal(n) / 4,
            "word": WORDS[n],
        }
        for n in range(4)
    ]


async def test_lists_of_every_length_and_sequence(empty_url: str, tmp_path: Path) -> None:
    async with opened(empty_url, tmp_path, {"search.sql": SEARCH}) as db:
        await db.search.add.batch(rows())

        async def of(ids: object) -> list[int]:
            found = [row.id for row in await db.search.of_ids(ids=ids)]
            others = [row.id for row in await db.search.not_ids(ids=ids)]
            assert sorted(found + others) == [0, 1, 2, 3]
            return found

        assert await of([]) == []
        assert await of([2]) == [2]
        assert await of(2) == [2]
        assert await of([3, 1, 1, 99]) == [1, 3]
        for sequence in ((1, 3), {1, 3}, deque([1, 3]), range(1, 4, 2), frozenset({1, 3}), {1: "", 3: ""}.keys()):
            assert await of(sequence) == [1, 3]
        assert await of(range(50_000)) == [0, 1, 2, 3]
        assert [row.id for row in await db.search.both(ids=[1, 7], words=WORDS[1:])] == [1, 3]
        assert await db.search.remove(ids=[0, 3]) == 2
        assert await db.search.remove(ids=[]) == 0


async def test_lists_of_every_type(empty_url: str, tmp_path: Path) -> None:
    async with opened(empty_url, tmp_path, {"search.sql": SEARCH}) as db:
        search = db.search
        await search.add.batch(rows())
        other = MOMENT.astimezone(tz=None) + timedelta(microseconds=3)
        cases = [
            (await search.of_keys(keys=[KEYS[3], str(KEYS[1]), uuid7()]), [1, 3]),
            (await search.of_keys(keys=KEYS[2]), [2]),
            (await search.of_keys(keys=str(KEYS[2])), [2]),
            (await search.of_times(times=[MOMENT, other]), [0, 3]),
            (await search.of_times(times=MOMENT), [0]),
            (await search.of_flags(flags=[True]), [0, 2]),
            (await search.of_flags(flags=[False, True]), [0, 1, 2, 3]),
            (await search.of_wholes(wholes=WHOLES[:2]), [0, 1]),
            (await search.of_shares(shares=[float("inf"), 0.5]), [0, 1]),
            (await search.of_shares(shares=[float("-inf"), 0.0, 1e308]), [2, 3]),
            (await search.of_shares(shares=float("inf")), [1]),
            (await search.of_words(words=WORDS), [0, 1, 2, 3]),
            (await search.of_words(words=WORDS[2]), [2]),
            (await search.of_words(words=["", "Plain"]), []),
            (await search.of_data(blobs=[]), []),
        ]
        for found, expected in cases:
            assert [row.id for row in found] == expected


async def test_what_a_list_cannot_hold(empty_url: str, tmp_path: Path) -> None:
    async with opened(empty_url, tmp_path, {"search.sql": SEARCH}) as db:
        search = db.search
        await search.add.batch(rows())
        cases = [
            (search.of_ids(ids=[1, None]), "'ids'"),
            (search.not_ids(ids=[None]), "'ids'"),
            (search.of_ids(ids=None), "'ids'"),
            (search.of_ids(ids=[1, "2"]), "'ids'"),
            (search.of_ids(ids=[True]), "'ids'"),
            (search.of_ids(ids=[2**63]), "'ids'"),
            (search.of_words(words=[1]), "'words'"),
            (search.of_words(words=["a\0"]), "'words'"),
            (search.of_words(words=["\ud800"]), "'words'"),
            (search.of_shares(shares=[float("nan")]), "'shares'"),
            (search.of_times(times=[datetime(2026, 1, 1)]), "'times'"),
            (search.of_keys(keys=["no uuid"]), "'keys'"),
            (search.of_data(blobs=[b"x"]), "'blobs'"),
            (search.of_data(blobs=b"x"), "'blobs'"),
        ]
        for call, name in cases:
            with pytest.raises(DataInvalid, match=f"parameter {name}") as caught:
                await call
            assert caught.value.query is not None
            assert caught.value.query.startswith("search.")


async def test_one_plan_serves_every_length(empty_url: str, tmp_path: Path) -> None:
    async with opened(empty_url, tmp_path, {"search.sql": SEARCH}) as db:
        text = db.search.of_ids.sql
        assert ("json_each" in text) != ("ANY($1)" in text)
        plan = await db.search.of_ids.explain(ids=[1, 2, 3])
        assert "kinds" in plan
        assert await db.fetch_all("SELECT id FROM kinds WHERE id IN (:ids)", {"ids": ()}) == []
