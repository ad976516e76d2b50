"""The bundle of `plainbase migrate review`: what a DBA reads there is true, and it is well-formed Markdown."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from conftest import SERVER
from own_folders import migration, write
from plainbase import shipped
from plainbase.check.schema import squawk
from plainbase.cli.commands import plainbase

OTHER = {"postgres": "SQLite", "sqlite": "PostgreSQL"}
APPLIED = """\
CREATE TABLE topics (id bigint PRIMARY KEY, name text NOT NULL);
CREATE TABLE notes (id bigint PRIMARY KEY, body text NOT NULL);
CREATE TABLE asides (id bigint PRIMARY KEY, parent_id bigint REFERENCES asides (id));
"""
COLUMN = """\
/*
```
A comment with fences in it.
```
*/
ALTER TABLE notes ADD COLUMN kind varchar(20) DEFAULT 'a|b`c';
"""
INDEX = {
    "postgres": "-- no-transaction\nCREATE INDEX CONCURRENTLY notes_kind_idx ON notes (kind);\n",
    "sqlite": "CREATE INDEX notes_kind_idx ON notes (kind);\n",
}
NO_INDEX = {
    "postgres": "-- no-transaction\nDROP INDEX CONCURRENTLY notes_kind_idx;\n",
    "sqlite": "DROP INDEX notes_kind_idx;\n",
}
LINKS = """\
CREATE TABLE links (
    id bigint NOT NULL PRIMARY KEY,
    topic_id bigint REFERENCES topics (id) ON DELETE CASCADE
);
"""


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, and an environment that names the server for scratch databases."""
    monkeypatch.setenv("TEST_DATABASE_URL", os.environ[SERVER])
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def schema(place: Path) -> Path:
    """Four migrations: one to be applied, and three that wait to be reviewed."""
    return four_migrations(place / "schema")


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """The bundle of these three, made once."""
    folder = tmp_path_factory.mktemp("review")
    schema = four_migrations(folder / "schema")
    return bundle(applied(f"sqlite:///{folder / 'notes.db'}", schema), schema, "--server", os.environ[SERVER])


def four_migrations(folder: Path) -> Path:
    """Write them."""
    migration(folder, "0001_notes", APPLIED, "DROP TABLE asides; DROP TABLE notes; DROP TABLE topics;\n")
    migration(folder, "0002_kind", COLUMN, "ALTER TABLE notes DROP COLUMN kind;\n")
    for dialect in ("sqlite", "postgres"):
        migration(folder, "0003_index", INDEX[dialect], NO_INDEX[dialect], dialects=(dialect,))
    migration(folder, "0004_links", LINKS, "DROP TABLE links;\n")
    return folder


def run(*arguments: object) -> Result:
    """Run a command of `plainbase migrate`, which tells whatever goes wrong without a traceback."""
    words = [str(argument) for argument in arguments]
    result = CliRunner().invoke(plainbase, ["migrate", *words], prog_name="plainbase")
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise AssertionError(f"a traceback instead of a message: {result.exception!r}") from result.exception
    return result


def applied(url: str, schema: Path, to: str = "1") -> str:
    """Apply the first migrations, and give the URL back."""
    result = run("up", "--url", url, "--schema", schema, "--to", to)
    assert result.exit_code == 0, result.output
    return url


def bundle(url: str, schema: Path, *arguments: object) -> Bundle:
    """The bundle, parsed."""
    result = run("review", "--url", url, "--schema", schema, *arguments)
    assert (result.exit_code, result.stderr) == (0, ""), result.output
    return Bundle(tuple(parsed(result.stdout)))


def refused(*arguments: object) -> str:
    """The error of a review, in one line and without a bundle."""
    result = run("review", *arguments)
    assert (result.exit_code, result.stdout) == (1, ""), result.output
    (line,) = result.stderr.splitlines()
    assert line.startswith("Error: ")
    return line.removeprefix("Error: ")


