"""What chains the rows of the audit log: the hash of a row, and the salted digests in it that stay where a person's
data are erased.

A field is framed by its length, so that no two rows have the same octets, and nothing of one can pass for another's.
PostgreSQL computes the same (`schema/postgres/migrations/0012_audit.up.sql`).
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

VERSION = "1"
"""Of the form of what is hashed; it is its first field."""

SALT = 16
"""The octets of a salt; one that is longer could have a field's beginning in it."""

START = bytes(32)
"""What stands for the hash before the first row's."""

Field = str | bytes | int | None


def framed(*fields: Field) -> bytes:
    """The fields one after the other: `-` for null, else the number of octets, a colon and the octets."""
    parts = []
    for field in fields:
        if field is None:
            parts.append(b"-")
        else:
            octets = field if isinstance(field, bytes) else str(field).encode()
            parts.append(b"%d:%b" % (len(octets), octets))
    return b"".join(parts)


def digest(salt: bytes | None, *fields: Field) -> bytes:
    """SHA-256 of a salt and framed fields; without the salt nobody can try what the fields may have been."""
    return sha256((salt or b"") + framed(*fields)).digest()


@dataclass(frozen=True, slots=True)
class Entry:
    """What the hash of a row covers; texts as text or as octets, `created_at` as `YYYY-MM-DDTHH:MM:SS.ffffffZ`."""

    id: int
    created_at: Field
    actor_id: Field
    actor_digest: bytes
    action: Field
    entity_type: Field
    entity_id: Field
    changes: Field
    personal_digest: bytes | None

    def hash(self, previous: bytes, position: int) -> bytes:
        """The row's own hash, in its place of the chain."""
        return sha256(
            framed(
                VERSION,
                previous.hex(),
                position,
                self.id,
                self.created_at,
                self.actor_id,
                self.actor_digest.hex(),
                self.action,
                self.entity_type,
                self.entity_id,
                self.changes,
                None if self.personal_digest is None else self.personal_digest.hex(),
            )
        ).digest()
