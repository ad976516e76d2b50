"""A row: a tuple, a mapping by exact names, and attributes, alike on both engines."""

from __future__ import annotations

import pickle
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from own_folders import opened
from plainbase import Database, Row, StatementFailed


@pytest.fixture
async def db(empty_url: str, tmp_path: Path) -> AsyncIterator[Database]:
    async with opened(empty_url, tmp_path) as database:
        yield database


async def a_row(db: Database, columns: str = "1 AS id, 'x' AS name, NULL AS size") -> Row:
    return await db.fetch_one(f"SELECT {columns}")


async def test_as_a_tuple(db: Database) -> None:
    row = await a_row(db)
    number, name, size = row
    assert (number, name, size) == (1, "x", None)
    assert (row[0], row[1], row[-1]) == (1, "x", None)
    assert row[0:2] == (1, "x")
    assert row[::-1] == (None, "x", 1)
    assert len(row) == 3
    assert list(row) == [1, "x", None]
    assert tuple(row) == (1, "x", None)
    for outside in (3, -4):
        with pytest.raises(IndexError):
            row[outside]
    first, *rest = row
    assert (first, rest) == (1, ["x", None])


async def test_as_a_mapping_by_exact_names(db: Database) -> None:
    row = await a_row(db, '1 AS id, 2 AS "Id", 3 AS "ünïcode", 4 AS "two words", 5 AS "quoted ""q"""')
    assert row["id"] == 1
    assert row["Id"] == 2
    assert row["ünïcode"] == 3
    assert row["two words"] == 4
    assert row['quoted "q"'] == 5
    assert list(row.keys()) == ["id", "Id", "ünïcode", "two words", 'quoted "q"']
    assert tuple(row.values()) == (1, 2, 3, 4, 5)
    assert list(row.items())[:2] == [("id", 1), ("Id", 2)]
    assert dict(row) == {"id": 1, "Id": 2, "ünïcode": 3, "two words": 4, 'quoted "q"': 5}
    assert {**row}["Id"] == 2
    for wrong in ("ID", "none", ""):
        with pytest.raises(KeyError):
            row[wrong]
        assert wrong not in row
        assert row.get(wrong) is None
        assert row.get(wrong, 7) == 7
    assert "id" in row
    assert 1 not in row  # names, not values
    assert row.get("Id", 7) == 2


async def test_as_attributes(db: Database) -> None:
    row = await a_row(db, '1 AS id, NULL AS size, 3 AS "class", 4 AS "Mixed"')
    assert (row.id, row.size, getattr(row, "class"), row.Mixed) == (1, None, 3, 4)
    with pytest.raises(AttributeError, match="no column 'idd'; the columns are id, size, class, Mixed"):
        row.idd  # noqa: B018
    with pytest.raises(AttributeError, match="no column 'mixed'"):
        row.mixed  # noqa: B018
    assert not hasattr(row, "ID")
    with pytest.raises((AttributeError, TypeError)):
        row.id = 2  # type: ignore[attr-defined]
    with pytest.raises((AttributeError, TypeError)):
        row["id"] = 2


async def test_a_column_named_as_a_method_is_read_by_its_name(db: Database) -> None:
    names = ("keys", "values", "items", "get", "__class__", "_positions", "count", "index")
    row = await a_row(db, ", ".join(f'{number} AS "{name}"' for number, name in enumerate(names)))
    assert dict(row) == {name: number for number, name in enumerate(names)}
    for number, name in enumerate(names):
        assert row[name] == number
        assert row.get(name) == number
        assert name in row
    assert list(row.keys()) == list(names)
    assert row.count == 6
    assert row.index == 7
    assert isinstance(row, Row)


async def test_equal_values_are_equal_rows(db: Database) -> None:
    row = await a_row(db)
    again = await a_row(db)
    renamed = await a_row(db, "1 AS a, 'x' AS b, NULL AS c")
    other = await a_row(db, "2 AS id, 'x' AS name, NULL AS size")
    assert row == again
    assert row == renamed
    assert row == (1, "x", None)
    assert row == (1, "x", None)
    assert row != other
    assert row != (1, "x")
    assert row != [1, "x", None]
    assert hash(row) == hash(again) == hash((1, "x", None))
    assert len({row, again, renamed, other, (1, "x", None)}) == 2
    assert [(1, "x", None)].index(row) == 0  # type: ignore[arg-type]
    assert await db.fetch_all("SELECT 1 AS a UNION ALL SELECT 2 AS a ORDER BY a") == [(1,), (2,)]


async def test_rows_of_both_engines_are_equal(db: Database) -> None:
    """One engine a run, against the same tuple."""
    expected = (UUID(int=7), datetime(2026, 1, 1, tzinfo=UTC), True, {"a": [1]})
    row = await db.fetch_one(
        "INSERT INTO kinds (key, at, flag, extra) VALUES (:key, :at, :flag, :extra) RETURNING key, at, flag, extra",
        dict(zip(("key", "at", "flag", "extra"), expected, strict=True)),
    )
    assert row == expected
    assert hash(row[:3]) == hash(expected[:3])
    with pytest.raises(TypeError):
        hash(row)  # as for a tuple that holds a dict


async def test_repr(db: Database) -> None:
    assert repr(await a_row(db)) == "<Row id=1 name='x' size=None>"
    assert f"{(await db.fetch_all('SELECT 1 AS a'))}" == "[<Row a=1>]"


async def test_columns_with_one_name_are_refused(db: Database) -> None:
    for columns in ("1 AS a, 2 AS a", "1 AS a, 2 AS b, 3 AS a"):
        with pytest.raises(StatementFailed, match="two columns of the result have one name: a; give each an alias"):
            await a_row(db, columns)
    assert dict(await a_row(db, '1 AS a, 2 AS "A"')) == {"a": 1, "A": 2}
    with pytest.raises(StatementFailed, match="one name: id, name"):
        await db.fetch_all("SELECT a.id, b.id, a.name, b.name FROM items AS a JOIN items AS b ON b.id = a.parent_id")


async def test_a_row_outlives_its_database(empty_url: str, tmp_path: Path) -> None:
    async with opened(empty_url, tmp_path) as db:
        row = await a_row(db)
    assert dict(row) == {"id": 1, "name": "x", "size": None}
    assert pickle.loads(pickle.dumps(dict(row))) == dict(row)


async def test_many_different_shapes(db: Database) -> None:
    """More than any cache of shapes holds, told apart nevertheless."""
    for number in range(1100):
        row = await a_row(db, f"{number} AS c{number}")
        assert row[f"c{number}"] == number
