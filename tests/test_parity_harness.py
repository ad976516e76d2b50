"""The parity suite finds what differs: forks that answer otherwise on purpose, each told of."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from parity import described, harness, queries
from parity.call import UNKNOWN_ID, Call, sample_rows
from parity.databases import copies
from plainbase.check.queries.description import Description, Parameter, Type

DIFFERENT = {
    "value": (":one", "SELECT 1 AS x", "SELECT 2 AS x", "x: int 1 against int 2"),
    "type": (":one", "SELECT 1 AS x", "SELECT CAST(1 AS float8) AS x", "x: int 1 against float 1.0"),
    "text_type": (":value", "SELECT '1' AS x", "SELECT 1 AS x", "str '1' against int 1"),
    "float": (":one", "SELECT 1.0 AS x", "SELECT CAST(1.00000001 AS float8) AS x", "against float 1.00000001"),
    "not_a_number": (":one", "SELECT 1.0 AS x", "SELECT CAST('NaN' AS float8) AS x", "against float nan"),
    "twice_not_a_number": (":one", "SELECT NULL AS x", "SELECT CAST('NaN' AS float8) AS x", "against float nan"),
    "name": (":one", "SELECT 1 AS x", "SELECT 1 AS y", "columns x against y"),
    "order": (":many", "SELECT id FROM users ORDER BY id", "SELECT id FROM users ORDER BY id DESC", "[0] id: "),
    "count": (":many", "SELECT id FROM users ORDER BY id", "SELECT id FROM users ORDER BY id LIMIT 7", "16 against 7"),
    "nothing": (":optional", "SELECT 1 AS x", "SELECT 1 AS x WHERE false", "against NoneType None"),
    "changed": (":exec", "UPDATE teams SET name = 'a' || id", "UPDATE teams SET name = 'b' || id", "afterwards teams"),
    "clock": (
        ":one\n-- result: x timestamp",
        "SELECT strftime('%Y-%m-%dT%H:%M:%f000Z', 'now', '-1 hour') AS x",
        "SELECT now() AS x",
        "x: datetime",
    ),
    "json": (
        ":one\n-- result: x json",
        """SELECT '{"a": [1, 2]}' AS x""",
        """SELECT CAST('{"a": [1, 2.0]}' AS jsonb) AS x""",
        "x: a: [1] int 2 against float 2.0",
    ),
    "elsewhere": (
        ":exec",
        "UPDATE teams SET name = name",
        "WITH o AS (UPDATE models SET provider = 'p' RETURNING id) UPDATE teams SET name = name",
        "afterwards models",
    ),
    "error": (":exec", "UPDATE teams SET name = ''", "UPDATE teams SET name = name", "ConstraintViolation"),
    "kind": (
        ":exec",
        "UPDATE teams SET name = ''",
        "UPDATE teams SET name = NULL",
        "a violation of kind check against not null",
    ),
    "constraint": (
        ":exec",
        "UPDATE users SET role = 'x'",
        "UPDATE users SET email = 'x'",
        "constraint users_role_check against users_email_check",
    ),
    "broken": (":one", "SELECT x FROM nowhere", "SELECT x FROM nowhere", "raises StatementFailed"),
    "shape": (
        ":one\n-- parity: shape, for this test",
        "SELECT 1 AS x",
        "SELECT 'a' AS x",
        "x: ['int'] against ['str']",
    ),
    "shape_name": (":many\n-- parity: shape, for this test", "SELECT 1 AS x", "SELECT 2 AS y", "columns x against y"),
}
"""By the query's name: its kind, the text of SQLite and of PostgreSQL, and what is to be said of it."""

EQUAL = {
    "value": (":one", "SELECT 1.0 AS x", "SELECT CAST(1.0000000001 AS float8) AS x"),
    "clock": (
        ":one\n-- result: x timestamp",
        "SELECT strftime('%Y-%m-%dT%H:%M:%f000Z', 'now') AS x",
        "SELECT clock_timestamp() AS x",
    ),
    "shape": (":value\n-- parity: shape, for this test", "SELECT 1 AS x", "SELECT 2 AS x"),
    "rows": (":many\n-- parity: shape, for this test", "SELECT 1 AS x UNION SELECT 2", "SELECT 3 AS x"),
    "error": (":exec", "UPDATE teams SET name = ''", "UPDATE teams SET name = repeat('x', 256)"),
}


def write(folder: Path, cases: Mapping[str, tuple[str, ...]]) -> Path:
    folder.mkdir()
    for place, dialect in enumerate(("sqlite", "postgres"), 1):
        texts = [f"-- name: {name} {case[0]}\n{case[place]};\n" for name, case in cases.items()]
        (folder / f"twins.{dialect}.sql").write_text("\n".join(texts))
    return folder


async def test_each_difference_is_found(sampled: dict[str, str], tmp_path: Path) -> None:
    folder = write(tmp_path / "different", DIFFERENT)
    found = queries.load([folder])
    async with copies(sampled, tmp_path, folder) as (sqlite, postgres):
        engines = await harness.Engines.of(sqlite, postgres)
        for name, (*_, expected) in DIFFERENT.items():
            report = await harness.check(engines, found[f"twins.{name}"], [Call(f"twins.{name}")])
            assert any(expected in fault for fault in report.faults), (name, report.faults)


