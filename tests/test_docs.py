"""`plainbase docs`: the page for DBAs is current and complete, its links lead somewhere, and others' folders work."""

from __future__ import annotations

import os
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import own_folders
from conftest import SERVER
from plainbase import sqlfile
from plainbase.check.docs import plans, written
from plainbase.check.docs.page import Page, code, link, prose
from plainbase.check.plans.indexes import Index, Indexes
from plainbase.check.plans.nodes import Node
from plainbase.check.queries.loading import by_name, load_both
from plainbase.cli.commands import plainbase
from plainbase.dialect import Dialect
from plainbase.migrations import read

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "schema" / "README.md"
MOST = 512_000
"""Bytes of a README that GitHub shows; it cuts off the rest."""

NOTES = """-- 0001 notes: what people wrote down.
-- Locks: none that wait.
-- Undo: drops the notes.

-- grows: one row for each note.
CREATE TABLE notes (
    -- Given by the caller.
    id INTEGER PRIMARY KEY,
    topic_id INTEGER NOT NULL REFERENCES topics (id) ON DELETE CASCADE,
    size INTEGER NOT NULL DEFAULT 0, -- In characters.
    state VARCHAR(10) NOT NULL DEFAULT 'a|b' CHECK (state <> '`'),
    CONSTRAINT notes_size_check CHECK (size >= 0) -- Never less than nothing.
);

-- Serves notes.list and count: by size.
CREATE UNIQUE INDEX notes_size_idx ON notes (size, id) WHERE size > 0;

-- Left by an earlier version; see `a_b` and <this>.
CREATE VIEW big_notes AS SELECT id, size FROM notes WHERE size > 100;

CREATE TABLE gone (id INTEGER PRIMARY KEY);
"""
TOPICS = "-- What notes are about.\nCREATE TABLE topics (id INTEGER PRIMARY KEY, name VARCHAR(9));\n\n"
LATER = """-- 0002 later: what was thought of later.

-- What it weighs.
ALTER TABLE notes ADD COLUMN weight REAL;
ALTER TABLE topics RENAME TO subjects;
DROP TABLE gone;
"""
QUERIES = """-- name: list :many
-- Notes of a size, at least; by id.
-- defaults: size = 10
SELECT id, size FROM notes WHERE size >= :size
AND topic_id = :topic_id -- optional
ORDER BY id;

-- name: count :value
-- scan: counts all of them
SELECT count(*) AS count FROM big_notes;
"""


def run(*arguments: object, server: str | None = None) -> Result:
    """Run the command with the tests' server."""
    return CliRunner().invoke(plainbase, ["docs", *map(str, arguments), "--server", server or os.environ[SERVER]])


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A project with a schema of two migrations and one query file."""
    header, _, rest = NOTES.partition("\n\n")
    sql = f"{header}\n\n{TOPICS}{rest}"
    own_folders.migration(tmp_path / "schema", "0001_notes", sql)
    own_folders.migration(tmp_path / "schema", "0002_later", LATER)
    own_folders.write(tmp_path / "queries", {"notes.sql": QUERIES})
    own_folders.write(tmp_path / "app", {"main.py": "async def main(db):\n    await db.notes.count()\n"})
    return tmp_path


def test_the_shipped_page_is_current(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is what the command writes, whichever server the tests have."""
    monkeypatch.chdir(ROOT)
    found = run("--check", "--callers", "src", "--callers", "README.md")
    assert found.exit_code == 0, found.output
    assert "is current" in found.output


