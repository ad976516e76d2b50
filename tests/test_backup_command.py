"""`plainbase backup`, `backups` and `restore`, on both engines."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from click.testing import CliRunner, Result

from backup_databases import place
from plainbase import Database
from plainbase.cli.commands import plainbase as command


async def call(*words: str | Path) -> Result:
    """The command."""
    return await asyncio.to_thread(CliRunner(env={"COLUMNS": "200"}).invoke, command, [str(word) for word in words])


async def test_from_backup_to_restore(db: Database, url: str, engine: str, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    made = await call("backup", folder, "--url", url, "--verify", "--keep", "2", "--json")
    assert made.exit_code == 0, made.output
    told = json.loads(made.stdout)
    assert told["verified"]["good"] is True
    assert (told["state"], told["engine"], told["removed"]) == ("complete", engine, [])
    listed = await call("backups", folder)
    assert Path(told["path"]).name in listed.stdout
    assert "complete" in listed.stdout
    async with place(engine, tmp_path) as other:
        restored = await call("restore", folder, "--url", other)
        assert restored.exit_code == 0, restored.output
        assert "is as it was on" in restored.stdout
        again = await call("restore", folder, "--url", other)
        assert again.exit_code == 1
        assert "is not empty; --force" in again.stderr


async def test_what_is_wrong_is_an_error(db: Database, url: str, tmp_path: Path) -> None:
    for words, why in (
        (("backup", tmp_path / "b", "--url", url, "--keep", "0"), "--keep is a whole number from 1"),
        (("backup", tmp_path / "b", "--url", url, "--keep-days", "0"), "--keep-days is a whole number from 1"),
        (("backup", tmp_path / "b", "--url", f"sqlite:///{tmp_path}/none.db"), "there is no database"),
        (("backups", tmp_path / "b"), "there is no folder"),
        (("restore", tmp_path / "none", "--url", url), "there is no backup"),
    ):
        result = await call(*words)
        assert result.exit_code == 1, result.output
        assert why in result.stderr
        assert "Traceback" not in result.output
    assert not (tmp_path / "b").exists()


async def test_a_folder_without_a_complete_backup_exits_with_1(tmp_path: Path) -> None:
    assert (await call("backups", tmp_path)).exit_code == 1
    (tmp_path / "plainbase-20200101T000000Z-00000000.sqlite").touch()
    result = await call("backups", tmp_path)
    assert result.exit_code == 1
    assert "interrupted" in result.stdout
