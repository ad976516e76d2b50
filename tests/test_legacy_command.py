"""`plainbase upgrade-legacy` as it is given: its words, files and exit codes, and a run that is killed."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import plainbase as package
from legacy_sources import postgres_database, sqlite_file, text
from plainbase import ConfigurationError
from plainbase.cli.commands import plainbase
from plainbase.platform.legacy.upgrade import examine, upgrade


def given(*words: str) -> Result:
    return CliRunner(env={"COLUMNS": "200"}).invoke(plainbase, ["upgrade-legacy", *words])


def said(result: Result) -> str:
    return result.output + result.stderr


@pytest.fixture
def james(tmp_path: Path) -> str:
    return sqlite_file(tmp_path / "james_llm.db", "james_llm")


def test_it_is_examined(james: str, url: str) -> None:
    result = given(james, "--examine")
    assert result.exit_code == 0, said(result)
    assert "layout james_llm" in result.output
    assert "training_jobs" in result.output
    found = json.loads(given(james, "--examine", "--json").output)
    assert (found["layout"], found["sure"]) == ("james_llm", 1)
    assert {table["name"]: table["rows"] for table in found["tables"]}["training_jobs"] == 4


def test_all_is_taken_and_told(james: str, url: str, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    result = given(james, "--url", url, "--backup", str(folder))
    assert result.exit_code == 0, said(result)
    assert "nothing was left" in result.output
    assert len(list(folder.iterdir())) == 1
    again = given(james, "--url", url, "--no-backup", "--json")
    report = json.loads(again.output)
    assert report["complete"]
    assert sum(part["taken"] for part in report["parts"]) == 0
    assert again.exit_code == 0


def test_what_was_left_is_told_by_the_exit_code_and_written(url: str, tmp_path: Path) -> None:
    dirty = sqlite_file(tmp_path / "dirty.db", "james_llm", "james_llm_dirty")
    rejects = tmp_path / "rejects.jsonl"
    result = given(dirty, "--url", url, "--no-backup", "--rejects", str(rejects))
    assert result.exit_code == 3, said(result)
    assert "this word is not known: status" in result.output
    lines = [json.loads(line) for line in rejects.read_text().splitlines()]
    zombie = next(line for line in lines if line["table"] == "training_jobs" and line["key"] == "12")
    assert (zombie["reason"], zombie["row"]["status"]) == ("this word is not known: status", "zombie")
    broken = next(line for line in lines if line["table"] == "text_corpus" and line["key"] == "11")
    assert broken["row"]["content"] == "ff00fe"
    assert given(dirty, "--url", url, "--no-backup", "--rejects", str(rejects)).exit_code == 1


def test_a_mapping_is_named_or_shipped(url: str, tmp_path: Path) -> None:
    source = sqlite_file(tmp_path / "housing.db", "california_housing")
    assert given(source, "--url", url, "--no-backup").exit_code == 1
    assert given(source, "--url", url, "--no-backup", "--mapping", "003").exit_code == 0
    missing = given(source, "--url", url, "--no-backup", "--mapping", "mine.toml")
    assert (missing.exit_code, "mine.toml" in said(missing)) == (1, True)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("{james}",), "--backup FOLDER, or --no-backup"),
        (("{james}", "--no-backup", "--layout", "llm_test_bench"), "is nothing that llm_test_bench reads"),
        (("{james}", "--no-backup", "--layout", "james_llm", "--mapping", "000"), "give one of them"),
        (("{james}", "--no-backup", "--mapping", "003"), "none of its tables is in the source"),
        (("sqlite:///{folder}/nothing.db", "--no-backup"), "there is no file"),
        (("sqlite:///{folder}/text.db", "--no-backup"), "not an SQLite database"),
        (("sqlite:///{folder}/other.db", "--no-backup"), "of no layout that is known"),
        (("sqlite:///{folder}/other.db", "--no-backup"), "it has recipes"),
        (("sqlite:///{folder}/none.db", "--no-backup"), "no tables at all"),
        (("sqlite:///{folder}/plainbase.db", "--no-backup"), "a database of plainbase itself"),
        (("nonsense", "--no-backup"), "not a URL"),
    ],
)
def test_bad_input_is_a_clear_error_and_changes_nothing(
    james: str, tmp_path: Path, templates: dict[str, str], words: tuple[str, ...], why: str
) -> None:
    target = tmp_path / "target.db"
    target.write_bytes(Path(templates["sqlite"]).read_bytes())
    (tmp_path / "plainbase.db").write_bytes(Path(templates["sqlite"]).read_bytes())
    (tmp_path / "text.db").write_text("not a database at all, though it is long enough to be read as one" * 20)
    for name, made in (("other.db", "CREATE TABLE recipes (id INTEGER PRIMARY KEY, name TEXT)"), ("none.db", "")):
        with contextlib.closing(sqlite3.connect(tmp_path / name)) as connection:
            connection.executescript(f"PRAGMA user_version = 1; {made}")
    before = hashlib.sha256(target.read_bytes()).hexdigest()
    filled = [word.format(james=james, folder=tmp_path) for word in words]
    result = given(*filled, "--url", f"sqlite:///{target}")
    assert result.exit_code == 1, said(result)
    assert why in said(result)
    assert hashlib.sha256(target.read_bytes()).hexdigest() == before


def test_a_target_that_is_not_there_or_not_migrated_is_refused(james: str, tmp_path: Path) -> None:
    result = given(james, "--no-backup", "--url", f"sqlite:///{tmp_path / 'nowhere.db'}")
    assert (result.exit_code, "there is no database" in said(result)) == (1, True)
    sqlite3.connect(tmp_path / "empty.db").close()
    (tmp_path / "empty.db").touch()
    result = given(james, "--no-backup", "--url", f"sqlite:///{tmp_path / 'empty.db'}")
    assert (result.exit_code, "plainbase migrate up" in said(result)) == (1, True)


async def test_a_source_of_postgres_is_dumped_first(tmp_path: Path) -> None:
    async with (
        postgres_database(text("james_llm").replace("DATETIME", "TIMESTAMP")) as source,
        package.open("sqlite://", migrate=True) as db,
    ):
        report = await upgrade(source, db, backup_folder=tmp_path)
    assert report.backup is not None
    assert Path(report.backup).read_bytes()[:5] == b"PGDMP"
    assert [path.name for path in tmp_path.iterdir()] == [Path(report.backup).name]


async def test_a_source_that_is_written_meanwhile_is_read_as_of_one_moment(tmp_path: Path) -> None:
    url = sqlite_file(tmp_path / "james_llm.db", "james_llm")
    with contextlib.closing(sqlite3.connect(tmp_path / "james_llm.db", isolation_level=None)) as writer:
        writer.execute("PRAGMA journal_mode = WAL")
        writer.execute("PRAGMA wal_autocheckpoint = 0")
        before = hashlib.sha256((tmp_path / "james_llm.db").read_bytes()).hexdigest()
        seen: list[str] = []

        def write(what: str, done: int, total: int | None) -> None:
            if not seen:
                seen.append(what)
                writer.execute("INSERT INTO accuracy_metrics VALUES (50, 'late', 1.0, NULL, NULL, '2024-06-01')")

        async with package.open("sqlite://", migrate=True) as db:
            await upgrade(url, db, progress=write)
            assert await db.fetch_value("SELECT count(*) AS n FROM accuracy_metrics") == 3
            await upgrade(url, db)
            assert await db.fetch_value("SELECT count(*) AS n FROM accuracy_metrics") == 4
        assert hashlib.sha256((tmp_path / "james_llm.db").read_bytes()).hexdigest() == before


KILLED = """
import asyncio, os, signal, sys
import plainbase
from plainbase.platform.legacy.upgrade import examine, upgrade

