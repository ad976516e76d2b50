"""MLflow's registered models with their versions and aliases."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from plainbase.platform.legacy.importing import Import
from plainbase.platform.legacy.mlflow.fates import fates
from plainbase.platform.legacy.mlflow.store import Store
from plainbase.platform.legacy.mlflow.translation import clean, kept, made_id, moment, name_of
from plainbase.platform.legacy.mlflow.versions import Versions, follow_aliases, tag_rows, take_version
from plainbase.platform.legacy.report import Tally
from plainbase.platform.legacy.source import Row

COLUMNS = ("id", "name", "kind", "description", "metadata", "created_at", "updated_at")
PROMPT = "mlflow.prompt.is_prompt"
ONE_WORKSPACE = "default"

Key = tuple[str, str]
"""A model's workspace and name."""


@dataclass(frozen=True, slots=True)
class _Registered:
    """What a store says of its models, by model."""

    tags: Mapping[Key, dict[str, str]]
    versions: Mapping[Key, list[Row]]
    version_tags: Mapping[Key, Mapping[int, dict[str, str]]]
    aliases: Mapping[Key, dict[str, int]]


async def take(importing: Import, store: Store, runs: frozenset[str]) -> None:
    """Take the registered models: one of a name that is here already gets the versions that it lacks.

    Prompts, which MLflow keeps among the models, are left. What was changed here stays.
    """
    models = importing.tally("registered_models", "models")
    tags = importing.tally("registered_model_tags", "models.metadata")
    versions = Versions(
        importing.tally("model_versions", "model_versions"),
        importing.tally("model_version_tags", "model_versions.metadata"),
        importing.tally("registered_model_aliases", "model_aliases"),
        runs,
    )
    found = await _read(store)
    for row in await store.fetch("registered_models", order_by=("name",)):
        models.rows += 1
        key = _key(row)
        mine = found.tags.get(key, {})
        its_tags = found.version_tags.get(key, {})
        tags.rows += len(mine)
        versions.versions.rows += len(found.versions.get(key, ()))
        versions.tags.rows += sum(map(len, its_tags.values()))
        versions.aliases.rows += len(found.aliases.get(key, ()))
        if PROMPT in mine:
            _leave_prompt(importing, models, tags, versions, found, row)
            continue
        model_id, before = await _model(importing, models, tags, row, mine)
        here = {
            each.version: each
            for each in await importing.tx.model_versions.list_for_model(model_id=model_id, limit=2**31)
        }
        by_number: dict[int, UUID] = {}
        for version in found.versions.get(key, ()):
            number = version["version"]
            taken = await take_version(
                importing, versions, model_id, version, its_tags.get(number, {}), here.get(str(number))
            )
            if taken is not None:
                by_number[number] = taken
        aliases = found.aliases.get(key, {})
        known = before.get("aliases", {})
        await follow_aliases(importing, versions.aliases, key[1], model_id, aliases, known, by_number)
    await _said(store, models, tags, versions)


async def _model(
    importing: Import, tally: Tally, tags: Tally, row: Row, mine: dict[str, str]
) -> tuple[UUID, Mapping[str, Any]]:
    """Take one model; return its id here, and what MLflow said of it when it was last imported."""
    key = _key(row)
    name = name_of(row["name"] if key[0] == ONE_WORKSPACE else f"{key[0]}/{row['name']}", "unnamed")
    record = kept(row, "name", "workspace", "description")
    record["tags"] = mine
    here = await importing.tx.models.get_by_name(name=name)
    if here is None:
        made = made_id("model", *key, row.get("creation_time"))
        created = moment(row.get("creation_time")) or importing.began
        changed = moment(row.get("last_updated_time")) or created
        description = clean(row["description"]) if row.get("description") else None
        values = (made, name, "fine_tuned", description, {"mlflow": record}, created, changed)
        await importing.tx.insert_rows("models", COLUMNS, [values])
        tally.taken += 1
        tags.taken += len(mine)
        return made, {}
    tally.already += 1
    before: Mapping[str, Any] = here.metadata.get("mlflow", {})
    known = before.get("tags", {})
    changed_tags = sum(known.get(each) != value for each, value in mine.items())
    tags.taken += changed_tags
    tags.already += len(mine) - changed_tags
    if {**before, "aliases": None} != {**record, "aliases": None}:
        tally.note("brought up to date: what MLflow says of it changed" if before else "a model of this name was here")
        record = {**record, **({"aliases": before["aliases"]} if "aliases" in before else {})}
        await importing.tx.models.update(id=here.id, metadata={**here.metadata, "mlflow": record})
    return here.id, before


async def _read(store: Store) -> _Registered:
    tags: defaultdict[Key, dict[str, str]] = defaultdict(dict)
    for row in await store.fetch("registered_model_tags"):
        tags[_key(row)][clean(row["key"])] = clean(row["value"])
    versions: defaultdict[Key, list[Row]] = defaultdict(list)
    for row in await store.fetch("model_versions", order_by=("name", "version")):
        versions[_key(row)].append(row)
    version_tags: defaultdict[Key, defaultdict[int, dict[str, str]]] = defaultdict(lambda: defaultdict(dict))
    for row in await store.fetch("model_version_tags"):
        version_tags[_key(row)][row["version"]][clean(row["key"])] = clean(row["value"])
    aliases: defaultdict[Key, dict[str, int]] = defaultdict(dict)
    for row in await store.fetch("registered_model_aliases"):
        aliases[_key(row)][clean(row["alias"])] = row["version"]
    return _Registered(tags, versions, version_tags, aliases)


def _leave_prompt(
    importing: Import, models: Tally, tags: Tally, versions: Versions, found: _Registered, row: Row
) -> None:
    why = "it is a prompt, not a model"
    key = _key(row)
    name = key[1]
    importing.leave(models, why, name, row)
    its_tags = [{"name": name, "key": each, "value": value} for each, value in found.tags.get(key, {}).items()]
    aliases = [{"name": name, "alias": each, "version": number} for each, number in found.aliases.get(key, {}).items()]
    importing.leave_with(tags, why, name, its_tags)
    importing.leave_with(versions.versions, why, name, found.versions.get(key, ()))
    for number, held in found.version_tags.get(key, {}).items():
        importing.leave_with(versions.tags, why, name, tag_rows(name, number, held))
    importing.leave_with(versions.aliases, why, name, aliases)


def _key(row: Row) -> Key:
    return str(row.get("workspace") or ONE_WORKSPACE), str(row["name"])


async def _said(store: Store, models: Tally, tags: Tally, versions: Versions) -> None:
    times = {"creation_time": "created_at", "last_updated_time": "updated_at"}
    await fates(models, store, {"name": "name", "description": "description", "workspace": "metadata", **times})
    await fates(tags, store, dict.fromkeys(("key", "value", "name", "workspace"), "metadata"))
    await fates(
        versions.versions,
        store,
        {
            "name": "model_id",
            "version": "version",
            "current_stage": "stage, metadata",
            "status": "status",
            "run_id": "training_run_id, metadata",
            "storage_location": "artifact_uri, metadata",
            "source": "artifact_uri, metadata",
            "workspace": "model_id",
            **dict.fromkeys(("description", "user_id", "status_message", "run_link"), "metadata"),
            **times,
        },
    )
    await fates(versions.tags, store, dict.fromkeys(("key", "value", "name", "version", "workspace"), "metadata"))
    await fates(
        versions.aliases,
        store,
        {"alias": "alias", "version": "model_version_id", "name": "model_id", "workspace": "model_id"},
    )
