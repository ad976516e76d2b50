"""Somebody else's queries as type checkers see them, by the module written for them; `right` is run as well."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, assert_type
from uuid import UUID

import lab

import plainbase

NOW = datetime(2026, 1, 2, tzinfo=UTC)


async def right(url: str, queries: str, schema: str) -> None:
    """Parameters and results of every type; a file in a folder; words that are Python's."""
    async with lab.Database.open(url, queries=queries, schema=schema, migrate=True) as db:
        item = await db.items.add(name="a", size=None)
        assert_type(item.size, int | None)
        assert [row.name for row in await db.items.add.batch([{"name": "b"}, {"name": "c", "size": 2}])] == ["b", "c"]
        assert await db.items.put(name="d") == 1
        assert_type(await db.items.count(), int)
        assert_type(await db.items.size_of(name="a"), int | None)
        (sized,) = await db.items.of_size(size=2)
        assert_type(sized.size, int)
        item = sized  # the class of its row is one of `add`'s
        assert item.name == "c"
        key = UUID(int=1)
        await db.kinds.put(
            key=str(key), at=NOW, flag=True, whole=1, share=1, price=2, word="w", data=bytearray(b"d"), extra={"a": [1]}
        )
        row = await db.kinds.get(key=key)
        assert_type(row.key, UUID | None)
        assert_type(row.at, datetime | None)
        assert_type(row.flag, bool | None)
        assert_type(row.whole, int | None)
        assert_type(row.share, float | None)
        assert_type(row.price, Decimal | None)
        assert_type(row.word, str | None)
        assert_type(row.data, bytes | None)
        assert_type(row.extra, Any)
        assert (row.key, row.at, row.price, row.data, row.extra) == (key, NOW, Decimal(2), b"d", {"a": [1]})
        assert await db.kinds.count_of(keys=[key, str(key)], prices={1, Decimal(2)}, datas=[]) == 0
        assert_type(await db.reports.daily.total(), int)
        assert await db.reports.daily.total() == 4
        named = await db.reports.daily.words()
        assert_type(named.int, int)
        assert_type(named.other, int)
        assert named["keys"] == named.other == 3
        assert await db.reports.daily.since(**{"from": 2}) == 1
        await db.reports.daily.tidy()
        assert await db.reports.daily.mark(name="e") == 5
        await accepts(db)


async def accepts(db: plainbase.Database) -> int:
    """Any database may stand here."""
    changed: int = await db.items.put(name="f")
    return changed


async def wrong(db: lab.Database) -> None:
    """One mistake a line."""
    await db.datasets.list()  # error: datasets
    await db.items.add(nam="a")  # error: nam
    await db.items.add(name="a", size="1")  # error: size
    await db.items.add.batch([{"size": 1}])  # error: name
    await db.reports.dayly.total()  # error: dayly
    await db.reports.daily.totals()  # error: totals
    await db.kinds.put(key=1)  # error: key
    await db.kinds.get(key=None)  # error: key
    await db.kinds.count_of(keys=[1], prices=[], datas=[])  # error: keys|expected "UUID
    row = await db.kinds.get(key="")
    print(row.price + 1.5)  # error: float
    print(row.key.bytes)  # error: None
    print((await db.reports.daily.words()).keyz)  # error: keyz
    await db.reports.daily.total(of=1)  # error: of
