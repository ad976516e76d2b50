"""The interval of the difference of the means, a less b; of pairs, of the mean of their differences.

Up to LARGEST values it is a bootstrap interval, bias-corrected and accelerated (BCa; Efron 1987, J Am Stat Assoc
82:171; Efron & Tibshirani 1993, An Introduction to the Bootstrap, chapter 14), by percentiles where that one is not
defined. The same seed gives the same interval: the values are sorted, and always resampled in one of the two
directions, so that swapping a and b gives exactly the mirror image.

Above that it is the interval of Welch's t, of Student's for pairs. The work of a bootstrap is resamples times values,
by these bounds 10⁸ draws, about a second, unless more than the usual resamples are asked for; and what skewness adds to
the interval of a mean falls with 1 / n.

Under some 20 values a bootstrap interval is narrower than its level says (Hesterberg 2015, Am Stat 69:371); whether
there is a difference is for the test to say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, sqrt
from typing import TYPE_CHECKING, Any

from plainbase.platform.comparison.pairing import Sample
from plainbase.platform.comparison.significance import moments, welch_degrees_of_freedom

if TYPE_CHECKING:
    from plainbase.platform.comparison.pairing import Values

LARGEST = 10_000
"""The most values, of both sides or pairs, that are resampled."""
AT_ONCE = 1_000_000
"""How many numbers a batch of resamples holds at most: 8 MB."""


@dataclass(frozen=True, slots=True)
class Interval:
    """The bounds, None where there is no spread, and how they came about."""

    low: float | None
    high: float | None
    method: str


def interval(sample: Sample, *, confidence: float, resamples: int, seed: int) -> Interval:
    """The interval of the mean difference at this level of confidence."""
    data, ahead = _direction(sample)
    if all(each[0] == each[-1] for each in data):
        return Interval(None, None, "none: no spread")
    if sum(each.size for each in data) > LARGEST:
        return _of_t(sample, confidence)
    low, high, method = _bootstrap(data, confidence, resamples, seed)
    if ahead < 0:
        low, high = -high, -low
    elif ahead == 0:
        high = (high - low) / 2
        low = -high
    return Interval(low + 0.0, high + 0.0, method)


def _direction(sample: Sample) -> tuple[list[Values], int]:
    """What is resampled: a less b (1), or b less a (-1), whichever is ahead; 0 where both are the same.

    Which is ahead depends on the values alone, not on which side is called a.
    """
    if sample.paired:
        differences = sample.differences
        reverse = -differences[::-1]
        ahead = _ahead(differences, reverse)
        return [reverse if ahead < 0 else differences], ahead
    a, b = sample.a, sample.b
    ahead = _ahead(a, b) if a.size == b.size else a.size - b.size
    return [b, a] if ahead < 0 else [a, b], ahead


def _ahead(one: Values, other: Values) -> int:
    """1 where the first value that is not the same is larger in one, -1 where it is in the other."""
    import numpy as np

    unequal = np.flatnonzero(one != other)
    return 0 if not unequal.size else 1 if one[unequal[0]] > other[unequal[0]] else -1


def _bootstrap(data: Sequence[Values], confidence: float, resamples: int, seed: int) -> tuple[float, float, str]:
    import numpy as np
    from scipy import stats

    options: dict[str, Any] = {
        "vectorized": True,
        "confidence_level": confidence,
        "batch": max(1, AT_ONCE // max(each.size for each in data)),
    }
    plain = stats.bootstrap(
        data,
        _mean_difference,
        n_resamples=resamples,
        method="percentile",
        random_state=np.random.default_rng(seed),
        **options,
    )
    estimate = _mean_difference(*data)
    resampled = plain.bootstrap_distribution
    # BCa places the estimate among the resampled ones; all on one side of it, and there is no such place.
    if (resampled < estimate).any() and (resampled > estimate).any():
        better = stats.bootstrap(
            data, _mean_difference, n_resamples=0, bootstrap_result=plain, method="BCa", **options
        ).confidence_interval
        if isfinite(better.low) and isfinite(better.high) and better.low <= better.high:
            return float(better.low), float(better.high), "bootstrap, BCa"
    bounds = plain.confidence_interval
    return float(bounds.low), float(bounds.high), "bootstrap, percentile"


def _mean_difference(*data: Values, axis: int = -1) -> Any:
    means = [each.mean(axis=axis) for each in data]
    return means[0] if len(means) == 1 else means[0] - means[1]


def _of_t(sample: Sample, confidence: float) -> Interval:
    from scipy import stats

    if sample.paired:
        n = sample.a.size
        mean, variance = moments(sample.differences)
        error, freedom, method = sqrt(variance / n), float(n - 1), "Student's t"
    else:
        (a, a_variance), (b, b_variance) = moments(sample.a), moments(sample.b)
        n, m = sample.a.size, sample.b.size
        mean, error, method = a - b, sqrt(a_variance / n + b_variance / m), "Welch's t"
        freedom = welch_degrees_of_freedom(a_variance, n, b_variance, m) if error else 0.0
    if not error:
        return Interval(None, None, "none: no spread")
    reach = float(stats.t.isf((1 - confidence) / 2, freedom)) * error
    return Interval(mean - reach, mean + reach, f"{method}: more than {LARGEST:,} values")