async def test_what_is_equal_enough_is_let_through(sampled: dict[str, str], tmp_path: Path) -> None:
    folder = write(tmp_path / "equal", EQUAL)
    found = queries.load([folder])
    async with copies(sampled, tmp_path, folder) as (sqlite, postgres):
        engines = await harness.Engines.of(sqlite, postgres)
        for name in EQUAL:
            report = await harness.check(engines, found[f"twins.{name}"], [Call(f"twins.{name}")])
            assert report.faults == [], name


async def test_a_row_that_only_one_engine_has_is_found(sampled: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "queries").mkdir()
    (tmp_path / "queries" / "teams.sql").write_text(
        "-- name: all :many\nSELECT id, name FROM teams ORDER BY id;\n\n"
        "-- name: rename :exec\nUPDATE teams SET name = :name WHERE id = :id;\n"
    )
    found = queries.load([tmp_path / "queries"])
    async with copies(sampled, tmp_path, tmp_path / "queries") as (sqlite, postgres):
        engines = await harness.Engines.of(sqlite, postgres)
        assert (await harness.check(engines, found["teams.all"], [Call("teams.all")])).faults == []
        await postgres.execute("INSERT INTO teams (id, name) VALUES (:id, 'one more')", {"id": UNKNOWN_ID})
        faults = (await harness.check(engines, found["teams.all"], [Call("teams.all")])).faults
        assert any("4 against 5 of them" in fault or "[0] id" in fault for fault in faults)
        rename = Call("teams.rename", {"id": sample_rows()["teams"][0]["id"], "name": "renamed"})
        faults = (await harness.check(engines, found["teams.rename"], [rename])).faults
        assert any("afterwards teams" in fault for fault in faults)


async def test_every_subset_of_the_optional_lines_is_run(sampled: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "queries").mkdir()
    (tmp_path / "queries" / "runs.sql").write_text(
        "-- name: list :many\n-- defaults: extra = 1, since = now()\n"
        "SELECT id FROM training_runs\nWHERE\n    true\n"
        "    AND status = :status -- optional\n"
        "    AND name = :name -- optional\n"
        "    AND progress + :extra >= :progress -- optional\n"
        "    AND created_at < :since\n"
        "ORDER BY id;\n"
    )
    (found,) = queries.load([tmp_path / "queries"]).values()
    query = next(iter(found.values()))
    call = Call("runs.list", {"status": "running", "progress": 1.0, "extra": 2.0})
    assert queries.groups_passed(query, call) == [0, 2]
    names = [sorted(row) for (row,) in queries.variants(query, call)]
    assert names == [
        ["extra", "progress", "since", "status"],
        ["since", "status"],
        ["extra", "progress", "since"],
        ["since"],
    ]
    async with copies(sampled, tmp_path, tmp_path / "queries") as (sqlite, postgres):
        engines = await harness.Engines.of(sqlite, postgres)
        report = await harness.check(engines, found, [call])
    assert (report.runs, report.faults, report.gave_something) == (4, [], True)


@pytest.mark.parametrize(
    ("parameters", "result", "rows", "given", "told"),
    [
        ({"a": "text"}, {"x": "integer"}, [{"a": "b"}], [{"x": 1}], []),
        ({"a": "text?"}, {"x": "integer?"}, [{"a": None}], [{"x": None}], []),
        ({"a": "text"}, {"x": "integer"}, [{"a": None}], [], []),
        ({"a": "text"}, {"x": "integer"}, [{"a": None}], [{"x": 1}], ["parameter 'a' is never null"]),
        ({"a": "text"}, {"x": "integer"}, [{"b": "c"}], [{"x": 1}], ["no parameter 'b'"]),
        ({}, {"x": "integer"}, [{}], [{"x": None}], ["result column 'x' is never null"]),
        ({}, {"x": "integer"}, [{}], [{"x": True}], ["result column 'x' is integer; it is a bool"]),
        ({}, {"x": "real"}, [{}], [{"x": 1}], ["result column 'x' is real; it is a int"]),
        ({}, {"x": "[text]"}, [{}], [{"x": "a"}], ["result column 'x' is [text]; it is a str"]),
        ({}, {"x": "text", "y": "text"}, [{}], [{"y": "b", "x": "a"}], ["the columns are x, y; they are y, x"]),
    ],
)
def test_a_description_that_a_call_shows_to_be_wrong_is_told(
    parameters: dict[str, str],
    result: dict[str, str],
    rows: list[dict[str, object]],
    given: list[dict[str, object]],
    told: list[str],
) -> None:
    description = Description(
        "many",
        {name: Parameter.parse(text) for name, text in parameters.items()},
        {name: Type.parse(text) for name, text in result.items()},
    )
    lies = described.lies(description, rows, given)
    assert len(lies) == len(told)
    assert all(expected in lie for expected, lie in zip(told, lies, strict=True)), lies
