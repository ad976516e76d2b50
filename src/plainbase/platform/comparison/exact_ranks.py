"""P-values of rank tests with ties, counted out: the share of all ways the ranks could have fallen.

By the shift algorithm of Streitberg & Röhmel (1986, Statistical Software Newsletter 12:10), on twice the mid-ranks,
which are whole numbers. SciPy counts only without ties.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plainbase.platform.comparison.pairing import Values


def signed_rank(ranks: Values, positive: float) -> float:
    """The two-sided p of a sum of positive ranks: each rank is positive or negative as a coin falls."""
    import numpy as np

    twice = np.rint(2 * ranks).astype(int).tolist()
    ways = np.zeros(sum(twice) + 1)
    ways[0] = 1.0
    for rank in twice:
        ways[rank:] += ways[: ways.size - rank].copy()
    return _two_sided(ways, round(2 * positive))


def rank_sum(ranks: Values, n: int, total: float) -> float:
    """The two-sided p of the sum of n of these ranks: any n are as likely as any others."""
    import numpy as np

    twice = np.rint(2 * ranks).astype(int).tolist()
    ways = np.zeros((n + 1, sum(twice) + 1))  # by how many were taken, and their sum
    ways[0, 0] = 1.0
    for rank in twice:
        ways[1:, rank:] += ways[:-1, : ways.shape[1] - rank].copy()
    return _two_sided(ways[n], round(2 * total))


def _two_sided(ways: Values, at: int) -> float:
    below, above = ways[: at + 1].sum(), ways[at:].sum()
    return min(1.0, 2 * float(min(below, above)) / float(ways.sum()))
