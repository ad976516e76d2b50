"""LLM Test Bench: benchmarks, evaluations, a job queue, workers, users and an audit log; PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from plainbase.errors import ParameterError
from plainbase.platform.identity.names import folded_username, normal_email
from plainbase.platform.legacy.importing import Import, Step
from plainbase.platform.legacy.layout import Expected, Recognition, compare
from plainbase.platform.legacy.llm_test_bench_tables import (
    AUDIT,
    BENCHMARKS,
    EVALUATIONS,
    EXPECTED,
    JOBS,
    USERS,
    WORKERS,
)
from plainbase.platform.legacy.reading import Reading, Unfit
from plainbase.platform.legacy.runs import STATUSES, times
from plainbase.platform.legacy.source import SourceTable

IGNORED = {"_sqlx_migrations": "the older program's own schema version"}

ROLES = {"admin": "admin", "administrator": "admin", "researcher": "researcher", "user": "user"}
STATES = {"pending": "available", "running": "available", "completed": "completed", "failed": "dead"}
"""A job's status, as plainbase's states; a running one waits again, since its worker is none of plainbase's."""
PERSONAL = "an address or a browser, personal data that could not be erased from another log's entry"
FOREIGN_KEYS = "hashes of another format, which no key can be checked against: make new ones by `plainbase keys add`"
AUDITED = {"user": "users", "benchmark": "benchmarks", "evaluation": "evaluations", "job": "jobs", "worker": "workers"}


class LlmTestBench:
    """The layout of the LLM Test Bench, by its documented tables."""

    name = "llm_test_bench"
    title = "LLM Test Bench: benchmarks, evaluations, jobs, workers, users"

    def recognise(self, tables: Mapping[str, SourceTable]) -> Recognition:
        """Say how well tables fit."""
        return compare(tables, EXPECTED, (*IGNORED, "api_keys"))

    async def run(self, importing: Import) -> None:
        """Take it over, what is referred to first."""
        tables = importing.source.tables
        importing.ignored |= {name: why for name, why in IGNORED.items() if name in tables}
        bench = _Bench(importing)
        for table, take in (
            (USERS, bench.users),
            (BENCHMARKS, bench.benchmarks),
            (EVALUATIONS, bench.evaluations),
            (WORKERS, bench.workers),
            (JOBS, bench.jobs),
            (AUDIT, bench.audit),
        ):
            if table.found_in(tables) is not None:
                await take()
        if "api_keys" in tables:
            keys = importing.tally("api_keys", None)
            keys.rows = await importing.source.count("api_keys")
            keys.leave(FOREIGN_KEYS, rows=keys.rows)


