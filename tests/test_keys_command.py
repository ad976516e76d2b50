"""`plainbase keys`: what it makes, lists, replaces, ends and checks, on both engines."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from account_commands import audited, call, check_help, done, lines, made, missing, refused
from plainbase import Database
from plainbase.cli.keys import keys as group
from plainbase.platform import identity
from platform_rows import NOBODY


async def test_a_key_is_printed_once_and_alone(db: Database, url: str) -> None:
    user = await made(db, role="researcher")
    result = await call(url, "keys", "add", "ann", "ci", "--scope", "read:models", "--days", "30")
    assert result.exit_code == 0, result.output
    key = result.stdout.removesuffix("\n")
    assert key.startswith("pb_")
    assert "\n" not in key
    (row,) = await db.api_keys.list_for_user(user_id=user)
    assert result.stderr.startswith(f"key ci (pb_{row.public_id}) of ann (ann@lab.example), good until ")
    assert (row.name, row.scopes) == ("ci", ["read:models"])
    assert timedelta(days=29, hours=23) < row.expires_at - row.created_at <= timedelta(days=30)
    actor = await identity.key_of(db, key)
    assert (actor.id, actor.scopes) == (user, frozenset({"read:models"}))
    secret = key.removeprefix(f"pb_{row.public_id}_")
    shown = [
        result.stderr,
        await done(url, "keys", "list", "ann"),
        await done(url, "keys", "list", "ann", "--json"),
        str(await audited(db)),
    ]
    for each in shown:
        assert secret not in each
        assert row.public_id in each
        assert "key_hash" not in each or each is shown[-1]


async def test_keys_are_listed_with_their_state(db: Database, url: str) -> None:
    user = await made(db)
    assert "has no key in use" in await done(url, "keys", "list", "ann")
    first = await identity.make_key(db, user, "first")
    last = await identity.make_key(db, user, "last", scopes=["read:*"], lifetime=1)
    assert [(row["name"], row["state"]) for row in await lines(url, "keys", "list", "ann")] == [
        ("last", "in use"),
        ("first", "in use"),
    ]
    await identity.revoke_key(db, last.id, actor=None)
    assert [row["name"] for row in await lines(url, "keys", "list", "ann@lab.example")] == ["first"]
    table = (await done(url, "keys", "list", str(user), "--all")).splitlines()
    assert table[0] == "Keys of ann (ann@lab.example)"
    assert [line.split()[:3] for line in table[3:]] == [
        ["last", f"pb_{last.public_id}", "revoked"],
        ["first", f"pb_{first.public_id}", "in"],
    ]
    assert "none: it may do nothing" in table[4]
    narrow = await done(url, "keys", "list", "ann", "--all", columns=60)
    assert f"pb_{first.public_id}" in narrow


async def test_a_key_is_replaced_with_an_overlap(db: Database, url: str) -> None:
    user = await made(db)
    old = await identity.make_key(db, user, "ci", scopes=["read:models"])
    result = await call(url, "keys", "rotate", f"pb_{old.public_id}", "--overlap", "2m")
    assert result.exit_code == 0, result.output
    assert "which ends in 2 min" in result.stderr
    new = result.stdout.removesuffix("\n")
    assert new != old.key
    for key in (old.key, new):
        assert (await identity.key_of(db, key)).scopes == frozenset({"read:models"})
    (row,) = [each for each in await db.api_keys.list_for_user(user_id=user) if each.id == old.id]
    assert row.expires_at is not None

    said = await refused(url, "keys", "rotate", str(old.id))
    assert "cannot be replaced: it was revoked, expired or rotated before" in said
    last = await identity.make_key(db, user, "last")
    at_once = await call(url, "keys", "rotate", str(last.id), "--overlap", "0")
    assert at_once.exit_code == 0, at_once.output
    assert "which ends now" in at_once.stderr
    with pytest.raises(identity.TokenRefused):
        await identity.key_of(db, last.key)
    assert "--overlap is 0 to" in await refused(url, "keys", "rotate", str(last.id), "--overlap", "36501d")


async def test_keys_are_ended_one_by_one(db: Database, url: str) -> None:
    user = await made(db)
    one, two = await identity.make_key(db, user, "one"), await identity.make_key(db, user, "two")
    result = await call(url, "keys", "revoke", str(one.id), str(NOBODY), f"pb_{two.public_id}", str(one.id))
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        f"key one (pb_{one.public_id}) is revoked",
        f"key two (pb_{two.public_id}) is revoked",
        f"key one (pb_{one.public_id}) is revoked already",
    ]
    assert result.stderr.startswith(f"Error: there is no key {NOBODY}:")
    for key in (one.key, two.key):
        with pytest.raises(identity.TokenRefused):
            await identity.key_of(db, key)


async def test_a_whole_key_is_no_argument(db: Database, url: str) -> None:
    made_key = await identity.make_key(db, await made(db), "ci")
    for words in (("revoke",), ("rotate",)):
        said = await refused(url, "keys", *words, made_key.key)
        assert "that is a whole key" in said
        assert made_key.key.removeprefix(f"pb_{made_key.public_id}_") not in said
    result = await call(url, "keys", "check", made_key.key)
    assert result.exit_code == 2
    assert made_key.key not in result.output
    assert "others can read the words of a command" in result.stderr
    assert (await identity.key_of(db, made_key.key)).id is not None


async def test_a_key_is_checked(db: Database, url: str) -> None:
    user = await made(db, role="researcher")
    key = await identity.make_key(db, user, "ci", scopes=["read:models", "read:datasets"])
    said = await done(url, "keys", "check", "--stdin", given=f"{key.key}\r\n")
    assert said == (f"key ci (pb_{key.public_id}) of ann (ann@lab.example), researcher: read:datasets, read:models\n")
    none = await identity.make_key(db, user, "none")
    assert "no scope, so it may do nothing" in await done(url, "keys", "check", "--stdin", given=none.key)
    (used,) = [each for each in await audited(db, "users") if each["action"] == "key_use"][1:]
    assert used["user_agent"].startswith("plainbase keys check by operator:")
    changed = key.key[:-1] + ("A" if key.key[-1] != "A" else "B")
    for given in (changed, "pb_", "nothing", f"{key.key} "):
        told = await refused(url, "keys", "check", "--stdin", given=f"{given}\n")
        assert told.startswith("Error: the key is refused")
        assert key.key not in told
    await identity.deactivate(db, user, actor=None)
    told = await refused(url, "keys", "check", "--stdin", given=key.key)
    assert key.key not in told


async def test_what_cannot_be_made(db: Database, url: str) -> None:
    user = await made(db)
    for words, said in (
        (("nobody", "ci"), "there is no account nobody"),
        (("ann", ""), "name"),
        (("ann", "k" * 256), "name"),
        (("ann", "ci", "--days", "0"), "--days"),
        (("ann", "ci", "--days", "-1"), "--days"),
        (("ann", "ci", "--days", "nan"), "--days"),
        (("ann", "ci", "--scope", ""), "scope"),
        (("ann", "ci", "--scope", "'; DROP TABLE users; --"), "scope"),
    ):
        assert said in await refused(url, "keys", "add", *words, "--scope", "read:models"), words
    assert await db.api_keys.list_for_user(user_id=user) == []
    await identity.deactivate(db, user, actor=None)
    assert "deactivated" in await refused(url, "keys", "add", "ann", "ci", "--scope", "*")


async def test_where_there_is_no_database_none_is_made(empty_url: str) -> None:
    for words in (("list", "ann"), ("add", "ann", "ci", "--scope", "*"), ("revoke", str(NOBODY))):
        assert missing(empty_url) in await refused(empty_url, "keys", *words)
    if empty_url.startswith("sqlite"):
        assert not Path(empty_url.removeprefix("sqlite:///")).exists()


async def test_who_did_it_is_recorded(db: Database, url: str) -> None:
    await made(db)
    boss = await made(db, "boss", role="admin")
    await done(url, "keys", "add", "ann", "ci", "--scope", "*", "--as", "boss@lab.example")
    rows = await audited(db, "api_keys")
    assert [(each["action"], each["actor_id"]) for each in rows] == [("create", boss)]
    assert rows[0]["actor"].startswith("operator:")
    assert json.loads(json.dumps(rows[0]["changes"]))["key_hash"] == {"changed": True}


def test_every_option_has_help_and_no_line_of_the_lists_is_cut() -> None:
    check_help(group, "keys")
