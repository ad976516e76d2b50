"""`plainbase types`: what it writes is current, costs nothing at run time, and holds type checkers to the queries."""

from __future__ import annotations

import json
import re
import runpy
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import own_folders
import plainbase
from plainbase import typed
from plainbase.check.queries import snapshot
from plainbase.check.queries.description import Description, Parameter, Type
from plainbase.check.queries.loading import by_name, load_both
from plainbase.check.queries.snapshot import Snapshot
from plainbase.check.types.one_row import always_one
from plainbase.cli import commands
from plainbase.dialect import Dialect
from plainbase.sqlfile import adhoc

ROOT = Path(__file__).resolve().parent.parent
SNIPPETS = ROOT / "tests" / "typed"

KINDS = """
-- name: put :exec
-- defaults: at = null, flag = null, whole = null, share = 0.5, price = null, word = "it's", data = null, extra = {}
INSERT INTO kinds (key, at, flag, whole, share, price, word, data, extra)
VALUES (:key, :at, :flag, :whole, :share, :price, :word, :data, :extra);

-- name: get :one
-- The row of a "key"; a \\ stands here, and this sentence goes on for so long that it does not fit into one line.
-- \"\"\"Quoted"
SELECT key, at, flag, whole, share, price, word, data, extra FROM kinds WHERE key = :key;

-- name: count_of :value
SELECT count(*) AS count FROM kinds WHERE key IN (:keys) AND price IN (:prices) AND data IN (:datas);
"""
NARROWER = """
-- name: of_size :many
-- Items of one size, so none is without.
SELECT id, name, size, parent_id FROM items WHERE size = :size ORDER BY id;
"""
DAILY = """
-- name: total :value
-- How many items there are.
SELECT count(*) AS total FROM items;

-- name: words :one
-- result: int integer, other integer, keys integer
SELECT 1 AS int, 3 AS other, 3 AS keys;

-- name: since :value
SELECT count(*) AS items FROM items WHERE size >= :from;

-- name: tidy :script
DELETE FROM kinds;
DELETE FROM kinds;

-- name: mark<!
INSERT INTO items (name) VALUES (:name) RETURNING id;
"""
FILES = {"items.sql": own_folders.ITEMS + NARROWER, "kinds.sql": KINDS, "reports/daily.sql": DAILY}
KIND = {
    "key": "uuid?",
    "at": "timestamp?",
    "flag": "boolean?",
    "whole": "integer?",
    "share": "real?",
    "price": "decimal?",
    "word": "text?",
    "data": "bytes?",
    "extra": "json?",
}
ITEM = {"id": "integer", "name": "text", "size": "integer?", "parent_id": "integer?"}
DESCRIBED: Mapping[str, tuple[Mapping[str, str], Mapping[str, str] | None]] = {
    "items.add": ({"name": "text", "size": "integer?, default", "parent_id": "integer?, default"}, ITEM),
    "items.of_size": ({"size": "integer"}, ITEM | {"size": "integer"}),
    "items.put": ({"name": "text", "size": "integer?, default"}, None),
    "items.names": ({}, {"name": "text"}),
    "items.count": ({}, {"count": "integer"}),
    "items.resize": ({"size": "integer?", "name": "text"}, None),
    "items.size_of": ({"name": "text"}, {"size": "integer?"}),
    "kinds.put": ({name: f"{kind}, default" if name != "key" else kind for name, kind in KIND.items()}, None),
    "kinds.get": ({"key": "uuid"}, KIND),
    "kinds.count_of": ({"keys": "[uuid]", "prices": "[decimal]", "datas": "[bytes]"}, {"count": "integer"}),
    "reports.daily.total": ({}, {"total": "integer"}),
    "reports.daily.words": ({}, {"int": "integer", "other": "integer", "keys": "integer"}),
    "reports.daily.since": ({"from": "integer"}, {"items": "integer"}),
    "reports.daily.tidy": ({}, None),
    "reports.daily.mark": ({"name": "text"}, {"id": "integer"}),
}
"""What `plainbase check` finds of these queries: parameters, and result."""


