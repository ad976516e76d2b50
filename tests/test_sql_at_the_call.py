"""SQL written at the call: the same kinds, parameters and errors as a query of a file."""

from __future__ import annotations

from pathlib import Path

import pytest
from pypika import Order, Parameter, Query, Table

from own_folders import opened, reveals
from plainbase import (
    ConstraintViolation,
    Database,
    DataInvalid,
    ParameterError,
    QueryFileError,
    RowNotFound,
    StatementFailed,
    TooManyRows,
    Transaction,
)

INSERT = "INSERT INTO items (name, size) VALUES (:name, :size)"
ALL = "SELECT name, size FROM items ORDER BY name"


async def run_every_kind(db: Database | Transaction) -> None:
    assert await db.execute(INSERT, {"name": "a", "size": 1}) == 1
    assert await db.execute_many(INSERT, [{"name": "b", "size": 2}, {"name": "c", "size": 3}]) == 2
    assert await db.execute_many(INSERT, []) == 0
    assert [tuple(row) for row in await db.fetch_all(ALL)] == [("a", 1), ("b", 2), ("c", 3)]
    assert (await db.fetch_one("SELECT size FROM items WHERE name = :name", {"name": "b"})).size == 2
    first = await db.fetch_optional("SELECT name FROM items WHERE size > :low ORDER BY size DESC", {"low": 1})
    assert first is not None
    assert first.name == "c"
    assert await db.fetch_optional("SELECT name FROM items WHERE size > 9") is None
    assert (
        await db.fetch_value("SELECT count(*) AS count FROM items WHERE name IN (:names)", {"names": ["a", "z"]}) == 1
    )
    assert await db.fetch_value("SELECT name FROM items WHERE size > 9") is None
    assert [row.name async for row in db.iterate(ALL)] == ["a", "b", "c"]
    assert await db.execute("UPDATE items SET size = size + :more WHERE size >= :more", {"more": 2}) == 2
    await db.script("UPDATE items SET size = 0; -- nothing; else\nDELETE FROM items WHERE name = 'a;b';")
    assert await db.fetch_value("SELECT sum(size) = 0 AS none FROM items") in (1, True)
    with pytest.raises(RowNotFound):
        await db.fetch_one("SELECT name FROM items WHERE size > 9")
    with pytest.raises(TooManyRows):
        await db.fetch_one(ALL)


async def test_every_kind(empty_url: str, tmp_path: Path) -> None:
    async with opened(empty_url, tmp_path) as db:
        await run_every_kind(db)


async def test_every_kind_in_a_transaction(empty_url: str, tmp_path: Path) -> None:
    async with opened(empty_url, tmp_path) as db:
        async with db.transaction() as tx:
            await run_every_kind(tx)
        assert await db.items.count() == 3


async def test_pypika_queries(empty_url: str, tmp_path: Path) -> None:
    items = Table("items")
    insert = Query.into(items).columns("name", "size").insert(Parameter(":name"), Parameter(":size"))
    select = (
        Query.from_(items)
        .select(items.name, items.size)
        .where(items.size >= Parameter(":low"))
        .orderby(items.name, order=Order.desc)
        .limit(10)
    )
    async with opened(empty_url, tmp_path) as db:
        assert await db.execute(insert, {"name": "a", "size": 1}) == 1
        assert await db.execute_many(insert, [{"name": "b", "size": 2}, {"name": "it's", "size": 3}]) == 2
        assert [row.name for row in await db.fetch_all(select, {"low": 2})] == ["it's", "b"]
        assert [row.size async for row in db.iterate(select, {"low": 3})] == [3]
        assert await db.fetch_value(Query.from_(items).select(items.size).where(items.name == "it's")) == 3
        with pytest.raises(ParameterError, match="missing parameter 'low'"):
            await db.fetch_all(select)
        with pytest.raises(DataInvalid, match="parameter 'low'"):
            await db.fetch_all(select, {"low": "x"})


async def test_what_sits_in_the_text_stays_as_it_is(empty_url: str, tmp_path: Path) -> None:
    async with opened(empty_url, tmp_path) as db:
        row = await db.fetch_one(
            "SELECT ':name' AS word, '%s ? $1' AS marks, 1 /* :no */ AS one, CAST(:n AS bigint) AS n", {"n": 7}
        )
        assert tuple(row) == (":name", "%s ? $1", 1, 7)
        assert await db.fetch_value("SELECT 'semi;colon' AS word;") == "semi;colon"


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("SELECT 1; SELECT 2", "SQL at the call:1 "),
        ("\n  SELECT 'open", "SQL at the call:2 "),
        ("", "SQL at the call:1 "),
        ("-- nothing", "SQL at the call"),
        ("SELECT (1", "SQL at the call:1 "),
    ],
)
async def test_a_text_that_is_not_one_statement(db: Database, sql: str, message: str) -> None:
    with pytest.raises(QueryFileError, match=message):
        await db.fetch_all(sql)


async def test_wrong_parameters(db: Database) -> None:
    with pytest.raises(ParameterError, match="unknown parameter 'x'; expected none"):
        await db.fetch_value("SELECT 1 AS one", {"x": "secret"})
    with pytest.raises(ParameterError, match="row 1: missing parameter 'size'"):
        await db.execute_many(INSERT, [{"name": "a", "size": 1}, {"name": "secret"}])


async def test_errors_say_that_the_sql_was_written_at_the_call(empty_url: str, tmp_path: Path) -> None:
    async with opened(empty_url, tmp_path) as db:
        await db.execute(INSERT, {"name": "a", "size": 1})
        with pytest.raises(ConstraintViolation, match="SQL at the call: ") as caught:
            await db.execute(INSERT, {"name": "a", "size": 8_765_431})
        assert caught.value.parameters == ("name", "size")
        assert not reveals(caught.value, "8765431")
        with pytest.raises(ConstraintViolation):
            await db.execute_many(INSERT, [{"name": "b", "size": 1}, {"name": "a", "size": 1}])
        with pytest.raises(StatementFailed):
            await db.fetch_all("SELEC 1")
        with pytest.raises(StatementFailed, match="SQL at the call"):
            await db.script("DELETE FROM items; DELETE FROM nowhere;")
        assert await db.items.count() == 1


async def test_a_script_holds_what_only_sql_can_split(engine: str, empty_url: str, tmp_path: Path) -> None:
    body = {
        "sqlite": "CREATE TRIGGER items_log AFTER INSERT ON items BEGIN INSERT INTO log VALUES (new.name || ';'); "
        "UPDATE items SET size = CASE WHEN size IS NULL THEN 1 ELSE size END; END;",
        "postgres": "CREATE FUNCTION log_item() RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN "
        "INSERT INTO log VALUES (new.name || ';'); new.size := coalesce(new.size, 1); RETURN new; END $body$;\n"
        "CREATE TRIGGER items_log BEFORE INSERT ON items FOR EACH ROW EXECUTE FUNCTION log_item();",
    }
    async with opened(empty_url, tmp_path) as db:
        await db.script(f"CREATE TABLE log (word text); -- a; comment\n{body[engine]}\n-- the end; of it")
        await db.items.put(name="a")
        assert await db.fetch_value("SELECT word FROM log") == "a;"
        assert await db.items.size_of(name="a") == 1


async def test_ever_new_texts_do_not_pile_up(db: Database) -> None:
    for n in range(1300):
        assert await db.fetch_value(f"SELECT {n} AS n") == n
    assert await db.fetch_value("SELECT 7 AS n") == 7
