"""Taking over James LLM: from both engines into both."""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

import plainbase
from legacy_sources import check_sums, part, postgres_database, run, sqlite_file, text
from plainbase import Database
from plainbase.platform.legacy.upgrade import examine, upgrade

TAKEN = {
    "neural_configs": 2,
    "corpus_texts": 3,
    "training_runs": 5,
    "markov_models": 2,
    "markov_ngrams": 3,
    "checkpoints": 3,
    "generations": 2,
    "accuracy_metrics": 3,
}


@contextlib.asynccontextmanager
async def james(engine: str, folder: Path) -> AsyncIterator[str]:
    """The URL of a database of James LLM."""
    if engine == "sqlite":
        yield sqlite_file(folder / "james_llm.db", "james_llm", "james_llm_search")
        return
    async with postgres_database(text("james_llm").replace("DATETIME", "TIMESTAMP")) as url:
        yield url


async def counts(db: Database) -> dict[str, int]:
    return {table: await db.fetch_value(f"SELECT count(*) AS n FROM {table}") for table in TAKEN}


@pytest.mark.parametrize("source", ["sqlite", "postgres"])
async def test_all_of_it_is_taken_and_a_second_time_nothing(db: Database, source: str, tmp_path: Path) -> None:
    async with james(source, tmp_path) as url:
        found = await examine(url)
        assert (found.layout, found.sure, found.missing, found.extra) == ("james_llm", 1, (), ())
        first = await upgrade(url, db)
        check_sums(first)
        assert await counts(db) == TAKEN
        assert first.complete
        assert {each.source_table for each in first.parts} >= {each.name for each in found.tables}
        second = await upgrade(url, db)
        check_sums(second)
        assert sum(each.taken for each in second.parts) == 0
        assert sum(each.already for each in second.parts) == sum(each.taken for each in first.parts)
        assert second.complete
        assert await counts(db) == TAKEN


async def test_values_and_references_hold(db: Database, tmp_path: Path) -> None:
    async with james("sqlite", tmp_path) as url:
        await upgrade(url, db)
    run_a = await db.fetch_one(
        "SELECT r.*, c.name AS config_name, t.title FROM training_runs AS r "
        "INNER JOIN neural_configs AS c ON r.neural_config_id = c.id "
        "INNER JOIN corpus_texts AS t ON r.corpus_text_id = t.id WHERE r.name = 'job-a'"
    )
    assert (run_a.status, run_a.progress, run_a.config_name, run_a.title) == ("completed", 100, "small", "Emma")
    assert run_a.finished_at.isoformat() == "2024-03-03T12:30:00+00:00"
    assert run_a.duration_seconds == 9000
    failed = await db.fetch_one("SELECT * FROM training_runs WHERE name = 'job-b'")
    assert failed.finished_at == failed.started_at  # nothing said when it ended
    metric = await db.fetch_one(
        "SELECT a.value, a.metadata, k.path FROM accuracy_metrics AS a "
        "INNER JOIN checkpoints AS k ON a.checkpoint_id = k.id"
    )
    assert (metric.value, metric.path, metric.metadata["split"]) == (12.5, "ckpt/2.pt", "test")
    assert await db.fetch_value("SELECT word_count FROM corpus_texts WHERE title = 'Emma'") == 6
    entry = await db.fetch_one("SELECT actor, changes FROM audit_logs WHERE action = 'import'")
    assert entry.actor == "upgrade-legacy james_llm"
    assert entry.changes["parts"]["training_jobs to training_runs"]["taken"] == 4


