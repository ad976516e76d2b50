"""Calls of the job queue's queries, of its queues and schedules, and of workers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import cycle
from typing import Any
from uuid import UUID

from parity.call import AT, UNKNOWN_ID, UNTIL, Call, Sample

LONG_AGO = 36500
"""Days: nothing is as old."""

Params = Mapping[str, Any]

FAILURES: tuple[Params, ...] = (
    {"delay_seconds": 12.5, "retry": True},
    {"delay_seconds": None, "retry": None},
    {"retry": False},
    {"delay_seconds": -60},
    {},
)
"""Ways to fail: again later, at once, never."""


def calls(sample: Sample) -> Iterator[Call]:
    """Each query of the domain."""
    yield from _enqueued(sample)
    yield from _claimed(sample)
    yield from _ended(sample)
    yield from _taken_back(sample)
    yield from _listed(sample)
    yield from _deleted(sample)
    yield from _queues(sample)
    yield from _schedules(sample)
    yield from _workers(sample)


def _jobs(sample: Sample, state: str) -> list[dict[str, Any]]:
    return [row for row in sample["jobs"] if row["state"] == state]


def _fence(job: Params) -> dict[str, Any]:
    return {name: job[name] for name in ("id", "attempt", "worker_id")}


def _wrong_fences(job: Params) -> list[dict[str, Any]]:
    right = _fence(job)
    return [
        {**right, "id": UNKNOWN_ID},
        {**right, "attempt": right["attempt"] + 1},
        {**right, "worker_id": "somebody else"},
    ]


def _enqueued(sample: Sample) -> Iterator[Call]:
    full = {
        "queue": "gpu",
        "job_type": "train",
        "payload": {"größe": [1, 2.5, None], "nested": {"a": True}},
        "priority": 32767,
        "run_at": AT,
        "max_attempts": 1000,
        "timeout_seconds": 0.5,
    }
    wrong: list[Params] = [
        {"priority": 32768},
        {"priority": -1},
        {"queue": ""},
        {"queue": "q" * 101},
        {"job_type": ""},
        {"job_type": "j" * 101},
        {"max_attempts": 0},
        {"max_attempts": 1001},
        {"timeout_seconds": 0},
        {"id": sample["jobs"][0]["id"]},
    ]
    keys: dict[str, Params] = {"jobs.enqueue": {}, "jobs.enqueue_unique": {"unique_key": "schlüssel"}}
    for query, key in keys.items():
        yield Call(query, {**full, **key})
        yield Call(query, {"job_type": "x", "delay_seconds": 90.5, **key})
        for given in wrong:
            yield Call(query, {**full, **key, **given})
    yield Call("jobs.enqueue", rows=[full, {"job_type": "x"}, {"job_type": "y", "payload": []}])
    for state in ("available", "running", "completed"):
        keyed = next(row for row in _jobs(sample, state) if row["unique_key"] is not None)
        yield Call("jobs.enqueue_unique", {"job_type": "x", "unique_key": keyed["unique_key"]})
    for unique_key in (None, "", "k" * 256):
        yield Call("jobs.enqueue_unique", {"job_type": "x", "unique_key": unique_key})
        yield Call("jobs.find_unique", {"unique_key": unique_key})
    for states in ("available,running,completed,cancelled,dead", "running,available", "available", "", None):
        yield Call("jobs.enqueue_unique", {"job_type": "x", "unique_key": "neu", "unique_states": states})
    for row in sample["jobs"]:
        if row["unique_key"] is not None:
            yield Call("jobs.find_unique", {"unique_key": row["unique_key"]})
            yield Call("jobs.enqueue_unique", {"job_type": "x", "unique_key": row["unique_key"]})
    yield from _enqueued_together(sample)
    for payload in ("queue:größe", "", None):
        yield Call("jobs.notify", {"payload": payload})
    yield Call("jobs.clock")


def _enqueued_together(sample: Sample) -> Iterator[Call]:
    full = {
        "queue": "gpu",
        "job_type": "train",
        "payload": {"größe": [1, 2.5, None]},
        "priority": 32767,
        "run_at": "2026-03-04T05:06:07.123457Z",
        "delay_seconds": 9,
        "max_attempts": 1000,
        "timeout_seconds": 30,
        "unique_key": "schlüssel",
        "unique_states": "available,running,dead",
    }
    nothing = dict.fromkeys(full)
    held = [row["unique_key"] for row in sample["jobs"] if row["unique_key"] is not None]
    rows: list[dict[str, Any]] = [
        full,
        {**nothing, "job_type": "x"},
        {"job_type": "y", "payload": []},
        {"job_type": "z", "payload": "text", "delay_seconds": -90.5, "timeout_seconds": 0.25},
        {**full, "job_type": "second of the key"},
        {"job_type": "other", "unique_key": "other"},
        *({"job_type": "taken or not", "unique_key": key} for key in held),
    ]
    given = [{"id": str(_id(number)), **row} for number, row in enumerate(rows)]
    yield Call("jobs.enqueue_many", {"jobs": given})
    yield Call("jobs.enqueue_many", {"jobs": [{**row, "id": row["id"].upper()} for row in reversed(given)]})
    yield Call("jobs.enqueue_many", {"jobs": []})
    wrong: list[Params] = [
        {"id": None},
        {"id": "no id"},
        {"id": str(sample["jobs"][0]["id"])},
        {"queue": "q" * 101},
        {"job_type": None},
        {"job_type": ""},
        {"priority": -1},
        {"priority": "high"},
        {"run_at": "no time"},
        {"max_attempts": 0},
        {"timeout_seconds": -1},
        {"unique_key": ""},
        {"unique_states": "completed"},
    ]
    for each in wrong:
        yield Call("jobs.enqueue_many", {"jobs": [given[1], {**given[0], **each}]})


def _id(number: int) -> UUID:
    """An id that the sample has not."""
    return UUID(int=UNKNOWN_ID.int - 1000 + number)


def _claimed(sample: Sample) -> Iterator[Call]:
    lease = {"worker_id": "parity", "lease_seconds": 30}
    queues = sorted({row["queue"] for row in _jobs(sample, "available")})
    for queue in (*queues, "none", ""):
        yield Call("jobs.claim", {**lease, "queue": queue, "limit": 500})
        yield Call("jobs.claim", {**lease, "queue": queue, "limit": 3, "job_types": ["train", "export", "mail"]})
        yield Call("jobs.list_pending", {"queue": queue, "limit": 500})
        yield Call("jobs.list_pending", {"queue": queue, "job_types": ["train", "export"], "limit": 2})
        yield Call("jobs.next_run_at", {"queue": queue, "job_types": ["evaluate", "send_mail"]})
        yield Call("jobs.seconds_to_next", {"queue": queue, "job_types": ["evaluate", "send_mail"]})
    yield Call("jobs.claim", lease)
    yield Call("jobs.claim", {**lease, "limit": 0})
    yield Call("jobs.claim", {**lease, "limit": -1})
    yield Call("jobs.claim", {**lease, "limit": None})
    yield Call("jobs.claim", {**lease, "limit": 5, "job_types": []})
    yield Call("jobs.claim", {**lease, "lease_seconds": -0.25, "limit": 5})
    yield Call("jobs.claim", {**lease, "worker_id": None})
    yield Call("jobs.next_run_at", {"job_types": []})


def _ended(sample: Sample) -> Iterator[Call]:
    running = _jobs(sample, "running")
    first = running[0]
    for job in running[:4]:
        fence = _fence(job)
        yield Call("jobs.heartbeat", {**fence, "lease_seconds": 60})
        yield Call("jobs.complete", {**fence, "result": {"rows": [1, 2.0], "größe": None}})
        yield Call("jobs.fail", {**fence, "error": "Zeitüberschreitung", "delay_seconds": 12.5})
        yield Call("jobs.fail", {**fence, "error": None})
        yield Call("jobs.fail", {**fence, "error": "never again", "retry": False})
        yield Call("jobs.release", fence)
        yield Call("jobs.release", {**fence, "delay_seconds": 3600})
    results: list[Any] = [None, [], "text", 3, 2.5, False]
    for result in results:
        yield Call("jobs.complete", {**_fence(first), "result": result})
    for wrong in (
        *_wrong_fences(first),
        *({**_fence(job), "worker_id": "w"} for job in _jobs(sample, "available")[:2]),
    ):
        yield Call("jobs.heartbeat", {**wrong, "lease_seconds": 60})
        yield Call("jobs.complete", wrong)
        yield Call("jobs.fail", {**wrong, "error": "no"})
        yield Call("jobs.release", wrong)
    done = _jobs(sample, "completed")[0]
    yield Call("jobs.complete", _fence(done))
    yield Call("jobs.fail", {**_fence(done), "error": "no"})
    yield from _ended_together(running, done)


def _ended_together(running: list[dict[str, Any]], done: Params) -> Iterator[Call]:
    results: list[Any] = [{"a": [1, {"b": 2.5}]}, None, [], "text", 7, 1.5, True]
    for worker in sorted({row["worker_id"] for row in running}):
        given = [
            {"id": str(row["id"]), "attempt": row["attempt"], "result": results[index % len(results)]}
            for index, row in enumerate([*running, done])
        ]
        without = [{"id": row["id"], "attempt": row["attempt"]} for row in given]
        given.append({"id": str(UNKNOWN_ID), "attempt": 1, "result": 1})
        yield Call("jobs.complete_many", {"jobs": given, "worker_id": worker})
        yield Call("jobs.complete_many", {"jobs": without, "worker_id": worker})
        yield Call("jobs.heartbeat_many", {"jobs": without, "worker_id": worker, "lease_seconds": 45})
        stale = [{**row, "attempt": 99, "id": row["id"].upper()} for row in without]
        yield Call("jobs.complete_many", {"jobs": stale, "worker_id": worker})
        upper = [{**row, "id": row["id"].upper()} for row in without]
        yield Call("jobs.heartbeat_many", {"jobs": upper, "worker_id": worker, "lease_seconds": 45})
        failed = [
            {**row, **how, "error": f"Fehler: größe {index}"}
            for index, (row, how) in enumerate(zip(without, cycle(FAILURES), strict=False))
        ]
        yield Call("jobs.fail_many", {"jobs": failed, "worker_id": worker})
        yield Call("jobs.fail_many", {"jobs": upper, "worker_id": worker})
        yield Call("jobs.fail_many", {"jobs": stale, "worker_id": worker})
        late = [{**row, "delay_seconds": 90.5 * (index % 3 - 1)} for index, row in enumerate(upper)]
        yield Call("jobs.release_many", {"jobs": late, "worker_id": worker})
        yield Call("jobs.release_many", {"jobs": without, "worker_id": worker})
        yield Call("jobs.release_many", {"jobs": stale, "worker_id": worker})
    for query in ("complete_many", "fail_many", "release_many"):
        yield Call(f"jobs.{query}", {"jobs": [], "worker_id": "nobody"})
    yield Call("jobs.heartbeat_many", {"jobs": [], "worker_id": "nobody", "lease_seconds": 1})


def _taken_back(sample: Sample) -> Iterator[Call]:
    yield Call("jobs.reclaim", {"limit": 500})
    yield Call("jobs.reclaim", {"limit": 2})
    yield Call("jobs.reclaim", {"limit": 1})
    yield Call("jobs.reclaim", {"limit": 0})
    for state in ("available", "running", "completed", "cancelled", "dead"):
        for job in _jobs(sample, state)[:4]:
            yield Call("jobs.cancel", {"id": job["id"]})
            yield Call("jobs.retry", {"id": job["id"], "attempts": 3})
            yield Call("jobs.retry", {"id": job["id"]})
    for query in ("jobs.cancel", "jobs.retry"):
        yield Call(query, {"id": UNKNOWN_ID})
    yield Call("jobs.retry", {"id": _jobs(sample, "dead")[0]["id"], "attempts": 1000})


def _listed(sample: Sample) -> Iterator[Call]:
    jobs = sample["jobs"]
    middle = jobs[len(jobs) // 2]
    page = {"before_created_at": middle["created_at"], "before_id": middle["id"]}
    yield Call("jobs.get", {"id": middle["id"]})
    yield Call("jobs.get", {"id": UNKNOWN_ID})
    for state in ("available", "completed", "dead"):
        job = _jobs(sample, state)[0]
        yield Call(
            "jobs.list",
            {"queue": job["queue"], "job_type": job["job_type"], "states": [state, "running"], **page, "limit": 4},
        )
    yield Call("jobs.list", {"limit": 500})
    yield Call("jobs.list", {"limit": 0})
    yield Call("jobs.list", {"states": []})
    running, dead = _jobs(sample, "running"), _jobs(sample, "dead")
    yield Call("jobs.list_running", {"worker_id": running[0]["worker_id"], "limit": 3})
    yield Call("jobs.list_running", {"worker_id": "nobody"})
    latest = max(dead, key=lambda row: (row["completed_at"], row["id"]))
    before = {"before_completed_at": latest["completed_at"], "before_id": latest["id"]}
    yield Call("jobs.list_dead", {"queue": latest["queue"], "job_type": latest["job_type"], **before, "limit": 5})
    yield Call("jobs.list_dead", {"job_type": dead[0]["job_type"], "limit": 5})
    yield Call("jobs.list_dead", {"limit": 500})
    yield Call("jobs.count_by_state")
    yield Call("jobs.count_by_queue")
    yield Call("jobs.statistics")
    yield Call("jobs.statistics_by_queue")


def _deleted(sample: Sample) -> Iterator[Call]:
    for days in (0, 0.5, LONG_AGO):
        yield Call("jobs.delete_old", {"days": days, "limit": 500})
        yield Call("jobs.purge_dead", {"days": days, "limit": 500})
    yield Call("jobs.delete_old", {"days": 1, "limit": 3})
    yield Call("jobs.delete_old", {"days": 1, "limit": 0})
    yield Call("jobs.delete_old", {"days": 1, "states": ["dead", "available", "running"], "limit": 500})
    yield Call("jobs.delete_old", {"days": 1, "states": []})
    yield Call("jobs.purge_dead", {"limit": 2})
    for dead in _jobs(sample, "dead")[:2]:
        yield Call("jobs.purge_dead", {"queue": dead["queue"], "job_type": dead["job_type"]})
    for state in ("available", "running", "dead"):
        yield Call("jobs.delete", {"id": _jobs(sample, state)[0]["id"]})
    yield Call("jobs.delete", {"id": UNKNOWN_ID})


def _queues(sample: Sample) -> Iterator[Call]:
    yield Call("job_queues.list")
    for name in (*(row["name"] for row in sample["job_queues"]), "neu", "", "q" * 101):
        for query in ("register", "get", "pause", "resume", "delete"):
            yield Call(f"job_queues.{query}", {"name": name})


def _schedules(sample: Sample) -> Iterator[Call]:
    new = {"name": "weekly", "cron": "0 4 * * 0", "job_type": "clean", "next_run_at": UNTIL}
    full = {
        **new,
        "timezone": "Europe/Oslo",
        "queue": "gpu",
        "payload": {"a": [1, 2.5]},
        "priority": 9,
        "max_attempts": 2,
        "timeout_seconds": 30,
        "unique_key": "wöchentlich",
    }
    yield Call("job_schedules.set", new)
    yield Call("job_schedules.set", full)
    yield Call("job_schedules.set", {**new, "next_run_at": None})
    wrong: list[Params] = [
        {"name": ""},
        {"name": "n" * 101},
        {"cron": ""},
        {"cron": "*" * 256},
        {"timezone": ""},
        {"queue": "q" * 101},
        {"job_type": ""},
        {"priority": 40000},
        {"max_attempts": 0},
        {"timeout_seconds": -1},
        {"unique_key": ""},
        {"unique_key": "k" * 256},
    ]
    for given in wrong:
        yield Call("job_schedules.set", {**full, **given})
    for row in sample["job_schedules"]:
        name, seen = row["name"], row["next_run_at"]
        yield Call("job_schedules.set", {**full, "name": name})
        yield Call("job_schedules.set", {**full, "name": name, "cron": row["cron"], "timezone": row["timezone"]})
        yield Call("job_schedules.get", {"name": name})
        yield Call("job_schedules.advance", {"name": name, "seen_run_at": seen, "next_run_at": AT})
        yield Call("job_schedules.advance", {"name": name, "seen_run_at": seen, "next_run_at": None})
        later = (seen or AT) + timedelta(microseconds=1)
        yield Call("job_schedules.advance", {"name": name, "seen_run_at": later, "next_run_at": AT})
        yield Call("job_schedules.enable", {"name": name, "next_run_at": AT})
        yield Call("job_schedules.disable", {"name": name})
        yield Call("job_schedules.delete", {"name": name})
        yield Call("job_schedules.list", {"queue": row["queue"], "after_name": name, "limit": 2})
    yield Call("job_schedules.list", {"after_name": "", "limit": 3})
    yield Call("job_schedules.list_due")
    yield Call("job_schedules.list_due", {"limit": 1})
    for query in ("get", "enable", "disable", "delete"):
        yield Call(f"job_schedules.{query}", {"name": "unknown"})


def _workers(sample: Sample) -> Iterator[Call]:
    known = [row["worker_id"] for row in sample["workers"]]
    full = {"address": "host:1", "capacity": 8, "tags": ["gpu", "größe"], "metadata": {"pid": 1, "x": [None, 1.5]}}
    for worker in (known[0], known[2], "new", "", "w" * 256):
        yield Call("workers.register", {"worker_id": worker, **full})
        yield Call("workers.register", {"worker_id": worker, "address": "host:2"})
        yield Call("workers.get", {"worker_id": worker})
        yield Call("workers.remove", {"worker_id": worker})
        yield Call("workers.heartbeat", {"worker_id": worker, "current_tasks": 3})
        yield Call("workers.record_done", {"worker_id": worker, "completed": 5, "failed": 2})
        yield Call("workers.record_done", {"worker_id": worker})
        for status in ("active", "draining", "stopped", "asleep", ""):
            yield Call("workers.set_status", {"worker_id": worker, "status": status})
    yield Call("workers.register", {"worker_id": "new", "address": ""})
    yield Call("workers.register", {"worker_id": "new", "address": "host:1", "capacity": 0})
    yield Call("workers.heartbeat", {"worker_id": known[1], "current_tasks": -1})
    yield Call("workers.record_done", {"worker_id": known[0], "completed": -(2**50)})
    yield Call("workers.list", {"statuses": ["active", "stopped"], "limit": 3})
    yield Call("workers.list", {"statuses": []})
    years = 86400 * LONG_AGO
    yield Call("workers.list_active", {"seconds": years})
    yield Call("workers.list_active", {"seconds": years, "limit": 2})
    yield Call("workers.list_active", {"seconds": 30})
    yield Call("workers.remove_stale", {"seconds": 60})
    yield Call("workers.remove_stale", {"seconds": years})
