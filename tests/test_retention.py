"""Policies and cleaning: what goes by age, what stays, and that nothing goes where anything is wrong."""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta
from pathlib import Path

import pytest

import plainbase
from conftest import examples
from parity import databases
from plainbase import Database, ParameterError, uuid7
from plainbase.check import catalog
from plainbase.platform import audit, retention
from plainbase.platform.retention import row_texts
from plainbase.platform.retention.turn import turn
from plainbase.platform.tables import tables
from platform_rows import runs, version
from retention_rows import ago, by_table, counts, digests, ids, measurements, predictions

NAMES = list(retention.NAMES)


async def test_a_policy_on_an_unknown_table_stops_all(db: Database) -> None:
    await predictions(db, [100, 100, 1])
    await retention.set_policy(db, "predictions", 10)
    await db.execute("INSERT INTO retention_policies (table_name, keep_days) VALUES ('nonsense', 3)")
    before = await digests(db)
    for call in (retention.clean(db), retention.clean(db, days=1), retention.clean(db, tables=["predictions"])):
        with pytest.raises(retention.UnknownTable, match=r"nonsense.*known are predictions, .*login_attempts"):
            await call
    assert await digests(db) == before
    assert await retention.remove_policy(db, "nonsense")
    assert (await retention.clean(db)).removed == 2


async def test_unknown_tables_are_refused_with_the_reason(db: Database) -> None:
    for name in ("audit_logs", "users", "", "PREDICTIONS"):
        with pytest.raises(retention.UnknownTable, match="known are"):
            await retention.set_policy(db, name, 10)
        with pytest.raises(retention.UnknownTable):
            await retention.clean(db, days=1, tables=["predictions", name])
    with pytest.raises(retention.UnknownTable, match="chain of hashes"):
        await retention.set_policy(db, "audit_logs", 10)
    assert await db.retention_policies.list() == []


async def test_days_are_whole_and_from_one_on(db: Database) -> None:
    await predictions(db, [100, 100])
    for days in (0, -1, 36_501, 1.5, True, "7"):
        with pytest.raises(ParameterError, match="days is a whole number from 1"):
            await retention.clean(db, days=days, tables=["predictions"])  # type: ignore[arg-type]  # refused
        with pytest.raises(ParameterError, match="days"):
            await retention.set_policy(db, "predictions", days)  # type: ignore[arg-type]  # refused
    with pytest.raises(ParameterError, match="list of names"):
        await retention.clean(db, days=1, tables="predictions")
    with pytest.raises(ParameterError, match="tables names none"):
        await retention.clean(db, days=1, tables=[])
    with pytest.raises(ParameterError, match="no policy in force"):
        await retention.clean(db, tables=["predictions"])
    assert len(await ids(db)) == 2


async def test_what_is_cleaned_where_no_table_is_named(db: Database) -> None:
    await predictions(db, [100, 100, 1])
    await measurements(db, [100, 100, 1])
    assert (await retention.clean(db)).tables == ()
    assert set(by_table(await retention.clean(db, days=10, dry_run=True))) == {"predictions", "system_metrics"}
    await retention.set_policy(db, "system_metrics", 500)
    await retention.set_policy(db, "predictions", 10, enabled=False)
    assert set(by_table(await retention.clean(db, days=10, dry_run=True))) == {"system_metrics"}
    assert counts(await retention.clean(db)) == [("system_metrics", "delete", 0, 0, 0, 0)]
    assert counts(await retention.clean(db, days=10)) == [("system_metrics", "delete", 2, 2, 0, 0)]
    assert len(await ids(db)) == 3


async def test_a_dry_run_counts_what_a_run_then_does(sampled: dict[str, str], tmp_path: Path) -> None:
    async with databases.copies(sampled, tmp_path) as pair:
        told = []
        for db in pair:
            await db.execute("DELETE FROM retention_policies")
            before, log = await digests(db), await db.fetch_value("SELECT count(*) FROM audit_logs")
            dry = await retention.clean(db, days=30, tables=NAMES, dry_run=True)
            assert dry.dry_run
            assert await digests(db) == before
            assert await db.fetch_value("SELECT count(*) FROM audit_logs") == log
            done = await retention.clean(db, days=30, tables=NAMES, chunk=7, pause=0)
            assert counts(done) == counts(dry)
            assert done.removed > 500
            assert all(each.deleted for each in done.tables)
            again = await retention.clean(db, days=30, tables=NAMES)
            assert {each.table for each in again.tables if each.deleted} <= {"inference_sessions"}
            told.append(counts(done))
        assert told[0] == told[1]


