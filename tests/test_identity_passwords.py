"""Hashing passwords: the work that is done, where it is done, and which passwords are taken at all."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import argon2
import pytest

from plainbase import ParameterError, PoolTimeout
from plainbase.platform.identity import OWASP, Passwords, WeakPassword
from plainbase.platform.identity.strength import check_strength

LARGER = Passwords(memory_kib=128, passes=2)


async def test_a_hash_is_argon2id_with_its_parameters_and_a_salt_of_its_own() -> None:
    passwords = Passwords(memory_kib=64, passes=3, lanes=2)
    one, two = [await passwords.hash("correct horse") for _ in range(2)]
    assert one.startswith("$argon2id$v=19$m=64,t=3,p=2$")
    assert one != two
    assert argon2.PasswordHasher().verify(one, "correct horse")  # another program can check it
    assert await passwords.matches(one, "correct horse")
    assert not await passwords.matches(one, "correct hors")
    assert (OWASP.memory_kib, OWASP.passes, OWASP.lanes) == (19_456, 2, 1)


async def test_equal_texts_are_one_password_however_they_are_written() -> None:
    made = await LARGER.hash("cafe\u0301 \ufb01n de si\u00e8cle")
    assert await LARGER.matches(made, "caf\u00e9 fin de sie\u0300cle")


async def test_hashes_of_less_work_are_made_anew_and_never_of_more() -> None:
    made = await LARGER.hash("correct horse")
    for memory_kib, passes, lanes, anew in (
        (128, 2, 1, False),
        (129, 2, 1, True),
        (128, 3, 1, True),
        (128, 2, 2, True),
        (127, 2, 1, False),
        (128, 1, 1, False),
        (64, 2, 8, False),
        (300, 1, 1, True),  # more memory in fewer passes, more work
        (64, 3, 1, False),
    ):
        passwords = Passwords(memory_kib=memory_kib, passes=passes, lanes=lanes)
        assert passwords.needs_rehash(made) is anew, (memory_kib, passes, lanes)
    older = argon2.PasswordHasher(time_cost=9, memory_cost=1024, type=argon2.Type.I).hash("correct horse")
    assert LARGER.needs_rehash(older)
    assert await LARGER.matches(older, "correct horse")


@pytest.mark.parametrize("stored", [None, "", "hash", "$argon2id$v=19$m=64,t=1,p=1$x", "$2b$12$abcdefghijklmnopqrstuv"])
async def test_without_a_usable_hash_nobodys_is_verified_in_these_parameters(
    stored: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified = watch(monkeypatch)
    assert not await LARGER.matches(stored, "correct horse")
    assert [argon2.extract_parameters(each) for each in verified] == [
        argon2.extract_parameters(await LARGER.hash("correct horse"))
    ]


@pytest.mark.parametrize("password", ["x" * 4_097, "\ud800 half a pair", "é" * 2_049, "\ufdfa" * 1_300])
async def test_a_password_that_nobody_has_costs_as_much_as_any(password: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made = await LARGER.hash("correct horse")
    nothing = await LARGER.hash("")
    verified = watch(monkeypatch)
    assert not await LARGER.matches(made, password)
    assert not await LARGER.matches(nothing, password)
    assert verified == [made, nothing]
    with pytest.raises(WeakPassword):
        await LARGER.hash(password)


async def test_it_is_done_off_the_loop_by_so_many_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    passwords = Passwords(memory_kib=64, passes=1, threads=2, waiting=3)
    made = await passwords.hash("correct horse")
    gate, working = threading.Semaphore(0), Working(monkeypatch)
    working.gate = gate
    tries = [asyncio.create_task(passwords.matches(made, "correct horse")) for _ in range(5)]
    await working.until(2)
    with pytest.raises(PoolTimeout) as caught:
        await passwords.matches(made, "correct horse")
    assert caught.value.retryable
    with pytest.raises(PoolTimeout):
        passwords.check_room()
    assert working.threads == 2  # the others wait
    gate.release(5)
    assert await asyncio.gather(*tries) == [True] * 5
    assert threading.current_thread().name not in working.names
    assert len(working.names) == 2
    passwords.check_room()


async def test_whoever_is_cancelled_while_waiting_leaves_the_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    passwords = Passwords(memory_kib=64, passes=1, threads=1, waiting=2)
    made = await passwords.hash("correct horse")
    working = Working(monkeypatch)
    working.gate = threading.Semaphore(0)
    running, one, two = [asyncio.create_task(passwords.matches(made, "correct horse")) for _ in range(3)]
    await working.until(1)
    one.cancel()
    two.cancel()
    await asyncio.wait([one, two])
    passwords.check_room()
    again = [asyncio.create_task(passwords.matches(made, "correct horse")) for _ in range(2)]
    await asyncio.sleep(0)
    running.cancel()
    await asyncio.wait([running])
    working.gate.release(9)
    assert await asyncio.gather(*again) == [True, True]
    assert working.begun == 3  # the two that were cancelled were never hashed


def test_nothing_runs_before_the_first_password() -> None:
    before = threading.active_count()
    passwords = Passwords()
    assert threading.active_count() == before
    assert repr(passwords) == "Passwords(memory_kib=19456, passes=2, lanes=1, threads=2, waiting=100)"


@pytest.mark.parametrize(
    "wrong", [{"memory_kib": 7}, {"memory_kib": 64, "lanes": 9}, {"passes": 0}, {"threads": True}, {"waiting": -1}]
)
def test_parameters_that_argon2_has_not_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ParameterError):
        Passwords(**wrong)


@pytest.mark.parametrize(
    "password",
    [
        "eleven char",
        "x" * 1_025,
        "x" * 5_000,
        "passwordpassword",
        "Correct Horse Battery Staple",
        "QWERTYUIOP12",
        "abababababab",
        "zzzzzzzzzzzzzzzz",
        "abcdefghijklm",
        "lkjihgfedcba",
        "Ada Lovelace",
        "adalovelace1843",
        "ada@lab.example",
        "lovelace@LAB.example!",
        "\U0001d429\U0001d41a\U0001d42c\U0001d42cword1234",  # mathematical letters, which NFKC makes plain
    ],
)
def test_a_password_that_is_guessed_first_is_refused(password: str) -> None:
    with pytest.raises(WeakPassword) as caught:
        check_strength(password, email="ada@lab.example", username="Ada Lovelace")
    assert password not in str(caught.value)


@pytest.mark.parametrize("password", ["twelve chars", "x1" * 3 + "quiet river", "пароль из слов", "   spaces count   "])
def test_length_is_all_that_is_asked(password: str) -> None:
    check_strength(password, email="ada@lab.example", username="Ada Lovelace")


def watch(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The hashes that argon2 verifies from now on."""
    verified: list[str] = []
    real = argon2.low_level.verify_secret

    def verify(stored: bytes, secret: bytes, kind: argon2.Type) -> bool:
        verified.append(stored.decode())
        return real(stored, secret, kind)

    monkeypatch.setattr(argon2.low_level, "verify_secret", verify)
    return verified


class Working:
    """Verifications as they begin, each waiting for its turn of the gate."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.gate = threading.Semaphore(0)
        self.names: set[str] = set()
        self.begun = 0
        real = argon2.low_level.verify_secret

        def verify(stored: bytes, secret: bytes, kind: argon2.Type) -> bool:
            self.names.add(threading.current_thread().name)
            self.begun += 1
            assert self.gate.acquire(timeout=30)
            return real(stored, secret, kind)

        monkeypatch.setattr(argon2.low_level, "verify_secret", verify)

    @property
    def threads(self) -> int:
        return len(self.names)

    async def until(self, begun: int) -> None:
        """Wait until so many have begun."""
        async with asyncio.timeout(30):
            while self.begun < begun:
                await asyncio.sleep(0.001)
