"""Taking over the LLM Test Bench from PostgreSQL, into both engines."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from legacy_sources import check_sums, part, postgres_database, run, text
from plainbase.platform import audit
from plainbase.platform.identity.passwords import OWASP
from plainbase.platform.legacy.upgrade import examine, upgrade
from plainbase.typed import Database

PASSWORD = "a long enough password"


@pytest.fixture
async def bench() -> AsyncIterator[str]:
    """The URL of a database of the Test Bench; ada's password is hashed by argon2."""
    script = text("llm_test_bench").replace("{argon2}", await OWASP.hash(PASSWORD))
    async with postgres_database(script) as url:
        yield url


async def test_it_is_taken_and_a_second_time_nothing(db: Database, bench: str) -> None:
    found = await examine(bench)
    assert (found.layout, found.sure, found.missing) == ("llm_test_bench", 1, ())
    first = await upgrade(bench, db)
    check_sums(first)
    taken = {each.source_table: each.taken for each in first.parts if each.target}
    assert taken == {"users": 2, "benchmarks": 2, "evaluations": 2, "workers": 1, "jobs": 3, "audit_logs": 2}
    second = await upgrade(bench, db)
    check_sums(second)
    assert sum(each.taken for each in second.parts) == 0
    assert {each.source_table: each.already for each in second.parts if each.target} == taken


async def test_what_cannot_be_taken_is_said(db: Database, bench: str) -> None:
    report = await upgrade(bench, db)
    assert not report.complete
    (negative,) = part(report, "jobs").left
    assert (negative.rows, "jobs_priority_check" in negative.reason) == (1, True)
    assert part(report, "api_keys").left_rows == part(report, "api_keys").rows == 1
    lost = {each.name: (each.values, each.why) for each in part(report, "users").columns if each.target is None}
    assert (lost["password_hash"][0], "its owner resets" in lost["password_hash"][1]) == (1, True)
    assert any("an admin there is an admin here" in note for note in part(report, "users").notes)
    assert any("became user" in note for note in part(report, "users").notes)
    assert [each.name for each in part(report, "benchmarks").columns if each.target is None] == ["created_by"]
    left = {each.name: each.values for each in part(report, "audit_logs").columns if each.target is None}
    assert left == {"ip_address": 1, "user_agent": 1}
    assert part(report, "_sqlx_migrations").left[0].derived


async def test_values_hold(db: Database, bench: str) -> None:
    await upgrade(bench, db)
    ada = await db.fetch_one("SELECT * FROM users WHERE username = 'ada'")
    assert (ada.id, ada.email, ada.role) == (
        UUID("11111111-1111-4111-8111-111111111111"),
        "ada@example.com",
        "admin",
    )
    assert await OWASP.matches(ada.password_hash, PASSWORD)
    assert ada.last_login_at.isoformat() == "2024-05-01T08:00:00+00:00"
    bob = await db.fetch_one("SELECT * FROM users WHERE username = 'bob'")
    assert (bob.password_hash, bob.role, bob.preferences) == (None, "user", {"imported_role": "viewer"})
    worker = await db.fetch_one("SELECT * FROM workers")
    assert (worker.status, worker.tags, worker.metadata["imported"]["status"]) == (
        "stopped",
        ["benchmark", "gpu"],
        "busy",
    )
    jobs = {str(row.id)[-1]: row for row in await db.fetch_all("SELECT * FROM jobs ORDER BY id")}
    assert {key: (row.state, row.worker_id) for key, row in jobs.items()} == {
        "1": ("available", None),
        "2": ("available", None),
        "3": ("completed", "worker-1"),
    }
    assert {row.queue for row in jobs.values()} == {"llm_test_bench"}
    evaluation = await db.fetch_one("SELECT * FROM evaluations WHERE benchmark_id IS NOT NULL")
    assert (evaluation.score, evaluation.metrics) == (0.95, {"accuracy": 0.95})


async def test_the_older_log_is_told_in_ours_and_the_chain_holds(db: Database, bench: str) -> None:
    await upgrade(bench, db)
    entries = await db.fetch_all("SELECT * FROM audit_logs WHERE action = 'imported' ORDER BY id")
    assert [(row.entity_type, row.changes["entry"]["action"]) for row in entries] == [
        ("benchmarks", "create"),
        ("users", "update"),
    ]
    assert entries[0].changes["entry"]["created_at"] == "2024-05-01T09:00:00+00:00"
    assert entries[0].created_at.year > 2024  # of the import: the chain vouches for nothing before
    assert "changes" not in entries[1].changes
    assert entries[1].personal == {"changes": {"email": "bob@example.com"}}
    assert (await audit.verify(db)).whole


async def test_what_is_added_meanwhile_is_added(db: Database, bench: str) -> None:
    await upgrade(bench, db)
    await run(
        bench,
        "INSERT INTO evaluations SELECT gen_random_uuid(), benchmark_id, provider, model, input, output, expected, "
        "metrics, 0.1, metadata, created_at, created_by FROM evaluations WHERE benchmark_id IS NOT NULL",
    )
    second = await upgrade(bench, db)
    assert {each.source_table: each.taken for each in second.parts if each.taken} == {"evaluations": 1}


async def test_what_they_called_as_the_import_does_is_kept(db: Database, bench: str) -> None:
    await run(
        bench,
        """UPDATE users SET metadata = '{"imported_role": "mine"}' WHERE username = 'bob';
        UPDATE workers SET metadata = '{"imported": 7, "gpu": "a"}'""",
    )
    await upgrade(bench, db)
    bob = await db.fetch_one("SELECT preferences FROM users WHERE username = 'bob'")
    assert bob.preferences == {"imported_role": {"role": "viewer", "theirs": "mine"}}
    worker = await db.fetch_one("SELECT metadata FROM workers")
    assert (worker.metadata["imported"]["theirs"], worker.metadata["imported"]["status"]) == (7, "busy")
    assert worker.metadata["gpu"] == "a"
    assert sum(each.taken for each in (await upgrade(bench, db)).parts) == 0
