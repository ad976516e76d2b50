"""Guessing: how many tries are looked at, of one account and from one address, however many come at once."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path
from typing import Any

import argon2
import pytest

from identity_accounts import FAST, PASSWORD, SLOW, account, events, pass_time
from plainbase import Database, ParameterError
from plainbase.platform import identity
from plainbase.platform.identity import LIMITS, Limits, LoginFailed, Pace
from plainbase.platform.identity.guessing import place_of

GUESSER = Path(__file__).with_name("guessing_process.py")
FREE = SLOW.account.free


async def reason(db: Database, email: str = "ada@example.org", password: str = "a guess", **more: Any) -> str | None:
    """Why a try failed; None where it did not."""
    try:
        await identity.authenticate(db, email, password, **{"passwords": FAST, "limits": SLOW, **more})
    except LoginFailed as error:
        return error.reason
    return None


def test_waits_double_up_to_the_longest() -> None:
    pace = Pace(free=3, window=100, first=10, longest=60)
    assert [pace.wait(n) for n in (0, 2, 3, 4, 5, 6, 1_000)] == [0, 0, 10, 20, 40, 60, 60]
    assert LIMITS.account.wait(5) == 10
    waited, tries = 0.0, 0
    while waited < 86_400:
        waited, tries = waited + LIMITS.account.wait(tries), tries + 1
    assert tries < 40  # in a day
    for wrong in ({"free": 0}, {"first": 0}, {"longest": 5}, {"window": 0}):
        with pytest.raises(ParameterError):
            Pace(**{"free": 1, "window": 10, "first": 10, "longest": 60, **wrong})


@pytest.mark.parametrize("email", ["ada@example.org", "nobody@example.org", "no address"])
async def test_fifty_at_once_are_not_looked_at_more_often_than_is_free(
    db: Database, email: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await account(db)
    verified = 0
    real = argon2.low_level.verify_secret

    def verify(stored: bytes, secret: bytes, kind: argon2.Type) -> bool:
        nonlocal verified
        verified += 1
        return real(stored, secret, kind)

    monkeypatch.setattr(argon2.low_level, "verify_secret", verify)
    reasons = await asyncio.gather(*(reason(db, email, ip_address=f"192.0.2.{n}") for n in range(50)))
    assert reasons.count("too many tries") == 50 - FREE
    assert verified == FREE
    assert await db.fetch_value("SELECT count(*) FROM login_attempts") == FREE
    assert await db.fetch_value("SELECT sum(refused) FROM login_attempts") == 50 - FREE
    # The log has a row for each that was looked at, and one for all that were turned away because of the last.
    turned_away = [details for _, _, details in await events(db, "login_failed")]
    assert turned_away.count({"reason": "too many tries"}) == 1
    assert len(turned_away) == FREE + 1


async def test_two_processes_count_together(db: Database, url: str) -> None:
    await account(db)
    guessers = [await guesser(url, 25) for _ in range(2)]
    for process in guessers:
        assert process.stdin is not None
        process.stdin.write(b"go\n")
    told = [(await process.communicate())[0].split() for process in guessers]
    assert [process.returncode for process in guessers] == [0, 0]
    assert sum(int(verified) for verified, _ in told) == FREE
    assert sum(int(refused) for _, refused in told) == 50 - FREE


async def test_what_is_turned_away_lengthens_nothing(db: Database) -> None:
    await account(db)
    assert [await reason(db) for _ in range(FREE)] == ["wrong password"] * FREE
    for _ in range(5):
        assert await reason(db, password=PASSWORD) == "too many tries"
        await pass_time(db, "login_attempts", SLOW.account.first / 5 + 1)
    assert await reason(db, password=PASSWORD) is None


async def test_each_failure_doubles_the_wait_until_the_owner_signs_in(db: Database) -> None:
    await account(db)
    for _ in range(FREE):
        await reason(db)
    for wait in (1_000, 2_000, 3_000):
        await pass_time(db, "login_attempts", 0)
        limits = Limits(Pace(FREE, 1e9, 1_000, 3_000), SLOW.address)
        await pass_time(db, "login_attempts", wait - 50)
        assert await reason(db, limits=limits) == "too many tries"
        await pass_time(db, "login_attempts", 51)
        assert await reason(db, limits=limits) == "wrong password"
    await pass_time(db, "login_attempts", 3_001)
    assert await reason(db, password=PASSWORD, limits=limits) is None
    assert [await reason(db, limits=limits) for _ in range(FREE + 1)] == ["wrong password"] * FREE + ["too many tries"]


async def test_strangers_cannot_lock_the_owner_out(db: Database) -> None:
    await account(db)
    assert await reason(db, password=PASSWORD, ip_address="2001:db8:1:2::3") is None
    for number in range(FREE + 3):
        await reason(db, ip_address=f"192.0.2.{number}")
    assert await reason(db, password=PASSWORD, ip_address="203.0.113.1") == "too many tries"
    # The owner's own address, and another one of the same network of 64 bits.
    assert await reason(db, password=PASSWORD, ip_address="2001:db8:1:2::9") is None
    # Which lets nobody else in sooner.
    assert await reason(db, password=PASSWORD, ip_address="203.0.113.1") == "too many tries"
    # And guesses from the owner's address are counted, too.
    guesses = [await reason(db, ip_address="2001:db8:1:2::3") for _ in range(FREE + 1)]
    assert guesses == ["wrong password"] * FREE + ["too many tries"]
    await pass_time(db, "login_attempts", 31 * 86_400)
    assert [await reason(db, ip_address="2001:db8:1:2::3") for _ in range(FREE + 1)] == guesses  # a stranger by now


async def test_one_address_is_slowed_whatever_accounts_it_tries(db: Database) -> None:
    await account(db)
    most = SLOW.address.free
    assert {await reason(db, f"user{n}@example.org", ip_address="192.0.2.1") for n in range(most)} == {
        "unknown account"
    }
    assert await reason(db, password=PASSWORD, ip_address="::ffff:192.0.2.1") == "too many tries"
    assert await reason(db, password=PASSWORD, ip_address="192.0.2.2") is None
    assert await reason(db, password=PASSWORD) is None


async def test_a_login_of_ones_own_does_not_make_an_address_good(db: Database) -> None:
    await account(db)
    await account(db, "eve")
    for number in range(SLOW.address.free):
        await reason(db, f"user{number}@example.org", ip_address="192.0.2.1")
        if number % 10 == 0:
            assert await reason(db, "eve@example.org", PASSWORD, ip_address="192.0.2.1") is None
    assert await reason(db, "eve@example.org", PASSWORD, ip_address="192.0.2.1") == "too many tries"


async def test_an_administrator_and_a_reset_unlock(db: Database) -> None:
    made = await account(db)
    for _ in range(FREE + 1):
        await reason(db)
    assert await identity.unlock(db, made.id, actor=made.id) == FREE
    assert await events(db, "unlock") == [("unlock", str(made.id), {"attempts": FREE})]
    assert await reason(db, password=PASSWORD) is None
    for _ in range(FREE + 1):
        await reason(db)
    token = await identity.request_reset(db, "ada@example.org")
    assert token is not None
    await identity.reset_password(db, token.token, "a new river bed", passwords=FAST)
    assert await reason(db, password="a new river bed") is None


@pytest.mark.parametrize(
    ("given", "place"),
    [
        (None, None),
        ("192.0.2.1", "192.0.2.1"),
        (" 192.0.2.1 ", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:DB8:1:2:3::4", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("unix", "unix"),
        ("", None),
        ("' OR 1=1 --", "' OR 1=1 --"),
    ],
)
def test_an_address_is_counted_by_what_one_machine_has(given: str | None, place: str | None) -> None:
    assert place_of(given) == place


async def guesser(url: str, tries: int) -> Process:
    """A process that is ready to guess."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(GUESSER), url, "ada@example.org", str(tries), stdin=PIPE, stdout=PIPE
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"ready\n"
    return process
