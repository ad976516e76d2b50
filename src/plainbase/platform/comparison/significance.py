"""Tests of whether two samples differ, all two-sided: a statistic and a p-value, computed by SciPy.

None is run where nothing differs, `verdict` sees to that; a t-test of values without spread gives no p and says why.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import fsum, isfinite, sqrt
from typing import TYPE_CHECKING, Any

from plainbase.platform.comparison import exact_ranks
from plainbase.platform.comparison.pairing import Sample

if TYPE_CHECKING:
    from plainbase.platform.comparison.pairing import Values

EXACT = 50
"""The largest sample of which the ranks are counted out; as R does where there are no ties."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A test's statistic, its two-sided p-value and what else there is to say; None where it cannot be told."""

    statistic: float | None
    p: float | None
    details: dict[str, Any] = field(default_factory=dict)


def moments(values: Values) -> tuple[float, float]:
    """The mean and the variance (n - 1), by sums that do not depend on the order."""
    listed = values.tolist()
    mean = fsum(listed) / len(listed)
    return mean, fsum((each - mean) ** 2 for each in listed) / (len(listed) - 1) if len(listed) > 1 else 0.0


def paired_t(sample: Sample) -> Outcome:
    """Student's t of the pairs' differences (Student 1908, Biometrika 6:1): is their mean 0?"""
    from scipy import stats

    differences = sample.differences
    n = differences.size
    mean, variance = moments(differences)
    if not variance > 0:
        return _without_spread()
    statistic = mean / sqrt(variance / n)
    return _outcome(statistic, 2 * stats.t.sf(abs(statistic), n - 1), degrees_of_freedom=n - 1)


def wilcoxon(sample: Sample) -> Outcome:
    """Wilcoxon's signed-rank test (1945, Biometrics Bulletin 1:80): are the differences as far and as often up as down?

    Pairs without a difference are left out, as he did. The statistic is the smaller sum of ranks. The p-value is exact
    up to 50 differences, else of the normal approximation with the corrections for ties and continuity.
    """
    import numpy as np
    from scipy import stats

    differences = sample.differences
    nonzero = differences[differences != 0]
    ranks = stats.rankdata(np.abs(nonzero))
    up, down = float(ranks[nonzero > 0].sum()), float(ranks[nonzero < 0].sum())
    method = "exact" if nonzero.size <= EXACT else "normal approximation"
    if method != "exact":
        p = float(stats.wilcoxon(nonzero, method="approx", correction=True).pvalue)
    elif np.unique(ranks).size == ranks.size:
        p = float(stats.wilcoxon(nonzero, method="exact").pvalue)
    else:
        p = exact_ranks.signed_rank(ranks, up)
    left_out = int(differences.size - nonzero.size)
    return _outcome(min(up, down), p, p_value=method, pairs_without_difference=left_out)


def mcnemar(sample: Sample) -> Outcome:
    """McNemar's test (1947, Psychometrika 12:153), exact: of the inputs that one side alone got right, are half each's?

    The p-value is the exact binomial one (Agresti 2002, Categorical Data Analysis, 10.1.1), which never rejects more
    often than alpha says; mid-p, which rejects more often (Fagerland, Lydersen & Laake 2013, BMC Med Res Methodol
    13:91), does not promise that. The statistic is how many inputs a alone got right.
    """
    from scipy import stats

    a_alone = int(((sample.a == 1) & (sample.b == 0)).sum())
    b_alone = int(((sample.a == 0) & (sample.b == 1)).sum())
    result = stats.binomtest(a_alone, a_alone + b_alone, 0.5)
    return _outcome(a_alone, result.pvalue, right_by_a_alone=a_alone, right_by_b_alone=b_alone)


def welch_t(sample: Sample) -> Outcome:
    """Welch's t (1947, Biometrika 34:28), whatever the two variances: are the means equal?"""
    from scipy import stats

    (a, a_variance), (b, b_variance) = moments(sample.a), moments(sample.b)
    n, m = sample.a.size, sample.b.size
    if not a_variance / n + b_variance / m > 0:
        return _without_spread()
    result = stats.ttest_ind_from_stats(a, sqrt(a_variance), n, b, sqrt(b_variance), m, equal_var=False)
    return _outcome(
        result.statistic, result.pvalue, degrees_of_freedom=welch_degrees_of_freedom(a_variance, n, b_variance, m)
    )


def welch_degrees_of_freedom(a_variance: float, n: int, b_variance: float, m: int) -> float:
    """The degrees of freedom of Welch and Satterthwaite (1946, Biometrics Bulletin 2:110)."""
    whole = a_variance / n + b_variance / m
    a_share, b_share = a_variance / n / whole, b_variance / m / whole
    return 1 / (a_share**2 / (n - 1) + b_share**2 / (m - 1))


def mann_whitney(sample: Sample) -> Outcome:
    """The U test of Mann and Whitney (1947, Ann Math Stat 18:50): is a value of a as often above one of b as below?

    The statistic is the U of a: pairs in which a is above, and half of the ties. The p-value is exact up to 50 values a
    side, else of the normal approximation with the corrections for ties and continuity.
    """
    import numpy as np
    from scipy import stats

    a, b = sample.a, sample.b
    ranks = stats.rankdata(np.concatenate((a, b)))
    total = float(ranks[: a.size].sum())
    method = "exact" if max(a.size, b.size) <= EXACT else "normal approximation"
    if method != "exact":
        p = float(stats.mannwhitneyu(a, b, method="asymptotic").pvalue)
    elif np.unique(ranks).size == ranks.size:
        p = float(stats.mannwhitneyu(a, b, method="exact").pvalue)
    else:
        p = exact_ranks.rank_sum(ranks, a.size, total)
    return _outcome(total - a.size * (a.size + 1) / 2, p, p_value=method)


def fisher(sample: Sample) -> Outcome:
    """Fisher's exact test (1935, J Royal Stat Soc 98:39): has a as large a share of right answers as b?

    The statistic is the odds ratio of the table, None where it is infinite.
    """
    import numpy as np
    from scipy import stats

    a, b = int(sample.a.sum()), int(sample.b.sum())
    wrong_a, wrong_b = sample.a.size - a, sample.b.size - b
    _, p = stats.fisher_exact(np.array([[a, wrong_a], [b, wrong_b]]))
    odds_ratio = a * wrong_b / (wrong_a * b) if wrong_a * b else None
    return _outcome(odds_ratio, p, right_by_a=a, right_by_b=b)


TESTS: dict[str, Callable[[Sample], Outcome]] = {
    "paired_t": paired_t,
    "wilcoxon": wilcoxon,
    "mcnemar": mcnemar,
    "welch_t": welch_t,
    "mann_whitney": mann_whitney,
    "fisher": fisher,
}


def _outcome(statistic: Any, p: Any, **details: Any) -> Outcome:
    known = None if statistic is None or not isfinite(statistic) else float(statistic)
    return Outcome(known, min(1.0, float(p)) if isfinite(p) else None, details)


def _without_spread() -> Outcome:
    return Outcome(None, None, {"why": "no spread, so t is not defined"})
