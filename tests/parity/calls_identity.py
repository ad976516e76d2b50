"""Calls of the identity queries: accounts, teams, tokens, sessions, keys, permissions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from parity.call import AT, UNKNOWN_ID, Call, Sample

LONG = 1_000_000_000
"""Seconds that reach from the clock back to all of the sample."""
NO_HASH = bytes(32)
NEW_HASH = bytes(range(32))


def calls(sample: Sample) -> Iterator[Call]:
    """Each query of the domain."""
    yield from _users(sample)
    yield from _changes_of_users(sample)
    yield from _teams(sample)
    yield from _tokens(sample)
    yield from _logins(sample)
    yield from _erasures(sample)
    yield from _sessions(sample)
    yield from _keys(sample)
    yield from _permissions(sample)


def _page(row: dict[str, Any]) -> dict[str, object]:
    return {"before_created_at": row["created_at"], "before_id": row["id"]}


def _newest(rows: Any) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: (row["created_at"], row["id"]), reverse=True)


def _users(sample: Sample) -> Iterator[Call]:
    user, other = sample["users"][1], sample["users"][2]
    new = {"email": "new@example.org", "username": "new", "password_hash": "hash"}
    yield Call("users.create", new)
    yield Call("users.create", {**new, "password_hash": None, "folded_username": "new"})
    yield Call("users.create", {**new, "role": "admin", "preferences": {"theme": "dark", "n": [1, 2.5, None]}})
    for wrong in (
        {"email": "New@example.org"},
        {"email": "ÉCOLE@example.org"},
        {"email": "no address"},
        {"email": "x" * 315 + "@y.org"},
        {"email": user["email"]},
        {"email": None},
        {"username": ""},
        {"username": "u" * 101},
        {"username": user["username"]},
        {"password_hash": ""},
        {"folded_username": ""},
        {"folded_username": user["folded_username"]},
        {"role": "guest"},
        {"role": 1},
        {"id": user["id"]},
        {"preferences": {"share": float("nan")}},
    ):
        yield Call("users.create", {**new, **wrong})
    yield Call("users.create", rows=[new, {**new, "email": "b@example.org", "username": "b"}])
    for query in ("users.get", "users.get_password_hash"):
        yield Call(query, {"id": user["id"]})
        yield Call(query, {"id": UNKNOWN_ID})
    for query in ("users.get_by_email", "users.get_credentials"):
        yield Call(query, {"email": user["email"]})
        yield Call(query, {"email": user["email"].upper()})
    yield Call("users.get_by_email", {"email": sample["users"][5]["email"]})
    yield Call("users.get_by_username", {"username": user["username"]})
    yield Call("users.get_by_username", {"username": "nobody"})
    yield Call("users.get_by_folded_username", {"folded_username": user["folded_username"]})
    yield Call("users.get_by_folded_username", {"folded_username": "nobody"})
    page = _page(_newest(sample["users"])[2])
    yield Call("users.list", {"role": "user", "active": True, **page, "limit": 3})
    yield Call("users.list", {"role": "nobody", "active": False, "limit": 0})
    yield Call("users.list", {"active": False})
    yield Call("users.count", {"role": "researcher", "active": True})
    yield Call("users.count", {"role": "nobody", "active": False})
    yield Call("users.delete", {"id": other["id"]})
    yield Call("users.delete", {"id": UNKNOWN_ID})


def _changes_of_users(sample: Sample) -> Iterator[Call]:
    user, other = sample["users"][1], sample["users"][2]
    changes: list[tuple[str, dict[str, object], list[dict[str, object]]]] = [
        ("change_role", {"role": "admin"}, [{"role": "guest"}, {"role": None}]),
        ("change_email", {"email": "new@example.org"}, [{"email": "New@example.org"}, {"email": other["email"]}]),
        (
            "change_username",
            {"username": "new", "folded_username": "new"},
            [{"username": ""}, {"username": other["username"]}, {"username": "new", "folded_username": ""}],
        ),
        ("update_preferences", {"preferences": {"a": [1, {}]}}, [{"preferences": None}]),
        ("set_password_hash", {"password_hash": "other"}, [{"password_hash": "x" * 1001}]),
        ("verify_email", {}, []),
        ("record_login", {"password_hash": user["password_hash"]}, [{"password_hash": "other"}]),
        (
            "replace_password_hash",
            {"password_hash": "other", "old_hash": user["password_hash"]},
            [{"password_hash": "other", "old_hash": "none"}, {"password_hash": "", "old_hash": user["password_hash"]}],
        ),
        ("deactivate", {}, []),
        ("activate", {}, []),
    ]
    for query, rights, wrongs in changes:
        yield Call(f"users.{query}", {"id": user["id"], **rights})
        yield Call(f"users.{query}", {"id": UNKNOWN_ID, **rights})
        for wrong in wrongs:
            yield Call(f"users.{query}", {"id": user["id"], **wrong})
    inactive = next(row for row in sample["users"] if not row["active"])
    yield Call("users.record_login", {"id": inactive["id"], "password_hash": inactive["password_hash"]})
    yield Call("users.activate", {"id": inactive["id"], "now": AT})


def _teams(sample: Sample) -> Iterator[Call]:
    team, other = sample["teams"][0], sample["teams"][1]
    yield Call("teams.create", {"name": "new"})
    yield Call("teams.create", {"name": "new", "description": ""})
    for name in ("", "x" * 256, team["name"], None):
        yield Call("teams.create", {"name": name})
    yield Call("teams.get", {"id": team["id"]})
    yield Call("teams.get", {"id": UNKNOWN_ID})
    yield Call("teams.get_by_name", {"name": team["name"]})
    yield Call("teams.get_by_name", {"name": team["name"].upper()})
    yield Call("teams.list", {"after_name": "M", "limit": 2})
    yield Call("teams.list", {"after_name": "zzzz"})
    yield Call("teams.update", {"id": team["id"], "name": "renamed", "description": None})
    yield Call("teams.update", {"id": team["id"], "name": other["name"]})
    yield Call("teams.update", {"id": UNKNOWN_ID, "name": "renamed"})
    for row in sample["teams"]:
        yield Call("teams.delete", {"id": row["id"]})
    yield Call("teams.delete", {"id": UNKNOWN_ID})
    made = _newest([{**row, "id": 0} for row in sample["team_members"]])[0]
    member = {"team_id": made["team_id"], "user_id": made["user_id"]}
    inside = {row["user_id"] for row in sample["team_members"] if row["team_id"] == team["id"]}
    outside = next(row["id"] for row in sample["users"] if row["id"] not in inside)
    new = {"team_id": team["id"], "user_id": outside}
    yield Call("teams.add_member", new)
    yield Call("teams.add_member", {**new, "role": "owner"})
    for wrong in (member, {"role": "guest"}, {"team_id": UNKNOWN_ID}, {"user_id": UNKNOWN_ID}):
        yield Call("teams.add_member", {**new, **wrong})
    for role in ("owner", "member", "guest"):
        yield Call("teams.change_member_role", {**member, "role": role})
    yield Call("teams.change_member_role", {**new, "role": "owner"})
    yield Call("teams.remove_member", member)
    yield Call("teams.remove_member", new)
    for row in sample["teams"]:
        yield Call("teams.list_members", {"team_id": row["id"], "after_username": "d", "limit": 3})
    yield Call("teams.list_members", {"team_id": UNKNOWN_ID})
    yield Call("teams.list_for_user", {"user_id": made["user_id"]})
    yield Call("teams.list_for_user", {"user_id": UNKNOWN_ID})


def _tokens(sample: Sample) -> Iterator[Call]:
    user = sample["users"][0]
    new = {"user_id": user["id"], "purpose": "password_reset", "token_hash": NEW_HASH, "seconds": 3600}
    yield Call("one_time_tokens.create", new)
    barred = next(row["id"] for row in sample["users"] if not row["active"])
    for wrong in (
        {},
        {"user_id": UNKNOWN_ID},
        {"user_id": barred},
        {"seconds": 0},
        {"purpose": "fun"},
        {"token_hash": b""},
    ):
        yield Call("one_time_tokens.create_for_active", {**new, **wrong})
    for wrong in (
        {"seconds": 90.5},
        {"seconds": 0},
        {"seconds": -1},
        {"purpose": "fun"},
        {"token_hash": b"short"},
        {"token_hash": sample["one_time_tokens"][0]["token_hash"]},
        {"user_id": UNKNOWN_ID},
    ):
        yield Call("one_time_tokens.create", {**new, **wrong})
    for row in sample["one_time_tokens"]:
        yield Call("one_time_tokens.redeem", {"token_hash": row["token_hash"], "purpose": row["purpose"]})
        yield Call("one_time_tokens.get_by_token", {"token_hash": row["token_hash"]})
    good = max(sample["one_time_tokens"], key=lambda row: (row["used_at"] is None, row["expires_at"]))
    other = {"password_reset": "email_verification", "email_verification": "password_reset"}[good["purpose"]]
    yield Call("one_time_tokens.redeem", {"token_hash": good["token_hash"], "purpose": other})
    yield Call("one_time_tokens.redeem", {"token_hash": NO_HASH, "purpose": good["purpose"]})
    yield Call("one_time_tokens.get_by_token", {"token_hash": NO_HASH})
    for seconds in (LONG, 0.5):
        of_one = {"user_id": good["user_id"], "purpose": good["purpose"]}
        yield Call("one_time_tokens.count_recent", {**of_one, "seconds": seconds})
    yield Call("one_time_tokens.revoke_for_user", {"user_id": good["user_id"], "purpose": good["purpose"]})
    yield Call("one_time_tokens.revoke_for_user", {"user_id": good["user_id"], "purpose": other})
    yield Call("one_time_tokens.revoke_for_user", {"user_id": UNKNOWN_ID})
    for limit in (0, 2, 10_000):
        yield Call("one_time_tokens.delete_expired", {"limit": limit})
    yield Call("one_time_tokens.delete_expired", {"limit": -1})


def _logins(sample: Sample) -> Iterator[Call]:
    attempt = sample["login_attempts"][0]
    yield Call("login_attempts.record", {"email": "' OR 1=1 --"})
    yield Call("login_attempts.record", {"email": "", "succeeded": True, "ip_address": "2001:db8::/64", "known": True})
    for wrong in ({"email": "x" * 321}, {"email": None}, {"succeeded": 1}, {"succeeded": None}, {"known": None}):
        yield Call("login_attempts.record", {"email": "a@example.org", "succeeded": False, **wrong})
    for address in ("192.0.2.10", None):
        yield Call("login_attempts.record_reset", {"email": attempt["email"], "ip_address": address})
        for seconds in (LONG, 0.5):
            asked = {"email": attempt["email"], "ip_address": address or "", "seconds": seconds}
            yield Call("login_attempts.resets", asked)
    yield Call("login_attempts.record_reset", {"email": "x" * 321})
    for query in ("succeed", "refuse"):
        for row in sample["login_attempts"][:2]:
            yield Call(f"login_attempts.{query}", {"id": row["id"]})
        yield Call(f"login_attempts.{query}", {"id": 0})
    for email in sorted({row["email"] for row in sample["login_attempts"]}):
        for known in (False, True):
            of_one = {"email": email, "known": known, "ip_address": "192.0.2.10"}
            yield Call("login_attempts.account_failures", {**of_one, "seconds": LONG})
            yield Call("login_attempts.forgive", of_one)
        yield Call("login_attempts.is_known", {"email": email, "ip_address": "192.0.2.10", "seconds": LONG})
    of_one = {"email": attempt["email"], "known": False}
    yield Call("login_attempts.account_failures", {**of_one, "seconds": 0.5})
    yield Call("login_attempts.account_failures", {**of_one, "email": attempt["email"].upper(), "seconds": LONG})
    yield Call("login_attempts.is_known", {"email": attempt["email"], "ip_address": None, "seconds": LONG})
    for address in sorted({row["ip_address"] for row in sample["login_attempts"] if row["ip_address"]}):
        yield Call("login_attempts.address_failures", {"ip_address": address, "seconds": LONG})
    yield Call("login_attempts.address_failures", {"ip_address": "nowhere", "seconds": LONG})
    yield Call("login_attempts.address_failures", {"ip_address": "192.0.2.10", "seconds": 60})
    for address in ("192.0.2.10", None):
        yield Call("login_attempts.hold", {"email": attempt["email"], "ip_address": address})
    yield Call("login_attempts.delete_before", {"before": AT, "limit": 3})
    yield Call("login_attempts.delete_before", {"before": AT})
    yield Call("login_attempts.delete_before", {"before": attempt["attempted_at"]})


def _erasures(sample: Sample) -> Iterator[Call]:
    erasure = sample["erasures"][0]
    new = {"subject_id": UNKNOWN_ID}
    yield Call("erasures.record", new)
    by = sample["users"][0]["id"]
    yield Call("erasures.record", {**new, "reason": "on request", "details": {"sessions": 2}, "erased_by": by})
    yield Call("erasures.record", {**new, "erased_by": UNKNOWN_ID})
    yield Call("erasures.record", {"subject_id": None})
    yield Call("erasures.list", {**_page(_newest(sample["erasures"])[1]), "limit": 2})
    yield Call("erasures.list_for_subject", {"subject_id": erasure["subject_id"]})
    yield Call("erasures.list_for_subject", {"subject_id": UNKNOWN_ID})


def _sessions(sample: Sample) -> Iterator[Call]:
    user = sample["users"][0]
    new = {"user_id": user["id"], "token_hash": NEW_HASH, "idle_seconds": 60, "lifetime_seconds": 3600.5}
    yield Call("sessions.create", {**new, "ip_address": "192.0.2.1", "user_agent": "agent"})
    yield Call("sessions.create", {**new, "idle_seconds": 7200})
    for wrong in (
        {"lifetime_seconds": 0},
        {"idle_seconds": -1},
        {"token_hash": b""},
        {"token_hash": sample["sessions"][0]["token_hash"]},
        {"user_id": UNKNOWN_ID},
    ):
        yield Call("sessions.create", {**new, **wrong})
    for row in sample["sessions"]:
        yield Call("sessions.get_by_token", {"token_hash": row["token_hash"]})
        yield Call("sessions.touch", {"id": row["id"]})
        yield Call("sessions.refuse", {"id": row["id"]})
        yield Call("sessions.revoke", {"id": row["id"]})
        for query in ("find_by_token", "revoke_by_token"):
            yield Call(f"sessions.{query}", {"token_hash": row["token_hash"]})
        yield Call("sessions.rotate", {"token_hash": row["token_hash"], "new_token_hash": NEW_HASH})
    live = max(sample["sessions"], key=lambda row: (row["revoked_at"] is None, row["idle_expires_at"]))
    for query in ("get_by_token", "find_by_token", "revoke_by_token"):
        yield Call(f"sessions.{query}", {"token_hash": NO_HASH})
    for wrong_hash in (b"short", sample["sessions"][0]["token_hash"]):
        yield Call("sessions.rotate", {"token_hash": live["token_hash"], "new_token_hash": wrong_hash})
    yield Call("sessions.get", {"id": live["id"]})
    yield Call("sessions.get", {"id": UNKNOWN_ID})
    yield Call("sessions.touch", {"id": UNKNOWN_ID})
    yield Call("sessions.refuse", {"id": UNKNOWN_ID})
    yield Call("sessions.revoke", {"id": UNKNOWN_ID})
    yield Call("sessions.revoke_for_user", {"user_id": live["user_id"], "except_id": live["id"]})
    yield Call("sessions.revoke_for_user", {"user_id": UNKNOWN_ID})
    own = _newest(row for row in sample["sessions"] if row["user_id"] == live["user_id"])
    yield Call("sessions.list_for_user", {"user_id": live["user_id"], **_page(own[0]), "limit": 2})
    yield Call("sessions.list_for_user", {"user_id": UNKNOWN_ID})
    for limit in (0, 2, 10_000):
        yield Call("sessions.delete_expired", {"limit": limit})


def _keys(sample: Sample) -> Iterator[Call]:
    key = sample["api_keys"][0]
    new = {"user_id": key["user_id"], "public_id": "pb_new", "key_hash": NEW_HASH, "name": "new"}
    yield Call("api_keys.create", new)
    yield Call("api_keys.create", {**new, "scopes": ["read"], "lifetime_seconds": 90.5})
    for wrong in (
        {"public_id": key["public_id"]},
        {"public_id": ""},
        {"public_id": "x" * 65},
        {"key_hash": b"short"},
        {"name": ""},
        {"name": "x" * 256},
        {"user_id": UNKNOWN_ID},
        {"user_id": next(row["id"] for row in sample["users"] if not row["active"])},
    ):
        yield Call("api_keys.create", {**new, **wrong})
    for row in sample["api_keys"]:
        yield Call("api_keys.get_by_public_id", {"public_id": row["public_id"]})
        yield Call("api_keys.find_by_public_id", {"public_id": row["public_id"]})
        yield Call("api_keys.touch", {"id": row["id"]})
        yield Call("api_keys.refuse", {"id": row["id"]})
        yield Call("api_keys.replace", {"id": row["id"]})
        yield Call("api_keys.expire", {"id": row["id"], "seconds": 60})
        yield Call("api_keys.revoke", {"id": row["id"]})
    yield Call("api_keys.get_by_public_id", {"public_id": key["public_id"].upper()})
    yield Call("api_keys.get", {"id": key["id"]})
    yield Call("api_keys.get", {"id": UNKNOWN_ID})
    for name in ("renamed", ""):
        yield Call("api_keys.rename", {"id": key["id"], "name": name})
    yield Call("api_keys.find_by_public_id", {"public_id": "nothing"})
    unknown: tuple[tuple[str, dict[str, object]], ...] = (
        ("rename", {"name": "renamed"}),
        ("revoke", {}),
        ("touch", {}),
        ("refuse", {}),
        ("replace", {}),
        ("expire", {"seconds": 1.5}),
    )
    for query, params in unknown:
        yield Call(f"api_keys.{query}", {"id": UNKNOWN_ID, **params})
    own = _newest(row for row in sample["api_keys"] if row["user_id"] == key["user_id"])
    yield Call("api_keys.list_for_user", {"user_id": key["user_id"], **_page(own[0]), "limit": 1})
    yield Call("api_keys.list_for_user", {"user_id": UNKNOWN_ID})
    yield Call("api_keys.revoke_for_user", {"user_id": key["user_id"]})
    yield Call("api_keys.revoke_for_user", {"user_id": UNKNOWN_ID})


def _permissions(sample: Sample) -> Iterator[Call]:
    held = {name: sample["role_permissions"][0][name] for name in ("role", "action", "entity_type")}
    new = {"role": "user", "action": "delete", "entity_type": "training_runs"}
    for query in ("grant", "revoke", "is_allowed"):
        yield Call(f"role_permissions.{query}", held)
        yield Call(f"role_permissions.{query}", new)
    yield Call("role_permissions.grant", {**held, "reach": "own"})
    for wrong in ({"role": "guest"}, {"action": ""}, {"entity_type": "x" * 101}, {"reach": "none"}):
        yield Call("role_permissions.grant", {**new, **wrong})
    yield Call("role_permissions.is_allowed", {**held, "role": "guest"})
    yield Call("role_permissions.list")
    yield Call("role_permissions.list_for_role", {"role": "researcher"})
    yield Call("role_permissions.list_for_role", {"role": "guest"})
    by_role = {row["role"]: row["id"] for row in sample["users"] if row["active"]}
    for user_id in (*by_role.values(), UNKNOWN_ID):
        yield Call("permissions.list_for_user", {"user_id": user_id})
        for table in ("models", "evaluations", "inference_sessions", "teams"):
            asked = {"actor_id": user_id, "action": "read", "entity_type": table}
            yield Call("permissions.is_allowed", asked)
            for row in sample[table][:3]:
                yield Call("permissions.is_allowed_for", {**asked, "entity_id": row["id"]})
        for team in sample["teams"][:2]:
            asked = {"actor_id": user_id, "action": "create", "entity_type": "models"}
            yield Call("permissions.is_allowed_in", {**asked, "team_id": team["id"]})
    yield Call("permissions.is_allowed", {"actor_id": UNKNOWN_ID, "action": "read", "entity_type": "nothing"})
