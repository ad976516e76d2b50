"""The benchmarks and evaluations of the LLM Test Bench, its jobs, and the workers that did them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from plainbase.platform.legacy.llm_test_bench_rows import Bench, status_of
from plainbase.platform.legacy.llm_test_bench_tables import BENCHMARKS, EVALUATIONS, JOBS, WORKERS
from plainbase.platform.legacy.reading import Reading, Unfit
from plainbase.platform.legacy.runs import times

STATES = {"pending": "available", "running": "available", "completed": "completed", "failed": "dead"}
"""A job's status, as plainbase's states; a running one waits again, since its worker is none of plainbase's."""


async def benchmarks(bench: Bench) -> None:
    """Benchmarks."""

    def convert(row: Reading) -> Mapping[str, Any]:
        status = status_of(row)
        created = bench.created(row, "started_at", "completed_at", "updated_at")
        started, ended = times(status, row.moment("started_at"), row.moment("completed_at"), created, row)
        completed, failed = row.whole("completed_iterations") or 0, row.whole("failed_iterations") or 0
        total = row.whole("total_iterations")
        return {
            "id": bench.id(row),
            "name": row.required("name"),
            "description": row.text("description"),
            "provider": row.required("provider"),
            "model": row.required("model"),
            "dataset": row.required("dataset"),
            "status": status,
            "total_iterations": completed + failed if total is None else total,
            "completed_iterations": completed,
            "failed_iterations": failed,
            "results": row.object("results"),
            "metrics": row.object("metrics"),
            "error": row.text("error"),
            "started_at": started,
            "completed_at": ended,
            "created_by": bench.creator(row),
            "created_at": created,
            "updated_at": row.moment("updated_at") or created,
        }

    await bench.step(BENCHMARKS, BENCHMARKS.same(), convert)


async def evaluations(bench: Bench) -> None:
    """Evaluations."""

    def convert(row: Reading) -> Mapping[str, Any]:
        created = bench.created(row)
        return {
            "id": bench.id(row),
            "benchmark_id": row.reference("benchmark_id", "benchmarks"),
            "provider": row.required("provider"),
            "model": row.required("model"),
            "input": row.text("input"),
            "output": row.text("output"),
            "expected": row.text("expected"),
            "metrics": row.object("metrics"),
            "score": row.real("score"),
            "metadata": row.object("metadata"),
            "created_by": bench.creator(row),
            "created_at": created,
            "updated_at": created,
        }

    await bench.step(EVALUATIONS, EVALUATIONS.same(), convert)


async def workers(bench: Bench) -> None:
    """Workers, all of them stopped: they are programs of the older system."""

    def convert(row: Reading) -> Mapping[str, Any]:
        registered = row.moment("registered_at") or bench.created(row, "last_heartbeat")
        held = row.object("metadata")
        was = {"id": str(bench.id(row)), "status": row.text("status")}
        return {
            "worker_id": row.required("worker_id"),
            "address": row.required("address"),
            "status": "stopped",
            "capacity": row.whole("capacity"),
            "current_tasks": 0,
            "completed_tasks": row.whole("completed_tasks") or 0,
            "failed_tasks": row.whole("failed_tasks") or 0,
            "tags": row.json("tags") or [],
            "metadata": held | {"imported": was | ({"theirs": held["imported"]} if "imported" in held else {})},
            "registered_at": registered,
            "last_heartbeat_at": row.moment("last_heartbeat") or registered,
            "updated_at": row.moment("updated_at") or registered,
        }

    columns = WORKERS.same(
        "current_tasks",
        id="metadata.imported.id",
        status="metadata.imported.status",
        last_heartbeat="last_heartbeat_at",
    )
    running = "what it was doing then: a worker that is not plainbase's does nothing here"
    await bench.step(WORKERS, columns, convert, by=("worker_id",), derived={"current_tasks": running})


async def jobs(bench: Bench) -> None:
    """Jobs, in a queue of their own, so that nothing runs before somebody wants it."""

    def convert(row: Reading) -> Mapping[str, Any]:
        status = status_of(row)
        state = STATES.get(status, status)
        created = bench.created(row, "updated_at", "started_at")
        ended = row.moment("completed_at")
        if status == "running":
            row.note("it was running: it waits again, since its worker is none of plainbase's")
        if state == "available":
            if ended is not None:
                row.lose("completed_at", "it had not ended and had an end")
            ended = None
        elif ended is None:
            row.note("it had ended and nothing said when: its end is when it was last changed")
            ended = row.moment("updated_at") or row.moment("started_at") or created
        retries = row.whole("retry_count") or 0
        most = row.whole("max_retries")
        return {
            "id": bench.id(row),
            "queue": bench.queue,
            "job_type": row.required("job_type"),
            "payload": row.object("payload"),
            "priority": row.whole("priority"),
            "state": state,
            "run_at": created,
            "attempt": retries + (state != "available"),
            "max_attempts": max(retries, 0 if most is None else most) + 1,
            "timeout_seconds": row.real("timeout_seconds") or None,
            "worker_id": None if state == "available" else _worker(bench, row),
            "result": row.json("result"),
            "error": row.text("error"),
            "started_at": row.moment("started_at"),
            "completed_at": ended,
            "created_at": created,
            "updated_at": row.moment("updated_at") or created,
        }

    columns = JOBS.same(
        status="state", retry_count="attempt", max_retries="max_attempts", assigned_worker_id="worker_id"
    )
    bench.importing.notes.append(f"jobs are in the queue {bench.queue}: no worker takes them unless it serves it")
    await bench.step(JOBS, columns, convert)


def _worker(bench: Bench, row: Reading) -> str | None:
    """The name of the worker that had a job, or its id where that worker is gone."""
    try:
        found = row.reference("assigned_worker_id", "workers")
    except Unfit:
        return row.text("assigned_worker_id")
    return None if found is None else str(found)
