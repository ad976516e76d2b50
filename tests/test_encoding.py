"""Rows are converted as a whole exactly as one by one."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plainbase import values
from plainbase.encoding import encode, encode_many
from plainbase.values import Accepts, Refused

TABLES = {"sqlite": values.stored_as_text(), "postgres": values.native()}
KINDS = ("uuid", "timestamp", "boolean", "integer", "real", "decimal", "text", "bytes", "json", "")
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**64), 2**64),
    st.floats(),
    st.text(st.characters(codec=None)),
    st.binary(max_size=4),
    st.sampled_from([UUID(int=1), Decimal("1.5"), datetime(2026, 1, 31, tzinfo=UTC), datetime(2026, 1, 31), {"a": 1}]),
)
FITTING: dict[str, st.SearchStrategy[Any]] = {
    "integer": st.integers(-(2**63), 2**63 - 1) | st.sampled_from([-(2**63) - 1, 2**63]),
    "real": st.floats() | st.just(float("nan")),
    "text": st.text(st.characters(codec=None), max_size=3) | st.sampled_from(["\0", "\ud800"]),
}


def columns(kind: str) -> st.SearchStrategy[list[Any]]:
    """Columns of anything, and mostly of one type, as columns are."""
    fitting = FITTING.get(kind, VALUES)
    return st.one_of(*(st.lists(each, min_size=1, max_size=12) for each in (fitting, fitting | st.none(), VALUES)))


def one_by_one(tables: list[Accepts], rows: list[tuple[Any, ...]]) -> Any:
    """Column by column as the whole is looked at, so that the same value is refused first."""
    converted = [list(row) for row in rows]
    for position, table in enumerate(tables):
        for index, row in enumerate(converted):
            value = [row[position]]
            try:
                encode([table], value)
            except Refused as refused:
                return refused.args[0], position, index
            row[position] = value[0]
    return converted


@pytest.mark.parametrize("engine", TABLES)
@given(data=st.data())
def test_as_a_whole_as_one_by_one(engine: str, data: st.DataObject) -> None:
    kinds = data.draw(st.lists(st.sampled_from([*FITTING, *KINDS]), min_size=1, max_size=3))
    tables = [TABLES[engine][kind] for kind in kinds]
    rows = list(zip(*(data.draw(columns(kind)) for kind in kinds), strict=False))
    expected = one_by_one(tables, rows)
    try:
        encoded: Any = [list(row) for row in encode_many(tables, rows)]
    except Refused as refused:
        encoded = refused.args
    assert repr(encoded) == repr(expected)
