"""Folders of queries: how they become a tree, and every way files and names can be wrong."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiosql
import pytest

from plainbase.dialect import Dialect
from plainbase.errors import QueryFileError
from plainbase.sqlfile import Kind, Query, load, parse

BOTH = pytest.mark.parametrize("dialect", list(Dialect))
SQLITE, POSTGRES = Dialect.SQLITE, Dialect.POSTGRES


def write(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def load_problems(folder: Path, dialect: Dialect = SQLITE, reserved: tuple[str, ...] = ()) -> list[str]:
    with pytest.raises(QueryFileError) as caught:
        load([folder], dialect, reserved)
    return list(caught.value.problems)


def leaves(tree: dict[str, Any], above: str = "") -> Iterator[str]:
    for name, value in tree.items():
        if isinstance(value, Query):
            yield above + name
        else:
            yield from leaves(value, f"{above}{name}.")


ONE = "-- name: get :one\nSELECT :a AS a;\n"


@BOTH
def test_a_tree(tmp_path: Path, dialect: Dialect) -> None:
    write(
        tmp_path / "queries",
        {
            "jobs.sql": ONE,
            "model-runs.sql": ONE,
            "deep/er/runs.sql": ONE,
            "README.md": "not SQL",
            "empty.sql": "",
            ".hidden.sql": "-- name: get :mnay",
            ".git/x.sql": "-- name: get :mnay",
            "__pycache__/x.pyc": b"\xff",
        },
    )
    (tmp_path / "queries" / "no-sql-1-here").mkdir()
    tree = load([tmp_path / "queries"], dialect)
    assert sorted(leaves(tree)) == ["deep.er.runs.get", "jobs.get", "model_runs.get"]
    query = tree["deep"]["er"]["runs"]["get"]
    assert query.name == "deep.er.runs.get"
    assert query.where == "queries/deep/er/runs.sql:1"
    assert query.statements[0].where == query.where
    assert "/* deep.er.runs.get */" in query.statements[0].text


def test_nothing_to_load(tmp_path: Path) -> None:
    assert load([], SQLITE) == {}
    assert load([tmp_path], SQLITE) == {}


def test_several_folders_merge(tmp_path: Path) -> None:
    write(tmp_path, {"a/queries/jobs.sql": ONE, "b/queries/jobs.sql": ONE.replace("get", "put"), "c/x.sql": ONE})
    folders = [tmp_path / "a/queries", tmp_path / "b/queries", tmp_path / "c"]
    tree = load(folders, SQLITE)
    assert sorted(leaves(tree)) == ["jobs.get", "jobs.put", "x.get"]
    assert tree["jobs"]["put"].where == f"{tmp_path}/b/queries/jobs.sql:1"
    write(tmp_path, {"b/queries/jobs.sql": "\n" + ONE})
    with pytest.raises(QueryFileError) as caught:
        load(folders, SQLITE)
    a, b = (f"{tmp_path}/{name}/queries/jobs.sql" for name in "ab")
    assert caught.value.problems == (f"{b}:2 jobs.get: stands twice; the other is at {a}:1",)


@BOTH
def test_forks(tmp_path: Path, dialect: Dialect) -> None:
    write(
        tmp_path,
        {
            "jobs.sql": "-- name: shared :one\nSELECT 1;\n",
            "jobs.postgres.sql": "-- name: claim :many\nSELECT :a, :b FOR UPDATE SKIP LOCKED;\n"
            "-- name: lock :exec\n-- only: postgres, no such lock elsewhere\nSELECT $$ :x $$, :key;\n",
            "jobs.sqlite.sql": "-- name: claim :many\nSELECT :b, :a, [:c];\n",
        },
    )
    tree = load([tmp_path], dialect)
    assert sorted(leaves(tree)) == ["jobs.claim", "jobs.lock", "jobs.shared"]
    assert tree["jobs"]["claim"].dialect is dialect
    assert ("SKIP LOCKED" in tree["jobs"]["claim"].statements[0].text) == (dialect is POSTGRES)
    assert tree["jobs"]["claim"].where == f"{tmp_path.name}/jobs.{dialect}.sql:1"
    lock = tree["jobs"]["lock"]
    assert lock.only is POSTGRES
    assert lock.notes == {"only": "no such lock elsewhere"}
    assert lock.parameters == ("key",)
    assert len(lock.statements) == (dialect is POSTGRES)


@BOTH
def test_only_in_a_shared_file(dialect: Dialect) -> None:
    first = "-- name: a :many\n-- only: postgres, arrays\nSELECT $$ ' $$, x[:lo];\n"
    second = "-- name: b :script\n-- only: sqlite, pragma\nPRAGMA x;"
    (a, b), problems = parse(first + second, file="f.sql", namespace="f", dialect=dialect)
    assert problems == []
    assert a.parameters == ("lo",)
    assert len(a.statements) == (dialect is POSTGRES)
    assert b.script == ("PRAGMA x;" if dialect is SQLITE else "")


@BOTH
@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (
            {"j.sql": ONE + ONE},
            ["j.sql:3 j.get: stands twice; the other is at Q/j.sql:1"],
        ),
        (
            {"j.postgres.sql": ONE},
            ["j.postgres.sql:1 j.get: has no sqlite half; write it, or mark this `-- only: postgres, why`"],
        ),
        (
            {"j.sqlite.sql": ONE, "j.postgres.sql": ONE.replace("get", "put")},
            [
                "j.postgres.sql:1 j.put: has no sqlite half; write it, or mark this `-- only: postgres, why`",
                "j.sqlite.sql:1 j.get: has no postgres half; write it, or mark this `-- only: sqlite, why`",
            ],
        ),
        (
            {"j.sql": ONE, "j.postgres.sql": ONE},
            ["j.postgres.sql:1 j.get: stands in the shared file too, at Q/j.sql:1; fork it or share it"],
        ),
        (
            {"j.sql": ONE, "j.postgres.sql": ONE, "j.sqlite.sql": ONE},
            [
                "j.postgres.sql:1 j.get: stands in the shared file too, at Q/j.sql:1; fork it or share it",
                "j.sqlite.sql:1 j.get: stands in the shared file too, at Q/j.sql:1; fork it or share it",
            ],
        ),
        (
            {"j.postgres.sql": ONE, "j.sqlite.sql": ONE.replace(":one", ":many")},
            ["j.sqlite.sql:1 j.get: kind :many, but :one at Q/j.postgres.sql:1"],
        ),
        (
            {"j.postgres.sql": ONE, "j.sqlite.sql": ONE.replace(":a", ":b")},
            ["j.sqlite.sql:1 j.get: parameters b, but a at Q/j.postgres.sql:1"],
        ),
        (
            {"j.postgres.sql": ONE, "j.sqlite.sql": ONE.replace("SELECT", "-- defaults: a = 1\nSELECT")},
            ["j.sqlite.sql:1 j.get: defaults a = 1, but none at Q/j.postgres.sql:1"],
        ),
        (
            {
                "j.postgres.sql": "-- name: g :one\nSELECT 1 FROM t WHERE true\n  AND a = :a -- optional\n",
                "j.sqlite.sql": "-- name: g :one\nSELECT 1 FROM t WHERE true\n  AND a = :a\n",
            },
            ["j.sqlite.sql:1 j.g: optional lines none, but a at Q/j.postgres.sql:1"],
        ),
        (
            {"j.postgres.sql": ONE, "j.sqlite.sql": ONE.replace("SELECT", "-- only: sqlite, why\nSELECT")},
            ["j.sqlite.sql:1 j.get: is marked `-- only:` and stands for both engines"],
        ),
        (
            {"j.postgres.sql": ONE.replace("SELECT", "-- only: sqlite, why\nSELECT")},
            ["j.postgres.sql:2 j.get: -- only: this file is for postgres"],
        ),
        (
            {"j.mysql.sql": ONE},
            ["j.mysql.sql:1 unknown engine 'mysql' in the file's name; expected .sql, .sqlite.sql or .postgres.sql"],
        ),
        ({"1j.sql": ONE}, ["1j.sql:1 file name '1j' is not an identifier"]),
        ({"_j.sql": ONE}, ["_j.sql:1 file name '_j' must not begin with '_'"]),
        ({"class.sql": ONE}, ["class.sql:1 file name 'class' is a keyword of Python"]),
        ({"a b/j.sql": ONE}, ["a b: folder name 'a b' is not an identifier"]),
        ({"close.sql": ONE}, ["close.sql:1 a file cannot be named 'close': that is a method of the database"]),
        ({"close/a.sql": ONE}, ["close/a.sql:1 a folder cannot be named 'close': that is a method of the database"]),
        ({"j.sql": ONE, "j/k.sql": ONE}, ["j.sql:1 has the name of the folder beside it, of Q/j/k.sql"]),
        ({"j.sql": b"-- name: a :one\nSELECT 1;\n-- \xff\n"}, ["j.sql:3 is not UTF-8"]),
        ({"j.sql": "-- name: a :one\nSELECT\n'\0'"}, ["j.sql:3 holds a NUL character"]),
    ],
)
def test_what_files_and_names_must_not_be(
    tmp_path: Path, files: dict[str, str | bytes], expected: list[str], dialect: Dialect
) -> None:
    write(tmp_path / "Q", files)
    found = load_problems(tmp_path / "Q", dialect, ("close",))
    if expected[0].startswith("j.postgres.sql:2"):
        found = found[:1]
    assert sorted(found) == [f"Q/{each}" for each in expected]


def test_folders_that_are_none(tmp_path: Path) -> None:
    write(tmp_path, {"file": ""})
    with pytest.raises(QueryFileError) as caught:
        load([tmp_path / "missing", tmp_path / "file"], SQLITE)
    assert caught.value.problems == (
        f"{tmp_path}/missing: there is no such folder",
        f"{tmp_path}/file: is not a folder",
    )


@contextmanager
def ordinary_user() -> Iterator[None]:
    """Root reads everything, so do as somebody else for a while."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_files_that_cannot_be_read() -> None:
    with tempfile.TemporaryDirectory() as name:  # not tmp_path, whose parents only its owner may enter
        folder = Path(name)
        folder.chmod(0o755)
        write(folder / "Q", {"a.sql": ONE, "b/c.sql": ONE})
        (folder / "Q/a.sql").chmod(0)
        (folder / "Q/b").chmod(0)
        with ordinary_user():
            problems = load_problems(folder / "Q")
        (folder / "Q/b").chmod(0o700)
    assert sorted(problems) == ["Q/a.sql:1 cannot be read: Permission denied", "Q/b: cannot be read: Permission denied"]


