"""What was done with jobs, written down beside them, and whether it is what a queue that loses nothing may have done.

`ledger` and `effects` are written by the handlers, `enqueued` by whoever adds a job, in the same transaction, and
`changes` by a trigger on `jobs`, whoever changes a job and however.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from plainbase import Database, Row

BEGUN, DONE = "begun", "done"

NOTED = """
    old.state <> new.state OR old.attempt <> new.attempt OR coalesce(old.worker_id, '') <> coalesce(new.worker_id, '')
"""

NOTE = """
INSERT INTO changes (job_id, old_state, state, old_attempt, attempt, old_worker_id, worker_id)
VALUES (new.id, old.state, new.state, old.attempt, new.attempt, old.worker_id, new.worker_id);
"""

TABLES = {
    "sqlite": f"""
CREATE TABLE ledger (
    id INTEGER PRIMARY KEY, job_id UUID_TEXT NOT NULL, attempt INTEGER NOT NULL, worker_id TEXT NOT NULL,
    step TEXT NOT NULL
);
CREATE TABLE effects (
    id INTEGER PRIMARY KEY, job_id UUID_TEXT NOT NULL, attempt INTEGER NOT NULL, worker_id TEXT NOT NULL
);
CREATE TABLE enqueued (job_id UUID_TEXT NOT NULL PRIMARY KEY);
CREATE TABLE changes (
    id INTEGER PRIMARY KEY, job_id UUID_TEXT NOT NULL, old_state TEXT, state TEXT, old_attempt INTEGER,
    attempt INTEGER, old_worker_id TEXT, worker_id TEXT
);
CREATE TRIGGER jobs_changes AFTER UPDATE ON jobs WHEN {NOTED}
BEGIN {NOTE} END;
""",
    "postgres": f"""
