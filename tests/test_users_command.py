"""`plainbase users`: what it adds, lists, shows and changes, and what it says of what cannot be, on both engines."""

from __future__ import annotations

import getpass
import json
import os
import re
import signal
import stat
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from account_commands import FAST, PASSWORD, audited, call, check_help, done, lines, made, missing, refused, signed_in
from plainbase import Database
from plainbase.cli.users import users as group
from plainbase.platform import identity
from platform_rows import NOBODY
from terminals import Terminal, terminal

OTHER = "nine quiet herons wade"


async def sign_in_works(db: Database, password: str = PASSWORD, email: str = "ann@lab.example") -> bool:
    try:
        await identity.authenticate(db, email, password, passwords=FAST)
    except identity.LoginFailed:
        return False
    return True


async def test_an_account_is_added_with_a_password_from_standard_input(db: Database, url: str) -> None:
    said = await done(
        url, "users", "add", " Ann@LAB.example", "ann", "--role", "researcher", "--stdin", given=f"{PASSWORD}\n"
    )
    assert said == "account ann (ann@lab.example) is made, as researcher\n"
    (row,) = await db.users.list()
    assert (row.email, row.username, row.role, row.active) == ("ann@lab.example", "ann", "researcher", True)
    assert await sign_in_works(db)
    assert not await sign_in_works(db, PASSWORD + "\n")
    (entry,) = [each for each in await audited(db, "users") if each["action"] == "create"]
    assert (entry["actor_id"], entry["entity_id"]) == (None, str(row.id))
    assert entry["actor"].startswith("operator:")
    assert len(entry["actor"]) > len("operator:")
    assert PASSWORD not in str(await audited(db))

    found = json.loads(await done(url, "users", "add", "bob@lab.example", "bob", "--json", "--stdin", given=PASSWORD))
    assert (found["email"], found["role"]) == ("bob@lab.example", "user")
    assert "password" not in str(found)
    assert await sign_in_works(db, email="bob@lab.example")


async def test_an_account_without_a_password_signs_in_when_one_is_set(db: Database, url: str) -> None:
    said = await done(url, "users", "add", "ann@lab.example", "ann", "--no-password")
    assert "nobody can sign in before `plainbase users password` sets one" in said
    assert not await sign_in_works(db, "")
    said = await done(url, "users", "password", "ann", "--stdin", given=f"{PASSWORD}\n")
    assert said == "the password of ann (ann@lab.example) is set; 0 sessions ended\n"
    assert await sign_in_works(db)


@pytest.mark.parametrize(
    ("words", "given", "code", "said"),
    [
        ((), PASSWORD, 2, "there is no terminal to ask for the password on: pipe it in and say --stdin"),
        (("--stdin", "--no-password"), PASSWORD, 2, "say one of them"),
        (("--password", PASSWORD), None, 2, "No such option"),
        (("--stdin",), "", 1, "there is no password on standard input"),
        (("--stdin",), "\nsecond-line-secret", 1, "there is no password on standard input"),
        (("--stdin",), b"\xff\xfesecret-of-bytes", 1, "is not UTF-8"),
        (("--stdin",), "s" * 9000, 1, "is longer than 8,192 bytes"),
        (("--stdin",), "s" * 5000, 1, "a password is text of at most"),
        (("--stdin",), "secret", 1, "a password has 12 to"),
        (("--stdin",), "administrator", 1, "among the first that are guessed"),
        (("--stdin",), "ann@lab.example", 1, "the account's own name or address"),
        (("--stdin", "--role", "owner"), PASSWORD, 2, "'owner' is not one of"),
    ],
)
async def test_what_cannot_be_added(
    db: Database, url: str, words: tuple[str, ...], given: str | bytes | None, code: int, said: str
) -> None:
    result = await call(url, "users", "add", "ann@lab.example", "ann", *words, given=given)
    assert (result.exit_code, result.stdout) == (code, "")
    assert said in result.stderr
    assert "secret" not in result.stderr
    assert "sss" not in result.stderr
    assert PASSWORD not in result.stderr
    assert await db.users.list() == []


@pytest.mark.parametrize("words", [("add", "ann@lab.example", "ann"), ("password", "ann")])
async def test_a_password_is_no_argument(db: Database, url: str, words: tuple[str, ...]) -> None:
    for written in (PASSWORD, "-p" + PASSWORD, f"--password={PASSWORD}", f"--stdin={PASSWORD}"):
        result = await call(url, "users", *words, written)
        assert (result.exit_code, result.stdout) == (2, "")
        assert PASSWORD not in result.stderr
        assert ("others can read the words of a command" in result.stderr) == (written == PASSWORD)
    assert await db.users.list() == []