async def main(source, target, at):
    told = 0
    def progress(what, done, total):
        nonlocal told
        told += 1
        if told == at:
            os.kill(os.getpid(), signal.SIGKILL)
    async with plainbase.open(target) as db:
        await upgrade(source, db, progress=progress)

asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
"""


@pytest.mark.parametrize("at", [2, 9, 18, 21])
async def test_a_killed_run_leaves_nothing_and_the_next_does_all(james: str, url: str, at: int) -> None:
    words = [sys.executable, "-c", KILLED, james, url, str(at)]
    ended = subprocess.run(words, env=os.environ | {"PYTHONWARNINGS": "ignore"}, check=False)
    assert ended.returncode == -signal.SIGKILL
    async with package.open(url) as db:
        assert await db.fetch_value("SELECT count(*) AS n FROM training_runs") == 0
        assert await db.fetch_value("SELECT count(*) AS n FROM corpus_texts") == 0
        report = await upgrade(james, db)
        assert (report.complete, sum(part.taken for part in report.parts)) == (True, 24)


async def test_a_table_with_more_rows_than_a_chunk(tmp_path: Path) -> None:
    url = sqlite_file(tmp_path / "james_llm.db", "james_llm")
    with contextlib.closing(sqlite3.connect(tmp_path / "james_llm.db")) as connection:
        connection.executescript(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 7000) "
            "INSERT INTO markov_ngrams SELECT 100 + i, 16, 'context' || (i / 26), char(97 + i % 26), 1 + i, "
            "CASE WHEN i % 1000 = 0 THEN 2 ELSE 0.5 END FROM n"
        )
    async with package.open("sqlite://", migrate=True) as db:
        report = await upgrade(url, db)
        (part,) = [each for each in report.parts if each.target == "markov_ngrams"]
        assert (part.rows, part.taken, part.left_rows) == (7003, 6996, 7)
        (again,) = [each for each in (await upgrade(url, db)).parts if each.target == "markov_ngrams"]
        assert (again.taken, again.already, again.left_rows) == (0, 6996, 7)


async def test_tables_in_other_schemas_are_told(tmp_path: Path) -> None:
    script = text("james_llm").replace("DATETIME", "TIMESTAMP")
    script += "; CREATE SCHEMA archive; CREATE TABLE archive.runs (id int); CREATE TABLE archive.texts (id int);"
    script += "CREATE SCHEMA empty; CREATE SCHEMA second; CREATE MATERIALIZED VIEW second.counted AS SELECT 1 AS n"
    told = "others of this database hold tables: archive (2 tables), second (1 table)"
    async with postgres_database(script) as source, package.open("sqlite://", migrate=True) as db:
        assert told in str((await examine(source)).note)
        report = await upgrade(source, db)
        assert [told in note for note in report.notes].count(True) == 1
        assert report.complete
        shown = await asyncio.to_thread(given, source, "--examine")
        assert "archive (2 tables)" in " ".join(shown.output.split())
    async with (
        postgres_database("CREATE SCHEMA archive; CREATE TABLE archive.runs (id int)") as source,
        package.open("sqlite://", migrate=True) as db,
    ):
        with pytest.raises(ConfigurationError, match=r"no tables at all .*archive \(1 table\)"):
            await upgrade(source, db)
    assert (await examine(sqlite_file(tmp_path / "james_llm.db", "james_llm"))).note is None