def test_links_that_cannot_be_read(tmp_path: Path) -> None:
    write(tmp_path / "Q", {"a.sql": ONE})
    (tmp_path / "Q/gone.sql").symlink_to(tmp_path / "nowhere.sql")
    (tmp_path / "Q/loop").symlink_to(tmp_path / "Q")
    assert load_problems(tmp_path / "Q") == [
        "Q/loop: is a link to a folder it lies in",
        "Q/gone.sql:1 cannot be read: No such file or directory",
    ]


@BOTH
def test_all_problems_of_all_files_come_at_once(tmp_path: Path, dialect: Dialect) -> None:
    write(
        tmp_path / "Q",
        {
            "a.sql": "-- name: a :mnay\nSELECT 1;\n-- name: b :one\n\n-- name: c :one\nSELECT 'x\n",
            "b.postgres.sql": ONE,
            "c.mysql.sql": ONE,
            "d.sqlite.sql": "-- name: a :one\nSELECT 1; SELECT 2",
            "d.postgres.sql": "-- name: a :one\nSELECT (1",
            "ping.sql": ONE,
        },
    )
    problems = load_problems(tmp_path / "Q", dialect, ("ping",))
    assert sorted(problem.partition(" ")[0] for problem in problems) == [
        "Q/a.sql:1",
        "Q/a.sql:3",
        "Q/a.sql:6",
        "Q/b.postgres.sql:1",
        "Q/c.mysql.sql:1",
        "Q/d.postgres.sql:2",
        "Q/d.sqlite.sql:2",
        "Q/ping.sql:1",
    ]


