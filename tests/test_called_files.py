"""Files and folders as attributes: forks, queries of one engine, sub-folders, changed files."""

from __future__ import annotations

from pathlib import Path

import pytest

from own_folders import ITEMS, TABLES, opened, write
from plainbase import ConfigurationError, PlainbaseError, QueryFileError

FORKS = {
    "clock.sql": "-- name: shared :value\nSELECT 1 AS one;",
    "clock.postgres.sql": "-- name: engine :value\nSELECT split_part(version(), ' ', 1) AS engine;",
    "clock.sqlite.sql": "-- name: engine :value\nSELECT 'SQLite ' || sqlite_version() AS engine;",
    "only.sql": (
        "-- name: listening :many\n-- only: postgres, no channels\nSELECT pg_listening_channels() AS channel;\n"
        "-- name: pages :value\n-- only: sqlite, no pragma\nSELECT page_count FROM pragma_page_count;\n"
    ),
}


async def test_forks_and_queries_of_one_engine(engine: str, empty_url: str, tmp_path: Path) -> None:
    async with opened(empty_url, tmp_path, FORKS) as db:
        assert await db.clock.shared() == 1
        assert (await db.clock.engine()).startswith("SQLite" if engine == "sqlite" else "PostgreSQL")
        mine, other = (db.only.pages, db.only.listening) if engine == "sqlite" else (db.only.listening, db.only.pages)
        assert await mine() is not None
        for call in (other(), other.explain(), anext(db.only.listening.stream()) if engine == "sqlite" else other()):
            with pytest.raises(
                ConfigurationError, match=r"only\.(listening|pages): runs on \w+ only: no (channels|pragma)"
            ):
                await call


async def test_folders_are_attributes_and_what_is_missing_is_named(empty_url: str, tmp_path: Path) -> None:
    files = {"a/b/items.sql": ITEMS, "items.sql": ITEMS}
    async with opened(empty_url, tmp_path, files) as db:
        await db.a.b.items.put(name="deep")
        assert await db.items.count() == 1
        assert repr(db.a.b.items.put) == "<a.b.items.put :exec from queries/a/b/items.sql:8>"
        assert {"a", "items", "transaction"} <= set(dir(db))
        assert dir(db.items) == ["add", "count", "names", "put", "resize", "size_of"]
        assert "count" in repr(db.items)
        with pytest.raises(AttributeError, match=r"no query or query file 'item'; did you mean items\?"):
            db.item  # noqa: B018
        with pytest.raises(AttributeError, match=r"'a\.b\.items\.nams'; did you mean names\?"):
            db.a.b.items.nams  # noqa: B018


async def test_every_problem_of_every_file_is_told_at_once(empty_url: str, tmp_path: Path) -> None:
    files = {
        "transaction.sql": ITEMS,
        "bad.sql": "-- name: two :many\nSELECT 1; SELECT 2;\n-- name: two :many\nSELECT 1;",
        "half.postgres.sql": "-- name: alone :value\nSELECT 1 AS one;",
    }
    with pytest.raises(QueryFileError) as caught:
        async with opened(empty_url, tmp_path, files):
            pass
    told = "\n".join(caught.value.problems)
    for words in ("queries/transaction.sql:1", "queries/bad.sql:2", "queries/bad.sql:3", "queries/half.postgres.sql:1"):
        assert words in told
    assert str(caught.value) == told


async def test_reload_reads_changed_files_again(empty_url: str, tmp_path: Path) -> None:
    files = {"items.sql": ITEMS, "a/deep.sql": "-- name: number :value\nSELECT 1 AS number;"}
    async with opened(empty_url, tmp_path, files, TABLES, reload=True) as db:
        assert await db.a.deep.number() == 1
        queries = tmp_path / "queries"
        write(queries, {"a/deep.sql": "-- name: number :value\nSELECT 22 AS number;"})
        assert await db.a.deep.number() == 22
        async with db.transaction() as tx:
            assert await tx.a.deep.number() == 22
        write(queries, {"fresh.sql": "-- name: word :value\nSELECT 'new' AS word;"})
        assert await db.fresh.word() == "new"
        write(queries, {"fresh.sql": "-- name: word :valu\nSELECT 'new' AS word;"})
        with pytest.raises(PlainbaseError, match=r"queries/fresh\.sql:1"):
            await db.fresh.word()
        (queries / "fresh.sql").unlink()
        assert await db.a.deep.number() == 22
        with pytest.raises(AttributeError, match="fresh"):
            await db.fresh.word()
    async with opened(empty_url, tmp_path, None, TABLES) as db:
        assert await db.items.count() == 0
        write(tmp_path / "queries", {"items.sql": "-- name: count :value\nSELECT -1 AS count;"})
        assert await db.items.count() == 0