async def test_what_depends_on_the_rows_stays_right(sampled: dict[str, str], tmp_path: Path) -> None:
    async with databases.copies(sampled, tmp_path) as pair:
        for db in pair:
            await db.execute("DELETE FROM retention_policies")
            await retention.clean(db, days=30, tables=NAMES, chunk=50, pause=0)
            await db.refresh_all()
            stored, live = [
                await db.fetch_all(f"SELECT run_id, name, points FROM {name} ORDER BY run_id, name")
                for name in ("run_metric_summary", "run_metric_summary_live")
            ]
            assert [tuple(map(str, row)) for row in stored] == [tuple(map(str, row)) for row in live]
            found = await db.fetch_all("SELECT day FROM daily_resources_live ORDER BY day")
            assert len(found) == await db.fetch_value("SELECT count(*) FROM daily_resources")
            if db.dialect == "sqlite":
                assert await db.fetch_all("PRAGMA foreign_key_check") == []
                assert await db.fetch_value("SELECT count(*) FROM evaluation_documents") == len(
                    await ids(db, "evaluations")
                )
                await db.execute("INSERT INTO evaluations_search (evaluations_search) VALUES ('integrity-check')")


@pytest.mark.parametrize("seed", range(examples(3)))
async def test_exactly_what_is_older_goes(db: Database, seed: int) -> None:
    chosen = random.Random(seed)
    days, chunk = chosen.randint(1, 60), chosen.choice([1, 3, 10, 1000])
    ages = [chosen.choice([days - 0.01, days + 0.01, chosen.uniform(0, 90)]) for _ in range(chosen.randint(1, 60))]
    await predictions(db, ages)
    await measurements(db, ages)
    stay = {f"r{place}" for place, age in enumerate(ages) if age < days} | {f"r{len(ages) - 1}"}
    done = await retention.clean(db, days=days, tables=["predictions", "system_metrics"], chunk=chunk, pause=0)
    found = {row[0] for row in await db.fetch_all("SELECT request_id FROM predictions ORDER BY id")}
    assert found == stay
    assert [each.deleted for each in done.tables] == [len(ages) - len(stay)] * 2
    assert [each.matched for each in done.tables] == [sum(age > days for age in ages)] * 2


async def test_no_id_is_given_twice(db: Database) -> None:
    await predictions(db, [50, 50, 50])
    last = max(await ids(db))
    await retention.clean(db, days=1, tables=["predictions"])
    assert await ids(db) == {last}
    await predictions(db, [0], "new")
    assert max(await ids(db)) > last


async def test_what_is_still_needed_stays(db: Database) -> None:
    old, model = await ago(db, 100), await version(db)
    done, going = [(await db.experiments.create(name=name)).id for name in ("done", "going")]
    for each in (done, going):
        await db.execute(
            "UPDATE experiments SET status = 'running', started_at = :at WHERE id = :id", {"at": old, "id": each}
        )
    await db.execute(
        "UPDATE experiments SET status = 'completed', finished_at = :at WHERE id = :id", {"at": old, "id": done}
    )
    await db.insert_rows(
        "evaluations",
        ("id", "experiment_id", "provider", "model", "input", "output", "created_at"),
        [(uuid7(), each, "p", "m", "i", "o", old) for each in (done, going, None)],
    )
    opened, closed = uuid7(), uuid7()
    await db.insert_rows(
        "inference_sessions",
        ("id", "model_version_id", "created_at", "closed_at"),
        [(opened, model, old, None), (closed, model, old, old)],
    )
    await db.insert_rows(
        "inference_requests", ("session_id", "created_at"), [(each, old) for each in (opened, closed, closed)] * 2
    )
    (running,) = await runs(db, 1, status="running", started_at=old)
    (ended,) = await runs(db, 1, status="completed", started_at=old, finished_at=old)
    await db.insert_rows(
        "training_metrics",
        ("run_id", "name", "step", "recorded_at"),
        [(each, "loss", step, old) for step in range(3) for each in (ended, running)],
    )
    await db.insert_rows(
        "jobs",
        ("id", "job_type", "state", "completed_at", "created_at"),
        [(uuid7(), "x", state, at, old) for state, at in (("dead", old), ("completed", old), ("available", None))],
    )
    found = by_table(await retention.clean(db, days=30, tables=NAMES))
    assert [(each.matched, each.deleted, each.kept) for each in found.values()] == [
        (0, 0, 0),
        (0, 0, 0),
        (3, 3, 0),
        (1, 0, 1),
        (6, 3, 3),
        (0, 0, 0),
        (3, 2, 1),
        (2, 1, 1),
        (0, 0, 0),
    ]
    assert {row[0] for row in await db.fetch_all("SELECT experiment_id FROM evaluations ORDER BY id")} == {going}
    assert {row[0] for row in await db.fetch_all("SELECT run_id FROM training_metrics ORDER BY id")} == {running}
    await predictions(db, [0])
    await db.insert_rows("inference_requests", ("session_id", "created_at"), [(opened, await ago(db, 0))])
    again = by_table(await retention.clean(db, days=30, tables=["inference_sessions", "inference_requests"]))
    assert again["inference_requests"].deleted == 1
    last = by_table(await retention.clean(db, days=30, tables=["inference_sessions"]))
    assert last["inference_sessions"].deleted == 1
    assert await ids(db, "inference_sessions") == {opened}


