"""Calling named queries: what each kind gives back, on both engines."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from own_folders import ITEMS, TABLES, opened, write
from plainbase import (
    OMIT,
    ConfigurationError,
    Database,
    ParameterError,
    PlainbaseError,
    QueryFileError,
    Row,
    RowNotFound,
    TooManyRows,
)

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
        with pytest.raises(TypeError):
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
        assert q.get_item.__doc__ == "One item."
        assert await q.size_now(name="b") == 2
        assert [row.name for row in await q.all_items()] == list("abcdefg")
        await q.wipe()
        assert await q.all_items() == []


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
        with pytest.raises(ParameterError, match="row 1: .*'size' differ from row 0"):
            await db.search.change.batch([{"name": "a0", "size": 7}, {"name": "a2"}])
        assert await db.items.size_of(name="a0") == 1


FORKS = {
    "clock.sql": "-- name: shared :value\nSELECT 1 AS one;",
    "clock.postgres.sql": "-- name: engine :value\nSELECT split_part(version(), ' ', 1) AS engine;",
    "clock.sqlite.sql": "-- name: engine :value\nSELECT 'SQLite ' || sqlite_version() AS engine;",
    "only.sql": (
        "-- name: listening :many\n-- only: postgres, SQLite has no channels\nSELECT pg_listening_channels() AS channel;\n"
        "-- name: pages :value\n-- only: sqlite, PostgreSQL has no such pragma\nSELECT page_count FROM pragma_page_count;\n"
    ),
}


async def test_forks_and_queries_of_one_engine(engine: str, empty_url: str, tmp_path: Path) -> None:
    async with opened(empty_url, tmp_path, FORKS) as db:
        assert await db.clock.shared() == 1
        assert (await db.clock.engine()).startswith("SQLite" if engine == "sqlite" else "PostgreSQL")
        mine, other = (db.only.pages, db.only.listening) if engine == "sqlite" else (db.only.listening, db.only.pages)
        assert await mine() is not None
        for call in (other(), other.explain(), anext(db.only.listening.stream()) if engine == "sqlite" else other()):
            with pytest.raises(ConfigurationError, match=r"only\.(listening|pages): runs on \w+ only: .* has no"):
                await call


async def test_folders_are_attributes_and_what_is_missing_is_named(empty_url: str, tmp_path: Path) -> None:
    files = {"a/b/items.sql": ITEMS, "items.sql": ITEMS}
    async with opened(empty_url, tmp_path, files) as db:
        await db.a.b.items.put(name="deep")
        assert await db.items.count() == 1
        assert repr(db.a.b.items.put) == "<a.b.items.put :exec from queries/a/b/items.sql:8>"
        assert {"a", "items", "transaction"} <= set(dir(db))
        assert dir(db.items) == ["add", "count", "names", "put", "resize", "size_of"]
        assert "count" in repr(db.items)
        for wrong, message in ((lambda: db.item, "did you mean items?"), (lambda: db.a.b.items.nams, "names?")):
            with pytest.raises(AttributeError, match=message.replace("?", r"\?")):
                wrong()


async def test_every_problem_of_every_file_is_told_at_once(empty_url: str, tmp_path: Path) -> None:
    files = {
        "transaction.sql": ITEMS,
        "bad.sql": "-- name: two :many\nSELECT 1; SELECT 2;\n-- name: two :many\nSELECT 1;",
        "half.postgres.sql": "-- name: alone :value\nSELECT 1 AS one;",
    }
    with pytest.raises(QueryFileError) as caught:
        async with opened(empty_url, tmp_path, files):
            pass
    told = "\n".join(caught.value.problems)
    for words in ("queries/transaction.sql:1", "queries/bad.sql:2", "queries/bad.sql:3", "queries/half.postgres.sql:1"):
        assert words in told
    assert str(caught.value) == told


async def test_explain_and_sql(empty_url: str, tmp_path: Path) -> None:
    async with opened(empty_url, tmp_path, {"items.sql": ITEMS, "kinds.sql": KINDS, "search.sql": OPTIONAL}) as db:
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


async def test_reload_reads_changed_files_again(empty_url: str, tmp_path: Path) -> None:
    files = {"items.sql": ITEMS, "a/deep.sql": "-- name: number :value\nSELECT 1 AS number;"}
    async with opened(empty_url, tmp_path, files, TABLES, reload=True) as db:
        assert await db.a.deep.number() == 1
        queries = tmp_path / "queries"
        write(queries, {"a/deep.sql": "-- name: number :value\nSELECT 22 AS number;"})
        assert await db.a.deep.number() == 22
        async with db.transaction() as tx:
            assert await tx.a.deep.number() == 22
        write(queries, {"fresh.sql": "-- name: word :value\nSELECT 'new' AS word;"})
        assert await db.fresh.word() == "new"
        write(queries, {"fresh.sql": "-- name: word :valu\nSELECT 'new' AS word;"})
        with pytest.raises(PlainbaseError, match=r"queries/fresh\.sql:1"):
            await db.fresh.word()
        (queries / "fresh.sql").unlink()
        assert await db.a.deep.number() == 22
        with pytest.raises(AttributeError, match="fresh"):
            await db.fresh.word()
    async with opened(empty_url, tmp_path, None, TABLES) as db:
        assert await db.items.count() == 0
        write(tmp_path / "queries", {"items.sql": "-- name: count :value\nSELECT -1 AS count;"})
        assert await db.items.count() == 0