class _Bench:
    """One import: what its steps have in common."""

    def __init__(self, importing: Import) -> None:
        self.importing = importing
        self.queue = "llm_test_bench"

    async def step(
        self, table: Expected, columns: Mapping[str, str], convert: Callable[[Reading], Mapping[str, Any]], **more: Any
    ) -> None:
        """Take a table, whose key is its id, into the one of the same name."""
        name = table.names[0]
        await self.importing.take(Step(name, name, ("id",), columns, convert, remembered_as=name, **more))

    def id(self, row: Reading) -> UUID:
        """The row's own id."""
        found = row.uuid("id")
        if found is None:
            raise Unfit("a required value is NULL or empty", "id")
        return found

    def created(self, row: Reading, *others: str) -> datetime:
        """When a row was made, or whatever is known of it."""
        for column in ("created_at", *others):
            if (found := row.moment(column)) is not None:
                return found
        row.note("nothing said when it was made: it is as if made by the import")
        return self.importing.began

    def creator(self, row: Reading) -> Any:
        """Who made it; an account that is not there is nobody, since the older system did not check it."""
        try:
            return row.reference("created_by", "users")
        except Unfit:
            row.lose("created_by", "there is no such account: it became NULL")
            return None

    async def users(self) -> None:
        """Accounts. A password stays only where its hash is argon2's, which is what can be checked here."""

        def convert(row: Reading) -> Mapping[str, Any]:
            created = self.created(row, "updated_at")
            preferences = row.object("metadata")
            role = row.text("role") or ""
            if role.lower() not in ROLES:
                row.note("a role that is not known became user; it stands in preferences.imported_role")
                preferences = preferences | {"imported_role": role}
            stored = row.text("password_hash")
            if stored is not None and not stored.startswith(("$argon2id$", "$argon2i$", "$argon2d$")):
                row.lose("password_hash", "no hash of argon2's: its owner resets the password (`plainbase users`)")
                stored = None
            active, verified = row.truth("active"), row.truth("email_verified")
            name = row.required("username")
            return {
                "id": self.id(row),
                "email": _email(row),
                "username": name,
                "folded_username": _folded(row, name),
                "password_hash": stored,
                "role": ROLES.get(role.lower(), "user"),
                "preferences": preferences,
                "active": True if active is None else active,
                "email_verified": bool(verified),
                "last_login_at": row.moment("last_login"),
                "created_at": created,
                "updated_at": row.moment("updated_at") or created,
            }

        await self.step(USERS, USERS.same(metadata="preferences", last_login="last_login_at"), convert)

    async def benchmarks(self) -> None:
        """Benchmarks."""

        def convert(row: Reading) -> Mapping[str, Any]:
            status = _status(row)
            created = self.created(row, "started_at", "completed_at", "updated_at")
            started, ended = times(status, row.moment("started_at"), row.moment("completed_at"), created, row)
            completed, failed = row.whole("completed_iterations") or 0, row.whole("failed_iterations") or 0
            total = row.whole("total_iterations")
            return {
                "id": self.id(row),
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
                "created_by": self.creator(row),
                "created_at": created,
                "updated_at": row.moment("updated_at") or created,
            }

        await self.step(BENCHMARKS, BENCHMARKS.same(), convert)

    async def evaluations(self) -> None:
        """Evaluations."""

        def convert(row: Reading) -> Mapping[str, Any]:
            created = self.created(row)
            return {
                "id": self.id(row),
                "benchmark_id": row.reference("benchmark_id", "benchmarks"),
                "provider": row.required("provider"),
                "model": row.required("model"),
                "input": row.text("input"),
                "output": row.text("output"),
                "expected": row.text("expected"),
                "metrics": row.object("metrics"),
                "score": row.real("score"),
                "metadata": row.object("metadata"),
                "created_by": self.creator(row),
                "created_at": created,
                "updated_at": created,
            }

        await self.step(EVALUATIONS, EVALUATIONS.same(), convert)

    async def workers(self) -> None:
        """Workers, all of them stopped: they are programs of the older system."""

        def convert(row: Reading) -> Mapping[str, Any]:
            registered = row.moment("registered_at") or self.created(row, "last_heartbeat")
            was = {"id": str(self.id(row)), "status": row.text("status")}
            return {
                "worker_id": row.required("worker_id"),
                "address": row.required("address"),
                "status": "stopped",
                "capacity": row.whole("capacity"),
                "current_tasks": 0,
                "completed_tasks": row.whole("completed_tasks") or 0,
                "failed_tasks": row.whole("failed_tasks") or 0,
                "tags": row.json("tags") or [],
                "metadata": row.object("metadata") | {"imported": was},
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
        await self.step(WORKERS, columns, convert, by=("worker_id",), derived={"current_tasks": running})

    async def jobs(self) -> None:
        """Jobs, in a queue of their own, so that nothing runs before somebody wants it."""

        def convert(row: Reading) -> Mapping[str, Any]:
            status = _status(row)
            state = STATES.get(status, status)
            created = self.created(row, "updated_at", "started_at")
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
                "id": self.id(row),
                "queue": self.queue,
                "job_type": row.required("job_type"),
                "payload": row.object("payload"),
                "priority": row.whole("priority"),
                "state": state,
                "run_at": created,
                "attempt": retries + (state != "available"),
                "max_attempts": max(retries, 0 if most is None else most) + 1,
                "timeout_seconds": row.real("timeout_seconds") or None,
                "worker_id": None if state == "available" else self.worker(row),
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
        self.importing.notes.append(f"jobs are in the queue {self.queue}: no worker takes them unless it serves it")
        await self.step(JOBS, columns, convert)

    def worker(self, row: Reading) -> str | None:
        """The name of the worker that had a job, or its id where that worker is gone."""
        try:
            found = row.reference("assigned_worker_id", "workers")
        except Unfit:
            return row.text("assigned_worker_id")
        return None if found is None else str(found)

    async def audit(self) -> None:
        """The older log, entry by entry: what was said then stands in `changes`, and the time of the import beside it.

        So the chain stays honest: it tells when an entry came into it, and vouches for nothing before.
        """
        actor = f"upgrade-legacy {self.importing.layout}"

        def convert(row: Reading) -> Mapping[str, Any]:
            entity = row.required("entity_type")
            changed = row.json("changes")
            said = {
                "action": row.required("action"),
                "user_id": row.text("user_id"),
                "created_at": None if (at := row.moment("created_at")) is None else at.isoformat(),
            }
            of_a_person = entity.lower() in ("user", "users")
            return {
                "actor": actor,
                "action": "imported",
                "entity_type": AUDITED.get(entity.lower(), entity),
                "entity_id": row.text("entity_id"),
                "changes": {"imported": self.importing.origin("audit_logs", self.id(row)), "entry": said}
                | ({} if of_a_person else {"changes": changed}),
                "personal": {"changes": changed} if of_a_person and changed is not None else None,
            }

        columns = AUDIT.same(
            "ip_address",
            "user_agent",
            id="changes.imported.key",
            user_id="changes.entry.user_id",
            action="changes.entry.action",
            created_at="changes.entry.created_at",
        )
        dropped = {"ip_address": PERSONAL, "user_agent": PERSONAL}
        await self.step(AUDIT, columns, convert, by=("changes.imported",), dropped=dropped)


def _email(row: Reading) -> str:
    try:
        return normal_email(row.required("email"))
    except ParameterError:
        raise Unfit("this is no mail address", "email") from None


def _folded(row: Reading, name: str) -> str | None:
    try:
        return folded_username(name)
    except ParameterError:
        row.note("a name that plainbase gives to nobody: what looks like it is not refused")
        return None


def _status(row: Reading) -> str:
    status = row.word("status", STATUSES)
    if status is None:
        raise Unfit("a required value is NULL or empty", "status")
    return status
