"""What is imported of an MLflow store, compared with what `mlflow` itself reads of it; on both engines, from both."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest

from mlflow_made import Made, made
from plainbase import Database
from plainbase.platform.legacy.mlflow.translation import LARGEST, RUN_STATUSES, made_id, parameter
from plainbase.platform.legacy.report import Part, Report
from plainbase.platform.legacy.upgrade import upgrade

__all__ = ["made"]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
STAGES = {"None": "development", "Staging": "staging", "Production": "production", "Archived": "archived"}
SOURCES = ("sqlite", "postgres")


def at(milliseconds: int | None) -> datetime | None:
    """A moment of MLflow's."""
    return None if milliseconds is None else EPOCH + timedelta(milliseconds=milliseconds)


def value(text: str) -> float | None:
    """A metric's value as `mlflow` prints it, as it is to be here."""
    number = float(text)
    if math.isnan(number):
        return None
    return math.copysign(math.inf, number) if abs(number) == LARGEST else number


def printed(number: float | None) -> str:
    """A value as text; SQLite keeps no negative zero."""
    return repr(None if number is None else number + 0.0)


def part(report: Report, table: str) -> Part:
    """What became of one table."""
    return next(each for each in report.parts if each.source_table == table)


def sums_are_right(report: Report) -> bool:
    """Whether every row of every table was taken, was there, or was left for a reason."""
    return all(each.rows == each.taken + each.already + each.left_rows for each in report.parts)


async def same(db: Database, store: dict[str, Any]) -> None:
    """Compare all that is here with what `mlflow` reads."""
    for run_id, run in store["runs"].items():
        await same_run(db, UUID(run_id), run)
    for model, said in store["models"].items():
        await same_model(db, model, said)


async def same_run(db: Database, run_id: UUID, run: dict[str, Any]) -> None:
    """Compare one run with its params, tags, datasets and metric values."""
    row = await db.training_runs.get(id=run_id)
    said = row.config["mlflow"]
    assert row.name == run["name"]
    assert said["status"] == run["status"]
    assert said["lifecycle_stage"] == run["stage"]
    assert said["artifact_uri"] == run["artifacts"]
    assert said["tags"] == run["tags"]
    assert {key: str(each) for key, each in row.hyperparameters.items()} == run["params"]
    assert row.created_at == at(run["start"])
    parent = run["tags"].get("mlflow.parentRunId", "f" * 32)
    assert row.parent_run_id == (None if parent == "f" * 32 else UUID(parent))
    assert [[each["name"], each["digest"], each.get("tags", {})] for each in said.get("datasets", [])] == sorted(
        run["datasets"], key=lambda each: each[2].get("mlflow.data.context") != "training"
    )
    if run["datasets"]:
        assert row.dataset_id is not None
        assert (await db.datasets.get(id=row.dataset_id)).digest == "abc123"
    rows = await db.fetch_all(
        "SELECT name, step, value, recorded_at FROM training_metrics WHERE run_id = :run ORDER BY id", {"run": run_id}
    )
    found = sorted((each.name, each.step, each.recorded_at, printed(each.value)) for each in rows)
    expected = [
        (name, step, at(time), printed(value(each)))
        for name, history in run["metrics"].items()
        for step, time, each in history
        if step >= 0
    ]
    assert found == sorted(expected)


async def same_model(db: Database, name: str, said: dict[str, Any]) -> None:
    """Compare a registered model with its versions, aliases and tags; a prompt is not here."""
    model = await db.models.get_by_name(name=name)
    if "mlflow.prompt.is_prompt" in said["tags"]:
        assert model is None
        return
    assert model is not None
    assert model.description == (said["description"] or None)
    assert model.metadata["mlflow"]["tags"] == said["tags"]
    versions = {row.version: row for row in await db.model_versions.list_for_model(model_id=model.id, limit=100)}
    assert set(versions) == set(said["versions"])
    for number, each in said["versions"].items():
        row = versions[number]
        assert row.stage == STAGES[each["stage"]]
        assert row.status == "ready"
        assert row.artifact_uri == each["source"]
        assert row.training_run_id == (UUID(each["run"]) if each["run"] else None)
        assert row.metadata["mlflow"]["tags"] == each["tags"]
        assert row.metadata["mlflow"].get("description") == (each["description"] or None)
    aliases = await db.model_aliases.list_for_model(model_id=model.id)
    assert {row.alias: row.version for row in aliases} == said["aliases"]


