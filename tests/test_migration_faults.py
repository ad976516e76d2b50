"""Migrators that die, are stopped, meet each other or stand in others' way: each migration is done once, and whole."""

from __future__ import annotations

import asyncio
import os
import random
import sqlite3
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from conftest import SOAK, named, on_server
from migrating_process import BEGINS, ENDS, Migrating, start
from own_folders import migration
from plainbase import Database, MigrationError, migrations
from plainbase.migrations import Step, Timeouts
from plainbase.migrations.verify import live_objects
from waiting import until

LOCK = 8100956935184081267
"""The advisory lock of migrators."""

LONG = 60.0
"""Seconds that a condition has which several processes on busy processors bring about."""

postgres_only = pytest.mark.parametrize("engine", ["postgres"], indirect=True)

FOLDER = {
    "0001_families": """
        CREATE TABLE families (id integer NOT NULL PRIMARY KEY, name text NOT NULL UNIQUE);
        CREATE TABLE children (
            id integer NOT NULL PRIMARY KEY,
            family_id integer NOT NULL,
            place integer NOT NULL,
            CONSTRAINT children_family_id_fkey FOREIGN KEY (family_id) REFERENCES families (id) ON DELETE CASCADE
        );
    """,
    "0002_rows": """
        WITH RECURSIVE numbers AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM numbers WHERE n < 300)
        INSERT INTO families (id, name) SELECT n, 'family ' || n FROM numbers;
        WITH RECURSIVE numbers AS (SELECT 0 AS n UNION ALL SELECT n + 1 FROM numbers WHERE n < 5999)
        INSERT INTO children (id, family_id, place) SELECT n, 1 + n / 20, n % 20 FROM numbers;
    """,
    "0003_rebuild": {
        "sqlite": """
            CREATE TABLE families_new (
                id integer NOT NULL PRIMARY KEY,
                name text NOT NULL UNIQUE,
                size integer NOT NULL DEFAULT 1,
                CONSTRAINT families_size_check CHECK (size > 0)
            );
            INSERT INTO families_new (id, name) SELECT id, name FROM families;
            DROP TABLE families;
            ALTER TABLE families_new RENAME TO families;
            UPDATE families SET size = size + length(name);
        """,
        "postgres": """
            ALTER TABLE families ADD COLUMN size integer NOT NULL DEFAULT 1;
            ALTER TABLE families ADD CONSTRAINT families_size_check CHECK (size > 0);
            UPDATE families SET size = size + length(name);
        """,
    },
    "0004_place_index": {
        "sqlite": "CREATE INDEX children_place_idx ON children (place, family_id);",
        "postgres": "-- no-transaction\nCREATE INDEX CONCURRENTLY children_place_idx ON children (place, family_id);",
    },
    "0005_totals": """
        CREATE TABLE totals (family_id integer NOT NULL, sum_of_places integer NOT NULL);
        INSERT INTO totals (family_id, sum_of_places) SELECT family_id, sum(place) FROM children GROUP BY family_id;
        UPDATE children SET place = place + 1;
    """,
    "0006_place_key": {
        "sqlite": "CREATE UNIQUE INDEX children_place_key ON children (family_id, place);",
        "postgres": "-- no-transaction\nCREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS children_place_key "
        "ON children (family_id, place);",
    },
    "0007_no_place_index": {
        "sqlite": "DROP INDEX children_place_idx;",
        "postgres": "-- no-transaction\nDROP INDEX CONCURRENTLY children_place_idx;",
    },
    "0008_compact": {
        "sqlite": "-- no-transaction\nVACUUM;",
        "postgres": "-- no-transaction\nVACUUM ANALYZE children;",
    },
    "0009_more_totals": """
        UPDATE totals SET sum_of_places = sum_of_places + 20;
        INSERT INTO totals (family_id, sum_of_places) SELECT 0, sum(sum_of_places) FROM totals;
    """,
}
"""Statements of some milliseconds, each of which would show if it were run twice."""


def write_folder(schema: Path, files: dict[str, Any]) -> Path:
    """Write migrations, each the same for both dialects or by dialect; returns the folder."""
    for label, texts in files.items():
        for dialect in ("sqlite", "postgres"):
            text = texts if isinstance(texts, str) else texts[dialect]
            migration(schema, label, text, dialects=(dialect,))
    return schema


def opened(url: str, schema: Path) -> Any:
    """The database with these migrations and no queries."""
    return Database.open(url, queries=None, schema=schema, pool_size=2, max_overflow=2)


@asynccontextmanager
async def empty_database(engine: str, folder: Path) -> AsyncIterator[str]:
    """A database more, with nothing in it."""
    name = f"test_{uuid.uuid4().hex}"
    if engine == "sqlite":
        yield f"sqlite:///{folder / name}.db"
        for path in folder.glob(f"{name}.db*"):
            path.unlink()
        return
    server = os.environ["PLAINBASE_TEST_SERVER"]
    await on_server(f"CREATE DATABASE {name}")
    yield named(server, name)
    await on_server(f"DROP DATABASE {name} WITH (FORCE)")


