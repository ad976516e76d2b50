"""Rows of given ages, for tests of retention."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from plainbase import Database
from plainbase.platform import retention, tables
from plainbase.platform.retention import files, manifest

PREDICTION = ("request_id", "model_version", "model_stage", "input_features", "prediction", "created_at")


async def ago(db: Database, days: float) -> datetime:
    """So many days before the database's now."""
    now: datetime = await db.jobs.clock()
    return now - timedelta(days=days)


async def predictions(db: Database, ages: Iterable[float], prefix: str = "r") -> None:
    """Predictions of these ages in days."""
    now = await ago(db, 0)
    rows = [
        (
            f"{prefix}{place}",
            "1",
            "production",
            {"x": place, "y": [1.5, None, "é"]},
            place / 3,
            now - timedelta(days=age),
        )
        for place, age in enumerate(ages)
    ]
    await db.insert_rows("predictions", PREDICTION, rows)


async def measurements(db: Database, ages: Iterable[float]) -> None:
    """System metrics of these ages in days."""
    now = await ago(db, 0)
    rows = [("cpu", float(place), {"host": "a"}, now - timedelta(days=age)) for place, age in enumerate(ages)]
    await db.insert_rows("system_metrics", ("name", "value", "labels", "recorded_at"), rows)


async def digests(db: Database) -> dict[str, tables.Digest]:
    """The digests of the tables that can be cleaned."""
    return {
        each.name: await tables.digest(db, each) for each in await tables.tables(db) if each.name in retention.NAMES
    }


async def ids(db: Database, table: str = "predictions") -> set[Any]:
    """The keys of a table."""
    return {row[0] for row in await db.fetch_all(f"SELECT id FROM {table} ORDER BY id")}


def archived_ids(folder: Path, table: str = "predictions") -> list[Any]:
    """The keys of the rows of the folder's whole archives, but for those that were left in the table."""
    found: list[Any] = []
    for listed in retention.list_archives(folder) if folder.is_dir() else ():
        assert listed.archive is not None, listed.error
        manifest.verify(listed.archive)
        told = listed.archive.manifest
        if told.table == table:
            rows = files.read(listed.archive.file, told.columns, told.format, told.compression, 1000)
            found += [row[0] for chunk in rows for row in chunk if row[0] not in told.left]
    return found


def counts(cleaned: retention.Cleaned) -> Sequence[tuple[Any, ...]]:
    """What was done, without how long it took."""
    return [(each.table, each.action, each.matched, each.deleted, each.archived, each.kept) for each in cleaned.tables]


def by_table(cleaned: retention.Cleaned) -> Mapping[str, retention.CleanedTable]:
    """What was done, by table."""
    return {each.table: each for each in cleaned.tables}
