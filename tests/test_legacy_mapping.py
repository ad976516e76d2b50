"""Mapping files: the examples for the systems 000, 002 and 003, and what is wrong with others."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from legacy_sources import check_sums, part, postgres_database, sqlite_file, text
from plainbase import Database
from plainbase.platform.legacy.mapping_file import MappingError, load, named
from plainbase.platform.legacy.upgrade import upgrade

EXAMPLES = {
    "000": (
        "llm_optimization",
        {
            "datasets": 1,
            "models": 2,
            "model_versions": 3,
            "experiments": 1,
            "evaluations": 1,
            "comparison_results": 1,
        },
    ),
    "002": (
        "adam_slm",
        {
            "users": 2,
            "datasets": 2,
            "dataset_splits": 2,
            "models": 1,
            "model_versions": 2,
            "model_benchmarks": 1,
            "training_runs": 1,
            "training_metrics": 3,
            "experiments": 1,
            "experiment_runs": 1,
            "inference_sessions": 1,
            "inference_requests": 2,
            "system_metrics": 2,
        },
    ),
    "003": (
        "california_housing",
        {"models": 1, "model_versions": 2, "model_performance": 3, "predictions": 2, "system_metrics": 2},
    ),
}


@pytest.mark.parametrize("example", EXAMPLES)
async def test_an_example_takes_all_and_a_second_time_nothing(db: Database, example: str, tmp_path: Path) -> None:
    file, expected = EXAMPLES[example]
    url = sqlite_file(tmp_path / f"{file}.db", file)
    first = await upgrade(url, db, mapping=named(example))
    check_sums(first)
    assert [each for each in first.parts if each.target and each.left] == []
    assert {each.target: each.taken for each in first.parts if each.target} == expected
    assert {table: await db.fetch_value(f"SELECT count(*) AS n FROM {table}") for table in expected} == expected
    second = await upgrade(url, db, mapping=named(example))
    check_sums(second)
    assert {each.target: each.already for each in second.parts if each.target} == expected
    assert second.complete == first.complete == (example != "002")


async def test_002_says_what_it_left(db: Database, tmp_path: Path) -> None:
    url = sqlite_file(tmp_path / "adam.db", "adam_slm")
    report = await upgrade(url, db, mapping=named("002"))
    assert [(each.reason, each.rows) for each in part(report, "operation_logs").left] == [
        ("this layout does not know the table", 1)
    ]
    assert part(report, "sessions").left[0].derived
    lost = {each.name: each.values for each in part(report, "users").columns if each.target is None}
    assert lost == {"password_hash": 2, "api_key": 1}
    run = await db.fetch_one("SELECT * FROM training_runs")
    assert (run.status, run.hyperparameters, run.duration_seconds) == ("completed", {"lr": 0.1}, 3600)
    version = await db.fetch_one("SELECT * FROM model_versions WHERE version = 'v1'")
    assert (version.status, version.metadata) == ("ready", {"tags": ["small"]})
    assert [row.value for row in await db.fetch_all("SELECT value FROM training_metrics ORDER BY step")] == [
        3.5,
        2.5,
        None,
    ]
    split = await db.fetch_one("SELECT name, fraction FROM dataset_splits WHERE row_count = 1")
    assert (split.name, split.fraction) == ("validation", 0.2)


@pytest.mark.parametrize("example", ["000", "003"])
async def test_an_example_reads_postgres(db: Database, example: str) -> None:
    file, expected = EXAMPLES[example]
    async with postgres_database(text(file).replace("DATETIME", "TIMESTAMP")) as url:
        report = await upgrade(url, db, mapping=named(example))
    assert {each.target: each.taken for each in report.parts if each.target} == expected


BASE = """
name = "mine"
[[table]]
source = "runs"
target = "training_runs"
[table.columns]
id = { id = "id" }
"""


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ("nam = 'title'", "table 1 (runs).columns.nam: training_runs has no column nam"),
        ("name = 'titel'", "table 1 (runs).columns.name: runs has no column titel; it has id, title, state, score"),
        ("name = { from = 'title', words = 'status' }", "table 1 (runs).columns.name.words: there is no words.status"),
        ("name = { from = 'title', refers = 'users' }", "table 1 (runs).columns.name.refers: users is no table"),
        ("name = { form = 'title' }", "table 1 (runs).columns.name: form is unknown"),
        ("name = 'title'\nprogress = { value = 'much' }", "table 1 (runs).columns.progress: progress is real"),
        ("name = { collect = '*' }", "table 1 (runs).columns.name.collect: name is text"),
        (
            "name = 'title'\nprogress = { from = 'score', epoch = 'seconds' }",
            "columns.progress.epoch: progress is real",
        ),
        ("", "table 1 (runs).columns: training_runs.name is required and not mapped"),
        ("name = 'title'\nduration_seconds = 'score'", "training_runs computes duration_seconds itself"),
    ],
)
async def test_every_error_names_the_file_and_the_key(db: Database, tmp_path: Path, more: str, problem: str) -> None:
    source = tmp_path / "mine.db"
    url = sqlite_file(source)
    connection = sqlite3.connect(source)
    connection.executescript("CREATE TABLE runs (id INTEGER PRIMARY KEY, title TEXT, state TEXT, score REAL)")
    connection.close()
    file = tmp_path / "mine.toml"
    file.write_text(BASE + more)
    with pytest.raises(MappingError) as caught:
        await upgrade(url, db, mapping=file)
    assert any(each.startswith("mine.toml: ") and problem in each for each in caught.value.problems), (
        caught.value.problems
    )
    assert await db.fetch_value("SELECT count(*) AS n FROM training_runs") == 0


def test_a_file_that_is_no_toml_says_where(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text("name = \n")
    with pytest.raises(MappingError, match=r"this is no TOML: .*line 1"):
        load(tmp_path / "bad.toml")


def test_all_problems_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text('[[table]]\nsource = 3\ntarget = "runs"\ncolumn = 1\n')
    with pytest.raises(MappingError) as caught:
        load(tmp_path / "bad.toml")
    assert len(caught.value.problems) == 4


REFUSED = """
name = "mine"
[[table]]
source = "runs"
target = "{target}"
[table.columns]
{columns}
"""


@pytest.mark.parametrize(
    ("target", "columns", "problem"),
    [
        ("audit_logs", "action = 'title'", "audit_logs is not to be filled: the audit log vouches"),
        ("audit_head", "entries = 'score'", "audit_head is not to be filled: the audit log vouches"),
        ("role_permissions", "role = 'title'", "role_permissions is not to be filled: what a role may do"),
        ("api_keys", "id = { id = 'id' }", "api_keys is not to be filled: who may come in"),
        ("schema_migrations", "name = 'title'", "schema_migrations is not to be filled: plainbase keeps it itself"),
        ("experiment_summary", "name = 'title'", "experiment_summary is not to be filled: it is computed"),
        ("experiment_summary_live", "name = 'title'", "experiment_summary_live is not to be filled: it is computed"),
        ("corpus_texts_search", "name = 'title'", "plainbase has no table corpus_texts_search"),
        ("training_metrics", "id = 'id'\nname = 'title'", "columns.id: training_metrics numbers its rows itself"),
        (
            "users",
            "id = { id = 'id' }\npassword_hash = 'title'",
            "password_hash: no mapping sets password_hash",
        ),
        ("corpus_texts", "content = 'title'\nword_count = 'score'", "corpus_texts computes word_count itself"),
    ],
)
async def test_what_is_not_to_be_filled_is_refused_by_name(
    db: Database, tmp_path: Path, target: str, columns: str, problem: str
) -> None:
    url = sqlite_file(tmp_path / "mine.db")
    connection = sqlite3.connect(tmp_path / "mine.db")
    connection.executescript("CREATE TABLE runs (id INTEGER PRIMARY KEY, title TEXT, score REAL)")
    connection.close()
    (tmp_path / "mine.toml").write_text(REFUSED.format(target=target, columns=columns))
    before = await db.fetch_value("SELECT count(*) AS n FROM audit_logs")
    with pytest.raises(MappingError) as caught:
        await upgrade(url, db, mapping=tmp_path / "mine.toml")
    assert any(problem in each for each in caught.value.problems), caught.value.problems
    assert await db.fetch_value("SELECT count(*) AS n FROM audit_logs") == before


async def test_a_row_of_the_file_is_refused_like_a_table(db: Database, tmp_path: Path) -> None:
    url = sqlite_file(tmp_path / "housing.db", "california_housing")
    more = '\n[[row]]\ntarget = "role_permissions"\nid = "x"\nvalues = { role = "user" }\n'
    (tmp_path / "mine.toml").write_text(named("003").read_text() + more)
    with pytest.raises(MappingError, match="role_permissions is not to be filled"):
        await upgrade(url, db, mapping=tmp_path / "mine.toml")
