"""The command `plainbase`, as an operator, a DBA and a developer run it: what it says, and with which exit code."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import pty
import re
import shutil
import sqlite3
import struct
import subprocess
import sys
import termios
import uuid
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit, urlunsplit

import asyncpg
import click
import pytest
from click.testing import CliRunner, Result

from conftest import SERVER, named, on_server
from own_folders import migration, write
from plainbase import Database
from plainbase.cli.commands import plainbase

NOTES = "CREATE TABLE notes (id bigint PRIMARY KEY, body text NOT NULL);\n"
TAGS = "CREATE TABLE tags (id bigint PRIMARY KEY, name text NOT NULL);\n"
SECRET = "seldom-said"
"""The password of every URL of PostgreSQL, where the server itself demands no other."""
REPOSITORY = Path(__file__).parent.parent

pytestmark = pytest.mark.usefixtures("place")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder of a command, and an environment that names a server for scratch databases only."""
    for name in [name for name in os.environ if name.startswith(("DATABASE_", "DB_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("TEST_DATABASE_URL", os.environ[SERVER])
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def schema(place: Path) -> Path:
    """A folder of two migrations."""
    migration(place / "schema", "0001_notes", NOTES, "DROP TABLE notes;\n")
    migration(place / "schema", "0002_tags", TAGS, "DROP TABLE tags;\n")
    return place / "schema"


@pytest.fixture
async def absent_url(engine: str, place: Path) -> AsyncIterator[str]:
    """The URL of a database that does not exist."""
    if engine == "sqlite":
        yield f"sqlite:///{place / 'absent.db'}"
        return
    name = f"Test {uuid.uuid4().hex}"
    yield named(os.environ[SERVER], quote(name))
    await on_server(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def with_password(url: str) -> str:
    """The same URL with a password in it, which a server that trusts does not look at."""
    parts = urlsplit(url)
    if not parts.scheme.startswith("postgres") or parts.password:
        return url
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{parts.username or 'postgres'}:{SECRET}@{host}"))


def run(*arguments: object, url: str = "", schema: Path | None = None) -> Result:
    """Run a command; nothing it says may hold the URL's password, and no error may come as a traceback."""
    words = [str(argument) for argument in arguments]
    if url:
        words += ["--url", with_password(url)]
    if schema is not None:
        words += ["--schema", str(schema)]
    result = CliRunner().invoke(plainbase, words, prog_name="plainbase")
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise AssertionError(f"a traceback instead of a message: {result.exception!r}") from result.exception
    password = urlsplit(with_password(url)).password if url else None
    assert not password or unquote(password) not in result.output
    return result


def done(*arguments: object, url: str = "", schema: Path | None = None) -> list[str]:
    """The lines of a command that succeeds, and says nothing on stderr."""
    result = run(*arguments, url=url, schema=schema)
    assert (result.exit_code, result.stderr) == (0, ""), result.output
    return result.stdout.splitlines()


def told(*arguments: object, url: str = "", schema: Path | None = None, code: int = 1) -> str:
    """The error of a command, which is one line on stderr."""
    result = run(*arguments, url=url, schema=schema)
    assert result.exit_code == code, result.output
    *usage, line = result.stderr.splitlines()
    assert line.startswith("Error: ")
    assert [each.split(" ")[0] for each in usage if each] == (["Usage:", "Try"] if code == 2 and usage else [])
    return line.removeprefix("Error: ")


def states(url: str, schema: Path | None = None) -> dict[str, str]:
    """The state of each migration, by `status --json`."""
    found = json.loads("\n".join(done("migrate", "status", "--json", url=url, schema=schema)))
    return {entry["label"]: entry["state"] for entry in found["entries"]}


def execute(url: str, sql: str) -> None:
    """Run SQL past plainbase, as a hand does."""
    if url.startswith("sqlite"):
        connection = sqlite3.connect(unquote(urlsplit(url).path)[1:], isolation_level=None)
        try:
            connection.executescript(sql)
        finally:
            connection.close()
        return

    async def on_postgres() -> None:
        connection = await asyncpg.connect(url)
        try:
            await connection.execute(sql)
        finally:
            await connection.close()

    asyncio.run(on_postgres())


def tables(url: str) -> set[str]:
    """The tables that are there."""
    sql = {
        "sqlite": "SELECT name FROM sqlite_schema WHERE type = 'table'",
        "postgres": "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'",
    }["sqlite" if url.startswith("sqlite") else "postgres"]

    async def read() -> set[str]:
        async with Database.open(url, queries=None, schema=None) as db:
            return {row.name for row in await db.fetch_all(sql)}

    return asyncio.run(read())


def engine_folder(url: str) -> str:
    return "sqlite" if url.startswith("sqlite") else "postgres"


# An operator


def test_init_makes_the_database_with_all_its_tables_and_may_be_run_again(absent_url: str, engine: str) -> None:
    lines = done("init", url=absent_url)
    assert [line for line in lines if line.startswith("made the database")] == lines[: engine == "postgres"]
    assert [line.split()[1] for line in lines if line.startswith("applied")] == list(states(absent_url))
    assert lines[-1].endswith("is ready, at 0014_row_security")
    assert done("init", url=absent_url) == lines[-1:]
    assert done("migrate", "status", "--check", url=absent_url)[-1].endswith("at 0014_row_security, up to date")
    assert "training_runs" in tables(absent_url)


def test_init_makes_no_database_where_the_folder_is_wrong(absent_url: str, place: Path, engine: str) -> None:
    assert "there is no such folder" in told("init", url=absent_url, schema=place / "nowhere")
    assert not (place / "absent.db").exists()
    if engine == "postgres":
        with pytest.raises(asyncpg.InvalidCatalogNameError):
            execute(absent_url, "SELECT 1")


def test_init_says_what_was_applied_before_a_failure(empty_url: str, schema: Path) -> None:
    migration(schema, "0002_tags", "SELEC 1;")
    result = run("init", url=empty_url, schema=schema)
    assert result.exit_code == 1
    assert "0002_tags.up.sql:1" in result.stderr
    assert result.stdout.splitlines()[:1] == ["applied 0001_notes"], "0001_notes is there now, and nobody said so"


@pytest.mark.parametrize("command", ["status", "verify"])
def test_a_database_that_is_not_there_is_not_made_by_looking_at_it(absent_url: str, place: Path, command: str) -> None:
    assert "plainbase init" in told("migrate", command, url=absent_url)
    assert not (place / "absent.db").exists()


def test_without_a_url_the_environment_decides(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert done("init")[-1] == "sqlite:///plainbase.db is ready, at 0014_row_security"
    monkeypatch.setenv("DATABASE_URL", "sqlite:///named.db")
    assert done("migrate", "up", "--to", "1")[-1] == "sqlite:///named.db is at 0001_identity, 13 pending"
    monkeypatch.delenv("DATABASE_URL")
    monkeypatch.setenv("DATABASE_PATH", "by_parts.db")
    assert done("init")[-1].startswith("sqlite:///by_parts.db is ready")
    assert {"plainbase.db", "named.db", "by_parts.db"} <= {path.name for path in place.iterdir()}


def test_up_tells_each_migration_and_where_the_database_stands(empty_url: str, schema: Path) -> None:
    planned = done("migrate", "up", "--dry-run", url=empty_url, schema=schema)
    assert planned[:-1] == ["would apply 0001_notes", "would apply 0002_tags"]
    assert planned[-1].endswith("is at no migration, 2 pending")
    assert tables(empty_url) == set()
    first = done("migrate", "up", "--to", "0001_notes", url=empty_url, schema=schema)
    assert re.fullmatch(r"applied 0001_notes  \d+ ms", first[0])
    assert first[1].endswith("is at 0001_notes, 1 pending")
    assert len(first) == 2
    rest = done("migrate", "up", url=empty_url, schema=schema)
    assert re.fullmatch(r"applied 0002_tags  \d+ ms", rest[0])
    assert rest[1].endswith("is at 0002_tags, up to date")
    assert done("migrate", "up", url=empty_url, schema=schema) == rest[1:]
    assert tables(empty_url) == {"notes", "tags", "schema_migrations", "view_refreshes"}


def test_a_statement_that_fails_is_named_and_what_went_before_is_kept(empty_url: str, schema: Path) -> None:
    migration(schema, "0002_tags", TAGS + "\nSELEC 'a secret';\n")
    result = run("migrate", "up", url=empty_url, schema=schema)
    assert result.exit_code == 1
    assert re.fullmatch(r"applied 0001_notes  \d+ ms\n", result.stdout)
    (line,) = result.stderr.splitlines()
    assert line.startswith(f"Error: schema/{engine_folder(empty_url)}/migrations/0002_tags.up.sql:3: ")
    assert "in `SELEC '…'`" in line
    assert "a secret" not in line
    assert states(empty_url, schema) == {"0001_notes": "applied", "0002_tags": "pending"}
    assert "tags" not in tables(empty_url)


def test_down_undoes_as_far_as_it_is_told(empty_url: str, schema: Path) -> None:
    done("migrate", "up", url=empty_url, schema=schema)
    planned = done("migrate", "down", "--to", "0", "--dry-run", url=empty_url, schema=schema)
    assert planned[:2] == ["would undo 0002_tags", "would undo 0001_notes"]
    undone = done("migrate", "down", "--steps", "1", url=empty_url, schema=schema)
    assert re.fullmatch(r"undid 0002_tags  \d+ ms", undone[0])
    assert undone[1].endswith("is at 0001_notes, 1 pending")
    assert tables(empty_url) == {"notes", "schema_migrations", "view_refreshes"}
    assert done("migrate", "down", "--to", "0", url=empty_url, schema=schema)[-1].endswith("at no migration, 2 pending")
    assert "notes" not in tables(empty_url)


@pytest.mark.parametrize("arguments", [[], ["--to", "1", "--steps", "1"], ["--steps", "0"], ["--steps", "-1"]])
def test_a_down_that_does_not_say_how_far_is_wrong_usage(schema: Path, arguments: Sequence[str]) -> None:
    assert "step" in told("migrate", "down", *arguments, url="sqlite:///notes.db", schema=schema, code=2)


@pytest.mark.parametrize(
    "arguments", [["--wait", "-1"], ["--lock-timeout", "-1"], ["--statement-timeout", "-1"], ["--attempts", "0"]]
)
def test_a_time_below_zero_is_wrong_usage(schema: Path, arguments: Sequence[str]) -> None:
    assert arguments[0] in told("migrate", "up", *arguments, url="sqlite:///notes.db", schema=schema, code=2)


def test_status_in_json_has_the_same_keys_always(empty_url: str, schema: Path) -> None:
    for applied in (0, 1, 2):
        done("migrate", "up", "--to", applied, url=empty_url, schema=schema)
        found = json.loads("\n".join(done("migrate", "status", "--json", url=empty_url, schema=schema)))
        assert {*found} >= {"entries", "version", "expected", "invalid_indexes", "is_current"}
        keys = {"label", "state", "applied_at", "duration_ms", "note"}
        assert all({*entry} >= keys for entry in found["entries"])
        labels = [entry["label"] for entry in found["entries"]]
        assert labels == ["0001_notes", "0002_tags"]
        assert found["version"] == ([None, *labels])[applied]
        assert found["expected"] == "0002_tags"
        assert found["is_current"] == (applied == 2)
        assert [entry["state"] for entry in found["entries"]] == ["applied"] * applied + ["pending"] * (2 - applied)
        assert [entry["duration_ms"] is None for entry in found["entries"]] == [index >= applied for index in (0, 1)]


def test_times_in_json_are_as_rfc_3339_has_them(empty_url: str, schema: Path) -> None:
    done("migrate", "up", "--to", "1", url=empty_url, schema=schema)
    entries = json.loads("\n".join(done("migrate", "status", "--json", url=empty_url, schema=schema)))["entries"]
    at = datetime.fromisoformat(entries[0]["applied_at"])
    assert abs((datetime.now(UTC) - at).total_seconds()) < 60
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)", entries[0]["applied_at"])
    assert entries[1]["applied_at"] is None


def test_status_check_fails_until_everything_is_applied(empty_url: str, schema: Path) -> None:
    for applied, code in ((0, 1), (1, 1), (2, 0)):
        done("migrate", "up", "--to", applied, url=empty_url, schema=schema)
        for form in ([], ["--json"]):
            result = run("migrate", "status", "--check", *form, url=empty_url, schema=schema)
            assert (result.exit_code, result.stderr) == (code, "")
        assert run("migrate", "status", url=empty_url, schema=schema).exit_code == 0
    lines = done("migrate", "status", url=empty_url, schema=schema)
    rows = [line.split() for line in lines if line.strip().startswith("000")]
    assert [row[:2] for row in rows] == [["0001_notes", "applied"], ["0002_tags", "applied"]]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d", row[2]) and row[-1] == "ms" for row in rows)


def test_verify_names_what_drifted(url: str) -> None:
    assert [line.rpartition(" is ")[2] for line in done("migrate", "verify", url=url)] == ["as schema.sql says"]
    assert json.loads("\n".join(done("migrate", "verify", "--json", url=url))) == {"findings": []}
    execute(url, "DROP INDEX generations_model_idx; CREATE TABLE more (id bigint PRIMARY KEY);")
    result = run("migrate", "verify", url=url)
    assert (result.exit_code, result.stderr) == (1, "")
    assert result.stdout.splitlines() == ["missing index generations_model_idx on generations", "extra table more"]
    machine = run("migrate", "verify", "--json", url=url)
    assert machine.exit_code == 1
    assert json.loads(machine.stdout) == {"findings": result.stdout.splitlines()}


# A DBA


def test_what_render_writes_is_what_up_does(empty_url: str, schema: Path) -> None:
    text = "\n".join(done("migrate", "render", url=empty_url, schema=schema))
    assert text.startswith("-- up: 0001_notes, 0002_tags\n")
    assert tables(empty_url) == set()
    execute(empty_url, text)
    assert done("migrate", "status", "--check", url=empty_url, schema=schema)[-1].endswith("0002_tags, up to date")
    assert done("migrate", "render", url=empty_url, schema=schema)[0] == "-- nothing to do"
    execute(empty_url, "\n".join(done("migrate", "render", "--down", "--to", "1", url=empty_url, schema=schema)))
    assert states(empty_url, schema) == {"0001_notes": "applied", "0002_tags": "pending"}
    assert "tags" not in tables(empty_url)


def test_a_baseline_takes_over_a_database_made_by_hand(empty_url: str, schema: Path) -> None:
    execute(empty_url, NOTES)
    assert "already exists" in told("migrate", "up", url=empty_url, schema=schema)
    assert done("migrate", "baseline", "1", url=empty_url, schema=schema)[0] == "recorded 0001_notes as there before"
    assert states(empty_url, schema) == {"0001_notes": "baseline", "0002_tags": "pending"}
    assert "has a record of 0001_notes already" in told("migrate", "baseline", "2", url=empty_url, schema=schema)
    done("migrate", "up", url=empty_url, schema=schema)
    done("migrate", "status", "--check", url=empty_url, schema=schema)
    assert "0001_notes is of the baseline" in told("migrate", "down", "--to", "0", url=empty_url, schema=schema)
    assert "tags" in tables(empty_url)


def test_a_baseline_needs_a_version_that_there_is(empty_url: str, schema: Path) -> None:
    assert "VERSION" in told("migrate", "baseline", url=empty_url, schema=schema, code=2)
    for wrong in ("0", "3", "notes"):
        assert told("migrate", "baseline", wrong, url=empty_url, schema=schema)
    assert states(empty_url, schema) == {"0001_notes": "pending", "0002_tags": "pending"}


def test_repair_takes_an_edited_file_for_what_was_applied(empty_url: str, schema: Path) -> None:
    done("migrate", "up", url=empty_url, schema=schema)
    file = schema / engine_folder(empty_url) / "migrations" / "0002_tags.up.sql"
    file.write_text("-- A comment changes nothing.\n" + TAGS)
    done("migrate", "status", "--check", url=empty_url, schema=schema)
    file.write_text(TAGS.replace("name", "title"))
    assert states(empty_url, schema) == {"0001_notes": "applied", "0002_tags": "changed"}
    assert run("migrate", "status", "--check", url=empty_url, schema=schema).exit_code == 1
    for command in (["up"], ["down", "--steps", "1"], ["render"]):
        message = told("migrate", *command, url=empty_url, schema=schema)
        assert "0002_tags.up.sql: its statements were changed after it was applied" in message
        assert "plainbase migrate repair" in message
    lines = done("migrate", "repair", url=empty_url, schema=schema)
    assert lines == ["0002_tags: recorded anew; its statements had changed"]
    assert done("migrate", "repair", url=empty_url, schema=schema) == ["nothing to repair"]
    done("migrate", "status", "--check", url=empty_url, schema=schema)


def test_a_record_whose_file_is_gone_is_told_and_can_be_forgotten(empty_url: str, schema: Path) -> None:
    done("migrate", "up", url=empty_url, schema=schema)
    for path in schema.glob("*/migrations/0002_*"):
        path.unlink()
    assert states(empty_url, schema) == {"0001_notes": "applied", "0002_tags": "missing"}
    for command in (["up"], ["down", "--steps", "1"], ["render"]):
        assert "0002_tags" in told("migrate", *command, url=empty_url, schema=schema)
    lines = done("migrate", "repair", "--undone", "0002_tags", url=empty_url, schema=schema)
    assert lines == ["0002_tags: recorded as not applied"]
    done("migrate", "status", "--check", url=empty_url, schema=schema)
    assert "tags" in tables(empty_url)
    assert "there is no migration 7" in told("migrate", "repair", "--done", "7", url=empty_url, schema=schema)


# A developer


def test_new_begins_a_migration_in_both_dialects(place: Path) -> None:
    *lines, hint = done("migrate", "new", "Add notes")
    assert hint == "write them, then: plainbase migrate up --schema schema"
    assert {*lines} == {
        f"schema/{dialect}/migrations/0001_add_notes.{direction}.sql"
        for dialect in ("sqlite", "postgres")
        for direction in ("up", "down")
    }
    assert all((place / line).read_text().startswith("-- 0001 add notes: ") for line in lines)
    result = run("migrate", "up", url="sqlite:///notes.db", schema=place / "schema")
    assert result.exit_code == 1
    assert [line.rpartition(": ")[2] for line in result.stderr.splitlines()] == ["holds no statement"] * 2
    assert all("0002_more." in line for line in done("migrate", "new", "more")[:-1])
    assert all(re.search(r"/\d{14}_late\.", line) for line in done("migrate", "new", "late", "--timestamp")[:-1])


def test_a_name_that_is_none_begins_nothing(place: Path) -> None:
    for name in ("1st", "ünder", "a/b", "../a", " "):
        assert "is no name for a migration" in told("migrate", "new", name)
    assert not (place / "schema").exists()


def test_a_folder_that_cannot_be_written_is_one_line(place: Path) -> None:
    write(place / "schema", {"sqlite": "a file where a folder belongs"})
    assert "schema/sqlite" in told("migrate", "new", "notes")


def test_dump_writes_what_verify_compares_with(empty_url: str, schema: Path) -> None:
    done("migrate", "up", url=empty_url, schema=schema)
    assert "plainbase migrate dump" in told("migrate", "verify", url=empty_url, schema=schema)
    stale = run("migrate", "dump", "--check", schema=schema)
    assert stale.exit_code == 1
    assert not list(schema.glob("*/schema.sql"))
    written = [f"{schema / dialect / 'schema.sql'}: written" for dialect in ("sqlite", "postgres")]
    assert done("migrate", "dump", schema=schema) == written
    assert done("migrate", "dump", schema=schema) == [line.replace("written", "as it was") for line in written]
    done("migrate", "dump", "--check", schema=schema)
    done("migrate", "verify", url=empty_url, schema=schema)
    migration(schema, "0003_more", "CREATE TABLE more (id bigint PRIMARY KEY);\n", "DROP TABLE more;\n")
    stale = run("migrate", "dump", "--check", schema=schema)
    assert stale.exit_code == 1
    assert "plainbase migrate dump" in stale.stderr
    assert [line for line in stale.stdout.splitlines() if line.startswith("+CREATE TABLE more")]


@pytest.mark.parametrize("dialect", ["sqlite", "postgres"])
def test_dump_of_one_dialect_leaves_the_other(schema: Path, dialect: str) -> None:
    lines = done("migrate", "dump", "--dialect", dialect, schema=schema)
    assert lines == [f"{schema / dialect / 'schema.sql'}: written"]
    assert [path.parent.name for path in schema.glob("*/schema.sql")] == [dialect]


def test_a_schema_file_that_is_none_is_one_line(schema: Path) -> None:
    done("migrate", "up", url="sqlite:///notes.db", schema=schema)
    (schema / "sqlite" / "schema.sql").write_bytes(b"\xff\xfe")
    assert "schema.sql" in told("migrate", "verify", url="sqlite:///notes.db", schema=schema)
    (schema / "sqlite" / "schema.sql").unlink()
    (schema / "sqlite" / "schema.sql").mkdir()
    assert "schema.sql" in told("migrate", "dump", schema=schema)
    assert "schema.sql" in told("migrate", "verify", url="sqlite:///notes.db", schema=schema)


@pytest.mark.parametrize(
    ("label", "up", "message"),
    [
        ("0003_more", "", "0003_more.up.sql: holds no statement"),
        ("0004_more", "SELECT 1;", "0004_more.up.sql: the number 0003 is missing before it"),
        ("0002_more", "SELECT 1;", "another migration has the number 0002 too"),
        ("3_more", "SELECT 1;", "3_more.up.sql: name it NNNN_name.up.sql or NNNN_name.down.sql"),
        ("0003_more", "\ufeffSELECT 1;", "0003_more.up.sql: begins with a byte order mark"),
        ("0003_more", "BEGIN;\nSELECT 1;", "0003_more.up.sql:1: BEGIN is not for a migration"),
        ("0003_more", "SELECT 1;\nSELECT 'x;", "0003_more.up.sql:2: the string that begins in line 2 is never closed"),
        ("0003_more", "-- no transaction\nSELECT 1;", "0003_more.up.sql:1: write -- no-transaction, as the first line"),
    ],
)
def test_a_wrong_file_is_told_before_anything_runs(
    empty_url: str, schema: Path, label: str, up: str, message: str
) -> None:
    migration(schema, label, up)
    result = run("migrate", "up", url=empty_url, schema=schema)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("Error: ")
    assert message in result.stderr
    assert all(f"schema/{engine_folder(empty_url)}/" in line for line in result.stderr.splitlines()[:1])
    assert tables(empty_url) == set()


def test_a_folder_of_another_kind_is_told_with_what_it_should_be(schema: Path, place: Path) -> None:
    url = "sqlite:///notes.db"
    assert "give the folder that holds sqlite/migrations" in told("migrate", "up", url=url, schema=schema / "sqlite")
    shutil.rmtree(schema / "sqlite")
    assert "has migrations for postgres only" in told("migrate", "up", url=url, schema=schema)
    assert "is a file" in told("migrate", "up", url=url, schema=write(place / "a", {"b": ""}) / "b", code=2)


def test_a_folder_without_a_migration_is_not_up_to_date(place: Path) -> None:
    (place / "schema" / "sqlite" / "migrations").mkdir(parents=True)
    result = run("migrate", "up", url="sqlite:///notes.db", schema=place / "schema")
    assert "up to date" not in result.output
    assert "no migration" in result.output


# Errors, usage and help


@pytest.mark.parametrize("command", [["init"], ["migrate", "up"], ["migrate", "status"], ["migrate", "review"]])
def test_a_server_that_cannot_be_reached_is_one_line_without_its_password(
    command: Sequence[str], unused_tcp_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"postgresql://someone:{SECRET}@127.0.0.1:{unused_tcp_port}/lab"
    message = told(*command, url=url)
    assert message.startswith(f"cannot connect to postgresql://someone@127.0.0.1:{unused_tcp_port}/lab: ")
    monkeypatch.setenv("DATABASE_URL", url)
    assert told(*command) == message
    assert SECRET not in message


@pytest.mark.parametrize("url", ["mysql://u:{}@host/lab", "postgresql://u:{}@@host:port/lab", "sqlite:////no/{}/x.db"])
def test_a_url_that_names_no_database_is_one_line(url: str) -> None:
    message = told("init", url=url.format(SECRET))
    assert SECRET not in message or url.startswith("sqlite")


def test_a_scratch_server_that_will_not_do_is_one_line(schema: Path, unused_tcp_port: int) -> None:
    refused = f"postgresql://someone:{SECRET}@127.0.0.1:{unused_tcp_port}/lab"
    for server in ("sqlite:///other.db", "nonsense", refused):
        message = told("migrate", "dump", "--server", server, schema=schema)
        assert SECRET not in message
    assert not (schema / "postgres" / "schema.sql").exists()


def test_a_wrong_word_is_wrong_usage() -> None:
    assert "frob" in told("frob", code=2)
    assert "frob" in told("migrate", "frob", code=2)
    assert "--frob" in told("migrate", "up", "--frob", code=2)
    assert "NAME" in told("migrate", "new", code=2)


def commands(group: click.Command, *path: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command below a group, with the words that call it."""
    for name, command in getattr(group, "commands", {}).items():
        yield (*path, name), command
        yield from commands(command, *path, name)


EVERY = dict(commands(plainbase))


@pytest.mark.parametrize("words", EVERY, ids=" ".join)
def test_the_help_of_every_command_explains_each_option(words: tuple[str, ...]) -> None:
    command = EVERY[words]
    assert command.help
    undescribed = [each.name for each in command.params if isinstance(each, click.Option) and not each.help]
    assert not undescribed
    lines = done(*words, "-h")
    assert lines[0].startswith(f"Usage: plainbase {' '.join(words)} ")
    assert lines == done(*words, "--help")


@pytest.mark.parametrize("words", [("migrate",), ("analytics",)], ids=["migrate", "analytics"])
def test_the_list_of_commands_cuts_no_line_off(words: tuple[str, ...]) -> None:
    lines = process(*words, "--help", COLUMNS="80").stdout.splitlines()
    listed = lines[lines.index("Commands:") + 1 :]
    assert {line.split()[0] for line in listed} == {each[-1] for each in EVERY if each[:-1] == words}
    assert not [line for line in listed if line.endswith("...")]


# The process itself


def process(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-m", "plainbase", *(str(argument) for argument in arguments)]
    return subprocess.run(words, env={**os.environ, **environment}, capture_output=True, text=True, check=False)


def test_python_m_plainbase_is_the_same_command() -> None:
    assert process("--version").stdout == f"plainbase, version {version('plainbase')}\n"
    told_so = process("migrate", "up", "--to", "99", "--url", "sqlite:///lab.db")
    assert (told_so.returncode, told_so.stdout) == (1, "")
    assert told_so.stderr == "Error: there is no migration 99; there are 0001_identity to 0014_row_security\n"
    assert process("frob").returncode == 2
    assert process().returncode == 2


@pytest.mark.parametrize("missing", ["click", "rich"])
def test_without_the_extra_it_says_what_to_install(place: Path, missing: str) -> None:
    hidden = write(place / "hidden", {f"{missing}.py": f"raise ModuleNotFoundError('none', name={missing!r})"})
    result = process("migrate", "status", PYTHONPATH=str(hidden))
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == f"plainbase: {missing} is missing: pip install 'plainbase[cli]'\n"


@pytest.mark.parametrize("missing", ["sqlglot", "apsw"])
@pytest.mark.parametrize("command", ["check", "docs"])
def test_without_the_extra_of_a_command_the_others_work(place: Path, command: str, missing: str) -> None:
    hidden = write(place / "hidden", {f"{missing}.py": f"raise ModuleNotFoundError('none', name={missing!r})"})
    result = process(command, PYTHONPATH=str(hidden))
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == f"Error: {missing} is missing: pip install 'plainbase[check]'\n"
    assert process("migrate", "--help", PYTHONPATH=str(hidden)).returncode == 0


def on_terminal(columns: int, *arguments: object, **environment: str) -> str:
    """What a command shows on a terminal so wide."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    kept = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES", "NO_COLOR")}
    command = [sys.executable, "-m", "plainbase", *(str(argument) for argument in arguments)]
    with subprocess.Popen(command, env={**kept, "TERM": "xterm", **environment}, stdout=theirs, stderr=theirs) as shown:
        os.close(theirs)
        read = b""
        try:
            while chunk := os.read(ours, 65536):
                read += chunk
        except OSError:  # Linux tells the end of a terminal so
            pass
        os.close(ours)
    assert shown.returncode == 0, read.decode()
    return read.decode().replace("\r\n", "\n")


def test_on_a_terminal_status_has_colours_unless_they_are_not_wanted(schema: Path) -> None:
    done("migrate", "up", url="sqlite:///notes.db", schema=schema)
    status = ("migrate", "status", "--url", "sqlite:///notes.db", "--schema", schema)
    assert "\x1b[32mapplied\x1b[0m" in on_terminal(80, *status)
    assert "\x1b[32m" not in on_terminal(80, *status, NO_COLOR="1")
    assert "\x1b" not in process(*status).stdout


@pytest.mark.parametrize("columns", [60, 80])
def test_a_narrow_terminal_cuts_no_name_and_no_state(schema: Path, columns: int) -> None:
    label = "20260131120000_add_a_column_for_topics"
    migration(schema, label, "ALTER TABLE notes ADD COLUMN topic text;\n", "ALTER TABLE notes DROP COLUMN topic;\n")
    done("migrate", "up", url="sqlite:///notes.db", schema=schema)
    shown = on_terminal(columns, "migrate", "status", "--url", "sqlite:///notes.db", "--schema", schema, NO_COLOR="1")
    table = [re.sub(r"\x1b\[\d*m", "", line) for line in shown.splitlines()[:-1]]
    assert all(len(line) <= columns for line in table)
    rows = [line.split()[:2] for line in table if line.split()[1:2] and line.split()[0][:1].isdigit()]
    assert rows == [["0001_notes", "applied"], ["0002_tags", "applied"], [label, "applied"]]
    assert "…" not in shown


def test_apply_schema_passes_its_url_and_options_on(place: Path) -> None:
    write(place, {"scripts/apply-schema": (REPOSITORY / "scripts" / "apply-schema").read_text()})
    (place / ".venv").symlink_to(sys.prefix)
    write(place, {"scripts/setup": "#!/usr/bin/env bash\n[ $# = 1 ] && [ $1 = demo ]\n"})  # the environment is there
    for script in (place / "scripts").iterdir():
        script.chmod(0o755)

    def apply(*arguments: str) -> tuple[int, str]:
        shown = subprocess.run(
            [str(place / "scripts" / "apply-schema"), *arguments], capture_output=True, text=True, check=False
        )
        return shown.returncode, (shown.stdout or shown.stderr).splitlines()[-1]

    assert apply("sqlite:///a.db", "--to", "1") == (0, "sqlite:///a.db is at 0001_identity, 13 pending")
    assert apply("sqlite:///a.db") == (0, "sqlite:///a.db is at 0014_row_security, up to date")
    assert apply("--to", "2") == (0, "sqlite:///plainbase.db is at 0002_data, 12 pending")
    assert apply() == (0, "sqlite:///plainbase.db is at 0014_row_security, up to date")
    assert apply("nonsense")[0] == 1
    assert apply("--frob")[0] == 2