def test_windows_line_ends_come_through(tmp_path: Path) -> None:
    write(tmp_path, {"f.sql": "-- name: q :one\r\n-- Doc.\r\nSELECT\r\n  :a,\r\n  'x\r\ny';\r\n"})
    query = load([tmp_path], SQLITE)["f"]["q"]
    assert query.statements[0].text == "SELECT /* f.q */\r\n  ?,\r\n  'x\r\ny'"
    assert query.doc == "Doc."


AIOSQL = {
    "users/users.sql": """These are the users' queries; this text is no SQL.

-- name: get-all-users
-- Get all user records
select userid, username, firstname, lastname from users;

-- name: get_user_by_username(username)^
-- record_class: User
-- Optional: the user, None where there is none
/* a block comment
   -- name: nobody */
select userid, username, -- the natural key
       firstname from users where username = :username;

-- name: count_users()$
SELECT count(*) FROM users -- no semicolon
""",
    "users/changes.sql": """
-- name: insert-user(username, firstname, lastname)<!
insert into users (username, firstname, lastname)
    values (:username, :firstname, :lastname) returning userid;

-- name: insert_many ( username , firstname ) *!
insert into users(username, firstname) values (:username, :firstname);

-- name: rename(old, new)!
-- Rename 'em.
update users set username=:new where username=:old;
""",
    "schema/create.sql": """
-- name: create_schema#
-- create all tables
create table users (
    userid integer not null primary key, -- optional
    username text not null default 'it''s;',
    lastname text
);
create table blogs (blogid integer, title text);

-- name: drop_schema()#
drop table blogs; drop table users;
""",
    "blog.sql": """
-- name: get_blogs(since, until)
select title, to_char(published, 'HH24:MI') from blogs where published between :since and :until and id::text <> ':x';
""",
}


