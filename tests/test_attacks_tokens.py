"""Tokens and keys that were tampered with, made up, taken from elsewhere, or chosen by the client: each is refused."""

from __future__ import annotations

import string
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from identity_accounts import FAST, PASSWORD, account
from plainbase import Database
from plainbase.platform import identity
from plainbase.platform.identity.tokens import BASE62, CHECKSUM, checksum, new_key, new_token

ADDRESS = "ada@example.org"


def another(char: str) -> str:
    return "x" if char != "x" else "y"


def wide(char: str) -> str:
    """The same letter or digit elsewhere in Unicode, as isalnum() and int() take it."""
    if char in string.digits:
        return chr(0x0660 + int(char))
    return chr(ord(char) + 0xFEE0) if char in string.ascii_letters else "\u2010"


def tampered(token: str) -> Iterator[str]:
    """A token with each character another, or looking alike; cut, longer, with something around it, in another case."""
    for place, char in enumerate(token):
        yield token[:place] + another(char) + token[place + 1 :]
        yield token[:place] + wide(char) + token[place + 1 :]
        yield token[:place]
        yield token[:place] + token[place + 1 :]
    for char in "\0", " ", "\n", "\r\n", "'", '"', "%", "_", "é", token[-1]:
        yield token + char
        yield char + token
    yield from (token.upper(), token.lower(), token.swapcase(), token * 2, token * 40_000, token[::-1])
    yield "".join(map(wide, token))


NO_TEXTS: tuple[Any, ...] = (None, b"pbs_", 0, True, [], {}, object(), uuid4(), 1.5, float("nan"))


async def refused(calls: list[Any]) -> None:
    """Each is refused, in the same words whatever is wrong."""
    told = set()
    for call in calls:
        with pytest.raises(identity.TokenRefused) as caught:
            await call
        told.add(str(caught.value))
    assert told == {str(identity.TokenRefused())}


async def test_a_session_s_token_with_any_character_changed_is_refused(db: Database) -> None:
    await account(db)
    signed = await identity.log_in(db, ADDRESS, PASSWORD, passwords=FAST)
    wrong = {each for each in tampered(signed.token) if each != signed.token}
    assert len(wrong) > 150
    await refused([identity.session_of(db, each) for each in wrong])
    await refused([identity.rotate(db, each) for each in list(wrong)[:40]])
    for each in wrong:
        assert await identity.log_out(db, each) is False
    await refused([identity.session_of(db, each) for each in (*NO_TEXTS, signed.token.encode())])
    assert (await identity.session_of(db, signed.token)).session_id == signed.session_id


async def test_a_mailed_token_with_any_character_changed_is_refused(db: Database) -> None:
    made = await account(db)
    mailed = await identity.request_verification(db, made.id)
    wrong = {each for each in tampered(mailed.token) if each != mailed.token}
    await refused([identity.verify_email(db, each) for each in (*wrong, *NO_TEXTS, mailed.token.encode())])
    assert not (await db.users.get(id=made.id)).email_verified
    await identity.verify_email(db, mailed.token)
    assert (await db.users.get(id=made.id)).email_verified


async def test_a_key_with_any_character_changed_is_refused(db: Database) -> None:
    made = await account(db)
    key = (await identity.make_key(db, made.id, "ci", scopes=["*"])).key
    wrong = {each for each in tampered(key) if each != key}
    await refused([identity.key_of(db, each) for each in (*wrong, *NO_TEXTS, key.encode())])
    assert (await identity.key_of(db, key)).id == made.id


async def test_a_key_whose_checksum_was_made_right_needs_the_secret(db: Database) -> None:
    """Whoever knows how a checksum is made gets no further: each character of the secret, and the id, counts."""
    made = await account(db)
    key = (await identity.make_key(db, made.id, "ci", scopes=["*"])).key
    body = key[:-CHECKSUM]
    assert key == body + checksum(body)
    wrong = [
        changed + checksum(changed)
        for place in range(len("pb_"), len(body))
        for changed in [body[:place] + another(body[place]) + body[place + 1 :]]
        if body[place] != "_"
    ]
    assert len(wrong) == 12 + 43
    await refused([identity.key_of(db, each) for each in wrong])
    assert set(key[3:]) <= {*BASE62, "_"}


async def test_a_public_id_of_another_is_no_use_with_ones_own_secret(db: Database) -> None:
    ada, eve = await account(db), await account(db, "eve")
    theirs = await identity.make_key(db, ada.id, "theirs", scopes=["*"])
    mine = await identity.make_key(db, eve.id, "mine", scopes=["*"])
    _, _, secret = mine.key[:-CHECKSUM].split("_")
    forged = f"pb_{theirs.public_id}_{secret}"
    await refused([identity.key_of(db, forged + checksum(forged))])
    assert (await identity.key_of(db, mine.key)).id == eve.id