def test_every_table_and_query_has_its_part_and_github_shows_all() -> None:
    """Each object of the migrations and each query of the folder has a heading."""
    text = PAGE.read_text("utf-8")
    headings = {heading for _, heading in headings_of(text)}
    for dialect in Dialect:
        for key in written.read(read([ROOT / "schema"], dialect)).said:
            if key.kind in ("table", "view"):
                assert key.name in headings
            elif key.kind != "constraint" or not key.name.endswith("_type_check"):
                assert f"`{key.name}{'()' if key.kind == 'function' else ''}`" in text
    assert len({*slugs(text)}) == len([*headings_of(text)])
    assert not re.search(r"-\d+$", "\n".join(slugs(text)), re.MULTILINE)  # which is told by numbers alone
    queries = by_name(load_both([ROOT / "queries"]))
    assert len(queries) > 300
    assert queries.keys() <= headings
    assert len(text.encode()) < MOST


def test_all_links_lead_somewhere() -> None:
    """Anchors are headings of the page, as GitHub names them; files exist, with as many lines as the link says."""
    text = PAGE.read_text("utf-8")
    anchors = set(slugs(text))
    targets = set(re.findall(r"\]\(([^)]*)\)", text))
    assert len(targets) > 500
    for target in targets:
        path, _, part = target.partition("#")
        if not path:
            assert part in anchors, target
            continue
        file = PAGE.parent / path
        assert file.is_file(), target
        if part:
            assert "-- name: " in file.read_text("utf-8").split("\n")[int(part.removeprefix("L")) - 1]


def test_tables_have_as_many_cells_as_columns() -> None:
    """A pipe inside a cell would begin another."""
    width = 0
    for line in PAGE.read_text("utf-8").split("\n"):
        cells = len(re.findall(r"(?<!\\)\|", line)) if line.startswith("|") else 0
        assert not cells or cells == (width or cells), line
        width = cells


def test_a_folder_of_somebody_else(own: Path) -> None:
    """Comments are found where people write them; what a later migration did to a table is so in the page."""
    out = own / "docs" / "page.md"
    out.parent.mkdir()
    found = run(
        *("--queries", own / "queries", "--schema", own / "schema", "--callers", own / "app", "--out", out),
    )
    assert found.exit_code == 0, found.output
    text = out.read_text("utf-8")
    assert "Every table, view and query as they stand on PostgreSQL and SQLite" in text
    assert "## 0001 notes\n\nWhat people wrote down.\n\n- SQL: [PostgreSQL](../schema/postgres/" in text
    assert "- Locks on PostgreSQL: none that wait.\n" in text
    assert "- Undo: drops the notes.\n" in text
    assert "### subjects\n\nWhat notes are about.\n" in text
    assert "\n**Grows**: one row for each note.\n" in text
    assert "| `size` |  | `integer` | `INTEGER` |  | `0` | In characters. |" in text
    assert r"`'a\|b'`" in text
    assert "| `weight` |  | `real` | `REAL` | null |  | What it weighs. |" in text
    assert "- `notes_pkey`: `PRIMARY KEY (id)`\n" in text
    assert "- `notes_state_check`: `` CHECK (state <> '`') ``\n" in text
    assert "`notes_size_check`: `CHECK (size >= 0)`. Never less than nothing." in text
    assert "- `topic_id` → [subjects](#subjects), on delete cascade (`notes_topic_id_fkey`)" in text
    assert "**Referred to by**\n\n- [notes](#notes) `topic_id`, on delete cascade" in text
    index = "`UNIQUE (size, id) WHERE size > 0`. Serves [notes.list](#noteslist) and [count](#notescount): by size."
    assert f"- `notes_size_idx`: {index}" in text
    assert "Left by an earlier version; see `a_b` and \\<this>.\n\nA view." in text
    assert "gone" not in text
    assert "- Parameters: `size` integer = `10`, `topic_id` integer (optional)" in text
    assert "- Gives rows: `id` integer, `size` integer" in text
    assert "- SQL: [notes.sql:8](../queries/notes.sql#L8)" in text
    assert "- Scan: counts all of them\n- Called by: [" in text
    assert "main.py](../app/main.py)" in text
    assert "**Queries**: [notes.count](#notescount)" in text
    assert set(re.findall(r"\]\(#([^)]*)\)", text)) <= set(slugs(text))