def describe(folder: Path) -> None:
    """Write the folder's checked.json."""
    queries = by_name(load_both([folder]))
    texts = {name: snapshot.text_digest(found) for name, found in queries.items()}
    described = {
        name: Description(
            str(queries[name][0].kind),
            {each: Parameter.parse(text) for each, text in parameters.items()},
            None if result is None else {each: Type.parse(text) for each, text in result.items()},
        )
        for name, (parameters, result) in DESCRIBED.items()
    }
    snapshot.write(folder / snapshot.NAME, Snapshot({}, texts, described))


def ran(*options: object) -> Result:
    """Run `plainbase types`."""
    return CliRunner().invoke(commands.plainbase, ["types", *map(str, options)])


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the snippets, somebody's query files, and the module that was written for them."""
    folder = tmp_path_factory.mktemp("typed")
    for snippet in SNIPPETS.glob("*.py"):
        shutil.copy(snippet, folder)
    queries = own_folders.write(folder / "queries", FILES)
    describe(queries)
    for dialect, text in own_folders.TABLES.items():
        own_folders.migration(folder / "schema", "0001_tables", text, dialects=(dialect,))
    written = ran("--queries", queries, "--out", folder / "lab.py")
    assert written.exit_code == 0, written.output
    return folder


def expected(folder: Path) -> dict[tuple[str, int], str]:
    """The lines that are wrong, and a word, or a pattern, that stands in what is said of each."""
    found = {}
    for snippet in sorted(folder.glob("*.py")):
        for number, line in enumerate(snippet.read_text("utf-8").splitlines(), 1):
            if mark := re.search(r"  # error: (.+)$", line):
                found[snippet.name, number] = mark[1]
    return found


def agree(said: Mapping[tuple[str, int], list[str]], wanted: Mapping[tuple[str, int], str]) -> None:
    """Assert that just the wrong lines were refused, each for the right reason."""
    assert {place: said[place] for place in said if place not in wanted} == {}
    assert [place for place in wanted if place not in said] == []
    assert {place: said[place] for place, word in wanted.items() if not re.search(word, " ".join(said[place]))} == {}