async def test_a_token_is_good_for_its_own_purpose_alone(db: Database) -> None:
    """A mailed one is no session, a session's no mailed one, a verification no reset; by their prefix and their row."""
    made = await account(db)
    signed = await identity.log_in(db, ADDRESS, PASSWORD, passwords=FAST)
    verification = await identity.request_verification(db, made.id)
    reset = await identity.request_reset(db, ADDRESS)
    key = await identity.make_key(db, made.id, "ci", scopes=["*"])
    assert reset is not None
    new = "a new river bed at dawn"
    for mailed in (verification.token, reset.token):
        as_session = "pbs_" + mailed[4:]
        await refused([identity.session_of(db, each) for each in (mailed, as_session, key.key)])
        await refused([identity.key_of(db, each) for each in (mailed, as_session, signed.token)])
    as_mailed = "pbt_" + signed.token[4:]
    for other in (signed.token, as_mailed, key.key, verification.token):
        await refused([identity.reset_password(db, other, new, passwords=FAST)])
    await refused([identity.verify_email(db, other) for other in (signed.token, as_mailed, key.key, reset.token)])
    # What was tried elsewhere is neither used up nor good for more.
    assert (await identity.session_of(db, signed.token)).user_id == made.id
    assert await identity.verify_email(db, verification.token) == made.id
    assert await identity.reset_password(db, reset.token, new, passwords=FAST) == made.id


async def test_what_is_stored_is_no_token(db: Database) -> None:
    """Who reads the database, or a backup, has hashes: none of them opens anything."""
    made = await account(db)
    signed = await identity.log_in(db, ADDRESS, PASSWORD, passwords=FAST)
    key = await identity.make_key(db, made.id, "ci", scopes=["*"])
    (session,) = await db.fetch_all("SELECT token_hash FROM sessions")
    (kept,) = await db.fetch_all("SELECT key_hash FROM api_keys")
    (person,) = await db.fetch_all("SELECT password_hash FROM users")
    token_hash, key_hash = bytes(session.token_hash), bytes(kept.key_hash)
    assert token_hash != signed.token.encode()
    for stored in (token_hash.hex(), "pbs_" + token_hash.hex()[:43], "pbs_" + key_hash.hex()[:43]):
        await refused([identity.session_of(db, stored)])
    body = f"pb_{key.public_id}_{key_hash.hex()[:43]}"
    await refused([identity.key_of(db, body + checksum(body))])
    with pytest.raises(identity.LoginFailed):
        await identity.authenticate(db, ADDRESS, person.password_hash, passwords=FAST)


async def test_a_token_that_the_client_chose_is_never_taken(db: Database) -> None:
    """Session fixation: a token that an attacker made up or planted is nobody's, before a login and after it."""
    await account(db)
    planted, _ = new_token("pbs_")
    await refused([identity.session_of(db, planted)])
    signed = await identity.log_in(db, ADDRESS, PASSWORD, replaces=planted, passwords=FAST)
    assert signed.token != planted
    await refused([identity.session_of(db, planted), identity.rotate(db, planted)])
    assert await db.fetch_value("SELECT count(*) FROM sessions") == 1
    forged, _ = new_key()
    await refused([identity.key_of(db, forged)])


async def test_an_attacker_s_own_session_does_not_become_the_victim_s(db: Database) -> None:
    """Session fixation with a live session: it ends at the login in its place, and is not the victim's."""
    await account(db)
    await account(db, "eve")
    planted = await identity.log_in(db, "eve@example.org", PASSWORD, passwords=FAST)
    signed = await identity.log_in(db, ADDRESS, PASSWORD, replaces=planted.token, passwords=FAST)
    assert signed.token != planted.token
    assert signed.session_id != planted.session_id
    await refused([identity.session_of(db, planted.token), identity.rotate(db, planted.token)])
    assert (await identity.session_of(db, signed.token)).user_id == signed.user_id


async def test_no_two_tokens_are_alike(db: Database) -> None:
    """Nothing of a token is told by another: no counter, no time, no part in common but the prefix."""
    tokens = [new_token("pbs_")[0] for _ in range(2000)] + [new_key()[0] for _ in range(2000)]
    assert len(set(tokens)) == len(tokens)
    for start, end in ((0, 2000), (2000, 4000)):
        parts = [token[4:47] if start == 0 else token[16:59] for token in tokens[start:end]]
        for place in range(43 - (start == 0)):  # the last of 43 characters of base64 holds 4 bits only
            assert len({part[place] for part in parts}) == (64 if start == 0 else 62), place
