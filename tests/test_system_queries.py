"""The system queries: measurements, retention, and what the engines tell of themselves."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import inf

import pytest

from plainbase import ConstraintViolation, Database, DataInvalid, PlainbaseError, shipped
from plainbase.dialect import Dialect

START = datetime(2026, 1, 1, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


async def log(db: Database, name: str, values: list[float], labels: dict[str, object] | None = None) -> None:
    await db.system_metrics.log.batch(
        [
            {"name": name, "value": value, "unit": "%", "labels": labels or {}, "recorded_at": at(minute)}
            for minute, value in enumerate(values)
        ]
    )


async def series(db: Database, **params: object) -> list[float]:
    return [row.value for row in await db.system_metrics.series(**params)]


async def test_a_series_is_read_by_time_and_labels(db: Database) -> None:
    await log(db, "cpu", [1.0, 2.0, 3.0], {"host": "a", "core": "0"})
    await log(db, "cpu", [10.0, 20.0], {"host": "b", "core": "0"})
    await log(db, "cpu", [-1.0], {"host": ["a"]})
    await db.system_metrics.log(name="cpu", value=-2.0, labels=["host", "a"], recorded_at=START)
    await log(db, "gpu", [99.0], {"host": "a"})
    first = (await db.system_metrics.series(name="cpu", labels={"host": "a"}))[0]
    assert tuple(first) == (1.0, "%", {"host": "a", "core": "0"}, START)
    assert sorted(await series(db, name="cpu", until=at(1))) == [-2.0, -1.0, 1.0, 10.0]
    assert await series(db, name="cpu", labels={"host": "a"}) == [1.0, 2.0, 3.0]
    assert await series(db, name="cpu", labels={"core": "0", "host": "b"}) == [10.0, 20.0]
    assert await series(db, name="cpu", labels={"host": "A"}) == []
    assert await series(db, name="cpu", labels={"host": "a", "rack": "1"}) == []
    assert await series(db, name="cpu", labels={"$.host": "a"}) == []
    assert await series(db, name="cpu", labels={"host": "a"}, since=at(1)) == [2.0, 3.0]
    assert await series(db, name="cpu", labels={"host": "a"}, since=at(1), until=at(2)) == [2.0]
    assert await series(db, name="disk") == []


LABELS: list[dict[str, object]] = [{"core": 1}, {"core": "1"}, {"core": True}, {"core": None}, {"é 'x": '\\"\n'}]


@pytest.mark.parametrize("number", range(len(LABELS)))
async def test_a_label_is_of_its_type(db: Database, number: int) -> None:
    for value, held in enumerate([*LABELS, {}]):
        await log(db, "cpu", [float(value)], held)
    assert await series(db, name="cpu", labels=LABELS[number]) == [float(number)]


@pytest.mark.parametrize("points", [0, 1, 3, 7, 99, 100, 101, 1000])
async def test_a_sampled_series_has_so_many_points_spread_evenly(db: Database, points: int) -> None:
    await log(db, "cpu", [float(n) for n in range(100)], {"host": "a"})
    await log(db, "cpu", [1000.0] * 50, {"host": "b"})
    rows = await db.system_metrics.series_sampled(name="cpu", max_points=points, labels={"host": "a"})
    found = [row.value for row in rows]
    assert len(found) == min(points, 100)
    assert found == sorted(set(found))
    if found:
        assert found[-1] == 99.0
        gaps = {after - before for before, after in pairwise(found)}
        assert max(gaps, default=0.0) - min(gaps, default=0.0) <= 1
    late = await db.system_metrics.series_sampled(name="cpu", max_points=2, labels={"host": "a"}, since=at(98))
    assert [row.value for row in late] == [98.0, 99.0]


async def test_the_last_measurement_of_each_name(db: Database) -> None:
    assert await db.system_metrics.latest() == []
    assert await db.system_metrics.list_names() == []
    await log(db, "gpu", [7.0, 5.0])
    await log(db, "cpu", [1.0, 2.0, 3.0])
    await db.system_metrics.log(name="gpu", value=0.5, recorded_at=at(-1))
    await db.system_metrics.log(name="cpu", value=4.0, recorded_at=at(2))
    assert [tuple(row) for row in await db.system_metrics.latest()] == [
        ("cpu", 4.0, None, {}, at(2)),
        ("gpu", 5.0, "%", {}, at(1)),
    ]
    assert [row.name for row in await db.system_metrics.latest(names=["gpu", "disk"])] == ["gpu"]
    assert await db.system_metrics.latest(names=[]) == []
    assert [tuple(row) for row in await db.system_metrics.list_names()] == [
        ("cpu", START, at(2)),
        ("gpu", at(-1), at(1)),
    ]


async def test_resource_use_since_a_time(db: Database) -> None:
    await log(db, "cpu", [100.0, 1.0, 2.0, 6.0])
    await log(db, "gpu", [5.0])
    rows = await db.system_metrics.resource_use(since=at(1))
    assert [tuple(row) for row in rows] == [("cpu", 3, 1.0, 6.0, 3.0, 6.0)]
    rows = await db.system_metrics.resource_use(since=START)
    assert [tuple(row) for row in rows] == [("cpu", 4, 1.0, 100.0, 27.25, 6.0), ("gpu", 1, 5.0, 5.0, 5.0, 5.0)]
    await log(db, "odd", [inf, -inf])
    await log(db, "over", [inf, 1.0])
    rows = await db.system_metrics.resource_use(since=START)
    assert [tuple(row) for row in rows[2:]] == [("odd", 2, -inf, inf, None, -inf), ("over", 2, 1.0, inf, 1.0, 1.0)]
    assert [type(value) for value in rows[0]] == [str, int, float, float, float, float]


async def test_old_measurements_go_in_chunks_the_oldest_first(db: Database) -> None:
    await log(db, "cpu", [float(n) for n in range(10)])
    assert await db.system_metrics.delete_before(before=at(5), limit=3) == 3
    assert await series(db, name="cpu") == [3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0]
    assert await db.system_metrics.delete_before(before=at(5)) == 2
    assert await db.system_metrics.delete_before(before=at(5)) == 0
    assert await series(db, name="cpu", until=at(6)) == [5.0]


async def test_a_wrong_measurement_is_refused(db: Database) -> None:
    for params, error in (
        ({"name": ""}, ConstraintViolation),
        ({"name": "x" * 256}, ConstraintViolation),
        ({"unit": ""}, ConstraintViolation),
        ({"value": float("nan")}, DataInvalid),
        ({"value": None}, ConstraintViolation),
        ({"value": "1"}, DataInvalid),
        ({"recorded_at": datetime(2026, 1, 1)}, DataInvalid),
    ):
        with pytest.raises(error):
            await db.system_metrics.log(**{"name": "cpu", "value": 1.0, **params})
    assert await db.system_metrics.list_names() == []


async def test_retention_is_set_changed_and_dropped(db: Database) -> None:
    made = await db.retention_policies.set(table_name="predictions", keep_days=90)
    assert (made.action, made.enabled, made.last_run_at) == ("delete", True, None)
    again = await db.retention_policies.set(
        table_name="predictions", keep_days=30, action="archive", enabled=False, now=at(0)
    )
    assert (again.keep_days, again.action, again.enabled) == (30, "archive", False)
    assert (again.created_at, again.updated_at) == (made.created_at, at(0))
    assert await db.retention_policies.mark_run(table_name="predictions", now=at(1)) == 1
    found = await db.retention_policies.get(table_name="predictions")
    assert (found.last_run_at, found.updated_at) == (at(1), at(0))
    await db.retention_policies.set(table_name="audit_logs", keep_days=36500)
    assert [row.table_name for row in await db.retention_policies.list()] == ["audit_logs", "predictions"]
    assert [row.table_name for row in await db.retention_policies.list(enabled=True)] == ["audit_logs"]
    for params in ({"keep_days": 0}, {"keep_days": 36501}, {"action": "burn"}, {"table_name": ""}):
        with pytest.raises(ConstraintViolation):
            await db.retention_policies.set(**{"table_name": "jobs", "keep_days": 1, **params})
    assert await db.retention_policies.delete(table_name="predictions") == 1
    assert await db.retention_policies.delete(table_name="predictions") == 0
    assert await db.retention_policies.get(table_name="predictions") is None
    assert await db.retention_policies.mark_run(table_name="predictions") == 0


async def test_every_table_is_told_of_with_its_rows(db: Database) -> None:
    await log(db, "cpu", [1.0] * 7)
    await db.maintenance.analyze()
    await db.script("CREATE TABLE zz_my_own (id bigint PRIMARY KEY)")
    found = {row.table_name: row for row in await db.maintenance.table_statistics()}
    assert list(found) == sorted(found)
    assert {"users", "jobs", "schema_migrations", "view_refreshes", "zz_my_own"} <= set(found)
    if db.options.dialect is Dialect.SQLITE:
        assert found["system_metrics"].row_count == 7
        assert found["schema_migrations"].row_count == await db.fetch_value("SELECT count(*) FROM schema_migrations")
        views = [f"{name}_live" for name in found]
        stored = {
            row.name[:-5]
            for row in await db.fetch_all("SELECT name FROM sqlite_schema WHERE name IN (:views)", {"views": views})
        }
        virtual = {row.name for row in await db.fetch_all("SELECT name FROM pragma_table_list WHERE type = 'virtual'")}
        uncounted = {name for name, row in found.items() if row.row_count is None} - stored - virtual
        assert uncounted == {"zz_my_own"}, "count these in maintenance.table_statistics"
        assert {row.bytes for row in found.values()} == {None}
    else:
        assert all(row.row_count >= 0 and row.bytes > 0 for row in found.values() if row.table_name != "zz_my_own")


async def test_every_index_is_told_of(db: Database) -> None:
    found = {(row.table_name, row.index_name): row for row in await db.maintenance.index_use()}
    assert list(found) == sorted(found)
    row = found["users", "users_created_at_idx"]
    if db.options.dialect is Dialect.SQLITE:
        assert (row.scans, row.bytes) == (None, None)
    else:
        assert row.scans >= 0
        assert row.bytes > 0


async def test_the_engine_tells_its_version_and_size(db: Database) -> None:
    version = await db.maintenance.version()
    size = await db.maintenance.database_size()
    assert isinstance(size, int)
    if db.options.dialect is Dialect.SQLITE:
        assert version == f"SQLite {sqlite3.sqlite_version}"
        assert size >= 4096 * 50
    else:
        assert version.startswith("PostgreSQL 1")
        assert size > 1_000_000


async def test_the_schema_version_is_the_last_one_applied(db: Database) -> None:
    names = sorted(
        path.name for path in (shipped.folder("schema") / db.options.dialect / "migrations").glob("*.up.sql")
    )
    assert await db.maintenance.schema_version() == int(names[-1][:4])
    await db.execute("UPDATE schema_migrations SET state = 'started' WHERE version = :v", {"v": int(names[-1][:4])})
    assert await db.maintenance.schema_version() == int(names[-2][:4])
    await db.execute("DELETE FROM schema_migrations")
    assert await db.maintenance.schema_version() is None


async def test_upkeep_runs_and_loses_nothing(db: Database) -> None:
    await log(db, "cpu", [1.0, 2.0])
    for name in ("vacuum", "analyze", "reindex", "optimize"):
        await getattr(db.maintenance, name)()
        assert await series(db, name="cpu") == [1.0, 2.0]
    assert await db.fetch_value("SELECT count(*) FROM system_metrics WHERE recorded_at >= :at", {"at": START}) == 2
    with pytest.raises(PlainbaseError):
        async with db.transaction() as tx:
            await tx.maintenance.vacuum()


async def test_refreshes_of_views_are_told(db: Database) -> None:
    before = {row.view_name for row in await db.view_refreshes.list()}
    assert await db.view_refreshes.get(view_name="zz_daily") is None
    await db.execute(
        "INSERT INTO view_refreshes (view_name, refreshed_at, duration_ms, row_count) VALUES (:name, :at, 12, 3)",
        {"name": "zz_daily", "at": START},
    )
    row = await db.view_refreshes.get(view_name="zz_daily")
    assert (row.refreshed_at, row.duration_ms, row.row_count, row.last_error) == (START, 12, 3, None)
    assert [row.view_name for row in await db.view_refreshes.list()] == [*sorted(before), "zz_daily"]
