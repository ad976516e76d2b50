"""Evaluations and comparisons: kept singly or many at once, rated, found by what was asked, and added up."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from math import floor, inf, nan
from typing import Any

import pytest

import platform_rows
from plainbase import ConstraintViolation, Database, DataInvalid, PlainbaseError, RowNotFound, uuid7
from plainbase.platform import evaluations
from plainbase.platform.evaluations import Evaluation

FIRST = Evaluation("openai", "gpt", "What is 2 + 2? 🤔", "4", expected="4", metrics={"bleu": 0.5}, score=1.0)

BAD: list[tuple[dict[str, Any], type[PlainbaseError]]] = [
    ({"human_rating": 0}, ConstraintViolation),
    ({"human_rating": 6}, ConstraintViolation),
    ({"human_rating": 3.0}, DataInvalid),
    ({"provider": ""}, ConstraintViolation),
    ({"model": "m" * 256}, ConstraintViolation),
    ({"latency_ms": -1.0}, ConstraintViolation),
    ({"latency_ms": inf}, ConstraintViolation),
    ({"cost_usd": -0.1}, ConstraintViolation),
    ({"input_tokens": -1}, ConstraintViolation),
    ({"score": nan}, DataInvalid),
    ({"score": inf}, ConstraintViolation),
    ({"metrics": {"bleu": nan}}, DataInvalid),
    ({"input": "a\0b"}, DataInvalid),
    ({"input": "\ud800"}, DataInvalid),
    ({"input": 4}, DataInvalid),
    ({"input": None}, ConstraintViolation),
    ({"output": None}, ConstraintViolation),
    ({"experiment_id": platform_rows.NOBODY}, ConstraintViolation),
    ({"benchmark_id": platform_rows.NOBODY}, ConstraintViolation),
    ({"model_version_id": platform_rows.NOBODY}, ConstraintViolation),
]


async def test_an_evaluation_comes_back_as_it_was_kept(db: Database) -> None:
    row = await evaluations.create(db, FIRST)
    assert row == await db.evaluations.get(id=row.id)
    assert row.input_digest == sha256("What is 2 + 2? 🤔".encode()).hexdigest()
    assert (row.metrics, row.score, row.expected, row.metadata) == ({"bleu": 0.5}, 1.0, "4", {})


async def test_many_are_kept_in_order(db: Database) -> None:
    made = [replace(FIRST, input=f"question {number}", score=float(number)) for number in range(300)]
    ids = await evaluations.create_many(db, iter(made))
    rows = {row.id: row for row in await db.evaluations.list(limit=1000)}
    assert [rows[each].score for each in ids] == [each.score for each in made]
    assert rows[ids[7]].input_digest == sha256(b"question 7").hexdigest()
    assert await evaluations.create_many(db, []) == []
    # The same by the query, for whoever has rows as they are.
    batch = await db.evaluations.create.batch(
        [{"provider": "p", "model": "m", "input": "i", "output": str(number)} for number in range(3)]
    )
    assert [row.output for row in batch] == ["0", "1", "2"]


async def test_bad_evaluations_are_refused_whole(db: Database) -> None:
    for changes, error in BAD:
        bad = replace(FIRST, **changes)
        with platform_rows.refused(error, changes):
            await evaluations.create(db, bad)
        with platform_rows.refused(error, changes):
            await evaluations.create_many(db, [FIRST, bad])
    assert await db.evaluations.count() == 0


async def test_ratings(db: Database) -> None:
    row = await evaluations.create(db, FIRST)
    rated = await evaluations.rate(db, row.id, 4, feedback="good")
    assert (rated.human_rating, rated.human_feedback, rated.updated_at > row.updated_at) == (4, "good", True)
    assert (await evaluations.rate(db, row.id, 5)).human_feedback == "good"
    with pytest.raises(ConstraintViolation) as found:
        await evaluations.rate(db, row.id, 6, feedback="best")
    assert found.value.constraint == "evaluations_human_rating_check"
    with pytest.raises(DataInvalid):
        await evaluations.rate(db, row.id, True, feedback="best")
    assert (await db.evaluations.get(id=row.id)).human_feedback == "good"
    taken_back = await evaluations.rate(db, row.id, None, feedback=None)
    assert (taken_back.human_rating, taken_back.human_feedback) == (None, None)
    with pytest.raises(RowNotFound):
        await evaluations.rate(db, platform_rows.NOBODY, 3)
    assert await db.evaluations.set_score(id=row.id, score=0.25) == 1
    assert await db.evaluations.set_score(id=row.id, score=0.5, metrics={"rouge": 1}) == 1
    scored = await db.evaluations.get(id=row.id)
    assert (scored.score, scored.metrics) == (0.5, {"rouge": 1})
    assert await db.evaluations.delete(id=row.id) == 1


async def test_raters_at_once_lose_nothing_but_to_the_last(db: Database) -> None:
    row = await evaluations.create(db, FIRST)
    rated = await asyncio.gather(
        *(evaluations.rate(db, row.id, number % 5 + 1, feedback=f"{number % 5 + 1}") for number in range(10))
    )
    assert all(str(each.human_rating) == each.human_feedback for each in rated)
    last = await db.evaluations.get(id=row.id)
    assert str(last.human_rating) == last.human_feedback


async def test_lists(db: Database) -> None:
    version = await platform_rows.version(db)
    experiment = await db.experiments.create(name="e")
    made = [
        replace(
            FIRST,
            provider=("openai", "local")[number % 2],
            model=f"m{number % 3}",
            input=f"question {number % 4}",
            score=number / 10,
            human_rating=number % 5 + 1,
            experiment_id=experiment.id if number < 6 else None,
            model_version_id=version if number % 2 else None,
        )
        for number in range(12)
    ]
    ids = await evaluations.create_many(db, made)

    def at(rows: Sequence[Any]) -> list[int]:
        return [ids.index(row.id) for row in rows]

    everything = await db.evaluations.list()
    newest = at(everything)
    assert sorted(newest) == list(range(12))
    assert everything == sorted(everything, key=lambda row: (row.created_at, row.id), reverse=True)
    page = await db.evaluations.list(before_created_at=everything[3].created_at, before_id=everything[3].id, limit=4)
    assert page == everything[4:8]
    of = db.evaluations
    assert at(await of.list(min_score=0.95)) == [each for each in newest if each > 9]
    assert at(await of.list(min_rating=5, provider="local")) == [each for each in newest if each == 9]
    assert sorted(at(await of.list_for_experiment(experiment_id=experiment.id))) == list(range(6))
    assert sorted(at(await of.list_for_experiment(experiment_id=experiment.id, model="m1"))) == [1, 4]
    assert sorted(at(await of.list_for_model(model="m2", provider="openai"))) == [2, 8]
    assert sorted(at(await of.list_for_model_version(model_version_id=version))) == [1, 3, 5, 7, 9, 11]
    digest = evaluations.input_digest("question 3")
    asked = await of.list_for_input(input_digest=digest)
    assert at(asked) == [3, 7, 11]
    assert await of.list_for_input(input_digest=digest, after_id=asked[0].id, limit=1) == asked[1:2]
    assert at(await of.list_for_input(input_digest=digest, experiment_id=experiment.id)) == [3]
    assert await of.count() == 12
    assert await of.count(experiment_id=experiment.id, model="m0") == 2
    assert await of.count(model_version_id=version) == 6


async def test_aggregates_are_those_python_computes(db: Database) -> None:
    experiment = await db.experiments.create(name="e")
    benchmark = await db.benchmarks.create(name="b", provider="p", model="m", dataset="d")
    chance = random.Random(3)
    made = [
        replace(
            FIRST,
            provider=chance.choice(["a", "B"]),
            model=chance.choice(["x", "y"]),
            score=chance.choice([None, chance.random()]),
            human_rating=chance.choice([None, 1, 4, 5]),
            latency_ms=chance.choice([None, 10.0, chance.uniform(0, 100)]),
            input_tokens=chance.choice([None, 7]),
            output_tokens=chance.randrange(100),
            cost_usd=chance.choice([None, 0.125]),
            experiment_id=experiment.id if number % 2 else None,
            benchmark_id=benchmark.id if number % 3 else None,
        )
        for number in range(200)
    ]
    await evaluations.create_many(db, made)

    def expect(rows: Sequence[Any], chosen: list[Evaluation]) -> None:
        groups = sorted({(each.provider, each.model) for each in chosen})
        assert [(row.provider, row.model) for row in rows] == groups
        for row in rows:
            group = [each for each in chosen if (each.provider, each.model) == (row.provider, row.model)]
            scores = [each.score for each in group if each.score is not None]
            ratings = [each.human_rating for each in group if each.human_rating is not None]
            times = sorted(each.latency_ms for each in group if each.latency_ms is not None)
            assert (row.evaluations, row.scored_evaluations, row.rated_evaluations) == (
                len(group),
                len(scores),
                len(ratings),
            )
            assert (row.min_score, row.max_score) == (min(scores), max(scores))
            assert row.avg_score == pytest.approx(sum(scores) / len(scores), rel=1e-12)
            assert row.avg_rating == pytest.approx(sum(ratings) / len(ratings), rel=1e-12)
            assert row.avg_latency_ms == pytest.approx(sum(times) / len(times), rel=1e-12)
            for p in (50, 95):
                place = p * (len(times) - 1) / 100
                below, above = times[floor(place)], times[min(floor(place) + 1, len(times) - 1)]
                assert row[f"p{p}_latency_ms"] == pytest.approx(below + (above - below) * (place % 1), rel=1e-9)
            assert row.input_tokens == sum(each.input_tokens or 0 for each in group)
            assert row.output_tokens == sum(each.output_tokens or 0 for each in group)
            assert row.cost_usd == sum(each.cost_usd or 0.0 for each in group)

    expect(await db.evaluations.aggregates(), made)
    expect(await db.evaluations.aggregates(experiment_id=experiment.id), made[1::2])
    both = [each for each in made if each.experiment_id and each.benchmark_id]
    expect(await db.evaluations.aggregates(experiment_id=experiment.id, benchmark_id=benchmark.id), both)
    assert await db.evaluations.aggregates(experiment_id=platform_rows.NOBODY) == []


async def test_aggregates_of_what_was_not_measured(db: Database) -> None:
    await evaluations.create(db, replace(FIRST, score=None))
    (row,) = await db.evaluations.aggregates()
    assert (row.evaluations, row.scored_evaluations, row.rated_evaluations) == (1, 0, 0)
    assert (row.avg_score, row.avg_rating, row.p50_latency_ms, row.p95_latency_ms) == (None, None, None, None)
    assert (row.input_tokens, row.cost_usd, type(row.cost_usd)) == (0, 0.0, float)


async def test_a_cancelled_creation_is_all_or_nothing(db: Database) -> None:
    made = [FIRST] * 20_000
    task = asyncio.create_task(evaluations.create_many(db, made))
    while not task.done() and not db.pool_status().busy:
        await asyncio.sleep(0)
    task.cancel()
    result = (await asyncio.gather(task, return_exceptions=True))[0]
    assert await db.evaluations.count() == (0 if isinstance(result, asyncio.CancelledError) else len(made))
    await evaluations.create(db, FIRST)


async def test_comparisons_are_found_from_either_side(db: Database) -> None:
    a, b, c = (uuid7() for _ in range(3))
    experiment = await db.experiments.create(name="e")

    async def record(first: Any, second: Any, metric: str = "score", **values: Any) -> Any:
        return await db.comparison_results.record(
            kind="model_version",
            a_id=first,
            b_id=second,
            a_label="first",
            b_label="second",
            metric=metric,
            test="welch",
            a_n=10,
            b_n=12,
            **values,
        )

    rows = [
        await record(a, b, p_value=0.01, effect_size=0.8, winner="a", confidence_low=0.1, confidence_high=inf),
        await record(b, c, "latency_ms", experiment_id=experiment.id, correction="holm", details={"pairs": 3}),
        await record(c, a, winner="no_difference", paired=True),
    ]
    assert (rows[0].alpha, rows[0].correction, rows[0].paired, rows[0].details) == (0.05, "none", False, {})
    assert rows[0] == await db.comparison_results.get(id=rows[0].id)
    assert await db.comparison_results.list() == rows[::-1]
    assert await db.comparison_results.list_for(id=a) == [rows[2], rows[0]]
    assert await db.comparison_results.list_for(id=b, limit=1) == [rows[1]]
    assert await db.comparison_results.list_for(id=b, metric="score") == [rows[0]]
    older = await db.comparison_results.list_for(id=c, before_created_at=rows[2].created_at, before_id=rows[2].id)
    assert older == [rows[1]]
    assert await db.comparison_results.list(winners=["a", "b"]) == [rows[0]]
    assert await db.comparison_results.list_for_experiment(experiment_id=experiment.id) == [rows[1]]
    for bad, constraint in (
        ({"winner": "c"}, "comparison_results_winner_check"),
        ({"p_value": 1.5}, "comparison_results_p_value_check"),
        ({"confidence_low": 2.0, "confidence_high": 1.0}, "comparison_results_confidence_high_check"),
    ):
        with pytest.raises(ConstraintViolation) as found:
            await record(a, b, **bad)
        assert found.value.constraint == constraint
    with pytest.raises(ConstraintViolation) as same:
        await record(a, a)
    assert same.value.constraint == "comparison_results_b_id_check"
    assert await db.comparison_results.delete(id=rows[0].id) == 1


async def test_generations_name_their_version(db: Database) -> None:
    version = await platform_rows.version(db)
    row = await db.generations.record(prompt="p", response="r", model="m", model_version_id=version)
    other = await db.generations.record(prompt="p", response="r", model="n", parameters={"temperature": 0.5})
    assert (row.model_version_id, other.model_version_id) == (version, None)
    assert await db.generations.history() == [other, row]
    assert await db.generations.rate(id=row.id, user_rating=5) == 1
    with pytest.raises(ConstraintViolation):
        await db.generations.rate(id=row.id, user_rating=0)
    assert await db.generations.score(id=row.id, quality_score=0.5) == 1
    rated = await db.generations.get(id=row.id)
    assert (rated.user_rating, rated.quality_score) == (5, 0.5)
    assert await db.generations.clear_model(model="n") == 1
    assert await db.generations.delete(id=row.id) == 1
    assert await db.generations.clear() == 0
