"""What `queries/checked.json` says of a query, held against what a call of it took and gave."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from parity.queries import Params
from plainbase.check.queries.description import Description, Type
from plainbase.sqlfile.query import Kind

CLASSES: Mapping[str, tuple[type, ...]] = {
    "uuid": (UUID,),
    "timestamp": (datetime,),
    "boolean": (bool,),
    "integer": (int,),
    "real": (float,),
    "decimal": (Decimal,),
    "text": (str,),
    "bytes": (bytes,),
    "json": (dict, list, str, int, float, bool),
    "any": (object,),
}


def lies(description: Description, rows: Sequence[Params], result: Any) -> list[str]:
    """Say where a call that worked shows that the description is wrong."""
    return [*dict.fromkeys([*_taken(description, rows, result), *_given(description, result)])]


def _taken(description: Description, rows: Sequence[Params], result: Any) -> Iterator[str]:
    """NULL equals nothing, so a parameter that is never null may yet be None where a call changes and gives nothing."""
    for row in rows:
        for name, value in row.items():
            parameter = description.parameters.get(name)
            if parameter is None:
                yield f"checked.json knows no parameter {name!r}"
            elif value is None and not parameter.type.nullable and result:
                yield f"checked.json says that parameter {name!r} is never null, and None was passed"


def _given(description: Description, result: Any) -> Iterator[str]:
    columns = description.result
    if columns is None or description.kind == Kind.EXEC or result is None:
        return
    if description.kind == Kind.VALUE:
        yield from _wrong("the value", next(iter(columns.values())), result)
        return
    for row in result if isinstance(result, list) else [result]:
        if list(row.keys()) != [name for name in columns if name in row]:
            yield f"checked.json says that the columns are {', '.join(columns)}; they are {', '.join(row.keys())}"
        for name, value in row.items():
            yield from _wrong(f"result column {name!r}", columns[name], value)


def _wrong(what: str, said: Type, value: Any) -> Iterator[str]:
    if value is None:
        if not said.nullable:
            yield f"checked.json says that {what} is never null; it is"
    elif not _fits(said, value):
        yield f"checked.json says that {what} is {said}; it is a {type(value).__name__}"


def _fits(said: Type, value: Any) -> bool:
    if said.listed:
        return isinstance(value, list)
    if isinstance(value, bool) and said.name in ("integer", "real"):
        return False
    return isinstance(value, CLASSES[said.name])
