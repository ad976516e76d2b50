"""What both drivers check alike: names against the catalog, values against their parameters."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence, Set
from typing import Any

from plainbase.encoding import encode, encode_blocks, encode_many
from plainbase.errors import DataInvalid, ParameterError, StatementFailed
from plainbase.sqlfile.statement import Statement
from plainbase.values import Accepts, Refused


def about(statement: Statement) -> dict[str, Any]:
    """What an error tells of the statement it comes from."""
    return {"query": statement.query, "where": statement.where, "parameters": statement.names}


def encode_values(accepts: Sequence[Accepts], statement: Statement, values: list[Any]) -> None:
    """Convert the values in place; raise DataInvalid with the parameter's name."""
    try:
        encode(accepts, values)
    except Refused as refused:
        reason, position = refused.args
        failure = DataInvalid(f"parameter {statement.names[position]!r}: {reason}", **about(statement))
        raise failure from None


def encode_batch(
    accepts: Sequence[Accepts], statement: Statement, rows: Sequence[list[Any]]
) -> Sequence[Sequence[Any]]:
    """Convert many rows of values; raise DataInvalid with the row's index and the parameter's name."""
    try:
        return encode_many(accepts, rows)
    except Refused as refused:
        reason, position, row = refused.args
        failure = DataInvalid(f"row {row}: parameter {statement.names[position]!r}: {reason}", **about(statement))
        raise failure from None


def refuse_twins(names: Sequence[str]) -> None:
    """Raise StatementFailed where two columns of a result have one name."""
    if len(set(names)) != len(names):
        twice = ", ".join(sorted({name for name in names if names.count(name) > 1}))
        raise StatementFailed(f"two columns of the result have one name: {twice}; give each an alias")


def check_columns(table: str, columns: Sequence[str], known: Collection[str] | None) -> tuple[str, ...]:
    """Raise ParameterError unless the table and its columns exist and no column is named twice."""
    if not known:
        raise ParameterError(f"insert_rows: there is no table {table!r}")
    names = tuple(columns)
    missing = [name for name in names if name not in known]
    if missing:
        raise ParameterError(
            f"insert_rows: table {table!r} has no column {', '.join(map(repr, missing))}; it has {', '.join(known)}"
        )
    if not names or len(set(names)) != len(names):
        raise ParameterError(f"insert_rows: name each column of {table!r} once")
    return names


def encode_rows(
    table: str, columns: Sequence[str], accepts: Sequence[Accepts], rows: Sequence[Sequence[Any]]
) -> list[list[Any]]:
    """Convert rows of values into blocks; raise with the row's index and the column's name."""
    _refuse_ragged(table, columns, rows)
    try:
        return encode_blocks(accepts, rows)
    except Refused as refused:
        reason, position, row = refused.args
        where = f"row {row} for {table!r}: column {columns[position]!r}"
        raise DataInvalid(f"insert_rows: {where}: {reason}") from None


def _refuse_ragged(table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Raise ParameterError for a row that is no sequence of one value for each column."""
    kinds = set(map(type, rows)) - {tuple, list}
    strange = tuple(kind for kind in kinds if issubclass(kind, _NO_ROW) or not issubclass(kind, Collection))
    if strange:
        index, kind = next((index, type(row)) for index, row in enumerate(rows) if isinstance(row, strange))
        raise ParameterError(
            f"insert_rows: row {index} for {table!r} is no sequence of values but of type {kind.__name__}"
        )
    width = len(columns)
    if not set(map(len, rows)) <= {width}:
        index = next(index for index, values in enumerate(rows) if len(values) != width)
        raise ParameterError(
            f"insert_rows: row {index} for {table!r} has {len(rows[index])} values, expected {width}: "
            + ", ".join(columns)
        )


_NO_ROW = (str, bytes, bytearray, Mapping, Set)
"""What has a length and can be walked through, but gives no values in the order of the columns."""


def quote(name: str) -> str:
    """A name as a quoted identifier."""
    return '"' + name.replace('"', '""') + '"'
