"""The rules of comparisons: pairs or not, which test, too little data, which way is better; swapped and shuffled."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import combinations, product
from math import inf, isfinite, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comparison_samples import column, independent, pairs
from plainbase import ParameterError
from plainbase.platform.comparison import choice, metrics, significance
from plainbase.platform.comparison.correction import adjust
from plainbase.platform.comparison.intervals import interval
from plainbase.platform.comparison.pairing import pair
from plainbase.platform.comparison.samples import Column
from plainbase.platform.comparison.settings import Settings, Test
from plainbase.platform.comparison.verdict import judge


def test_what_was_no_test_is_not_counted() -> None:
    assert adjust([0.01, None, 0.04], "holm") == [pytest.approx(0.02), None, pytest.approx(0.04)]
    assert adjust([None], "benjamini_hochberg") == [None]
    assert adjust([0.01, None], "none") == [0.01, None]


@given(st.lists(st.integers(-3, 3).filter(bool), min_size=1, max_size=9))
def test_signed_ranks_with_ties_are_counted_out(differences: list[int]) -> None:
    found = significance.wilcoxon(pairs([float(each) for each in differences], [0.0] * len(differences)))
    magnitudes = sorted(map(abs, differences))
    ranks = [(2 * magnitudes.index(abs(each)) + magnitudes.count(abs(each)) + 1) / 2 for each in differences]
    seen = sum(rank for rank, each in zip(ranks, differences, strict=True) if each > 0)
    sums = [
        sum(rank for rank, up in zip(ranks, ways, strict=True) if up) for ways in product((0, 1), repeat=len(ranks))
    ]
    tails = sum(each <= seen for each in sums), sum(each >= seen for each in sums)
    assert found.p == pytest.approx(min(1, 2 * min(tails) / len(sums)))


@given(*[st.lists(st.integers(0, 4), min_size=1, max_size=6)] * 2)
def test_rank_sums_with_ties_are_counted_out(a: list[int], b: list[int]) -> None:
    found = significance.mann_whitney(independent([float(each) for each in a], [float(each) for each in b]))

    def u(of: Sequence[int], others: Sequence[int]) -> float:
        return sum((one > other) + (one == other) / 2 for one in of for other in others)

    every = [*a, *b]
    ways = []
    for chosen in combinations(range(len(every)), len(a)):
        rest = [every[place] for place in range(len(every)) if place not in chosen]
        ways.append(u([every[place] for place in chosen], rest))
    seen = u(a, b)
    tails = sum(each <= seen for each in ways), sum(each >= seen for each in ways)
    assert (found.statistic, found.details["p_value"]) == (seen, "exact")
    assert found.p == pytest.approx(min(1, 2 * min(tails) / len(ways)))


def test_many_values_take_the_interval_of_t() -> None:
    chance = random.Random(7)
    a, b = ([chance.gauss(mean, 1) for _ in range(8_000)] for mean in (0.1, 0))
    found = interval(independent(a, b), confidence=0.95, resamples=9_999, seed=0)
    assert found.method == "Welch's t: more than 10,000 values"
    assert found.low is not None
    assert found.high is not None
    assert found.high - found.low == pytest.approx(2 * 1.96 * sqrt(2 / 8000), rel=0.05)
    assert found.low < sum(a) / 8000 - sum(b) / 8000 < found.high
    assert interval(pairs(a * 2, b * 2), confidence=0.9, resamples=100, seed=0).method.startswith("Student's t")


FLOATS = st.floats(-1e6, 1e6).map(lambda value: round(value, 3)) | st.integers(0, 3).map(float)
FEW = st.lists(FLOATS, min_size=1, max_size=40)


def mirrored(found: dict[str, object]) -> list[object]:
    """A row's columns as they must be with a and b swapped."""
    low, high = found["confidence_low"], found["confidence_high"]
    size = found["effect_size"]
    other = {"a": "b", "b": "a"}
    return [
        found["test"],
        found["paired"],
        (found["b_n"], found["a_n"], found["b_mean"], found["a_mean"]),
        pytest.approx(found["p_value"]) if found["p_value"] is not None else None,
        pytest.approx(-size) if isinstance(size, float) else None,
        -high if isinstance(high, float) else None,
        -low if isinstance(low, float) else None,
        other.get(str(found["winner"]), found["winner"]),
    ]


