"""`plainbase copy`: what it prints, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import plainbase
from copy_databases import copied, digests, empty, filled
from plainbase.cli.commands import plainbase as cli
from plainbase.platform import copying


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["copy", *arguments], catch_exceptions=False)


@pytest.fixture
async def source(sampled: dict[str, str], tmp_path: Path) -> str:
    async with filled("sqlite", tmp_path, sampled) as url:
        return url


def test_what_is_printed(source: str, tmp_path: Path) -> None:
    done = run("--from", source, "--to", f"sqlite:///{tmp_path / 'a.db'}")
    assert done.exit_code == 0, done.output
    assert "training_metrics" in done.output
    assert "all equal" in done.output
    done = run("--from", source, "--to", f"sqlite:///{tmp_path / 'b.db'}", "--json")
    told = json.loads(done.stdout)
    assert told["rows"] == sum(table["rows"] for table in told["tables"])
    assert told["resumed"] is False


def test_what_is_refused(source: str, tmp_path: Path) -> None:
    used = f"sqlite:///{tmp_path / 'used.db'}"
    assert run("--from", source, "--to", used).exit_code == 0
    for to, why in (
        (used, "holds rows in"),
        (source, "is the source and the target"),
        ("mysql://lab", "MySQL"),
        ("sqlite://", "in memory"),
    ):
        done = run("--from", source, "--to", to)
        assert done.exit_code == 1
        assert why in done.output
    done = run("--from", f"sqlite:///{tmp_path / 'none.db'}", "--to", used)
    assert (done.exit_code, "there is no database" in done.output) == (1, True)
    assert not (tmp_path / "none.db").exists()


async def test_a_source_that_lacks_migrations(tmp_path: Path, engine: str) -> None:
    async with empty(engine, tmp_path) as old:
        async with plainbase.open(old) as db:
            await db.migrate(5)
        with pytest.raises(plainbase.PlainbaseError, match=r"lacks migration 0006.*migrate up"):
            await copied(old, f"sqlite:///{tmp_path / 'target.db'}")
        async with plainbase.open(f"sqlite:///{tmp_path / 'target.db'}") as db:
            assert await db.fetch_value("SELECT count(*) FROM sqlite_schema") == 0, "nothing was changed"


async def test_a_target_of_another_version(source: str, tmp_path: Path, engine: str) -> None:
    async with empty(engine, tmp_path) as target:
        async with plainbase.open(target) as db:
            await db.migrate(5)
        with pytest.raises(plainbase.PlainbaseError, match="another schema version, it lacks migration 0006"):
            await copied(source, target)


async def test_a_target_that_was_migrated_only(source: str, tmp_path: Path, url: str) -> None:
    await copied(source, url)
    async with plainbase.open(url) as db:
        assert (await digests(db))["users"].rows > 0


async def test_a_value_that_the_other_engine_does_not_take(
    source: str, tmp_path: Path, templates: dict[str, str]
) -> None:
    """It is told with its table, key and column, and the target stays marked, and empty of it."""
    async with plainbase.open(source) as db:
        found = await db.fetch_value("SELECT id FROM checkpoints ORDER BY id LIMIT 1")
        text = "UPDATE checkpoints SET path = 'a' || char(0) || 'b' WHERE id = :id"
        await db.execute(text, {"id": found})
    async with empty("postgres", tmp_path, templates) as target:
        with pytest.raises(plainbase.PlainbaseError, match=f"table checkpoints, id {found}: .*path.*NUL"):
            await copied(source, target)
        async with plainbase.open(target) as db:
            assert await db.fetch_value("SELECT count(*) FROM checkpoints") == 0
            assert await db.fetch_value("SELECT count(*) FROM users") > 0
            assert await db.fetch_value("SELECT count(*) FROM unfinished_copy") == 1
        async with plainbase.open(source) as db:
            await db.execute("UPDATE checkpoints SET path = 'mended' WHERE id = :id", {"id": found})
        assert (await copied(source, target)).resumed


async def test_a_table_that_only_the_source_has(source: str, tmp_path: Path, templates: dict[str, str]) -> None:
    async with plainbase.open(source) as db:
        await db.script("CREATE TABLE own_things (id INTEGER PRIMARY KEY, t TEXT)")
        await db.insert_rows("own_things", ("id", "t"), [(1, "a"), (2, None)])
    async with empty("postgres", tmp_path, templates) as target:
        with pytest.raises(plainbase.PlainbaseError, match="has no table own_things"):
            await copied(source, target)
        async with plainbase.open(target) as db:
            await db.script("CREATE TABLE own_things (id bigint PRIMARY KEY, t text)")
        async with plainbase.open(source) as here, plainbase.open(target) as there:
            done = await copying.copy(here, there)
            assert (await digests(there))["own_things"] == (await digests(here))["own_things"]
        assert done.resumed
