"""A whole story with every secret that there is, everything logged at DEBUG: each is shown once, and nowhere else."""

from __future__ import annotations

import json
import logging
import re
import traceback
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

import plainbase
from account_commands import call
from identity_accounts import FAST, SLOW
from plainbase import Actor, Database, PlainbaseError
from plainbase.platform import audit, identity, personal
from plainbase.platform.identity.tokens import SESSION, key_parts, token_hash
from plainbase.platform.personal import FieldCipher, erase_user, export_user

ADDRESS = "ada@example.org"
RIGHT, WRONG, NEXT, LAST, SHORT = (
    "correct-horse-Zq7",
    "wrong-mule-Xk3-ever",
    "next-donkey-Wv9-here",
    "last-zebra-Pj5-today",
    "Hx-short-4",
)
ONCE = "story-of-cli-Rt6-word"
PLAIN = "the-encrypted-note-Mn2"


class Story:
    """What is told on the way, and what must not be told."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.told: list[object] = []
        self.never: dict[str, str] = dict.fromkeys((RIGHT, WRONG, NEXT, LAST, SHORT, ONCE), "a password")
        db.on("query", self.heard)

    def heard(self, event: Any) -> None:
        self.told.append(event)

    def secret(self, text: str, what: str) -> str:
        """Keep a secret; also the parts of a key, and what is stored of a token."""
        self.never[text] = what
        hashed = token_hash(text, text[:4]) if text[:4] in ("pbs_", "pbt_") else None
        parts = key_parts(text)
        if parts is not None:
            self.never[text[16:-6]] = f"the secret of {what}"
            hashed = parts.key_hash
        if hashed is not None:
            self.never[hashed.hex()] = f"the hash of {what}"
            self.never[repr(hashed)[2:-1]] = f"the hash of {what}"
        return text

    async def fails(self, work: Any, *kinds: type[BaseException]) -> None:
        """An error is told as a log or a debugger would: with what it was raised from, and all its attributes."""
        with pytest.raises(kinds or PlainbaseError) as caught:
            await work
        error: BaseException | None = caught.value
        self.told.append("".join(traceback.format_exception(caught.value)))
        self.told.append("".join(traceback.TracebackException.from_exception(caught.value, compact=True).format()))
        while error is not None:
            self.told += [str(error), repr(error), error.args, dict(vars(error)), getattr(error, "detail", None)]
            error = error.__cause__ or error.__context__

    def found(self, *more: object) -> set[str]:
        """The secrets that were told, by what they are."""
        text = "\n".join(f"{each!r}\n{each}" for each in (*self.told, *more))
        found = {f"{what}: {secret[:12]}…" for secret, what in self.never.items() if secret in text}
        if re.search(r"\$argon2id?\$v=\d+\$m=\d+,t=\d+,p=\d+\$[A-Za-z0-9+/]{8}", text):
            found.add("the hash of a password")
        return found


@pytest.fixture
async def story(url: str, caplog: pytest.LogCaptureFixture) -> AsyncIterator[Story]:
    caplog.set_level(logging.DEBUG)
    for name in ("plainbase", "asyncpg", "aiosqlite", "asyncio"):
        caplog.set_level(logging.DEBUG, name)
    async with plainbase.open(url, pool_size=2, debug=True) as db:
        yield Story(db)


async def told_by_identity(story: Story) -> UUID:
    """Accounts, sessions, keys and mailed tokens: made, used, changed, refused."""
    db, told = story.db, story.told
    made = await identity.create_user(db, ADDRESS, "ada", RIGHT, role="researcher", passwords=FAST)
    root = await identity.create_user(db, "root@example.org", "root", RIGHT, role="admin", passwords=FAST)
    signed = await identity.log_in(db, ADDRESS, RIGHT, ip_address="192.0.2.7", user_agent="curl", passwords=FAST)
    session = await identity.session_of(db, story.secret(signed.token, "a session's token"))
    again = await identity.rotate(db, signed.token)
    story.secret(again.token, "a rotated session's token")
    key = await identity.make_key(db, made.id, "ci", scopes=["read:*"])
    story.secret(key.key, "a key")
    other = await identity.rotate_key(db, key.id)
    story.secret(other.key, "a rotated key")
    actor = await identity.key_of(db, key.key)
    reset = await identity.request_reset(db, ADDRESS)
    verification = await identity.request_verification(db, made.id)
    assert reset is not None
    story.secret(reset.token, "a reset token")
    story.secret(verification.token, "a verification token")
    told += [made, root, signed, session, again, key, other, actor, reset, verification, FAST, identity.OWASP]
    told += [await identity.list_keys(db, made.id), await identity.list_sessions(db, made.id)]
    await story.fails(identity.session_of(db, signed.token))
    await story.fails(identity.rotate(db, signed.token))
    await story.fails(identity.authenticate(db, ADDRESS, WRONG, passwords=FAST, limits=SLOW))
    await story.fails(identity.authenticate(db, WRONG, WRONG, passwords=FAST, limits=SLOW))
    await story.fails(identity.change_password(db, made.id, WRONG, NEXT, passwords=FAST))
    await story.fails(identity.create_user(db, "eve@example.org", "eve", SHORT, passwords=FAST))
    await story.fails(identity.create_user(db, ADDRESS, "eve", NEXT, passwords=FAST))
    await story.fails(identity.create_user(db, "eve@example.org", "eve", NEXT, role="root", passwords=FAST))
    await story.fails(identity.reset_password(db, reset.token, SHORT, passwords=FAST))
    await story.fails(identity.key_of(db, key.key[:-1]))
    await story.fails(identity.verify_email(db, reset.token))
    await story.fails(identity.log_in(db, ADDRESS, RIGHT.encode(), passwords=FAST))  # type: ignore[arg-type]
    await story.fails(identity.session_of(db, reset.token))
    await identity.change_password(db, made.id, RIGHT, NEXT, passwords=FAST)
    await story.fails(identity.reset_password(db, reset.token, LAST, passwords=FAST))
    mailed = await identity.request_reset(db, ADDRESS)
    assert mailed is not None
    await identity.reset_password(db, story.secret(mailed.token, "a reset token"), LAST, passwords=FAST)
    await identity.verify_email(db, verification.token)
    await identity.set_password(db, made.id, RIGHT, actor=root.id, passwords=FAST)
    await identity.revoke_key(db, other.id)
    await story.fails(identity.key_of(db, other.key))
    found: UUID = made.id
    return found


async def told_by_the_engine(story: Story, user_id: UUID) -> None:
    """Errors of each kind at statements that carry hashes: constraints, types, times, cancelled transactions."""
    db = story.db
    hashes = {"hash": "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHRzb21l$aGFzaGhhc2g", "id": uuid4(), "other": user_id}
    for sql in (
        "INSERT INTO users (id, email, username, password_hash, role) VALUES (:id, 'e@e.org', 'e', :hash, 'root')",
        "INSERT INTO users (id, email, username, password_hash) VALUES (:other, 'e@e.org', 'e', :hash)",
        "INSERT INTO users (id, email, username, password_hash) VALUES (:id, NULL, 'e', :hash)",
        "UPDATE users SET password_hash = :hash, role = 'root' WHERE id = :other",
        "UPDATE users SET password_hash = :hash, no_such_column = 1 WHERE id = :other",
    ):
        given = {name: value for name, value in hashes.items() if f":{name}" in sql}
        await story.fails(db.execute(sql, given))
    await story.fails(db.users.get_credentials(email=ADDRESS, password=RIGHT))
    await story.fails(db.users.set_password_hash(id="no id", password_hash=hashes["hash"]))
    token = story.secret(identity.tokens.new_token(SESSION)[0], "a token of nobody")
    hashed = token_hash(token, SESSION)
    for user in (uuid4(), None):
        await story.fails(db.sessions.create(user_id=user, token_hash=hashed, idle_seconds=1.0, lifetime_seconds=1.0))
    await story.fails(
        db.api_keys.create(user_id=user_id, public_id="x", key_hash=hashed, name="", scopes=[], lifetime_seconds=1.0)
    )


async def told_by_personal(story: Story, user_id: UUID, tmp_path: Path) -> None:
    """What is given to the person, encrypted, and erased."""
    db = story.db
    key, old = personal.new_key(), personal.new_key()
    for each in (key, old):
        story.never |= {each.hex(): "a cipher's key", repr(each)[2:-1]: "a cipher's key"}
    cipher = FieldCipher({"b": key, "a": old})
    row = uuid4()
    story.never[PLAIN] = "a text that was encrypted"
    text = FieldCipher({"a": old}).encrypt("generations", "prompt", row, PLAIN)
    await db.insert_rows("generations", ("id", "prompt", "response", "model"), [(row, text, "", "m")])
    story.told += [cipher, repr(cipher), text, await personal.rotate(db, cipher)]

    async def opened(box: FieldCipher, sealed: str) -> str:
        return box.decrypt("generations", "prompt", row, sealed)

    await story.fails(opened(FieldCipher({"c": personal.new_key()}), text))
    await story.fails(opened(cipher, text[:-4] + "AAAA"))
    exported = await export_user(db, user_id, actor=Actor(name="operator"))
    story.told += [exported, json.dumps(exported, default=str)]
    await story.fails(erase_user(db, user_id, reason=RIGHT))
    story.told.append(await erase_user(db, user_id, reason="request", ledger=tmp_path / "ledger"))
    story.told.append((tmp_path / "ledger").read_text("utf-8"))


async def told_by_commands(story: Story, url: str) -> None:
    """What the command prints, also where it fails; a key is printed once, alone on standard output."""

    async def command(*words: str, given: str = "") -> Any:
        done = await call(url, *words, given=given)
        story.told += [done.stderr, str(done.exception)]
        return done

    async def prints(*words: str, given: str = "", code: int = 0) -> None:
        done = await command(*words, given=given)
        assert done.exit_code == code, (words[:2], done.output)
        story.told.append(done.stdout)

    await prints("users", "add", "cli@example.org", "cli", "--role", "researcher", "--stdin", given=ONCE + "\n")
    await prints("users", "add", "cli@example.org", "cli2", "--stdin", given=ONCE + "\n", code=1)
    await prints("users", "add", "weak@example.org", "weak", "--stdin", given=SHORT + "\n", code=1)
    await prints("users", "password", "cli", "--stdin", given=LAST + "\n")
    made = await command("keys", "add", "cli", "ci", "--scope", "*")
    key = story.secret(made.stdout.strip(), "a key of the command")
    assert key_parts(key) is not None
    public_id = key.split("_")[1]
    rotated = await command("keys", "rotate", f"pb_{public_id}")
    assert key_parts(story.secret(rotated.stdout.strip(), "a rotated key of the command")) is not None
    await prints("keys", "check", "--stdin", given=key + "\n")
    await prints("keys", "check", "--stdin", given=key[:-1] + "\n", code=1)
    await prints("keys", "add", key, "x", "--scope", "*", code=1)
    await prints("keys", "revoke", key, code=1)
    session = await identity.log_in(story.db, "cli@example.org", LAST, passwords=FAST)
    await prints("sessions", "check", "--stdin", given=story.secret(session.token, "a session's token") + "\n")
    await prints("sessions", "check", "--stdin", given=session.token[:-1] + "\n", code=1)
    for words in (("users", "list"), ("users", "show", "cli"), ("keys", "list", "cli"), ("sessions", "list", "cli")):
        await prints(*words)
        await prints(*words, "--json")
    await prints("users", "export", "cli")
    await prints("audit", "list", "--limit", "500", "--json")
    await prints("audit", "verify")


async def test_no_secret_is_told_anywhere(
    story: Story, url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    db = story.db
    user_id = await told_by_identity(story)
    await told_by_the_engine(story, user_id)
    await told_by_commands(story, url)
    await told_by_personal(story, user_id, tmp_path)
    entries = [dict(row) for row in await db.audit_logs.list(limit=10_000)]
    chain = [dict(row) for row in await db.audit_logs.chain(limit=10_000)]
    out, err = capfd.readouterr()
    logged = [caplog.text, [vars(record) for record in caplog.records], out, err]
    assert len(entries) > 40
    assert "plainbase" in caplog.text
    attempts = [dict(row) for row in await db.fetch_all("SELECT * FROM login_attempts")]
    found = story.found(*logged, entries, chain, attempts, db.query_stats(), repr(db))
    assert found == set()
    assert (await audit.verify(db)).whole
    story.told.append([RIGHT])
    assert story.found() == {f"a password: {RIGHT[:12]}…"}  # the test can see


@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
async def test_the_server_s_log_has_no_password_and_no_token(url: str, engine: str, tmp_path: Path) -> None:
    """With every statement logged: hashes are parameters, which log_parameter_max_length = 0 keeps out; the rest never
    comes to the server."""
    connection = await asyncpg.connect(url)
    try:
        log = Path(await connection.fetchval("SHOW data_directory"), "log")
        if not log.is_file():
            pytest.skip("the server's log is not to be read from here")
        name = await connection.fetchval("SELECT current_database()")
        begin = log.stat().st_size
        await connection.execute(f"ALTER DATABASE {name} SET log_statement = 'all'")
        await connection.execute(f"ALTER DATABASE {name} SET log_parameter_max_length_on_error = -1")
        async with plainbase.open(url, pool_size=2) as db:
            story = Story(db)
            user_id = await told_by_identity(story)
            await told_by_personal(story, user_id, tmp_path)
        with log.open("rb") as file:
            file.seek(begin)
            with_parameters = file.read().decode("utf-8", "replace")
        await connection.execute(f"ALTER DATABASE {name} SET log_parameter_max_length = 0")
        await connection.execute(f"ALTER DATABASE {name} SET log_parameter_max_length_on_error = 0")
        await connection.execute(f"ALTER DATABASE {name} SET log_error_verbosity = 'terse'")
        begin = log.stat().st_size
        async with plainbase.open(url, pool_size=2) as db:
            user = await identity.create_user(db, "bob@example.org", "bob", RIGHT, passwords=FAST)
            await identity.log_in(db, "bob@example.org", RIGHT, passwords=FAST)
            await identity.make_key(db, user.id, "ci")
            with pytest.raises(PlainbaseError):
                await identity.create_user(db, "eve@example.org", "eve", RIGHT, role="root", passwords=FAST)
        with log.open("rb") as file:
            file.seek(begin)
            without = file.read().decode("utf-8", "replace")
    finally:
        for setting in (
            "log_statement",
            "log_parameter_max_length",
            "log_parameter_max_length_on_error",
            "log_error_verbosity",
        ):
            await connection.execute(f"ALTER DATABASE {name} RESET {setting}")
        await connection.close()
    assert "users.create" in with_parameters
    raw = {secret for secret, what in story.never.items() if "hash" not in what}
    assert [secret for secret in raw if secret in with_parameters] == []
    assert "$argon2id$" in with_parameters  # which is why the README names the setting
    assert "users.create" in without
    assert "$argon2id$" not in without
    assert "\\x" not in without
