"""Materialized views: equal to their definitions after a refresh, recorded, one file each."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Iterable
from contextlib import aclosing, suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import examples
from own_folders import migration
from plainbase import ConstraintViolation, Database, ParameterError, PlainbaseError, views
from plainbase.events import RefreshEvent

POSTGRES = """
CREATE TABLE runs (
    id    uuid             NOT NULL,
    name  text COLLATE "C" NOT NULL,
    CONSTRAINT runs_pkey PRIMARY KEY (id)
);
CREATE TABLE metrics (
    run_id  uuid             NOT NULL,
    name    text COLLATE "C" NOT NULL,
    step    bigint           NOT NULL,
    value   bigint,
    CONSTRAINT metrics_pkey PRIMARY KEY (run_id, name, step),
    CONSTRAINT metrics_run_id_fkey FOREIGN KEY (run_id) REFERENCES runs (id) ON DELETE CASCADE
);

CREATE VIEW totals_live AS
SELECT name, count(*) AS points, CAST(sum(value) AS bigint) AS total, max(abs(value)) AS highest
FROM metrics
GROUP BY name;
CREATE MATERIALIZED VIEW totals AS SELECT name, points, total, highest FROM totals_live WITH NO DATA;
CREATE UNIQUE INDEX totals_key ON totals (name);

CREATE VIEW summary_live AS
SELECT
    metrics.run_id,
    metrics.name,
    runs.name AS run_name,
    count(*) AS points,
    CAST(sum(metrics.value) AS bigint) AS total,
    max(abs(metrics.value)) AS highest
FROM metrics
INNER JOIN runs ON metrics.run_id = runs.id
GROUP BY metrics.run_id, metrics.name, runs.name;

CREATE TABLE summary (
    run_id    uuid             NOT NULL,
    name      text COLLATE "C" NOT NULL,
    run_name  text             NOT NULL,
    points    bigint           NOT NULL,
    total     bigint,
    highest   bigint,
    CONSTRAINT summary_pkey PRIMARY KEY (run_id, name)
);

-- What the next refresh of summary makes anew. No key is unique, so that writers never wait; NULL means every run.
CREATE TABLE summary_touched (
    id      bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    run_id  uuid,
    CONSTRAINT summary_touched_pkey PRIMARY KEY (id)
);

CREATE FUNCTION summary_touch() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO summary_touched (run_id) SELECT DISTINCT run_id FROM changed;
    RETURN NULL;
END;
$$;
CREATE TRIGGER metrics_insert_summary_touch
AFTER INSERT ON metrics REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION summary_touch();
CREATE TRIGGER metrics_update_summary_touch
AFTER UPDATE ON metrics REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION summary_touch();
CREATE TRIGGER metrics_update_from_summary_touch
AFTER UPDATE ON metrics REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION summary_touch();
CREATE TRIGGER metrics_delete_summary_touch
AFTER DELETE ON metrics REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION summary_touch();

CREATE FUNCTION summary_touch_run() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO summary_touched (run_id) SELECT id FROM changed;
    RETURN NULL;
END;
$$;
CREATE TRIGGER runs_update_summary_touch
AFTER UPDATE ON runs REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION summary_touch_run();

CREATE FUNCTION summary_touch_all() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO summary_touched (run_id) VALUES (NULL);
    RETURN NULL;
END;
$$;
CREATE TRIGGER metrics_truncate_summary_touch
AFTER TRUNCATE ON metrics FOR EACH STATEMENT EXECUTE FUNCTION summary_touch_all();
"""

SQLITE = """
CREATE TABLE runs (
    id    UUID_TEXT NOT NULL,
    name  TEXT      NOT NULL,
    CONSTRAINT runs_pkey PRIMARY KEY (id)
);
CREATE TABLE metrics (
    run_id  UUID_TEXT NOT NULL,
    name    TEXT      NOT NULL,
    step    INTEGER   NOT NULL,
    value   INTEGER,
    CONSTRAINT metrics_pkey PRIMARY KEY (run_id, name, step),
    CONSTRAINT metrics_run_id_fkey FOREIGN KEY (run_id) REFERENCES runs (id) ON DELETE CASCADE
);

