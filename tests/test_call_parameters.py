"""What a call may leave out: defaults, optional lines, OMIT."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from own_folders import ITEMS, opened
from plainbase import OMIT, Database, ParameterError


async def fill(db: Database) -> None:
    await db.items.put.batch([{"name": name, "size": size} for name, size in (("a1", 5), ("a2", 20), ("b1", 30))])


DEFAULTS = """
-- name: add :one
-- defaults: key = uuid7(), at = now(), extra = {"a": [1, null]}, word = null, flag = true, share = 0.5
INSERT INTO kinds (key, at, extra, word, flag, share) VALUES (:key, :at, :extra, :word, :flag, :share)
RETURNING key, at, extra, word, flag, share;
"""


async def test_defaults_fill_in_and_give_way(empty_url: str, tmp_path: Path) -> None:
    async with opened(empty_url, tmp_path, {"things.sql": DEFAULTS}) as db:
        first, second = await db.things.add(), await db.things.add()
        assert isinstance(first.key, UUID)
        assert first.key.version == 7
        assert first.key < second.key
        assert first.at.utcoffset() == timedelta(0)
        assert first.at <= second.at
        assert (first.extra, first.word, first.flag, first.share) == ({"a": [1, None]}, None, True, 0.5)
        given = await db.things.add(word="w", extra=None, key=first.key, share=OMIT)
        assert (given.word, given.extra, given.key, given.share) == ("w", None, first.key, 0.5)
        rows = await db.things.add.batch([{"word": str(n)} for n in range(5)])
        assert [row.word for row in rows] == list("01234")
        assert len({row.key for row in rows}) == 5


OPTIONAL = """
-- name: find :many
-- defaults: limit = 10
SELECT name FROM items
WHERE
    true
    AND size >= :low AND size < :high -- optional
    AND name IN (:names)              -- optional
    AND parent_id = :parent_id           -- optional
ORDER BY name
LIMIT :limit;

-- name: change :exec
UPDATE items
SET
    name = :new_name, -- optional
    size = :size,     -- optional
    parent_id = parent_id
WHERE name = :name;
"""


async def test_optional_lines_count_only_when_their_parameters_are_passed(empty_url: str, tmp_path: Path) -> None:
    async with opened(empty_url, tmp_path, {"items.sql": ITEMS, "search.sql": OPTIONAL}) as db:
        await fill(db)

        async def found(**params: object) -> list[str]:
            return [row.name for row in await db.search.find(**params)]

        assert await found() == ["a1", "a2", "b1"]
        assert await found(low=5, high=21) == ["a1", "a2"]
        assert await found(low=OMIT, high=OMIT) == ["a1", "a2", "b1"]
        assert await found(names=["b1", "a1"]) == ["a1", "b1"]
        assert await found(names=["b1"], low=0, high=10) == []
        assert await found(limit=1) == ["a1"]
        assert await found(parent_id=None) == []  # NULL, which equals nothing: not the same as not passed
        with pytest.raises(ParameterError, match="'low', 'high' go together"):
            await found(low=5)
        assert await db.search.change(name="a1", new_name="a0") == 1
        assert await db.search.change(name="a0", size=None) == 1
        assert await db.items.size_of(name="a0") is None
        assert await db.search.change(name="a0") == 1
        assert await db.search.change.batch([{"name": "a0", "size": 1}, {"name": "a2", "size": 2}]) == 2
        with pytest.raises(ParameterError, match=r"row 1: .*'size' differ from row 0"):
            await db.search.change.batch([{"name": "a0", "size": 7}, {"name": "a2"}])
        assert await db.items.size_of(name="a0") == 1
