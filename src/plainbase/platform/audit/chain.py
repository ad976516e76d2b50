"""Verifying the chain: every row is as it was sealed, in its place, and none is missing."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from plainbase.database import Database
from plainbase.errors import ParameterError, StatementFailed
from plainbase.platform.audit.head import Head, head
from plainbase.platform.audit.verdict import Broken, Verdict
from plainbase.platform.runners import AnyRunner
from plainbase.sealing import SALT, START, Entry, digest

if TYPE_CHECKING:
    from plainbase.typed import AuditLogsChainRow

ALL = 2**63 - 1


class _Row(NamedTuple):
    """A row of audit_logs.chain, in its order; its fields are read faster than a row's."""

    position: int
    id: int
    actor_id: str | None
    actor: str | None
    ip_address: str | None
    user_agent: str | None
    actor_salt: bytes | None
    actor_digest: bytes | None
    action: str
    entity_type: str
    entity_id: str | None
    changes: str | None
    personal: str | None
    personal_salt: bytes | None
    personal_digest: bytes | None
    previous_hash: bytes | None
    hash: bytes | None
    created_at: str


_TYPES = tuple(
    {int} if name in ("position", "id") else {bytes if name.endswith(("salt", "digest", "hash")) else str, type(None)}
    for name in _Row._fields
)


async def verify(db: AnyRunner, anchor: Head | str | None = None) -> Verdict:
    """Read the whole chain, in bounded memory and in one snapshot, and name the first row that is wrong.

    An `anchor` is what `head` gave at another time and was kept elsewhere; without one nobody can tell that the chain
    was made anew from some row on, or that its end was cut off, its head with it. What no digest holds any more cannot
    be told either: who changed an account that was erased since, where that was no account. Give it a database: what
    else a transaction has open may see other rows.
    Raises ParameterError for what is no anchor.
    """
    known = Head.read(anchor) if isinstance(anchor, str) else anchor
    if isinstance(db, Database):
        async with db.transaction("repeatable_read", read_only=True) as tx:
            return await _verify(tx, known)
    return await _verify(db, known)


class _Chain:
    """What was read of the chain so far."""

    def __init__(self, anchor: Head | None) -> None:
        self.anchor = anchor
        self.rows = 0
        self.erased = 0
        self.position = 0
        self.hash = START
        self.last_id: int | None = None
        self.broken: Broken | None = None
        self.subjects: dict[str, Broken] = {}
        self.types: set[tuple[type, ...]] = set()

    def take(self, found: AuditLogsChainRow) -> None:
        """Take the next row; after the first that is wrong they are only counted."""
        row = _Row(*found)
        self.rows += 1
        actor_erased, personal_erased = _erased_parts(row)
        self.erased += actor_erased or personal_erased
        if self.broken is not None:
            return
        if why := self._wrong(row):
            self.broken = Broken(*self._named(row), why)
            return
        about = row.entity_id if row.entity_type == "users" else None
        if actor_erased:
            self._claim(row, row.actor_id or about)
        if personal_erased:
            self._claim(row, about)
        self.position, self.hash, self.last_id = row.position, row.hash or b"", row.id
        if self.anchor is not None and self.anchor.position == self.position and self.anchor.hash != self.hash.hex():
            why = "the anchor has another hash here: this row, or one before it, was made anew"
            self.broken = Broken(row.position, row.id, why)

    def _wrong(self, row: _Row) -> str | None:
        if not self._is_typed(row):
            return "it holds octets for text or the like: whoever searches would not find it"
        if row.position != self.position + 1:
            return "a second row has this place" if row.position == self.position else "the row of this place is gone"
        if row.previous_hash != self.hash:
            return "it does not follow the row before it: that one, or this one, was changed and sealed again"
        if row.actor_salt is not None and (
            len(row.actor_salt) != SALT
            or row.actor_digest != digest(row.actor_salt, row.actor, row.ip_address, row.user_agent)
        ):
            return "actor, ip_address or user_agent was changed"
        if row.actor_salt is None and (row.actor, row.ip_address, row.user_agent) != (None, None, None):
            return "actor, ip_address or user_agent was written after they were erased"
        if row.personal_digest is None:
            if row.personal is not None:
                return "personal was written after it was sealed"
        elif row.personal_salt is None:
            if row.personal is not None:
                return "personal was written after it was erased"
        elif (
            row.personal is None
            or len(row.personal_salt) != SALT
            or row.personal_digest != digest(row.personal_salt, row.personal)
        ):
            return "personal was changed"
        entry = Entry(
            row.id,
            row.created_at,
            row.actor_id,
            row.actor_digest or b"",
            row.action,
            row.entity_type,
            row.entity_id,
            row.changes,
            row.personal_digest,
        )
        if row.hash != entry.hash(self.hash, row.position):
            return "the row was changed: its hash is another"
        return None

    def _is_typed(self, row: _Row) -> bool:
        """Whether each value has its column's type; as SQLite holds others where nothing checks them."""
        types = tuple(map(type, row))
        if types not in self.types:
            if not all(each in allowed for each, allowed in zip(types, _TYPES, strict=True)):
                return False
            self.types.add(types)
        return True

    def _named(self, row: _Row) -> tuple[int, int | None]:
        here = self.position + 1
        return (row.position, row.id) if isinstance(row.position, int) and row.position <= here else (here, None)

    def _claim(self, row: _Row, subject: str | None) -> None:
        """Remember the first row of which a person is gone, until it is known whether that was an erasure."""
        why = "what a person did or was is gone, and there is no erasure of it"
        self.subjects.setdefault(subject or "", Broken(row.position, row.id, why))


