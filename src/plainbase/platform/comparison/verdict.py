"""What the samples of one metric say: the test, the interval, the effect, and who is better at a level."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from plainbase.platform.comparison import choice, effects
from plainbase.platform.comparison import metrics as naming
from plainbase.platform.comparison.intervals import Interval, interval
from plainbase.platform.comparison.pairing import Sample, pair
from plainbase.platform.comparison.samples import Column
from plainbase.platform.comparison.settings import Settings
from plainbase.platform.comparison.significance import TESTS, Outcome, moments

Winner = Literal["a", "b", "no_difference"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One metric compared, before its p-value is corrected; `values` are the columns of comparison_results."""

    p: float | None
    effect: float | None
    difference: float
    higher_is_better: bool
    values: dict[str, Any]

    def winner(self, adjusted_p: float | None, alpha: float) -> Winner | None:
        """Who is better at this level; None where the data do not tell, not even that there is no difference.

        Which way is the test's own: of ranks the one that is ahead more often, whatever the means.
        """
        if adjusted_p is None:
            return None
        if adjusted_p > alpha or not self.effect:
            return "no_difference"
        return "a" if (self.effect > 0) == self.higher_is_better else "b"

    def row(self, adjusted_p: float | None, alpha: float) -> dict[str, Any]:
        """The columns of comparison_results that this metric decides."""
        winner = self.winner(adjusted_p, alpha)
        note = self._note(winner)
        details = self.values["details"] | ({"note": note} if note else {})
        return self.values | {"adjusted_p_value": adjusted_p, "winner": winner, "details": details}

    def _note(self, winner: Winner | None) -> str | None:
        """What to say where the means, or the interval of their difference, look otherwise than the test."""
        differ = winner in ("a", "b")
        if differ and self.effect and self.effect * self.difference < 0:
            return "the means point the other way: a few values far out outweigh the many"
        low, high = self.values["confidence_low"], self.values["confidence_high"]
        if winner is None or low is None or (low > 0 or high < 0) == differ:
            return None
        return f"the interval of the difference {'holds' if differ else 'leaves out'} 0, but the test decides"


def judge(metric: str, a: Column, b: Column, settings: Settings) -> Finding:
    """Compare two columns of values; raises ParameterError where the test that was chosen is not for them.

    The details say: difference (a less b), higher_is_better, interval (method, resamples, seed), pairing (why in pairs
    or not, how many inputs in common), test (p_value exact or not, degrees of freedom, counts), left_out (by side:
    null, not_a_number, out_of_range), values and evaluations (by side), and why, where there is nothing to decide.
    """
    sample = pair(a, b, settings.test)
    if settings.test == "auto":
        test = choice.choose(sample, metric)
    else:
        test = settings.test
        choice.check(test, sample)
    outcome, why = _tested(test, sample, settings.alpha)
    enough = why is None or outcome.p is not None
    size = effects.effect(test, sample) if enough else None
    if enough:
        bounds = interval(sample, confidence=settings.confidence, resamples=settings.resamples, seed=settings.seed)
    else:
        bounds = Interval(None, None, "none: too little data")
    a_mean, b_mean = moments(sample.a)[0], moments(sample.b)[0]
    better = higher_is_better(metric, settings.higher_is_better)
    difference = _mean_difference(sample)
    details: dict[str, Any] = {
        "difference": difference,
        "higher_is_better": better,
        "interval": {"method": bounds.method, "resamples": settings.resamples, "seed": settings.seed},
        "pairing": sample.details,
        "test": outcome.details,
        "left_out": {"a": _left_out(a), "b": _left_out(b)},
        "values": {"a": len(a.values), "b": len(b.values)},
    }
    if why is not None:
        details["why"] = why
    values = {
        "metric": metric,
        "test": test,
        "paired": sample.paired,
        "a_n": int(sample.a.size),
        "b_n": int(sample.b.size),
        "a_mean": a_mean,
        "b_mean": b_mean,
        "statistic": outcome.statistic,
        "p_value": outcome.p,
        "effect_name": effects.NAMES[test],
        "effect_size": size,
        "confidence_level": None if bounds.low is None else settings.confidence,
        "confidence_low": bounds.low,
        "confidence_high": bounds.high,
        "alpha": settings.alpha,
        "details": details,
    }
    return Finding(outcome.p, size, difference, better, values)


def higher_is_better(metric: str, said: bool | Mapping[str, bool] | None) -> bool:
    """Which way is better: as the caller says, else by the metric's name."""
    given = said.get(metric) if isinstance(said, Mapping) else said
    return naming.higher_is_better(metric) if given is None else given


def _tested(test: str, sample: Sample, alpha: float) -> tuple[Outcome, str | None]:
    """What the test gives, and why it gives nothing, or why it was not needed."""
    little = choice.too_little(test, sample, alpha)
    if little is not None:
        return Outcome(None, None), little
    if choice.is_all_the_same(sample):
        same = "no pair differs" if sample.paired else "all values are the same"
        return Outcome(None, 1.0), f"no difference to test: {same}"
    outcome = TESTS[test](sample)
    return outcome, outcome.details.get("why")


def _mean_difference(sample: Sample) -> float:
    if sample.paired:
        return moments(sample.differences)[0]
    return moments(sample.a)[0] - moments(sample.b)[0]


def _left_out(column: Column) -> dict[str, int]:
    return {
        "null": column.missing,
        "not_a_number": column.not_a_number,
        "out_of_range": column.out_of_range,
    }
