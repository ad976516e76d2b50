"""A status changes only along legal paths, also by plain SQL; whoever tries otherwise is refused by name."""

from __future__ import annotations

from itertools import product

import pytest

from plainbase import ConstraintViolation, Database, uuid7

WORK = ("pending", "running", "completed", "failed", "cancelled")
STATES = ("available", "running", "completed", "cancelled", "dead")
RUNS = {("pending", end) for end in ("running", "failed", "cancelled")} | {
    ("running", end) for end in ("completed", "failed", "cancelled")
}
JOBS = {
    ("available", "running"),
    ("available", "cancelled"),
    ("cancelled", "available"),
    ("dead", "available"),
} | {("running", after) for after in ("available", "completed", "cancelled", "dead")}
LEGAL = {
    "training_runs": RUNS,
    "experiments": RUNS,
    "benchmarks": RUNS | {("pending", "completed")},
    "jobs": JOBS,
}
INSERT = {
    "training_runs": "INSERT INTO training_runs (id, name, {set}) VALUES (:id, 'a', {values})",
    "experiments": "INSERT INTO experiments (id, name, {set}) VALUES (:id, 'a', {values})",
    "benchmarks": """
        INSERT INTO benchmarks (id, name, provider, model, dataset, {set}) VALUES (:id, 'a', 'b', 'c', 'd', {values})
    """,
    "jobs": "INSERT INTO jobs (id, job_type, {set}) VALUES (:id, 'a', {values})",
}
PAST = "'2026-01-01T00:00:00.000000Z'"


def columns(table: str, status: str) -> dict[str, str]:
    """What belongs to a status, by column."""
    if table == "jobs":
        running = status == "running"
        return {
            "state": f"'{status}'",
            "lease_expires_at": PAST if running else "NULL",
            "worker_id": "'w'" if running else "NULL",
            "completed_at": PAST if status in ("completed", "cancelled", "dead") else "NULL",
        }
    end = "completed_at" if table == "benchmarks" else "finished_at"
    return {
        "status": f"'{status}'",
        "started_at": "NULL" if status == "pending" else PAST,
        end: PAST if status in ("completed", "failed", "cancelled") else "NULL",
    }


@pytest.mark.parametrize("table", LEGAL)
async def test_plain_sql_changes_a_status_only_along_legal_paths(db: Database, table: str) -> None:
    for before, after in product(STATES if table == "jobs" else WORK, repeat=2):
        identifier = uuid7()
        first, then = columns(table, before), columns(table, after)
        insert = INSERT[table].format(set=", ".join(first), values=", ".join(first.values()))
        await db.execute(insert, {"id": identifier})
        changes = ", ".join(f"{name} = {value}" for name, value in then.items())
        update = f"UPDATE {table} SET {changes} WHERE id = :id"
        if before == after or (before, after) in LEGAL[table]:
            assert await db.execute(update, {"id": identifier}) == 1
            continue
        with pytest.raises(ConstraintViolation) as caught:
            await db.execute(update, {"id": identifier})
        name = "state" if table == "jobs" else "status"
        assert (caught.value.kind, caught.value.constraint) == ("check", f"{table}_{name}_path_check")
        assert await db.fetch_value(f"SELECT {name} FROM {table} WHERE id = :id", {"id": identifier}) == before
