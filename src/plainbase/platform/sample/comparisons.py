"""What comparisons found, made up from a z: whatever else is kept of one follows from it, so that nothing disagrees."""

from __future__ import annotations

from dataclasses import dataclass
from math import erfc, inf, sqrt
from statistics import NormalDist
from typing import Any

from plainbase.platform.sample.source import Row, Source

METRICS = (("score", True, 0.55, 0.02, 4), ("loss", False, 1.4, 0.06, 4), ("latency_ms", False, 420.0, 18.0, 1))
"""Each metric with whether more is better, b's usual mean, the standard error of a difference, and its digits."""
EFFECTS = {
    "welch_t": "hedges_g",
    "mann_whitney": "cliffs_delta",
    "wilcoxon": "rank_biserial",
    "paired_t": "cohens_dz",
}
PAIRED = ("wilcoxon", "paired_t")
SIZES = (51, 120)
"""How many values a side has: so many that every test's p is near the normal one."""
FEW = (2, 5)
"""How many it has where they are too few."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is compared and how, before anything is found."""

    metric: str
    higher_is_better: bool
    b_mean: float
    error: float
    digits: int
    test: str
    correction: str
    alpha: float
    a_n: int
    b_n: int

    def row(self, **columns: Any) -> Row:
        """The columns from the metric on, in their order; those that are not given are null."""
        names = ("a_n", "b_n", "a_mean", "b_mean", "statistic", "p_value", "adjusted_p_value")
        effect = ("effect_name", "effect_size", "confidence_level", "confidence_low", "confidence_high")
        return {
            "metric": self.metric,
            "test": self.test,
            "paired": self.test in PAIRED,
            **{name: columns.get(name) for name in names},
            "correction": self.correction,
            **{name: columns.get(name) for name in effect},
            "alpha": self.alpha,
            "winner": columns.get("winner"),
            "details": columns["details"],
        }

    def details(self, difference: float, method: str) -> Row:
        """What is kept beside the columns."""
        return {
            "difference": difference,
            "higher_is_better": self.higher_is_better,
            "interval": {"method": method, "resamples": 9_999, "seed": 0},
            "values": {"a": self.a_n, "b": self.b_n},
        }


def found(source: Source, index: int) -> Row:
    """The columns of one comparison from the metric to the details; every sixth has too few values."""
    metric, higher_is_better, usual, error, digits = METRICS[index % 3]
    few = index % 6 == 5
    test = tuple(EFFECTS)[index // 3 % 4]
    n = source.whole(*(FEW if few else SIZES))
    question = Question(
        metric,
        higher_is_better,
        round(usual * source.real(0.9, 1.1), digits),
        error,
        digits,
        test,
        ("none", "holm", "benjamini_hochberg")[index // 2 % 3],
        0.01 if index % 5 == 4 else 0.05,
        n,
        n if test in PAIRED else source.whole(*(FEW if few else SIZES)),
    )
    return _undecided(source, index, question) if few else _decided(source, index, question)


def _decided(source: Source, index: int, of: Question) -> Row:
    z, statistic, effect = _measured(of, _z(source, index))
    a_mean = round(of.b_mean + z * of.error, of.digits)
    difference = round(a_mean - of.b_mean, of.digits)
    reach = NormalDist().inv_cdf(1 - of.alpha / 2) * of.error
    p = float(f"{erfc(abs(z) / sqrt(2)):.9g}")
    if index == 0:
        p = source.edge(5e-324, p)
    elif index == 2:
        p, statistic = source.edge((0.0, inf if z > 0 else -inf), (p, statistic))
    adjusted = p if of.correction == "none" else min(1.0, 2 * p)
    ahead = "a" if (difference > 0) == of.higher_is_better else "b"
    return of.row(
        a_n=of.a_n,
        b_n=of.b_n,
        a_mean=a_mean,
        b_mean=of.b_mean,
        statistic=statistic,
        p_value=p,
        adjusted_p_value=adjusted,
        effect_name=EFFECTS[of.test],
        effect_size=effect,
        confidence_level=1 - of.alpha,
        confidence_low=round(difference - reach, of.digits + 2),
        confidence_high=round(difference + reach, of.digits + 2),
        winner=ahead if adjusted <= of.alpha else "no_difference",
        details=source.json(index, of.details(difference, "bootstrap, BCa")),
    )


def _undecided(source: Source, index: int, of: Question) -> Row:
    """A comparison of too few values; in a hard sample one of none at all on a side."""
    a_mean = round(of.b_mean * source.real(0.9, 1.1), of.digits)
    if of.test in PAIRED:
        few = f"{of.a_n} pairs; 6 pairs are the least"
    else:
        few = f"{of.a_n} values of a and {of.b_n} of b; 6 a side are the least"
    details = of.details(round(a_mean - of.b_mean, of.digits), "none: too little data")
    return of.row(
        a_n=source.edge(0, of.a_n),
        b_n=source.edge(0, of.b_n),
        a_mean=source.edge(None, a_mean),
        b_mean=source.edge(None, of.b_mean),
        effect_name=source.edge(None, EFFECTS[of.test]),
        details=source.json(index, {**details, "why": f"too little data: {few}"}),
    )


def _z(source: Source, index: int) -> float:
    """Far above 0, near it or far below it, never between: p, adjusted or not, and the interval then say the same."""
    if index % 16 == 7:
        return 0.0
    sign = source.pick((1, -1))
    return (source.real(3.2, 5.2), sign * source.real(0.2, 1.4), source.real(-5.2, -3.2))[(index + index // 3) % 3]


def _measured(of: Question, z: float) -> tuple[float, float, float]:
    """The z that is nearest to this one in whole ranks, the test's statistic, the effect."""
    n, m = of.a_n, of.b_n
    match of.test:
        case "welch_t":
            return z, z, round(z * sqrt(1 / n + 1 / m) * (1 - 3 / (4 * (n + m) - 9)), 4)
        case "paired_t":
            return z, z, round(z / sqrt(n), 4)
        case "mann_whitney":
            middle, spread = n * m / 2, sqrt(n * m * (n + m + 1) / 12)
        case _:
            middle, spread = n * (n + 1) / 4, sqrt(n * (n + 1) * (2 * n + 1) / 24)
    above = round(z * spread)
    return above / spread, middle + (above if of.test == "mann_whitney" else -abs(above)), round(above / middle, 4)
