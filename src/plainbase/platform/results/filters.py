"""What results are asked for: checked when it is said, before anything is sent."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, NoReturn
from uuid import UUID

from plainbase import values
from plainbase.errors import ParameterError
from plainbase.platform.results.columns import TEXTS

STATUSES = ("pending", "running", "completed", "failed", "cancelled")
MOST_GROUPS = 64
"""How many groups of filters one search may have, those inside others counted."""
RATINGS = (1, 5)
"""The lowest and the highest rating."""
DEEPEST = 5
"""How many groups may stand in each other."""

Scalar = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class SearchFilters:
    """What the results must be; all of it holds, of several values of one filter any.

    `query_text` is what a user typed: words, "phrases", -excluded, OR, prefix*; it is looked for in the parts
    `text_in`. Costs are in US dollars, latencies in milliseconds, `date_from` is included and `date_to` is not.
    `metadata` holds values of its top-level keys. Of the groups `any_of` at least one holds, of `all_of` each.
    Raises ParameterError for what cannot be asked.
    """

    query_text: str | None = None
    text_in: Collection[str] = TEXTS
    experiment_ids: Collection[UUID] = ()
    benchmark_ids: Collection[UUID] = ()
    model_version_ids: Collection[UUID] = ()
    providers: Collection[str] = ()
    models: Collection[str] = ()
    experiment_statuses: Collection[str] = ()
    benchmark_statuses: Collection[str] = ()
    min_rating: int | None = None
    max_rating: int | None = None
    min_score: float | None = None
    max_score: float | None = None
    min_cost: float | None = None
    max_cost: float | None = None
    min_latency_ms: float | None = None
    max_latency_ms: float | None = None
    min_input_tokens: int | None = None
    max_input_tokens: int | None = None
    min_output_tokens: int | None = None
    max_output_tokens: int | None = None
    date_from: datetime | None = None
    date_to: datetime | None = None
    metadata: Mapping[str, Scalar] = field(default_factory=dict)
    team_ids: Collection[UUID] = ()
    created_by: Collection[UUID] = ()
    any_of: Collection[SearchFilters] = ()
    all_of: Collection[SearchFilters] = ()

    def __post_init__(self) -> None:
        """Check every filter, and keep copies that nobody changes."""
        if self.query_text is not None and not isinstance(self.query_text, str):
            _refuse("query_text", "is a text", self.query_text)
        for name, convert in _LISTS.items():
            self._set(name, tuple(dict.fromkeys(_list(name, getattr(self, name), convert))))
        if not self.text_in:
            raise ParameterError(f"text_in is empty; known are {', '.join(TEXTS)}")
        self._set("text_in", tuple(name for name in TEXTS if name in self.text_in))
        for name in RANGES:
            self._check_range(name)
        self._check_dates()
        self._set("metadata", dict(_metadata(self.metadata)))
        for name in ("any_of", "all_of"):
            self._set(name, tuple(_groups(name, getattr(self, name))))
        if self._depth() > DEEPEST:
            raise ParameterError(f"groups of filters stand in each other at most {DEEPEST} deep")
        if self._count() > MOST_GROUPS:
            raise ParameterError(f"a search has at most {MOST_GROUPS} groups of filters")

    @property
    def is_empty(self) -> bool:
        """Whether every result is meant."""
        return all(getattr(self, each.name) in (None, (), {}) for each in fields(self) if each.name != "text_in")

    def _set(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)

    def _check_range(self, name: str) -> None:
        low, high = (getattr(self, f"{end}_{name}") for end in ("min", "max"))
        for end, value in (("min", low), ("max", high)):
            if value is None:
                continue
            if isinstance(value, bool) or not isinstance(value, RANGES[name]):
                _refuse(f"{end}_{name}", "is a number" if float in RANGES[name] else "is a whole number", value)
            if value != value:
                raise ParameterError(f"{end}_{name} is NaN, which no result is over or under")
            if isinstance(value, int) and not -(2**63) <= value < 2**63:
                raise ParameterError(f"{end}_{name} does not fit into 64 bits")
            if isinstance(value, int) and name == "rating" and not RATINGS[0] <= value <= RATINGS[1]:
                raise ParameterError(f"{end}_{name}: a rating is {RATINGS[0]} to {RATINGS[1]}")
        if low is not None and high is not None and low > high:
            raise ParameterError(f"min_{name} is over max_{name}: nothing can be both")

    def _check_dates(self) -> None:
        for name in ("date_from", "date_to"):
            value = getattr(self, name)
            if value is None:
                continue
            if not isinstance(value, datetime):
                _refuse(name, "is a datetime", value)
            try:
                values.aware(value)
            except values.Refused as error:
                raise ParameterError(f"{name}: {error}") from None
        if self.date_from is not None and self.date_to is not None and self.date_from >= self.date_to:
            raise ParameterError("date_from is not before date_to: nothing can be both")

    def _depth(self) -> int:
        return 1 + max((group._depth() for group in (*self.any_of, *self.all_of)), default=-1)

    def _count(self) -> int:
        return sum(1 + group._count() for group in (*self.any_of, *self.all_of))


RANGES: Mapping[str, tuple[type, ...]] = {
    "rating": (int,),
    "score": (int, float),
    "cost": (int, float),
    "latency_ms": (int, float),
    "input_tokens": (int,),
    "output_tokens": (int,),
}
"""What has a `min_` and a `max_`, and of which types they are."""


def _refuse(name: str, what: str, value: object) -> NoReturn:
    raise ParameterError(f"{name} {what}, got {type(value).__name__}")


def _uuid(name: str, value: Any) -> UUID:
    if isinstance(value, UUID):
        return value
    if not isinstance(value, str):
        _refuse(name, "holds UUIDs", value)
    try:
        return values.uuid(value)
    except values.Refused:
        raise ParameterError(f"{name} holds UUIDs, got another text") from None


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        _refuse(name, "holds texts", value)
    try:
        return values.text(value)
    except values.Refused as error:
        raise ParameterError(f"{name}: {error}") from None


def _word(*known: str) -> Any:
    def word(name: str, value: Any) -> str:
        if value not in known:
            raise ParameterError(f"{name}: unknown {_text(name, value)!r}; known are {', '.join(known)}")
        return str(value)

    return word


_LISTS: Mapping[str, Any] = {
    "text_in": _word(*TEXTS),
    "experiment_ids": _uuid,
    "benchmark_ids": _uuid,
    "model_version_ids": _uuid,
    "providers": _text,
    "models": _text,
    "experiment_statuses": _word(*STATUSES),
    "benchmark_statuses": _word(*STATUSES),
    "team_ids": _uuid,
    "created_by": _uuid,
}
"""What holds several values, and how each is read."""


def _list(name: str, given: Any, convert: Any) -> Iterator[Any]:
    try:
        found = values.elements(given)
    except values.Refused as error:
        raise ParameterError(f"{name}: {error}") from None
    for value in found:
        yield convert(name, value)


def _metadata(given: Any) -> Iterator[tuple[str, Scalar]]:
    if not isinstance(given, Mapping):
        _refuse("metadata", "is a mapping of keys to values", given)
    for key, value in given.items():
        _text("metadata keys: it", key)
        if value is not None and not isinstance(value, str | int | float):
            raise ParameterError(f"metadata: a value is text, number, bool or None, got {type(value).__name__}")
        try:
            values.json_text(value)
        except values.Refused as error:
            raise ParameterError(f"metadata: {error}") from None
        yield key, value


def _groups(name: str, given: Any) -> Iterator[SearchFilters]:
    for group in _list(name, given, lambda _, value: value):
        if not isinstance(group, SearchFilters):
            _refuse(name, "holds SearchFilters", group)
        if group.is_empty:
            raise ParameterError(f"{name} holds a group without a filter; leave it out")
        yield group
