"""Rows that experiments and inference are about: a model version, a dataset, training runs, users."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest

from plainbase import Database, PlainbaseError, Row, uuid7

NOBODY = UUID("01900000-0000-7000-8000-00000000dead")
"""An id that no row has."""


async def version(db: Database, *, input_price: float | None = 2.5, output_price: float | None = 10.0) -> UUID:
    """A version of a model of its own, at prices per million tokens."""
    model, made = uuid7(), uuid7()
    await db.insert_rows("models", ("id", "name", "kind"), [(model, f"model {model}", "fine_tuned")])
    await db.insert_rows(
        "model_versions",
        ("id", "model_id", "version", "input_token_price", "output_token_price"),
        [(made, model, "1", input_price, output_price)],
    )
    return made


async def user(db: Database) -> UUID:
    """A user."""
    made = uuid7()
    await db.insert_rows(
        "users", ("id", "email", "username", "password_hash"), [(made, f"{made}@example.org", str(made), "hash")]
    )
    return made


async def dataset(db: Database) -> UUID:
    """A dataset."""
    row: Row = await db.datasets.register(name="mmlu", version="1", digest="d")
    found: UUID = row.id
    return found


async def runs(db: Database, count: int, **values: Any) -> list[UUID]:
    """Training runs, the oldest first."""
    made = [uuid7() for _ in range(count)]
    columns = ("id", "name", *values)
    await db.insert_rows(
        "training_runs", columns, [(each, f"run {number}", *values.values()) for number, each in enumerate(made)]
    )
    return made


@contextmanager
def refused(error: type[PlainbaseError], case: object) -> Iterator[pytest.ExceptionInfo[PlainbaseError]]:
    """Like `pytest.raises`, but says which case was not refused."""
    try:
        with pytest.raises(error) as found:
            yield found
    except BaseException as wrong:
        wrong.add_note(f"case: {str(case)[:200]}")
        raise
