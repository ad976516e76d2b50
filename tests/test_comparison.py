"""Comparisons of models, versions, runs and experiments: whose evaluations they read, what they store and refuse."""

from __future__ import annotations

import asyncio
import random
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise, product
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

import plainbase
from parity.databases import copies
from plainbase import (
    ConfigurationError,
    ConstraintViolation,
    Database,
    ParameterError,
    PlainbaseError,
    Row,
    RowNotFound,
    uuid7,
)
from plainbase.platform import evaluations
from plainbase.platform.comparison import compare, compare_metrics, recording
from plainbase.platform.comparison.verdict import Finding, judge
from plainbase.platform.evaluations import Evaluation
from platform_rows import NOBODY, refused, runs, user

OLD = datetime(2026, 1, 1, tzinfo=UTC)


async def version(db: Database, *, model: UUID | None = None, name: str = "1", run: UUID | None = None) -> UUID:
    """A version of the model, or of one of its own."""
    if model is None:
        model = uuid7()
        await db.insert_rows("models", ("id", "name", "kind"), [(model, f"model {model}", "base")])
    made = uuid7()
    await db.insert_rows("model_versions", ("id", "model_id", "version", "training_run_id"), [(made, model, name, run)])
    return made


async def experiment(db: Database, name: str = "trial") -> UUID:
    made: UUID = (await db.experiments.create(name=name)).id
    return made


async def answer(
    db: Database,
    of: UUID | None,
    scores: Iterable[float | None],
    *,
    inputs: Sequence[str] | None = None,
    metrics: Sequence[Mapping[str, Any]] | None = None,
    within: UUID | None = None,
    **columns: Any,
) -> None:
    """Evaluations of a version, the n-th of the question n unless said otherwise."""
    rows = [
        Evaluation(
            "p",
            "m",
            inputs[number] if inputs else f"question {number}",
            "an answer",
            model_version_id=of,
            score=score,
            metrics=metrics[number] if metrics else {},
            experiment_id=within,
            **{name: values[number] for name, values in columns.items()},
        )
        for number, score in enumerate(scores)
    ]
    await evaluations.create_many(db, rows)


def shown(row: Row) -> dict[str, Any]:
    """A row without what no two have in common."""
    return {name: value for name, value in dict(row).items() if name not in ("id", "created_at")}


async def none_stored(db: Database) -> bool:
    return not await db.comparison_results.list()


async def test_two_versions_over_the_same_questions(db: Database) -> None:
    a, b = await version(db), await version(db)
    await answer(db, a, [number / 10 for number in range(10)])
    await answer(db, b, [number / 10 + 0.05 + number / 1000 for number in range(10)])
    row = await compare(db, a, b)
    assert row == await db.comparison_results.get(id=row.id)
    assert (row.kind, row.a_id, row.b_id, row.metric) == ("model_version", a, b, "score")
    assert (row.test, row.paired, row.a_n, row.b_n, row.winner) == ("wilcoxon", True, 10, 10, "b")
    assert (row.p_value, row.adjusted_p_value, row.correction) == (2 / 1024, 2 / 1024, "none")
    assert (row.effect_name, row.effect_size, row.statistic) == ("rank_biserial", -1, 0)
    assert [row.a_mean, row.b_mean] == pytest.approx([0.45, 0.5045])
    assert row.confidence_low is not None
    assert row.confidence_high is not None
    assert row.confidence_low < -0.0545 < row.confidence_high < 0
    assert row.a_label.startswith("model ")
    assert row.a_label.endswith(":1")
    assert row.details["difference"] == pytest.approx(-0.0545)
    assert row.details["evaluations"] == {"a": 10, "b": 10}
    assert row.details["pairing"]["common_inputs"] == 10
    assert row.details["interval"] == {"method": "bootstrap, BCa", "resamples": 9999, "seed": 0}