@dataclass(frozen=True)
class Block:
    """A fenced block, a table's row, or another line, with the headings above it."""

    path: tuple[str, ...]
    language: str | None
    text: str


@dataclass(frozen=True)
class Bundle:
    """What a bundle is made of."""

    blocks: tuple[Block, ...]

    def fenced(self, language: str, *path: str) -> list[str]:
        """The fenced blocks of a language below some headings."""
        return [each.text for each in self.blocks if each.language == language and each.path[1:] == path]

    def lines(self, *path: str) -> list[str]:
        """What stands outside of fences directly below some headings."""
        return [each.text for each in self.blocks if each.language is None and each.path[1:] == path and each.text]

    def rows(self, *path: str) -> list[list[str]]:
        """The rows of the table below some headings, without its head; each has as many cells as the head."""
        rows = [cells(line) for line in self.lines(*path) if line.startswith("|")]
        assert {len(row) for row in rows} <= {len(rows[0]) if rows else 0}, rows
        assert not rows or all(re.fullmatch(":?-+:?", cell) for cell in rows[1])
        return rows[2:]

    @property
    def headings(self) -> list[tuple[str, ...]]:
        """The headings, each with those above it but the title."""
        return list(dict.fromkeys(each.path[1:] for each in self.blocks if each.path[1:]))


def parsed(text: str) -> Iterator[Block]:
    """Read Markdown as CommonMark has it: a fence is closed by one that is as long at least."""
    path: tuple[str, ...] = ()
    fence, language, inside = "", "", list[str]()
    for line in text.splitlines():
        if fence:
            if re.fullmatch(rf" {{0,3}}{fence}`*\s*", line):
                yield Block(path, language, "\n".join(inside))
                fence = ""
            else:
                inside.append(line)
        elif found := re.fullmatch(r" {0,3}(`{3,})([^`]*)", line):
            fence, language, inside = found[1], found[2], []
        elif found := re.fullmatch(r"(#+) (.+)", line):
            path = (*path[: len(found[1]) - 1], found[2])
        else:
            yield Block(path, None, line)
    assert not fence, f"a fence is never closed: {language} {inside[:3]}"


def cells(line: str) -> list[str]:
    """The cells of a table's row; a code span in one ends where it should."""
    first, *found, last = re.split(r"(?<!\\)\|", line)
    assert (first, last) == ("", "")
    found = [cell.strip() for cell in found]
    for cell in found:
        if cell.startswith("`"):
            (run_of,) = re.findall(r"\A`+", cell)
            inner = cell.removeprefix(run_of).removesuffix(run_of)
            assert cell == f"{run_of}{inner}{run_of}", cell
            assert run_of not in re.findall("`+", inner), f"the code span ends too early: {cell}"
    return found


def patched(before: str, diff: str) -> str:
    """Apply a unified diff; what it says was there must be there."""
    lines = before.splitlines()
    made: list[str] = []
    at = 0
    for line in diff.splitlines()[2:]:
        if head := re.match(r"@@ -(\d+)", line):
            start = max(int(head[1]) - 1, 0)
            made += lines[at:start]
            at = start
        elif line.startswith("+"):
            made.append(line[1:])
        else:
            assert lines[at] == line[1:], f"the diff says {line[1:]!r}, there is {lines[at]!r}"
            made += [] if line.startswith("-") else [lines[at]]
            at += 1
    return "\n".join([*made, *lines[at:]])


def file(schema: Path, dialect: str, name: str) -> str:
    return (schema / dialect / "migrations" / name).read_text().strip()


# The bundle of a folder of one's own


