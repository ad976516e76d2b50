"""Writes an MLflow tracking store with the `mlflow` package, and tells what the package itself reads back from it.

Run in a process of its own, which takes long to begin and is told line by line what to do: `write+read STORE_URL`,
`more+read STORE_URL`, or `old REVISION STORE_URL [REVISION STORE_URL …]`. It answers each with a line of JSON: what is
read, or null. `old` makes stores of older versions by MLflow's own migrations.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import warnings
from typing import Any

os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
os.environ["MLFLOW_REGISTRY_URI"] = ""
warnings.simplefilter("ignore")
logging.disable(logging.WARNING)

import alembic.command  # noqa: E402 (warnings are off from here on)
import sqlalchemy  # noqa: E402 (as above)
from mlflow import MlflowClient  # noqa: E402 (its settings are read at import)
from mlflow.entities import (  # noqa: E402 (as above)
    Dataset,
    DatasetInput,
    InputTag,
    LoggedModelInput,
    Metric,
    Param,
    ViewType,
)
from mlflow.store.db.utils import _get_alembic_config  # noqa: E402 (as above)
from mlflow.store.tracking.dbmodels import initial_models  # noqa: E402 (as above)

T0 = 1_700_000_000_000
"""The first moment in the store, in milliseconds."""

LONG = "ü" * 5_999 + "!"
NAMES = ("loss", "accuracy", "val/loss", "größe µ")


def write(client: MlflowClient) -> None:
    """Write experiments, runs in every state, metrics of every kind, datasets and registered models."""
    first = client.create_experiment(
        "Schrift 文字", tags={"Zweck": "prüfen ✓", "mlflow.note.content": "What it is for"}
    )
    gone = client.create_experiment("given up")
    client.create_experiment("nothing in it")
    runs = [_run(client, first, place) for place in range(6)]
    parent = runs[0]
    for place in range(3):
        child = client.create_run(first, start_time=T0 + place, tags={"mlflow.parentRunId": parent}).info.run_id
        client.log_metric(child, "loss", 1.5 + place, timestamp=T0 + 5, step=place)
        client.set_terminated(child, end_time=T0 + 9_000)
    client.create_run(first, start_time=T0, tags={"mlflow.parentRunId": "f" * 32}, run_name="orphan")
    client.delete_run(runs[5])
    kept = client.create_run(gone, start_time=T0 + 77).info.run_id
    client.log_metric(kept, "loss", 3.0, timestamp=T0 + 78)
    client.delete_experiment(gone)
    model = client.create_logged_model(first, name="net", source_run_id=parent, params={"depth": "3"}, tags={"a": "b"})
    client.log_metric(parent, "acc", 0.5, timestamp=T0, step=1, model_id=model.model_id)
    _inputs(client, runs, model.model_id)
    _models(client, parent)


def more(client: MlflowClient) -> None:
    """Add what a second import has to find: points, an end, a run, a version, a moved alias."""
    first = next(each.experiment_id for each in client.search_experiments() if each.name.startswith("Schrift"))
    found = {run.info.run_name: run.info.run_id for run in client.search_runs([first], max_results=500)}
    running = found["run 0"]
    client.log_batch(running, metrics=[Metric("loss", 0.01, T0 + 99_000, step) for step in (3, 200, 201)])
    client.log_param(running, "late", "7")
    client.set_tag(running, "state", "nearly done")
    client.set_terminated(running, "FINISHED", end_time=T0 + 100_000)
    client.update_run(found["run 4"], status="RUNNING")
    added = client.create_run(first, start_time=T0 + 200, run_name="added").info.run_id
    client.log_metric(added, "loss", float("-inf"), timestamp=T0 + 300, step=2)
    client.create_model_version("netz", "file:///w/3", run_id=added)
    client.set_registered_model_alias("netz", "champion", "3")
    client.delete_registered_model_alias("netz", "old")
    client.transition_model_version_stage("netz", "1", "Archived")
    client.create_experiment("second")


def read(client: MlflowClient) -> dict[str, Any]:
    """Everything in the store that is imported, as the package reads it."""
    experiments = client.search_experiments(view_type=ViewType.ALL)
    ids = [each.experiment_id for each in experiments]
    runs = client.search_runs(ids, run_view_type=ViewType.ALL, max_results=5_000)
    return {
        "experiments": {each.experiment_id: [each.name, each.lifecycle_stage, each.tags] for each in experiments},
        "runs": {run.info.run_id: _run_read(client, run) for run in runs},
        "models": {model.name: _model_read(client, model) for model in client.search_registered_models()},
    }


def _run(client: MlflowClient, experiment: str, place: int) -> str:
    run = client.create_run(
        experiment,
        start_time=T0 + place * 1_000,
        run_name=f"run {place}",
        tags={"mlflow.user": "ada", "söte": "taggen 🎉"},
    )
    found: str = run.info.run_id
    given = {
        "lr": 1e-4,
        "layers": 12 + place,
        "big": 1e22,
        "text": "0.10",
        "flag": True,
        "leer": "",
        "long": LONG,
        "π": 3.5,
    }
    client.log_batch(found, params=[Param(key, str(value)) for key, value in given.items()])
    for name in NAMES:
        points = [Metric(name, 1 / (step + 1), T0 + step, step) for step in range(100)]
        client.log_batch(found, metrics=points)
    odd = [float("nan"), float("inf"), float("-inf"), 0.0, -0.0, 5e-324, 1e308]
    client.log_batch(found, metrics=[Metric("odd", value, T0 + at, at) for at, value in enumerate(odd)])
    client.log_batch(found, metrics=[Metric("again", value, T0 + at, 3) for at, value in enumerate((1.0, 2.0, 2.0))])
    client.log_batch(found, metrics=[Metric("again", value, T0, 3) for value in (0.5, 0.25)])
    client.log_batch(found, metrics=[Metric("warm-up", -1.0 * step, T0, step) for step in (-2, -1, 0, 1)])
    status = ("RUNNING", "FINISHED", "FAILED", "KILLED", "FINISHED", "SCHEDULED")[place]
    if status in ("FINISHED", "FAILED", "KILLED"):
        client.set_terminated(found, status, end_time=T0 + place * 1_000 + 61_500)
    elif status == "SCHEDULED":
        client.update_run(found, status=status)
    return found


def _inputs(client: MlflowClient, runs: list[str], model: str) -> None:
    train = Dataset("corpus", "abc123", "local", '{"uri": "x"}', '{"columns": 2}', '{"num_rows": 10}')
    test = Dataset("corpus", "def456", "local", '{"uri": "y"}')
    client.log_inputs(
        runs[1],
        [
            DatasetInput(test, [InputTag("mlflow.data.context", "eval")]),
            DatasetInput(train, [InputTag("mlflow.data.context", "training")]),
        ],
        [LoggedModelInput(model)],
    )
    client.log_inputs(runs[2], [DatasetInput(train, [])])


def _models(client: MlflowClient, run: str) -> None:
    client.create_registered_model("netz", tags={"team": "süd"}, description="Says what a digit is")
    client.create_registered_model("empty")
    client.create_model_version("netz", "file:///w/1", run_id=run, tags={"checked": "yes"}, description="the first")
    client.create_model_version("netz", "file:///w/2")
    client.transition_model_version_stage("netz", "1", "Production")
    client.transition_model_version_stage("netz", "2", "Staging")
    client.set_registered_model_alias("netz", "champion", "1")
    client.set_registered_model_alias("netz", "old", "1")
    client.register_prompt("greeting", "Say hello to {{name}}")


def _run_read(client: MlflowClient, run: Any) -> dict[str, Any]:
    info, data = run.info, run.data
    history = {
        name: [
            [point.step, point.timestamp, repr(point.value)] for point in client.get_metric_history(info.run_id, name)
        ]
        for name in data.metrics
    }
    return {
        "experiment": info.experiment_id,
        "name": info.run_name,
        "status": info.status,
        "start": info.start_time,
        "end": info.end_time,
        "stage": info.lifecycle_stage,
        "artifacts": info.artifact_uri,
        "params": data.params,
        "tags": data.tags,
        "latest": {name: repr(value) for name, value in data.metrics.items()},
        "metrics": history,
        "datasets": [
            [given.dataset.name, given.dataset.digest, {tag.key: tag.value for tag in given.tags}]
            for given in run.inputs.dataset_inputs
        ],
    }


def _model_read(client: MlflowClient, model: Any) -> dict[str, Any]:
    versions = client.search_model_versions(f"name = '{model.name}'")
    return {
        "description": model.description,
        "tags": dict(model.tags),
        "aliases": {alias: str(version) for alias, version in model.aliases.items()},
        "versions": {
            str(found.version): {
                "stage": found.current_stage,
                "status": found.status,
                "source": found.source,
                "run": found.run_id or None,
                "tags": dict(found.tags),
                "description": found.description,
            }
            for found in versions
        },
    }


def old(url: str, revision: str) -> None:
    """Make a store of an older version, with one row or two in each table that is imported."""
    engine = sqlalchemy.create_engine(url)
    initial_models.Base.metadata.create_all(engine)
    with engine.begin() as connection:
        config = _get_alembic_config(url)  # type: ignore[no-untyped-call] # it is not typed there
        config.attributes["connection"] = connection
        alembic.command.upgrade(config, revision)
    metadata = sqlalchemy.MetaData()
    metadata.reflect(engine)
    run, child = "a" * 32, "b" * 32
    rows: list[tuple[str, dict[str, Any]]] = [
        (
            "experiments",
            {"experiment_id": 0, "name": "Default", "artifact_location": "/w/0", "lifecycle_stage": "active"},
        ),
        ("experiment_tags", {"key": "why", "value": "so", "experiment_id": 0}),
        ("runs", {"run_uuid": run, "status": "FINISHED", "start_time": T0, "end_time": T0 + 5, "user_id": "ada"}),
        ("runs", {"run_uuid": child, "status": "FAILED", "start_time": None, "end_time": None, "user_id": "ada"}),
        ("params", {"key": "lr", "value": "0.5", "run_uuid": run}),
        ("tags", {"key": "mlflow.runName", "value": "named", "run_uuid": run}),
        ("tags", {"key": "mlflow.parentRunId", "value": run, "run_uuid": child}),
        ("metrics", {"key": "m", "value": 0.0, "timestamp": T0, "run_uuid": run, "step": 0, "is_nan": True}),
        ("metrics", {"key": "m", "value": 2.5, "timestamp": T0, "run_uuid": run, "step": 1, "is_nan": False}),
        ("registered_models", {"name": "net", "creation_time": T0}),
        ("registered_model_tags", {"key": "a", "value": "b", "name": "net"}),
        ("model_versions", {"name": "net", "version": 1, "current_stage": "Staging", "run_id": run, "status": "READY"}),
        ("model_version_tags", {"key": "c", "value": "d", "name": "net", "version": 1}),
        ("registered_model_aliases", {"alias": "best", "version": 1, "name": "net"}),
    ]
    with engine.begin() as connection:
        for name, values in rows:
            if (table := metadata.tables.get(name)) is not None:
                given = {"experiment_id": 0, "lifecycle_stage": "active", "creation_time": T0, **values}
                row = {key: value for key, value in given.items() if key in table.columns}
                connection.execute(table.insert().values(row))


def done(command: str, *given: str) -> dict[str, Any] | None:
    """Do what a line says; return what was read."""
    if command == "old":
        for revision, store in zip(given[::2], given[1::2], strict=True):
            old(store, revision)
        return None
    client = MlflowClient(tracking_uri=given[0], registry_uri=given[0])
    (write if command == "write+read" else more)(client)
    return read(client)


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(done(*json.loads(line))), flush=True)