async def test_models_and_runs_have_the_evaluations_of_their_versions(db: Database) -> None:
    one, two = (uuid7() for _ in range(2))
    await db.insert_rows("models", ("id", "name", "kind"), [(one, "one", "base"), (two, "two", "base")])
    first, second = await runs(db, 2)
    versions = [
        await version(db, model=one, name="1", run=first),
        await version(db, model=one, name="2", run=first),
        await version(db, model=two, name="1", run=second),
        await version(db, model=two, name="2"),
    ]
    for number, of in enumerate(versions):
        await answer(db, of, [number + each / 10 for each in range(7)], inputs=[f"{number % 2} {n}" for n in range(7)])
    models = await compare(db, one, two)
    assert (models.kind, models.a_label, models.b_label, models.a_n) == ("model", "one", "two", 14)
    assert [models.a_mean, models.b_mean] == pytest.approx([0.8, 2.8])
    found = await compare(db, first, second)
    assert (found.kind, found.a_label, found.b_label) == ("training_run", "run 0", "run 1")
    # The second run has answered one of the two sets of questions: all of its own are common.
    assert (found.paired, found.a_n, found.b_n) == (True, 7, 7)
    assert found.b_mean == pytest.approx(2.3)
    assert found.details["pairing"]["inputs_of_a_alone"] == 7


async def test_experiments_and_what_restricts(db: Database) -> None:
    a, b = await version(db), await version(db)
    first, second = await experiment(db), await experiment(db)
    for of, within, more in ((a, first, 0.0), (b, first, 1.0), (a, second, 5.0)):
        await answer(db, of, [each + more for each in range(8)], within=within)
    found = await compare(db, first, second)
    assert (found.kind, found.a_mean, found.b_mean, found.experiment_id) == ("experiment", 4.0, 8.5, None)
    assert found.a_label != found.b_label
    assert {found.a_label.split()[0], found.b_label.split()[0]} == {"trial"}
    within_one = await compare(db, a, b, experiment_id=first)
    assert (within_one.a_mean, within_one.b_mean, within_one.experiment_id) == (3.5, 4.5, first)
    assert await db.comparison_results.list_for_experiment(experiment_id=first) == [within_one]
    everything = await compare(db, a, b)
    assert everything.a_mean == 6.0
    with pytest.raises(ParameterError, match="these are experiments"):
        await compare(db, first, second, experiment_id=first)
    with pytest.raises(ParameterError, match=r"\(b\) has no evaluations to compare"):
        await compare(db, a, b, experiment_id=second)


async def test_since(db: Database) -> None:
    a, b = await version(db), await version(db)
    columns = ("id", "model_version_id", "provider", "model", "input", "output", "score", "created_at")
    rows = [
        (uuid7(), of, "p", "m", f"i {of} {number}", "o", float(number), OLD + timedelta(days=number))
        for of in (a, b)
        for number in range(20)
    ]
    await db.insert_rows("evaluations", columns, rows)
    row = await compare(db, a, b, since=OLD + timedelta(days=10))
    assert (row.a_n, row.a_mean, row.paired) == (10, 14.5, False)
    assert row.details["since"] == "2026-01-11T00:00:00+00:00"
    assert row.details["pairing"]["why"] == "fewer than 6 inputs were answered by both"
    with pytest.raises(ParameterError, match="has no evaluations"):
        await compare(db, a, b, since=OLD + timedelta(days=20))


