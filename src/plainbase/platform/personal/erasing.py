"""A person's data erased: the account stays under a pseudonym, and what was theirs alone goes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from plainbase.actor import Actor
from plainbase.errors import ParameterError
from plainbase.platform.personal.exporting import entries_about, known_emails
from plainbase.platform.personal.ledger_file import LONGEST_REASON, append, is_code
from plainbase.platform.runners import AnyRunner


@dataclass(frozen=True, slots=True)
class Erasure:
    """What an erasure did: how many rows of which table, and of the audit log; `repeated` where all was gone before."""

    subject_id: UUID
    counts: Mapping[str, int]
    audit_rows: int
    repeated: bool


async def erase_user(
    db: AnyRunner,
    user_id: UUID,
    *,
    reason: str,
    actor: Actor | UUID | None = None,
    ledger: Path | None = None,
) -> Erasure:
    """Erase the personal data of one user, in one transaction; the module's table says what goes and what stays.

    `reason` is a code, such as `request` or `account-closed`, since a text could name somebody. The ledger gets its
    line, written through to the disk, before the transaction commits: so no erasure is missing there, and one whose
    commit fails, or whose caller rolls its transaction back, is done by the next `replay`; in a transaction of your own
    leave the ledger out, or mean it. Who signs in at the same moment may leave a refused try in the log after it: a
    second erasure takes that out too. Raises RowNotFound for an unknown user, ParameterError for a reason that
    is no code, ConfigurationError where the ledger cannot be written; then nothing is erased.
    """
    if not is_code(reason):
        raise ParameterError(
            f"reason is a code, such as request: lower-case words joined by - or _, at most {LONGEST_REASON} characters"
        )
    async with db.transaction(actor=actor) as tx:
        erasure = await _erase(tx, user_id, reason, actor)
        if ledger is not None:
            await append(ledger, user_id, reason)
    return erasure


async def _erase(tx: AnyRunner, user_id: UUID, reason: str, actor: Actor | UUID | None) -> Erasure:
    account = await tx.personal.hold_account(user_id=user_id)
    pseudonym = f"erased-{user_id}"
    address = f"{pseudonym}@erased.invalid"
    emails = [email for email in known_emails(account.email, await entries_about(tx, user_id)) if email != address]
    whence = [row.ip_address for row in await tx.personal.ip_addresses(user_id=user_id, emails=emails)]
    counts = {
        "users": await tx.personal.pseudonymise(user_id=user_id, email=address, username=pseudonym),
        "sessions": await tx.personal.delete_sessions(user_id=user_id),
        "api_keys": await tx.personal.delete_api_keys(user_id=user_id),
        "one_time_tokens": await tx.personal.delete_one_time_tokens(user_id=user_id),
        "login_attempts": await tx.personal.delete_login_attempts(emails=emails),
        "team_members": await tx.personal.leave_teams(user_id=user_id),
        "inference_sessions": await tx.personal.blank_inference_sessions(user_id=user_id),
        "inference_requests": await tx.personal.blank_inference_requests(user_id=user_id),
        "evaluations": await tx.personal.blank_feedback(user_id=user_id),
        "predictions": await tx.personal.blank_predictions(ip_addresses=whence) if whence else 0,
    }
    if counts["evaluations"]:
        await tx.personal.forget_words()
    repeated = not any(counts.values()) and bool(await tx.erasures.list_for_subject(subject_id=user_id))
    if not repeated:
        by = actor.id if isinstance(actor, Actor) else actor
        details: dict[str, Any] = {table: count for table, count in counts.items() if count}
        await tx.erasures.record(subject_id=user_id, reason=reason, details=details, erased_by=by)
    # The last of all: what was changed above stands in the audit log with its old values.
    audited = await tx.audit_logs.erase_for(subject_id=user_id)
    return Erasure(user_id, counts, len(audited), repeated)
