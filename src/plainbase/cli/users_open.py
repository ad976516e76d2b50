"""The sessions and keys of an account, and how many of them are open, which is what barring it ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from plainbase.typed import ApiKeysGetRow, Database, SessionsListForUserRow

PAGE = 1000


@dataclass(frozen=True, slots=True)
class Open:
    """How many can be used now."""

    sessions: int
    keys: int

    def __str__(self) -> str:
        return f"{counted(self.sessions, 'session')} and {counted(self.keys, 'key')}"


async def of_account(db: Database, user_id: UUID) -> Open:
    """What is open now, by the database's clock."""
    now = await db.jobs.clock()
    return Open(
        sum(bool(each.live) for each in await sessions(db, user_id)),
        sum(is_live(each, now) for each in await keys(db, user_id)),
    )


async def sessions(db: Database, user_id: UUID) -> list[SessionsListForUserRow]:
    """All sessions of an account, live or over, the newest first."""
    rows = page = await db.sessions.list_for_user(user_id=user_id, limit=PAGE)
    while len(page) == PAGE:
        last = page[-1]
        page = await db.sessions.list_for_user(
            user_id=user_id, limit=PAGE, before_created_at=last.created_at, before_id=last.id
        )
        rows = [*rows, *page]
    return rows


async def keys(db: Database, user_id: UUID) -> list[ApiKeysGetRow]:
    """All keys of an account, live or over, the newest first."""
    rows = page = await db.api_keys.list_for_user(user_id=user_id, limit=PAGE)
    while len(page) == PAGE:
        last = page[-1]
        page = await db.api_keys.list_for_user(
            user_id=user_id, limit=PAGE, before_created_at=last.created_at, before_id=last.id
        )
        rows = [*rows, *page]
    return rows


def is_live(key: ApiKeysGetRow, now: datetime) -> bool:
    """Whether a key is neither revoked nor over."""
    return key.revoked_at is None and (key.expires_at is None or key.expires_at > now)


def counted(many: int, what: str) -> str:
    """So many of something."""
    return f"{many:,} {what}{'' if many == 1 else 's'}"
