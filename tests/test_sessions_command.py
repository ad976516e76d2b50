"""`plainbase sessions`: what it lists, ends and checks, on both engines."""

from __future__ import annotations

from uuid import UUID

import pytest

from account_commands import audited, call, check_help, done, lines, made, refused, signed_in
from plainbase import Database
from plainbase.cli.sessions import sessions as group
from plainbase.platform import identity
from platform_rows import NOBODY


async def test_sessions_are_listed_the_newest_first(db: Database, url: str) -> None:
    user = await made(db)
    assert await done(url, "sessions", "list", "ann") == (
        "ann (ann@lab.example) has no session open; --all lists those that are over too\n"
    )
    first, last = await signed_in(db), await signed_in(db)
    assert [row["id"] for row in await lines(url, "sessions", "list", "ann")] == [
        str(last.session_id),
        str(first.session_id),
    ]
    await identity.revoke_sessions(db, user, actor=None, except_id=last.session_id)
    assert [row["id"] for row in await lines(url, "sessions", "list", str(user))] == [str(last.session_id)]
    table = (await done(url, "sessions", "list", "ANN@lab.example", "--all")).splitlines()
    assert table[0] == "Sessions of ann (ann@lab.example)"
    assert [line.split()[:2] for line in table[3:]] == [
        [str(last.session_id), "open"],
        [str(first.session_id), "revoked"],
    ]
    for shown in (table, await lines(url, "sessions", "list", "ann", "--all")):
        for token in (first.token, last.token):
            assert token not in str(shown)
            assert "token" not in str(shown)


async def test_sessions_are_ended_one_by_one_and_all_of_an_account(db: Database, url: str) -> None:
    await made(db)
    tokens = [await signed_in(db) for _ in range(4)]
    one, two = tokens[0].session_id, tokens[1].session_id
    result = await call(url, "sessions", "revoke", str(one), str(NOBODY), str(two), str(one))
    assert (result.exit_code, result.stderr) == (1, f"Error: there is no session {NOBODY}\n")
    assert result.stdout == f"session {one} is ended\nsession {two} is ended\nsession {one} was over already\n"
    for token in tokens[:2]:
        with pytest.raises(identity.TokenRefused):
            await identity.session_of(db, token.token)
    assert (await identity.session_of(db, tokens[2].token)).session_id == tokens[2].session_id
    assert await done(url, "sessions", "revoke", "--of", "ann") == "2 sessions of ann (ann@lab.example) ended\n"
    assert await lines(url, "sessions", "list", "ann") == []


@pytest.mark.parametrize("words", [(), (str(NOBODY), "--of", "ann"), ("soon",)])
async def test_what_to_end_has_to_be_said(db: Database, url: str, words: tuple[str, ...]) -> None:
    result = await call(url, "sessions", "revoke", *words)
    assert (result.exit_code, result.stdout) == (2, "")


async def test_a_token_is_checked(db: Database, url: str) -> None:
    user = await made(db, role="researcher")
    there = await signed_in(db)
    said = await done(url, "sessions", "check", "--stdin", given=f"{there.token}\n")
    assert said.startswith(f"session {there.session_id} of ann (ann@lab.example), researcher, ends ")
    changed = there.token[:-1] + ("A" if there.token[-1] != "A" else "B")
    for token in (changed, there.token[:-1], "pbs_", f"{there.token}x"):
        told = await refused(url, "sessions", "check", "--stdin", given=f"{token}\n")
        assert told.startswith("Error: the token is refused")
        assert token not in told
    await identity.revoke_sessions(db, user, actor=None)
    told = await refused(url, "sessions", "check", "--stdin", given=there.token)
    assert "revoked" in told
    assert there.token not in told
    assert there.token not in str(await audited(db))


async def test_the_token_is_no_argument(db: Database, url: str) -> None:
    await made(db)
    there = await signed_in(db)
    result = await call(url, "sessions", "check", there.token)
    assert (result.exit_code, result.stdout) == (2, "")
    assert there.token not in result.stderr
    assert "others can read the words of a command" in result.stderr
    without = await call(url, "sessions", "check", given=there.token)
    assert (without.exit_code, without.stdout) == (2, "")
    assert "pipe it in and say --stdin" in without.stderr


async def test_the_account_of_as_is_recorded(db: Database, url: str) -> None:
    await made(db)
    boss = await made(db, "boss", role="admin")
    there = await signed_in(db)
    await done(url, "sessions", "revoke", str(there.session_id), "--as", "boss")
    (row,) = [each for each in await audited(db) if each["actor_id"] == boss]
    assert row["actor"].startswith("operator:")
    assert row["entity_id"] in (str(there.session_id), str(UUID(str(there.user_id))))


def test_every_option_has_help_and_no_line_of_the_lists_is_cut() -> None:
    check_help(group, "sessions")
