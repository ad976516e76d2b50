"""MLflow's runs: new ones are taken with all they have, known ones are brought up to date."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from plainbase.platform.legacy.importing import Import
from plainbase.platform.legacy.mlflow import datasets, logged_models, points
from plainbase.platform.legacy.mlflow.fates import fates
from plainbase.platform.legacy.mlflow.following import brought_up_to_date
from plainbase.platform.legacy.mlflow.nesting import Nesting
from plainbase.platform.legacy.mlflow.run_rows import COLUMNS, Found, pairs, row_of
from plainbase.platform.legacy.mlflow.store import Store
from plainbase.platform.legacy.mlflow.translation import moment, run_id
from plainbase.platform.legacy.report import Tally
from plainbase.platform.legacy.source import Row

PARENT = "mlflow.parentRunId"
OF_RUN = "its run's id is no UUID"
BATCH_RUNS = 500
BATCH_POINTS = 100_000
"""Runs are taken so many at a time, or fewer where they have more metric values together."""


@dataclass(frozen=True, slots=True)
class _Work:
    """What all batches share."""

    importing: Import
    store: Store
    experiments: Mapping[int, UUID]
    given: datasets.Datasets
    counts: Mapping[str, int]
    nesting: Nesting
    runs: Tally
    params: Tally
    tags: Tally
    metrics: Tally
    models: logged_models.LoggedModels


async def take(
    importing: Import, store: Store, experiments: Mapping[int, UUID], given: datasets.Datasets
) -> frozenset[str]:
    """Take the runs with their params, tags, datasets and metric values; return the ids of those that are here now."""
    counts = await store.points_by_run()
    runs = importing.tally("runs", "training_runs, experiment_runs")
    work = _Work(
        importing,
        store,
        experiments,
        given,
        counts,
        Nesting(await store.run_ids(), await store.valued("tags", PARENT)),
        runs,
        importing.tally("params", "training_runs.hyperparameters"),
        importing.tally("tags", "training_runs.config"),
        importing.tally("metrics", "training_metrics"),
        await logged_models.begun(importing, store),
    )
    await _said(work)
    total = sum(counts.values())
    taken: set[str] = set()
    for batch in _batches(work.nesting.parents_first(), counts):
        importing.progress("metrics", work.metrics.rows, total)
        taken.update(await _batch(work, batch))
    importing.progress("metrics", total, total)
    await logged_models.leave_others(importing, store, work.models)
    return frozenset(taken)


async def _batch(work: _Work, batch: Sequence[str]) -> list[str]:
    tx = work.importing.tx
    found = await _read(work, batch)
    known = {row.id: row for row in await tx.training_runs.list_by_ids(ids=[run.here for run in found])}
    new = [run for run in found if run.here not in known]
    began = work.importing.began
    await tx.insert_rows("training_runs", COLUMNS, [row_of(run, work.runs, began) for run in new])
    attached = [(run.experiment_id, run.here) for run in new if run.experiment_id is not None]
    await tx.insert_rows("experiment_runs", ("experiment_id", "training_run_id"), attached)
    for_points = [_for_points(run, began) for run in new]
    await points.add(work.importing, work.store, work.metrics, for_points)
    for run, its in zip(new, for_points, strict=True):
        if its.left:
            run.points_left = its.left
            record = {"mlflow": run.record()}
            await tx.training_runs.update_config(id=run.here, config=record, hyperparameters=run.hyperparameters)
        _count(work, run, None)
    for run in found:
        if run.here in known:
            await _known(work, run, known[run.here])
    return [run.there for run in found]


async def _known(work: _Work, run: Found, here: Any) -> None:
    before: Mapping[str, Any] = here.config.get("mlflow", {})
    _count(work, run, here)
    if before.get("points") == run.points and not before.get("points_left"):
        work.metrics.rows += run.points
        work.metrics.already += run.points
    else:
        its = _for_points(run, work.importing.began)
        await points.add_new(work.importing, work.store, work.metrics, its)
        run.points_left = its.left
    await brought_up_to_date(work.importing, work.runs, run, here)


async def _read(work: _Work, batch: Sequence[str]) -> list[Found]:
    """The runs of a batch with their params, tags and datasets, in the batch's order."""
    rows = {row["run_uuid"]: row for row in await work.store.fetch("runs", batch)}
    params: dict[str, dict[str, str]] = {run: {} for run in batch}
    tags: dict[str, dict[str, str]] = {run: {} for run in batch}
    pairs(await work.store.fetch("params", batch, order_by=("run_uuid", "key")), work.params, params)
    pairs(await work.store.fetch("tags", batch, order_by=("run_uuid", "key")), work.tags, tags)
    inputs = await datasets.of_runs(work.importing, work.store, work.given, batch)
    models = await logged_models.of_runs(work.store, work.models, batch)
    found = []
    for run in batch:
        work.runs.rows += 1
        here = run_id(run)
        if here is None:
            await _leave(work, rows[run], params[run], tags[run], inputs.get(run, ()))
            work.models.leave(work.importing, models.get(run, ()), OF_RUN, run)
            continue
        experiment = work.experiments.get(rows[run]["experiment_id"])
        if experiment is None:
            work.runs.note("its experiment is not in the store; it is here without one")
        if work.nesting.has_lost_parent(run):
            work.runs.note("the parent that its tag names is not in the store, or is nested in it; the tag stays")
        found.append(
            Found(
                run,
                here,
                rows[run],
                work.counts.get(run, 0),
                work.nesting.parent(run),
                experiment,
                params[run],
                tags[run],
                inputs.get(run, ()),
                models=models.get(run, ()),
            )
        )
    return found


