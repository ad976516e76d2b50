"""Comparison: which of two models, versions, runs or experiments is better by a metric, and how sure that is.

Begin with `recording`, which has `compare`, reads, and stores what was found, and `verdict`, which judges one metric.
`sides` finds who is compared, `samples` reads what they answered, `pairing` puts it beside each other, `choice` picks a
test of `significance`, `intervals` and `effects` say how large the difference is, `correction` corrects for several
metrics. SciPy (the extra `stats`) is imported where it is used.
"""

from plainbase.platform.comparison.metrics import COLUMNS
from plainbase.platform.comparison.recording import compare, compare_metrics
from plainbase.platform.comparison.settings import Correction, Kind, Test

__all__ = ["COLUMNS", "Correction", "Kind", "Test", "compare", "compare_metrics"]
