"""What PostgreSQL alone can get wrong: types behind types, session state, transactions ended from inside."""

from __future__ import annotations

import asyncio
import gc
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from own_folders import opened
from plainbase import (
    Database,
    DataInvalid,
    RowNotFound,
    StatementFailed,
    TooManyRows,
    TransactionAborted,
)
from waiting import until

pytestmark = pytest.mark.parametrize("engine", ["postgres"], indirect=True)

PAIRS = """
-- name: add_two :one
INSERT INTO items (name) VALUES (:a), (:b) ON CONFLICT DO NOTHING RETURNING name;

-- name: add :one
INSERT INTO items (name, size) VALUES (upper(cast(:name AS text)), (1 + 1)) RETURNING name;

-- name: add_series :one
INSERT INTO items (name, size) VALUES (generate_series(1, 2), :size) ON CONFLICT DO NOTHING RETURNING name;
"""


@pytest.fixture
async def db(empty_url: str, tmp_path: Path) -> AsyncIterator[Database]:
    async with opened(empty_url, tmp_path) as database:
        yield database


@pytest.mark.parametrize(
    "text",
    [
        "INSERT INTO items (name) VALUES ('b'); COMMIT",
        "INSERT INTO items (name) VALUES ('b'); /* ; */ end",
        "ROLLBACK; BEGIN",
        "start TRANSACTION",
        "SAVEPOINT s; RELEASE s",
        "PREPARE TRANSACTION 'x'",
        "CREATE FUNCTION one() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 1; END; ABORT",
    ],
)
async def test_a_script_cannot_end_its_transaction(db: Database, text: str) -> None:
    with pytest.raises(TransactionAborted):
        async with db.transaction() as tx:
            await tx.items.put(name="a")
            with pytest.raises(StatementFailed, match="cannot stand inside a transaction"):
                await tx.script(text)
    assert await db.items.count() == 0


async def test_words_inside_bodies_are_no_transaction_control(db: Database) -> None:
    async with db.transaction() as tx:
        await tx.script(
            """
            CREATE FUNCTION size_word(n bigint) RETURNS text
            BEGIN ATOMIC
                SELECT 1;
                SELECT CASE WHEN n > 1 THEN 'much' ELSE 'little' END;
            END;
            CREATE FUNCTION old() RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM 1; END; $$;
            CREATE RULE twice AS ON DELETE TO items DO ALSO (NOTIFY a; NOTIFY b);
            PREPARE kept AS SELECT 1; DEALLOCATE kept;
            """
        )
        assert await tx.fetch_value("SELECT size_word(5) AS word") == "much"
    assert await db.fetch_value("SELECT size_word(1) AS word") == "little"


@pytest.fixture
async def typed(db: Database) -> Database:
    """A table whose columns' types lie behind domains, modifiers and arrays."""
    await db.script(
        """
        CREATE DOMAIN whole AS bigint;
        CREATE DOMAIN positive AS whole CHECK (value > 0);
        CREATE DOMAIN tags AS text[];
        CREATE TYPE mood AS ENUM ('good', 'bad');
        CREATE TABLE typed (
            p positive, at timestamptz(3), counts bigint[], ats timestamptz[], ps positive[], tags tags,
            mood mood, grid bigint[], day date, small smallint
        );
        """
    )
    return db


NAIVE = datetime(2026, 1, 1)
AWARE = NAIVE.replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("p", 1.5),
        ("p", True),
        ("at", NAIVE),
        ("counts", [1.5, True]),
        ("counts", [[1], [True]]),
        ("ats", [AWARE, NAIVE]),
        ("ps", [1, 2.5]),
        ("tags", ["a", 5]),
        ("tags", ["nul\0"]),
        ("small", 40000),
    ],
)
async def test_a_wrong_value_behind_a_domain_or_in_an_array(typed: Database, column: str, value: Any) -> None:
    for mode in ("error", "ignore"):
        with pytest.raises(DataInvalid, match=f"row 0 for 'typed': column '{column}'"):
            await typed.insert_rows("typed", [column], [[value]], on_conflict=mode)
    with pytest.raises(DataInvalid, match="parameter 'v'"):
        await typed.execute(f"INSERT INTO typed ({column}) VALUES (:v)", {"v": value})
    assert await typed.fetch_value("SELECT count(*) AS n FROM typed") == 0


async def test_right_values_behind_domains_and_in_arrays(typed: Database) -> None:
    columns = ("p", "at", "counts", "ats", "ps", "tags", "mood", "grid", "day", "small")
    full = (1, AWARE, [1, None], [AWARE], [1], ["a", None], "good", [[1, 2], [3, 4]], AWARE.date(), 7)
    empty = (None,) * len(columns)
    for mode in ("error", "ignore"):
        assert await typed.insert_rows("typed", columns, [full, empty], on_conflict=mode) == 2
    marks = ", ".join(f":{name}" for name in columns)
    text = f"INSERT INTO typed ({', '.join(columns)}) VALUES ({marks})"
    assert await typed.execute(text, dict(zip(columns, full, strict=True))) == 1
    assert await typed.fetch_all(f"SELECT {', '.join(columns)} FROM typed WHERE p IN (:p)", {"p": [1]}) == [full] * 3
    with pytest.raises(DataInvalid, match="parameter 'p'"):
        await typed.fetch_all("SELECT p FROM typed WHERE p IN (:p)", {"p": [1.5]})