def test_the_sql_stands_there_as_it_is_in_the_files(found: Bundle, schema: Path) -> None:
    assert found.blocks[0].path == ("Review: 0002_kind, 0003_index, 0004_links",)
    for label in ("0002_kind", "0003_index", "0004_links"):
        for dialect, title in (("postgres", "PostgreSQL"), ("sqlite", "SQLite")):
            texts = [file(schema, dialect, f"{label}.{direction}.sql") for direction in ("up", "down")]
            assert found.fenced("sql", label, title) == texts
    assert [heading[0] for heading in found.headings if len(heading) == 1] == [
        "0002_kind",
        "0003_index",
        "0004_links",
        "What becomes of schema.sql",
        "SQLite's rules",
        "Tables touched, and those they refer to",
    ]


def test_the_locks_are_those_that_the_server_shows(found: Bundle) -> None:
    (column,) = found.rows("0002_kind", "PostgreSQL")
    assert (column[0], column[2:]) == ("6", ["ACCESS EXCLUSIVE", "table notes", "reads and writes"])
    assert "ALTER TABLE notes ADD COLUMN kind" in column[1]
    (index,) = found.rows("0003_index", "PostgreSQL")
    assert (index[0], index[2:]) == ("2", ["SHARE UPDATE EXCLUSIVE", "table notes", "other schema changes"])
    links = found.rows("0004_links", "PostgreSQL")
    assert ["SHARE ROW EXCLUSIVE", "table topics", "writes"] in [row[2:] for row in links]
    assert {row[3] for row in links} == {"table topics"}, "nothing but what was there before"
    assert not [row for label in ("0002_kind", "0003_index", "0004_links") for row in found.rows(label, "SQLite")]


def test_what_squawk_says_names_the_line(found: Bundle) -> None:
    (lint,) = found.fenced("text", "0002_kind", "PostgreSQL")
    assert re.search(r"^0002_kind\.up\.sql:\d+:\d+: warning: prefer-text-field", lint)
    assert lint.startswith("0002_kind.up.sql:6:"), "the statement stands in line 6"
    assert found.fenced("text", "0003_index", "PostgreSQL") == ["nothing to say"]


def test_the_differences_make_one_schema_of_the_other(found: Bundle, schema: Path, place: Path) -> None:
    first = place / "first"
    migration(first, "0001_notes", APPLIED, file(schema, "sqlite", "0001_notes.down.sql"))
    for folder in (first, schema):
        assert run("dump", "--schema", folder).exit_code == 0
    for dialect, title in (("postgres", "PostgreSQL"), ("sqlite", "SQLite")):
        (diff,) = found.fenced("diff", "What becomes of schema.sql", title)
        before, after = ((folder / dialect / "schema.sql").read_text() for folder in (first, schema))
        assert patched(before, diff) == after.rstrip("\n")
        added, gone = ({line[1:] for line in diff.splitlines()[2:] if line[0] == sign} for sign in "+-")
        assert not (added & gone) - {""}, "a line that stays is no difference"
        assert any("notes_kind_idx" in line for line in added)


def test_sqlite_s_rules_tell_only_what_is_new(found: Bundle) -> None:
    assert found.lines("SQLite's rules") == [
        "- links.topic_id: no index serves the foreign key; CREATE INDEX links_topic_id_idx ON links (topic_id)"
    ]


def test_the_diagram_has_the_tables_touched_and_those_they_refer_to(found: Bundle) -> None:
    (diagram,) = found.fenced("mermaid", "Tables touched, and those they refer to")
    assert diagram.splitlines()[0] == "erDiagram"
    assert re.findall(r"^    (\w+) \{$", diagram, re.MULTILINE) == ["links", "notes", "topics"]
    assert re.search(r"^    links \S+ topics : ", diagram, re.MULTILINE)
    assert re.search(r"^        \S+ kind$", diagram, re.MULTILINE)


def test_the_bundle_is_the_same_whichever_engine_runs_the_database(found: Bundle, empty_url: str, schema: Path) -> None:
    assert bundle(applied(empty_url, schema), schema) == found
    states = run("status", "--json", "--url", empty_url, "--schema", schema)
    assert states.stdout.count('"pending"') == 3, "a review applies nothing"