@pytest.mark.parametrize("origin", SOURCES)
async def test_all_is_here_as_mlflow_reads_it(db: Database, made: Callable[[str], Made], origin: str) -> None:
    store = made(origin)
    report = await upgrade(store.before, db)
    await same(db, store.was)
    assert sums_are_right(report)
    for run_id, run in store.was["runs"].items():
        row = await db.training_runs.get(id=UUID(run_id))
        assert row.status == RUN_STATUSES[run["status"]]
        assert (row.started_at is None) == (run["status"] == "SCHEDULED")
        assert row.finished_at == at(run["end"])
        attached = await db.experiments.list_for_run(training_run_id=row.id)
        name, stage, tags = store.was["experiments"][run["experiment"]]
        assert [(each.name, each.config["mlflow"]["tags"]) for each in attached] == [(name, tags)]
        assert attached[0].status == ("cancelled" if stage == "deleted" else "running")
        latest = await db.training_metrics.latest(run_id=row.id)
        assert {each.name: printed(each.value) for each in latest} == {
            each: printed(value(number)) for each, number in run["latest"].items()
        }
    assert {row.name for row in await db.experiments.list()} == {each[0] for each in store.was["experiments"].values()}
    assert part(report, "metrics").left_rows == 12
    assert part(report, "registered_models").left[0].examples == ("greeting",)
    assert part(report, "latest_metrics").lost is False
    assert [part(report, f"logged_model{each}").taken for each in ("s", "_params", "_tags")] == [1, 1, 1]
    parent = next(each for each, run in store.was["runs"].items() if run["name"] == "run 0")
    logged = (await db.training_runs.get(id=UUID(parent))).config["mlflow"]["logged_models"]
    assert [(each["name"], each["params"], each["tags"]) for each in logged] == [("net", {"depth": "3"}, {"a": "b"})]


@pytest.mark.parametrize("origin", SOURCES)
async def test_imported_again_it_adds_nothing(db: Database, made: Callable[[str], Made], origin: str) -> None:
    store = made(origin)
    await upgrade(store.before, db)
    tables = ("experiments", "training_runs", "training_metrics", "datasets", "models", "model_versions")
    before = [await db.fetch_all(f"SELECT * FROM {table} ORDER BY id") for table in tables]
    report = await upgrade(store.before, db)
    assert [each.taken for each in report.parts] == [0] * len(report.parts)
    assert part(report, "metrics").left_rows == 12
    assert sums_are_right(report)
    assert [await db.fetch_all(f"SELECT * FROM {table} ORDER BY id") for table in tables] == before


@pytest.mark.parametrize("origin", SOURCES)
async def test_what_was_added_comes_with_the_next_import(
    db: Database, made: Callable[[str], Made], origin: str
) -> None:
    store = made(origin)
    await upgrade(store.before, db)
    report = await upgrade(store.after, db)
    await same(db, store.has)
    assert sums_are_right(report)
    taken = {each.source_table: each.taken for each in report.parts if each.taken}
    assert taken == {
        "experiments": 1,
        "runs": 1,
        "params": 1,
        "tags": 2,
        "metrics": 4,
        "model_versions": 1,
        "registered_model_aliases": 1,
    }
    for run_id, run in store.has["runs"].items():
        row = await db.training_runs.get(id=UUID(run_id))
        begun_again = run["status"] == "RUNNING" and store.was["runs"].get(run_id, {}).get("status") == "FINISHED"
        assert row.status == ("completed" if begun_again else RUN_STATUSES[run["status"]])
        assert row.finished_at == at(store.was["runs"][run_id]["end"] if begun_again else run["end"])
    assert "begun again" in " ".join(part(report, "runs").notes)