@pytest.mark.parametrize(
    ("email", "username"),
    [
        ("ann", "ann"),
        ("", "ann"),
        ("ann@", "ann"),
        ("a nn@lab.example", "ann"),
        ("ann@lab.example", ""),
        ("ann@lab.example", "a" * 101),
        ("ann@lab.example", "a\x1b[31mnn"),
        ("ann@lab.example", "аnn"),  # noqa: RUF001 (a Cyrillic letter is what is refused)
    ],
)
async def test_addresses_and_names_that_are_none(db: Database, url: str, email: str, username: str) -> None:
    said = await refused(url, "users", "add", email, username, "--stdin", given=PASSWORD)
    assert "\x1b" not in said
    assert await db.users.list() == []


async def test_one_address_and_one_name_are_one_account(db: Database, url: str) -> None:
    await made(db)
    for email, username in (("ANN@lab.example", "other"), ("other@lab.example", "Ann")):
        said = await refused(url, "users", "add", email, username, "--stdin", given=PASSWORD)
        assert "already" in said or "taken" in said
    assert len(await db.users.list()) == 1


async def test_an_account_is_named_by_address_username_or_id(db: Database, url: str) -> None:
    user = await made(db)
    await made(db, "bob")
    for name in ("ann", "ANN", "ann@lab.example", " Ann@Lab.Example ", str(user), str(user).upper()):
        assert json.loads(await done(url, "users", "show", name, "--json"))["id"] == str(user), name
    for name in (
        "nobody",
        "nobody@lab.example",
        str(NOBODY),
        "",
        "@",
        "x" * 5000,
        "'; DROP TABLE users; --",
        "a\x1b[31m",
    ):
        for words in (
            ("show", name),
            ("role", name, "admin", "--yes"),
            ("deactivate", name, "--yes"),
            ("export", name),
        ):
            said = await refused(url, "users", *words)
            assert said.startswith("Error: there is no account ")
            assert "\x1b" not in said


async def test_accounts_are_listed_the_newest_first_and_chosen(db: Database, url: str) -> None:
    assert await done(url, "users", "list") == "no account: `plainbase users add` makes one\n"
    ann, bob, eve = [
        await made(db, name, role=role) for name, role in (("ann", "admin"), ("bob", "user"), ("eve", "user"))
    ]
    await identity.deactivate(db, bob, actor=None)
    table = (await done(url, "users", "list")).splitlines()
    assert [line.split()[:5] for line in table[3:]] == [
        ["eve", "eve@lab.example", "user", "yes", "no"],
        ["bob", "bob@lab.example", "user", "no", "no"],
        ["ann", "ann@lab.example", "admin", "yes", "no"],
    ]
    for words, expected in (
        (("--role", "user"), [eve, bob]),
        (("--active",), [eve, ann]),
        (("--inactive",), [bob]),
        (("--limit", "2"), [eve, bob]),
        (("--before", "bob"), [ann]),
        (("--role", "researcher"), []),
    ):
        assert [row["id"] for row in await lines(url, "users", "list", *words)] == [*map(str, expected)], words
    assert f"there are more: the same with --before {bob}" in await done(url, "users", "list", "--limit", "2")
    assert await done(url, "users", "list", "--role", "researcher") == "no such account\n"
    for row in await lines(url, "users", "list"):
        assert "password" not in str(row)
    for columns in (50, 80):
        narrow = await done(url, "users", "list", columns=columns)
        assert max(cell_len(line.rstrip()) for line in narrow.splitlines()) <= columns
        assert "ann@lab.example" in narrow


async def test_an_account_is_shown_and_that_it_was_read_is_recorded(db: Database, url: str) -> None:
    user = await made(db, role="researcher")
    await signed_in(db)
    await identity.make_key(db, user, "ci")
    shown = (await done(url, "users", "show", "ann")).splitlines()
    for line in (f"id          {user}", "address     ann@lab.example", "role        researcher", "active      yes",
                 "verified    no", "open        1 session and 1 key"):  # fmt: skip
        assert line in shown, shown
    found = json.loads(await done(url, "users", "show", "ann", "--json"))
    assert (found["preferences"], found["open"]) == ({}, {"sessions": 1, "keys": 1})
    assert "hash" not in str(found)
    read = [each for each in await audited(db) if each["action"] == "personal_read"]
    assert [(each["entity_type"], each["entity_id"]) for each in read] == [("users", str(user))] * 2


