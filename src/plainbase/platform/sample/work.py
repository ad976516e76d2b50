"""Jobs in every state, their queues and schedules, and the workers."""

from __future__ import annotations

from datetime import datetime, timedelta

from plainbase.platform.sample.source import FAR, Row, Source

QUEUES = ("default", "gpu", "mail", "größe")
TYPES = ("train", "evaluate", "export", "refresh_views", "send_mail")
UNIQUE_STATES = (
    *("available,running", "available,running,completed", "available,running,cancelled"),
    *("available,running,dead", "available,running,completed,cancelled,dead"),
)
STATES = ("available", "completed", "running", "completed", "dead", "available", "cancelled", "running")


def make(source: Source) -> None:
    """Make the tables of this domain."""
    _workers(source)
    source.tables["job_queues"] = [
        {
            "name": name,
            "paused_at": source.time(0.9) if name == "mail" else None,
            "created_at": source.time(0.1),
            "updated_at": source.time(0.9),
        }
        for name in (*QUEUES[:3], source.edge("q" * 100, "night"))
    ]
    _schedules(source)
    _jobs(source)


def _workers(source: Source) -> None:
    rows = source.tables["workers"] = []
    for index, at in enumerate(source.times(7, 0.6)):
        rows.append(
            {
                "worker_id": f"worker-{index}-{source.random.getrandbits(32):08x}",
                "address": ("localhost", f"10.0.0.{index}:9000", "[2001:db8::5]:9000")[index % 3],
                "status": ("active", "active", "draining", "stopped")[index % 4],
                "capacity": (1, 4, 16)[index % 3],
                "current_tasks": index % 4,
                "completed_tasks": source.whole(0, 900),
                "failed_tasks": (0, 3, source.edge(2**40, 12))[index % 3],
                "tags": (["gpu"], [], ["cpu", "größe"], {"zone": "a"})[index % 4],
                "metadata": source.json(index, {"version": "0.1.0", "python": "3.12"}),
                "registered_at": at,
                "last_heartbeat_at": source.until if index < 3 else source.later(at, 3600),
                "updated_at": source.until if index < 3 else source.later(at, 3600),
            }
        )


def _schedules(source: Source) -> None:
    rows = source.tables["job_schedules"] = []
    crons = (("nightly", "0 3 * * *"), ("hourly", "@hourly"), ("réveil", "*/5 9-17 * * 1-5"), ("never", "0 0 30 2 *"))
    for index, (name, cron) in enumerate(crons):
        rows.append(
            {
                "name": name,
                "cron": cron,
                "timezone": ("UTC", "Europe/Oslo")[index % 2],
                "queue": QUEUES[index],
                "job_type": TYPES[index],
                "payload": source.json(index, {"full": True}),
                "priority": (0, 10, 32767, 5)[index],
                "max_attempts": (5, 1, 1000, 3)[index],
                "timeout_seconds": (None, 60.0, 1e9, 0.001)[index],
                "unique_key": (None, "hourly", source.edge("k" * 255, "réveil"), None)[index],
                "enabled": index != 3,
                "next_run_at": (source.later(source.until, 0), FAR, source.time(0.95), None)[index],
                "last_run_at": (source.time(0.97), None, source.time(0.94), None)[index],
                "created_at": source.time(0.1),
                "updated_at": source.time(0.97),
            }
        )


def _jobs(source: Source) -> None:
    rows = source.tables["jobs"] = []
    workers = [row["worker_id"] for row in source.rows("workers")]
    for index, at in enumerate(source.times(source.many(64), 0.5)):
        state = STATES[index % len(STATES)]
        row: Row = {
            "id": source.id(at),
            "queue": QUEUES[index % 3 if index % 9 else 3],
            "job_type": TYPES[index % len(TYPES)],
            "payload": source.json(index, {"run": index, "args": ["--fast"]}),
            "priority": (0, 0, 10, 32767)[index % 4] if index % 5 else 5,
            "state": state,
            "run_at": _run_at(source, at, index) if state == "available" else at,
            **_tries(source, state, at, index, workers),
            **_unique(state, index),
        }
        rows.append({name: row[name] for name in COLUMNS} | {"created_at": at, "updated_at": source.later(at, 900)})


def _unique(state: str, index: int) -> Row:
    """A third have a key: some that are over still hold it, others share theirs with one that came before."""
    if index % 3:
        return {"unique_key": None, "unique_states": UNIQUE_STATES[0]}
    states = UNIQUE_STATES[index // 3 % len(UNIQUE_STATES)]
    shares = state in ("completed", "dead") and state not in states
    return {"unique_key": f"key-{index // 2}" if shares else f"key-{index}-{state}", "unique_states": states}


def _run_at(source: Source, at: datetime, index: int) -> datetime:
    """Most can be taken at once, some later, one not in our time."""
    return FAR if index % 24 == 21 else source.later(at, 600) if index % 3 else at


def _tries(source: Source, state: str, at: datetime, index: int, workers: list[str]) -> Row:
    """How often it was tried, by whom and how it ended, as far as its state allows."""
    most = (5, 1, 3, 1000)[index % 4]
    over = state in ("completed", "cancelled", "dead")
    tried = state in ("running", "completed", "dead") or index % 16 == 5
    error = "Traceback: ConnectionResetError" if state == "dead" or index % 16 == 5 else None
    started = source.later(at, 30) if tried else None
    return {
        "attempt": most if state == "dead" else int(tried),
        "max_attempts": most,
        "timeout_seconds": (None, 60.0, 3600.5, 1e9)[index % 4],
        # A lease that ran out long ago, or one that never will.
        "lease_expires_at": (FAR if index % 16 < 8 else at + timedelta(seconds=60)) if state == "running" else None,
        "worker_id": workers[index % 3] if state in ("running", "completed") else None,
        "result": source.json(index, {"rows": index}) if state == "completed" and index % 4 else None,
        "error": error,
        "started_at": started,
        "completed_at": source.later(started or at, source.skewed(120)) if over else None,
    }


COLUMNS = (
    *("id", "queue", "job_type", "payload", "priority", "state", "run_at", "attempt", "max_attempts"),
    *("timeout_seconds", "lease_expires_at", "worker_id", "unique_key", "unique_states"),
    *("result", "error", "started_at", "completed_at"),
)