CREATE VIEW totals_live AS
SELECT name, count(*) AS points, sum(value) AS total, max(abs(value)) AS highest
FROM metrics
GROUP BY name;
CREATE TABLE totals (
    name     TEXT    NOT NULL,
    points   INTEGER NOT NULL,
    total    INTEGER,
    highest  INTEGER,
    CONSTRAINT totals_pkey PRIMARY KEY (name)
);

CREATE VIEW summary_live AS
SELECT
    metrics.run_id,
    metrics.name,
    runs.name AS run_name,
    count(*) AS points,
    sum(metrics.value) AS total,
    max(abs(metrics.value)) AS highest
FROM metrics
INNER JOIN runs ON metrics.run_id = runs.id
GROUP BY metrics.run_id, metrics.name, runs.name;

CREATE TABLE summary (
    run_id    UUID_TEXT NOT NULL,
    name      TEXT      NOT NULL,
    run_name  TEXT      NOT NULL,
    points    INTEGER   NOT NULL,
    total     INTEGER,
    highest   INTEGER,
    CONSTRAINT summary_pkey PRIMARY KEY (run_id, name)
);

-- What the next refresh of summary makes anew; NULL means every run.
CREATE TABLE summary_touched (
    id      INTEGER   NOT NULL,
    run_id  UUID_TEXT,
    CONSTRAINT summary_touched_pkey PRIMARY KEY (id),
    CONSTRAINT summary_touched_run_id_key UNIQUE (run_id)
);

CREATE TRIGGER metrics_insert_summary_touch
AFTER INSERT ON metrics
WHEN NOT EXISTS (SELECT 1 FROM summary_touched WHERE run_id = new.run_id)
BEGIN
    INSERT INTO summary_touched (run_id) VALUES (new.run_id);
END;
CREATE TRIGGER metrics_update_summary_touch
AFTER UPDATE ON metrics
WHEN NOT EXISTS (SELECT 1 FROM summary_touched WHERE run_id = new.run_id)
BEGIN
    INSERT INTO summary_touched (run_id) VALUES (new.run_id);
END;
CREATE TRIGGER metrics_update_from_summary_touch
AFTER UPDATE OF run_id ON metrics
WHEN NOT EXISTS (SELECT 1 FROM summary_touched WHERE run_id = old.run_id)
BEGIN
    INSERT INTO summary_touched (run_id) VALUES (old.run_id);
END;
CREATE TRIGGER metrics_delete_summary_touch
AFTER DELETE ON metrics
WHEN NOT EXISTS (SELECT 1 FROM summary_touched WHERE run_id = old.run_id)
BEGIN
    INSERT INTO summary_touched (run_id) VALUES (old.run_id);
END;
CREATE TRIGGER runs_update_summary_touch
AFTER UPDATE ON runs
WHEN NOT EXISTS (SELECT 1 FROM summary_touched WHERE run_id = new.id)
BEGIN
    INSERT INTO summary_touched (run_id) VALUES (new.id);
