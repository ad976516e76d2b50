"""The sample: every table, every column, nulls and limits, the same rows from the same seed."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

import plainbase
from plainbase import ConstraintViolation, Database
from plainbase.platform import sample
from plainbase.platform.comparison import choice, effects, metrics, settings

TABLES = {
    "sqlite": """
        SELECT name
        FROM pragma_table_list
        WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE '%_touched'
    """,
    "postgres": """
        SELECT CAST(relname AS text) AS name
        FROM pg_class
        WHERE
            relnamespace = CAST('public' AS regnamespace)
            AND relkind IN ('r', 'm')
            AND relname NOT LIKE '%\\_touched'
    """,
}
"""All but what a refresh empties; neither the virtual tables of SQLite nor what they consist of."""
COLUMNS = """
SELECT m.name AS table_name, c.name AS column_name, c."notnull" AS mandatory, c.hidden AS computed
FROM sqlite_master AS m, pragma_table_xinfo(m.name) AS c
WHERE m.type = 'table'
ORDER BY m.name, c.cid
"""


async def test_every_table_has_rows(db: Database) -> None:
    """Also those that triggers fill, and the stored views once they are refreshed."""
    await sample.load(db)
    await db.refresh_all()
    tables = await db.fetch_all(TABLES[db.dialect])
    counts = {row.name: await db.fetch_value(f'SELECT count(*) FROM "{row.name}"') for row in tables}
    assert {name for name, count in counts.items() if not count} <= {"audit_context", "audit_conflicts"}
    assert sample.rows().keys() <= counts.keys()


async def test_every_row_has_every_column(templates: dict[str, str]) -> None:
    made = sample.rows(hard=True)
    async with plainbase.open(f"sqlite:///{templates['sqlite']}") as db:
        columns = await db.fetch_all(COLUMNS)
    one_sided: list[str] = []
    for table, rows in made.items():
        own = [row for row in columns if row.table_name == table and not row.computed]
        for row in rows:
            assert list(row) == [column.column_name for column in own], table
        for column in own:
            is_null = {row[column.column_name] is None for row in rows}
            of_chain = table == "audit_logs" and re.search("salt|digest|hash|position", column.column_name)
            if not column.mandatory and not of_chain and len(is_null) < 2:
                one_sided.append(f"{table}.{column.column_name}")
    assert one_sided == [], "always null, or never"


def test_the_same_seed_gives_the_same_rows_and_another_one_others() -> None:
    assert sample.rows(seed=7) == sample.rows(seed=7)
    assert sample.rows(seed=7)["training_metrics"] != sample.rows(seed=8)["training_metrics"]


def test_an_easy_sample_fills_the_same_tables_and_has_no_limits() -> None:
    easy, hard = sample.rows(), sample.rows(hard=True)
    assert easy.keys() == hard.keys()
    assert all(easy.values())
    values = {
        value for rows in easy.values() for row in rows for value in row.values() if isinstance(value, int | float)
    }
    assert not {-float("inf"), 2**63 - 1, 1e300} & values
    assert {type(row["metadata"]) for row in easy["evaluations"]} == {dict}


def test_a_hard_sample_holds_what_is_hard() -> None:
    made = sample.rows(hard=True)
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


@pytest.mark.parametrize(("size", "hard"), [("small", False), ("medium", False), ("medium", True)])
@pytest.mark.parametrize("seed", range(5))
def test_what_a_comparison_found_agrees_with_itself(size: str, hard: bool, seed: int) -> None:
    rows = sample.rows(seed=seed, size=size, hard=hard)["comparison_results"]
    decided = [row for row in rows if row["winner"]]
    for row in decided:
        difference = row["a_mean"] - row["b_mean"]
        if abs(difference) < 1e-9:
            difference = 0.0
        low, high, p = row["confidence_low"], row["confidence_high"], row["p_value"]
        assert low < difference < high
        assert (low > 0 or high < 0) == (p < row["alpha"]) == (row["winner"] != "no_difference")
        assert (row["adjusted_p_value"] <= row["alpha"]) == (p < row["alpha"])
        assert row["adjusted_p_value"] == p if row["correction"] == "none" else row["adjusted_p_value"] >= p
        assert (row["effect_size"] > 0, row["effect_size"] < 0) == (difference > 0, difference < 0)
        if row["winner"] != "no_difference":
            assert (row["winner"] == "a") == ((difference > 0) == metrics.higher_is_better(row["metric"]))
        assert effects.NAMES[row["test"]] == row["effect_name"]
        if not hard:
            assert row["details"]["difference"] == pytest.approx(difference)
        if row["effect_name"] in ("cliffs_delta", "rank_biserial"):
            assert abs(row["effect_size"]) < 1
    for row in rows:
        assert row["paired"] == (row["test"] in settings.PAIRED)
        assert row["a_n"] == row["b_n"] or not row["paired"]
        assert row["experiment_id"] is None or row["kind"] != "experiment"
        if not row["winner"]:
            assert (row["p_value"], row["adjusted_p_value"], row["confidence_low"]) == (None, None, None)
            assert max(row["a_n"], row["b_n"]) < choice.LEAST
    assert {row["winner"] for row in rows} == {"a", "b", "no_difference", None}
    assert {row["test"] for row in decided} == {"welch_t", "mann_whitney", "wilcoxon", "paired_t"}


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


@pytest.mark.parametrize(("size", "hard"), [("small", True), ("small", False), ("medium", False)])
async def test_load_fills_the_database_with_these_rows(db: Database, size: str, hard: bool) -> None:
    made = sample.rows(seed=3, size=size, hard=hard)
    counts = await sample.load(db, seed=3, size=size, hard=hard)
    assert counts == {table: len(rows) for table, rows in made.items()}
    for table, rows in made.items():
        names = ", ".join(rows[0])
        stored = await db.fetch_all(f"SELECT {names} FROM {table}")
        found_rows = [tuple(row) for row in stored]
        if table == "role_permissions":  # others are a migration's
            found_rows = [tuple(row) for row in stored if row.entity_type == "notebooks"]
        if table == "audit_logs":  # where the others were recorded while they were loaded, and all were sealed
            sealed = {name: None for name in rows[0] if re.search("position|digest|hash", name)}
            found_rows = [tuple({**row, **sealed}.values()) for row in stored if row.id >= rows[0]["id"]]
        found = sorted(found_rows, key=lambda row: tuple(map(str, row)))
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