@pytest.mark.parametrize("source", ["sqlite", "postgres"])
async def test_what_is_added_meanwhile_is_added(db: Database, source: str, tmp_path: Path) -> None:
    more = (
        "INSERT INTO text_corpus VALUES (4, 'new', 'new text', NULL, NULL, 2, 8, '2024-06-01');"
        "INSERT INTO training_jobs VALUES (5, 'job-e', 'queued', 0, NULL, NULL, 2, 4, NULL, NULL, '2024-06-01');"
        "UPDATE training_jobs SET status = 'completed', completed_at = '2024-06-01' WHERE id = 4"
    )
    async with james(source, tmp_path) as url:
        await upgrade(url, db)
        if source == "sqlite":
            with contextlib.closing(sqlite3.connect(tmp_path / "james_llm.db")) as connection:
                connection.executescript(more)
        else:
            await run(url, more)
        second = await upgrade(url, db)
    check_sums(second)
    assert (part(second, "text_corpus").taken, part(second, "training_jobs").taken) == (1, 1)
    (changed,) = part(second, "training_jobs").left
    assert (changed.rows, changed.examples, set(changed.columns)) == (1, ("4",), {"status", "finished_at"})
    assert not second.complete


async def test_dirty_data_is_reported_row_by_row(db: Database, tmp_path: Path) -> None:
    url = sqlite_file(tmp_path / "james_llm.db", "james_llm", "james_llm_dirty")
    rejected: list[tuple[str, str]] = []
    report = await upgrade(url, db, reject=lambda table, key, reason, row: rejected.append((table, key)))
    check_sums(report)
    assert not report.complete
    left = {
        each.source_table: sorted((reason.reason, reason.columns, reason.examples) for reason in each.left)
        for each in report.parts
        if each.left
    }
    assert left["neural_configs"] == [
        ("the JSON holds NaN or infinity", ("config",), ("11",)),
        ("this is no JSON", ("config",), ("10",)),
    ]
    jobs = {example: reason for reason, _, examples in left["training_jobs"] for example in examples}
    assert jobs.keys() == {"10", "11", "12", "13", "14", "15"}
    assert jobs["12"] == "this word is not known"
    assert "training_runs_progress_check" in jobs["14"]
    assert jobs["15"] == "this is no time"
    assert {example for *_, examples in left["neural_checkpoints"] for example in examples} == {"11"}
    assert any("loss: NaN became NULL" in note for note in part(report, "neural_checkpoints").notes)
    lost = {each.name: each.why for each in part(report, "neural_checkpoints").columns if each.target is None}
    assert "another checkpoint of its run is the best" in lost["is_best"]
    assert {example for *_, examples in left["accuracy_metrics"] for example in examples} == {"10", "11"}
    assert {example for *_, examples in left["text_corpus"] for example in examples} == {"10", "11"}
    assert {example for *_, examples in left["markov_ngrams"] for example in examples} == {"10", "11", "12"}
    assert left["notes"] == [("this layout does not know the table", (), ())]
    assert part(report, "notes").rows == 2
    (mood,) = [each for each in part(report, "generation_history").columns if each.name == "mood"]
    assert (mood.target, mood.values) == (None, 1)
    assert len(rejected) == sum(each.rows for p in report.parts if p.target for each in p.left)
    assert await db.fetch_value("SELECT length(content) AS n FROM corpus_texts WHERE title = 'huge'") > 1_000_000


async def test_the_source_stays_as_it_was_and_is_backed_up(db: Database, tmp_path: Path) -> None:
    url = sqlite_file(tmp_path / "james_llm.db", "james_llm")
    before = hashlib.sha256((tmp_path / "james_llm.db").read_bytes()).hexdigest()
    report = await upgrade(url, db, backup_folder=tmp_path / "backups")
    assert hashlib.sha256((tmp_path / "james_llm.db").read_bytes()).hexdigest() == before
    assert report.backup is not None
    async with plainbase.open("sqlite://", migrate=True) as other:
        assert (await upgrade(f"sqlite:///{report.backup}", other)).complete
        assert await counts(other) == TAKEN


async def test_a_dry_run_tells_the_same_and_keeps_nothing(db: Database, tmp_path: Path) -> None:
    async with james("sqlite", tmp_path) as url:
        tried = await upgrade(url, db, dry_run=True, backup_folder=tmp_path / "backups")
        assert not (tmp_path / "backups").exists()
        assert set((await counts(db)).values()) == {0}
        assert tried.parts == (await upgrade(url, db)).parts
