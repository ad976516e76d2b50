"""The sample: every table, every column, nulls and limits, the same rows from the same seed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import plainbase
from plainbase import ConstraintViolation, Database
from plainbase.platform import sample

TABLES = """
SELECT name, sql
FROM sqlite_master
WHERE type = 'table' AND name NOT LIKE 'sqlite%'
"""
COLUMNS = """
SELECT m.name AS table_name, c.name AS column_name, c."notnull" AS mandatory, c.hidden AS computed
FROM sqlite_master AS m, pragma_table_xinfo(m.name) AS c
WHERE m.type = 'table'
ORDER BY m.name, c.cid
"""
PLAIN_TABLES = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite%'"
VIEWS = "SELECT name FROM sqlite_master WHERE type = 'view'"


async def tables_to_fill(templates: dict[str, str], tmp_path: Path) -> set[str]:
    """The schema's tables but those that the engine or plainbase itself fills: text indexes, stored views, records."""
    migrations = tmp_path / "schema" / "sqlite" / "migrations"
    migrations.mkdir(parents=True)
    (migrations / "0001_none.up.sql").write_text("CREATE TABLE none (id INTEGER);\n")
    (migrations / "0001_none.down.sql").write_text("DROP TABLE none;\n")
    async with plainbase.open(f"sqlite:///{templates['sqlite']}") as db:
        tables = {row.name for row in await db.fetch_all(PLAIN_TABLES)}  # neither virtual ones nor their shadows
        live = {row.name for row in await db.fetch_all(VIEWS)}
    async with Database.open(f"sqlite:///{tmp_path / 'none.db'}", queries=None, schema=tmp_path / "schema") as db:
        await db.migrate()
        own = {row.name for row in await db.fetch_all(PLAIN_TABLES)}
    stored = {name.removesuffix("_live") for name in live}
    return tables - own - stored - {f"{name}_touched" for name in stored}


async def test_every_table_has_rows_with_every_column(templates: dict[str, str], tmp_path: Path) -> None:
    made = sample.rows()
    assert {table for table, rows in made.items() if rows} == await tables_to_fill(templates, tmp_path)
    async with plainbase.open(f"sqlite:///{templates['sqlite']}") as db:
        columns = await db.fetch_all(COLUMNS)
    one_sided: list[str] = []
    for table, rows in made.items():
        own = [row for row in columns if row.table_name == table and not row.computed]
        for row in rows:
            assert list(row) == [column.column_name for column in own], table
        for column in own:
            is_null = {row[column.column_name] is None for row in rows}
            chained = {"previous_hash", "hash"}  # of the audit log, which makes them itself
            if not column.mandatory and column.column_name not in chained and len(is_null) < 2:
                one_sided.append(f"{table}.{column.column_name}")
    assert one_sided == [], "always null, or never"


def test_the_same_seed_gives_the_same_rows_and_another_one_others() -> None:
    assert sample.rows(seed=7) == sample.rows(seed=7)
    assert sample.rows(seed=7)["training_metrics"] != sample.rows(seed=8)["training_metrics"]


def test_the_sample_holds_what_is_hard() -> None:
    made = sample.rows()
    values = [value for rows in made.values() for row in rows for value in row.values()]
    assert {float("inf"), -float("inf"), 2**63 - 1, "", 5e-324} <= {
        v for v in values if isinstance(v, int | float | str)
    }
    assert any(isinstance(value, str) and not value.isascii() for value in values)
    shapes = {type(row["metadata"]) for row in made["evaluations"]}
    assert {dict, list, str, int, float, bool} <= shapes
    for table in ("training_runs", "evaluations", "jobs", "predictions", "audit_logs", "sessions"):
        times = [row["created_at"] for row in made[table]]
        assert len(set(times)) < len(times), f"no two of {table} were made at the same moment"
    assert {row["state"] for row in made["jobs"]} == {"available", "running", "completed", "cancelled", "dead"}
    losses = [row["value"] for row in made["training_metrics"] if row["name"] == "loss"]
    assert float("inf") in losses
    assert None in losses


def test_nothing_is_made_after_the_end() -> None:
    until = datetime(2030, 5, 17, 8, 30, tzinfo=UTC)
    for table, rows in sample.rows(until=until).items():
        for row in rows:
            assert row.get("created_at", until) <= until, table
            assert row.get("created_at", until) >= until - timedelta(days=29), table


def test_a_larger_sample_has_more_of_what_grows() -> None:
    small, medium = sample.rows(), sample.rows(size="medium")
    assert len(medium["evaluations"]) == 10 * len(small["evaluations"])
    assert len(medium["role_permissions"]) == len(small["role_permissions"])
    with pytest.raises(KeyError):
        sample.rows(size="enormous")


@pytest.mark.parametrize("size", ["small", "medium"])
async def test_load_fills_the_database_with_these_rows(db: Database, size: str) -> None:
    made = sample.rows(seed=3, size=size)
    counts = await sample.load(db, seed=3, size=size)
    assert counts == {table: len(rows) for table, rows in made.items()}
    for table, rows in made.items():
        names = ", ".join(rows[0])
        stored = await db.fetch_all(f"SELECT {names} FROM {table}")
        found = sorted((tuple(row) for row in stored), key=lambda row: tuple(map(str, row)))
        expected = sorted((tuple(row.values()) for row in rows), key=lambda row: tuple(map(str, row)))
        assert found == expected, table


async def test_load_changes_nothing_where_there_are_rows_already(db: Database) -> None:
    await db.datasets.register(name="own", version="1", digest="d")
    await sample.load(db)
    before = await db.training_runs.count_by_status()
    with pytest.raises(ConstraintViolation, match="holds rows that the sample would add"):
        await sample.load(db)
    assert await db.training_runs.count_by_status() == before


async def test_rows_that_are_added_later_are_numbered_behind_the_sample(db: Database) -> None:
    made = sample.rows()
    await sample.load(db)
    text = await db.corpus_texts.add(content="one more")
    assert text.id == len(made["corpus_texts"]) + 1
    run = next(row for row in made["training_runs"] if row["status"] == "running")
    await db.training_metrics.log(run_id=run["id"], name="loss", step=5, value=0.5)
    assert await db.fetch_value("SELECT max(id) AS id FROM training_metrics") == len(made["training_metrics"]) + 1
