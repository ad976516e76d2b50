"""Samples to compare, made of plain numbers."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from plainbase.platform.comparison.pairing import Sample, pair
from plainbase.platform.comparison.samples import Column


def column(values: Sequence[float], inputs: Sequence[int] | None = None) -> Column:
    """The values of one side, each with an input of its own number."""
    return Column(array("q", range(len(values)) if inputs is None else inputs), array("d", map(float, values)))


def pairs(a: Sequence[float], b: Sequence[float]) -> Sample:
    return pair(column(a), column(b), "wilcoxon")


def independent(a: Sequence[float], b: Sequence[float]) -> Sample:
    return pair(column(a), column(b), "welch_t")


def table(both: int, a_alone: int, b_alone: int, neither: int) -> Sample:
    a = [1] * (both + a_alone) + [0] * (b_alone + neither)
    b = [1] * both + [0] * a_alone + [1] * b_alone + [0] * neither
    return pairs(a, b)