def test_sqlite_alone(own: Path) -> None:
    """Without migrations for PostgreSQL no server is asked, and nothing is said of it."""
    shutil.rmtree(own / "schema" / "postgres")
    found = run("--queries", own / "queries", "--schema", own / "schema", server="postgresql://nobody@localhost:1/none")
    assert found.exit_code == 0, found.output
    text = (own / "schema" / "README.md").read_text("utf-8")
    assert "PostgreSQL" not in text
    assert "| Column | Key | Type | Null | Default | Comment |" in text
    assert "Only on" not in text
    assert "- Reads `all of notes`" in text


def test_tables_alone(own: Path) -> None:
    """A schema of one's own without queries is not held against the shipped ones."""
    assert run("--schema", own / "schema").exit_code == 0
    text = (own / "schema" / "README.md").read_text("utf-8")
    assert text.startswith("# The schema\n")
    assert "Queries" not in text


def test_check_tells_what_has_changed(own: Path) -> None:
    """It writes nothing; after a change it fails and shows where."""
    folders = ("--queries", own / "queries", "--schema", own / "schema")
    page = own / "schema" / "README.md"
    missing = run(*folders, "--check")
    assert missing.exit_code == 1
    assert not page.exists()
    assert run(*folders).output == f"{page}: written\n"
    assert run(*folders).output == f"{page}: as it was\n"
    assert run(*folders, "--check").exit_code == 0
    before = page.read_text("utf-8")
    (own / "queries" / "notes.sql").write_text(QUERIES.replace("at least;", "or more;"), "utf-8")
    changed = run(*folders, "--check")
    assert changed.exit_code == 1
    assert "-Notes of a size, at least; by id.\n+Notes of a size, or more; by id.\n" in changed.output
    assert "`plainbase docs` writes it" in changed.output
    assert page.read_text("utf-8") == before


def test_a_query_that_does_not_prepare_is_told(own: Path) -> None:
    """The page says nothing that was not proven."""
    (own / "queries" / "notes.sql").write_text(QUERIES.replace("FROM big_notes", "FROM big"), "utf-8")
    found = run("--queries", own / "queries", "--schema", own / "schema")
    assert found.exit_code == 1
    assert "queries/notes.sql:8 notes.count: does not prepare on PostgreSQL" in found.output
    assert not (own / "schema" / "README.md").exists()


def test_a_table_made_anew_keeps_its_place_and_its_new_texts(tmp_path: Path) -> None:
    """SQLite's way to change a table: another takes its rows and its name."""
    own_folders.migration(tmp_path, "0001_a", "CREATE TABLE a (x INTEGER);\nCREATE TABLE b (x INTEGER);")
    anew = "CREATE TABLE a_new (x INTEGER, CONSTRAINT a_x_check CHECK (x > 1));"
    own_folders.migration(tmp_path, "0002_b", f"{anew}\nDROP TABLE a;\nALTER TABLE a_new RENAME TO a;")
    own_folders.migration(tmp_path, "0003_c", "ALTER TABLE b RENAME COLUMN x TO y;")
    found = written.read(read([tmp_path], Dialect.SQLITE))
    table, check, column = (
        found.get("table", "a", "a"),
        found.get("constraint", "a", "a_x_check"),
        found.get("column", "b", "y"),
    )
    assert table is not None
    assert table.label == "0001_a"
    assert check is not None
    assert check.text == "CHECK (x > 1)"
    assert column is not None
    assert not column.text  # the catalog says it now


