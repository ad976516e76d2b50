"""MLflow's experiments: containers of runs that are open until they are deleted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from plainbase.errors import RowNotFound
from plainbase.platform.legacy.importing import Import
from plainbase.platform.legacy.mlflow.fates import fates
from plainbase.platform.legacy.mlflow.store import Store
from plainbase.platform.legacy.mlflow.translation import clean, kept, made_id, moment, name_of
from plainbase.platform.legacy.report import Tally
from plainbase.platform.legacy.source import Row

COLUMNS = ("id", "name", "status", "config", "started_at", "finished_at", "created_at", "updated_at")


async def take(importing: Import, store: Store) -> dict[int, UUID]:
    """Take the experiments; return their ids here by those there.

    An open one is running here, a deleted one cancelled. One that is here already keeps what was changed here; what
    MLflow says of it, under `config.mlflow`, and a deletion there are brought up to date.
    """
    tally = importing.tally("experiments", "experiments")
    tags_tally = importing.tally("experiment_tags", "experiments.config")
    tags: defaultdict[int, dict[str, str]] = defaultdict(dict)
    for row in await store.fetch("experiment_tags"):
        tags_tally.rows += 1
        tags[row["experiment_id"]][clean(row["key"])] = clean(row["value"])
    found: dict[int, UUID] = {}
    new: list[tuple[Any, ...]] = []
    for row in await store.fetch("experiments", order_by=("experiment_id",)):
        tally.rows += 1
        number = row["experiment_id"]
        born = row.get("creation_time") or importing.source.name  # every store has an experiment 0
        identifier = made_id("experiment", number, row.get("artifact_location"), born)
        found[number] = identifier
        record = kept(row, "experiment_id", "name", "artifact_location", "lifecycle_stage", "workspace")
        record["tags"] = mine = tags.pop(number, {})
        try:
            here = await importing.tx.experiments.get(id=identifier)
        except RowNotFound:
            new.append(_made(importing, tally, identifier, row, record))
            tags_tally.taken += len(mine)
            continue
        tally.already += 1
        before: Mapping[str, Any] = here.config.get("mlflow", {})
        known = before.get("tags", {})
        changed = sum(known.get(key) != value for key, value in mine.items())
        tags_tally.taken += changed
        tags_tally.already += len(mine) - changed
        if before != record:
            await _follow(importing, tally, here, before, row, record)
    for number, lost in tags.items():
        rows = [{"experiment_id": number, "key": key, "value": value} for key, value in lost.items()]
        importing.leave_with(tags_tally, "its experiment is not in the store", number, rows)
    await importing.tx.insert_rows("experiments", COLUMNS, new)
    tally.taken += len(new)
    await _said(tally, tags_tally, store)
    return found


def _made(importing: Import, tally: Tally, identifier: UUID, row: Row, record: dict[str, Any]) -> tuple[Any, ...]:
    began = moment(row.get("creation_time")) or importing.began
    changed = moment(row.get("last_update_time")) or began
    name = name_of(row["name"], f"experiment {row['experiment_id']}")
    if name != row["name"]:
        tally.note("name changed, since it is empty or too long; the whole stands in config.mlflow")
    deleted = row["lifecycle_stage"] == "deleted"
    status = "cancelled" if deleted else "running"
    return identifier, name, status, {"mlflow": record}, began, changed if deleted else None, began, changed


async def _follow(
    importing: Import, tally: Tally, here: Any, before: Mapping[str, Any], row: Row, record: dict[str, Any]
) -> None:
    tally.note("brought up to date: what MLflow says of it changed")
    await importing.tx.experiments.update_config(id=here.id, config={**here.config, "mlflow": record})
    if before.get("name") != record["name"] and here.name == name_of(before.get("name"), ""):
        await importing.tx.experiments.update(id=here.id, name=name_of(record["name"], here.name))
    if before.get("lifecycle_stage") == record["lifecycle_stage"]:
        return
    ended: datetime = moment(row.get("last_update_time")) or importing.began
    deleted = record["lifecycle_stage"] == "deleted"
    if not deleted:
        tally.note("restored in MLflow; here it stays ended, since an end is final")
    elif not await importing.tx.experiments.update_status(id=here.id, status="cancelled", now=ended):
        tally.note("deleted in MLflow; here it had ended otherwise, and stays so")


async def _said(tally: Tally, tags: Tally, store: Store) -> None:
    await fates(
        tally,
        store,
        {
            "experiment_id": "id (derived), config",
            "name": "name",
            "artifact_location": "config",
            "lifecycle_stage": "status, config",
            "creation_time": "created_at, started_at",
            "last_update_time": "updated_at, finished_at",
            "workspace": "config",
        },
    )
    await fates(tags, store, {"key": "config", "value": "config", "experiment_id": "config"})