async def test_each_run_is_recorded_and_noted(db: Database) -> None:
    await predictions(db, [100, 100, 1])
    await retention.set_policy(db, "predictions", 10)
    who = plainbase.Actor(name="operator:ann")
    began = await ago(db, 0)
    await retention.clean(db, actor=who)
    rows = await db.fetch_all(
        "SELECT action, entity_type, actor, changes FROM audit_logs WHERE action = 'cleanup' ORDER BY id"
    )
    assert [(row.entity_type, row.actor, row.changes["state"], row.changes["removed"]) for row in rows] == [
        ("predictions", "operator:ann", "began", 0),
        ("predictions", "operator:ann", "done", 2),
    ]
    policy = await db.retention_policies.get(table_name="predictions")
    assert policy is not None
    assert policy.last_run_at is not None
    assert policy.last_run_at >= began - timedelta(seconds=1)
    assert (await audit.verify(db)).whole


async def test_one_that_fails_is_recorded(db: Database) -> None:
    await predictions(db, [100] * 10)

    def fail(what: str, done: int, total: int | None) -> None:
        if done >= 4:
            raise RuntimeError("told")

    with pytest.raises(RuntimeError):
        await retention.clean(db, days=1, tables=["predictions"], chunk=2, progress=fail)
    rows = await db.fetch_all("SELECT changes FROM audit_logs WHERE action = 'cleanup' ORDER BY id")
    assert [(row.changes["state"], row.changes["removed"]) for row in rows] == [("began", 0), ("failed", 4)]
    assert len(await ids(db)) == 6
    assert (await retention.clean(db, days=1, tables=["predictions"])).removed == 5


async def test_a_cancelled_one_leaves_whole_parts_and_the_turn(db: Database) -> None:
    await predictions(db, [100] * 50)
    reached = asyncio.Event()
    task = asyncio.create_task(
        retention.clean(
            db, days=1, tables=["predictions"], chunk=5, pause=30, progress=lambda what, done, total: reached.set()
        )
    )
    await reached.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert len(await ids(db)) == 45
    assert (await retention.clean(db, days=1, tables=["predictions"])).removed == 44


async def test_one_at_a_time(db: Database, url: str) -> None:
    await predictions(db, [100, 100])
    async with plainbase.open(url, pool_size=1, max_overflow=0) as other:
        async with turn(other):
            with pytest.raises(retention.CleanupRunning, match="one at a time"):
                await retention.clean(db, days=1, tables=["predictions"])
            assert (await retention.clean(db, days=1, tables=["predictions"], dry_run=True)).removed == 1
        assert (await retention.clean(other, days=1, tables=["predictions"])).removed == 1


async def test_nobody_is_waited_for(db: Database) -> None:
    if db.dialect == "sqlite":
        return  # one writer: nobody has a row there
    await predictions(db, [100] * 5)
    first = min(await ids(db))
    async with db.transaction() as tx:
        await tx.execute("UPDATE predictions SET batch_id = 'b' WHERE id = :id", {"id": first})
        async with asyncio.timeout(10):
            (done,) = (await retention.clean(db, days=1, tables=["predictions"])).tables
        assert (done.deleted, done.kept) == (3, 2)
    assert first in await ids(db)


async def test_an_archive_knows_the_types_of_every_table(db: Database) -> None:
    found = {each.name: each for each in await tables(db)}
    for table in retention.RETAINED:
        assert {column.type for column in found[table.name].columns} <= set(row_texts.TYPES)
        assert found[table.name].key == ("id",)
        assert table.moment in found[table.name].names


async def test_what_refers_to_a_table_is_known(db: Database) -> None:
    """A table that comes to refer to one of these needs a rule for its rows, in tables.py."""
    references = {
        (name, reference.table)
        for name, table in (await catalog.read(db._driver)).tables.items()
        for reference in table.references
        if reference.table in retention.NAMES
    }
    assert references - {("evaluation_documents", "evaluations")} == {("inference_requests", "inference_sessions")}


def test_the_readme_has_every_table() -> None:
    text = (Path(__file__).parents[1] / "README.md").read_text()
    for table in retention.RETAINED:
        assert f"| `{table.name}` | `{table.age}` |" in text
    for name in retention.NOT_OFFERED:
        assert name in text.partition("### Retention")[2].partition("\n## ")[0]