async def _verify(tx: AnyRunner, anchor: Head | None) -> Verdict:
    chain = _Chain(anchor)
    end = await head(tx)
    unsealed = await tx.audit_logs.count_unsealed()
    try:
        async with aclosing(tx.audit_logs.chain.stream(after_position=-ALL, limit=ALL)) as rows:
            async for row in rows:
                chain.take(row)
    except StatementFailed as error:  # octets that are no text, which only a change by hand can leave
        why = f"the row of this place, or one soon after it, cannot be read: {error.message}"
        chain.broken = chain.broken or Broken(chain.position + 1, None, why)
    first = chain.broken or _at_the_end(chain, end)
    for subject, claim in chain.subjects.items():
        if (first is None or claim.position < first.position) and not await _was_erased(tx, subject):
            first = claim
    return Verdict(chain.rows, unsealed, chain.erased, end, first)


def _at_the_end(chain: _Chain, end: Head) -> Broken | None:
    """What is wrong after the last row, which is as it was."""
    last = chain.position + 1
    if end.position > chain.position:
        return Broken(last, None, f"the row of this place is gone: the chain's head is at {end.position}")
    if chain.anchor is not None and chain.anchor.position > chain.position:
        return Broken(last, None, f"the row of this place is gone: the anchor is at {chain.anchor.position}")
    if (end.position, end.hash) != (chain.position, chain.hash.hex()):
        return Broken(chain.position, chain.last_id, "the chain's head is not this row: one of them was changed")
    return None


async def _was_erased(tx: AnyRunner, subject: str) -> bool:
    """Whether an erasure of an account is there, and the chain tells of it: else it was made up afterwards."""
    try:
        found = await tx.erasures.list_for_subject(subject_id=UUID(subject))
    except (ValueError, ParameterError):
        return False
    for erasure in found:
        for entry in await tx.audit_logs.list_by_entity(entity_type="erasures", entity_id=str(erasure.id)):
            changes = entry.changes if isinstance(entry.changes, dict) else {}
            if entry.action == "create" and entry.position and changes.get("subject_id") == {"after": subject}:
                return True
    return False


def _erased_parts(row: _Row) -> tuple[bool, bool]:
    """Whether it is gone who it was, and what was personal."""
    return row.actor_salt is None, row.personal_salt is None and row.personal_digest is not None