async def test_inputs_that_were_kept_without_a_digest_are_known_by_their_text(db: Database) -> None:
    """Written by the query itself, which leaves the digest to the caller."""
    texts = [f"question {number}" if number else "Größe? 🤔" for number in range(20)]
    a, b, c = await version(db), await version(db), await version(db)
    for of, more in ((a, 0.0), (b, 0.1)):
        for number, text in enumerate(texts):
            await db.evaluations.create(
                provider="p",
                model="m",
                input=text,
                output="o",
                model_version_id=of,
                score=number + more + more * number / 100,
            )
    await answer(db, c, [number / 2 for number in range(20)], inputs=texts)
    row = await compare(db, a, b)
    assert (row.paired, row.a_n, row.b_n, row.winner) == (True, 20, 20, "b")
    assert row.details["pairing"]["common_inputs"] == 20
    # One side with digests, the other without.
    mixed = await compare(db, a, c)
    assert (mixed.paired, mixed.details["pairing"]["common_inputs"]) == (True, 20)
    # A digest of the caller's own is taken as it is.
    d = await version(db)
    for text in texts:
        await db.evaluations.create(
            provider="p", model="m", input=text, output="o", model_version_id=d, score=1.0, input_digest=f"own {text}"
        )
    own = await compare(db, a, d)
    assert (own.paired, own.details["pairing"]["common_inputs"]) == (False, 0)


async def test_numbers_in_the_metrics_whatever_their_keys(db: Database) -> None:
    keys = ["f1", "", "a.b", "$", "$.f1", "0", "[0]", 'say "it"', "it's", "ü", "a b", "\\", "#-1", "score "]
    a, b = await version(db), await version(db)
    for of, more in ((a, 0.0), (b, 1.0)):
        await answer(db, of, [0.0] * 8, metrics=[{key: n + more for n, key in enumerate(keys)} for _ in range(8)])
    keys.remove("")
    for key in keys:
        row = await compare(db, a, b, key)
        assert (row.metric, row.a_n, row.winner) == (key, 8, "b"), key


async def test_what_is_no_number_is_left_out_and_counted(db: Database) -> None:
    a, b = await version(db), await version(db)
    strange: list[Any] = ["1", None, [1], {"x": 1}, 1e31, 10**400, -1e31]
    values: list[Any] = [0.5, 1, True, False, 0.25, 2, 3.5, 4]
    await answer(db, a, [None] * 16, metrics=[*({"f1": each} for each in [*values, *strange]), {}])
    await answer(db, b, [None] * 8, metrics=[{"f1": each} for each in values])
    row = await compare(db, a, b, "f1")
    assert row.details["left_out"] == {
        "a": {"null": 2, "not_a_number": 3, "out_of_range": 3},
        "b": {"null": 0, "not_a_number": 0, "out_of_range": 0},
    }
    assert (row.a_n, row.p_value, row.winner) == (8, 1.0, "no_difference")
    assert row.details["why"] == "no difference to test: no pair differs"


async def test_right_or_wrong(db: Database) -> None:
    a, b = await version(db), await version(db)
    right = [number % 3 > 0 for number in range(30)]
    await answer(db, a, [None] * 30, metrics=[{"passed": each} for each in right])
    await answer(db, b, [None] * 30, metrics=[{"passed": number % 10 == 0} for number in range(30)])
    row = await compare(db, a, b, "passed")
    # a alone 20 - 2 times, b alone once: 0 is wrong for a, 10 and 20 are right.
    assert row.details["test"] == {"right_by_a_alone": 18, "right_by_b_alone": 1}
    assert (row.test, row.winner, row.statistic) == ("mcnemar", "a", 18)
    assert row.p_value == pytest.approx(2 * 20 / 2**19)
    assert row.effect_size == pytest.approx(20 / 30 - 3 / 30)
    forced = await compare(db, a, b, "passed", test="fisher")
    assert (forced.test, forced.paired, forced.details["test"]) == (
        "fisher",
        False,
        {"right_by_a": 20, "right_by_b": 3},
    )