def test_plans_of_several_versions_are_told_alike() -> None:
    """What differs between PostgreSQL 15 and 18, or rests on no row being there, is left out."""
    every = [_index("a_pkey", "id", primary=True), _index("a_key", "b", "c"), _index("a_idx", "d", unique=False)]
    known = Indexes({index.name: index for index in every})

    def reads(*plan: Node, text: str = "SELECT 1 FROM a") -> str:
        body = f"-- name: q :{'exec' if text.startswith('DELETE') else 'many'}\n-- Says it.\n{text};\n"
        ((query,), _) = sqlfile.parse(body, file="q.sql", namespace="q", dialect=Dialect.POSTGRES)
        return plans.told(Node("pass", children=plan), query.statements[0], known, {})

    lookup = Node("index", "a", "a_idx", condition="(d = $1)")
    itself = Node("index", "a", "a_pkey", condition="(id = a_1.id)")
    assert reads(lookup, itself) == reads(lookup) == "a by a_idx"
    assert reads(lookup, itself, text="DELETE FROM a") == "a by a_idx, a by a_pkey"
    whole = Node("index", "a", "a_idx")
    assert reads(Node("group", children=(whole,))) == reads(Node("scan", "a")) == "all of a"
    assert reads(Node("limit", children=(whole,))) == "a in the order of a_idx"
    assert reads(Node("limit", children=(Node("sort", children=(whole,)),))) == "all of a"
    assert reads(Node("index", "a", "a_idx", condition="(d = $3)", filter="(c = $1) AND (a.b = $2)")) == "a by a_key"
    assert reads(Node("index", "a", "a_idx", condition="(d = $3)", filter="(c = x.id) AND (a.b = $2)")) == "a by a_idx"
    assert reads(Node("index", "other", "o_idx", condition="(a = $1)"), text="DELETE FROM a") == ""
    assert reads(Node("index", "other", "o_idx", condition="(a = $1)")) == "other by o_idx"


def _index(name: str, *columns: str, unique: bool = True, primary: bool = False) -> Index:
    return Index(name, "a", columns, columns, unique=unique, primary=primary, predicate="", ordered=True)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a*b_c <d> [e]", r"a\*b_c \<d> \[e\]"),
        ("_x_ and `_y*`", r"\_x\_ and `_y*`"),
        ("0001_a.sql", "0001_a.sql"),
        ("Serves a.b, c and d: b", "Serves [a.b](#ab), [c](#ac) and d: b"),
    ],
)
def test_comments_stay_as_they_are(text: str, shown: str) -> None:
    """Markdown reads nothing into them, but names that are known become links."""
    page = Page()
    for name in ("a.b", "a.c"):
        page.heading(4, name, name)
    page.paragraph(prose(text, lambda name: name if name in ("a.b", "a.c") else None))
    assert page.text().endswith(f"\n\n{shown}\n")


def test_anchors_that_would_be_the_same_are_numbered() -> None:
    """As GitHub numbers them, also where a heading looks like a number given."""
    page = Page()
    for place, heading in enumerate(["jobs", "jobs 1", "jobs", "Jobs", "a.b_c/d"]):
        page.heading(2, heading, str(place))
    page.paragraph(" ".join(link("x", str(place)) for place in range(6)))
    last = "[x](#jobs) [x](#jobs-1) [x](#jobs-2) [x](#jobs-3) [x](#ab_cd) x\n"
    assert page.text().endswith(last)


def test_code_with_backticks() -> None:
    """It stays code."""
    assert code("a`b") == "`` a`b ``"


def headings_of(text: str) -> Iterator[tuple[int, str]]:
    """The headings outside code blocks, as they read."""
    bare = re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)
    for match in re.finditer(r"^(#+) (.*)$", bare, re.MULTILINE):
        yield len(match[1]), match[2].replace("\\", "")


def slugs(text: str) -> Iterator[str]:
    """The anchors that GitHub gives the headings: lower case, no punctuation, `-` for a space, numbered."""
    seen = Counter[str]()
    for _, heading in headings_of(text):
        slug = "".join(each for each in heading.lower() if each.isalnum() or each in "_- ").replace(" ", "-")
        anchor = slug
        while anchor in seen:
            anchor = f"{slug}-{seen[slug]}"
            seen[slug] += 1
        seen[anchor] = 1
        yield anchor
