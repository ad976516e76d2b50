"""Rank statistics with p-values that are exact where the samples are small, by SciPy.

Spearman's rho is Pearson's correlation of the ranks, ties sharing their mean rank; its p-value comes from the t
distribution, or from all orders where there are few observations. Kruskal and Wallis' H is corrected for ties; its
p-value comes from chi squared, or from all ways to part few observations into groups of these sizes, each of two or
more. Epsilon squared is H / (n - 1) (Tomczak & Tomczak 2014, Trends in Sport Sciences 21:19).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from plainbase.platform import extras

EXACT_UP_TO = 8
"""Of so many observations all orders, 40,320, are gone through."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A statistic and its two-sided p-value, and whether that is exact."""

    statistic: float
    p_value: float
    exact: bool


def spearman(x: Sequence[float], y: Sequence[float]) -> Ranked:
    """Spearman's rank correlation of two samples that go together, neither of them constant."""
    stats = _stats()
    found = stats.spearmanr(x, y)
    if len(x) > EXACT_UP_TO:
        return Ranked(float(found.statistic), float(found.pvalue), False)

    middle = (len(x) + 1) / 2
    of_y = stats.rankdata(y) - middle

    def product(of_x: Any, axis: int) -> Any:  # goes as rho does, and has no rounding: ranks are halves
        return (of_x * of_y).sum(axis=axis)

    every = stats.permutation_test(
        (stats.rankdata(x) - middle,), product, permutation_type="pairings", vectorized=True, n_resamples=100_000
    )
    return Ranked(float(found.statistic), float(every.pvalue), True)


def kruskal_wallis(groups: Sequence[Sequence[float]]) -> Ranked:
    """Kruskal and Wallis' test of whether groups differ in where they lie; not all values are the same."""
    stats = _stats()
    found = stats.kruskal(*groups)
    if sum(map(len, groups)) > EXACT_UP_TO or min(map(len, groups)) < 2:  # SciPy parts no group of one
        return Ranked(float(found.statistic), float(found.pvalue), False)

    def h(*of_groups: Any, axis: int) -> Any:
        return sum(each.sum(axis=axis) ** 2 / each.shape[axis] for each in of_groups)

    ranks = stats.rankdata([value for group in groups for value in group])
    starts = [sum(map(len, groups[:place])) for place in range(len(groups))]
    every = stats.permutation_test(
        [ranks[start : start + len(group)] for start, group in zip(starts, groups, strict=True)],
        h,
        permutation_type="independent",
        vectorized=True,
        n_resamples=100_000,
        alternative="greater",
    )
    return Ranked(float(found.statistic), float(every.pvalue), True)


def _stats() -> Any:
    extras.require("stats", "scipy")
    from scipy import stats

    return stats
