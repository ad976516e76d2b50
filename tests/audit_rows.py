"""Entries of the audit log, and changes of them by hand: triggers and constraints dropped, as their owner can."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

from plainbase import Actor, Database, Transaction
from plainbase.platform import audit
from plainbase.sealing import Entry

ADA = Actor(UUID("018f0000-0000-7000-8000-000000000001"), "ada", "192.0.2.7", "curl/8.5")


async def entries(db: Database, count: int = 10) -> list[int]:
    """So many entries, each by a transaction of its own; their positions."""
    begin = (await audit.head(db)).position
    for number in range(count):
        async with db.transaction(actor=ADA) as tx:
            await tx.audit_logs.record(
                action="update",
                entity_type="users",
                entity_id=str(ADA.id),
                changes={"number": {"before": number, "after": f'Zoë\'s "{number}" 🦉'}},
                personal={"email": {"after": f"ada{number}@example.org"}} if number % 2 else None,
            )
    assert (await audit.head(db)).position == begin + count
    return list(range(begin + 1, begin + count + 1))


async def model(tx: Database | Transaction, name: str) -> None:
    """A change that a trigger records."""
    await tx.execute("INSERT INTO models (id, name, kind) VALUES (:id, :name, 'base')", {"id": uuid4(), "name": name})


@asynccontextmanager
async def defenceless(db: Database) -> AsyncIterator[Transaction]:
    """A transaction in which nothing guards the log; all of it is undone at the end."""

    class Undo(Exception):
        """Not an error."""

    try:
        async with db.transaction() as tx:
            await _disarm(tx)
            yield tx
            raise Undo
    except Undo:
        pass


async def _disarm(tx: Transaction) -> None:
    if tx.dialect == "sqlite":
        await tx.execute("PRAGMA ignore_check_constraints = ON")
        triggers = "SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name IN ('audit_logs', 'audit_head')"
        for row in await tx.fetch_all(triggers):
            await tx.script(f"DROP TRIGGER {row.name}")
        return
    triggers = (
        "SELECT tgname AS name, CAST(tgrelid AS regclass) AS place FROM pg_trigger "
        "WHERE NOT tgisinternal AND tgrelid IN (CAST('audit_logs' AS regclass), CAST('audit_head' AS regclass))"
    )
    constraints = (
        "SELECT conname AS name, 'audit_logs' AS place FROM pg_constraint "
        "WHERE conrelid = CAST('audit_logs' AS regclass) AND contype IN ('c', 'u')"
    )
    for row in await tx.fetch_all(triggers.replace("AS place", "::text AS place")):
        await tx.script(f"DROP TRIGGER {row.name} ON {row.place}")
    for row in await tx.fetch_all(constraints):
        await tx.script(f"ALTER TABLE {row.place} DROP CONSTRAINT {row.name}")


async def sealed_again(tx: Transaction, position: int, previous: bytes | None = None) -> bytes:
    """Compute the hash of a row as it is now, as whoever knows how can, and write it there; it is returned."""
    (row,) = await tx.audit_logs.chain(after_position=position - 1, limit=1)
    entry = Entry(
        row.id,
        row.created_at,
        row.actor_id,
        row.actor_digest,
        row.action,
        row.entity_type,
        row.entity_id,
        row.changes,
        row.personal_digest,
    )
    before: bytes = row.previous_hash if previous is None else previous
    found = entry.hash(before, position)
    await tx.execute(
        "UPDATE audit_logs SET previous_hash = :before, hash = :found WHERE position = :position",
        {"before": before, "found": found, "position": position},
    )
    return found


async def change(tx: Transaction, sql: str, **values: Any) -> int:
    """Change the log by hand; at least one row is changed."""
    changed = await tx.execute(sql, values)
    assert changed > 0, sql
    return changed


def any_hash(text: str) -> bytes:
    return sha256(text.encode()).digest()
