"""Training runs as a user drives them: begun, logged, checkpointed, ended; and the queries around them."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from math import inf, nan
from typing import Any

import pytest

import plainbase
from plainbase import ConstraintViolation, Database, DataInvalid, ParameterError, Row, RowNotFound
from plainbase.platform import training

NOBODY = plainbase.uuid7()


async def history(db: Database, run: Row, name: str = "loss") -> list[tuple[int, float | None]]:
    return [(row.step, row.value) for row in await db.training_metrics.history(run_id=run.id, name=name)]


async def test_a_run_starts_at_once_with_what_it_is_told(db: Database) -> None:
    config = await db.neural_configs.create(name="small", config={"layers": 2})
    dataset = await db.datasets.register(name="words", version="1", digest="d")
    run = await training.start(
        db, name="first", neural_config_id=config.id, dataset_id=dataset.id, hyperparameters={"lr": 0.1}
    )
    assert (run.status, run.progress, run.neural_config_id, run.dataset_id) == ("running", 0, config.id, dataset.id)
    assert run.started_at is not None
    assert run.hyperparameters == {"lr": 0.1}
    assert await db.training_runs.get(id=run.id) == run
    assert await db.training_runs.list_for_neural_config(neural_config_id=config.id) == [run]


async def test_a_run_that_cannot_start_is_not_there(db: Database) -> None:
    with pytest.raises(ConstraintViolation):
        await training.start(db, name="")
    with pytest.raises(ConstraintViolation):
        await training.start(db, name="x", dataset_id=NOBODY)
    with pytest.raises(ParameterError, match="colour"):
        await training.start(db, name="x", colour="red")
    assert await db.training_runs.list() == []


async def test_metrics_are_logged_by_name_at_a_step_or_from_it_on(db: Database) -> None:
    run = await training.start(db, name="run")
    assert await training.log_metrics(db, run.id, {"loss": 2.5, "accuracy": 0}, step=0) == 2
    assert await training.log_metrics(db, run.id, {"loss": [2, nan, None, inf], "accuracy": ()}, step=1) == 4
    assert await training.log_metrics(
        db, run.id, {"loss": (value for value in (Decimal("0.5"), Fraction(1, 4)))}, step=5
    )
    assert await history(db, run) == [(0, 2.5), (1, 2.0), (2, None), (3, None), (4, inf), (5, 0.5), (6, 0.25)]
    assert await history(db, run, "accuracy") == [(0, 0.0)]


async def test_many_points_are_logged_at_the_times_given(db: Database) -> None:
    run = await training.start(db, name="run")
    at = datetime(2026, 1, 31, 12, tzinfo=UTC)
    assert await training.log_many(db, run.id, [("loss", 1, 3, at), ("loss", 2, 1.5)]) == 2
    first, second = await db.training_metrics.history(run_id=run.id, name="loss")
    assert first.recorded_at == at
    assert abs(second.recorded_at - datetime.now(UTC)) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("points", "error"),
    [
        ([("loss", 0, 1.0), ("loss", -1, 1.0)], ConstraintViolation),
        ([("loss", 0, 1.0), ("", 0, 1.0)], ConstraintViolation),
        ([("loss", 0, 1.0), ("x" * 256, 0, 1.0)], ConstraintViolation),
        ([("loss", 0, 1.0), ("loss", 1, "2.0")], DataInvalid),
        ([("loss", 0, 1.0), ("loss", 1, 10**400)], DataInvalid),
        ([("loss", 0, 1.0), ("loss", 1, 1j)], DataInvalid),
        ([("loss", 0, 1.0), ("loss", 1.5, 1.0)], DataInvalid),
        ([("loss", 0, 1.0), ("loss", 1, 1.0, datetime(2026, 1, 1))], DataInvalid),
    ],
)
async def test_one_bad_point_and_none_is_logged(db: Database, points: list[Any], error: type[Exception]) -> None:
    run = await training.start(db, name="run")
    with pytest.raises(error):
        await training.log_many(db, run.id, points)
    assert await history(db, run) == []


async def test_metrics_of_an_unknown_run_are_refused_and_the_transaction_goes_on(db: Database) -> None:
    unknown: list[dict[str, Any]] = [{"loss": 1.0}, {"loss": []}, {}]
    for metrics in unknown:
        with pytest.raises(RowNotFound):
            await training.log_metrics(db, NOBODY, metrics, step=0)
    async with db.transaction() as tx:
        run = await training.start(tx, name="run")
        with pytest.raises(RowNotFound):
            await training.log_metrics(tx, NOBODY, {"loss": 1.0}, step=0)
        await training.log_metrics(tx, run.id, {"loss": 1.0}, step=0)
    assert await history(db, run) == [(0, 1.0)]
    assert await db.fetch_value("SELECT count(*) FROM training_metrics") == 1


async def test_a_finished_run_still_takes_metrics(db: Database) -> None:
    run = await training.start(db, name="run")
    await training.finish(db, run.id)
    assert await training.log_metrics(db, run.id, {"test_loss": 1.0}, step=9) == 1


async def test_the_lowest_loss_makes_the_best_checkpoint(db: Database) -> None:
    run = await training.start(db, name="run")
    marked = []
    for step, loss in enumerate([None, 3.0, 2.0, nan, 2.0, 2.5, 1.0]):
        row = await training.checkpoint(db, run.id, step=step, loss=loss, path=f"{step}.pt")
        marked.append(row.is_best)
    assert marked == [False, True, True, False, False, False, True]
    assert (await db.checkpoints.best(run_id=run.id)).step == 6
    forced = await training.checkpoint(db, run.id, loss=9.0, best=True)
    assert (await db.checkpoints.best(run_id=run.id)).id == forced.id
    assert not (await training.checkpoint(db, run.id, loss=0.5, best=False)).is_best
    assert not (await training.checkpoint(db, run.id, loss=0.7)).is_best


async def test_a_checkpoint_that_cannot_be_made_leaves_nothing(db: Database) -> None:
    run = await training.start(db, name="run")
    with pytest.raises(RowNotFound):
        await training.checkpoint(db, NOBODY, loss=1.0)
    for bad in ({"accuracy": 1.5}, {"step": -1}):
        with pytest.raises(ConstraintViolation):
            await training.checkpoint(db, run.id, loss=1.0, **bad)
    assert await db.checkpoints.list() == []
    assert await db.training_runs.get(id=run.id) == run


async def test_checkpoints_at_once_leave_the_lowest_loss_as_the_best(db: Database) -> None:
    run = await training.start(db, name="run")
    for turn in range(3):
        losses = [10 - turn * 3 - place / 10 for place in (3, 0, 7, 5, 1, 6, 2, 4)]
        await asyncio.gather(*(training.checkpoint(db, run.id, loss=loss) for loss in losses))
        best = [row for row in await db.checkpoints.list(run_id=run.id) if row.is_best]
        assert [row.loss for row in best] == [min(losses)]


@pytest.mark.parametrize(
    ("end", "values", "status"),
    [
        (training.finish, {"message": "done", "resources": {"gpu_seconds": 3}}, "completed"),
        (training.fail, {"error": "no more memory"}, "failed"),
        (training.cancel, {"message": "not needed"}, "cancelled"),
    ],
)
async def test_a_run_ends_once(db: Database, end: Any, values: dict[str, Any], status: str) -> None:
    run = await training.start(db, name="run")
    ended = await end(db, run.id, **values)
    assert ended.status == status
    assert ended.progress == (100 if status == "completed" else 0)
    assert {name: ended[name] for name in values} == values
    for again in (training.finish, training.cancel):
        with pytest.raises(ConstraintViolation) as caught:
            await again(db, run.id, message="again")
        assert (caught.value.kind, caught.value.constraint) == ("check", "training_runs_status_path_check")
    assert await db.training_runs.get(id=run.id) == ended
    with pytest.raises(RowNotFound):
        await end(db, NOBODY, **values)


async def test_the_error_is_the_one_the_database_itself_raises(db: Database) -> None:
    run = await training.start(db, name="run")
    await training.cancel(db, run.id)
    with pytest.raises(ConstraintViolation) as ours:
        await training.finish(db, run.id)
    with pytest.raises(ConstraintViolation) as theirs:
        await db.execute("UPDATE training_runs SET status = 'running'")
    assert (ours.value.kind, ours.value.constraint) == (theirs.value.kind, theirs.value.constraint)


async def test_a_pending_run_may_fail_or_be_cancelled_but_not_finish(db: Database) -> None:
    pending = await db.training_runs.create(name="pending")
    with pytest.raises(ConstraintViolation):
        await training.finish(db, pending.id)
    assert await db.training_runs.get(id=pending.id) == pending
    assert (await training.cancel(db, pending.id)).status == "cancelled"
    other = await db.training_runs.create(name="other")
    failed = await training.fail(db, other.id, error="no data")
    assert (failed.status, failed.error, failed.started_at, failed.duration_seconds) == (
        "failed",
        "no data",
        None,
        None,
    )


async def test_of_two_that_end_a_run_one_wins(db: Database) -> None:
    run = await training.start(db, name="run")
    ends = [training.finish(db, run.id), training.cancel(db, run.id), training.fail(db, run.id, error="x")]
    results = await asyncio.gather(*ends, return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == [
        "ConstraintViolation",
        "ConstraintViolation",
        type(await db.training_runs.get(id=run.id)).__name__,
    ]


async def test_a_block_finishes_its_run(db: Database) -> None:
    async with training.run(db, name="block", hyperparameters={"lr": 1}) as run:
        assert run.status == "running"
        await training.log_metrics(db, run.id, {"loss": 1.0}, step=0)
    assert (await db.training_runs.get(id=run.id)).status == "completed"


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ValueError("bad batch \0 \ud800"), "ValueError: bad batch \ufffd \ufffd"),
        (KeyError(), "KeyError"),
        (KeyboardInterrupt(), "KeyboardInterrupt"),
    ],
)
async def test_a_block_that_raises_fails_its_run(db: Database, error: BaseException, reason: str) -> None:
    with pytest.raises(type(error)) as caught:
        async with training.run(db, name="block"):
            raise error
    assert caught.value is error
    run = (await db.training_runs.list())[0]
    assert (run.status, run.error) == ("failed", reason)


async def test_a_cancelled_block_fails_its_run_however_often_it_is_cancelled(db: Database) -> None:
    entered = asyncio.Event()

    async def train() -> None:
        async with training.run(db, name="block"):
            entered.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(train())
    await entered.wait()
    task.cancel()
    while not task.done():
        await asyncio.sleep(0)
        task.cancel()
    assert task.cancelled()
    run = (await db.training_runs.list())[0]
    assert (run.status, run.error) == ("failed", "CancelledError")


async def test_a_block_cancelled_at_any_moment_leaves_no_run_running(db: Database) -> None:
    for turns in range(30):

        async def train() -> None:
            async with training.run(db, name="block") as run:
                await training.log_metrics(db, run.id, {"loss": 1.0}, step=0)

        task = asyncio.create_task(train())
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        assert {row.status for row in await db.training_runs.list()} <= {"completed", "failed"}, turns


async def test_a_run_that_ended_in_its_block_stays_as_it_is(db: Database) -> None:
    async with training.run(db, name="block") as run:
        await training.finish(db, run.id, message="early enough")
    assert (await db.training_runs.get(id=run.id)).message == "early enough"
    with pytest.raises(RuntimeError):
        async with training.run(db, name="block") as run:
            await training.cancel(db, run.id)
            raise RuntimeError("after the end")
    assert (await db.training_runs.get(id=run.id)).status == "cancelled"
    with pytest.raises(RowNotFound):
        async with training.run(db, name="block") as run:
            await db.training_runs.delete(id=run.id)


async def test_a_run_that_cannot_be_failed_says_so_with_the_error(db: Database) -> None:
    with pytest.raises(ValueError, match="first") as caught:
        async with training.run(db, name="block"):
            await db.close()
            raise ValueError("first")
    assert any("not marked as failed" in note for note in caught.value.__notes__)


async def test_neural_configs_are_named_once_and_kept_while_used(db: Database) -> None:
    first = await db.neural_configs.create(name="small", config={"layers": 2})
    second = await db.neural_configs.create(name="large", config=[1, 2])
    assert await db.neural_configs.get_by_name(name="small") == first
    assert await db.neural_configs.get_by_name(name="Small") is None
    assert [row.id for row in await db.neural_configs.list()] == [second.id, first.id]
    page = await db.neural_configs.list(before_created_at=second.created_at, before_id=second.id)
    assert page == [first]
    with pytest.raises(ConstraintViolation):
        await db.neural_configs.create(name="small", config={})
    with pytest.raises(ConstraintViolation):
        await db.neural_configs.update(id=first.id, name="large", config={})
    assert await db.neural_configs.update(id=first.id, config={"layers": 3}) == 1
    assert (await db.neural_configs.get(id=first.id)).config == {"layers": 3}
    assert await db.neural_configs.update(id=NOBODY, config={}) == 0
    await training.start(db, name="run", neural_config_id=first.id)
    with pytest.raises(ConstraintViolation):
        await db.neural_configs.delete(id=first.id)
    assert await db.neural_configs.delete(id=second.id) == 1


async def test_accuracies_are_listed_and_summed_up(db: Database) -> None:
    run = await training.start(db, name="run")
    kept = await training.checkpoint(db, run.id)
    for kind, value, owner in [
        ("top1", 0.5, kept.id),
        ("top1", 0.75, None),
        ("top1", 0.25, kept.id),
        ("top5", 1, None),
    ]:
        await db.accuracy_metrics.record(metric_type=kind, value=value, checkpoint_id=owner, metadata={"n": 10})
    rows = await db.accuracy_metrics.list(metric_type="top1")
    assert [row.value for row in rows] == [0.25, 0.75, 0.5]
    assert [row.value for row in await db.accuracy_metrics.list(checkpoint_id=kept.id, before_id=rows[0].id)] == [0.5]
    columns = ("metric_type", "measurements", "latest", "best", "lowest", "average")
    found = [tuple(row[name] for name in columns) for row in await db.accuracy_metrics.summary()]
    assert found == [("top1", 3, 0.25, 0.75, 0.25, 0.5), ("top5", 1, 1.0, 1.0, 1.0, 1.0)]
    (only,) = await db.accuracy_metrics.summary(checkpoint_id=kept.id)
    assert (only.measurements, only.latest, only.best, only.average) == (2, 0.25, 0.5, 0.375)
    assert only.latest_at == rows[0].created_at
    assert await db.accuracy_metrics.delete_for_checkpoint(checkpoint_id=kept.id) == 2


async def test_runs_are_filtered_by_team_time_and_version(db: Database) -> None:
    from plainbase.platform import models

    version = await models.register_version(db, model="m", version="1")
    old, new = [await training.start(db, name=name, model_version_id=version.id) for name in ("old", "new")]
    assert await db.training_runs.list_for_model_version(model_version_id=version.id) == [new, old]
    assert await db.training_runs.list(until=new.created_at, team_id=NOBODY) == []
    assert await db.training_runs.list(until=new.created_at + timedelta(days=1), statuses="running") == [new, old]
    with pytest.raises(ConstraintViolation):
        await training.start(db, name="x", team_id=NOBODY)


async def test_a_block_that_cannot_start_ends_no_other_run(db: Database) -> None:
    mine = await training.start(db, name="mine")
    with pytest.raises(ConstraintViolation):
        async with training.run(db, name="other", id=mine.id):
            raise AssertionError
    assert (await db.training_runs.get(id=mine.id)).status == "running"
