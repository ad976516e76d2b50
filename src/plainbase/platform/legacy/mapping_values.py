"""The values that the rules of a mapping file make of a row."""

from __future__ import annotations

from collections.abc import Container, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from plainbase.platform.legacy.importing import Import
from plainbase.platform.legacy.mapping_file import Rule
from plainbase.platform.legacy.reading import Reading, Unfit


def constant(importing: Import, value: object) -> object:
    """A constant of a `[[row]]`; `{ row = "id" }` is the id of another."""
    return importing.stable_id("row", value["row"]) if isinstance(value, dict) and names_row(value) else value


def names_row(value: object) -> bool:
    """Whether a constant names a `[[row]]`."""
    return isinstance(value, dict) and set(value) == {"row"}


NEARLY = 1e-9
"""How far a product may be from the whole number that it is meant to be."""


def value_of(
    importing: Import, name: str, row: Reading, rule: Rule, kind: str, rest: Sequence[str], twice: Container[str]
) -> Any:
    """The value of a target column whose type is `kind`.

    `rest` are the columns that nothing else takes, `twice` those that something else takes too.
    """
    if rule.id:
        return _id(importing, name, row, rule)
    if rule.collect or rule.rest:
        names = (*rule.collect, *(rest if rule.rest else ()))
        return {column: found for column in names if (found := _collected(row, column)) is not None}
    found = None
    for column in rule.columns:
        if found is None:
            found = _read(row, column, rule, kind)
        elif column not in twice and row.raw(column) is not None:
            row.lose(column, f"{name} stands for one of {', '.join(rule.columns)}, and another had a value")
    return constant(importing, rule.otherwise) if found is None else found


def _id(importing: Import, name: str, row: Reading, rule: Rule) -> UUID:
    """A UUID stays what it is; any other key makes one, the same each time."""
    keys = [row.raw(column) for column in rule.id]
    if any(key is None for key in keys):
        raise Unfit("a required value is NULL or empty", *rule.id)
    if len(keys) == 1 and rule.of is None:
        if isinstance(keys[0], UUID):
            return keys[0]
        if isinstance(keys[0], str) and len(keys[0]) in (32, 36):
            try:
                return UUID(keys[0])
            except ValueError:
                pass
    return importing.stable_id(rule.of or name, "/".join(map(str, keys)))


def _read(row: Reading, column: str, rule: Rule, kind: str) -> Any:
    if rule.refers is not None:
        return row.reference(column, rule.refers)
    if rule.words is not None:
        return row.word(column, rule.words)
    if rule.epoch is not None:
        number = row.real(column)
        if number is None:
            return None
        seconds = number / 1000 if rule.epoch == "milliseconds" else number
        try:
            return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
        except OverflowError:
            raise Unfit("the time is outside the years 1 to 9999", column) from None
    if rule.times is not None:
        number = row.real(column)
        product = None if number is None else float(Decimal(repr(number)) * Decimal(repr(rule.times)))
        if kind != "integer" or product is None:
            return product
        if abs(product - round(product)) > NEARLY:
            row.lose(column, f"times {rule.times} it is no whole number, and was rounded")
        return round(product)
    match kind:
        case "uuid":
            return row.uuid(column)
        case "timestamp":
            return row.moment(column)
        case "json":
            return row.json(column)
        case "boolean":
            return row.truth(column)
        case "integer":
            return row.whole(column)
        case "real":
            return row.real(column)
        case _:
            return row.text(column)


def _collected(row: Reading, column: str) -> Any:
    """A value as JSON: what is JSON stays so, a number stays one, all else is text."""
    value = row.raw(column)
    if isinstance(value, bool | int | dict | list):
        return value
    if isinstance(value, float):
        return row.real(column)
    text = row.text(column)
    if text is not None and text[:1] in ("{", "["):
        try:
            return row.json(column)
        except Unfit:
            return text
    return text