async def test_several_metrics_are_corrected_and_stored_together(db: Database) -> None:
    a, b = await version(db), await version(db)
    someone = await user(db)
    chance = random.Random(2)
    for of, more in ((a, 0.0), (b, 0.3)):
        await answer(
            db,
            of,
            [chance.gauss(0, 1) + more for _ in range(60)],
            metrics=[{"val_loss": chance.gauss(5, 0.1) - more, "few": 1.0} if n < 60 else {} for n in range(60)],
            latency_ms=[100 + chance.random() for _ in range(60)],
        )
    await answer(db, a, [None] * 3, metrics=[{"rare": each} for each in range(3)])
    await answer(db, b, [None] * 3, metrics=[{"rare": each} for each in range(3)])
    names = ["latency_ms", "rare", "val_loss", "score"]
    rows = await compare_metrics(db, a, b, names, created_by=someone)
    assert [row.metric for row in rows] == names
    assert {row.id for row in rows} == {row.id for row in await db.comparison_results.list()}
    by = {row.metric: row for row in rows}
    # Holm over the three that were tests: the smallest three times, the middle twice, the largest once.
    tested = sorted((row for row in rows if row.p_value is not None), key=lambda row: row.p_value or 0)
    assert tested[0].metric == "val_loss"
    assert len(tested) == 3
    for factor, row in zip((3, 2, 1), tested, strict=True):
        assert row.adjusted_p_value is not None
        assert row.adjusted_p_value >= min(1, factor * (row.p_value or 0))
        assert (row.winner == "no_difference") == (row.adjusted_p_value > 0.05)
    assert (by["rare"].p_value, by["rare"].adjusted_p_value, by["rare"].winner) == (None, None, None)
    assert "too little data" in by["rare"].details["why"]
    assert (by["val_loss"].winner, by["val_loss"].details["higher_is_better"]) == ("b", False)
    assert {(row.correction, row.created_by) for row in rows} == {("holm", someone)}
    (alone,) = await compare_metrics(db, a, b, ["val_loss"], higher_is_better={"val_loss": True}, correction="none")
    assert alone.winner == "a"


