"""Where a page ends: an opaque text that belongs to one search, in one order."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from plainbase import values
from plainbase.errors import ParameterError
from plainbase.platform.results.columns import SORTS
from plainbase.platform.results.filters import SearchFilters

_MOST = 4096
"""Characters of a cursor that are looked at."""
_LARGEST = 1e100
"""No number that is sorted by is larger: the schema's checks say so."""


@dataclass(frozen=True, slots=True)
class Place:
    """The last row of a page: its value in the column that is sorted by, or None, and its id."""

    value: Any
    id: UUID


def write(place: Place, filters: SearchFilters, sort: str, *, descending: bool) -> str:
    """Make the cursor of a place: URL-safe, and good for the same filters, sort and direction only."""
    value = place.value.isoformat() if isinstance(place.value, datetime) else place.value
    whole = [_digest(filters, sort, descending), value, str(place.id)]
    text = json.dumps(whole, ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def read(cursor: str, filters: SearchFilters, sort: str, *, descending: bool) -> Place:
    """Read a cursor. Raises ParameterError for one that is broken, or of another search."""
    if not isinstance(cursor, str):
        raise ParameterError(f"after is a text, the `next` of a page, got {type(cursor).__name__}")
    try:
        digest, value, identifier = json.loads(base64.urlsafe_b64decode(cursor[:_MOST].encode("ascii") + b"==="))
        if digest == _digest(filters, sort, descending):
            place = Place(_value(value, sort), UUID(identifier))
            if write(place, filters, sort, descending=descending) == cursor:
                return place
    except (ValueError, TypeError, AttributeError, RecursionError, OverflowError, values.Refused):
        raise ParameterError("after is broken: pass the `next` of a page as it is") from None
    raise ParameterError("after belongs to another search: pass the same filters, sort and direction with it")


def _value(value: Any, sort: str) -> Any:
    column = SORTS[sort]
    if value is None and column.nullable:
        return None
    if column.type is datetime:
        return values.aware(datetime.fromisoformat(value).astimezone(UTC))
    if type(value) is not column.type:
        raise TypeError
    if isinstance(value, str):
        return values.text(value)
    if isinstance(value, int):
        return values.integer64(value)
    if not isinstance(value, float) or not -_LARGEST <= value <= _LARGEST:
        raise ValueError
    return value


def _digest(filters: SearchFilters, sort: str, descending: bool) -> str:
    known = json.dumps([sort, descending, _plain(filters)], default=_text, sort_keys=True)
    return sha256(known.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _plain(filters: SearchFilters) -> list[Any]:
    return [
        [_plain(each) for each in value] if field.name in ("any_of", "all_of") else value
        for field in fields(filters)
        for value in (getattr(filters, field.name),)
    ]


def _text(value: Any) -> str:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value)