def test_to_names_the_last_one_to_review(schema: Path) -> None:
    url = applied("sqlite:///notes.db", schema)
    found = bundle(url, schema, "--to", "3")
    assert found.blocks[0].path == ("Review: 0002_kind, 0003_index",)
    (diff,) = found.fenced("diff", "What becomes of schema.sql", "SQLite")
    assert "notes_kind_idx" in diff
    assert "links" not in diff
    assert found.lines("SQLite's rules") == ["Nothing that was not there before."]
    assert bundle(url, schema, "--to", "0003_index") == found


def test_out_writes_the_same_to_a_file_and_keeps_it_where_there_is_nothing(
    found: Bundle, schema: Path, place: Path
) -> None:
    url = applied("sqlite:///notes.db", schema)
    written = run("review", "--url", url, "--schema", schema, "--out", "review.md")
    assert (written.exit_code, written.stdout) == (0, "")
    text = (place / "review.md").read_text()
    assert Bundle(tuple(parsed(text))) == found
    applied(url, schema, "4")
    refused("--url", url, "--schema", schema, "--out", "review.md")
    assert (place / "review.md").read_text() == text
    assert "nowhere" in refused("--url", "sqlite:///new.db", "--schema", schema, "--out", "nowhere/review.md")


def test_names_that_markdown_would_read_otherwise_keep_the_tables_whole(place: Path) -> None:
    folder = place / "schema"
    migration(folder, "0001_odd", 'CREATE TABLE "a|b `c` d" (id bigint PRIMARY KEY);', 'DROP TABLE "a|b `c` d";')
    migration(folder, "0002_more", 'ALTER TABLE "a|b `c` d" ADD COLUMN "````" text;', "SELECT 1;")
    found = bundle(applied("sqlite:///odd.db", folder), folder)
    (row,) = found.rows("0002_more", "PostgreSQL")
    assert row[2] == "ACCESS EXCLUSIVE"
    assert row[4] == "reads and writes"


# The shipped schema


def test_the_shipped_schema_from_nothing(place: Path) -> None:
    shipped_schema = shipped.folder("schema")
    found = bundle("sqlite:///new.db", shipped_schema)
    labels = sorted(path.name.removesuffix(".up.sql") for path in shipped_schema.glob("postgres/migrations/*.up.sql"))
    assert found.blocks[0].path == (f"Review: {', '.join(labels)}",)
    for dialect, title in (("postgres", "PostgreSQL"), ("sqlite", "SQLite")):
        (diff,) = found.fenced("diff", "What becomes of schema.sql", title)
        expected = (shipped_schema / dialect / "schema.sql").read_text().rstrip("\n")
        assert patched("", diff) == expected
    for label in labels:
        assert found.fenced("text", label, "PostgreSQL") == ["nothing to say"]
    assert "none on anything that was there before." in found.lines("0001_identity", "PostgreSQL")
    assert {row[3] for row in found.rows("0002_data", "PostgreSQL")} == {"table teams", "table users"}
    assert found.lines("SQLite's rules") == ["Nothing that was not there before."]
    (diagram,) = found.fenced("mermaid", "Tables touched, and those they refer to")
    assert {"datasets", "training_runs", "generations"} <= {*re.findall(r"^    (\w+) \{$", diagram, re.MULTILINE)}
    assert "schema_migrations" not in diagram


# Where there is nothing to review


def test_with_nothing_pending_there_is_nothing_to_review(empty_url: str, schema: Path) -> None:
    arguments = ("--url", applied(empty_url, schema, "4"), "--schema", schema)
    for to in ((), ("--to", "4"), ("--to", "1")):
        assert "nothing is pending" in refused(*arguments, *to)
    assert "there is no migration 9" in refused(*arguments, "--to", "9")


