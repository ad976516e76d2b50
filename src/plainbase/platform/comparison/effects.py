"""How large a difference is, whatever the metric's unit; above 0 where a has more.

| test         | effect                    | by                                                                        |
|--------------|---------------------------|---------------------------------------------------------------------------|
| paired_t     | cohens_dz                 | mean / standard deviation of the differences; Cohen 1988, Statistical     |
|              |                           | Power Analysis for the Behavioral Sciences, 2.3.5                         |
| welch_t      | hedges_g                  | Cohen's d by the pooled deviation, times 1 - 3 / (4 (n + m) - 9); Hedges  |
|              |                           | 1981, J Educ Stat 6:107                                                   |
| wilcoxon     | rank_biserial             | (R+ - R-) / (R+ + R-), sums of ranks; Kerby 2014, Compr Psychol 3:1       |
| mann_whitney | cliffs_delta              | 2 U / (n m) - 1; Cliff 1993, Psychol Bull 114:494                         |
| mcnemar,     | difference_of_proportions | the share of right answers of a less that of b; Agresti 2002, Categorical |
| fisher       |                           | Data Analysis, 2.2.1 and 10.1.1. Not the odds ratio, which an empty cell  |
|              |                           | makes infinite                                                            |
"""

from __future__ import annotations

from math import isfinite, sqrt

from plainbase.platform.comparison.pairing import Sample
from plainbase.platform.comparison.significance import moments

NAMES = {
    "paired_t": "cohens_dz",
    "welch_t": "hedges_g",
    "wilcoxon": "rank_biserial",
    "mann_whitney": "cliffs_delta",
    "mcnemar": "difference_of_proportions",
    "fisher": "difference_of_proportions",
}
TITLES = {
    "cohens_dz": "Cohen's dz",
    "hedges_g": "Hedges' g",
    "rank_biserial": "rank-biserial correlation",
    "cliffs_delta": "Cliff's delta",
    "difference_of_proportions": "difference of proportions",
}
"""The effects as people call them."""


def effect(test: str, sample: Sample) -> float | None:
    """The effect size that goes with a test, None where there is no spread to measure it by."""
    match NAMES[test]:
        case "cohens_dz":
            size = cohens_dz(sample)
        case "hedges_g":
            size = hedges_g(sample)
        case "rank_biserial":
            size = rank_biserial(sample)
        case "cliffs_delta":
            size = cliffs_delta(sample)
        case _:
            size = moments(sample.a)[0] - moments(sample.b)[0]
    return size if size is not None and isfinite(size) else None


def cohens_dz(sample: Sample) -> float | None:
    """The mean of the differences in their standard deviations."""
    mean, variance = moments(sample.differences)
    return mean / sqrt(variance) if variance > 0 else None


def hedges_g(sample: Sample) -> float | None:
    """The difference of the means in pooled standard deviations, without the bias of small samples."""
    (a, a_variance), (b, b_variance) = moments(sample.a), moments(sample.b)
    n, m = sample.a.size, sample.b.size
    pooled = ((n - 1) * a_variance + (m - 1) * b_variance) / (n + m - 2)
    return (a - b) / sqrt(pooled) * (1 - 3 / (4 * (n + m) - 9)) if pooled > 0 else None


def rank_biserial(sample: Sample) -> float | None:
    """The share of the ranks that speak for a, less the share that speaks for b; pairs without difference left out."""
    import numpy as np
    from scipy import stats

    differences = sample.differences
    nonzero = differences[differences != 0]
    if not nonzero.size:
        return None
    ranks = stats.rankdata(np.abs(nonzero))
    return float(ranks[nonzero > 0].sum() - ranks[nonzero < 0].sum()) / float(ranks.sum())


def cliffs_delta(sample: Sample) -> float:
    """How often a value of a is above one of b, less how often it is below."""
    import numpy as np

    below = np.searchsorted(sample.b, sample.a, side="left").sum()
    above = (sample.b.size - np.searchsorted(sample.b, sample.a, side="right")).sum()
    return int(below - above) / (sample.a.size * sample.b.size)
