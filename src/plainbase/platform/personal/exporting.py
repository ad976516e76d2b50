"""Everything about one user, to be given to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from plainbase.actor import Actor
from plainbase.platform import audit
from plainbase.platform.runners import AnyRunner

PAGE = 1000
"""Entries of the audit log read at once."""


async def export_user(db: AnyRunner, user_id: UUID, *, actor: Actor | UUID | None = None) -> dict[str, Any]:
    """Return everything about one user, table by table, no secret among it; the audit log notes that it was read.

    Values are those of the rows (UUID, datetime, …). Raises RowNotFound for an unknown user.
    """
    async with db.transaction(actor=actor) as tx:
        account = await tx.personal.account(user_id=user_id)
        about = await entries_about(tx, user_id)
        emails = known_emails(account.email, about)
        found: dict[str, Any] = {
            "account": dict(account),
            "sessions": _rows(await tx.personal.sessions(user_id=user_id)),
            "api_keys": _rows(await tx.personal.api_keys(user_id=user_id)),
            "one_time_tokens": _rows(await tx.personal.one_time_tokens(user_id=user_id)),
            "login_attempts": _rows(await tx.personal.login_attempts(emails=emails)),
            "teams": _rows(await tx.personal.teams(user_id=user_id)),
            "created": _rows(await tx.personal.created(user_id=user_id)),
            "evaluations": _rows(await tx.personal.evaluations(user_id=user_id)),
            "inference_sessions": _rows(await tx.personal.inference_sessions(user_id=user_id)),
            "inference_requests": _rows(await tx.personal.inference_requests(user_id=user_id)),
            "audit_done": await _entries_by(tx, user_id),
            "audit_about": about,
            "erasures": _rows(await tx.erasures.list_for_subject(subject_id=user_id)),
        }
        await audit.record(tx, "personal_read", "users", user_id)
    return found


async def entries_about(db: AnyRunner, user_id: UUID) -> list[dict[str, Any]]:
    """What was done to an account, newest first."""
    found: list[dict[str, Any]] = []
    more: dict[str, Any] = {}
    while True:
        page = await db.audit_logs.list_by_entity(entity_type="users", entity_id=str(user_id), limit=PAGE, **more)
        found += _rows(page)
        if len(page) < PAGE:
            return found
        more = {"before_id": page[-1].id}


async def _entries_by(db: AnyRunner, user_id: UUID) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    more: dict[str, Any] = {}
    while True:
        page = await db.audit_logs.list_by_user(actor_id=user_id, limit=PAGE, **more)
        found += _rows(page)
        if len(page) < PAGE:
            return found
        more = {"before_id": page[-1].id}


def known_emails(now: str, about: Sequence[Mapping[str, Any]]) -> list[str]:
    """An account's addresses: that of now, and those that the audit log remembers."""
    fields = [(entry["personal"] or {}).get("email") or {} for entry in about]
    found = {value for field in fields for value in (field.get("before"), field.get("after")) if value}
    return sorted(found | {now})


def _rows(rows: Sequence[Any]) -> list[dict[str, Any]]:
    return [dict(row) for row in rows]