def test_mypy_strict_knows_the_queries(place: Path) -> None:
    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "--hide-error-context", "--no-pretty"]
    done = subprocess.run(
        [*command, "--cache-dir", place / ".mypy_cache", "--python-executable", sys.executable, "."],
        cwd=place,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    said: dict[tuple[str, int], list[str]] = {}
    for line in done.stdout.splitlines():
        match = re.fullmatch(r"(.+?):(\d+): error: (.*)", line)
        if match:
            said.setdefault((match[1], int(match[2])), []).append(match[3])
    assert said, done.stdout + done.stderr
    agree(said, expected(place))


def test_basedpyright_knows_the_queries(place: Path) -> None:
    config = {"typeCheckingMode": "standard", "include": ["."], "pythonVersion": "3.11"}
    (place / "pyrightconfig.json").write_text(json.dumps(config), "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "basedpyright", "--outputjson", "--pythonpath", sys.executable, "-p", place],
        cwd=place,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    said: dict[tuple[str, int], list[str]] = {}
    for each in json.loads(done.stdout)["generalDiagnostics"]:
        if each["severity"] == "error":
            line = each["range"]["start"]["line"] + 1
            said.setdefault((Path(each["file"]).name, line), []).append(each["message"])
    assert said, done.stdout + done.stderr
    agree(said, expected(place))


async def test_what_checkers_accept_runs(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(place))
    own = runpy.run_path(str(place / "own_queries.py"))
    await own["right"](f"sqlite:///{place}/own.db", place / "queries", place / "schema")
    await runpy.run_path(str(place / "shipped.py"))["right"](f"sqlite:///{place}/shipped.db")


def test_the_module_is_laid_out_as_ruff_would(place: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "ruff",
        "format",
        "--no-cache",
        "--line-length",
        "120",
        "--diff",
        str(place / "lab.py"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_shipped_module_is_current() -> None:
    done = ran("--check")
    assert done.exit_code == 0, done.output
    assert done.output.endswith("typed.py is current\n")


def test_a_stale_module_is_told_and_written(place: Path, tmp_path: Path) -> None:
    options = ("--queries", place / "queries", "--out", tmp_path / "lab.py")
    assert "lab.py is missing" in ran(*options, "--check").output
    assert not (tmp_path / "lab.py").exists()
    assert "is written" in ran(*options).output
    assert ran(*options, "--check").exit_code == 0
    (tmp_path / "lab.py").write_text("old", "utf-8")
    done = ran(*options, "--check")
    assert (done.exit_code, "is not current" in done.output) == (1, True)
    assert (tmp_path / "lab.py").read_text("utf-8") == "old"


def test_own_queries_need_a_place(place: Path) -> None:
    done = ran("--queries", place / "queries")
    assert (done.exit_code, "--out" in done.output) == (1, True)


def test_types_are_read_from_a_snapshot_that_fits(tmp_path: Path) -> None:
    queries = own_folders.write(tmp_path / "queries", FILES)
    options = ("--queries", queries, "--out", tmp_path / "lab.py")
    done = ran(*options)
    assert "checked.json is missing" in done.output
    assert "plainbase check --update" in done.output
    describe(queries)
    (queries / "items.sql").write_text(FILES["items.sql"].replace("ORDER BY name", "ORDER BY name DESC"), "utf-8")
    done = ran(*options)
    assert (done.exit_code, "items.names: the query's text has changed" in done.output) == (1, True)
    assert "plainbase check --update" in done.output
    assert not (tmp_path / "lab.py").exists()


def test_the_same_objects_run() -> None:
    assert typed.Database is plainbase.Database
    assert typed.Transaction is plainbase.Transaction
    rows: Any = typed
    assert rows.DatasetsGetRow is plainbase.Row
    with pytest.raises(AttributeError, match="Databse"):
        rows.Databse  # noqa: B018 (reading it is the test)


def test_importing_plainbase_does_not_import_the_types() -> None:
    code = "import sys, plainbase; print(*sorted(name for name in sys.modules if name.startswith('plainbase.')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert {"plainbase.typed", "plainbase.call_types"}.isdisjoint(done.stdout.split())
    code = "import sys, plainbase; old = {*sys.modules}; import plainbase.typed; print(*sorted({*sys.modules} - old))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split() == ["plainbase.call_types", "plainbase.typed"]


@pytest.mark.parametrize(
    ("sql", "certain"),
    [
        ("SELECT count(*) FROM t", True),
        ("SELECT coalesce(sum(a), 0) AS a FROM t WHERE a > 1", True),
        ("SELECT CAST(count(*) > 0 AS boolean) FROM t JOIN u ON t.a = u.a ORDER BY 1", True),
        ("WITH u AS (SELECT a FROM t LIMIT 1) SELECT max(a) FROM u", True),
        ("SELECT EXISTS (SELECT 1 FROM t WHERE a = 1) AS found", True),
        ("SELECT a FROM t", False),
        ("SELECT count(*) FROM t GROUP BY a", False),
        ("SELECT count(*) FROM t LIMIT 1", False),
        ("SELECT count(*) FROM t HAVING count(*) > 1", False),
        ("SELECT count(*) OVER () FROM t", False),
        ("SELECT (SELECT count(*) FROM u) AS n FROM t", False),
        ("SELECT 1 WHERE 1 = 0", False),
        ("WITH u AS (SELECT a FROM t) INSERT INTO v (a) SELECT max(a) FROM u RETURNING a", False),
        ("WITH u AS (SELECT count(*) AS a FROM t) SELECT a FROM u", False),
        ("SELECT count(*) FROM t UNION ALL SELECT a FROM t", False),
        ("INSERT INTO t (a) VALUES (1) ON CONFLICT DO NOTHING RETURNING a", False),
        ("INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET a = excluded.a RETURNING a", True),
        ("INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET a = 2 WHERE t.a = 3 RETURNING a", False),
        ("INSERT INTO t (a) SELECT 1 RETURNING a", False),
        ("INSERT OR IGNORE INTO t (a) VALUES (1) RETURNING a", False),
        ("UPDATE t SET a = 1 RETURNING a", False),
    ],
)
def test_which_values_are_certain(sql: str, certain: bool) -> None:
    assert always_one(adhoc(sql, Dialect.SQLITE)) is certain
