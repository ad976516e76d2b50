"""`insert_rows`: the fastest way in, all or nothing."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from own_folders import opened, reveals
from plainbase import ConstraintViolation, Database, DataInvalid, ParameterError, StatementFailed

COLUMNS = ("key", "at", "flag", "whole", "share", "price", "word", "data", "extra")
ROW = (
    uuid.UUID(int=5),
    datetime(2026, 1, 31, 12, 0, 0, 123456, UTC),
    True,
    -(2**63),
    float("inf"),
    Decimal("1.50"),
    "tab\t, newline\n, backslash \\ and \\N 🦔",
    b"\0\xff",
    {"a": [None, 1.5, "x\ty"]},
)


@pytest.fixture
async def db(empty_url: str, tmp_path: Path) -> AsyncIterator[Database]:
    async with opened(empty_url, tmp_path) as database:
        yield database


async def sizes(db: Database) -> dict[str, int | None]:
    return {row.name: row.size for row in await db.fetch_all("SELECT name, size FROM items ORDER BY name")}


@pytest.mark.parametrize("on_conflict", ["error", "ignore"])
async def test_every_type(db: Database, on_conflict: Any) -> None:
    empty = (None,) * len(COLUMNS)
    assert await db.insert_rows("kinds", COLUMNS, [ROW, empty, list(ROW)], on_conflict=on_conflict) == 3
    listed = ", ".join(COLUMNS)
    assert await db.fetch_all(f"SELECT {listed} FROM kinds ORDER BY id") == [ROW, empty, ROW]


async def test_any_iterable_and_any_number(db: Database) -> None:
    def rows() -> Iterator[tuple[str, int]]:
        for number in range(5000):
            yield f"n{number:04}", number

    assert await db.insert_rows("items", ["name", "size"], rows()) == 5000
    assert await db.items.count() == 5000
    assert await db.insert_rows("items", ("size", "name"), (row for row in [(1, "a")])) == 1
    assert (await sizes(db))["a"] == 1
    for mode in ("error", "ignore"):
        assert await db.insert_rows("items", ["name"], [], on_conflict=mode) == 0
    row = await db.fetch_one("SELECT 'from a row' AS name, 2 AS size")
    assert await db.insert_rows("items", ["name", "size"], [tuple(row)]) == 1


async def test_a_conflict_is_an_error_and_nothing_stays(engine: str, db: Database) -> None:
    await db.items.put(name="there", size=1)
    with pytest.raises(ConstraintViolation) as caught:
        await db.insert_rows("items", ["name", "size"], [("new", 1), ("there", 98765)])
    assert caught.value.kind == "unique"
    assert caught.value.constraint == ("items_name_key" if engine == "postgres" else None)
    assert not reveals(caught.value, "98765")
    assert await sizes(db) == {"there": 1}


async def test_conflicts_can_be_ignored(db: Database) -> None:
    await db.items.put(name="there", size=1)
    rows = [("new", 1), ("there", 2), ("new", 3), ("more", 4)]
    assert await db.insert_rows("items", ["name", "size"], rows, on_conflict="ignore") == 2
    assert await sizes(db) == {"there": 1, "new": 1, "more": 4}
    assert await db.insert_rows("items", ["name", "size"], rows, on_conflict="ignore") == 0
    for refused in (("negative", -1), (None, 1)):  # a unique constraint is meant, no other
        with pytest.raises(ConstraintViolation) as caught:
            await db.insert_rows("items", ["name", "size"], [("other", 5), refused], on_conflict="ignore")
        assert caught.value.kind in ("check", "not null")
    assert len(await sizes(db)) == 3


async def test_what_is_wrong_is_named(db: Database) -> None:
    good = ("a", 1)
    cases: list[tuple[str, list[str], list[Any], type[Exception], str]] = [
        ("nowhere", ["name"], [["a"]], ParameterError, "there is no table 'nowhere'"),
        ("items; DROP TABLE items", ["name"], [["a"]], ParameterError, "there is no table 'items; DROP TABLE items'"),
        ("", ["name"], [["a"]], ParameterError, "there is no table ''"),
        ("items", ["name", "nme"], [good], ParameterError, "table 'items' has no column 'nme'; it has id, name, size"),
        ("items", ["name", 'x" or 1'], [good], ParameterError, "table 'items' has no column 'x\" or 1'"),
        ("items", ["name", "name"], [good], ParameterError, "name each column of 'items' once"),
        ("items", [], [()], ParameterError, "name each column of 'items' once"),
        ("items", ["name", "size"], [good, ("b",)], ParameterError, "row 1 for 'items' has 1 values, expected 2: name"),
        ("items", ["name", "size"], [good, ("b", 1, 2)], ParameterError, "row 1 for 'items' has 3 values"),
        ("items", ["name", "size"], [good, ("b", "5ecret")], DataInvalid, "row 1 for 'items': column 'size': "),
        ("items", ["name", "size"], [good, ("5ecret\0", 1)], DataInvalid, "row 1 for 'items': column 'name': "),
        ("items", ["name", "size"], [good, ("b", 1.5)], DataInvalid, "row 1 for 'items': column 'size': "),
        ("items", ["name", "size"], [good, ("b", 2**63)], DataInvalid, "row 1 for 'items': column 'size': "),
        ("kinds", ["at"], [[datetime(2026, 1, 1)]], DataInvalid, "row 0 for 'kinds': column 'at': "),
        ("kinds", ["extra"], [[{"a": float("nan")}]], DataInvalid, "row 0 for 'kinds': column 'extra': "),
    ]
    for table, columns, rows, kind, message in cases:
        for mode in ("error", "ignore"):
            with pytest.raises(kind) as caught:
                await db.insert_rows(table, columns, rows, on_conflict=mode)
            assert f"insert_rows: {message}" in str(caught.value)
            assert type(caught.value) is kind
            assert not reveals(caught.value, "5ecret")
    with pytest.raises(ParameterError, match="on_conflict is 'error' or 'ignore'"):
        await db.insert_rows("items", ["name"], [["a"]], on_conflict="replace")  # type: ignore[arg-type]
    assert await db.items.count() == 0


NO_ROWS = [{"name": "a", "size": 1}, "ab", b"ab", {"a", 1}, 7, None]


@pytest.mark.parametrize("row", NO_ROWS, ids=lambda row: type(row).__name__)
@pytest.mark.parametrize("mode", ["error", "ignore"])
async def test_what_is_no_sequence_of_values_is_refused(db: Database, row: Any, mode: Any) -> None:
    """A mapping would give its keys, a text its characters, and a set its values in any order."""
    with pytest.raises(ParameterError, match=rf"row 1 for 'items' is no sequence .* {type(row).__name__}"):
        await db.insert_rows("items", ["name", "size"], [("first", 1), row], on_conflict=mode)
    assert await db.items.count() == 0


@pytest.mark.parametrize("mode", ["error", "ignore"])
async def test_each_row_is_itself_whatever_their_number(db: Database, mode: Any) -> None:
    """Rows go to the engine several at a time, and are looked at in blocks."""
    for number in (1, 63, 64, 65, 128, 511, 512, 513, 1100):
        rows = [(None if n % 5 == 0 else n, f"wörd {n}", None if n % 3 else uuid.UUID(int=n)) for n in range(number)]
        assert await db.insert_rows("kinds", ["whole", "word", "key"], rows, on_conflict=mode) == number
        assert await db.fetch_all("SELECT whole, word, key FROM kinds ORDER BY id") == rows
        await db.execute("DELETE FROM kinds")


async def test_a_bad_value_anywhere_is_named_and_nothing_stays(db: Database) -> None:
    for bad in (0, 100, 511, 512, 700):
        rows: list[tuple[Any, str]] = [(n, "w") for n in range(701)]
        rows[bad] = (2**63, "w")
        with pytest.raises(DataInvalid, match=rf"row {bad} for 'kinds': column 'whole'"):
            await db.insert_rows("kinds", ["whole", "word"], rows)
        rows[bad] = (1, "half \ud800")
        with pytest.raises(DataInvalid, match=rf"row {bad} for 'kinds': column 'word'"):
            await db.insert_rows("kinds", ["whole", "word"], rows)
    assert await db.fetch_value("SELECT count(*) AS n FROM kinds") == 0


async def test_an_iterable_that_raises_inserts_nothing(db: Database) -> None:
    def rows() -> Iterator[tuple[str]]:
        yield ("a",)
        raise ValueError("the source broke")

    with pytest.raises(ValueError, match="the source broke"):
        await db.insert_rows("items", ["name"], rows())
    assert await db.items.count() == 0
    async with db.transaction() as tx:
        with pytest.raises(ParameterError):
            await tx.insert_rows("items", ["none"], [["a"]])
        await tx.insert_rows("items", ["name"], [["b"]])  # nothing was sent, so nothing failed
    assert await db.items.count() == 1


async def test_inside_a_transaction(db: Database) -> None:
    with pytest.raises(ValueError, match="back"):
        async with db.transaction() as tx:
            assert await tx.insert_rows("items", ["name"], [["a"], ["b"]]) == 2
            assert await tx.insert_rows("items", ["name"], [["b"], ["c"]], on_conflict="ignore") == 1
            assert await tx.items.count() == 3
            assert await db.items.count() == 0
            raise ValueError("back")
    async with db.transaction() as tx:
        await tx.insert_rows("items", ["name"], [["a"]])
        with pytest.raises(ConstraintViolation):
            async with tx.transaction():
                await tx.insert_rows("items", ["name"], [["b"], ["a"]])
        for _ in range(2):
            await tx.insert_rows("items", ["name"], [["a"], ["c"]], on_conflict="ignore")
    assert list(await sizes(db)) == ["a", "c"]


async def test_a_table_that_was_just_made(db: Database) -> None:
    await db.script('CREATE TABLE "Odd ""name" (id integer PRIMARY KEY, "Some Word" text);')
    assert await db.insert_rows('Odd "name', ["id", "Some Word"], [(1, "a")]) == 1
    assert await db.insert_rows('Odd "name', ["id", "Some Word"], [(1, "b"), (2, "c")], on_conflict="ignore") == 1
    async with db.transaction() as tx:
        await tx.script("CREATE TABLE fresh (id integer PRIMARY KEY);")
        assert await tx.insert_rows("fresh", ["id"], [(1,), (2,)]) == 2
    await db.execute("DROP TABLE fresh")
    with pytest.raises(ParameterError, match="no table 'fresh'"):
        await db.insert_rows("fresh", ["id"], [(3,)])


@pytest.mark.parametrize("engine", ["postgres"])
async def test_under_row_level_security(engine: str, empty_url: str, tmp_path: Path) -> None:
    """COPY is refused there for anybody but the owner, so rows go in another way, past the same policies."""
    role = f"guest_{uuid.uuid4().hex[:12]}"
    async with opened(empty_url, tmp_path) as db:
        await db.script(
            f"CREATE ROLE {role} LOGIN PASSWORD 'guest'; GRANT ALL ON ALL TABLES IN SCHEMA public TO {role};"
            "ALTER TABLE kinds ENABLE ROW LEVEL SECURITY; ALTER TABLE items ENABLE ROW LEVEL SECURITY;"
            "CREATE POLICY small ON items USING (true) WITH CHECK (size < 10);"
            "CREATE POLICY anything ON kinds USING (true) WITH CHECK (true);"
        )
        try:
            async with opened(empty_url, tmp_path, user=role, password="guest", migrate=False) as guest:
                assert await guest.fetch_value("SELECT current_user AS name") == role
                assert await guest.insert_rows("kinds", COLUMNS, [ROW, ROW]) == 2
                assert await guest.fetch_all(f"SELECT {', '.join(COLUMNS)} FROM kinds") == [ROW, ROW]
                assert await guest.insert_rows("items", ["name", "size"], [("a", 1), ("b", 2)]) == 2
                assert await guest.insert_rows("items", ["name", "size"], [("b", 3), ("c", 4)], "ignore") == 1
                with pytest.raises(StatementFailed, match="row-level security"):
                    await guest.insert_rows("items", ["name", "size"], [("d", 5), ("e", 50)])
                assert await guest.insert_rows("items", ["name"], []) == 0
            assert await sizes(db) == {"a": 1, "b": 2, "c": 4}
        finally:
            await db.script(f"DROP OWNED BY {role}; DROP ROLE {role};")