async def test_what_was_changed_here_stays(db: Database, made: Callable[[str], Made]) -> None:
    store = made("sqlite")
    await upgrade(store.before, db)
    running = UUID(next(each for each, run in store.was["runs"].items() if run["name"] == "run 0"))
    await db.training_runs.finish(id=running, status="cancelled")
    row = await db.training_runs.get(id=running)
    mine = {**row.hyperparameters, "layers": 99, "late": "mine"}
    await db.training_runs.update_config(id=running, config={**row.config, "mine": 1}, hyperparameters=mine)
    model = await db.models.get_by_name(name="netz")
    assert model is not None
    versions = {row.version: row for row in await db.model_versions.list_for_model(model_id=model.id)}
    await db.model_aliases.set(model_id=model.id, alias="champion", model_version_id=versions["2"].id)
    await db.model_versions.set_stage(id=versions["1"].id, stage="staging")
    await db.models.update(id=model.id, description="ours", metadata={**model.metadata, "mine": 2})
    report = await upgrade(store.after, db)
    row = await db.training_runs.get(id=running)
    assert row.status == "cancelled"
    assert row.hyperparameters == mine
    assert row.config["mine"] == 1
    assert row.config["mlflow"]["status"] == "FINISHED"
    model = await db.models.get(id=model.id)
    assert (model.description, model.metadata["mine"]) == ("ours", 2)
    aliases = {row.alias: row.version for row in await db.model_aliases.list_for_model(model_id=model.id)}
    assert aliases == {"champion": "2"}
    assert (await db.model_versions.get(id=versions["1"].id)).stage == "staging"
    assert part(report, "registered_model_aliases").left_rows == 1
    assert any("what it is here stays" in note for note in part(report, "runs").notes)
    assert any("what it is here stays" in note for note in part(report, "model_versions").notes)
    assert sums_are_right(report)


async def test_points_logged_here_are_kept_beside_those_of_mlflow(db: Database, made: Callable[[str], Made]) -> None:
    store = made("sqlite")
    await upgrade(store.before, db)
    running = UUID(next(each for each, run in store.was["runs"].items() if run["name"] == "run 0"))
    await db.training_metrics.log(run_id=running, name="loss", step=50, value=7.0)
    await db.execute(
        "DELETE FROM training_metrics WHERE run_id = :run AND name = 'loss' AND step = 200", {"run": running}
    )
    report = await upgrade(store.after, db)
    assert part(report, "metrics").taken == 4
    history = await db.training_metrics.history(run_id=running, name="loss", since_step=50, until_step=51)
    assert [row.value for row in history] == [1 / 51, 7.0]


async def test_a_model_of_the_same_name_gets_the_versions_that_it_lacks(
    db: Database, made: Callable[[str], Made]
) -> None:
    mine = await db.models.create(name="netz", kind="base", description="ours")
    version = await db.model_versions.register(model_id=mine.id, version="1", artifact_uri="ours")
    report = await upgrade(made("sqlite").before, db)
    assert part(report, "model_versions").left_rows == 2  # and the prompt's
    row = await db.model_versions.get(id=version.id)
    assert (row.artifact_uri, row.stage, row.metadata) == ("ours", "development", {})
    found = await db.model_versions.list_for_model(model_id=mine.id)
    assert {row.version for row in found} == {"1", "2"}
    assert await db.model_aliases.list_for_model(model_id=mine.id) == []
    assert part(report, "registered_model_aliases").left_rows == 2
    assert sums_are_right(report)


async def test_a_dry_run_changes_nothing_and_the_source_is_never_written(
    db: Database, made: Callable[[str], Made]
) -> None:
    store = made("sqlite")
    path = Path(urlsplit(store.before).path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    report = await upgrade(store.before, db, dry_run=True)
    assert part(report, "runs").taken == len(store.was["runs"])
    assert await db.training_runs.list() == []
    await upgrade(store.before, db)
    assert hashlib.sha256(path.read_bytes()).hexdigest() == digest
    assert [each.name for each in path.parent.iterdir() if each.name.startswith(path.name)] == [path.name]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12", 12),
        ("-3", -3),
        ("0.0001", 0.0001),
        ("1e-05", 1e-05),
        ("1e+22", 1e22),
        ("9223372036854775807", 2**63 - 1),
        ("9223372036854775808", "9223372036854775808"),
        ("0.10", "0.10"),
        ("1e-4", "1e-4"),
        ("007", "007"),
        ("1_000", "1_000"),
        (" 1", " 1"),
        ("-0.0", "-0.0"),
        ("nan", "nan"),
        ("inf", "inf"),
        ("True", "True"),
        ("", ""),
        ("٣", "٣"),
        ("9" * 5_000, "9" * 5_000),
    ],
)
def test_a_param_is_a_number_where_nothing_of_it_is_lost(text: str, number: float | str) -> None:
    assert parameter(text) == number
    assert type(parameter(text)) is type(number)


def test_ids_are_the_same_whenever_they_are_made() -> None:
    assert made_id("experiment", 0, "/w/0", 5) == UUID("9be5d480-c59f-5abc-b765-aa38d017ab56")
