"""Calling named queries: what each kind gives back, on both engines."""

from __future__ import annotations

from pathlib import Path

import pytest

from own_folders import ITEMS, opened
from plainbase import OMIT, Database, ParameterError, Row, RowNotFound, TooManyRows

KINDS = """
-- name: one_named :one
SELECT id, name FROM items WHERE name = :name;

-- name: one_like :one
SELECT id, name FROM items WHERE name LIKE :pattern ORDER BY name;

-- name: first_like :optional
SELECT id, name FROM items WHERE name LIKE :pattern ORDER BY name;

-- name: all_like :many
SELECT id, name FROM items WHERE name LIKE :pattern ORDER BY name;

-- name: name_like :value
SELECT name, id FROM items WHERE name LIKE :pattern ORDER BY name;

-- name: remove_like :exec
DELETE FROM items WHERE name LIKE :pattern;

-- name: grow_cte :exec
WITH big AS (SELECT id FROM items WHERE size > 10) UPDATE items SET size = size + 1 WHERE id IN (SELECT id FROM big);

-- name: renamed :many
UPDATE items SET name = name || '!' WHERE name LIKE :pattern RETURNING name;

-- name: fill :script
INSERT INTO items (name, size) VALUES ('s;1', 1); -- a comment; with a semicolon
INSERT INTO items (name, size) VALUES ('s2', 2);
"""


async def fill(db: Database) -> None:
    await db.items.put.batch([{"name": name, "size": size} for name, size in (("a1", 5), ("a2", 20), ("b1", 30))])


async def test_each_kind_gives_what_it_says(empty_url: str, tmp_path: Path) -> None:
    async with opened(empty_url, tmp_path, {"items.sql": ITEMS, "kinds.sql": KINDS}) as db:
        await fill(db)
        row = await db.kinds.one_named(name="a2")
        assert isinstance(row, Row)
        assert row.name == "a2"
        assert (await db.kinds.first_like(pattern="a%")).name == "a1"
        assert await db.kinds.first_like(pattern="z%") is None
        assert [row.name for row in await db.kinds.all_like(pattern="a%")] == ["a1", "a2"]
        assert await db.kinds.all_like(pattern="z%") == []
        assert await db.kinds.name_like(pattern="b%") == "b1"
        assert await db.kinds.name_like(pattern="z%") is None
        assert await db.items.size_of(name="a1") == 5
        assert await db.kinds.grow_cte() == 2
        assert await db.items.size_of(name="b1") == 31
        assert sorted(row.name for row in await db.kinds.renamed(pattern="a%")) == ["a1!", "a2!"]
        assert await db.kinds.remove_like(pattern="a%") == 2
        assert await db.kinds.remove_like(pattern="a%") == 0
        assert await db.kinds.fill() is None
        assert [row.name for row in await db.items.names()] == ["b1", "s2", "s;1"]


async def test_one_wants_exactly_one_row(empty_url: str, tmp_path: Path) -> None:
    async with opened(empty_url, tmp_path, {"items.sql": ITEMS, "kinds.sql": KINDS}) as db:
        await fill(db)
        with pytest.raises(
            RowNotFound, match=r"queries/kinds\.sql:2 kinds\.one_named: expected exactly one row"
        ) as none:
            await db.kinds.one_named(name="none")
        assert (none.value.query, none.value.where) == ("kinds.one_named", "queries/kinds.sql:2")
        assert none.value.parameters == ("name",)
        with pytest.raises(TooManyRows, match=r"kinds\.one_like"):
            await db.kinds.one_like(pattern="a%")


WRONG_NAMES: list[tuple[dict[str, object], str]] = [
    ({"nam": "x", "size": 1}, "unknown parameter 'nam', missing parameter 'name'; expected name, size?"),
    ({}, "missing parameter 'name'"),
    ({"name": OMIT}, "missing parameter 'name'"),
    ({"name": "x", "where": 1}, "unknown parameter 'where'"),
]