END;
"""

SCHEMA = {"sqlite": SQLITE, "postgres": POSTGRES}
"""A view that is computed whole, `totals`, and one that is fed by the runs touched since, `summary`."""

RUNS = [uuid.UUID(int=number) for number in range(1, 6)]
ONE, TWO, THREE, *_ = RUNS


@pytest.fixture
async def db(engine: str, empty_url: str, tmp_path: Path) -> AsyncIterator[Database]:
    migration(tmp_path / "schema", "0001_metrics", SCHEMA[engine], dialects=(engine,))
    async with Database.open(empty_url, queries=[], schema=tmp_path / "schema", migrate=True) as database:
        await database.insert_rows("runs", ["id", "name"], [[run, f"run {run.int}"] for run in RUNS])
        yield database


async def log(db: Database, rows: Iterable[tuple[uuid.UUID, str, int, int | None]]) -> None:
    await db.insert_rows("metrics", ["run_id", "name", "step", "value"], list(rows))


async def contents(db: Database, view: str) -> list[tuple[Any, ...]]:
    columns = {"totals": "name, points, total, highest", "summary": "run_id, name, run_name, points, total, highest"}
    listed = columns[view.removesuffix("_live")]
    return [tuple(row) for row in await db.fetch_all(f"SELECT {listed} FROM {view} ORDER BY {listed}")]


async def is_live(db: Database, *names: str) -> bool:
    return all([await contents(db, name) == await contents(db, f"{name}_live") for name in names])


async def touched(db: Database) -> set[uuid.UUID | None]:
    return {row.run_id for row in await db.fetch_all("SELECT run_id FROM summary_touched")}


async def break_definitions(db: Database) -> None:
    """Store a number that has no absolute value, so that a refresh which meets it fails."""
    await log(db, [(THREE, "broken", 1, -(2**63))])


async def test_refresh_brings_the_stored_result_up_to_date(db: Database) -> None:
    seen: list[RefreshEvent] = []
    db.on("refresh", seen.append)
    await log(db, [(ONE, "loss", 1, 1), (ONE, "loss", 2, 2), (TWO, "lr", 1, 5)])
    assert await db.refresh("totals") == 2
    assert [row[:3] for row in await contents(db, "totals")] == [("loss", 2, 3), ("lr", 1, 5)]
    await db.execute("DELETE FROM metrics WHERE name = 'loss'")
    assert await db.fetch_value("SELECT count(*) FROM totals") == 2
    assert await db.refresh_all() == {"summary": 1, "totals": 1}
    assert await is_live(db, "totals", "summary")
    assert [(event.view, event.rows) for event in seen] == [("totals", 2), ("summary", 1), ("totals", 1)]


async def test_refresh_is_recorded_and_its_age_counts(db: Database) -> None:
    await db.refresh("totals")
    record = await db.fetch_one(
        "SELECT view_name, started_at, refreshed_at, duration_ms, row_count, last_error FROM view_refreshes"
    )
    assert (record.view_name, record.row_count, record.last_error) == ("totals", 0, None)
    assert record.started_at.tzinfo is not None
    assert record.started_at <= record.refreshed_at
    assert record.duration_ms >= 0
    assert await db.refresh_all(older_than=3600) == {"summary": 0}
    assert await db.refresh_all(older_than=3600) == {}
    assert await db.refresh_all(older_than=-1) == {"summary": 0, "totals": 0}


async def test_unknown_view(db: Database) -> None:
    with pytest.raises(ParameterError, match="no materialized view 'nothing'; there are summary, totals"):
        await db.refresh("nothing")
    with pytest.raises(ParameterError, match="no materialized view 'a', 'b'; there are summary, totals"):
        async with aclosing(views.refresh_each(db._driver, db._events, ["b", "totals", "a"])) as outcomes:
            await anext(outcomes)
    assert await db.fetch_value("SELECT count(*) FROM view_refreshes") == 0


@pytest.mark.parametrize("view", ["totals", "summary"])
async def test_a_failed_refresh_keeps_the_old_result_and_is_recorded(db: Database, view: str) -> None:
    await log(db, [(ONE, "loss", 1, 1)])
    await db.refresh(view)
    stored = await contents(db, view)
    await break_definitions(db)
    with pytest.raises(PlainbaseError, match=f"refresh of {view}: "):
        await db.refresh(view)
    assert await contents(db, view) == stored
    record = await db.fetch_one("SELECT row_count, last_error, last_error_at, refreshed_at FROM view_refreshes")
    assert record.row_count == 1
    assert record.last_error
    assert record.last_error_at >= record.refreshed_at
    assert THREE in await touched(db)
    await db.execute("DELETE FROM metrics WHERE name = 'broken'")
    await db.refresh(view)
    assert await is_live(db, view)
    record = await db.fetch_one("SELECT last_error, last_error_at FROM view_refreshes")
    assert record == (None, None)


async def test_one_view_that_fails_does_not_stop_the_others(db: Database) -> None:
    await log(db, [(ONE, "loss", 1, 1)])
    await db.execute("DROP VIEW summary_live")
    await db.execute("CREATE VIEW summary_live AS SELECT name FROM metrics")
    with pytest.raises(PlainbaseError, match=r"\(not refreshed: summary; refreshed: totals\)$") as caught:
        await db.refresh_all()
    assert str(caught.value).startswith("refresh of summary: ")
    assert await is_live(db, "totals")
    recorded = await db.fetch_all("SELECT view_name, last_error FROM view_refreshes ORDER BY view_name")
    assert [(name, error is None) for name, error in recorded] == [("summary", False), ("totals", True)]


async def test_a_refresh_makes_only_the_touched_keys_anew(db: Database) -> None:
    await log(db, [(run, name, step, step) for run in RUNS for name in ("loss", "lr") for step in range(1, 4)])
    await db.refresh("summary")
    assert await touched(db) == set()
    await db.execute("UPDATE summary SET points = 1000")  # what the next refresh leaves alone keeps this mark
    await log(db, [(ONE, "loss", 9, 9)])
    await db.execute("DELETE FROM metrics WHERE run_id = :run", {"run": TWO})
    assert await touched(db) == {ONE, TWO}
    assert await db.refresh("summary") == 2 * len(RUNS) - 2
    found = {(run, points) for run, _, _, points, *_ in await contents(db, "summary")}
    assert found == {(ONE, 4), (ONE, 3), *((run, 1000) for run in RUNS[2:])}
    assert await db.fetch_value("SELECT row_count FROM view_refreshes") == 2 * len(RUNS) - 2
    assert await touched(db) == set()
    assert await views.refresh(db._driver, "summary", db._events, full=True) == 2 * len(RUNS) - 2
    assert await is_live(db, "summary")


async def test_what_other_tables_bring_about_touches_the_key_as_well(db: Database) -> None:
    await log(db, [(ONE, "loss", 1, 1), (TWO, "loss", 1, 1), (THREE, "loss", 1, 1)])
    await db.refresh("summary")
    await db.execute("DELETE FROM runs WHERE id = :run", {"run": ONE})  # its metrics go with it
    await db.execute("UPDATE runs SET name = 'renamed' WHERE id = :run", {"run": TWO})
    assert await touched(db) == {ONE, TWO}
    assert await db.refresh("summary") == 2
    assert await is_live(db, "summary")


async def test_a_key_of_null_touches_everything(db: Database) -> None:
    await log(db, [(ONE, "loss", 1, 1)])
    await db.refresh("summary")
    await db.execute("UPDATE summary SET points = 1000")
    await db.execute("INSERT INTO summary_touched (run_id) VALUES (NULL)")
    assert await db.refresh("summary") == 1
    assert await is_live(db, "summary")
    if db.dialect == "postgres":
        await db.execute("TRUNCATE metrics")
        assert await db.refresh("summary") == 0


async def test_a_stored_table_that_was_made_anew_is_filled_whole(db: Database) -> None:
    await log(db, [(ONE, "loss", 1, 1), (TWO, "loss", 1, 1)])
    await db.refresh("summary")
    await db.execute("DELETE FROM summary")  # as a migration that is undone and done again leaves it
    await log(db, [(ONE, "loss", 2, 1)])
    assert await db.refresh("summary") == 2
    assert await is_live(db, "summary")


@pytest.mark.parametrize("how", ["ROLLBACK", "ABORT", "FAIL", "IGNORE", "REPLACE"])
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_the_triggers_bear_what_sqlite_hands_down_to_them(db: Database, how: str) -> None:
    """The conflict clause of a statement goes for what its triggers do."""
    await log(db, [(ONE, "loss", 1, 1)])
    await db.refresh("summary")
    for step in (2, 3):
        row = {"run": ONE, "step": step}
        await db.execute(f"INSERT OR {how} INTO metrics (run_id, name, step) VALUES (:run, 'loss', :step)", row)
        await db.execute(f"UPDATE OR {how} metrics SET value = 7 WHERE step = :step AND run_id = :run", row)
    assert await touched(db) == {ONE}
    await db.refresh("summary")
    assert await is_live(db, "summary")


async def test_names_that_need_quotes_and_keys_of_two_columns(engine: str, empty_url: str, tmp_path: Path) -> None:
    kinds = {"sqlite": ("INTEGER", "TEXT", "id INTEGER PRIMARY KEY"), "postgres": ("bigint", "text", "id serial")}
    number, text, identity = kinds[engine]
    up = f"""
        CREATE TABLE facts ("the key" {text} NOT NULL, "select" {number} NOT NULL, n {number} NOT NULL);
        CREATE VIEW "my ""view"" x_live" AS
        SELECT "the key", "select", count(*) AS points FROM facts GROUP BY "the key", "select";
        CREATE TABLE "my ""view"" x" (points {number}, "select" {number}, "the key" {text});
        CREATE TABLE "my ""view"" x_touched" ({identity}, "select" {number}, "the key" {text});
    """
    migration(tmp_path / "schema", "0001_facts", up, dialects=(engine,))
    async with Database.open(empty_url, queries=[], schema=tmp_path / "schema", migrate=True) as db:
        await db.insert_rows("facts", ["the key", "select", "n"], [["a", 1, 1], ["a", 2, 1], ["b", 1, 1]])
        assert await db.refresh('my "view" x') == 3
        await db.execute("INSERT INTO facts SELECT * FROM facts")
        await db.insert_rows('my "view" x_touched', ["select", "the key"], [[1, "a"], [1, "a"], [3, "a"]])
        assert await db.refresh('my "view" x') == 3
        found = await db.fetch_all('SELECT "the key", "select", points FROM "my ""view"" x" ORDER BY 1, 2')
        assert found == [("a", 1, 2), ("a", 2, 1), ("b", 1, 1)]


async def test_a_key_that_the_view_lacks_is_an_error(db: Database) -> None:
    await log(db, [(ONE, "loss", 1, 1)])
    await db.refresh("summary")
    await db.execute("ALTER TABLE summary_touched ADD COLUMN nonsense text")
    await db.execute("INSERT INTO summary_touched (run_id, nonsense) VALUES (:run, 'x')", {"run": THREE})
    with pytest.raises(PlainbaseError, match="nonsense"):
        await db.refresh("summary")


CHANGES = {
    "insert": "INSERT INTO metrics (run_id, name, step, value) VALUES (:run, :name, :step, :value)"
    " ON CONFLICT (run_id, name, step) DO UPDATE SET value = excluded.value",
    "update": "UPDATE metrics SET value = :value WHERE run_id = :run AND name = :name AND step >= :step",
    "move": "UPDATE metrics SET run_id = :run, step = step + 100 WHERE name = :name AND step = :step",
    "delete": "DELETE FROM metrics WHERE run_id = :run AND step <= :step",
    "delete name": "DELETE FROM metrics WHERE name = :name",
    "delete all": "DELETE FROM metrics",
    "rename": "UPDATE runs SET name = :name WHERE id = :run",
    "delete run": "DELETE FROM runs WHERE id = :run",
    "new run": "INSERT INTO runs (id, name) VALUES (:run, :name) ON CONFLICT (id) DO NOTHING",
}
ROWS = st.fixed_dictionaries(
    {
        "run": st.sampled_from(RUNS[:3]),
        "name": st.sampled_from(["loss", "lr"]),
        "step": st.integers(1, 3),
        "value": st.integers(1, 3),
    }
)
STEPS = st.lists(st.tuples(st.sampled_from([*CHANGES, "refresh", "rolled back"]), ROWS), max_size=12)


@settings(max_examples=examples(40), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
async def test_after_any_changes_the_stored_rows_are_those_of_the_definition(
    db: Database, steps: list[tuple[str, dict[str, Any]]]
) -> None:
    for table in ("metrics", "runs"):
        await db.execute(f"DELETE FROM {table}")
    await db.insert_rows("runs", ["id", "name"], [[run, "a run"] for run in RUNS[:2]])
    await log(db, [(run, "loss", step, step) for run in RUNS[:2] for step in range(3)])
    for what, row in steps:
        if what == "refresh":
            assert await db.refresh_all() == {
                view: await db.fetch_value(f"SELECT count(*) FROM {view}_live") for view in ("summary", "totals")
            }
            assert await is_live(db, "totals", "summary")
            continue
        with suppress(Undone, ConstraintViolation):  # a run that is not there, a step that is
            async with db.transaction() as tx:
                sql = CHANGES["delete run" if what == "rolled back" else what]
                await tx.execute(sql, {name: value for name, value in row.items() if f":{name}" in sql})
                if what == "rolled back":
                    raise Undone
    await db.refresh_all()
    assert await is_live(db, "totals", "summary")
    assert await touched(db) == set()


class Undone(Exception):
    """Rolls a transaction back."""