async def test_a_role_is_changed_and_ends_the_sessions(db: Database, url: str) -> None:
    await made(db)
    there = await signed_in(db)
    without = await call(url, "users", "role", "ann", "admin")
    assert (without.exit_code, without.stdout) == (2, "")
    assert "nothing is changed, since there is no terminal to ask on: say --yes" in without.stderr
    assert (await identity.session_of(db, there.token)).role == "user"
    assert await done(url, "users", "role", "ann", "researcher", "--yes") == (
        "ann (ann@lab.example) is researcher now, not user; 1 session ended\n"
    )
    with pytest.raises(identity.TokenRefused):
        await identity.session_of(db, there.token)
    assert (
        await done(url, "users", "role", "ann", "researcher", "--yes")
        == "ann (ann@lab.example) is researcher already\n"
    )
    assert (await call(url, "users", "role", "ann", "owner", "--yes")).exit_code == 2


async def test_a_new_password_ends_the_sessions(db: Database, url: str) -> None:
    await made(db)
    there = await signed_in(db)
    said = await refused(url, "users", "password", "ann", "--stdin", given="short")
    assert "a password has 12 to" in said
    assert await sign_in_works(db)
    assert (await identity.session_of(db, there.token)).role == "user"
    said = await done(url, "users", "password", "ann", "--stdin", given=f"{OTHER}\r\n")
    assert said == "the password of ann (ann@lab.example) is set; 1 session ended\n"
    assert not await sign_in_works(db)
    assert await sign_in_works(db, OTHER)
    with pytest.raises(identity.TokenRefused):
        await identity.session_of(db, there.token)
    assert OTHER not in str(await audited(db))


async def test_keys_stay_with_a_new_password_unless_it_is_said(db: Database, url: str) -> None:
    row = await made(db)
    await identity.make_key(db, row, "ci")
    result = await call(url, "users", "password", "ann", "--stdin", given=OTHER)
    assert result.stdout == "the password of ann (ann@lab.example) is set; 0 sessions ended\n"
    assert result.stderr == "1 key of it can still be used: --end-keys, or `plainbase keys revoke`\n"
    result = await call(url, "users", "password", "ann", "--end-keys", "--stdin", given=OTHER)
    assert result.stdout == "the password of ann (ann@lab.example) is set; 0 sessions and 1 key ended\n"
    assert result.stderr == ""
    assert [key.revoked_at is None for key in await identity.list_keys(db, row)] == [False]


async def test_an_account_gets_another_address(db: Database, url: str) -> None:
    row = await made(db)
    await made(db, "bob")
    await identity.verify_address(db, row)
    said = await done(url, "users", "email", "ann", "Ann.B@LAB.example")
    assert said == "ann (ann@lab.example) has the address ann.b@lab.example now, which is not verified\n"
    found = await db.users.get(id=row)
    assert (found.email, found.email_verified) == ("ann.b@lab.example", False)
    assert "has this address already" in await done(url, "users", "email", "ann", "ann.B@lab.example")
    assert "is that of the account bob" in await refused(url, "users", "email", "ann", "BOB@lab.example")
    assert "this is no e-mail address" in await refused(url, "users", "email", "ann", "nonsense")
    (entry, *_) = await audited(db, "users")
    assert (entry["action"], entry["actor"].partition(":")[0]) == ("update", "operator")


async def test_an_account_gets_another_name(db: Database, url: str) -> None:
    row = await made(db)
    await made(db, "bob")
    assert await done(url, "users", "rename", "ann", "  anna ") == "ann (ann@lab.example) is anna now\n"
    assert (await db.users.get(id=row)).username == "anna"
    assert "has this username already" in await done(url, "users", "rename", "anna", "anna")
    for taken in ("BOB", "bob", "\u0412\u041e\u0412"):  # the last in Cyrillic letters
        assert "is that of the account bob" in await refused(url, "users", "rename", "anna", taken)
    assert "a user name is made of" in await refused(url, "users", "rename", "anna", "a\x1b[31m")
    assert (await db.users.get(id=row)).username == "anna"


async def test_an_account_is_barred_and_let_in_again(db: Database, url: str) -> None:
    user = await made(db)
    there, key = await signed_in(db), await identity.make_key(db, user, "ci")
    assert (await call(url, "users", "deactivate", "ann")).exit_code == 2
    assert await done(url, "users", "deactivate", "ann", "--yes") == (
        "ann (ann@lab.example) is deactivated; 1 session and 1 key ended\n"
    )
    for refusal in (identity.session_of(db, there.token), identity.key_of(db, key.key)):
        with pytest.raises(identity.TokenRefused):
            await refusal
    assert not await sign_in_works(db)
    assert await done(url, "users", "deactivate", "ann", "--yes") == "ann (ann@lab.example) is deactivated already\n"
    assert await done(url, "users", "activate", "ann") == (
        "ann (ann@lab.example) is active; it can be signed in to again\n"
    )
    assert await done(url, "users", "activate", "ann") == "ann (ann@lab.example) is active already\n"
    with pytest.raises(identity.TokenRefused):
        await identity.key_of(db, key.key)


