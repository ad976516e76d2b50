"""The life of a benchmark run: started, its iterations counted with their evaluations, ended once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any, NoReturn
from uuid import UUID

from plainbase.errors import ConstraintViolation, ParameterError
from plainbase.platform import evaluations as kept
from plainbase.platform.error_text import error_text
from plainbase.platform.evaluations import Evaluation
from plainbase.platform.runners import AnyRunner
from plainbase.sqlfile.query import OMIT, Omit
from plainbase.transaction import Transaction
from plainbase.typed import BenchmarksGetRow

PATH_CHECK = "benchmarks_status_path_check"
"""The rule by which a benchmark ends once, and stays ended."""


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A provider's model to be asked the questions of a dataset, so many times."""

    name: str
    provider: str
    model: str
    dataset: str
    total_iterations: int = 0
    description: str | None = None
    model_version_id: UUID | None = None
    dataset_id: UUID | None = None
    created_by: UUID | None = None
    team_id: UUID | None = None


async def begin(db: AnyRunner, benchmark: Benchmark) -> BenchmarksGetRow:
    """Create a benchmark and start it, all or nothing.

    Raises ConstraintViolation for an unknown dataset, version or owner.
    """
    async with db.transaction() as tx:
        created = await tx.benchmarks.create(**asdict(benchmark))
        return await start(tx, created.id)


async def start(db: AnyRunner, benchmark_id: UUID, *, total_iterations: int | Omit = OMIT) -> BenchmarksGetRow:
    """Start a pending benchmark, with its number of iterations if only now known; raises as `complete` does."""
    async with db.transaction() as tx:
        if not await tx.benchmarks.start(id=benchmark_id, total_iterations=total_iterations):
            await _refuse(tx, benchmark_id, "become running")
        return await tx.benchmarks.get(id=benchmark_id)


async def record(
    db: AnyRunner, benchmark_id: UUID, evaluations: Iterable[Evaluation] = (), *, failed: int = 0
) -> BenchmarksGetRow:
    """Keep the evaluations of completed iterations and count them, with those that failed, all or nothing.

    Raises ParameterError for a negative number, as `complete` does where the benchmark is not running, and
    ConstraintViolation (`benchmarks_completed_iterations_check`) where more is done than there is to do.
    """
    if failed < 0:
        raise ParameterError("benchmarks.record: failed is how many iterations failed, 0 or more")
    done = [replace(each, benchmark_id=benchmark_id) for each in evaluations]
    async with db.transaction() as tx:
        if not await tx.benchmarks.record_iterations(id=benchmark_id, completed=len(done), failed=failed):
            await _refuse(tx, benchmark_id, "record iterations")
        await kept.create_many(tx, done)
        return await tx.benchmarks.get(id=benchmark_id)


async def complete(
    db: AnyRunner,
    benchmark_id: UUID,
    *,
    results: dict[str, Any] | Omit = OMIT,
    metrics: dict[str, Any] | Omit = OMIT,
) -> BenchmarksGetRow:
    """End a benchmark as completed; one that was run elsewhere may be pending until then.

    Raises RowNotFound for an unknown benchmark and ConstraintViolation (`benchmarks_status_path_check`) for one that
    has ended; nothing is written then.
    """
    return await _end(db, benchmark_id, "completed", results=results, metrics=metrics)


async def fail(
    db: AnyRunner,
    benchmark_id: UUID,
    error: BaseException | str,
    *,
    results: dict[str, Any] | Omit = OMIT,
    metrics: dict[str, Any] | Omit = OMIT,
) -> BenchmarksGetRow:
    """End a benchmark as failed, with the exception's class and text or the text given; raises as `complete` does."""
    return await _end(db, benchmark_id, "failed", error=error_text(error), results=results, metrics=metrics)


async def cancel(db: AnyRunner, benchmark_id: UUID) -> BenchmarksGetRow:
    """End a benchmark as cancelled; raises as `complete` does."""
    return await _end(db, benchmark_id, "cancelled")


async def _end(db: AnyRunner, benchmark_id: UUID, status: str, **changes: Any) -> BenchmarksGetRow:
    async with db.transaction() as tx:
        if not await tx.benchmarks.update(id=benchmark_id, status=status, **changes):
            await _refuse(tx, benchmark_id, f"become {status}")
        return await tx.benchmarks.get(id=benchmark_id)


async def _refuse(tx: Transaction, benchmark_id: UUID, change: str) -> NoReturn:
    row = await tx.benchmarks.get(id=benchmark_id)
    message = f"a benchmark that is {row.status} cannot {change}"
    raise ConstraintViolation(message, kind="check", constraint=PATH_CHECK, query="benchmarks.update")
