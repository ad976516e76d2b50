"""Which test: the rule for `test="auto"`, and when there is too little to test.

| samples     | values                                       | test         | why                                     |
|-------------|----------------------------------------------|--------------|-----------------------------------------|
| pairs       | right or wrong                               | mcnemar      | counts, not magnitudes (McNemar 1947)   |
| pairs       | ratings, under 30 pairs, or no spread        | wilcoxon     | takes ranks alone; its p is exact or    |
|             |                                              |              | near it for few (Wilcoxon 1945; Demšar  |
|             |                                              |              | 2006, J Mach Learn Res 7:1, 3.1.3)      |
| pairs       | others                                       | paired_t     | tests what is reported, the mean of the |
|             |                                              |              | differences; from 30 on it is near      |
|             |                                              |              | normal (Miller 2024, arXiv 2411.00640)  |
| independent | right or wrong                               | fisher       | exact whatever n, in no time; Boschloo's|
|             |                                              |              | finds a little more in small tables but |
|             |                                              |              | takes minutes for large ones (Boschloo  |
|             |                                              |              | 1970, Stat Neerl 24:1)                  |
| independent | ratings, under 30 on a side, or no spread    | mann_whitney | as wilcoxon (Mann & Whitney 1947)       |
| independent | others                                       | welch_t      | the means, whatever the variances; also |
|             |                                              |              | where they are equal (Ruxton 2006, Behav|
|             |                                              |              | Ecol 17:688)                            |

Values are right or wrong where all are 0 or 1, in a score or a metric of one's own. No test of normality is made first:
that would choose the test by the data it is to judge (Rochon, Gondan & Kieser 2012, BMC Med Res Methodol 12:81).

There is too little below LEAST values a side, or LEAST pairs: the fewest with which Wilcoxon's exact p can fall
under 0.05 (2 / 2⁶ = 0.03); and wherever the smallest p that a test of ranks or counts could ever give for this n is
above alpha.
"""

from __future__ import annotations

from math import comb

from plainbase.errors import ParameterError
from plainbase.platform.comparison import metrics
from plainbase.platform.comparison.pairing import LEAST_PAIRS, Sample
from plainbase.platform.comparison.settings import RIGHT_OR_WRONG
from plainbase.platform.comparison.significance import moments

LEAST = LEAST_PAIRS
FEW = 30
"""Under so many values the mean is not taken to be normal."""


def choose(sample: Sample, metric: str) -> str:
    """The test for these samples of a metric, by the table above."""
    if metrics.may_be_right_or_wrong(metric) and is_right_or_wrong(sample):
        return "mcnemar" if sample.paired else "fisher"
    ranks = metric in metrics.ORDINAL or min(sample.a.size, sample.b.size) < FEW or not _has_spread(sample)
    if sample.paired:
        return "wilcoxon" if ranks else "paired_t"
    return "mann_whitney" if ranks else "welch_t"


def check(test: str, sample: Sample) -> None:
    """Raise ParameterError where a test that the caller chose is not for such values."""
    if test in RIGHT_OR_WRONG and not is_right_or_wrong(sample):
        raise ParameterError(f"{test} is for answers that are right or wrong, 1 or 0; these are not")


def is_right_or_wrong(sample: Sample) -> bool:
    """Whether all values are 0 or 1."""
    return all(bool(((values == 0) | (values == 1)).all()) for values in (sample.a, sample.b))


def is_all_the_same(sample: Sample) -> bool:
    """Whether there is nothing to test: no pair differs, or all values of both sides are one."""
    if sample.paired:
        return not sample.differences.any()
    return bool(sample.a[0] == sample.a[-1] == sample.b[0] == sample.b[-1])


def too_little(test: str, sample: Sample, alpha: float) -> str | None:
    """Why there is too little data for this test at this level, or None."""
    n, m = sample.a.size, sample.b.size
    if min(n, m) < LEAST:
        have = f"{n} pairs" if sample.paired else f"{n} values of a and {m} of b"
        return f"too little data: {have}; {LEAST} {'pairs' if sample.paired else 'a side'} are the least"
    smallest = 0.0
    if test in ("wilcoxon", "mcnemar"):
        smallest = 2.0 ** (1 - n)
    elif test in ("mann_whitney", "fisher"):
        smallest = 2 / comb(n + m, n) if n + m < 1000 else 0.0
    if smallest > alpha:
        return f"too little data: of {n} and {m} values {test} can give no p below {smallest:.2g}, alpha is {alpha:g}"
    return None


def _has_spread(sample: Sample) -> bool:
    """Whether t is defined."""
    if sample.paired:
        return moments(sample.differences)[1] > 0
    return moments(sample.a)[1] + moments(sample.b)[1] > 0
