"""The ledger's checker itself: it complains of each thing that a queue that loses nothing never does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest

import job_ledger
from job_ledger import put
from plainbase import Database, uuid7

Sabotage = Callable[[Database, UUID], Awaitable[object]]


async def take(db: Database, worker_id: str) -> dict[str, object]:
    """Claim the one job there is, with a lease that is over at once."""
    (row,) = await db.jobs.claim(worker_id=worker_id, lease_seconds=0)
    return {"id": row.id, "attempt": row.attempt, "worker_id": worker_id}


async def write(db: Database, had: dict[str, object], *steps: str) -> None:
    """Write down what a handler does."""
    rows = [{"job_id": had["id"], "attempt": had["attempt"], "worker_id": had["worker_id"]} for _ in steps]
    for row, step in zip(rows, steps, strict=True):
        if step == "effect":
            await db.execute(job_ledger.WRITE_EFFECT, row)
        else:
            await db.execute(job_ledger.WRITE, {**row, "step": step})


async def complete(db: Database, had: dict[str, object]) -> None:
    """End a job as its handler does."""
    result = {"attempt": had["attempt"], "worker_id": had["worker_id"]}
    assert await db.jobs.complete(**had, result=result) == 1


async def do(db: Database, *steps: str) -> UUID:
    """Enqueue a job, take it away from one worker, and let another do it, as it ought to be."""
    id_ = await put(db, "once" if "effect" in steps else "ledger")
    first = await take(db, "a")
    await write(db, first, "begun")
    await db.jobs.reclaim()
    had = await take(db, "b")
    await write(db, had, *(steps or ("begun", "done")))
    await complete(db, had)
    return id_


async def test_what_was_done_rightly_is_not_complained_of(db: Database) -> None:
    await job_ledger.prepare(db)
    promised = {await do(db), await do(db, "begun", "effect", "done")}
    released = await put(db, "ledger")
    await db.jobs.release(**await take(db, "a"))
    had = await take(db, "b")
    await write(db, had, "begun", "done")
    await complete(db, had)
    found = await job_ledger.evidence(db)
    assert job_ledger.problems(found, {*promised, released}, {uuid7()}) == []
    figures = {"jobs": 3, "claimed": 6, "completed": 3, "released": 1, "taken away": 2, "done twice": 0}
    assert found.figures == figures


async def lose(db: Database, id_: UUID) -> None:
    await db.execute("DELETE FROM jobs WHERE id = :id", {"id": id_})


async def leave(db: Database, id_: UUID) -> None:
    await put(db, "ledger")


async def complete_without_doing(db: Database, id_: UUID) -> None:
    await put(db, "ledger")
    await complete(db, await take(db, "c"))


async def complete_half_done(db: Database, id_: UUID) -> None:
    await put(db, "ledger")
    had = await take(db, "c")
    await write(db, had, "begun")
    await complete(db, had)


async def complete_what_is_lost(db: Database, id_: UUID) -> None:
    other = await put(db, "ledger")
    first = await take(db, "c")
    await write(db, first, "begun")
    await db.jobs.reclaim()
    await write(db, await take(db, "d"), "begun", "done")
    await db.execute(
        "UPDATE jobs SET state = 'completed', result = :result, lease_expires_at = NULL, completed_at = started_at "
        "WHERE id = :id AND state = 'running'",
        {"id": other, "result": {"attempt": first["attempt"], "worker_id": "c"}},
    )


async def do_without_a_claim(db: Database, id_: UUID) -> None:
    await write(db, {"id": id_, "attempt": 1, "worker_id": "c"}, "begun")


async def do_what_is_no_job(db: Database, id_: UUID) -> None:
    await write(db, {"id": uuid7(), "attempt": 1, "worker_id": "c"}, "begun")


async def enqueue_beside(db: Database, id_: UUID) -> None:
    await db.jobs.enqueue(job_type="ledger")
    had = await take(db, "c")
    await write(db, had, "begun", "done")
    await complete(db, had)


async def write_without_enqueueing(db: Database, id_: UUID) -> None:
    await db.execute(job_ledger.WRITE_ENQUEUED, {"job_id": uuid7()})


async def take_without_counting(db: Database, id_: UUID) -> None:
    await put(db, "ledger")
    first = await take(db, "c")
    await db.execute("UPDATE jobs SET worker_id = 'd' WHERE state = 'running'")
    had = {**first, "worker_id": "d"}
    await write(db, had, "begun", "done")
    await complete(db, had)


async def count_wrongly(db: Database, id_: UUID) -> None:
    await db.execute("UPDATE jobs SET attempt = attempt + 1 WHERE id = :id", {"id": id_})


async def make_the_effect_twice(db: Database, id_: UUID) -> None:
    await do(db, "begun", "effect", "effect", "done")


async def make_the_effect_unfenced(db: Database, id_: UUID) -> None:
    other = await do(db, "begun", "effect", "done")
    await write(db, {"id": other, "attempt": 1, "worker_id": "a"}, "effect")


@pytest.mark.parametrize(
    ("sabotage", "complaint"),
    [
        (lose, "was promised and is not there"),
        (lose, "was enqueued and is not there"),
        (lose, "is no job and was done"),
        (leave, "is available"),
        (complete_without_doing, "was ended by who wrote down []"),
        (complete_half_done, "was ended by who wrote down ['begun']"),
        (complete_what_is_lost, "was ended by who had lost it: its result is another's"),
        (do_without_a_claim, "was begun by a worker that had not claimed it"),
        (do_what_is_no_job, "is no job and was done"),
        (enqueue_beside, "is there and was never enqueued"),
        (write_without_enqueueing, "was enqueued and is not there"),
        (take_without_counting, "was changed as nobody may: running 1 -> running 1"),
        (count_wrongly, "counts 3 attempts, and was claimed and kept 2 times"),
        (make_the_effect_twice, "had 2 effects, or another's"),
        (make_the_effect_unfenced, "had 2 effects, or another's"),
    ],
)
@pytest.mark.parametrize("engine", ["sqlite"])  # the checker is the same for both
async def test_what_was_done_wrongly_is_complained_of(db: Database, sabotage: Sabotage, complaint: str) -> None:
    await job_ledger.prepare(db)
    id_ = await do(db)
    await sabotage(db, id_)
    problems = job_ledger.problems(await job_ledger.evidence(db), {id_})
    assert any(problem.endswith(complaint) for problem in problems), problems


async def test_what_was_rolled_back_and_is_done_is_complained_of(db: Database) -> None:
    await job_ledger.prepare(db)
    id_ = await do(db)
    assert job_ledger.problems(await job_ledger.evidence(db), refused={id_}) == [f"{id_} was rolled back and is there"]