async def test_a_batch_of_inserts_with_several_rows_each(empty_url: str, tmp_path: Path) -> None:
    async with opened(empty_url, tmp_path, {"pairs.sql": PAIRS}) as db:
        with pytest.raises(TooManyRows, match="2 rows for row 0"):
            await db.pairs.add_two.batch([{"a": "1", "b": "2"}, {"a": "3", "b": "4"}])
        with pytest.raises(TooManyRows, match="2 rows for row 0"):
            await db.pairs.add_series.batch([{"size": 5}])
        rows = await db.pairs.add_two.batch([{"a": "1", "b": "1"}, {"a": "2", "b": "1"}])
        assert [row.name for row in rows] == ["1", "2"]
        with pytest.raises(RowNotFound):
            await db.pairs.add_two.batch([{"a": "1", "b": "2"}])
        rows = await db.pairs.add.batch([{"name": "x"}, {"name": "y"}])
        assert [row.name for row in rows] == ["X", "Y"]


async def test_cancelling_open_leaves_no_connection(url: str, db: Database) -> None:
    name = f"probe_{uuid.uuid4().hex[:12]}"
    count = "SELECT count(*) AS n FROM pg_stat_activity WHERE application_name = :name"

    async def nobody() -> bool:
        return bool(await db.fetch_value(count, {"name": name}) == 0)

    for turns in range(0, 40, 3):
        opening = asyncio.ensure_future(_open(url, name))
        for _ in range(turns):
            await asyncio.sleep(0)
        opening.cancel()
        await asyncio.gather(opening, return_exceptions=True)
    gc.collect()
    await until(nobody)


async def _open(url: str, name: str) -> None:
    async with Database.open(url, queries=(), schema=(), application_name=name):
        pass


@pytest.mark.parametrize(
    ("text", "setting"),
    [
        ("""SELECT "set_config"('work_mem', '77MB', false) AS x""", "work_mem"),
        (r"""SELECT U&"set\005fconfig"('work_mem', '77MB', false) AS x""", "work_mem"),
        ("UPDATE pg_settings SET setting = '78848' WHERE name = 'work_mem'", "work_mem"),
        ("""UPDATE "pg_settings" SET setting = '78848' WHERE name = 'work_mem'""", "work_mem"),
        ("""SELECT "pg_advisory_lock"(42)::text AS x""", ""),
    ],
)
async def test_session_state_does_not_leak(empty_url: str, tmp_path: Path, text: str, setting: str) -> None:
    state = f"SELECT current_setting('{setting}') AS x" if setting else "SELECT count(*) FROM pg_locks WHERE objid = 42"
    async with opened(empty_url, tmp_path, pool_size=1, max_overflow=0) as db:
        before = await db.fetch_value(state)
        await db.fetch_all(text)
        assert await db.fetch_value(state) == before


async def test_prepared_statements_of_ones_own(db: Database) -> None:
    for text in ("PREPARE p AS SELECT 1", "DEALLOCATE ALL"):
        with pytest.raises(StatementFailed, match="is refused"):
            await db.execute(text)
    assert await db.items.count() == 0


SECRET = "topsecret"


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("CAST(CAST(:x AS text) AS int)", f'a"{SECRET}"b'),
        ("CAST(CAST(:x AS text) AS date)", f'a"b\n"{SECRET}'),
        ("CAST(to_tsquery(:x) AS text)", f"{SECRET} word"),
        ("CAST(to_tsquery(:x) AS text)", f'text" {SECRET} "text'),
        ("current_setting(:x)", SECRET),
        ("set_config(:x, '1', true)", f"{SECRET}.a b"),
        ("CAST(CAST(CAST(:x AS text) AS regclass) AS text)", SECRET),
        ("convert_from(decode(:x, 'hex'), 'utf8')", "ff746f70"),
        ("date_trunc(:x, now())", SECRET),
        ("pg_read_file(:x)", SECRET),
    ],
)
async def test_no_value_in_errors_that_come_at_run_time(db: Database, expression: str, value: str) -> None:
    with pytest.raises((StatementFailed, DataInvalid)) as caught:
        await db.fetch_all(f"SELECT {expression} AS v", {"x": value})
    _check_clean(caught.value)
    assert "0xff" not in str(caught.value)


async def test_names_stay_in_errors(db: Database) -> None:
    with pytest.raises(StatementFailed, match='relation "nothing" does not exist'):
        await db.fetch_all("SELECT x FROM nothing WHERE x = :x", {"x": SECRET})
    with pytest.raises(StatementFailed, match='relation "items" already exists'):
        await db.script("CREATE TABLE items (id bigint)")
    await db.script("CREATE TABLE made (a text, b text GENERATED ALWAYS AS (a) STORED)")
    with pytest.raises(StatementFailed, match='column "b" is a generated column'):
        await db.insert_rows("made", ["b"], [[SECRET]])
    with pytest.raises(StatementFailed, match='column "nothing" of relation "items"') as caught:
        await db.execute("UPDATE items SET nothing = :x", {"x": SECRET})
    _check_clean(caught.value)


async def test_no_value_behind_an_error(db: Database) -> None:
    await db.items.put(name=SECRET)
    row = {"name": SECRET}
    text = "INSERT INTO items (name) VALUES (:name)"
    calls: list[Any] = [
        lambda: db.execute(text, row),
        lambda: db.execute_many(text, [row]),
        lambda: db.insert_rows("items", ["name"], [[SECRET]]),
        lambda: db.script(f"INSERT INTO items (name) VALUES ('{SECRET}')"),
        lambda: db.fetch_all("SELECT CAST(:x AS interval) AS x", {"x": SECRET}),
    ]
    for call in calls:
        with pytest.raises((StatementFailed, DataInvalid)) as caught:
            await call()
        _check_clean(caught.value)


def _check_clean(error: BaseException | None) -> None:
    """The secret stands neither in the error nor in what is behind it, shown by a traceback or not."""
    while error is not None:
        shown = [str(error), *map(repr, error.args), *map(repr, vars(error).values())]
        assert not any(SECRET in text for text in shown), shown
        error = error.__cause__ or error.__context__
