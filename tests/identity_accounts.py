"""Accounts for the tests of identity, and time that passes for their rows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from plainbase import Database, Row
from plainbase.platform import identity
from plainbase.platform.identity import Limits, Pace, Passwords

FAST = Passwords(memory_kib=64, passes=1)
"""As cheap as argon2id can be."""

SLOW = Limits(account=Pace(free=3, window=3_600, first=1_000, longest=3_000), address=Pace(30, 3_600, 1_000, 3_000))
"""Limits whose waits no test is slow enough to sit out."""

PASSWORD = "a quiet river at noon"
"""Of every account here."""

TIMES = {
    "sessions": ("created_at", "idle_expires_at", "expires_at", "last_seen_at", "refused_at"),
    "one_time_tokens": ("created_at", "expires_at"),
    "api_keys": ("created_at", "expires_at", "last_used_at", "refused_at"),
    "login_attempts": ("attempted_at",),
}


async def account(db: Database, name: str = "ada", password: str | None = PASSWORD, **more: Any) -> Row:
    """An account; its password is PASSWORD."""
    made: Row = await identity.create_user(db, f"{name}@example.org", name, password, passwords=FAST, **more)
    return made


async def pass_time(db: Database, table: str, seconds: float) -> None:
    """Let time pass: every time in a table becomes so much earlier."""
    columns = TIMES[table]
    for row in await db.fetch_all(f"SELECT id, {', '.join(columns)} FROM {table}"):
        earlier = {name: row[name] and row[name] - timedelta(seconds=seconds) for name in columns}
        sets = ", ".join(f"{name} = :{name}" for name in columns)
        await db.execute(f"UPDATE {table} SET {sets} WHERE id = :id", {"id": row.id, **earlier})


async def events(db: Database, *actions: str) -> list[tuple[str, Any, Any]]:
    """What the audit log has of these actions, in order: the action, whom it is about, its details."""
    rows = [row for action in actions for row in await db.audit_logs.list(action=action)]
    return [(row.action, row.entity_id, row.changes) for row in sorted(rows, key=lambda row: row.id)]
