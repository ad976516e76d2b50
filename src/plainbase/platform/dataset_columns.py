"""What the columns of a file hold, found batch by batch in bounded memory: types, nulls, distinct values, ranges."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from math import fsum, inf, isfinite
from typing import Any

DISTINCT = 10_000
"""Distinct values counted in a column; beyond, it is said to have at least so many."""
KEPT = 500_000
"""Distinct values kept of all columns together."""
SHORT = 64
"""Characters up to which a value is kept itself, and not its digest."""

BOOLEAN = re.compile(r"true|false", re.IGNORECASE)
# Leading zeros are those of a code, not of a number.
INTEGER = re.compile(r"[+-]?(?:0|[1-9][0-9]{0,17})")
NUMBER = re.compile(
    r"[+-]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[+-]?inf(?:inity)?|nan", re.IGNORECASE
)
KINDS = {bool: "boolean", int: "integer", float: "number", str: "text", list: "json", dict: "json"}


@dataclass(slots=True)
class Budget:
    """How many more distinct values may be kept."""

    left: int = KEPT


@dataclass(slots=True)
class Distinct:
    """How many different values there were, up to a bound."""

    budget: Budget
    count: int = 0
    at_least: bool = False
    seen: set[str | bytes] = field(default_factory=set)

    def add(self, keys: Iterable[str]) -> None:
        """Count the keys that were not seen before."""
        if self.at_least:
            return
        self.seen.update(key if len(key) <= SHORT else _digest(key) for key in keys)
        self.budget.left -= len(self.seen) - self.count
        self.count = len(self.seen)
        if self.count > DISTINCT or self.budget.left < 0:
            self.budget.left += self.count
            self.count = min(self.count, DISTINCT)
            self.at_least = True
            self.seen = set()

    def describe(self) -> dict[str, Any]:
        """The count, and whether there are more."""
        return {"distinct": self.count, **({"distinct_at_least": True} if self.at_least else {})}


@dataclass(slots=True)
class Numbers:
    """The range and the mean of numbers; those not finite are counted apart."""

    count: int = 0
    not_finite: int = 0
    least: float = 0
    most: float = 0
    total: float = 0.0

    def add(self, values: Sequence[float]) -> None:
        """Take in more values."""
        finite = [value for value in values if isfinite(value)]
        self.not_finite += len(values) - len(finite)
        if not finite:
            return
        least, most = min(finite), max(finite)
        self.least = min(self.least, least) if self.count else least
        self.most = max(self.most, most) if self.count else most
        self.count += len(finite)
        try:
            self.total = fsum([self.total, *finite])
        except OverflowError:
            self.total = inf

    def describe(self) -> dict[str, Any]:
        """Minimum, maximum and mean, where there was a number."""
        found: dict[str, Any] = {}
        if self.count:
            mean = self.total / self.count
            found = {"min": self.least, "max": self.most, "mean": mean if isfinite(mean) else None}
        return {**found, **({"not_finite": self.not_finite} if self.not_finite else {})}


@dataclass(slots=True)
class Lengths:
    """How many characters texts have."""

    count: int = 0
    total: int = 0
    least: int = 0
    most: int = 0

    def add(self, lengths: Sequence[int]) -> None:
        """Take in more lengths."""
        if lengths:
            self.least = min(*lengths, self.least) if self.count else min(lengths)
            self.most = max(*lengths, self.most)
            self.count += len(lengths)
            self.total += sum(lengths)

    def describe(self) -> dict[str, Any]:
        """Shortest, longest and mean length, where there was a text."""
        if not self.count:
            return {}
        return {"min_length": self.least, "max_length": self.most, "mean_length": self.total / self.count}


class Cells:
    """A column of a text table: its type is the narrowest that all its cells have; an empty cell is null."""

    def __init__(self, budget: Budget) -> None:
        self.nulls = 0
        self.present = 0
        self.kinds = ["boolean", "integer", "number", "text"]
        self.distinct = Distinct(budget)
        self.numbers = Numbers()
        self.lengths = Lengths()

    def add(self, cells: Sequence[str]) -> None:
        """Take in more cells."""
        present = [cell for cell in cells if cell]
        self.nulls += len(cells) - len(present)
        self.present += len(present)
        self.distinct.add(present)
        self.lengths.add([len(cell) for cell in present])
        for kind, form in (("boolean", BOOLEAN), ("integer", INTEGER), ("number", NUMBER)):
            if kind in self.kinds and not all(map(form.fullmatch, present)):
                self.kinds.remove(kind)
        if "number" in self.kinds:
            self.numbers.add([int(cell) for cell in present] if "integer" in self.kinds else list(map(float, present)))

    def describe(self) -> dict[str, Any]:
        """Type, nulls, distinct values, and the range of numbers or the lengths of texts."""
        kind = self.kinds[0] if self.present else "null"
        details: Mapping[str, Any] = {}
        if kind in ("integer", "number"):
            details = self.numbers.describe()
        elif kind == "text":
            details = self.lengths.describe()
        return {"type": kind, "nulls": self.nulls, **self.distinct.describe(), **details}


class Values:
    """A column of JSON values: its type is theirs, or mixed."""

    def __init__(self, budget: Budget, nulls: int = 0) -> None:
        self.nulls = nulls
        self.kinds: set[str] = set()
        self.distinct = Distinct(budget)
        self.numbers = Numbers()
        self.lengths = Lengths()

    def add(self, values: Sequence[Any]) -> None:
        """Take in more values."""
        present = [value for value in values if value is not None]
        self.nulls += len(values) - len(present)
        types = set(map(type, present))
        self.kinds.update(KINDS[each] for each in types)
        texts = present if types == {str} else [value for value in present if type(value) is str]
        self.lengths.add(list(map(len, texts)))
        self.distinct.add(texts)
        if types - {str}:
            others = [value for value in present if type(value) is not str]
            self.numbers.add([_number(value) for value in others if type(value) in (int, float)])
            self.distinct.add(map(_key, others))

    def describe(self) -> dict[str, Any]:
        """Type, nulls, distinct values, the range of numbers and the lengths of texts."""
        kinds = self.kinds - {"integer"} if "number" in self.kinds else self.kinds
        kind = "mixed" if len(kinds) > 1 else next(iter(kinds), "null")
        details = {**self.numbers.describe(), **self.lengths.describe()}
        return {"type": kind, "nulls": self.nulls, **self.distinct.describe(), **details}


def _number(value: float) -> float:
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        try:
            return float(value)
        except OverflowError:
            return inf
    return value


def _key(value: Any) -> str:
    """The value as a text, marked, so that the text "1" and the number 1 are two."""
    return f"\0{json.dumps(value, sort_keys=True) if isinstance(value, (list, dict)) else value!r}"


def _digest(key: str) -> bytes:
    return blake2b(key.encode(errors="surrogatepass"), digest_size=16).digest()
