"""What a copy does with values and tables of one's own: all of it comes as it is, or the copy says what does not."""

from __future__ import annotations

from pathlib import Path

import pytest

import plainbase
from conftest import on_server
from copy_databases import digests, empty
from plainbase.platform import copying
from plainbase.platform.copying import CopyError

OWN = {
    "sqlite": (
        'CREATE TABLE "odd ""name" (id INTEGER PRIMARY KEY, at TIMESTAMP_TEXT, x REAL, n DECIMAL_TEXT, j JSON_TEXT, '
        '"select" TEXT, b BLOB, upper INTEGER REFERENCES "odd ""name" (id));'
        "CREATE TABLE keyless (t TEXT, x REAL)"
    ),
    "postgres": (
        'CREATE TABLE "odd ""name" (id bigserial PRIMARY KEY, at timestamptz, x double precision, n numeric(60, 25), '
        'j jsonb, "select" text, b bytea, upper bigint REFERENCES "odd ""name" (id));'
        "CREATE TABLE keyless (t text, x double precision)"
    ),
}
ROWS = """
INSERT INTO "odd ""name" (id, at, x, n, j, "select", b, upper) VALUES
(1, '0002-01-01T00:00:00.000001Z', 9e999, '12345678901234567890.1234567890123456789012345', 'null', '', NULL, 3),
(2, '9998-12-31T23:59:59.999999Z', -9e999, '0', NULL, 'é ☃ 𝄞', NULL, NULL),
(3, NULL, -0.0, '-1.50', '{"a": 1.10, "b": [1, 1.0, 1e2, 0.1234567890123456789012345]}', 'a\t\\N', NULL, 1),
(9223372036854775807, NULL, 1e-300, NULL, '"1e5"', NULL, NULL, NULL);
INSERT INTO keyless (t, x) VALUES ('twice', 1), ('twice', 1), (NULL, NULL);
"""
TEXTS = 'SELECT id, CAST(j AS text) AS j FROM "odd ""name" WHERE j IS NOT NULL ORDER BY id'


async def test_values_of_every_kind(tmp_path: Path, templates: dict[str, str]) -> None:
    """From SQLite to PostgreSQL and back; a circle within a table, and one without a key, among them."""
    async with (
        empty("sqlite", tmp_path, templates) as first,
        empty("postgres", tmp_path, templates) as second,
        empty("sqlite", tmp_path, templates) as third,
        plainbase.open(first) as here,
        plainbase.open(second) as there,
        plainbase.open(third) as back,
    ):
        for db in (here, there, back):
            await db.script(OWN[db.dialect])
        await here.script(ROWS)
        large = "x" * 2**21
        await here.execute("INSERT INTO keyless (t, x) VALUES (:large, 2)", {"large": large})
        await copying.copy(here, there)
        assert await there.fetch_value("SELECT t FROM keyless WHERE x = 2") == large
        assert await there.fetch_value("SELECT count(*) FROM keyless") == 4
        texts = {row.id: row.j for row in await there.fetch_all(TEXTS)}
        assert texts[1] == "null"
        assert "100.0," in texts[3], "a float is still one"
        assert "0.1234567890123456789012345" in texts[3]
        left = "SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND condeferrable"
        assert await there.fetch_value(left) == 0
        await there.execute('DELETE FROM "odd ""name" WHERE id > 3')
        await copying.copy(there, back)
        assert await digests(back) == await digests(there)
        assert {row.id: row.j for row in await back.fetch_all(TEXTS)}.keys() == {1, 3}


async def test_a_serial_goes_on(tmp_path: Path, templates: dict[str, str]) -> None:
    async with (
        empty("sqlite", tmp_path, templates) as source,
        empty("postgres", tmp_path, templates) as target,
        plainbase.open(source) as here,
        plainbase.open(target) as there,
    ):
        await here.script("CREATE TABLE own_things (id INTEGER PRIMARY KEY); INSERT INTO own_things VALUES (41)")
        await there.script("CREATE TABLE own_things (id bigserial PRIMARY KEY)")
        await copying.copy(here, there)
        assert await there.fetch_value("INSERT INTO own_things DEFAULT VALUES RETURNING id") == 42


async def test_a_row_that_refers_to_nothing(tmp_path: Path, templates: dict[str, str], engine: str) -> None:
    """SQLite may hold one where its keys were switched off; it is named, however late the target looks."""
    tables = "CREATE TABLE own_things (id {} PRIMARY KEY, upper {} REFERENCES own_things (id))"
    async with (
        empty("sqlite", tmp_path, templates) as source,
        empty(engine, tmp_path, templates) as target,
        plainbase.open(source) as here,
        plainbase.open(target) as there,
    ):
        await here.script(
            "CREATE TABLE own_things (id INTEGER PRIMARY KEY, upper INTEGER); INSERT INTO own_things VALUES (7, 8)"
        )
        kind = "INTEGER" if engine == "sqlite" else "bigint"
        await there.script(tables.format(kind, kind))
        with pytest.raises(CopyError, match="table own_things, id 7: upper refers to no row of own_things"):
            await copying.copy(here, there)


async def test_a_role_that_may_not(tmp_path: Path, templates: dict[str, str]) -> None:
    """Neither one that would see some rows only, nor one that owns nothing of the target; nothing is changed."""
    role = f"copying_{tmp_path.name}".lower()[:60]
    await on_server(f'CREATE ROLE "{role}" LOGIN')
    try:
        async with empty("postgres", tmp_path, templates) as one, empty("sqlite", tmp_path, templates) as other:
            async with plainbase.open(one) as db:
                await db.script(
                    f'GRANT SELECT ON ALL TABLES IN SCHEMA public TO "{role}"; ALTER TABLE teams ENABLE ROW LEVEL '
                    f'SECURITY; CREATE POLICY hides ON teams USING (false); GRANT CREATE ON SCHEMA public TO "{role}"'
                )
            limited = one.replace("//postgres", f"//{role}", 1)
            assert limited != one
            async with plainbase.open(limited) as less, plainbase.open(other) as db:
                with pytest.raises(plainbase.PlainbaseError, match=r"row-level security policy for table.*teams"):
                    await copying.copy(less, db)
                assert await db.fetch_value("SELECT count(*) FROM sqlite_schema WHERE name = 'unfinished_copy'") == 0
                with pytest.raises(CopyError, match=r"does not own .*copy as the owner"):
                    await copying.copy(db, less)
                assert await less.fetch_value("SELECT count(*) FROM pg_class WHERE relname = 'unfinished_copy'") == 0
    finally:
        await on_server(f'DROP ROLE "{role}"')


@pytest.mark.parametrize("kind", ["integer[]", "interval", "inet", "date", "point"])
async def test_types_that_sqlite_has_not(kind: str, tmp_path: Path, templates: dict[str, str]) -> None:
    """They come as something equal, or the table and the column are named."""
    values = {"integer[]": "{1,2}", "interval": "1 day", "inet": "::1", "date": "2026-01-31", "point": "(1,2)"}
    async with (
        empty("postgres", tmp_path, templates) as source,
        empty("sqlite", tmp_path, templates) as target,
        plainbase.open(source) as here,
        plainbase.open(target) as there,
    ):
        await here.script(f"CREATE TABLE own_things (id bigint PRIMARY KEY, v {kind})")
        await here.script(f"INSERT INTO own_things VALUES (1, '{values[kind]}')")
        await there.script("CREATE TABLE own_things (id INTEGER PRIMARY KEY, v TEXT)")
        with pytest.raises(plainbase.PlainbaseError, match=r"own_things.*v"):
            await copying.copy(here, there)
