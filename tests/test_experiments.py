"""Experiments and benchmarks: begun as a whole, ended once, and what refuses leaves nothing behind."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

import platform_rows
from plainbase import ConstraintViolation, Database, DataInvalid, ParameterError, PlainbaseError, RowNotFound
from plainbase.platform import benchmarks, evaluations, experiments
from plainbase.platform.benchmarks import Benchmark
from plainbase.platform.evaluations import Evaluation
from plainbase.platform.experiments import Experiment

BENCHMARK = Benchmark("mmlu run", "openai", "gpt", "mmlu", total_iterations=10)


def evaluation(number: int = 0, **values: Any) -> Evaluation:
    return Evaluation("openai", "gpt", f"question {number}", "answer", **values)


async def test_an_experiment_lives_once(db: Database) -> None:
    dataset, version = await platform_rows.dataset(db), await platform_rows.version(db)
    first, second = await platform_rows.runs(db, 2)
    row = await experiments.begin(
        db,
        Experiment("lr", "lower is better", dataset, version, {"lr": 0.1}),
        runs={first: "baseline", second: None},
    )
    assert (row.status, row.started_at is None, row.config, row.finished_at) == ("running", False, {"lr": 0.1}, None)
    assert {each.id: each.label for each in await db.experiments.list_runs(experiment_id=row.id)} == {
        first: "baseline",
        second: None,
    }
    stored = await experiments.store_results(db, row.id, metrics={"loss": 0.5}, cost_usd=1.5)
    assert (stored.results, stored.metrics, stored.cost_usd) == ({}, {"loss": 0.5}, 1.5)
    done = await experiments.finish(db, row.id, results={"winner": "second"})
    assert (done.status, done.results, done.metrics, done.cost_usd) == (
        "completed",
        {"winner": "second"},
        {"loss": 0.5},
        1.5,
    )
    assert done.started_at is not None
    assert done.finished_at is not None
    assert done.duration_seconds == pytest.approx((done.finished_at - done.started_at).total_seconds(), abs=1e-9)
    corrected = await experiments.store_results(db, row.id, cost_usd=None)
    assert (corrected.status, corrected.cost_usd, corrected.metrics) == ("completed", None, {"loss": 0.5})


@pytest.mark.parametrize("end", ["finish", "fail", "cancel"])
async def test_an_ended_experiment_stays_ended(db: Database, end: str) -> None:
    row = await experiments.begin(db, Experiment("e"))
    ended = await getattr(experiments, end)(db, row.id)
    for refused in (
        experiments.start(db, row.id),
        experiments.finish(db, row.id, results={"late": True}),
        experiments.fail(db, row.id, metrics={"late": 1}),
        experiments.cancel(db, row.id),
    ):
        with pytest.raises(ConstraintViolation) as found:
            await refused
        assert (found.value.kind, found.value.constraint) == ("check", "experiments_status_path_check")
    assert await db.experiments.get(id=row.id) == ended
    assert await db.experiments.update_status(id=row.id, status="running") == 0
    assert await db.experiments.finish(id=row.id) == 0
    with pytest.raises(ConstraintViolation) as trigger:
        await db.execute("UPDATE experiments SET status = 'pending', finished_at = NULL WHERE id = :id", {"id": row.id})
    assert trigger.value.constraint == "experiments_status_path_check"


async def test_a_pending_experiment_fails_or_is_cancelled_but_is_not_completed(db: Database) -> None:
    row = await db.experiments.create(name="e")
    with pytest.raises(ConstraintViolation, match="pending cannot become completed"):
        await experiments.finish(db, row.id, results={"a": 1})
    assert await db.experiments.get(id=row.id) == row
    assert (await experiments.fail(db, row.id, results={"why": "no data"})).results == {"why": "no data"}
    other = await db.experiments.create(name="f")
    assert (await experiments.cancel(db, other.id)).duration_seconds is None


async def test_one_of_several_enders_ends(db: Database) -> None:
    row = await experiments.begin(db, Experiment("e"))
    ends = await asyncio.gather(
        *(experiments.finish(db, row.id, results={"by": number}) for number in range(5)), return_exceptions=True
    )
    kept = [each for each in ends if not isinstance(each, BaseException)]
    assert len(kept) == 1
    assert {type(each) for each in ends if isinstance(each, BaseException)} == {ConstraintViolation}
    assert await db.experiments.get(id=row.id) == kept[0]


async def test_unknown_experiments_are_not_found(db: Database) -> None:
    nobody = platform_rows.NOBODY
    for refused in (
        experiments.start(db, nobody),
        experiments.finish(db, nobody),
        experiments.fail(db, nobody),
        experiments.cancel(db, nobody),
        experiments.store_results(db, nobody, cost_usd=1.0),
        db.experiments.summary(id=nobody),
    ):
        with pytest.raises(RowNotFound):
            await refused
    assert await db.experiments.store_results(id=nobody, results={}) == 0


async def test_bad_experiments_are_refused_whole(db: Database) -> None:
    cases: list[tuple[dict[str, Any], type[PlainbaseError]]] = [
        ({"name": ""}, ConstraintViolation),
        ({"name": "n" * 256}, ConstraintViolation),
        ({"name": None}, ConstraintViolation),
        ({"name": 3}, DataInvalid),
        ({"config": {"lr": float("nan")}}, DataInvalid),
        ({"dataset_id": platform_rows.NOBODY}, ConstraintViolation),
        ({"model_version_id": platform_rows.NOBODY}, ConstraintViolation),
        ({"team_id": platform_rows.NOBODY}, ConstraintViolation),
        ({"created_by": "somebody"}, DataInvalid),
    ]
    for values, error in cases:
        with platform_rows.refused(error, values):
            await experiments.begin(db, Experiment(**({"name": "e"} | values)))
    assert await db.experiments.list() == []


async def test_an_unknown_run_undoes_the_beginning(db: Database) -> None:
    (run,) = await platform_rows.runs(db, 1)
    with pytest.raises(ConstraintViolation) as found:
        await experiments.begin(db, Experiment("e"), runs=[run, platform_rows.NOBODY])
    assert found.value.kind == "foreign key"
    assert await db.experiments.list() == []
    async with db.transaction() as tx:
        kept = await tx.experiments.create(name="outer")
        with pytest.raises(ConstraintViolation):
            await experiments.begin(tx, Experiment("inner"), runs=[platform_rows.NOBODY])
    assert [row.id for row in await db.experiments.list()] == [kept.id]


async def test_bad_results_store_nothing(db: Database) -> None:
    row = await experiments.begin(db, Experiment("e"))
    for bad, error in (
        ({"cost_usd": -1.0}, ConstraintViolation),
        ({"cost_usd": float("inf")}, ConstraintViolation),
        ({"cost_usd": float("nan")}, DataInvalid),
        ({"metrics": {"x": float("inf")}}, DataInvalid),
    ):
        with pytest.raises(error):
            await experiments.finish(db, row.id, results={"done": True}, **bad)
        with pytest.raises(error):
            await experiments.store_results(db, row.id, results={"done": True}, **bad)
    assert await db.experiments.get(id=row.id) == row


async def test_runs_are_attached_and_detached(db: Database) -> None:
    row, other = await db.experiments.create(name="e"), await db.experiments.create(name="f")
    runs = await platform_rows.runs(db, 3, status="pending")
    await experiments.attach_runs(db, row.id, runs)
    assert await experiments.attach_runs(db, row.id, []) == []
    (again,) = await experiments.attach_runs(db, row.id, {runs[0]: "first"})
    assert again.label == "first"
    (again,) = await experiments.attach_runs(db, row.id, [runs[0]])
    assert again.label == "first"
    await experiments.attach_runs(db, other.id, runs[:1])
    listed = await db.experiments.list_runs(experiment_id=row.id)
    assert [(each.id, each.label) for each in listed] == [(runs[2], None), (runs[1], None), (runs[0], "first")]
    page = await db.experiments.list_runs(
        experiment_id=row.id, before_created_at=listed[0].created_at, before_id=listed[0].id, limit=1
    )
    assert page == listed[1:2]
    assert await db.experiments.list_runs(experiment_id=row.id, statuses=["running"]) == []
    found = await db.experiments.list_for_run(training_run_id=runs[0])
    assert {each.id: each.label for each in found} == {row.id: "first", other.id: None}
    assert await db.experiments.detach_run(experiment_id=row.id, training_run_id=runs[1]) == 1
    assert await db.experiments.detach_run(experiment_id=row.id, training_run_id=runs[1]) == 0
    assert len(await db.experiments.list_runs(experiment_id=row.id)) == 2
    with pytest.raises(ConstraintViolation):
        await experiments.attach_runs(db, row.id, {runs[0]: ""})
    await asyncio.gather(*(experiments.attach_runs(db, other.id, runs) for _ in range(4)))
    assert len(await db.experiments.list_runs(experiment_id=other.id)) == 3


async def test_a_summary_says_it_all(db: Database) -> None:
    row = await experiments.begin(db, Experiment("e"), runs=await platform_rows.runs(db, 3))
    empty = await db.experiments.summary(id=row.id)
    assert (empty.runs, empty.pending_runs, empty.completed_runs, empty.evaluations) == (3, 3, 0, 0)
    assert (empty.avg_score, empty.input_tokens, empty.evaluations_cost_usd) == (None, 0, 0.0)
    assert (empty.best_evaluation_id, empty.best_model, empty.cost_usd) == (None, None, None)
    ids = await evaluations.create_many(
        db,
        [
            evaluation(0, experiment_id=row.id, score=0.5, human_rating=4, latency_ms=10.0, input_tokens=7),
            evaluation(1, experiment_id=row.id, score=0.9, human_rating=5, latency_ms=30.0, cost_usd=0.25),
            evaluation(2, experiment_id=row.id, output_tokens=3, cost_usd=0.5),
            evaluation(3, score=1.0),
        ],
    )
    await experiments.store_results(db, row.id, cost_usd=2.0)
    found = await db.experiments.summary(id=row.id)
    assert (found.name, found.status, found.runs) == ("e", "running", 3)
    assert (found.evaluations, found.scored_evaluations, found.rated_evaluations) == (3, 2, 2)
    assert (found.avg_score, found.min_score, found.max_score) == (pytest.approx(0.7), 0.5, 0.9)
    assert (found.avg_rating, found.avg_latency_ms) == (4.5, 20.0)
    assert (found.input_tokens, found.output_tokens, found.evaluations_cost_usd, found.cost_usd) == (7, 3, 0.75, 2.0)
    assert (found.best_evaluation_id, found.best_provider, found.best_model) == (ids[1], "openai", "gpt")
    assert await db.experiments.delete(id=row.id) == 1
    assert await db.evaluations.count() == 1


async def test_experiments_are_listed(db: Database) -> None:
    dataset, version, person = (
        await platform_rows.dataset(db),
        await platform_rows.version(db),
        await platform_rows.user(db),
    )
    rows = [
        await db.experiments.create(
            name=f"e{number}",
            dataset_id=dataset if number % 2 else None,
            model_version_id=None if number % 2 else version,
            created_by=person if number < 2 else None,
        )
        for number in range(6)
    ]
    assert await db.experiments.start(id=rows[3].id) == 1
    rows[3] = await db.experiments.get(id=rows[3].id)
    newest = rows[::-1]
    assert await db.experiments.list() == newest
    assert await db.experiments.list(before_created_at=rows[2].created_at, before_id=rows[2].id) == newest[4:]
    assert await db.experiments.list(created_by=person) == newest[4:]
    assert await db.experiments.list(statuses=["running", "failed"]) == [rows[3]]
    assert await db.experiments.list_by_status(status="pending", limit=2) == newest[:2]
    assert await db.experiments.list_for_dataset(dataset_id=dataset, statuses=["pending"]) == [rows[5], rows[1]]
    assert await db.experiments.list_for_model_version(model_version_id=version) == newest[1::2]
    assert [tuple(row) for row in await db.experiments.count_by_status()] == [("pending", 5), ("running", 1)]
    assert await db.experiments.update(id=rows[0].id, hypothesis="none") == 1
    assert await db.experiments.update_config(id=rows[0].id, config={"a": [1]}) == 1
    changed = await db.experiments.get(id=rows[0].id)
    assert (changed.name, changed.hypothesis, changed.config) == ("e0", "none", {"a": [1]})
    with pytest.raises(ConstraintViolation):
        await db.datasets.delete(id=dataset)


async def test_a_benchmark_lives_once(db: Database) -> None:
    row = await benchmarks.begin(db, BENCHMARK)
    assert (row.status, row.total_iterations, row.completed_iterations) == ("running", 10, 0)
    row = await benchmarks.record(db, row.id, [evaluation(number) for number in range(3)], failed=1)
    assert (row.completed_iterations, row.failed_iterations) == (3, 1)
    assert len(await db.evaluations.list_for_benchmark(benchmark_id=row.id)) == 3
    assert await db.benchmarks.update(id=row.id, completed_iterations=5, results={"a": 1}) == 1
    assert await db.benchmarks.update(id=row.id, status="running", metrics={"p50": 1.5}) == 1
    done = await benchmarks.complete(db, row.id, results={"accuracy": 0.5})
    assert (done.status, done.completed_iterations, done.metrics) == ("completed", 5, {"p50": 1.5})
    assert done.started_at == row.started_at
    for refused in (
        benchmarks.start(db, row.id),
        benchmarks.record(db, row.id, [evaluation()]),
        benchmarks.complete(db, row.id, results={"late": 1}),
        benchmarks.fail(db, row.id, "late"),
        benchmarks.cancel(db, row.id),
    ):
        with pytest.raises(ConstraintViolation) as found:
            await refused
        assert (found.value.kind, found.value.constraint) == ("check", "benchmarks_status_path_check")
    assert await db.benchmarks.get(id=row.id) == done
    assert await db.benchmarks.update(id=row.id, status="completed") == 0
    assert await db.benchmarks.update(id=row.id, results={"accuracy": 0.6}) == 1
    assert len(await db.evaluations.list_for_benchmark(benchmark_id=row.id)) == 3


async def test_a_benchmark_run_elsewhere_is_completed_at_once(db: Database) -> None:
    row = await db.benchmarks.create(name="b", provider="p", model="m", dataset="d", total_iterations=100)
    changed = await db.benchmarks.update(id=row.id, status="completed", completed_iterations=100)
    assert changed == 1
    row = await db.benchmarks.get(id=row.id)
    assert (row.status, row.completed_iterations) == ("completed", 100)
    assert row.started_at == row.completed_at
    other = await db.benchmarks.create(name="b", provider="p", model="m", dataset="d")
    failed = await benchmarks.fail(db, other.id, RuntimeError("no key"))
    assert (failed.status, failed.error, failed.started_at) == ("failed", "RuntimeError: no key", None)
    with pytest.raises(ConstraintViolation) as found:
        await db.benchmarks.update(id=(await benchmarks.begin(db, BENCHMARK)).id, status="done")
    assert found.value.kind == "check"


async def test_no_more_iterations_than_there_are_and_nothing_half_written(db: Database) -> None:
    row = await benchmarks.begin(db, BENCHMARK)
    with pytest.raises(ConstraintViolation) as found:
        await benchmarks.record(db, row.id, [evaluation(number) for number in range(9)], failed=2)
    assert found.value.constraint == "benchmarks_completed_iterations_check"
    with pytest.raises(ConstraintViolation) as rating:
        await benchmarks.record(db, row.id, [evaluation(), evaluation(1, human_rating=6)])
    assert rating.value.constraint == "evaluations_human_rating_check"
    assert await db.benchmarks.get(id=row.id) == row
    assert await db.evaluations.count() == 0
    await asyncio.gather(*(benchmarks.record(db, row.id, [evaluation(number)], failed=1) for number in range(5)))
    row = await db.benchmarks.get(id=row.id)
    assert (row.completed_iterations, row.failed_iterations, await db.evaluations.count()) == (5, 5, 5)


async def test_what_failed_is_not_counted_backwards(db: Database) -> None:
    row = await benchmarks.begin(db, BENCHMARK)
    await benchmarks.record(db, row.id, [evaluation()], failed=2)
    with pytest.raises(ParameterError, match="failed is how many"):
        await benchmarks.record(db, row.id, [evaluation(1)], failed=-1)
    after = await db.benchmarks.get(id=row.id)
    assert (after.completed_iterations, after.failed_iterations) == (1, 2)
    assert len(await db.evaluations.list_for_benchmark(benchmark_id=row.id)) == 1


async def test_unknown_benchmarks_are_not_found(db: Database) -> None:
    nobody = platform_rows.NOBODY
    for refused in (
        benchmarks.start(db, nobody),
        benchmarks.record(db, nobody, [evaluation()]),
        benchmarks.complete(db, nobody),
        benchmarks.fail(db, nobody, "e"),
        benchmarks.cancel(db, nobody),
    ):
        with pytest.raises(RowNotFound):
            await refused
    assert await db.evaluations.count() == 0


async def test_benchmarks_are_listed(db: Database) -> None:
    rows = [
        await db.benchmarks.create(name=f"b{number}", provider="pq"[number % 2], model=f"m{number % 3}", dataset="d")
        for number in range(6)
    ]
    newest = rows[::-1]
    assert await db.benchmarks.list_recent(limit=4) == newest[:4]
    assert await db.benchmarks.list_by_status(status="pending") == newest
    assert await db.benchmarks.list_for_provider(provider="p") == newest[1::2]
    assert await db.benchmarks.list_for_provider(provider="p", model="m2") == [rows[2]]
    assert await db.benchmarks.update_details(id=rows[0].id, name="other", total_iterations=7) == 1
    started = await benchmarks.start(db, rows[0].id, total_iterations=8)
    assert (started.name, started.total_iterations) == ("other", 8)
    assert await db.benchmarks.finish(id=rows[1].id) == 0
    assert await db.benchmarks.finish(id=rows[0].id, status="cancelled", error="enough") == 1
    assert [tuple(row) for row in await db.benchmarks.count_by_status()] == [("cancelled", 1), ("pending", 5)]
    assert await db.benchmarks.delete(id=rows[0].id) == 1
