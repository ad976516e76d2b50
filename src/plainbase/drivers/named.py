"""What both drivers check alike: names against the catalog, values against their parameters."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from plainbase.errors import DataInvalid, ParameterError, StatementFailed
from plainbase.sqlfile.statement import Statement
from plainbase.values import Accepts, Refused, encode


def about(statement: Statement) -> dict[str, Any]:
    """What an error tells of the statement it comes from."""
    return {"query": statement.query, "where": statement.where, "parameters": statement.names}


def encode_values(
    accepts: Sequence[Accepts], statement: Statement, values: list[Any], *, row: int | None = None
) -> None:
    """Convert the values in place; raise DataInvalid with the parameter's name."""
    try:
        encode(accepts, values)
    except Refused as refused:
        reason, position = refused.args
        at = "" if row is None else f"row {row}: "
        failure = DataInvalid(f"{at}parameter {statement.names[position]!r}: {reason}", **about(statement))
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
    table: str, columns: Sequence[str], accepts: Sequence[Accepts], rows: Iterable[Sequence[Any]]
) -> list[list[Any]]:
    """Convert rows of values; raise with the row's index and the column's name."""
    encoded = []
    width = len(columns)
    for index, row in enumerate(rows):
        values = list(row)
        if len(values) != width:
            raise ParameterError(
                f"insert_rows: row {index} for {table!r} has {len(values)} values, expected {width}: "
                + ", ".join(columns)
            )
        try:
            encode(accepts, values)
        except Refused as refused:
            reason, position = refused.args
            raise DataInvalid(
                f"insert_rows: row {index} for {table!r}: column {columns[position]!r}: {reason}"
            ) from None
        encoded.append(values)
    return encoded


def quote(name: str) -> str:
    """A name as a quoted identifier."""
    return '"' + name.replace('"', '""') + '"'
