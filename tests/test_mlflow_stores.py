"""Which MLflow stores are read: older ones, one too old, one with unknown parts, a large one, a half imported one."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from click.testing import CliRunner

from conftest import SOAK
from mlflow_made import Made, made, older
from plainbase import ConfigurationError, Database
from plainbase.cli import commands
from plainbase.platform.legacy.mlflow.store import TRIED
from plainbase.platform.legacy.source import Row
from plainbase.platform.legacy.upgrade import examine, upgrade
from test_mlflow_import import part, same, sums_are_right

__all__ = ["made", "older"]

TOO_OLD = "90e64c465722"
VERSIONS = tuple(each for each in TRIED if SOAK or each in ("89d4b8295536", "7f2a7d5fae7d", "bda7b8c39065"))
POINTS = 1_000_000 if SOAK else 30_000


@pytest.mark.parametrize("revision", VERSIONS)
async def test_stores_of_older_versions_are_read(
    db: Database, older: Callable[[tuple[str, ...]], dict[str, Path]], revision: str
) -> None:
    path = older((*VERSIONS, TOO_OLD))[revision]
    report = await upgrade(f"sqlite:///{path}", db)
    assert report.complete
    assert sums_are_right(report)
    assert revision in report.notes[0]
    assert TRIED[revision] in report.notes[0]
    run = await db.training_runs.get(id=UUID("a" * 32))
    assert (run.name, run.status, run.hyperparameters) == ("named", "completed", {"lr": 0.5})
    child = await db.training_runs.get(id=UUID("b" * 32))
    assert (child.parent_run_id, child.status, child.finished_at) == (run.id, "failed", child.created_at)
    history = await db.training_metrics.history(run_id=run.id, name="m")
    assert [(row.step, row.value) for row in history] == [(0, None), (1, 2.5)]
    aliases = part(report, "registered_model_aliases").taken
    model = await db.models.get_by_name(name="net")
    if part(report, "registered_models").taken:
        assert model is not None
        version = await db.model_versions.get_by_version(model="net", version="1")
        assert version is not None
        assert (version.stage, version.training_run_id) == ("staging", run.id)
        assert len(await db.model_aliases.list_for_model(model_id=model.id)) == aliases
    again = await upgrade(f"sqlite:///{path}", db)
    assert sum(each.taken for each in again.parts) == 0


async def test_a_store_that_is_too_old_is_refused(
    db: Database, older: Callable[[tuple[str, ...]], dict[str, Path]]
) -> None:
    path = older((*VERSIONS, TOO_OLD))[TOO_OLD]
    assert (await examine(f"sqlite:///{path}")).layout == "mlflow"
    with pytest.raises(ConfigurationError, match=r"lacks experiment_tags, metrics\.is_nan.*mlflow db upgrade"):
        await upgrade(f"sqlite:///{path}", db)
    assert await db.experiments.list() == []


async def test_experiments_of_stores_that_do_not_date_them_are_told_apart_by_name(
    db: Database, older: Callable[[tuple[str, ...]], dict[str, Path]], tmp_path: Path
) -> None:
    path = older((*VERSIONS, TOO_OLD))["89d4b8295536"]
    shutil.copy(path, tmp_path / "another.db")
    await upgrade(f"sqlite:///{path}", db)
    report = await upgrade(f"sqlite:///{tmp_path / 'another.db'}", db, name=path.stem)
    assert sum(each.taken for each in report.parts) == 0
    report = await upgrade(f"sqlite:///{tmp_path / 'another.db'}", db)
    assert part(report, "experiments").taken == 1
    assert part(report, "runs").already == 2


async def test_a_foreign_database_is_no_store(db: Database, tmp_path: Path) -> None:
    path = tmp_path / "foreign.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE runs (id INTEGER, status TEXT)")
        connection.execute("CREATE TABLE metrics (run_uuid TEXT, key TEXT)")
    connection.close()
    with pytest.raises(ConfigurationError, match="nothing that mlflow reads; it lacks alembic_version, experiments"):
        await upgrade(f"sqlite:///{path}", db, layout="mlflow")
    assert (await examine(f"sqlite:///{path}")).layout is None


async def test_tables_and_columns_that_nobody_knows_are_reported(
    db: Database, made: Callable[[str], Made], tmp_path: Path
) -> None:
    path = tmp_path / "newer.db"
    shutil.copy(urlsplit(made("sqlite").before).path, path)
    with sqlite3.connect(path) as connection:
        connection.execute("ALTER TABLE runs ADD COLUMN mood TEXT")
        connection.execute("UPDATE runs SET mood = 'good' WHERE name = 'run 1'")
        connection.execute("CREATE TABLE moods (mood TEXT)")
        connection.execute("INSERT INTO moods VALUES ('good'), ('bad')")
        connection.execute("UPDATE alembic_version SET version_num = 'ffffffffffff'")
    connection.close()
    report = await upgrade(f"sqlite:///{path}", db)
    assert "ffffffffffff, which is none of those that were tried" in report.notes[0]
    mood = next(column for column in part(report, "runs").columns if column.name == "mood")
    assert (mood.target, mood.values, mood.derived) == (None, 1, False)
    assert part(report, "runs").lost
    assert part(report, "moods").left_rows == 2
    assert part(report, "moods").lost
    assert (await examine(f"sqlite:///{path}")).extra == ("moods",)


async def test_what_is_odd_in_rows_is_taken_and_told(db: Database, made: Callable[[str], Made], tmp_path: Path) -> None:
    path = tmp_path / "odd.db"
    shutil.copy(urlsplit(made("sqlite").before).path, path)
    runs = {run["name"]: each for each, run in made("sqlite").was["runs"].items()}
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE metrics SET timestamp = 9223372036854775807 WHERE key = 'odd' AND step = 0")
        connection.execute("UPDATE runs SET end_time = NULL WHERE name = 'run 1'")
        cut = connection.execute("UPDATE params SET value = 'a' || char(0) || 'b' WHERE key = 'text'").rowcount
        connection.execute("INSERT INTO tags VALUES (CAST(x'ff' AS TEXT), CAST(x'fe41' AS TEXT), ?)", (runs["run 1"],))
        connection.execute(
            "INSERT INTO metrics (key, value, timestamp, run_uuid, step, is_nan) "
            "VALUES (CAST(x'6dff' AS TEXT), 1, 0, :run, 0, 0), ('n' || char(0), 1, 0, :run, 0, 0)",
            {"run": runs["run 1"]},
        )
        ring = "INSERT OR REPLACE INTO tags (key, value, run_uuid) VALUES ('mlflow.parentRunId', ?, ?)"
        connection.execute(ring, (runs["run 2"], runs["run 1"]))
        connection.execute(ring, (runs["run 1"], runs["run 2"]))
        connection.execute(ring, (runs["run 3"], runs["run 3"]))
    connection.close()
    report = await upgrade(f"sqlite:///{path}", db)
    assert sums_are_right(report)
    one = await db.training_runs.get(id=UUID(runs["run 1"]))
    two = await db.training_runs.get(id=UUID(runs["run 2"]))
    assert one.finished_at == one.created_at
    assert one.hyperparameters["text"] == "a\N{REPLACEMENT CHARACTER}b"
    lost = {each.source_table: [(c.name, c.values) for c in each.columns if c.values] for each in report.parts}
    assert {table: columns for table, columns in lost.items() if columns} == {
        "params": [("value", cut)],
        "tags": [("key", 1), ("value", 1)],
        "metrics": [("key", 2)],
    }
    assert (one.parent_run_id, two.parent_run_id) in ((None, one.id), (two.id, None))
    assert (await db.training_runs.get(id=UUID(runs["run 3"]))).parent_run_id is None
    odd = await db.training_metrics.history(run_id=one.id, name="odd", until_step=1)
    assert [(row.value, row.recorded_at) for row in odd] == [(None, one.created_at)]
    assert any("the calendar" in note and note.endswith("(6 rows)") for note in part(report, "metrics").notes)
    again = await upgrade(f"sqlite:///{path}", db)
    assert sum(each.taken for each in again.parts) == 0
    assert part(again, "metrics").already == part(report, "metrics").taken


STRANGE = """
INSERT INTO runs (run_uuid, name, status, start_time, lifecycle_stage, experiment_id)
SELECT 'no-uuid', 'strange', 'FINISHED', 0, 'active', experiment_id FROM runs LIMIT 1;
INSERT INTO params (key, value, run_uuid) VALUES ('a', '1', 'no-uuid'), ('api_key', 'hush', 'no-uuid');
INSERT INTO tags (key, value, run_uuid) VALUES ('t', 'x', 'no-uuid');
INSERT INTO metrics (key, value, timestamp, run_uuid, step, is_nan) VALUES
('m', 1, 0, 'no-uuid', 0, 0), ('m', 2, 0, 'no-uuid', 1, 0);
INSERT INTO inputs (input_uuid, source_type, source_id, destination_type, destination_id, step)
SELECT 'in-1', 'DATASET', dataset_uuid, 'RUN', 'no-uuid', 0 FROM datasets LIMIT 1;
INSERT INTO inputs (input_uuid, source_type, source_id, destination_type, destination_id, step) VALUES
('in-2', 'RUN', 'no-uuid', 'MODEL', 'm-x', 0), ('in-3', 'DATASET', 'gone', 'RUN', 'no-uuid', 0);
INSERT INTO input_tags (input_uuid, name, value) VALUES ('in-1', 'c', 'd'), ('in-2', 'e', 'f'), ('in-3', 'g', 'h');
INSERT INTO runs (run_uuid, name, status, start_time, lifecycle_stage, experiment_id)
SELECT CAST(x'fe' AS TEXT), 'odd', 'FINISHED', 0, 'active', experiment_id FROM runs LIMIT 1;
INSERT INTO experiment_tags (key, value, experiment_id) VALUES ('lost', 'tag', 4711);
INSERT INTO logged_models
(model_id, experiment_id, name, artifact_location, creation_timestamp_ms, last_updated_timestamp_ms, status,
lifecycle_stage, source_run_id)
SELECT 'm-' || source, experiment_id, 'n', 'here', 0, 0, 0, 'active', source
FROM experiments, (SELECT 'x' AS source UNION SELECT 'no-uuid') GROUP BY source;
INSERT INTO logged_model_params (model_id, experiment_id, param_key, param_value)
SELECT model_id, experiment_id, 'p', 'q' FROM logged_models WHERE source_run_id IN ('x', 'no-uuid');
"""


async def test_every_row_that_is_left_is_told(
    db: Database, url: str, made: Callable[[str], Made], tmp_path: Path
) -> None:
    path = tmp_path / "strange.db"
    shutil.copy(urlsplit(made("sqlite").before).path, path)
    with sqlite3.connect(path) as connection:
        connection.executescript(STRANGE)
        links = connection.execute("SELECT count(*) FROM inputs").fetchone()[0]
    connection.close()
    mine = await db.models.create(name="netz", kind="base", description="ours")
    await db.model_versions.register(model_id=mine.id, version="1", artifact_uri="ours")
    told: list[tuple[str, str, str, Row | None]] = []
    for _ in range(2):
        told.clear()
        report = await upgrade(f"sqlite:///{path}", db, reject=lambda *each: told.append(each))
        assert sums_are_right(report)
        assert part(report, "inputs").rows == links
        assert all(row is not None for *_, row in told)
        left = {
            each.source_table: sum(left.rows for left in each.left if not left.derived)
            for each in report.parts
            if each.target is not None
        }
        assert {table: rows for table, rows in left.items() if rows} == dict(Counter(table for table, *_ in told))
        assert {"runs", "params", "tags", "metrics", "inputs", "input_tags", "experiment_tags"} <= {t[0] for t in told}
        assert {"logged_models", "logged_model_params", "registered_models", "model_versions"} <= {t[0] for t in told}
        assert len([each for each in told if each[0] == "metrics"]) == 14
        assert ("registered_model_aliases", "champion") in {(each[0], each[1]) for each in told}
    rejects = tmp_path / "rejects"
    words = ["upgrade-legacy", f"sqlite:///{path}", "--url", url, "--no-backup", "--rejects", str(rejects)]
    assert (await asyncio.to_thread(CliRunner().invoke, commands.plainbase, words)).exit_code == 3
    written = rejects.read_text()
    assert len(written.splitlines()) == len(told)
    assert '"key": "api_key", "value": "(secret)"' in written
    assert "hush" not in written


KILLED = """
import asyncio, os, signal, sys
import plainbase
from plainbase.platform.legacy.mlflow import runs
from plainbase.platform.legacy.upgrade import upgrade