def shown(found: dict[str, object]) -> list[object]:
    names = ("p_value", "effect_size", "confidence_low", "confidence_high", "winner")
    numbers = tuple(found[name] for name in ("a_n", "b_n", "a_mean", "b_mean"))
    return [found["test"], found["paired"], numbers, *(found[name] for name in names)]


LEVELS = st.floats(0, 1, exclude_min=True, exclude_max=True) | st.just(0.95)


@given(FEW, FEW, st.sampled_from(["score", "human_rating", "latency_ms", "f1"]), st.booleans(), LEVELS)
def test_swapping_mirrors_and_the_order_of_rows_means_nothing(
    a: list[float], b: list[float], metric: str, same_inputs: bool, confidence: float
) -> None:
    settings = Settings(resamples=100, confidence=confidence)
    b_inputs = range(len(b)) if same_inputs else range(100, 100 + len(b))

    def row(first: Column, second: Column) -> dict[str, object]:
        found = judge(metric, first, second, settings)
        return found.row(found.p, 0.05)

    there = row(column(a), column(b, b_inputs))
    back = row(column(b, b_inputs), column(a))
    assert shown(back) == mirrored(there)
    order = random.Random(len(a)).sample(range(len(a)), len(a))
    again = row(column([a[place] for place in order], order), column(b[::-1], list(b_inputs)[::-1]))
    assert again == there
    for name in ("statistic", "p_value", "effect_size", "confidence_low", "confidence_high", "a_mean", "b_mean"):
        value = there[name]
        assert value is None or (isinstance(value, float) and isfinite(value))
    assert (there["p_value"] is None) == (there["winner"] is None)
    low, high = there["confidence_low"], there["confidence_high"]
    assert low is None or high is None or low <= high  # type: ignore[operator]


@pytest.mark.parametrize("values", [[0.0] * 8, [1.0] * 8, [0.3] * 40, [1e30] * 8, [1e-40] * 8])
def test_constant_samples(values: list[float]) -> None:
    for inputs in (range(len(values)), range(100, 100 + len(values))):
        found = judge("score", column(values), column(values, inputs), Settings())
        assert (found.p, found.winner(found.p, 0.05)) == (1.0, "no_difference")
        assert "no difference to test" in found.values["details"]["why"]
        assert (found.values["confidence_low"], found.values["confidence_level"]) == (None, None)


def test_a_shift_without_spread() -> None:
    a, b = [0.5] * 40, [0.3] * 40
    found = judge("score", column(a), column(b), Settings())
    # No spread, so the test takes ranks: 40 of 40 up.
    assert (found.values["test"], found.winner(found.p, 0.05)) == ("wilcoxon", "a")
    assert found.values["confidence_low"] is None
    apart = judge("score", column(a), column(b, range(100, 140)), Settings())
    assert (apart.values["test"], apart.winner(apart.p, 0.05)) == ("mann_whitney", "a")
    tests: tuple[Test, ...] = ("paired_t", "welch_t")
    for test in tests:
        forced = judge("score", column(a), column(b), Settings(test=test))
        assert (forced.p, forced.winner(forced.p, 0.05)) == (None, None)
        assert forced.values["details"]["why"] == "no spread, so t is not defined"


def test_the_noise_of_floats_is_no_difference() -> None:
    a, b = [0.1 + 0.2] * 10, [0.3] * 10
    assert judge("score", column(a), column(b), Settings()).p == 1.0
    # The differences 0.1 of 0.3 - 0.2 and of 0.2 - 0.1 are a tie, as they are on paper.
    sample = pairs([0.3, 0.2, 0.7], [0.2, 0.1, 0.6])
    assert set(sample.differences.tolist()) == {0.1}