async def test_an_address_is_verified_on_the_operators_word(db: Database, url: str) -> None:
    user = await made(db)
    mailed = await identity.request_verification(db, user)
    assert await done(url, "users", "verify", "ann") == "the address of ann (ann@lab.example) is verified\n"
    assert (await db.users.get(id=user)).email_verified
    assert await done(url, "users", "verify", "ann") == "the address of ann (ann@lab.example) is verified already\n"
    with pytest.raises(identity.TokenRefused):
        await identity.verify_email(db, mailed.token)


async def test_permissions_are_listed(db: Database, url: str) -> None:
    every = await lines(url, "users", "permissions")
    assert {row["role"] for row in every} == {"admin", "researcher", "user"}
    assert every == sorted(every, key=lambda row: (row["role"], row["entity_type"], row["action"]))
    only = await lines(url, "users", "permissions", "--role", "user")
    assert only == [row for row in every if row["role"] == "user"]
    await made(db, role="researcher")
    assert await lines(url, "users", "permissions", "ann") == [row for row in every if row["role"] == "researcher"]
    assert "Permissions of ann (ann@lab.example)" in await done(url, "users", "permissions", "ann")
    assert (await call(url, "users", "permissions", "ann", "--role", "user")).exit_code == 2


async def test_who_did_it_is_recorded(db: Database, url: str) -> None:
    user = await made(db)
    boss = await made(db, "boss", role="admin")
    await done(url, "users", "role", "ann", "researcher", "--yes", "--as", "BOSS@lab.example")
    (entry,) = [each for each in await audited(db, "users") if each["action"] == "update"]
    assert (entry["actor_id"], entry["entity_id"]) == (boss, str(user))
    assert entry["actor"].startswith("operator:")
    assert entry["changes"]["role"] == {"before": "user", "after": "researcher"}
    await identity.deactivate(db, boss, actor=None)
    said = await refused(url, "users", "role", "ann", "admin", "--yes", "--as", "boss")
    assert "is deactivated, and can do nothing" in said
    assert "there is no account nobody" in await refused(url, "users", "activate", "ann", "--as", "nobody")
    assert (await db.users.get(id=user)).role == "researcher"


async def test_the_operator_is_no_word_of_the_environment(
    db: Database, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, "somebody-else")
    assert getpass.getuser() == "somebody-else"
    await done(url, "users", "add", "ann@lab.example", "ann", "--no-password")
    (entry,) = [each for each in await audited(db, "users") if each["action"] == "create"]
    assert "somebody-else" not in entry["actor"]


async def test_everything_about_a_person_is_written_for_the_operator_only(
    db: Database, url: str, tmp_path: Path
) -> None:
    user = await made(db)
    there, key = await signed_in(db), await identity.make_key(db, user, "ci")
    printed = await done(url, "users", "export", "ann")
    assert "ann@lab.example" in printed
    json.loads(printed)
    file = tmp_path / "ann.json"
    assert await done(url, "users", "export", "ann", "--output", str(file)) == (
        f"everything about ann (ann@lab.example) is in {file}\n"
    )
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "ann@lab.example" in file.read_text()
    assert list(tmp_path.glob(".ann.json*")) == []
    for text in (printed, file.read_text()):
        for secret in (there.token, key.key, PASSWORD, 'password_hash": "$'):
            assert secret not in text
    assert "--overwrite replaces it" in await refused(url, "users", "export", "ann", "--output", str(file))
    await done(url, "users", "export", "ann", "--output", str(file), "--overwrite")
    nowhere = tmp_path / "none" / "ann.json"
    await refused(url, "users", "export", "ann", "--output", str(nowhere))
    assert len([each for each in await audited(db) if each["action"] == "personal_read"]) >= 3