CREATE TABLE ledger (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, job_id uuid NOT NULL, attempt bigint NOT NULL,
    worker_id text NOT NULL, step text NOT NULL
);
CREATE TABLE effects (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, job_id uuid NOT NULL, attempt bigint NOT NULL,
    worker_id text NOT NULL
);
CREATE TABLE enqueued (job_id uuid NOT NULL PRIMARY KEY);
CREATE TABLE changes (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, job_id uuid NOT NULL, old_state text, state text,
    old_attempt bigint, attempt bigint, old_worker_id text, worker_id text
);
CREATE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {NOTE} RETURN NULL; END $$;
CREATE TRIGGER jobs_changes AFTER UPDATE ON jobs FOR EACH ROW WHEN ({NOTED}) EXECUTE FUNCTION note_change();
""",
}

WRITE = "INSERT INTO ledger (job_id, attempt, worker_id, step) VALUES (:job_id, :attempt, :worker_id, :step)"
WRITE_EFFECT = "INSERT INTO effects (job_id, attempt, worker_id) VALUES (:job_id, :attempt, :worker_id)"
WRITE_ENQUEUED = "INSERT INTO enqueued (job_id) VALUES (:job_id)"

Had = tuple[int, str]
"""An attempt and its worker: who had a job."""


async def prepare(db: Database) -> None:
    """Make the tables and the trigger."""
    await db.script(TABLES[db.dialect])


async def put(db: Database, job_type: str) -> UUID:
    """Enqueue a job, and write it down."""
    async with db.transaction() as tx:
        id_: UUID = (await tx.jobs.enqueue(job_type=job_type, payload={"seconds": 0})).id
        await tx.execute(WRITE_ENQUEUED, {"job_id": id_})
    return id_


async def unfinished(db: Database) -> int:
    """How many jobs wait or run."""
    count: int = await db.fetch_value("SELECT count(*) AS n FROM jobs WHERE state IN ('available', 'running')")
    return count


@dataclass(frozen=True)
class Evidence:
    """All that was written down; by job, in the order in which it was written."""

    jobs: dict[UUID, Row]
    ledger: dict[UUID, list[Row]]
    effects: dict[UUID, list[Row]]
    changes: dict[UUID, list[Row]]
    enqueued: frozenset[UUID]

    @property
    def figures(self) -> dict[str, int]:
        """How much of each there was."""
        kinds = Counter(kind(row) for rows in self.changes.values() for row in rows)
        done = Counter(row.job_id for rows in self.ledger.values() for row in rows if row.step == DONE)
        return {
            "jobs": len(self.jobs),
            **{name: kinds[name] for name in ("claimed", "completed", "released", "taken away")},
            "done twice": sum(count > 1 for count in done.values()),
        }


async def evidence(db: Database) -> Evidence:
    """Read it all."""
    jobs = await db.fetch_all("SELECT id, job_type, state, attempt, worker_id, result FROM jobs")
    ledger = await db.fetch_all("SELECT job_id, attempt, worker_id, step FROM ledger ORDER BY id")
    effects = await db.fetch_all("SELECT job_id, attempt, worker_id FROM effects ORDER BY id")
    changes = await db.fetch_all(
        "SELECT job_id, old_state, state, old_attempt, attempt, old_worker_id, worker_id FROM changes ORDER BY id"
    )
    enqueued = await db.fetch_all("SELECT job_id FROM enqueued")
    return Evidence(
        {row.id: row for row in jobs},
        _by_job(ledger),
        _by_job(effects),
        _by_job(changes),
        frozenset(row.job_id for row in enqueued),
    )


def _by_job(rows: Iterable[Row]) -> dict[UUID, list[Row]]:
    found: defaultdict[UUID, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.job_id].append(row)
    return dict(found)


def kind(change: Row) -> str:
    """What a change was, or how it is none that a queue makes."""
    states = (change.old_state, change.state)
    counted = change.attempt - change.old_attempt
    if states == ("available", "running") and counted == 1 and change.worker_id is not None:
        return "claimed"
    if states == ("running", "completed") and counted == 0 and change.worker_id == change.old_worker_id:
        return "completed"
    if states == ("running", "available") and counted == -1 and change.worker_id is None:
        return "released"
    if states == ("running", "available") and counted == 0 and change.worker_id is None:
        return "taken away"
    return f"{change.old_state} {change.old_attempt} -> {change.state} {change.attempt}"


def problems(found: Evidence, promised: Collection[UUID] = (), refused: Collection[UUID] = ()) -> list[str]:
    """What a queue that loses nothing cannot have done, once all that was enqueued is over.

    `promised` are the jobs whose enqueueing was committed, `refused` those whose enqueueing was rolled back.
    """
    told = [f"{id_} was promised and is not there" for id_ in promised if id_ not in found.jobs]
    told += [f"{id_} was rolled back and is there" for id_ in refused if id_ in found.jobs]
    told += [f"{id_} was enqueued and is not there" for id_ in found.enqueued - found.jobs.keys()]
    told += [f"{id_} is there and was never enqueued" for id_ in found.jobs.keys() - found.enqueued]
    done = found.ledger.keys() | found.effects.keys()
    told += [f"{id_} is no job and was done" for id_ in done - found.jobs.keys()]
    for id_, job in found.jobs.items():
        told += [f"{id_} {problem}" for problem in _of_job(job, found)]
    return told


def _of_job(job: Row, found: Evidence) -> Iterator[str]:
    if job.state != "completed":
        yield f"is {job.state}"
        return
    changes = found.changes.get(job.id, [])
    ledger = found.ledger.get(job.id, [])
    had: Had = (job.attempt, job.worker_id)
    yield from _of_changes(job, changes)
    claimed: set[Had] = {(change.attempt, change.worker_id) for change in changes if kind(change) == "claimed"}
    for entry in ledger:
        if (entry.attempt, entry.worker_id) not in claimed:
            yield f"was {entry.step} by a worker that had not claimed it"
    steps = [entry.step for entry in ledger if (entry.attempt, entry.worker_id) == had]
    if steps != [BEGUN, DONE]:
        yield f"was ended by who wrote down {steps}"
    if any(entry.attempt > job.attempt for entry in ledger):
        yield "was ended by who had lost it: the ledger knows a later attempt"
    if job.result != {"attempt": job.attempt, "worker_id": job.worker_id}:
        yield "was ended by who had lost it: its result is another's"
    effects: list[Had] = [(effect.attempt, effect.worker_id) for effect in found.effects.get(job.id, [])]
    if job.job_type in ("once", "hold_once") and effects != [had]:
        yield f"had {len(effects)} effects, or another's"


def _of_changes(job: Row, changes: list[Row]) -> Iterator[str]:
    kinds = [kind(change) for change in changes]
    yield from (f"was changed as nobody may: {name}" for name in kinds if " -> " in name)
    if kinds.count("completed") != 1 or kinds[-1] != "completed":
        yield f"was not completed once, and then left: {kinds}"
    counted = kinds.count("claimed") - kinds.count("released")
    if job.attempt != counted:
        yield f"counts {job.attempt} attempts, and was claimed and kept {counted} times"
    before = ("available", 0, None)
    for change in changes:
        if (change.old_state, change.old_attempt, change.old_worker_id) != before:
            yield "was changed unseen"
        before = (change.state, change.attempt, change.worker_id)