def test_too_little_is_said() -> None:
    a = column([1, 2, 3, 4, 5])
    found = judge("score", a, column([2, 3, 4, 5, 7]), Settings())
    assert (found.p, found.winner(None, 0.05), found.values["effect_size"]) == (None, None, None)
    assert found.values["details"]["why"].startswith("too little data: 5 values of a and 5 of b")
    forced = judge("score", a, column([2, 3, 4, 5, 7]), Settings(test="wilcoxon"))
    assert "too little data: 5 pairs" in forced.values["details"]["why"]
    # Seven pairs can never give a p of 0.001 by ranks.
    seven = judge("f1", column(range(7)), column(range(2, 9)), Settings(alpha=0.001))
    assert "wilcoxon can give no p below 0.016" in seven.values["details"]["why"]
    assert seven.winner(seven.p, 0.001) is None
    # Six and six can be ranked in 924 ways, two of which are the furthest.
    for alpha, why in ((0.0021, "mann_whitney can give no p below 0.0022"), (0.0022, "no difference to test")):
        apart = judge("f1", column([0.5] * 6), column([0.5] * 6, range(10, 16)), Settings(alpha=alpha))
        assert why in apart.values["details"]["why"]
    right = judge("f1", column([1] * 6), column([0, 0, 0, 0, 0, 1]), Settings(alpha=0.03))
    assert "mcnemar can give no p below 0.031" in right.values["details"]["why"]


def test_the_rule_of_pairs() -> None:
    a = column(range(20))
    for inputs, paired in (
        (range(20), True),
        (range(10, 30), True),  # half
        (range(11, 31), False),  # less than half
        (range(20, 40), False),
        (range(5), False),  # all of five
        (range(6), True),
    ):
        assert pair(a, column(range(len(inputs)), inputs)).paired is paired, inputs
    left = pair(a, column(range(12), [*range(10), 20, 21])).details
    assert (left["common_inputs"], left["inputs_of_a_alone"], left["inputs_of_b_alone"]) == (10, 10, 2)


def test_several_answers_to_one_input_count_once() -> None:
    a = column([0, 1, 1, *range(2, 9)], [0, 0, 0, *range(1, 8)])
    sample = pair(a, column(range(8)))
    assert (sample.paired, sample.a.tolist()[0]) == (True, pytest.approx(2 / 3))
    assert sample.a.size == 8


@pytest.mark.parametrize(
    ("metric", "a", "b", "apart", "test"),
    [
        ("score", [0, 1] * 20, [1, 1] * 20, False, "mcnemar"),
        ("passed", [0, 1] * 20, [1, 1] * 20, True, "fisher"),
        ("score", range(20), range(20, 40), False, "wilcoxon"),
        ("score", range(20), range(20, 40), True, "mann_whitney"),
        ("score", range(40), [value * value for value in range(40)], False, "paired_t"),
        ("score", range(40), range(20, 60), True, "welch_t"),
        ("score", range(30), [value * value for value in range(30)], False, "paired_t"),
        ("score", range(29), [value * value for value in range(29)], False, "wilcoxon"),
        ("score", range(30), range(20, 49), True, "mann_whitney"),
        ("human_rating", [1, 5] * 20, [4, 3] * 20, False, "wilcoxon"),
        ("human_rating", [1, 5] * 20, [4, 3] * 20, True, "mann_whitney"),
        ("human_rating", [1] * 40, [1] * 40, False, "wilcoxon"),
        ("input_tokens", [0, 1] * 20, [1, 1] * 20, False, "paired_t"),
    ],
)
def test_the_rule_of_tests(metric: str, a: Sequence[float], b: Sequence[float], apart: bool, test: str) -> None:
    inputs = range(1000, 1000 + len(b)) if apart else None
    assert choice.choose(pair(column(a), column(b, inputs)), metric) == test


def test_tests_that_are_not_for_these_values() -> None:
    tests: tuple[Test, ...] = ("mcnemar", "fisher")
    for test in tests:
        with pytest.raises(ParameterError, match="right or wrong"):
            judge("score", column([0.5] * 9), column([1] * 9), Settings(test=test))
    with pytest.raises(ParameterError, match="inputs that both answered"):
        judge("score", column([0.5] * 9), column([1] * 9, range(20, 29)), Settings(test="paired_t"))


