"""Sizes and their growth, index use, cache hits and slow queries, on both engines."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import plainbase
from plainbase import Database, ParameterError
from plainbase.cli import commands
from plainbase.platform import statistics
from plainbase.platform.statistics import TableSize

SQLITE = pytest.mark.parametrize("engine", ["sqlite"])
POSTGRES = pytest.mark.parametrize("engine", ["postgres"])


def stats(url: str, *words: str) -> Result:
    runner = CliRunner(env={"COLUMNS": "100"})
    return runner.invoke(commands.plainbase, ["stats", "--url", url, *words], prog_name="plainbase")


async def fill(db: Database, rows: int) -> None:
    """Measurements, whose table is then counted anew."""
    await db.system_metrics.log.batch({"name": "cpu", "value": float(number)} for number in range(rows))
    await db.maintenance.analyze()


def table(found: statistics.Sizes, name: str) -> TableSize:
    (size,) = [each for each in found.tables if each.name == name]
    return size


async def test_every_table_has_rows_and_bytes(fresh: Database) -> None:
    before = await statistics.sizes(fresh)
    await fill(fresh, 5000)
    found = await statistics.sizes(fresh)
    grown = table(found, "system_metrics")
    assert grown.rows == 5000 if fresh.dialect == "sqlite" else (grown.rows or 0) >= 5000  # an estimate there
    assert (grown.bytes or 0) > (table(before, "system_metrics").bytes or 0) + 200_000
    assert found.bytes > before.bytes
    assert sum(each.bytes or 0 for each in found.tables) <= found.bytes
    assert found.index_bytes["system_metrics_recorded_at_idx"] > 50_000
    assert found.note is None


@SQLITE
async def test_the_pages_of_a_full_text_index_are_its_own(engine: str, fresh: Database) -> None:
    found = await statistics.sizes(fresh)
    names = {each.name for each in found.tables}
    assert not [name for name in names if name.endswith(("_data", "_idx", "_docsize", "_config"))]
    assert (table(found, "evaluations_search").bytes or 0) > 0
    before = table(found, "evaluations_search").bytes
    await fresh.script("CREATE TABLE evaluations_search_notes (a BLOB)")
    await fresh.execute("INSERT INTO evaluations_search_notes VALUES (zeroblob(100000))")
    found = await statistics.sizes(fresh)  # a table of one's own that is merely named so
    assert (table(found, "evaluations_search_notes").bytes or 0) > 100_000
    assert table(found, "evaluations_search").bytes == before


@SQLITE
async def test_without_dbstat_bytes_are_unknown_and_it_is_said(
    engine: str, fresh: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    from plainbase.platform.statistics import asking, measuring

    async def rows(db: Database, name: str) -> list[plainbase.Row]:
        if name == "bytes":
            return await db.fetch_all("SELECT name FROM dbstat_is_not_there")
        return await asking.rows(db, name)

    monkeypatch.setattr(measuring, "rows", rows)
    found = await statistics.sizes(fresh)
    assert found.note == measuring.WITHOUT_DBSTAT
    assert {each.bytes for each in found.tables} == {None}
    assert found.bytes > 0
    assert await statistics.keep_sizes(fresh) > 20  # rows all the same


async def test_sizes_are_kept_once_a_day_whoever_does_so(fresh: Database, fresh_url: str) -> None:
    async with plainbase.open(fresh_url) as other:
        kept = await asyncio.gather(*(statistics.keep_sizes(each) for each in (fresh, other) * 4))
    assert sorted(kept)[:-1] == [0] * 7
    assert max(kept) > 40
    assert len(await fresh.system_metrics.series(name="database_bytes")) == 1
    rows = await fresh.system_metrics.series(name="table_rows", labels={"table": "users"})
    assert [(each.value, each.unit, each.labels) for each in rows] == [(0.0, "rows", {"table": "users"})]
    assert await fresh.fetch_value("SELECT count(*) FROM system_metrics") == max(kept)
    assert await statistics.keep_sizes(fresh) == 0


async def test_another_day_is_kept_too_and_growth_is_since_then(fresh: Database) -> None:
    await fill(fresh, 100)
    assert await statistics.keep_sizes(fresh)
    moved = await fresh.fetch_all("SELECT id, recorded_at FROM system_metrics WHERE name <> 'cpu'")
    await fresh.execute_many(
        "UPDATE system_metrics SET recorded_at = :at WHERE id = :id",
        [{"id": each.id, "at": each.recorded_at - timedelta(days=3)} for each in moved],
    )
    await fill(fresh, 5000)
    measured = await statistics.sizes(fresh)
    whole, tables = await statistics.growth(fresh, measured)
    assert whole is not None
    assert (whole.bytes or 0) > 100_000
    more = tables["system_metrics"].rows
    assert more == 5000 + len(moved) if fresh.dialect == "sqlite" else (more or 0) >= 5000  # an estimate there
    assert (tables["system_metrics"].bytes or 0) > 100_000
    assert (tables["users"].rows, tables["users"].bytes) == (0, 0)
    assert (await statistics.growth(fresh, measured, days=2)) == (None, {})
    assert await statistics.keep_sizes(fresh) > 40
    for days in (0, -1, 3651):
        with pytest.raises(ParameterError, match=f"days is 1 to 3650, not {days}"):
            await statistics.growth(fresh, measured, days=days)


async def test_indexes_tell_how_much_they_are_used(fresh: Database, engine: str) -> None:
    kind = "INTEGER" if engine == "sqlite" else "bigint"
    await fresh.script(
        f"CREATE TABLE zz_parents (id {kind} PRIMARY KEY);"
        f"CREATE TABLE zz (a {kind}, b {kind} UNIQUE, c {kind} REFERENCES zz_parents (id));"
        "CREATE INDEX zz_a_idx ON zz (a); CREATE INDEX zz_c_idx ON zz (c);"
    )
    found = await statistics.index_use(fresh, await statistics.sizes(fresh))
    by_name = {each.name: each for each in found.indexes}
    assert by_name["zz_a_idx"].is_unused
    assert (by_name["zz_c_idx"].needed, by_name["zz_c_idx"].is_unused) == ("foreign key", False)
    assert {each.needed for each in found.indexes if each.table == "zz"} == {None, "foreign key", "unique"}
    used = by_name["users_created_at_idx"]
    if engine == "sqlite":
        assert used.scans is None
        assert (used.queries or 0) > 0
        assert "SQLite counts no scans" in found.note
        assert [each.name for each in found.indexes if each.is_unused] == ["zz_a_idx"]
    else:
        assert (used.scans is not None, used.queries) == (True, None)


async def test_the_slowest_queries_of_this_process_come_first(fresh: Database) -> None:
    for _ in range(3):
        await fresh.users.list()
    found = statistics.in_process(fresh)
    (users,) = [each for each in found if each.name == "users.list"]
    assert (users.calls, users.errors, users.rows) == (3, 0, 0)
    assert 0 < users.mean <= users.slowest <= users.seconds
    assert [each.seconds for each in found] == sorted((each.seconds for each in found), reverse=True)
    assert len(statistics.in_process(fresh, most=1)) == 1


async def test_the_server_s_statements_are_named_where_it_counts_them(fresh: Database, engine: str) -> None:
    assert await statistics.on_server(fresh) is None
    if engine == "sqlite":
        return
    # A view in the extension's place, which needs a setting that only a restart of the server changes.
    await fresh.script(
        "CREATE VIEW pg_stat_statements AS SELECT d.oid AS dbid, v.query, v.calls, v.rows, v.total_exec_time,"
        " v.max_exec_time FROM pg_database AS d CROSS JOIN (VALUES"
        " ('SELECT /* users.list */ id FROM users', 5::bigint, 50::bigint, 2000.0::float8, 900.0::float8),"
        " ('SELECT /* users.list */ id FROM users WHERE role = $1', 1, 10, 500.0, 500.0),"
        " ('SELECT /* jobs.claim */ 1', 9, 9, 9000.0, 1500.0),"
        " ('SELECT 1', 99, 99, 99999.0, 9999.0)) AS v (query, calls, rows, total_exec_time, max_exec_time)"
        " WHERE d.datname = current_database()"
    )
    found = await statistics.on_server(fresh)
    assert found is not None
    assert [(each.name, each.calls, each.rows, each.seconds, each.slowest) for each in found] == [
        ("jobs.claim", 9, 9, 9.0, 1.5),
        ("users.list", 6, 60, 2.5, 0.9),
    ]


async def test_everything_at_once(fresh: Database, engine: str) -> None:
    found = await statistics.look(fresh, most=3)
    assert found.failed == {}
    assert found.sizes is not None
    assert found.indexes is not None
    assert (found.cache is None) == (engine == "sqlite")
    if found.cache is not None:
        assert 0 < (found.cache.share or 0) <= 1
    assert any("no sizes were kept before" in note for note in found.notes)
    with pytest.raises(ParameterError):
        await statistics.look(fresh, days=0)


async def test_a_part_that_fails_is_named_and_the_rest_stands(fresh: Database) -> None:
    await fresh.script("DROP TABLE system_metrics" + (" CASCADE" if fresh.dialect == "postgres" else ""))
    found = await statistics.look(fresh)
    assert "growth" in found.failed or "sizes" in found.failed
    assert found.at is not None


def test_the_command_prints_tables_and_json(fresh_url: str, engine: str) -> None:
    told = json.loads(stats(fresh_url, "--keep", "--json").stdout)
    assert told["kept"] > 40
    assert {"sizes", "indexes", "grown", "notes"} <= set(told)
    assert len(told["sizes"]["tables"]) > 40
    result = stats(fresh_url, "--keep", "--top", "3")
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0] == "today's sizes are kept already"
    assert "since" in lines[1]
    assert any(line.startswith("tables, the largest 3 of ") for line in lines)
    assert any(line.startswith("indexes: ") for line in lines)
    assert max(len(line) for line in lines if "  " in line) <= 100


@pytest.mark.parametrize(("words", "says"), [(("--days", "0"), "days is 1 to 3650"), (("--top", "0"), "--top")])
def test_figures_that_make_no_sense_are_refused(fresh_url: str, words: tuple[str, ...], says: str) -> None:
    result = stats(fresh_url, *words)
    assert result.exit_code != 0
    assert says in result.stderr


@SQLITE
def test_a_database_without_tables_is_refused(engine: str, tmp_path: Path) -> None:
    path = tmp_path / "bare.db"
    made = sqlite3.connect(path)
    made.execute("CREATE TABLE t (a)")
    made.close()
    result = stats(f"sqlite:///{path}")
    assert (result.exit_code, "plainbase migrate up" in result.stderr) == (1, True)
