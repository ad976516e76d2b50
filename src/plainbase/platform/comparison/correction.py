"""P-values of several metrics, corrected for how many there are.

| correction         | holds                                        | source                                        |
|--------------------|----------------------------------------------|-----------------------------------------------|
| holm               | the chance of any false difference ≤ alpha,  | Holm 1979, Scand J Stat 6:65; adjusted as in  |
|                    | however the metrics depend on each other     | Wright 1992, Biometrics 48:1005               |
| benjamini_hochberg | the expected share of false ones among those | Benjamini & Hochberg 1995, J Royal Stat Soc B |
|                    | found ≤ alpha, of metrics that depend on     | 57:289; Benjamini & Yekutieli 2001, Ann Stat  |
|                    | each other positively or not at all          | 29:1165                                       |
"""

from __future__ import annotations

from collections.abc import Sequence

from plainbase.platform.comparison.settings import Correction


def adjust(p_values: Sequence[float | None], correction: Correction) -> list[float | None]:
    """The adjusted p-values in their order; None stays None and does not count among the tests."""
    known = [p for p in p_values if p is not None]
    match correction:
        case "holm":
            adjusted = holm(known)
        case "benjamini_hochberg":
            adjusted = benjamini_hochberg(known)
        case "none":
            adjusted = known
    each = iter(adjusted)
    return [None if p is None else next(each) for p in p_values]


def holm(p_values: Sequence[float]) -> list[float]:
    """Step down: the smallest of m times m, the next times m - 1 and so on, none below the one before it."""
    adjusted = [0.0] * len(p_values)
    floor = 0.0
    for rank, place in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        floor = max(floor, min(1.0, (len(p_values) - rank) * p_values[place]))
        adjusted[place] = floor
    return adjusted


def benjamini_hochberg(p_values: Sequence[float]) -> list[float]:
    """Step up, by SciPy: the i-th smallest of m times m / i, none above the one after it."""
    from scipy import stats

    return [float(each) for each in stats.false_discovery_control(p_values)] if p_values else []
