"""What equal means: the same values, Python types and order; floats to 1e-9, the engines' clocks to a minute."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from plainbase.rows import Row

RELATIVE = 1e-9
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
CLOCKS = timedelta(minutes=1)
AROUND_NOW = timedelta(days=100)
"""The sample's times lie further away from the clock than this, so what is nearer comes from it."""


def difference(left: Any, right: Any) -> str | None:
    """Say where two results differ first, left from right; None where they are equal."""
    if isinstance(left, Row) and isinstance(right, Row):
        columns = _of_columns(tuple(left.keys()), tuple(right.keys()))
        return columns or (None if _identical(left, right) else _of_items(left.items(), right.items()))
    if type(left) is not type(right):
        return f"{_shown(left)} against {_shown(right)}"
    if isinstance(left, Mapping):
        return _of_keys(left, right)
    if isinstance(left, list | tuple):
        return _of_lists(left, right)
    same = _same_time(left, right) if isinstance(left, datetime) else _same(left, right)
    return None if same else f"{_shown(left)} against {_shown(right)}"


def shape_difference(left: Any, right: Any) -> str | None:
    """Say where two results differ in names, types or shape; None beside a value has any type.

    Lists may differ in length: their columns and the types that are in them count.
    """
    if isinstance(left, list) and isinstance(right, list):
        if not left or not right:
            return None
        columns = tuple(left[0].keys()), tuple(right[0].keys())
        return _of_columns(*columns) or _of_types(columns[0], left, right)
    if isinstance(left, Row) and isinstance(right, Row):
        return _of_columns(tuple(left.keys()), tuple(right.keys())) or _of_types(tuple(left.keys()), [left], [right])
    if left is None or right is None or type(left) is type(right):
        return None
    return f"{_shown(left)} against {_shown(right)}"


def clock_difference(left: Any, right: Any) -> str | None:
    """Say where two rows or values differ; floats are seconds by the engines' own clocks, compared to a minute."""
    if isinstance(left, Row) and isinstance(right, Row):
        names = tuple(left.keys()), tuple(right.keys())
        pairs = ((name, clock_difference(left[name], right[name])) for name in names[0])
        return _of_columns(*names) or next((f"{name}: {found}" for name, found in pairs if found), None)
    if isinstance(left, float) and isinstance(right, float) and abs(left - right) < CLOCKS.total_seconds():
        return None
    return difference(left, right)


def unordered_difference(left: Any, right: Any) -> str | None:
    """Say where two lists of rows differ, whatever their order."""
    return difference(*(sorted(rows, key=_order) for rows in (left, right)))


def _order(row: Row) -> list[str]:
    return [str(value) for value in row if not isinstance(value, datetime | float)]


def _identical(left: Row, right: Row) -> bool:
    """Whether two rows of plain values are the same, types included: the short way for most."""
    types = list(map(type, left))
    return types == list(map(type, right)) and left == right and dict not in types and list not in types


def _of_columns(left: Sequence[str], right: Sequence[str]) -> str | None:
    return None if left == right else f"columns {', '.join(left)} against {', '.join(right)}"


def _of_items(left: Any, right: Any) -> str | None:
    for (name, mine), (_, other) in zip(left, right, strict=True):
        if str(name).endswith("_json") and isinstance(mine, str) and isinstance(other, str):
            found = difference(json.loads(mine), json.loads(other))  # each engine writes it in its own way
        else:
            found = difference(mine, other)
        if found:
            return f"{name}: {found}"
    return None


def _of_keys(left: Mapping[Any, Any], right: Mapping[Any, Any]) -> str | None:
    if left.keys() != right.keys():
        return f"keys {sorted(map(str, left))} against {sorted(map(str, right))}"
    return _of_items(left.items(), ((key, right[key]) for key in left))


def _of_lists(left: Sequence[Any], right: Sequence[Any]) -> str | None:
    for index, (mine, other) in enumerate(zip(left, right, strict=False)):
        found = difference(mine, other)
        if found:
            return f"[{index}] {found}"
    return None if len(left) == len(right) else f"{len(left)} against {len(right)} of them"


def _of_types(columns: Sequence[str], left: Sequence[Row], right: Sequence[Row]) -> str | None:
    for name in columns:
        mine, other = ({type(row[name]).__name__ for row in rows} - {"NoneType"} for rows in (left, right))
        if mine and other and mine != other:
            return f"{name}: {sorted(mine)} against {sorted(other)}"
    return None


def _same(left: Any, right: Any) -> bool:
    if isinstance(left, str) and _TIME.fullmatch(left) and _TIME.fullmatch(right):  # in what the audit log recorded
        return _same_time(datetime.fromisoformat(left), datetime.fromisoformat(right))
    if isinstance(left, float):  # NaN is equal to nothing, and no engine may give one
        return math.isclose(left, right, rel_tol=RELATIVE)
    return bool(left == right)


def _same_time(left: datetime, right: datetime) -> bool:
    now = datetime.now(UTC)
    if abs(left - now) < AROUND_NOW and abs(right - now) < AROUND_NOW:
        return abs(left - right) < CLOCKS
    return left == right and left.utcoffset() == right.utcoffset()


def _shown(value: Any) -> str:
    text = repr(value)
    return f"{type(value).__name__} {text if len(text) < 120 else text[:117] + '…'}"
