"""Users, teams, tokens, sessions, keys, permissions and the audit log."""

from __future__ import annotations

from datetime import timedelta

from plainbase.platform.sample.prose import PEOPLE
from plainbase.platform.sample.source import FAR, Source

AGENTS = ("Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101", "python-httpx/0.27", "plainbase/0.1", "curl/8.5.0")
ADDRESSES = ("192.0.2.10", "192.0.2.77", "198.51.100.4", "203.0.113.200", "2001:db8::1", "2001:db8:85a3::8a2e:370:7334")
ENTITIES = ("datasets", "models", "training_runs", "experiments", "evaluations", "users", "api_keys")
MAY = {
    "admin": {"create": "all", "read": "all", "update": "all", "delete": "all"},
    "researcher": {"create": "team", "read": "team", "update": "own"},
    "user": {"read": "team"},
}

_FIRST_NOTED = 1_000_001


def make(source: Source) -> None:
    """Make the tables of this domain."""
    _users(source)
    _teams(source)
    _tokens(source)
    _logins(source)
    _keys(source)
    _permissions(source)


def _users(source: Source) -> None:
    rows = source.tables["users"] = []
    count = 16 * max(1, source.factor // 3)
    for index, at in enumerate(source.times(count, 0, 0.2)):
        name, handle = PEOPLE[index % len(PEOPLE)]
        again = index // len(PEOPLE)
        role = "admin" if index == 0 else "researcher" if index % 3 == 1 else "user"
        rows.append(
            {
                "id": source.id(at),
                "email": f"{handle}{again or ''}@example.org",
                "username": name if not again else f"{name} {again + 1}",
                # Of no password: nobody can sign in with a sample's account.
                "folded_username": (name if not again else f"{name} {again + 1}").casefold() if index % 5 else None,
                "password_hash": None
                if index % 9 == 8
                else f"$argon2id$v=19$m=19456,t=2,p=1${source.hex(22)}${source.hex(43)}",
                "role": role,
                "preferences": source.json(index, {"theme": source.pick(("light", "dark")), "rows": 50}),
                "active": index % 7 != 5,
                "email_verified": index % 4 != 2,
                "last_login_at": None if index % 6 == 4 else source.later(at, source.whole(3600, 1_500_000)),
                "created_at": at,
                "updated_at": source.later(at, source.whole(0, 90_000)),
            }
        )
    rows[5]["email"] = "zoë+test@exämple.org"
    rows[6]["username"] = source.edge("u" * 100, rows[6]["username"])
    rows[6]["folded_username"] = rows[6]["username"].casefold()


def _teams(source: Source) -> None:
    teams = source.tables["teams"] = []
    members = source.tables["team_members"] = []
    names = ("Language models", "Retrieval", "Évaluation", source.edge("z" * 255, "Archive"))
    for name, about, at in zip(names, ("Who train.", "", None, "一起"), source.times(4, 0.05, 0.2), strict=True):
        teams.append(
            {
                "id": source.id(at),
                "name": name,
                "description": about,
                "created_at": at,
                "updated_at": source.later(at, 60),
            }
        )
    for index, user in enumerate(source.rows("users")):
        members.extend(
            {
                "team_id": team["id"],
                "user_id": user["id"],
                "role": "owner" if index % 5 == 1 else "member",
                "created_at": source.time(0.2 + index % 4 / 100),
            }
            for team in source.random.sample(teams[:3], index % 3)  # the last team has nobody, some users have no team
        )


def _tokens(source: Source) -> None:
    tokens = source.tables["one_time_tokens"] = []
    users = source.ids("users")
    for index, at in enumerate(source.times(source.many(14), 0.2)):
        used = source.later(at, 600) if index % 3 == 0 else None
        tokens.append(
            {
                "id": source.id(at),
                "user_id": users[index % (len(users) - 3)],
                "purpose": ("password_reset", "email_verification")[index % 2],
                "token_hash": source.sha256(),
                "expires_at": FAR if index % 7 in (2, 4) else at + timedelta(hours=1),
                "used_at": used,
                "created_at": at,
            }
        )
    erasures = source.tables["erasures"] = []
    for index, at in enumerate(source.times(6, 0.5)):
        erasures.append(
            {
                "id": source.id(at),
                "subject_id": erasures[0]["subject_id"] if index == 3 else source.id(source.time(0)),
                "reason": (None, "on request", "")[index % 3],
                "details": source.json(index, {"evaluations": index, "sessions": 2 * index}),
                "erased_by": None if index == 2 else users[0],
                "created_at": at,
            }
        )


def _logins(source: Source) -> None:
    emails = [row["email"] for row in source.rows("users")[:8]]
    emails += ["nobody@example.org", *source.edge(("", "x" * 320, "' OR 1=1 --"), ())]
    source.tables["login_attempts"] = [
        {
            "id": index + 1,
            "email": emails[0] if index % 4 == 0 else source.pick(emails),
            "ip_address": None if index % 9 == 8 else source.pick(ADDRESSES),
            "succeeded": index % 3 == 0,
            "known": index % 4 == 1 and index % 9 != 8,
            "forgiven": index % 3 != 0 and index % 7 == 6,
            "refused": source.whole(0, 9) if index % 5 == 4 else 0,
            "reset": index % 3 != 0 and index % 14 == 13,
            "attempted_at": at,
        }
        for index, at in enumerate(source.times(source.many(60), 0.2))
    ]


def _keys(source: Source) -> None:
    users = source.ids("users")
    sessions = source.tables["sessions"] = []
    for index, at in enumerate(source.times(source.many(24), 0.2)):
        alive = index % 4 == 1
        sessions.append(
            {
                "id": source.id(at),
                "user_id": users[index % 7],
                "token_hash": source.sha256(),
                "ip_address": source.maybe(source.pick(ADDRESSES)),
                "user_agent": source.hard_text(index) or source.maybe(source.pick(AGENTS)),
                "idle_seconds": (3600.0, 1800.0, 0.5)[index % 3],
                "idle_expires_at": FAR if alive or index % 8 == 2 else at + timedelta(hours=2),
                "expires_at": FAR if alive else at + timedelta(days=14),
                "last_seen_at": source.later(at, source.whole(0, 7000)),
                "revoked_at": source.later(at, 7100) if index % 6 == 3 or index % 12 == 5 else None,
                "refused_at": source.later(at, 7200) if index % 6 == 3 else None,
                "created_at": at,
            }
        )
    keys = source.tables["api_keys"] = []
    for index, at in enumerate(source.times(source.many(12), 0.2)):
        keys.append(
            {
                "id": source.id(at),
                "user_id": users[index % 5],
                "public_id": f"pb_{source.random.getrandbits(60):015x}",
                "key_hash": source.sha256(),
                "name": source.pick(("notebook", "CI", "nightly évaluation", source.edge("a" * 255, "laptop"))),
                "scopes": ([], ["read"], ["read", "write"], ["admin"], "read", {"read": True})[index % 6],
                "expires_at": (None, FAR, at + timedelta(days=7))[index % 3],
                "last_used_at": source.later(at, source.whole(60, 900_000)) if index % 4 else None,
                "revoked_at": source.later(at, 500_000) if index % 5 == 3 else None,
                "replaced_at": source.later(at, 400_000) if index % 7 == 1 else None,
                "refused_at": source.later(at, 600_000) if index % 5 == 3 else None,
                "created_at": at,
                "updated_at": source.later(at, 5),
            }
        )


def _permissions(source: Source) -> None:
    """What a site allows with a kind of its own, besides what a migration has granted."""
    source.tables["role_permissions"] = [
        {
            "role": role,
            "action": action,
            "entity_type": "notebooks",
            "reach": reach,
            "created_at": source.time(0),
        }
        for role, actions in MAY.items()
        for action, reach in actions.items()
    ]


def audit(source: Source) -> None:
    """What functions have noted; the changes of the sample's rows are recorded while it is loaded, with lower ids."""
    users = source.rows("users")
    rows = source.tables["audit_logs"] = []
    erased = source.rows("erasures")[0]["subject_id"]
    for index, at in enumerate(source.times(source.many(120), 0.2)):
        user = source.pick(users)
        entity = source.pick(ENTITIES)
        before, after = source.whole(1, 5), source.whole(1, 5)
        address = {"email": {"before": f"old{index}@example.org", "after": user["email"]}}
        rows.append(
            {
                "id": _FIRST_NOTED + index,
                "position": None,
                "actor_id": None if index % 8 == 7 else erased if index % 20 == 4 else user["id"],
                "actor": "scheduler" if index % 8 == 7 else None if index % 11 == 5 else user["username"],
                "ip_address": source.maybe(source.pick(ADDRESSES)),
                "user_agent": source.hard_text(index) or source.maybe(source.pick(AGENTS)),
                "actor_salt": source.sha256()[:16],
                "actor_digest": None,
                "action": source.pick(("create", "update", "delete", "login")),
                "entity_type": entity,
                "entity_id": None if index % 10 == 6 else str(user["id"]) if entity == "users" else str(index % 17),
                "changes": None
                if index % 4 == 1
                else source.json(index, {"rating": {"before": before, "after": after}}),
                "personal": address if entity == "users" else None,
                "personal_salt": source.sha256()[:16],
                "personal_digest": None,
                "previous_hash": None,
                "hash": None,
                "created_at": at,
            }
        )
