"""The accounts of the LLM Test Bench, and its log of what they did."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from plainbase.errors import ParameterError
from plainbase.platform.identity.names import folded_username, normal_email
from plainbase.platform.legacy.llm_test_bench_rows import Bench
from plainbase.platform.legacy.llm_test_bench_tables import AUDIT, USERS
from plainbase.platform.legacy.reading import Reading, Unfit

ROLES = {"admin": "admin", "administrator": "admin", "researcher": "researcher", "user": "user"}
PERSONAL = "an address or a browser, personal data that could not be erased from another log's entry"
AUDITED = {"user": "users", "benchmark": "benchmarks", "evaluation": "evaluations", "job": "jobs", "worker": "workers"}


async def users(bench: Bench) -> None:
    """Accounts. A password stays only where its hash is argon2's, which is what can be checked here."""

    def convert(row: Reading) -> Mapping[str, Any]:
        created = bench.created(row, "updated_at")
        preferences = row.object("metadata")
        role = row.text("role") or ""
        if role.lower() not in ROLES:
            row.note("a role that is not known became user; it stands in preferences.imported_role")
            theirs = preferences.get("imported_role")
            told = role if "imported_role" not in preferences else {"role": role, "theirs": theirs}
            preferences = preferences | {"imported_role": told}
        stored = row.text("password_hash")
        if stored is not None and not stored.startswith(("$argon2id$", "$argon2i$", "$argon2d$")):
            row.lose("password_hash", "no hash of argon2's: its owner resets the password (`plainbase users`)")
            stored = None
        active, verified = row.truth("active"), row.truth("email_verified")
        name = row.required("username")
        return {
            "id": bench.id(row),
            "email": _email(row),
            "username": name,
            "folded_username": _folded(row, name),
            "password_hash": stored,
            "role": ROLES.get(role.lower(), "user"),
            "preferences": preferences,
            "active": True if active is None else active,
            "email_verified": bool(verified),
            "last_login_at": row.moment("last_login"),
            "created_at": created,
            "updated_at": row.moment("updated_at") or created,
        }

    await bench.step(USERS, USERS.same(metadata="preferences", last_login="last_login_at"), convert)


async def audit(bench: Bench) -> None:
    """The older log, entry by entry: what was said then stands in `changes`, and the time of the import beside it.

    So the chain stays honest: it tells when an entry came into it, and vouches for nothing before.
    """
    actor = f"upgrade-legacy {bench.importing.layout}"

    def convert(row: Reading) -> Mapping[str, Any]:
        entity = row.required("entity_type")
        changed = row.json("changes")
        said = {
            "action": row.required("action"),
            "user_id": row.text("user_id"),
            "created_at": None if (at := row.moment("created_at")) is None else at.isoformat(),
        }
        of_a_person = entity.lower() in ("user", "users")
        return {
            "actor": actor,
            "action": "imported",
            "entity_type": AUDITED.get(entity.lower(), entity),
            "entity_id": row.text("entity_id"),
            "changes": {"imported": bench.importing.origin("audit_logs", bench.id(row)), "entry": said}
            | ({} if of_a_person else {"changes": changed}),
            "personal": {"changes": changed} if of_a_person and changed is not None else None,
        }

    columns = AUDIT.same(
        "ip_address",
        "user_agent",
        id="changes.imported.key",
        user_id="changes.entry.user_id",
        action="changes.entry.action",
        created_at="changes.entry.created_at",
    )
    dropped = {"ip_address": PERSONAL, "user_agent": PERSONAL}
    await bench.step(AUDIT, columns, convert, by=("changes.imported",), dropped=dropped)


def _email(row: Reading) -> str:
    try:
        return normal_email(row.required("email"))
    except ParameterError:
        raise Unfit("this is no mail address", "email") from None


def _folded(row: Reading, name: str) -> str | None:
    try:
        return folded_username(name)
    except ParameterError:
        row.note("a name that plainbase gives to nobody: what looks like it is not refused")
        return None