@BOTH
def test_a_folder_of_aiosql_loads_unchanged(tmp_path: Path, dialect: Dialect) -> None:
    write(tmp_path / "sql", AIOSQL)
    tree = load([tmp_path / "sql"], dialect)
    theirs = aiosql.from_path(
        tmp_path / "sql", "sqlite3" if dialect is SQLITE else "asyncpg", mandatory_parameters=False
    )
    ours = {f"{'.'.join(name.split('.')[:-2])}.{name.split('.')[-1]}".lstrip(".") for name in leaves(tree)}
    cursors = {f"{name}_cursor" for name in ours}
    assert ours == set(theirs.available_queries) - cursors
    users, changes = tree["users"]["users"], tree["users"]["changes"]
    kinds = {name: query.kind for name, query in {**users, **changes, **tree["schema"]["create"]}.items()}
    assert kinds == {
        "get_all_users": Kind.MANY,
        "get_user_by_username": Kind.OPTIONAL,
        "count_users": Kind.VALUE,
        "insert_user": Kind.RETURNING,
        "insert_many": Kind.EXEC,
        "rename": Kind.EXEC,
        "create_schema": Kind.SCRIPT,
        "drop_schema": Kind.SCRIPT,
    }
    assert changes["rename"].parameters == ("new", "old")
    assert changes["rename"].doc == "Rename 'em."
    assert users["get_user_by_username"].parameters == ("username",)
    assert tree["blog"]["get_blogs"].parameters == ("since", "until")
    assert tree["schema"]["create"]["drop_schema"].script == "drop table blogs; drop table users;"


def test_three_hundred_queries_load_quickly(tmp_path: Path) -> None:
    query = """-- name: q%d :many
-- Runs on one dataset, newest first.
-- defaults: limit = 100
SELECT id, status, created_at
FROM training_runs
WHERE
    dataset_id = :dataset_id
    AND status IN (:statuses)       -- optional
    AND created_at >= :since        -- optional
ORDER BY created_at DESC, id DESC
LIMIT :limit;

"""
    write(tmp_path, {f"f{i}.sql": "".join(query % j for j in range(10)) for i in range(30)})
    started = time.process_time()
    tree = load([tmp_path], SQLITE)
    assert time.process_time() - started < 1
    assert len(list(leaves(tree))) == 300
