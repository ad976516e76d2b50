"""The datasets that runs were given, and what they were given as."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from plainbase.platform.legacy.importing import Import
from plainbase.platform.legacy.mlflow.fates import fates
from plainbase.platform.legacy.mlflow.store import Store
from plainbase.platform.legacy.mlflow.translation import clean, kept, made_id, name_of
from plainbase.platform.legacy.report import Tally

CONTEXT = "mlflow.data.context"


@dataclass(frozen=True, slots=True)
class Input:
    """A dataset that a run was given: what it is here, and what the run's record says of it."""

    dataset_id: UUID
    said: Mapping[str, Any]

    @property
    def is_for_training(self) -> bool:
        """Whether it was given to train on."""
        tags: Mapping[str, Any] = self.said.get("tags", {})
        return str(tags.get(CONTEXT, "")).startswith("train")


@dataclass(slots=True)
class Datasets:
    """The datasets of a store that are here now, by their ids there."""

    inputs: Tally
    input_tags: Tally
    here: dict[str, tuple[UUID, dict[str, Any]]] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    """The links that were read."""


async def take(importing: Import, store: Store) -> Datasets:
    """Register the store's datasets: one of a name and digest that is here already is taken as it is."""
    tally = importing.tally("datasets", "datasets")
    found = Datasets(
        importing.tally("inputs", "training_runs.config"), importing.tally("input_tags", "training_runs.config")
    )
    for row in await store.fetch("datasets", order_by=("experiment_id", "name", "digest")):
        tally.rows += 1
        name = name_of(row["name"], "unnamed")
        digest = name_of(row["digest"], "unknown")
        if name != row["name"]:
            tally.note("name cut to 255 characters; the whole stands in the metadata")
        said = kept(row, "name", "dataset_source_type", "dataset_source", "dataset_schema", "dataset_profile")
        wanted = made_id("dataset", name, digest)
        here = await importing.tx.datasets.register(
            id=wanted,
            name=name,
            version=digest,
            digest=digest,
            format=str(said.get("dataset_source_type", ""))[:100] or None,
            metadata={"mlflow": said},
        )
        if here.id == wanted and here.created_at >= importing.began:
            tally.taken += 1
        else:
            tally.already += 1
        found.here[row["dataset_uuid"]] = here.id, {"name": name, "digest": digest}
    await fates(
        tally,
        store,
        {
            "name": "name",
            "digest": "digest, version",
            "dataset_uuid": "id (derived from name and digest)",
            "dataset_source_type": "format",
            "dataset_source": "metadata",
            "dataset_schema": "metadata",
            "dataset_profile": "metadata",
        },
        derived={"experiment_id": "the runs' experiments say it"},
    )
    await fates(
        found.inputs,
        store,
        dict.fromkeys(("source_type", "source_id", "destination_type", "destination_id"), "config"),
        derived={"input_uuid": "only a key", "step": "0 for datasets"},
    )
    await fates(found.input_tags, store, {"name": "config", "value": "config", "input_uuid": "config"})
    return found


async def of_runs(importing: Import, store: Store, datasets: Datasets, runs: Sequence[str]) -> dict[str, list[Input]]:
    """The datasets that each of some runs was given, those to train on first."""
    rows = [
        row
        for row in await store.fetch("inputs", runs, by="destination_id", order_by=("input_uuid",))
        if row["source_type"] == "DATASET" and row["destination_type"] == "RUN"
    ]
    tags: defaultdict[str, dict[str, Any]] = defaultdict(dict)
    for tag in await store.fetch("input_tags", [row["input_uuid"] for row in rows], by="input_uuid"):
        tags[tag["input_uuid"]][clean(tag["name"])] = clean(tag["value"])
    found: defaultdict[str, list[Input]] = defaultdict(list)
    for row in rows:
        datasets.inputs.rows += 1
        datasets.seen.add(row["input_uuid"])
        mine = tags.get(row["input_uuid"], {})
        datasets.input_tags.rows += len(mine)
        if row["source_id"] not in datasets.here:
            link = row["input_uuid"]
            importing.leave(datasets.inputs, "its dataset is not in the store", link, row)
            its_tags = [{"input_uuid": link, "name": name, "value": value} for name, value in mine.items()]
            importing.leave_with(datasets.input_tags, "its input was left", link, its_tags)
            continue
        dataset_id, said = datasets.here[row["source_id"]]
        found[row["destination_id"]].append(Input(dataset_id, {**said, **({"tags": mine} if mine else {})}))
    for inputs in found.values():
        inputs.sort(key=lambda each: (not each.is_for_training, each.said["name"], each.said["digest"]))
    return found


def said(inputs: Iterable[Input]) -> list[dict[str, Any]]:
    """What a run's record says of its datasets."""
    return [{**each.said, "dataset_id": str(each.dataset_id)} for each in inputs]