async def _leave(
    work: _Work, row: Row, params: Mapping[str, str], tags: Mapping[str, str], inputs: Sequence[datasets.Input]
) -> None:
    """Leave a run with all that it has."""
    run = row["run_uuid"]
    leave_with = work.importing.leave_with
    work.importing.leave(work.runs, "its id is no UUID", run, row)
    for tally, pairs_of in ((work.params, params), (work.tags, tags)):
        rows = [{"run_uuid": run, "key": key, "value": value} for key, value in pairs_of.items()]
        leave_with(tally, OF_RUN, run, rows)
    leave_with(work.given.inputs, OF_RUN, run, [{"destination_id": run, **each.said} for each in inputs])
    its_tags = [{"name": key, "value": value} for each in inputs for key, value in each.said.get("tags", {}).items()]
    leave_with(work.given.input_tags, OF_RUN, run, its_tags)
    if work.counts.get(run, 0):
        async with aclosing(work.store.points([run])) as chunks:
            async for chunk in chunks:
                work.metrics.rows += len(chunk)
                leave_with(work.metrics, OF_RUN, run, chunk)


def _count(work: _Work, run: Found, here: Any) -> None:
    """Count what of a run is new, and what was here."""
    before: Mapping[str, Any] = {} if here is None else here.config.get("mlflow", {})
    known_params = {} if here is None else here.hyperparameters
    known_tags = before.get("tags", {})
    work.runs.taken += here is None
    work.runs.already += here is not None
    fresh = sum(key not in known_params for key in run.params)
    work.params.taken += fresh
    work.params.already += len(run.params) - fresh
    changed = sum(known_tags.get(key) != value for key, value in run.tags.items())
    work.tags.taken += changed
    work.tags.already += len(run.tags) - changed
    work.models.count(run.models, known=before.get("logged_models", []) == list(run.models))
    inputs = sum(1 for _ in run.inputs)
    tags = sum(len(each.said.get("tags", ())) for each in run.inputs)
    same = before.get("datasets") == datasets.said(run.inputs)
    for tally, rows in ((work.given.inputs, inputs), (work.given.input_tags, tags)):
        tally.already += rows if same else 0
        tally.taken += 0 if same else rows


def _for_points(run: Found, otherwise: Any) -> points.Run:
    return points.Run(run.there, run.here, moment(run.row["start_time"]) or otherwise)


def _batches(runs: Iterable[str], counts: Mapping[str, int]) -> Iterator[list[str]]:
    batch: list[str] = []
    held = 0
    for run in runs:
        many = counts.get(run, 0)
        if batch and (len(batch) >= BATCH_RUNS or held + many > BATCH_POINTS):
            yield batch
            batch, held = [], 0
        batch.append(run)
        held += many
    if batch:
        yield batch


async def _said(work: _Work) -> None:
    await fates(
        work.runs,
        work.store,
        {
            "run_uuid": "id",
            "name": "name",
            "status": "status, config",
            "start_time": "started_at, created_at",
            "end_time": "finished_at, config",
            "experiment_id": "experiment_runs, config",
            **dict.fromkeys(
                (
                    "source_type",
                    "source_name",
                    "entry_point_name",
                    "user_id",
                    "source_version",
                    "lifecycle_stage",
                    "artifact_uri",
                    "deleted_time",
                ),
                "config",
            ),
        },
    )
    await fates(work.params, work.store, dict.fromkeys(("key", "value", "run_uuid"), "hyperparameters"))
    await fates(work.tags, work.store, dict.fromkeys(("key", "value", "run_uuid"), "config"))
    await fates(
        work.metrics,
        work.store,
        {
            "key": "name",
            "value": "value",
            "timestamp": "recorded_at",
            "run_uuid": "run_id",
            "step": "step",
            "is_nan": "value (null)",
        },
    )