def test_ranks_and_means_that_contradict_each_other() -> None:
    a = [value + 1.0 for value in range(20)]
    b = [*(float(value) for value in range(19)), 1000.0]
    found = judge("score", column(a), column(b), Settings())
    row = found.row(found.p, 0.05)
    assert (row["test"], row["winner"], found.difference < 0) == ("wilcoxon", "a", True)
    assert "the means point the other way" in row["details"]["note"]


def test_an_interval_that_contradicts_the_test_is_noted() -> None:
    chance = random.Random(3)
    a, b = ([chance.gauss(mean, 1) for _ in range(40)] for mean in (0.0, 0.6))
    found = judge("score", column(a), column(b), Settings())
    assert found.values["confidence_high"] < 0
    assert found.p is not None
    assert found.p < 0.05
    assert "note" not in found.row(found.p, 0.05)["details"]
    # Many metrics: the adjusted p is above the level, the interval is of this one alone.
    assert found.row(0.2, 0.05)["details"]["note"].startswith("the interval of the difference leaves out 0")
    assert "note" not in found.row(None, 0.05)["details"]
    wide = judge("score", column(a), column(b), Settings(confidence=0.9999))
    assert wide.values["confidence_high"] > 0
    assert wide.row(wide.p, 0.05)["details"]["note"].startswith("the interval of the difference holds 0")


@pytest.mark.parametrize(
    ("metric", "more"),
    [
        ("score", True),
        ("latency_ms", False),
        ("output_tokens", False),
        ("val_loss", False),
        ("errorRate", False),
        ("Perplexity", False),
        ("word-error", False),
        ("lossless", True),
        ("terror", True),
        ("accuracy", True),
        ("ROUGE_L", True),
        ("RMSE", False),
        ("bits_per_character", False),
        ("response_time", False),
        ("uptime", True),
        ("", True),
    ],
)
def test_which_way_is_better(metric: str, more: bool) -> None:
    assert metrics.higher_is_better(metric) is more


@pytest.mark.parametrize(
    ("metric", "more"),
    [
        ("answer_accuracy", True),
        ("exact_match", True),
        ("F1", True),
        ("r2", True),
        ("accuracy_loss", False),
        ("cross_entropy", False),
        ("ngrams", None),
        ("window", None),
        ("learning_rate", None),
        ("characters", None),
    ],
)
def test_what_a_name_says_of_better(metric: str, more: bool | None) -> None:
    assert metrics.direction(metric) is more


def test_a_difference_is_shown_at_the_level_itself() -> None:
    found = judge("score", column(range(10)), column(range(10, 20)), Settings())
    assert [found.winner(p, 0.05) for p in (0.05, 0.0500001, None)] == ["b", "no_difference", None]


def test_better_as_the_caller_says() -> None:
    a, b = column(range(10)), column(range(10, 20))
    for said, winner in ((None, "b"), (False, "a"), ({"score": False}, "a"), ({"other": False}, "b")):
        found = judge("score", a, b, Settings(higher_is_better=said))
        assert found.winner(found.p, 0.05) == winner
        assert found.values["details"]["higher_is_better"] is (winner == "b")


@pytest.mark.parametrize(
    ("value", "number"),
    [(1, 1.0), (True, 1.0), (False, 0.0), (0.5, 0.5), ("1", None), (None, None), ([1], None), (10**400, inf)],
)
def test_what_is_a_number(value: object, number: float | None) -> None:
    assert metrics.number(value) == number


def test_large_and_small_magnitudes_raise_nothing() -> None:
    for scale in (1e30, 1e-29, 1e-31):
        a = [scale * each for each in (0.1, 0.7, 0.4, 0.9, 0.3, 0.8, 0.2) * 6]
        for inputs in (range(42), range(50, 92)):
            found = judge("score", column(a), column([each * 0.9 for each in a], inputs), Settings(resamples=100))
            assert found.p is not None
