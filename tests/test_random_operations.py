"""Random work on both engines side by side: each result and error is the same at once, and all tables at the end."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack
from itertools import count
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from conftest import SOAK, examples
from parity import contents, harness
from parity.call import UNKNOWN_ID, UNTIL, Call, sample_rows
from parity.databases import copies
from parity.equal import difference
from plainbase import Database, Dialect, PlainbaseError, StatementFailed, Transaction, TransactionAborted
from plainbase.shipped import internal_queries

T = TypeVar("T")
SAMPLE = sample_rows()
NUMBERING = internal_queries(Dialect.POSTGRES, "sequences")["advance"].script
STATUSES = ("running", "completed", "running", "failed", "cancelled", "pending", "paused")

picks = st.integers(0, 15)
names = st.sampled_from(("a", "b", "Ä", "support-assistant", "mmlu", "", "x" * 256))
numbers = st.sampled_from((None, 0.0, -1.5, 1e300, 5e-324, float("inf"), 0.1))
documents = st.sampled_from(({}, [], {"a": [1, 2.0, None]}, "text", 1e22, 2**70, {"ü": "😀"}))


class SideBySide(RuleBasedStateMachine):
    """Both engines; `nested` holds the blocks that are open on each, the outermost transaction first."""

    sampled: Mapping[str, str]
    folder: Path

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.exits = AsyncExitStack()
        self.made = count(1)
        self.nested: list[tuple[Any, Any]] = []
        self.transactions: tuple[Transaction, Transaction] | None = None
        self.failed = False
        self.claimed: list[tuple[UUID, int, str]] = [(UNKNOWN_ID, 1, "w")]
        self.model_of = {row["id"]: row["model_id"] for row in SAMPLE["model_versions"]}
        self.ids = {table: [row["id"] for row in SAMPLE[table][:8]] for table in KEPT}

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    @initialize()
    def open(self) -> None:
        async def opened() -> tuple[Database, Database]:
            return await self.exits.enter_async_context(copies(self.sampled, self.folder))

        self.databases = self.run(opened())

    def teardown(self) -> None:
        try:
            if hasattr(self, "databases"):
                while self.nested:
                    self._leave(harness.Undone)
                self.run(self._compare_tables())
        finally:
            self.run(self.exits.aclose())
            self.runner.close()

    async def _compare_tables(self) -> None:
        """Compare all tables, and the views that are computed from them."""
        for db in self.databases:
            await db.refresh_all()
        sqlite = self.databases[0]
        tables = await contents.of(sqlite, await contents.tables(sqlite) | await contents.stored_views(sqlite))
        left, right = [await tables.read(db, tables.reads) for db in self.databases]
        found = {table: difference(left[table], right[table]) for table in left}
        assert {table: told for table, told in found.items() if told} == {}

    def id(self, table: str, pick: int) -> UUID:
        """One of the ids that are or were in a table, or one that never was."""
        known = self.ids[table]
        return UNKNOWN_ID if pick == 0 else known[-pick % len(known)]

    def create(self, query: str, /, **params: Any) -> Any:
        """Run a query that makes a row, with an id later than all before it, as `uuid7()` makes them."""
        made = UUID(f"0195f000-0000-7000-8000-{next(self.made):012x}")
        row = self.both(query, id=made, **params)
        if row is not None:
            self.ids[query.partition(".")[0]].append(row.id)
        return row

    def both(self, query: str, /, **params: Any) -> Any:
        """Run a query on both engines and compare what comes of it; return the result, None after an error."""
        return self._compared(Call(query, params), [params])

    def both_as_batch(self, query: str, rows: Sequence[Mapping[str, Any]]) -> Any:
        """Run a batch into a table whose rows the engines number, from the same number on."""
        if not self.failed:
            on = self.transactions or self.databases
            self.run(on[1].script(NUMBERING))
        return self._compared(Call(query, rows=rows), rows)

    def _compared(self, call: Call, rows: Sequence[Mapping[str, Any]]) -> Any:

        async def work() -> tuple[harness.Outcome, ...]:
            on = self.transactions or self.databases
            return tuple([await harness.outcome_of(side, call, rows) for side in on])

        left, right = self.run(work())
        assert harness.compare(left, right) == [], f"{call.query} {rows}"
        if self.failed:
            assert isinstance(left.error, TransactionAborted) or not rows
            self._leave(harness.Undone)
        elif left.error is not None:
            assert isinstance(left.error, harness.EXPECTED), left.error
            # That no row was found is not the engine's error, and the transaction goes on.
            self.failed = self.transactions is not None and isinstance(left.error, StatementFailed)
        return left.result

    @precondition(lambda self: len(self.nested) < 3)
    @rule()
    def begin(self) -> None:
        async def enter() -> tuple[Any, Any]:
            blocks = tuple(side.transaction() for side in self.transactions or self.databases)
            inside = [await block.__aenter__() for block in blocks]
            self.transactions = self.transactions or (inside[0], inside[1])
            return blocks[0], blocks[1]

        if not self.failed:
            self.nested.append(self.run(enter()))

    @precondition(lambda self: self.nested)
    @rule(why=st.sampled_from((None, None, harness.Undone)))
    def end(self, why: type[BaseException] | None) -> None:
        self._leave(why)

    def _leave(self, why: type[BaseException] | None) -> None:
        async def leave() -> list[type[BaseException] | None]:
            raised: list[type[BaseException] | None] = []
            for block in self.nested.pop():
                try:
                    await block.__aexit__(why, None, None)
                    raised.append(None)
                except PlainbaseError as error:
                    raised.append(type(error))
            return raised

        left, right = self.run(leave())
        assert left is right, f"the end of a block: {left} against {right}"
        if not self.nested:
            self.transactions, self.failed = None, False
        elif why is not None or left is not None:  # a savepoint that cannot be kept is undone
            self.failed = False

    @rule(name=names, digest=st.sampled_from(("d", "e")), extra=documents)
    def register_dataset(self, name: str, digest: str, extra: Any) -> None:
        self.create("datasets.register", name=name, version="1", digest=digest, metadata=extra)

    @rule(pick=picks)
    def delete_dataset(self, pick: int) -> None:
        self.both("datasets.delete", id=self.id("datasets", pick))

    @rule(name=names, pick=picks, parent=picks, config=documents)
    def create_run(self, name: str, pick: int, parent: int, config: Any) -> None:
        above = None if parent > 3 else self.id("training_runs", parent)
        dataset = self.id("datasets", pick)
        self.create("training_runs.create", name=name, dataset_id=dataset, parent_run_id=above, config=config)

    @rule(pick=picks, status=st.sampled_from(STATUSES))
    def move_run(self, pick: int, status: str) -> None:
        self.both("training_runs.update_status", id=self.id("training_runs", pick), status=status, now=UNTIL)

    @rule(pick=picks, progress=st.sampled_from((0, 50.5, 100, 101, -1)))
    def progress(self, pick: int, progress: float) -> None:
        self.both("training_runs.update_progress", id=self.id("training_runs", pick), progress=progress, now=UNTIL)

    @rule(pick=picks)
    def delete_run(self, pick: int) -> None:
        self.both("training_runs.delete", id=self.id("training_runs", pick))

    @rule(pick=picks, values=st.lists(st.tuples(st.integers(-1, 3), numbers), max_size=4))
    def log_metrics(self, pick: int, values: list[tuple[int, float | None]]) -> None:
        run = self.id("training_runs", pick)
        rows = [{"run_id": run, "name": "loss", "step": step, "value": value} for step, value in values]
        self.both_as_batch("training_metrics.log", rows)

    @rule(pick=picks, loss=numbers, best=st.booleans())
    def create_checkpoint(self, pick: int, loss: float | None, best: bool) -> None:
        self.create("checkpoints.create", run_id=self.id("training_runs", pick), loss=loss, is_best=best)

    @rule(pick=picks)
    def mark_best(self, pick: int) -> None:
        self.both("checkpoints.mark_best", id=self.id("checkpoints", pick), now=UNTIL)

    @rule(name=names, kind=st.sampled_from(("base", "fine_tuned", "toy")))
    def create_model(self, name: str, kind: str) -> None:
        # Of two broken rules SQLite names the one written first, PostgreSQL the one whose name sorts first.
        self.create("models.create", name="valid" if kind == "toy" else name, kind=kind)

    @rule(pick=picks, version=names, run=picks)
    def register_version(self, pick: int, version: str, run: int) -> None:
        model = self.id("models", pick)
        origin = None if run > 8 else self.id("training_runs", run)
        row = self.create("model_versions.register", model_id=model, version=version, training_run_id=origin)
        if row is not None:
            self.model_of[row.id] = model

    @rule(pick=picks, version=picks, alias=st.sampled_from(("champion", "challenger", "")), own=st.booleans())
    def set_alias(self, pick: int, version: int, alias: str, own: bool) -> None:
        target = self.id("model_versions", version)
        model = self.model_of.get(target) if own else None
        params = {"model_id": model or self.id("models", pick), "model_version_id": target}
        self.both("model_aliases.set", **params, alias=alias, now=UNTIL)

    @rule(table=st.sampled_from(("models", "model_versions")), pick=picks)
    def delete_model_or_version(self, table: str, pick: int) -> None:
        self.both(f"{table}.delete", id=self.id(table, pick))

    @rule(pick=picks, benchmark=names, value=numbers.filter(lambda value: value is not None))
    def record_score(self, pick: int, benchmark: str, value: float) -> None:
        params = {"model_version_id": self.id("model_versions", pick), "benchmark": benchmark, "metric": "m"}
        self.create("model_benchmarks.record", **params, value=value, now=UNTIL)

    @rule(prompt=names, model=names, score=numbers, parameters=documents)
    def record_generation(self, prompt: str, model: str, score: float | None, parameters: Any) -> None:
        params = {"prompt": prompt, "response": "", "model": model, "quality_score": score, "parameters": parameters}
        self.create("generations.record", **params)

    @rule(pick=picks, rating=st.integers(0, 6))
    def rate_generation(self, pick: int, rating: int) -> None:
        self.both("generations.rate", id=self.id("generations", pick), user_rating=rating, now=UNTIL)

    @rule(name=names)
    def create_team(self, name: str) -> None:
        self.create("teams.create", name=name)

    @rule(pick=picks, user=picks, role=st.sampled_from(("owner", "member", "guest")))
    def add_member(self, pick: int, user: int, role: str) -> None:
        self.both("teams.add_member", team_id=self.id("teams", pick), user_id=self.id("users", user), role=role)

    @rule(pick=picks)
    def delete_team(self, pick: int) -> None:
        self.both("teams.delete", id=self.id("teams", pick))

    @rule(key=st.sampled_from(("k", "l", "")), payload=documents, attempts=st.integers(0, 2))
    def enqueue(self, key: str, payload: Any, attempts: int) -> None:
        params = {"queue": "q", "job_type": "t", "unique_key": key, "payload": payload}
        self.create("jobs.enqueue_unique", **params, max_attempts=attempts if key else 1)

    @rule(worker=st.sampled_from(("w", "v")))
    def claim(self, worker: str) -> None:
        rows = self.both("jobs.claim", queue="q", worker_id=worker, lease_seconds=600)
        self.claimed += [(row.id, row.attempt, worker) for row in rows or ()]

    @rule(pick=picks, fence=st.sampled_from(("right", "right", "worker", "attempt")), works=st.booleans())
    def end_job(self, pick: int, fence: str, works: bool) -> None:
        job, attempt, worker = self.claimed[-pick % len(self.claimed)]
        params: dict[str, Any] = {"id": job, "worker_id": "x" if fence == "worker" else worker}
        params["attempt"] = attempt + 1 if fence == "attempt" else attempt
        if works:
            self.both("jobs.complete", **params, result={"done": True})
        else:
            self.both("jobs.fail", **params, error="broken")

    @rule(pick=picks, limit=st.integers(0, 5), status=st.sampled_from(STATUSES))
    def look(self, pick: int, limit: int, status: str) -> None:
        run = self.id("training_runs", pick)
        self.both("training_runs.list", statuses=[status, "running"], limit=limit)
        self.both("training_runs.count_by_status")
        self.both("training_metrics.history", run_id=run, name="loss")
        self.both("checkpoints.list", run_id=run, limit=limit)
        self.both("model_aliases.list_for_model", model_id=self.id("models", pick))
        self.both("teams.list_members", team_id=self.id("teams", pick))
        self.both("datasets.statistics", id=self.id("datasets", pick))


KEPT = (
    *("datasets", "training_runs", "checkpoints", "models", "model_versions", "model_benchmarks"),
    *("generations", "teams", "users", "jobs"),
)
"""The tables whose ids the rules use; those of the sample come first."""


def test_random_operations(sampled: dict[str, str], tmp_path: Path) -> None:
    class Sampled(SideBySide):
        pass

    Sampled.sampled, Sampled.folder = sampled, tmp_path
    # Shrinking a failure takes minutes, which only the soak has.
    phases = set(Phase) if SOAK else {Phase.explicit, Phase.generate}
    bounds = settings(max_examples=examples(8), stateful_step_count=120, deadline=None, phases=phases)
    run_state_machine_as_test(Sampled, settings=bounds)