async def test_nothing_is_stored_when_one_row_is_refused(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    a, b = await version(db), await version(db)
    for of in (a, b):
        await answer(db, of, [0.5] * 8, latency_ms=[1.0] * 8)
    with pytest.raises(ConstraintViolation):
        await compare_metrics(db, a, b, ["score", "latency_ms"], created_by=NOBODY)
    with pytest.raises(ParameterError):
        await compare_metrics(db, a, b, ["score", "unheard"])
    rows = recording._rows

    def with_a_bad_last(*arguments: Any) -> list[dict[str, Any]]:
        *good, last = rows(*arguments)
        return [*good, last | {"winner": "nobody"}]

    monkeypatch.setattr(recording, "_rows", with_a_bad_last)
    with pytest.raises(ConstraintViolation):
        await compare_metrics(db, a, b, ["score", "latency_ms"])
    assert await none_stored(db)


async def test_who_cannot_be_compared(db: Database) -> None:
    a, b = await version(db), await version(db)
    (run,) = await runs(db, 1)
    await answer(db, a, [0.5] * 8, latency_ms=[1.0] * 8)
    cases: list[tuple[Any, Any, dict[str, Any], type[PlainbaseError], str]] = [
        (a, a, {}, ParameterError, "are the same"),
        (a, NOBODY, {}, RowNotFound, "has the id of b"),
        (NOBODY, b, {}, RowNotFound, "no model, model version, training run or experiment has the id of a"),
        (a, run, {}, ParameterError, "a is a model version and b is a training run; compare two of one kind"),
        (a, b, {"kind": "experiment"}, RowNotFound, "no experiment has the id of a; it is the id of a model version"),
        (a, b, {"kind": "team"}, ParameterError, "unknown kind 'team'; known are model, model_version"),
        (a, b, {}, ParameterError, r"\(b\) has no evaluations to compare"),
        (a, b, {"experiment_id": NOBODY}, RowNotFound, "no experiment has the id that the comparison is restricted to"),
        (str(a), b, {}, ParameterError, "a must be a UUID, got str"),
        (None, b, {}, ParameterError, "a must be a UUID"),
    ]
    for first, second, options, error, says in cases:
        with refused(error, says) as found:
            await compare(db, first, second, **options)
        assert found.match(says)
    assert await none_stored(db)


async def test_which_metric_cannot_be_compared(db: Database) -> None:
    a, b = await version(db), await version(db)
    await answer(db, a, [0.5] * 8, metrics=[{"f1": 0.5, "note": "good"}] * 8)
    await answer(db, b, [None] * 8, metrics=[{"rouge": 1}] * 8)
    for metric, says in (
        ("f2", "no evaluation has the metric 'f2'; there are f1, rouge, score"),
        ("note", "no evaluation has the metric 'note'; there are f1, rouge, score"),
        ("latency_ms", "no evaluation has the metric 'latency_ms'"),
        ("score", r"no evaluation of 'model .*:1' \(b\) has the metric 'score'"),
        ("rouge", r"no evaluation of 'model .*:1' \(a\) has the metric 'rouge'"),
    ):
        with refused(ParameterError, metric) as found:
            await compare(db, a, b, metric)
        assert found.match(says)
    many = [{f"metric {number:02}": 1 for number in range(30)}] * 8
    await answer(db, a, [None] * 8, metrics=many)
    with pytest.raises(ParameterError, match="metric 18 and 13 more"):
        await compare(db, a, b, "f2")
    assert await none_stored(db)


async def test_options_that_cannot_be(db: Database) -> None:
    a, b = uuid7(), uuid7()
    nan = float("nan")
    cases: list[tuple[dict[str, Any], str]] = [
        ({"metric": ""}, "1 to 255 characters"),
        ({"metric": "m" * 256}, "1 to 255 characters"),
        ({"metric": "a\0b"}, "1 to 255 characters"),
        ({"metric": None}, "1 to 255 characters"),
        ({"test": "t"}, "unknown test 't'; known are auto, paired_t"),
        *(({"alpha": alpha}, "alpha must be") for alpha in (0, 1, -0.05, nan, True, "0.05", None)),
        *(({"confidence": level}, "confidence must be") for level in (0, 1, 95, nan)),
        *(({"resamples": number}, "from 100 to 100000") for number in (99, 100_001, 1e3, True, None)),
        *(({"seed": seed}, "seed must be") for seed in (-1, 0.5, 2**63, None, True)),
        ({"higher_is_better": "yes"}, "higher_is_better must be"),
        ({"higher_is_better": {"score": 1}}, "higher_is_better must be"),
    ]
    for options, says in cases:
        with refused(ParameterError, options) as found:
            await compare(db, a, b, **options)
        assert found.match(says)
    for metrics, says in (([], "no metric"), ("score", "a list"), (["f1", "f1"], "'f1' is given twice"), (3, "a list")):
        with refused(ParameterError, metrics) as found:
            await compare_metrics(db, a, b, metrics)  # type: ignore[arg-type]
        assert found.match(says)
    with pytest.raises(ParameterError, match="unknown correction 'bonferroni'; known are none, holm"):
        await compare_metrics(db, a, b, ["score"], correction="bonferroni")  # type: ignore[arg-type]
    with pytest.raises(plainbase.DataInvalid):
        one, other = await version(db), await version(db)
        await compare(db, one, other, since=datetime(2026, 1, 1))


async def test_without_scipy(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "scipy", None)
    with pytest.raises(ConfigurationError, match=r"scipy is missing: pip install 'plainbase\[stats\]'"):
        await compare(db, uuid7(), uuid7())


async def test_one_id_of_two_kinds(db: Database) -> None:
    shared, other = await runs(db, 2)
    await db.experiments.create(id=shared, name="same")
    assert (await db.comparison_samples.subjects(ids=[shared])) != []
    a = await version(db, run=shared)
    b = await version(db, run=other)
    for of in (a, b):
        await answer(db, of, [0.5] * 8)
    # The other is a run, so runs are meant; with two of both kinds it must be said.
    assert (await compare(db, shared, other)).kind == "training_run"
    await db.experiments.create(id=other, name="same")
    with pytest.raises(ParameterError, match="each the id of a training run and an experiment; say which kind"):
        await compare(db, shared, other)
    assert (await compare(db, shared, other, kind="training_run")).kind == "training_run"


async def test_long_labels_are_cut(db: Database) -> None:
    model = uuid7()
    await db.insert_rows("models", ("id", "name", "kind"), [(model, "m" * 255, "base")])
    a, b = await version(db, model=model, name="1" * 255), await version(db, model=model, name="2" * 255)
    for of in (a, b):
        await answer(db, of, [0.5] * 8)
    row = await compare(db, a, b)
    assert (len(row.a_label), row.a_label[-3:], row.b_label[-3:]) == (500, "111", "222")


async def test_swapped_and_in_any_order_and_again(db: Database) -> None:
    chance = random.Random(5)
    a, b, c = await version(db), await version(db), await version(db)
    scores = [round(chance.gauss(0, 1), 2) for _ in range(40)]
    questions = [f"question {number}" for number in range(40)]
    await answer(db, a, scores, inputs=questions)
    others = [round(score + chance.gauss(0.5, 1), 2) for score in scores]
    await answer(db, b, others, inputs=questions)
    order = chance.sample(range(40), 40)
    await answer(db, c, [others[place] for place in order], inputs=[questions[place] for place in order])
    row, again, shuffled = await compare(db, a, b), await compare(db, a, b), await compare(db, a, c)
    assert shown(again) == shown(row)
    theirs = {"b_id": c, "b_label": shuffled.b_label}
    assert shown(shuffled) == shown(row) | theirs
    back = await compare(db, b, a)
    assert row.confidence_low is not None
    assert row.confidence_high is not None
    assert (back.confidence_low, back.confidence_high) == (-row.confidence_high, -row.confidence_low)
    assert (row.winner, back.winner) == ("b", "a")
    assert back.effect_size == pytest.approx(-(row.effect_size or 0))
    other_seed = await compare(db, a, b, seed=1)
    assert other_seed.confidence_low != row.confidence_low
    assert other_seed.p_value == row.p_value


async def test_both_engines_store_the_same(sampled: dict[str, str], tmp_path: Path) -> None:
    async with copies(sampled, tmp_path) as (sqlite, postgres):
        found = [await _every(db) for db in (sqlite, postgres)]
    assert found[0] == found[1]
    assert {row["paired"] for row in found[0] if isinstance(row, dict)} == {False, True}
    assert {row["kind"] for row in found[0] if isinstance(row, dict)} == {"model_version", "experiment", "model"}


async def _every(db: Database) -> list[Any]:
    """What comparisons of the sample's versions, models and experiments store, or why they do not."""
    found: list[Any] = []
    settings: list[dict[str, Any]] = [{}, {"test": "wilcoxon"}, {"test": "welch_t", "alpha": 0.2, "seed": 3}]
    answered = [row async for row in db.evaluations.list.stream(limit=10_000)]
    subjects: list[set[UUID]] = [
        {row.experiment_id for row in answered if row.experiment_id},
        {row.model_version_id for row in answered if row.model_version_id},
        {row.id for row in await db.models.list(limit=1000)},
    ]
    for ids in subjects:
        for a, b in pairwise(sorted(ids)[:7]):
            for metrics, options in product((["score", "latency_ms"], ["human_rating"]), settings):
                try:
                    found += map(shown, await compare_metrics(db, a, b, metrics, **options))
                except ParameterError as error:
                    found.append(str(error))
    return found


async def test_it_does_not_stop_the_event_loop(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    a, b = await version(db), await version(db)
    chance = random.Random(1)
    for of in (a, b):
        await answer(db, of, [chance.random() for _ in range(3000)])
    turns = 0

    async def turn() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    seen: list[int] = []

    def judged(*arguments: Any) -> Finding:
        before = turns
        found = judge(*arguments)
        seen.append(turns - before)
        return found

    monkeypatch.setattr(recording, "judge", judged)
    beside = asyncio.create_task(turn())
    await compare(db, a, b, resamples=2_000)
    beside.cancel()
    assert len(seen) == 1
    assert seen[0] > 10  # turns while the statistics were computed