runs.BATCH_RUNS = 2
calls = 0


def progress(what, done, total):
    global calls
    calls += what == "metrics"
    if calls == 4:
        os.kill(os.getpid(), signal.SIGKILL)


async def main():
    async with plainbase.open(sys.argv[2]) as db:
        await upgrade(sys.argv[1], db, progress=progress)


asyncio.run(main())
"""


async def test_an_import_that_was_killed_is_done_by_the_next(
    db: Database, url: str, made: Callable[[str], Made]
) -> None:
    store = made("sqlite")
    done = subprocess.run([sys.executable, "-c", KILLED, store.before, url], capture_output=True, timeout=60)
    assert done.returncode == -9, done.stderr
    assert await db.experiments.list() == []
    report = await upgrade(store.before, db)
    await same(db, store.was)
    assert part(report, "runs").taken == len(store.was["runs"])


LONG = """
INSERT INTO metrics (key, value, timestamp, run_uuid, step, is_nan)
WITH RECURSIVE steps (step) AS (SELECT 0 UNION ALL SELECT step + 1 FROM steps WHERE step + 1 < :points)
SELECT 'long', 1.0 / (step + 1), 1700000000000 + step, :run, step, 0 FROM steps
"""
MORE = """
INSERT INTO metrics (key, value, timestamp, run_uuid, step, is_nan)
SELECT key, value + 1, timestamp, run_uuid, step, is_nan FROM metrics WHERE key = 'long' AND step % 1000 = 0
"""


async def test_a_long_history_is_taken_whole_and_grows(
    db: Database, made: Callable[[str], Made], tmp_path: Path
) -> None:
    path = tmp_path / "large.db"
    shutil.copy(urlsplit(made("sqlite").before).path, path)
    run = next(each for each, run in made("sqlite").was["runs"].items() if run["name"] == "run 3")
    with sqlite3.connect(path) as connection:
        connection.execute(LONG, {"points": POINTS, "run": run})
    connection.close()
    told: list[tuple[str, int, int | None]] = []
    report = await upgrade(f"sqlite:///{path}", db, progress=lambda *each: told.append(each))
    total = part(report, "metrics").rows
    assert part(report, "metrics").taken == total - 12
    assert ("metrics", total, total) in told
    with sqlite3.connect(path) as connection:
        connection.execute(MORE)
    connection.close()
    report = await upgrade(f"sqlite:///{path}", db)
    assert part(report, "metrics").taken == POINTS // 1000
    assert part(report, "metrics").already == total - 12
    history = [row async for row in db.training_metrics.history.stream(run_id=UUID(run), name="long")]
    assert [row.value for row in history if row.step % 1000] == [1 / (at + 1) for at in range(POINTS) if at % 1000]
    doubled = [row.value for row in history if row.step % 1000 == 0]
    assert doubled == [value for at in range(0, POINTS, 1000) for value in (1 / (at + 1), 1 / (at + 1) + 1)]
    assert sums_are_right(report)
