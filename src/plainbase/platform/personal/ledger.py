"""After a restore: erase again whom the ledger names."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from plainbase.actor import Actor
from plainbase.errors import RowNotFound
from plainbase.platform.personal.erasing import erase_user
from plainbase.platform.personal.ledger_file import read
from plainbase.platform.runners import AnyRunner


@dataclass(frozen=True, slots=True)
class Replayed:
    """The accounts that were erased again, those that were erased already, and those that the database has not."""

    erased: tuple[UUID, ...]
    unchanged: tuple[UUID, ...]
    unknown: tuple[UUID, ...]


async def replay(db: AnyRunner, ledger: Path, *, actor: Actor | UUID | None = None) -> Replayed:
    """Erase again every account of a ledger that a restore brought back; a second time changes nothing.

    The whole ledger is read before anybody is erased; each account is a transaction of its own. Raises DataInvalid
    that names the file and the line where one is broken, and ConfigurationError where it cannot be read.
    """
    reasons = {entry.subject_id: entry.reason for entry in await read(ledger)}
    erased: list[UUID] = []
    unchanged: list[UUID] = []
    unknown: list[UUID] = []
    for subject_id, reason in reasons.items():
        try:
            erasure = await erase_user(db, subject_id, reason=reason, actor=actor)
        except RowNotFound:
            unknown.append(subject_id)
            continue
        (unchanged if erasure.repeated and not erasure.audit_rows else erased).append(subject_id)
    return Replayed(tuple(erased), tuple(unchanged), tuple(unknown))