@asynccontextmanager
async def others(url: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection of somebody else's."""
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()


async def contents(db: Database) -> dict[str, Any]:
    """Everything that migrations leave: the catalog, the records but for times, all rows."""
    found: dict[str, Any] = {"objects": await live_objects(db)}
    found["records"] = [
        tuple(row)
        for row in await db.fetch_all(
            "SELECT version, name, text_checksum, sql_checksum, state FROM schema_migrations ORDER BY version"
        )
    ]
    for table in ("families", "children", "totals"):
        found[table] = [tuple(row) for row in await db.fetch_all(f"SELECT * FROM {table} ORDER BY 1, 2")]
    return found


async def require_sound(db: Database) -> None:
    """Fail for anything that a migrator must not leave behind."""
    assert (await migrations.status(db)).is_current
    if db.options.dialect == "sqlite":
        assert await db.fetch_value("PRAGMA integrity_check") == "ok"
        assert await db.fetch_all("PRAGMA foreign_key_check") == []
    else:
        assert await locks(db) == 0


async def locks(db: Database) -> int:
    """How many sessions hold an advisory lock in this database."""
    count: int = await db.fetch_value(
        "SELECT count(*) AS n FROM pg_locks WHERE locktype = 'advisory' AND granted AND database = "
        "(SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    return count


UNDISTURBED: dict[str, tuple[dict[str, Any], Migrating]] = {}


async def undisturbed(engine: str, folder: Path, schema: Path) -> tuple[dict[str, Any], Migrating]:
    """What migrations leave that nobody disturbs, and the process that made it; one for each engine."""
    if engine not in UNDISTURBED:
        async with empty_database(engine, folder) as url:
            process = await start(url, schema)
            process.go()
            assert (await process.ended(), await process.error()) == (0, "")
            async with opened(url, schema) as db:
                await require_sound(db)
                UNDISTURBED[engine] = await contents(db), process
    return UNDISTURBED[engine]


async def test_sixteen_processes_at_once(engine: str, tmp_path: Path) -> None:
    schema = write_folder(tmp_path / "schema", FOLDER)
    expected, alone = await undisturbed(engine, tmp_path, schema)
    assert alone.labels == list(FOLDER)
    for _ in range(10 if SOAK else 1):
        async with empty_database(engine, tmp_path) as url:
            processes = await asyncio.gather(*(start(url, schema) for _ in range(16)))
            for process in processes:
                process.go()
            codes = await asyncio.gather(*(process.ended() for process in processes))
            errors = await asyncio.gather(*(process.error() for process in processes))
            assert (codes, errors) == ([0] * 16, [""] * 16)
            assert sorted(label for process in processes for label in process.labels) == sorted(FOLDER)
            async with opened(url, schema) as db:
                assert await contents(db) == expected
                await require_sound(db)


def moments(alone: Migrating, count: int, *, within: bool) -> list[tuple[int, float]]:
    """Moments of a run, as how many events were told and seconds since then, spread over all of it.

    Every other one is at random in its time, the others right after a random event, unless all are to be `within`
    statements, which is where the time goes.
    """
    chance = random.Random(11)
    first, last = alone.events[0][0], alone.events[-1][0]
    found = []
    for number in range(count):
        at = (number + chance.random()) / count
        if number % 2 and not within:
            found.append((round(at * len(alone.events)), 0.0))
        else:
            second = first * 0.95 + at * (last - first * 0.95)
            seen = [seconds for seconds, _ in alone.events if seconds <= second]
            found.append((len(seen), second - (seen[-1] if seen else 0.0)))
    return found


def where(process: Migrating) -> str:
    """Where in its run a process was struck: what it began and did not end, or else what it did last."""
    if not process.events:
        return "before anything"
    told = [event.rpartition("/")[2] for _, event in process.events]
    for (_, event), (_, after) in pairwise([*process.events, (0.0, "")]):
        if event.startswith(BEGINS) and not after.startswith(ENDS):
            return f"within {event.removeprefix(BEGINS).rpartition('/')[2]}"
    return f"after {told[-1].removeprefix(ENDS)}"


SIGNAL = """
    SELECT count({function}(pid)) AS n
    FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""


@asynccontextmanager
async def striker(how: str, process: Migrating, url: str) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """What disturbs a migrator at once: it, or its server's side, is sent a signal."""
    if how == "kill":

        async def kill() -> None:
            process.kill()

        yield kill
        return
    async with others(url) as other:
        signal = await other.prepare(SIGNAL.format(function=how))

        async def tell_server() -> None:
            await signal.fetchval()

        yield tell_server


@pytest.mark.parametrize(
    ("engine", "how"),
    [("sqlite", "kill"), ("postgres", "kill"), ("postgres", "pg_terminate_backend"), ("postgres", "pg_cancel_backend")],
    indirect=["engine"],
)
async def test_up_heals_what_was_killed_at_any_moment(
    engine: str, how: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    schema = write_folder(tmp_path / "schema", FOLDER)
    expected, alone = await undisturbed(engine, tmp_path, schema)
    spread = []
    for events, seconds in moments(alone, 50 if SOAK else 5, within=how == "pg_cancel_backend"):
        async with empty_database(engine, tmp_path) as url:
            process = await start(url, schema)
            async with striker(how, process, url) as strike:
                process.go()
                if await process.told(events) and seconds:
                    await asyncio.sleep(seconds)  # the moment within a statement; nothing depends on it
                await strike()
            code = await process.ended()
            told = await process.error()
            assert code in ((0, -9) if how == "kill" else (0, 1))
            assert "Traceback" not in told
            assert bool(told) == (code == 1)
            spread.append(where(process) + (" (and was done)" if code == 0 else ""))
            async with opened(url, schema) as db:
                healed = await migrations.up(db)
                assert await contents(db) == expected, spread
                await require_sound(db)
            assert not set(process.labels) & set(healed)
    record_property("kills", "; ".join(spread))
    print(f"{engine} {how}:", *sorted(spread), sep="\n  ")
    assert len(set(spread)) > min(len(spread) // 3, 5)


# A statement outside a transaction that was interrupted.


PARTS = """
    CREATE TABLE parts (id integer NOT NULL PRIMARY KEY, n integer NOT NULL, kind text NOT NULL);
    INSERT INTO parts (id, n, kind) SELECT n, n % 100, 'kind ' || n FROM generate_series(1, 1000) AS numbers (n);
    CREATE INDEX parts_kind_idx ON parts (kind);
    CREATE SCHEMA app;
    CREATE TABLE app.parts (id integer NOT NULL PRIMARY KEY, n integer NOT NULL, kind text NOT NULL);
    INSERT INTO app.parts (id, n, kind) SELECT id, n, kind FROM parts;
    CREATE INDEX parts_app_idx ON app.parts (kind);
    CREATE PROCEDURE grow() LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO parts (id, n, kind) SELECT max(id) + 1, 0, 'grown' FROM parts;
        COMMIT;
        UPDATE parts SET n = 1 WHERE id = 1;
    END;
    $$;
"""

INVALID = "SELECT CAST(indexrelid AS regclass)::text AS name FROM pg_index WHERE NOT indisvalid ORDER BY 1"
INDEXES = (
    "SELECT schemaname || '.' || indexname AS name FROM pg_indexes WHERE indexname NOT LIKE '%pkey' "
    "AND schemaname IN ('public', 'app') ORDER BY 1"
)


async def names(db: Database, statement: str) -> list[str]:
    return [row["name"] for row in await db.fetch_all(statement)]


def write_parts(schema: Path, up: str, down: str = "SELECT 1;") -> Path:
    """The tables, and one statement outside a transaction."""
    migration(schema, "0001_parts", PARTS, dialects=("postgres",))
    alone = [f"-- no-transaction\n{text}" if text != "SELECT 1;" else text for text in (up, down)]
    migration(schema, "0002_alone", *alone, dialects=("postgres",))
    return schema


@asynccontextmanager
async def old_transaction(url: str, statement: str = "SELECT count(*) FROM parts") -> AsyncIterator[asyncpg.Connection]:
    """A transaction that has a snapshot, or locks a row, until it is closed."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(f"BEGIN ISOLATION LEVEL REPEATABLE READ; {statement}")
        yield connection
    finally:
        await connection.close()


async def set_for_database(connection: asyncpg.Connection, setting: str) -> None:
    """Give each session that comes a setting."""
    name = await connection.fetchval("SELECT quote_ident(current_database())")
    await connection.execute(f"ALTER DATABASE {name} SET {setting}")


async def waits(connection: asyncpg.Connection, verb: str) -> bool:
    """Whether a statement that begins with a word waits for a lock."""
    return bool(
        await connection.fetchval(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE $1 "
            "AND wait_event_type = 'Lock'",
            f"{verb}%",
        )
    )


async def _passes(connection: asyncpg.Connection, verb: str) -> bool:
    return not await waits(connection, verb)


async def interrupt(
    url: str, schema: Path, verb: str, *arguments: str, old: str = "SELECT count(*) FROM parts"
) -> None:
    """Kill a migrator while its statement waits for an old transaction, and wait until its server has noticed."""
    if not arguments:
        async with opened(url, schema) as db:
            await migrations.up(db, 1)
    async with others(url) as other:
        await set_for_database(other, "client_connection_check_interval = 20")
        async with old_transaction(url, old):
            process = await start(url, schema, *arguments)
            process.go()
            await process.begins(f"0002_alone.{arguments[0] if arguments else 'up'}.sql")
            await until(lambda: waits(other, verb), LONG)
            process.kill()
            assert await process.ended() == -9
            await until(lambda: _alone(other), LONG)


async def _alone(connection: asyncpg.Connection) -> bool:
    """Whether nobody holds the migrators' lock."""
    count: int = await connection.fetchval(
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = "
        "(SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    return count == 0


OLD = {"snapshot": "SELECT count(*) FROM parts", "writer": "UPDATE parts SET n = 0 WHERE id = 1"}


@postgres_only
@pytest.mark.parametrize(
    ("index", "statement", "old"),
    [
        ("parts_n_idx", "CREATE INDEX CONCURRENTLY parts_n_idx ON parts (n);", "snapshot"),
        ("parts_n_idx", "CREATE INDEX CONCURRENTLY IF NOT EXISTS parts_n_idx ON parts (n);", "writer"),
        ('"Parts of N"', 'CREATE UNIQUE INDEX CONCURRENTLY "Parts of N" ON public.parts (n, id)', "snapshot"),
    ],
)
async def test_an_interrupted_build_is_told_and_built_again(
    empty_url: str, tmp_path: Path, index: str, statement: str, old: str
) -> None:
    schema = write_parts(tmp_path / "schema", statement)
    await interrupt(empty_url, schema, "CREATE", old=OLD[old])
    async with opened(empty_url, schema) as db:
        bare = index.strip('"')
        status = await migrations.status(db)
        entry = status.entries[1]
        assert (entry.state, status.is_current, status.invalid_indexes) == ("started", False, (bare,))
        assert entry.note == (
            f"was interrupted: index {bare} is INVALID; `plainbase migrate up` drops it and builds it again"
        )
        with pytest.raises(MigrationError, match="interrupted; finish it first with `plainbase migrate up`"):
            await migrations.down(db, steps=1)
        assert await migrations.up(db) == ("0002_alone",)
        assert await names(db, INVALID) == []
        assert f"public.{bare}" in await names(db, INDEXES)
        await require_sound(db)


@postgres_only
async def test_another_index_of_that_name_is_not_taken_for_the_one_that_was_interrupted(
    empty_url: str, tmp_path: Path
) -> None:
    """Undisturbed, the statement says that there is one already."""
    schema = write_parts(tmp_path / "schema", "CREATE INDEX CONCURRENTLY parts_kind_idx ON parts (n);")
    async with opened(empty_url, schema) as db, others(empty_url) as other:
        await migrations.up(db, 1)
        async with old_transaction(empty_url, "LOCK TABLE parts IN SHARE UPDATE EXCLUSIVE MODE"):
            process = await start(empty_url, schema)
            process.go()
            while await process.told(len(process.events) + 1) and "0002_alone.up.sql" not in process.last:
                pass  # it may see that at once, and end
            process.kill()
            await process.ended()
        await until(lambda: _alone(other), LONG)
        with suppress(MigrationError):
            await migrations.up(db)
        on_n = "SELECT indexname AS name FROM pg_indexes WHERE tablename = 'parts' AND indexdef LIKE '%(n)'"
        assert (await migrations.status(db)).is_current == bool(await names(db, on_n))


@postgres_only
async def test_an_interrupted_drop_is_finished(empty_url: str, tmp_path: Path) -> None:
    schema = write_parts(tmp_path / "schema", "DROP INDEX CONCURRENTLY parts_kind_idx;")
    await interrupt(empty_url, schema, "DROP")
    async with opened(empty_url, schema) as db:
        entry = (await migrations.status(db)).entries[1]
        assert (entry.state, entry.note) == (
            "started",
            "was interrupted: index parts_kind_idx is still there; `plainbase migrate up` finishes it",
        )
        assert await migrations.up(db) == ("0002_alone",)
        assert await names(db, INDEXES) == ["app.parts_app_idx"]
        await require_sound(db)


@postgres_only
async def test_an_interrupted_drop_in_down_is_finished(empty_url: str, tmp_path: Path) -> None:
    schema = write_parts(
        tmp_path / "schema",
        "CREATE INDEX CONCURRENTLY parts_n_idx ON parts (n);",
        "DROP INDEX CONCURRENTLY parts_n_idx;",
    )
    async with opened(empty_url, schema) as db:
        await migrations.up(db)
    await interrupt(empty_url, schema, "DROP", "down", "--steps", "1")
    async with opened(empty_url, schema) as db:
        status = await migrations.status(db)
        assert (status.entries[1].state, status.invalid_indexes) == ("reverting", ("parts_n_idx",))
        assert status.entries[1].note.endswith("index parts_n_idx is still there; `plainbase migrate down` finishes it")
        with pytest.raises(MigrationError, match="finish that with `plainbase migrate down`"):
            await migrations.up(db)
        assert await migrations.down(db, steps=1) == ("0002_alone",)
        assert await names(db, INVALID) == []
        assert "public.parts_n_idx" not in await names(db, INDEXES)
        assert await migrations.up(db) == ("0002_alone",)
        await require_sound(db)


@postgres_only
@pytest.mark.parametrize("what", ["INDEX CONCURRENTLY parts_kind_idx", "TABLE CONCURRENTLY parts"])
async def test_an_interrupted_reindex_leaves_no_half(empty_url: str, tmp_path: Path, what: str) -> None:
    schema = write_parts(tmp_path / "schema", f"REINDEX {what};")
    await interrupt(empty_url, schema, "REINDEX")
    async with opened(empty_url, schema) as db:
        assert any("_ccnew" in name for name in await names(db, INVALID))
        entry = (await migrations.status(db)).entries[1]
        assert (entry.state, entry.note) == ("started", "was interrupted: `plainbase migrate up` runs it again")
        assert await migrations.up(db) == ("0002_alone",)
        assert await names(db, INDEXES) == ["app.parts_app_idx", "public.parts_kind_idx"]
        await require_sound(db)


@postgres_only
@pytest.mark.parametrize("says", ["done", "undone"])
async def test_what_cannot_be_repeated_waits_for_somebody_who_looks(empty_url: str, tmp_path: Path, says: str) -> None:
    schema = write_parts(tmp_path / "schema", "CALL grow();")
    async with opened(empty_url, schema) as db:
        await migrations.up(db, 1)
    await interrupt(empty_url, schema, "CALL", old=OLD["writer"])
    async with opened(empty_url, schema) as db:
        grown = "SELECT count(*) AS n FROM parts WHERE kind = 'grown'"
        for _ in range(2):
            with pytest.raises(MigrationError, match=r"repair --done 0002_alone` or `--undone 0002_alone`"):
                await migrations.up(db)
            assert await db.fetch_value(grown) == 1
        entry = (await migrations.status(db)).entries[1]
        assert entry.state == "started"
        assert "`plainbase migrate repair --done 0002_alone` or `--undone 0002_alone`" in entry.note
        await (migrations.repair(db, done=2) if says == "done" else migrations.repair(db, undone="0002_alone"))
        assert await migrations.up(db) == (() if says == "done" else ("0002_alone",))
        assert await db.fetch_value(grown) == (1 if says == "done" else 2)
        await require_sound(db)


@postgres_only
@pytest.mark.parametrize("table", ["parts", "app.parts"])
async def test_an_invalid_index_is_never_taken_for_done(empty_url: str, tmp_path: Path, table: str) -> None:
    statement = f"CREATE INDEX CONCURRENTLY IF NOT EXISTS parts_n_idx ON {table} (n);"
    schema = write_parts(tmp_path / "schema", statement)
    async with opened(empty_url, schema) as db:
        await migrations.up(db, 1)
        async with others(empty_url) as other:
            with pytest.raises(asyncpg.UniqueViolationError):
                await other.execute(f"CREATE UNIQUE INDEX CONCURRENTLY parts_n_idx ON {table} (n)")
        assert len(await names(db, INVALID)) == 1
        with suppress(MigrationError):  # it may say that it cannot know, but not that it is done
            await migrations.up(db)
        done = (await migrations.status(db)).is_current
        assert (done, await names(db, INVALID)) in ((True, []), (False, [f"{table.replace('parts', '')}parts_n_idx"]))
        if table == "parts":
            assert done


@postgres_only
@pytest.mark.parametrize(
    ("statement", "indexes"),
    [
        ("CREATE INDEX CONCURRENTLY parts_n_idx ON app.parts (n);", ["app.parts_app_idx", "app.parts_n_idx"]),
        ("DROP INDEX CONCURRENTLY app.parts_app_idx;", []),
        ("REINDEX INDEX CONCURRENTLY app.parts_app_idx;", ["app.parts_app_idx"]),
    ],
)
async def test_what_was_interrupted_in_another_schema(
    empty_url: str, tmp_path: Path, statement: str, indexes: list[str]
) -> None:
    """Which the search path does not show."""
    schema = write_parts(tmp_path / "schema", statement)
    await interrupt(empty_url, schema, statement.split()[0], old="SELECT count(*) FROM app.parts")
    async with opened(empty_url, schema) as db:
        found = await migrations.status(db)
        assert len(await names(db, INVALID)) == 1
        assert (found.entries[1].state, len(found.invalid_indexes)) == ("started", 1)
        assert not any(text in found.entries[1].note for text in ("is gone", "is not there"))
        assert await migrations.up(db) == ("0002_alone",)
        assert await names(db, INVALID) == []
        assert await names(db, INDEXES) == [*indexes, "public.parts_kind_idx"]
        await require_sound(db)


@postgres_only
async def test_a_server_that_has_not_noticed_is_waited_for(empty_url: str, tmp_path: Path) -> None:
    """The build of a migrator that was killed goes on, and its lock stays until it ends."""
    schema = write_parts(tmp_path / "schema", "CREATE INDEX CONCURRENTLY parts_n_idx ON parts (n);")
    async with opened(empty_url, schema) as db, others(empty_url) as other:
        await migrations.up(db, 1)
        async with old_transaction(empty_url):
            process = await start(empty_url, schema)
            process.go()
            await process.begins("0002_alone.up.sql")
            await until(lambda: waits(other, "CREATE"), LONG)
            process.kill()
            assert await process.ended() == -9
            with pytest.raises(MigrationError, match=r"another migrator \(process \d+ of the server, .*wait longer"):
                await migrations.up(db, wait=0.1)
            task = asyncio.create_task(migrations.up(db, wait=LONG))
            await until(lambda: db.pool_status().busy > 0)
        assert await task == ("0002_alone",)
        assert "public.parts_n_idx" in await names(db, INDEXES)
        await require_sound(db)


@postgres_only
async def test_a_unique_build_that_fails_leaves_nothing(empty_url: str, tmp_path: Path) -> None:
    schema = write_parts(tmp_path / "schema", "CREATE UNIQUE INDEX CONCURRENTLY parts_n_key ON parts (n);")
    async with opened(empty_url, schema) as db:
        for _ in range(2):
            with pytest.raises(MigrationError, match=r"0002_alone\.up\.sql:2"):
                await migrations.up(db)
            assert await names(db, INVALID) == []
            assert [entry.state for entry in (await migrations.status(db)).entries] == ["applied", "pending"]
        await db.execute("UPDATE parts SET n = id")
        assert await migrations.up(db) == ("0002_alone",)
        assert "public.parts_n_key" in await names(db, INDEXES)
        await require_sound(db)


@postgres_only
@pytest.mark.parametrize(
    ("statement", "old"),
    [
        ("CREATE INDEX CONCURRENTLY parts_n_idx ON parts (n);", "LOCK TABLE parts IN SHARE UPDATE EXCLUSIVE MODE"),
        ("DROP INDEX CONCURRENTLY parts_kind_idx;", OLD["snapshot"]),
        ("CREATE INDEX CONCURRENTLY parts_n_idx ON parts (n);", OLD["snapshot"]),
    ],
)
async def test_what_goes_on_and_is_delayed_keeps_its_record(
    empty_url: str, tmp_path: Path, statement: str, old: str
) -> None:
    """The database's own lock_timeout ends the first attempt after an interruption; the next one is as good."""
    schema = write_parts(tmp_path / "schema", statement)
    verb = statement.split()[0]
    await interrupt(empty_url, schema, verb, old=old)
    async with others(empty_url) as other:
        await set_for_database(other, "lock_timeout = 50")
        async with opened(empty_url, schema) as db:
            async with old_transaction(empty_url, old):
                task = asyncio.create_task(migrations.up(db))
                await until(lambda: waits(other, "%INDEX CONCURRENTLY"), LONG)
                await until(lambda: _passes(other, "%INDEX CONCURRENTLY"), LONG)
            assert await task == ("0002_alone",)
            assert ("public.parts_n_idx" in await names(db, INDEXES)) == (verb == "CREATE")
            await require_sound(db)


@postgres_only
async def test_a_procedure_that_fails_half_way_is_not_run_again_unasked(empty_url: str, tmp_path: Path) -> None:
    """What it committed before it failed is there."""
    schema = write_parts(tmp_path / "schema", "CALL grow();")
    async with opened(empty_url, schema) as db:
        await migrations.up(db, 1)
        await db.execute("ALTER TABLE parts ADD CONSTRAINT parts_n_check CHECK (n <> 1) NOT VALID")
        grown = "SELECT count(*) AS n FROM parts WHERE kind = 'grown'"
        with pytest.raises(MigrationError) as caught:
            await migrations.up(db)
        assert await db.fetch_value(grown) == 1
        assert "nothing of it was done" not in str(caught.value)
        with pytest.raises(MigrationError):
            await migrations.up(db)
        assert await db.fetch_value(grown) == 1


@postgres_only
async def test_a_drop_in_down_that_is_stopped_is_not_taken_for_undisturbed(empty_url: str, tmp_path: Path) -> None:
    """PostgreSQL has made the index INVALID by then, and the migration is not what it was."""
    schema = write_parts(
        tmp_path / "schema",
        "CREATE INDEX CONCURRENTLY parts_n_idx ON parts (n);",
        "DROP INDEX CONCURRENTLY parts_n_idx;",
    )
    async with opened(empty_url, schema) as db:
        await migrations.up(db)
        async with others(empty_url) as other, old_transaction(empty_url):
            task = asyncio.create_task(migrations.down(db, steps=1))
            await until(lambda: waits(other, "DROP"), LONG)
            await other.execute(SIGNAL.format(function="pg_cancel_backend"))
            with pytest.raises(MigrationError) as caught:
                await task
        entry = (await migrations.status(db)).entries[1]
        invalid = await names(db, INVALID)
        assert (entry.state, invalid) in (("reverting", ["parts_n_idx"]), ("applied", []))
        if invalid:
            assert "nothing of it was done" not in str(caught.value)
        assert await migrations.down(db, steps=1) == ("0002_alone",)
        assert await names(db, INVALID) == []


# The lock.


@asynccontextmanager
async def lock_held(engine: str, url: str) -> AsyncIterator[Callable[[], Awaitable[object]]]:
    """Another connection that holds the lock of migrators until what it gives is called."""
    if engine == "postgres":
        async with others(url) as other:
            await other.execute(f"SELECT pg_advisory_lock({LOCK})")
            yield lambda: other.execute(f"SELECT pg_advisory_unlock({LOCK})")
        return
    import aiosqlite

    async with aiosqlite.connect(url.removeprefix("sqlite:///"), isolation_level=None) as connection:
        await connection.execute("BEGIN IMMEDIATE")
        yield lambda: connection.execute("COMMIT")


@pytest.mark.parametrize("before", [0, 1, 3, 7])
async def test_a_migrator_waits_for_another_only_so_long(
    engine: str, empty_url: str, tmp_path: Path, before: int
) -> None:
    schema = write_folder(tmp_path / "schema", FOLDER)
    async with opened(empty_url, schema) as db:
        await migrations.up(db, before)
        async with lock_held(engine, empty_url) as release:
            loop = asyncio.get_running_loop()
            began = loop.time()
            with pytest.raises(MigrationError, match="wait longer"):
                async with asyncio.timeout(5):
                    await migrations.up(db, wait=0.3)
            assert loop.time() - began >= 0.3
            assert len((await migrations.status(db)).pending) == len(FOLDER) - before
            task = asyncio.create_task(migrations.up(db, wait=LONG))
            await until(lambda: db.pool_status().busy > 0)
            await release()
            assert await task == tuple(FOLDER)[before:]
        await require_sound(db)


async def test_who_waited_asks_again_what_is_pending(engine: str, empty_url: str, tmp_path: Path) -> None:
    """Both find everything pending; the one that comes second finds it done."""
    schema = write_folder(tmp_path / "schema", FOLDER)
    async with opened(empty_url, schema) as first, opened(empty_url, schema) as second:
        async with lock_held(engine, empty_url) as release:
            tasks = [asyncio.create_task(migrations.up(db, wait=LONG)) for db in (first, second)]
            await until(lambda: first.pool_status().busy > 0 and second.pool_status().busy > 0)
            await release()
            done = await asyncio.gather(*tasks)
        assert sorted(label for labels in done for label in labels) == sorted(FOLDER)
        await require_sound(first)


@postgres_only
@pytest.mark.parametrize("mode", ["ACCESS SHARE", "ROW EXCLUSIVE"])
async def test_who_waits_for_a_table_keeps_nobody_from_it_for_long(empty_url: str, tmp_path: Path, mode: str) -> None:
    schema = tmp_path / "schema"
    migration(schema, "0001_parts", PARTS, dialects=("postgres",))
    migration(schema, "0002_wide", "ALTER TABLE parts ADD COLUMN wide integer;", dialects=("postgres",))
    limit = 0.25
    async with opened(empty_url, schema) as db, others(empty_url) as reader, others(empty_url) as other:
        await migrations.up(db, 1)
        longest, reads, blocked = 0.0, 0, 0
        stopped = asyncio.Event()

        async def read() -> None:
            nonlocal longest, reads, blocked
            loop = asyncio.get_running_loop()
            while not stopped.is_set():
                began = loop.time()
                await reader.fetchval("SELECT count(*) FROM parts WHERE id = 1")
                spent = loop.time() - began
                longest, reads, blocked = max(longest, spent), reads + 1, blocked + (spent > limit / 2)
                await asyncio.sleep(0.001)

        async with old_transaction(empty_url, f"LOCK TABLE parts IN {mode} MODE") as old:
            reading = asyncio.create_task(read())
            up = migrations.up(db, timeouts=Timeouts(lock_timeout=limit, attempts=20))
            task = asyncio.create_task(up)
            for _ in range(2):  # it is tried again, and lets others pass in between
                await until(lambda: waits(other, "ALTER"), LONG)
                await until(lambda: _passes(other, "ALTER"), LONG)
            assert not task.done()
            await old.execute("COMMIT")
            assert await task == ("0002_wide",)
        stopped.set()
        await reading
        assert blocked >= 1
        assert longest < limit + 0.5, f"a reader was blocked for {longest:.2f} s"
        print(f"{mode}: {reads} reads, {blocked} of them behind the migrator, the longest for {longest * 1000:.0f} ms")
        await require_sound(db)


@postgres_only
async def test_the_last_attempt_fails_with_nothing_done(empty_url: str, tmp_path: Path) -> None:
    schema = tmp_path / "schema"
    migration(schema, "0001_parts", PARTS, dialects=("postgres",))
    wide = "UPDATE parts SET n = n + 1; ALTER TABLE parts ADD COLUMN wide integer;"
    migration(schema, "0002_wide", wide, dialects=("postgres",))
    async with opened(empty_url, schema) as db:
        await migrations.up(db, 1)
        before = await live_objects(db), await db.fetch_value("SELECT sum(n) AS n FROM parts")
        async with old_transaction(empty_url):
            with pytest.raises(MigrationError, match=r"0002_wide.*in the way.*nothing of it was done"):
                await migrations.up(db, timeouts=Timeouts(lock_timeout=0.05, attempts=1))
            assert (await live_objects(db), await db.fetch_value("SELECT sum(n) AS n FROM parts")) == before
            assert (await migrations.status(db)).pending == ("0002_wide",)
            assert await locks(db) == 0
        assert await migrations.up(db) == ("0002_wide",)


# Cancelling.


def _note(done: list[str], step: Step, milliseconds: int) -> None:
    done.append(step.migration.label)


async def once(up: Coroutine[Any, Any, object], moment: float) -> bool:
    """Stop it at a moment; whether that came before its end."""
    try:
        async with asyncio.timeout(moment):
            await up
    except TimeoutError:
        return True
    return False


async def insistently(up: Coroutine[Any, Any, object], moment: float) -> bool:
    """Do so again at every turn of the loop until it has ended."""
    task = asyncio.ensure_future(up)
    await asyncio.wait([task], timeout=moment)
    while not task.done():
        task.cancel()
        await asyncio.sleep(0)
    if task.cancelled():
        return True
    await task
    return False


@pytest.mark.parametrize("stop", [once, insistently])
async def test_a_cancelled_up_leaves_the_database_usable(engine: str, tmp_path: Path, stop: Any) -> None:
    schema = write_folder(tmp_path / "schema", FOLDER)
    loop = asyncio.get_running_loop()
    for _ in range(2):  # the second is as quick as those that follow
        async with empty_database(engine, tmp_path) as url, opened(url, schema) as db:
            began = loop.time()
            await migrations.up(db)
            length = loop.time() - began
            expected = await contents(db)
    chance = random.Random(5)
    count = 60 if SOAK else 5
    stopped = []
    for number in range(count):
        async with empty_database(engine, tmp_path) as url, opened(url, schema) as db:
            done: list[str] = []
            moment = (number + chance.random()) / count * length
            if await stop(migrations.up(db, on_step=partial(_note, done)), moment):
                stopped.append(done[-1] if done else "at first")
            assert await db.fetch_value("SELECT 1 AS one") == 1
            await until(lambda db=db: db.pool_status().busy == 0)  # type: ignore[misc]
            await require_clean(db)
            healed = await migrations.up(db)
            assert not set(done) & set(healed)
            assert await contents(db) == expected, (number, done)
            await require_sound(db)
            await require_clean(db)
    print(f"{engine}: {len(stopped)} of {count} stopped, after", *stopped)
    assert stopped


async def test_one_cancelled_again_and_again_gives_a_clean_connection_back(
    engine: str, empty_url: str, tmp_path: Path
) -> None:
    schema = tmp_path / "schema"
    migration(schema, "0001_numbers", "CREATE TABLE numbers (n integer NOT NULL);")
    migration(schema, "0002_rows", "INSERT INTO numbers (n) VALUES (1);\n" * 500)
    async with opened(empty_url, schema) as db, opened(empty_url, schema) as other:
        await migrations.up(db, 1)
        for _ in range(300 if SOAK else 30):
            task = asyncio.create_task(migrations.up(db))
            while not task.done() and not await _is_writing(other):
                await asyncio.sleep(0)
            while not task.done():
                task.cancel()
                await asyncio.sleep(0)
            await until(lambda: db.pool_status().busy == 0)
            await require_clean(db)
        await migrations.up(db)
        assert await db.fetch_value("SELECT count(*) AS n FROM numbers") == 500
        await require_sound(db)


async def _is_writing(other: Database) -> bool:
    """Whether a migrator is in the middle of its transaction."""
    if other.options.dialect == "postgres":
        found = "SELECT count(*) AS n FROM pg_stat_activity WHERE query LIKE 'INSERT INTO numbers%'"
        return bool(await other.fetch_value(f"{found} AND datname = current_database()"))
    connection = sqlite3.connect(str(other.options.path), timeout=0, isolation_level=None)
    try:
        connection.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError:
        return True
    finally:
        connection.close()
    return False


async def test_a_migrator_cancelled_while_it_waits_leaves_no_lock(engine: str, empty_url: str, tmp_path: Path) -> None:
    schema = write_folder(tmp_path / "schema", FOLDER)
    async with opened(empty_url, schema) as db:
        await migrations.up(db, 1)
        async with lock_held(engine, empty_url) as release:
            task = asyncio.create_task(migrations.up(db, wait=LONG))
            await until(lambda: db.pool_status().busy > 0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await release()
            await until(lambda: db.pool_status().busy == 0)
        await require_clean(db)
        assert await migrations.up(db) == tuple(FOLDER)[1:]


async def require_clean(db: Database) -> None:
    """Fail for anything of a migrator's that is left in a session of the database."""
    if db.options.dialect == "sqlite":
        async with db.transaction() as tx:  # on the connection that writes
            assert await tx.fetch_value("PRAGMA foreign_keys") == 1
            assert await tx.fetch_value("PRAGMA legacy_alter_table") == 0
            assert await tx.fetch_value("SELECT count(*) AS n FROM sqlite_temp_schema") == 0
        return
    assert await locks(db) == 0
    assert await db.fetch_value("SELECT count(*) AS n FROM pg_class WHERE relpersistence = 't'") == 0
    open_ones = (
        "SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'"
    )
    assert await db.fetch_value(open_ones) == 0