async def test_wrong_names_are_refused_before_anything_is_sent(empty_url: str, tmp_path: Path) -> None:
    async with opened(empty_url, tmp_path) as db:
        for params, message in WRONG_NAMES:
            with pytest.raises(ParameterError) as caught:
                await db.items.put(**params)
            assert str(caught.value).startswith("queries/items.sql:8 items.put: ")
            assert message in str(caught.value)
        with pytest.raises(ParameterError, match=r"items\.put: parameters are passed by name: name, size"):
            await db.items.put("x")
        assert await db.items.count() == 0


MARKS = """
-- name: get-item^
-- One item.
select id, name from items where name = :name

-- name: size_now$
select size from items where name = :name

-- name: add!
insert into items (name, size) values (:name, :size)

-- name: add_many*!
insert into items (name, size) values (:name, :size)

-- name: add_listed(name, size)!
insert into items (name, size) values (:name, :size)

-- name: add_for_id(name)<!
insert into items (name) values (:name) returning id

-- name: add_for_row<!
insert into items (name, size) values (:name, :size) returning id, name

-- name: touch<!
update items set size = size where name = :name returning id

-- name: add_plain<!
insert into items (name) values (:name)

-- name: all_items
select name from items order by name

-- name: wipe#
delete from items;
delete from items;
"""


async def test_the_marks_of_aiosql_are_synonyms(engine: str, empty_url: str, tmp_path: Path) -> None:
    async with opened(empty_url, tmp_path, {"legacy.sql": MARKS}) as db:
        q = db.legacy
        assert await q.add(name="a", size=1) == 1
        assert await q.add_many.batch([{"name": "b", "size": 2}, {"name": "c", "size": 3}]) == 2
        assert await q.add_listed(name="d", size=4) == 1
        number = await q.add_for_id(name="e")
        assert isinstance(number, int)
        row = await q.add_for_row(name="f", size=6)
        assert row.name == "f"
        assert row.id > number
        assert await q.touch(name="none") is None
        last = await q.add_plain(name="g")
        assert last == (row.id + 1 if engine == "sqlite" else None)
        assert (await q.get_item(name="a")).name == "a"
        assert await q.get_item(name="none") is None
        assert q.get_item.__doc__ == "One item.\n\nParameters: name"
        assert await q.size_now(name="b") == 2
        assert [row.name for row in await q.all_items()] == list("abcdefg")
        await q.wipe()
        assert await q.all_items() == []


SEARCH = """
-- name: find :many
SELECT name FROM items
WHERE
    name IN (:names)
    AND parent_id = :parent_id -- optional
ORDER BY name;
"""


async def test_explain_and_sql(empty_url: str, tmp_path: Path) -> None:
    async with opened(empty_url, tmp_path, {"items.sql": ITEMS, "kinds.sql": KINDS, "search.sql": SEARCH}) as db:
        assert "items" in await db.search.find.explain(names=["a"])
        assert "items" in await db.items.resize.explain(name="a", size=1)
        assert await db.items.put(name="a") == 1
        assert "items" in await db.kinds.remove_like.explain(pattern="%")
        assert await db.items.count() == 1
        assert db.items.count.sql.startswith("SELECT /* items.count */ count(*)")
        assert ":name" not in db.items.put.sql
        assert "parent_id =" in db.search.find.sql
        assert db.items.put.query.parameters == ("name", "size")


async def test_a_transaction_has_the_same_queries(empty_url: str, tmp_path: Path) -> None:
    async with opened(empty_url, tmp_path, {"items.sql": ITEMS, "a/kinds.sql": KINDS}) as db:
        async with db.transaction() as tx:
            row = await tx.items.add(name="x", size=3)
            assert (await tx.a.kinds.one_named(name="x")).id == row.id
            await tx.a.kinds.fill()
            assert await tx.items.put.batch([{"name": "y"}, {"name": "z"}]) == 2
            assert "items" in await tx.items.names.explain()
            assert [each.name async for each in tx.items.names.stream()] == ["s2", "s;1", "x", "y", "z"]
        assert await db.items.count() == 5
