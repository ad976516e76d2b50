"""What `db.health()` tells."""

from __future__ import annotations

from dataclasses import dataclass

from plainbase.drivers.base import PoolStatus


@dataclass(frozen=True, slots=True)
class Health:
    """`ok` says that the database answers; `seconds` how long that took.

    `schema_version` is the last migration applied, `expected_version` the last one of the files, `pending` names those
    that are not applied; `error` says why it is not ok,
    `warnings` what an operator should know of this version of the engine.
    """

    ok: bool
    engine: str | None
    schema_version: str | None
    expected_version: str | None
    pending: tuple[str, ...]
    seconds: float
    pool: PoolStatus
    error: str | None
    warnings: tuple[str, ...] = ()