async def test_a_person_is_erased(db: Database, url: str, tmp_path: Path) -> None:
    user = await made(db)
    there = await signed_in(db)
    ledger = tmp_path / "erasures.jsonl"
    words = ("users", "erase", "ann", "--reason", "account-closed", "--ledger", str(ledger))
    without = await call(url, *words)
    assert (without.exit_code, without.stdout) == (2, "")
    assert (await db.users.get(id=user)).username == "ann"
    result = await call(url, *words, "--yes")
    assert result.exit_code == 0, result.output
    assert re.fullmatch(
        rf"the personal data of {user} is erased: in [1-9] rows, and in [1-9] rows of the audit trail\n", result.stdout
    )
    assert result.stderr == ""
    row = await db.users.get(id=user)
    assert (row.username, row.email, row.active) != ("ann", "ann@lab.example", True)
    assert not row.active
    assert str(user) in ledger.read_text()
    assert "ann@lab.example" not in ledger.read_text()
    assert "ann@lab.example" not in str(await audited(db))
    with pytest.raises(identity.TokenRefused):
        await identity.session_of(db, there.token)
    assert await done(url, "users", "replay", str(ledger)) == (
        "0 accounts erased again, 1 were erased already, 0 are not in this database\n"
    )
    await made(db, "bob")
    result = await call(url, "users", "erase", "bob", "--yes")
    assert (result.exit_code, result.stderr) == (
        0, "no --ledger was given: a backup from before that is restored brings it back\n"
    )  # fmt: skip
    again = await done(url, "users", "erase", str(user), "--yes")
    assert again == f"the personal data of {user} was erased before, and nothing of it was left\n"
    said = await refused(url, "users", "erase", str(user), "--yes", "--reason", "Ann asked")
    assert "--reason is a code" in said


async def test_where_there_is_no_database_none_is_made(empty_url: str) -> None:
    for words in (
        ("list",),
        ("show", "ann"),
        ("role", "ann", "user", "--yes"),
        ("add", "a@b.example", "a", "--no-password"),
    ):
        assert missing(empty_url) in await refused(empty_url, "users", *words)


def asked(there: Terminal, what: bytes, answer: bytes, since: int = 0) -> int:
    """Answer a question when it is on the screen."""
    place = there.wait_for(what, since)
    os.write(there.master, answer)
    return place


async def test_a_password_is_asked_for_twice_and_never_shown(db: Database, url: str) -> None:
    with terminal("users", "add", "ann@lab.example", "ann", "--url", url) as there:
        place = asked(there, b"Password: ", f"{PASSWORD}\n".encode())
        place = asked(there, b"Repeat for confirmation: ", f"{OTHER}\n".encode(), place)
        place = asked(there, b"do not match", b"", place)
        place = asked(there, b"Password: ", f"{OTHER}\n".encode(), there.output.rindex(b"match"))
        there.wait_for(b"Repeat for confirmation: ", place)
        assert there.press(f"{OTHER}\n".encode()) == 0, there.output
    assert b"account ann (ann@lab.example) is made, as user" in there.output
    assert PASSWORD.encode() not in there.output
    assert OTHER.encode() not in there.output
    assert await sign_in_works(db, OTHER)


async def test_a_question_says_what_ends_and_no_leaves_it(db: Database, url: str) -> None:
    user = await made(db)
    there_token = await signed_in(db)
    questions: tuple[tuple[tuple[str, ...], bytes], ...] = (
        (("deactivate", "ann"), b"Deactivate ann (ann@lab.example), user? That ends 1 session and 0 keys."),
        (("role", "ann", "admin"), b"Make ann (ann@lab.example) admin instead of user? That ends 1 session."),
        (("erase", "ann", "--reason", "asked"), b"That ends 1 session and 0 keys, and cannot be undone."),
    )
    for words, question in questions:
        with terminal("users", *words, "--url", url, columns=200) as there:
            there.wait_for(question)
            there.wait_for(b"[y/N]: ")
            assert there.press(b"n\n") == 1, there.output
    row: Any = await db.users.get(id=user)
    assert (row.username, row.role, row.active) == ("ann", "user", True)
    assert (await identity.session_of(db, there_token.token)).session_id == there_token.session_id
    with terminal("users", *questions[0][0], "--url", url, columns=200) as there:
        there.wait_for(b"[y/N]: ")
        assert there.press(b"y\n") == 0, there.output
    assert not (await db.users.get(id=user)).active


async def test_ctrl_c_ends_a_prompt_at_once(db: Database, url: str) -> None:
    with terminal("users", "add", "ann@lab.example", "ann", "--url", url) as there:
        there.wait_for(b"Password: ")
        os.killpg(there.program.pid, signal.SIGINT)
        assert there.press(b"") == 1
    assert b"Traceback" not in there.output
    assert b"Aborted!" in there.output
    assert await db.users.list() == []


def test_every_option_has_help_and_no_line_of_the_lists_is_cut() -> None:
    check_help(group, "users")
