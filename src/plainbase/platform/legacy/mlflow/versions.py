"""Versions of a registered model, and the aliases that stand for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from plainbase.platform.legacy.importing import Import
from plainbase.platform.legacy.mlflow.translation import STAGES, VERSION_STATUSES, kept, made_id, moment, run_id
from plainbase.platform.legacy.report import Tally
from plainbase.platform.legacy.source import Row

COLUMNS = (
    "id",
    "model_id",
    "version",
    "stage",
    "status",
    "artifact_uri",
    "metadata",
    "training_run_id",
    "created_at",
    "updated_at",
)
DELETED = "Deleted_Internal"
LONGEST_ALIAS = 100


@dataclass(frozen=True, slots=True)
class Versions:
    """What is counted of versions, and the runs that are here."""

    versions: Tally
    tags: Tally
    aliases: Tally
    runs: frozenset[str]


async def take_version(
    importing: Import, to: Versions, model_id: UUID, row: Row, tags: dict[str, str], here: Any
) -> UUID | None:
    """Take a version of a model, or bring it up to date; return its id here, None where it is left."""
    number = row["version"]
    if row["current_stage"] == DELETED:
        to.versions.leave("it was deleted in MLflow, which wiped it", f"{row['name']}/{number}", derived=True)
        to.tags.leave("its version was deleted", rows=len(tags), derived=True)
        return None
    record = kept(
        row, "current_stage", "status", "description", "user_id", "source", "run_id", "run_link", "storage_location"
    ) | kept(row, "status_message")
    record["tags"] = tags
    identifier = made_id("version", model_id, number)
    if here is None:
        await importing.tx.insert_rows(
            "model_versions", COLUMNS, [_made(importing, to, identifier, model_id, row, record)]
        )
        to.versions.taken += 1
        to.tags.taken += len(tags)
        return identifier
    before = here.metadata.get("mlflow")
    if here.id != identifier or before is None:
        key = f"{row['name']}/{number}"
        importing.leave(to.versions, "another version of this number is here", key, row)
        importing.leave_with(to.tags, "its version was left", key, tag_rows(str(row["name"]), number, tags))
        return None
    to.versions.already += 1
    known = before.get("tags", {})
    changed = sum(known.get(key) != value for key, value in tags.items())
    to.tags.taken += changed
    to.tags.already += len(tags) - changed
    if before != record:
        await _follow(importing, to.versions, here, before, record)
    return identifier


def tag_rows(name: str, number: int, tags: Mapping[str, str]) -> list[Row]:
    """The rows that the tags of a version were."""
    return [{"name": name, "version": number, "key": key, "value": value} for key, value in tags.items()]


async def follow_aliases(
    importing: Import,
    tally: Tally,
    name: str,
    model_id: UUID,
    aliases: Mapping[str, int],
    before: Mapping[str, int],
    versions: Mapping[int, UUID],
) -> None:
    """Set and move aliases as MLflow did since the last import; one that was moved or deleted here stays so."""
    here = {
        row.alias: row.model_version_id for row in await importing.tx.model_aliases.list_for_model(model_id=model_id)
    }
    recorded: dict[str, int] = {}
    for alias, number in aliases.items():
        row = {"name": name, "alias": alias, "version": number}
        if len(alias) > LONGEST_ALIAS or number not in versions:
            why = "its version is not here" if number not in versions else f"it is longer than {LONGEST_ALIAS}"
            importing.leave(tally, why, alias, row)
            continue
        recorded[alias] = number
        if (alias in before and before[alias] == number) or here.get(alias) == versions[number]:
            tally.already += 1
        elif alias in here and here[alias] != versions.get(before.get(alias, -1)):
            importing.leave(tally, "it moved in MLflow and here; where it is here stays", alias, row)
        else:
            await importing.tx.model_aliases.set(model_id=model_id, alias=alias, model_version_id=versions[number])
            tally.taken += 1
    for alias, number in before.items():
        if alias not in aliases and alias in here and here[alias] == versions.get(number):
            await importing.tx.model_aliases.delete(model_id=model_id, alias=alias)
            tally.note(f"alias {alias} was deleted in MLflow, and so here")
    if recorded != before:
        model = await importing.tx.models.get(id=model_id)
        said = {**model.metadata.get("mlflow", {}), "aliases": recorded}
        await importing.tx.models.update(id=model_id, metadata={**model.metadata, "mlflow": said})


def _made(
    importing: Import, to: Versions, identifier: UUID, model_id: UUID, row: Row, record: dict[str, Any]
) -> tuple[Any, ...]:
    if row["current_stage"] not in STAGES:
        to.versions.note("its stage is unknown; it is development here")
    if row["status"] not in VERSION_STATUSES:
        to.versions.note("its status is unknown; it is pending here")
    if row["run_id"] and row["run_id"] not in to.runs:
        to.versions.note("its run is not in the store; the metadata keep its id")
    created = moment(row.get("creation_time")) or importing.began
    return (
        identifier,
        model_id,
        str(row["version"]),
        STAGES.get(row["current_stage"], "development"),
        VERSION_STATUSES.get(row["status"], "pending"),
        record.get("storage_location") or record.get("source"),
        {"mlflow": record},
        run_id(row["run_id"]) if row["run_id"] in to.runs else None,
        created,
        moment(row.get("last_updated_time")) or created,
    )


async def _follow(importing: Import, tally: Tally, here: Any, before: dict[str, Any], record: dict[str, Any]) -> None:
    tally.note("brought up to date: what MLflow says of it changed")
    change = importing.tx.model_versions
    await change.update_metadata(id=here.id, metadata={**here.metadata, "mlflow": record})
    for key, words, column, change_to in (
        ("current_stage", STAGES, "stage", change.set_stage),
        ("status", VERSION_STATUSES, "status", change.set_status),
    ):
        was, now = words.get(before.get(key)), words.get(record.get(key))
        if now is None or was == now or here[column] == now:
            continue
        if here[column] == was:
            await change_to(**{"id": here.id, column: now})
        else:
            tally.note(f"its {column} changed in MLflow and here; what it is here stays")
