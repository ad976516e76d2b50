"""How a comparison is made: the level, the interval, the test; checked before anything is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from plainbase.errors import ParameterError

Kind = Literal["model", "model_version", "training_run", "experiment"]
Test = Literal["auto", "paired_t", "wilcoxon", "mcnemar", "welch_t", "mann_whitney", "fisher"]
Correction = Literal["none", "holm", "benjamini_hochberg"]

PAIRED = ("paired_t", "wilcoxon", "mcnemar")
RIGHT_OR_WRONG = ("mcnemar", "fisher")
"""The tests of values that are 0 or 1."""
RESAMPLES = (100, 100_000)
"""How many resamples of a bootstrap may be asked for: fewer say nothing about its tails, more take minutes."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a caller may decide; raises ParameterError where it cannot be.

    Which way is better is decided for all metrics, or by metric; where it is not, by the metric's name.
    """

    test: Test = "auto"
    alpha: float = 0.05
    confidence: float = 0.95
    resamples: int = 9_999
    seed: int = 0
    higher_is_better: bool | Mapping[str, bool] | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        if self.test not in get_args(Test):
            raise ParameterError(f"unknown test {self.test!r}; known are {', '.join(get_args(Test))}")
        for name in ("alpha", "confidence"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1:
                raise ParameterError(f"{name} must be a number between 0 and 1, neither included")
        fewest, most = RESAMPLES
        if not _whole(self.resamples) or not fewest <= self.resamples <= most:
            raise ParameterError(f"resamples must be a whole number from {fewest} to {most}")
        if not _whole(self.seed) or not 0 <= self.seed < 2**63:
            raise ParameterError("seed must be a whole number from 0, below 2**63")
        better = self.higher_is_better
        known = better.values() if isinstance(better, Mapping) else () if better is None else (better,)
        if not all(isinstance(each, bool) for each in known):
            raise ParameterError("higher_is_better must be true, false, or one of these by metric")


def check_metrics(metrics: object) -> tuple[str, ...]:
    """The metrics' names as they were given; raises ParameterError for none, one twice, or what is no name."""
    if isinstance(metrics, str | bytes | Mapping) or not hasattr(metrics, "__iter__"):
        raise ParameterError("metrics must be a list of names")
    names = tuple(metrics)
    if not names:
        raise ParameterError("no metric to compare")
    for name in names:
        if not isinstance(name, str) or not 1 <= len(name) <= 255 or "\0" in name:
            raise ParameterError("the name of a metric must be a text of 1 to 255 characters")
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ParameterError(f"metric {twice[0]!r} is given twice")
    return names


def check_correction(correction: str) -> None:
    """Raise ParameterError for a correction that is not known."""
    if correction not in get_args(Correction):
        raise ParameterError(f"unknown correction {correction!r}; known are {', '.join(get_args(Correction))}")


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
