"""The two samples that are compared: one value for each input, in pairs where both answered the same inputs.

Several answers of one side to one input are averaged first, paired or not: they are not independent of each other, so
they count as one. An input is known by its digest; where an evaluation was kept without one, by that which
platform.evaluations makes of the text.

The samples are paired, over the inputs that both answered, when these are at least LEAST_PAIRS and at least half of the
smaller side's; else all values are compared as independent samples. Why half: with a share s of common inputs, the
variance of the mean difference is (1 - r) / s times that of independent samples, so pairs are the sharper for any
correlation r above 1 - s; and answers to the same inputs are correlated, since some questions are hard for both (Miller
2024, Adding Error Bars to Evals, arXiv 2411.00640). Below half, the pairs may stand for another kind of input than the
rest does.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import floor, fsum, log10
from typing import TYPE_CHECKING, Any

from plainbase.errors import ParameterError
from plainbase.platform.comparison.samples import Column
from plainbase.platform.comparison.settings import PAIRED

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Values = NDArray[np.float64]

LEAST_PAIRS = 6
SHARE = 0.5
DIGITS = 13
"""Significant digits that are compared: 0.1 + 0.2 and 0.3 are a tie, though their last bits differ."""
SMALLEST = 1e-30
"""Magnitudes below are zero, so that no power of them is lost."""


@dataclass(frozen=True)
class Sample:
    """Values of a and of b, sorted; in pairs, the i-th of one beside the i-th of the other. Details say what was left.

    Sorted, so that whatever is computed of them is the same whichever way the rows came.
    """

    a: Values
    b: Values
    paired: bool
    details: dict[str, Any]

    @cached_property
    def differences(self) -> Values:
        """What a has more than b in each pair, sorted; without the noise of subtracting."""
        import numpy as np

        pairs = zip(self.a.tolist(), self.b.tolist(), strict=True)
        return np.sort(np.array([_rounded(a - b, max(abs(a), abs(b))) for a, b in pairs], dtype=np.float64))


def pair(a: Column, b: Column, test: str = "auto") -> Sample:
    """The samples of two columns: as the test needs them, or by the rule above.

    Raises ParameterError where the test needs pairs and no input was answered by both.
    """
    import numpy as np

    a_inputs, a_values = _by_input(a)
    b_inputs, b_values = _by_input(b)
    common, in_a, in_b = np.intersect1d(a_inputs, b_inputs, assume_unique=True, return_indices=True)
    smaller = min(a_values.size, b_values.size)
    if test in PAIRED:
        paired, why = True, f"{test} needs pairs"
        if not common.size:
            raise ParameterError(f"{test} needs inputs that both answered, and there are none")
    elif test != "auto":
        paired, why = False, f"{test} is for independent samples"
    elif common.size < LEAST_PAIRS:
        paired, why = False, f"fewer than {LEAST_PAIRS} inputs were answered by both"
    else:
        paired = bool(common.size >= SHARE * smaller)
        why = f"{'at least' if paired else 'less than'} half of the smaller side's inputs were answered by both"
    details = {
        "why": why,
        "common_inputs": int(common.size),
        "inputs_of_a_alone": int(a_inputs.size - common.size),
        "inputs_of_b_alone": int(b_inputs.size - common.size),
    }
    if paired:
        first, second = a_values[in_a], b_values[in_b]
        order = np.lexsort((second, first))
        return Sample(first[order], second[order], True, details)
    return Sample(np.sort(a_values), np.sort(b_values), False, details)


def _by_input(column: Column) -> tuple[NDArray[np.int64], Values]:
    """The inputs that were answered, and the mean of the answers to each."""
    import numpy as np

    inputs = np.frombuffer(column.inputs, dtype=np.int64) if column.inputs else np.empty(0, dtype=np.int64)
    values = np.frombuffer(column.values, dtype=np.float64) if column.values else np.empty(0)
    order = np.lexsort((values, inputs))
    of = values[order]
    unique, starts, counts = np.unique(inputs[order], return_index=True, return_counts=True)
    means = of[starts]
    for place in np.flatnonzero(counts > 1).tolist():
        answers = of[starts[place] : starts[place] + counts[place]].tolist()
        means[place] = fsum(answers) / len(answers)
    return unique, np.array([_rounded(each, abs(each)) for each in means.tolist()], dtype=np.float64)


def _rounded(value: float, scale: float) -> float:
    """The value to as many digits as one of this scale has; no minus before zero."""
    if scale < SMALLEST:
        return 0.0
    return round(value, DIGITS - 1 - floor(log10(scale))) + 0.0
