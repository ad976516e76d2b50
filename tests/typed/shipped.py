"""The shipped queries as type checkers see them: lines that end in `# error: word` are wrong, and no others.

`right` is run as well.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, assert_type
from uuid import UUID

import plainbase
from plainbase import OMIT, Actor, Row
from plainbase.platform import models, training

if TYPE_CHECKING:
    from plainbase import typed
    from plainbase.typed import DatasetsGetRow, TrainingMetricsLogParams, TrainingRunsGetRow


async def right(url: str) -> None:
    """Each way to call a query, with what it gives."""
    async with plainbase.open(url, migrate=True) as db:
        assert_type(await db.health(), plainbase.Health)
        dataset = await db.datasets.register(name="mmlu", version="1", digest="d", metadata={"of": ["texts"]})
        assert_type(dataset.id, UUID)
        assert_type(dataset.name, str)
        assert_type(dataset.format, str | None)
        assert_type(dataset.size_bytes, int | None)
        assert_type(dataset.created_at, datetime)
        assert_type(dataset["name"], Any)
        assert dict(dataset)["name"] == dataset.name == dataset[1]
        assert await db.datasets.get(id=str(dataset.id)) == dataset
        found = await db.datasets.get_by_name(name="mmlu", version=OMIT)
        assert found is not None
        assert_type(found.digest, str)
        await in_transactions(db, dataset)
        await of_many(db, dataset)
        await loose(db)
    db = await plainbase.open(url)
    await db.close()


async def in_transactions(db: typed.Database, dataset: DatasetsGetRow) -> None:
    """Transactions, savepoints and retried functions know the same queries."""
    async with db.transaction("serializable", actor=Actor(name="someone")) as tx:
        first = await tx.training_runs.create(name="first", dataset_id=dataset.id)
        async with tx.transaction() as same:
            assert_type(await same.training_runs.get(id=first.id), "TrainingRunsGetRow")

    async def second(tx: typed.Transaction) -> UUID:
        return (await tx.training_runs.create(name="second", dataset_id=dataset.id, parent_run_id=None)).id

    async def loosely(tx: plainbase.Transaction) -> int:
        changed: int = await tx.training_runs.start(id=first.id)
        return changed

    assert_type(await db.run_transaction(second), UUID)
    assert_type(await db.run_transaction(loosely, attempts=2), int)


async def of_many(db: typed.Database, dataset: DatasetsGetRow) -> None:
    """Lists, batches, streams, plans and texts."""
    listed = await db.training_runs.list_for_dataset(dataset_id=dataset.id, statuses=["pending", "running"], limit=10)
    assert [run.name for run in listed] == ["second", "first"]
    assert await db.training_runs.list_for_dataset(dataset_id=dataset.id, statuses="failed", since=OMIT) == []
    assert not await db.training_runs.list_for_dataset(dataset_id=dataset.id, statuses={"failed"})
    run: TrainingRunsGetRow = listed[0]
    assert_type(listed[0].dataset_id, UUID)  # which cannot be null here, as it was compared
    points: list[TrainingMetricsLogParams] = [
        {"run_id": run.id, "name": "loss", "step": 1, "value": 2},
        {"run_id": run.id, "name": "loss", "step": 2, "value": 1.5},
    ]
    assert_type(await db.training_metrics.log.batch(points), int)
    await db.training_metrics.log.batch(
        {"run_id": run.id, "name": "loss", "step": step, "value": 1 / step, "recorded_at": datetime.now(UTC)}
        for step in range(3, 10)
    )
    seen = 0
    async with aclosing(db.training_metrics.history.stream(run_id=run.id, name="loss")) as history:
        async for point in history:
            assert_type(point.recorded_at, datetime)
            seen += 1
    assert seen == 9
    assert "training_metrics" in await db.training_metrics.history.explain(run_id=run.id, name="loss")
    assert_type(db.training_metrics.history.sql, str)
    assert db.training_metrics.log.query.parameters[0] == "run_id"
    assert_type(await db.evaluations.count(), int)


async def loose(db: plainbase.Database) -> Row:
    """A typed database can stand where any may; the platform's functions take both, and give typed rows."""
    await db.fetch_all("SELECT 1 AS one")
    any_row: Row = await db.datasets.get_by_name(name="mmlu")
    version = await models.register_version(db, model="a", version="1")
    assert_type(version.id, UUID)
    async with training.run(db, name="third") as run:
        assert_type(run, "TrainingRunsGetRow")
        async with db.transaction() as tx:
            await training.log_metrics(tx, run.id, {"loss": 1.0}, step=1)
    return any_row


async def wrong(db: typed.Database, tx: typed.Transaction, dataset: DatasetsGetRow) -> None:
    """One mistake a line."""
    await db.datasets.register(name="mmlu", version="1")  # error: digest
    await db.datasets.register(name="mmlu", version="1", digest="d", sise_bytes=1)  # error: sise_bytes
    await db.datasets.register(name="mmlu", version=1, digest="d")  # error: version
    await db.datasets.register(name=None, version="1", digest="d")  # error: name
    await db.datasets.register(name=OMIT, version="1", digest="d")  # error: name
    await db.datasets.register(name="mmlu", version="1", digest="d", metadata=object())  # error: metadata
    await db.datasets.get(id=7)  # error: id
    await db.datasets.get(dataset.id)  # error: positional
    await db.datasets.remove(id=dataset.id)  # error: remove
    await db.dataset.get(id=dataset.id)  # error: dataset
    await db.datasets.get.stream(id=dataset.id)  # error: stream
    await db.datasets.get.explain(ids=dataset.id)  # error: ids
    await db.training_runs.list_for_dataset.batch([])  # error: batch
    await db.training_runs.list_for_dataset(dataset_id=dataset.id, statuses=[1])  # error: statuses|expected "str"
    await db.training_runs.list_for_dataset(dataset_id=dataset.id, since="2026-01-01")  # error: since
    await db.training_metrics.log.batch([{"run_id": dataset.id, "name": "loss", "step": 1}])  # error: value
    await db.training_metrics.log.batch([{"run_id": "", "name": "", "step": "1", "value": 1}])  # error: step|Literal
    async for point in db.training_metrics.history.stream(run_id=dataset.id, name="loss"):
        print(point.valeu)  # error: valeu
    print(dataset.nmae)  # error: nmae
    print(dataset.size_bytes + 1)  # error: None
    for row in await db.datasets.list():
        print(row.titel)  # error: titel
    found = await db.datasets.get_by_name(name="mmlu")
    print(found.id)  # error: id
    async with db.transaction() as inner:
        await inner.datasets.get(ide=dataset.id)  # error: ide
        async with inner.transaction() as savepoint:
            await savepoint.datasetz.get(id=dataset.id)  # error: datasetz
    await tx.health()  # error: health
    run: TrainingRunsGetRow = dataset  # error: TrainingRunsGetRow
    other: Callable[[str], Awaitable[int]] = db.datasets.get  # error: DatasetsGetRow
    history = db.training_metrics.history.stream(run_id=run.id, name="loss")
    stream: AsyncGenerator[DatasetsGetRow] = history  # error: AsyncGenerator
    await training.finish("sqlite://", run.id)  # error: finish
    await training.run(tx, name="first").__aenter__()  # error: Transaction
    print(other, stream)
