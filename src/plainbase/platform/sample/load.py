"""The sample into a database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from plainbase.database import Database
from plainbase.dialect import Dialect
from plainbase.errors import ConstraintViolation
from plainbase.platform.sample.generate import UNTIL, rows
from plainbase.platform.sample.source import Row
from plainbase.shipped import internal_queries
from plainbase.transaction import Transaction


async def load(
    db: Database, *, seed: int = 0, size: str = "small", until: datetime = UNTIL, hard: bool = False
) -> Mapping[str, int]:
    """Fill every table with the sample (see `rows`), in one transaction; return how many rows each table got.

    Raises ConstraintViolation where the database holds rows that the sample would add, and then changes nothing.
    """
    tables = rows(seed, size, until, hard=hard)
    try:
        async with db.transaction() as tx:
            for table, made in tables.items():
                if table == "model_versions":
                    await _insert_versions_and_runs(tx, made, tables["training_runs"])
                elif table != "training_runs":
                    await _insert(tx, table, made)
            await tx.script(internal_queries(Dialect(db.dialect), "sequences")["advance"].script)
    except ConstraintViolation as error:
        if error.kind != "unique":
            raise
        message = "the database holds rows that the sample would add; load it into an empty database"
        raise ConstraintViolation(message, kind=error.kind, constraint=error.constraint) from None
    return {table: len(made) for table, made in tables.items()}


async def _insert(tx: Transaction, table: str, made: Sequence[Row]) -> None:
    if made:
        await tx.insert_rows(table, tuple(made[0]), [tuple(row.values()) for row in made])


async def _insert_versions_and_runs(tx: Transaction, versions: Sequence[Row], runs: Sequence[Row]) -> None:
    """Insert what names each other in turns: a version comes out of a run, which continued another version."""
    left = {"model_versions": list(versions), "training_runs": list(runs)}
    known = {None}
    while any(left.values()):
        for table, names in (
            ("model_versions", ("training_run_id",)),
            ("training_runs", ("model_version_id", "parent_run_id")),
        ):
            ready: list[Row] = []
            for row in left[table]:
                if all(row[name] in known for name in names):
                    ready.append(row)
                    known.add(row["id"])
            left[table] = [row for row in left[table] if row["id"] not in known]
            await _insert(tx, table, ready)