def test_what_up_would_refuse_is_not_reviewed_as_if_it_were_well(empty_url: str, schema: Path, place: Path) -> None:
    url = applied(empty_url, schema, "3")
    arguments = ("--url", url, "--schema", schema)
    for path in schema.glob("*/migrations/0003_index.up.sql"):
        path.write_text(path.read_text().replace("kind_idx", "other_idx"))
    assert "0003_index.up.sql: its statements were changed after it was applied" in refused(*arguments)
    for path in schema.glob("*/migrations/000[34]_*"):
        path.unlink()
    assert "the database is newer than these files: it has 0003_index" in refused(*arguments)


def test_what_is_pending_out_of_order_is_not_nothing(place: Path) -> None:
    folder = place / "schema"
    for day in (1, 3):
        table = f"CREATE TABLE day_{day} (id bigint PRIMARY KEY);"
        migration(folder, f"2026010{day}000000_day", table, f"DROP TABLE day_{day};")
    url = applied("sqlite:///days.db", folder, "20260103000000")
    migration(folder, "20260102000000_late", "CREATE TABLE late (id bigint PRIMARY KEY);", "DROP TABLE late;")
    assert "20260102000000_late" in refused("--url", url, "--schema", folder)


@pytest.mark.parametrize("dialect", ["postgres", "sqlite"])
@pytest.mark.parametrize("no_transaction", [False, True])
def test_a_migration_that_fails_is_named_with_its_line(schema: Path, dialect: str, no_transaction: bool) -> None:
    alone = {"postgres": "CREATE INDEX CONCURRENTLY i ON nothing (x);", "sqlite": "VACUUM INTO 1 + ;"}[dialect]
    wrong = f"-- no-transaction\n\n{alone}" if no_transaction else "SELECT 1;\n\nALTER TABLE nothing ADD COLUMN x text;"
    migration(schema, "0005_wrong", "SELECT 1;")
    migration(schema, "0005_wrong", f"{wrong}\n", dialects=(dialect,))
    message = refused("--url", applied("sqlite:///notes.db", schema), "--schema", schema)
    assert message.startswith(f"schema/{dialect}/migrations/0005_wrong.up.sql:3: ")


# Folders, programs and servers that are not there


@pytest.mark.parametrize("engine", ["postgres", "sqlite"], indirect=False)
def test_a_folder_of_one_dialect_is_reviewed_for_that_one(
    empty_url: str, engine: str, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = place / "schema"
    migration(folder, "0001_notes", APPLIED, dialects=(engine,))
    migration(folder, "0002_links", LINKS, dialects=(engine,))
    if engine == "sqlite":
        monkeypatch.setenv("TEST_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nowhere")  # none is asked for
    found = bundle(applied(empty_url, folder), folder)
    assert not [heading for heading in found.headings if OTHER[engine] in " ".join(heading)]
    assert bool([block for block in found.blocks if block.language == "mermaid"]) == (engine == "postgres")
    assert bool(found.lines("SQLite's rules")) == (engine == "sqlite")


def test_without_squawk_it_is_said(schema: Path, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = applied("sqlite:///notes.db", schema)
    monkeypatch.setenv("PATH", str(place))
    monkeypatch.setattr(sys, "executable", str(place / "python"))
    found = bundle(url, schema)
    for label in ("0002_kind", "0003_index", "0004_links"):
        assert found.fenced("text", label, "PostgreSQL") == [squawk.MISSING]


def test_the_settings_of_squawk_in_the_current_folder_count(schema: Path, place: Path) -> None:
    url = applied("sqlite:///notes.db", schema)
    write(place, {".squawk.toml": 'excluded_rules = ["prefer-text-field"]\n'})
    assert bundle(url, schema).fenced("text", "0002_kind", "PostgreSQL") == ["nothing to say"]


@pytest.mark.parametrize("server", ["sqlite:///other.db", "nonsense", "postgresql://u:seldom-said@127.0.0.1:1/lab"])
def test_a_server_that_will_not_do_is_one_line_without_its_password(schema: Path, server: str) -> None:
    message = refused("--url", applied("sqlite:///notes.db", schema), "--schema", schema, "--server", server)
    assert "seldom-said" not in message
