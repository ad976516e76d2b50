"""Hashing passwords by argon2id, off the event loop and a bounded number at a time."""

from __future__ import annotations

import asyncio
import base64
import os
import secrets
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from plainbase.errors import ParameterError, PoolTimeout
from plainbase.platform.extras import require
from plainbase.platform.identity.errors import WeakPassword
from plainbase.platform.identity.strength import MOST_BYTES, normal_octets

if TYPE_CHECKING:
    from argon2 import Parameters

P = ParamSpec("P")
T = TypeVar("T")

SALT_BYTES = 16
HASH_BYTES = 32
LATEST = 19
"""Argon2's version 1.3, as hashes write it."""


class Passwords:
    """How passwords are hashed: argon2id with so many KiB, passes and lanes (RFC 9106), by so many threads.

    The defaults are OWASP's (Password Storage Cheat Sheet): 19 MiB, 2 passes, 1 lane, some 30 ms. Beyond `threads` at
    work and `waiting` more, PoolTimeout is raised at once. No thread runs before the first password comes. Needs the
    extra `identity`.
    """

    def __init__(
        self, memory_kib: int = 19_456, passes: int = 2, lanes: int = 1, threads: int = 2, waiting: int = 100
    ) -> None:
        given = {"memory_kib": memory_kib, "passes": passes, "lanes": lanes, "threads": threads, "waiting": waiting}
        for name, value in given.items():
            if type(value) is not int or value < (0 if name == "waiting" else 1):
                raise ParameterError(f"Passwords: {name} is a positive whole number")
        if memory_kib < 8 * lanes:
            raise ParameterError("Passwords: memory_kib is 8 for each lane at least")
        self.memory_kib = memory_kib
        self.passes = passes
        self.lanes = lanes
        self.threads = threads
        self.waiting = waiting
        self._dummy = self._of_nobody()
        self._guard = threading.Lock()
        self._held = 0
        self._pool: ThreadPoolExecutor | None = None

    def __repr__(self) -> str:
        return (
            f"Passwords(memory_kib={self.memory_kib}, passes={self.passes}, lanes={self.lanes}, "
            f"threads={self.threads}, waiting={self.waiting})"
        )

    async def hash(self, password: str) -> str:
        """The hash to keep of a password, with a salt of its own. Raises WeakPassword beyond 4,096 bytes."""
        require("identity", "argon2")
        secret = normal_octets(password)
        if secret is None:
            raise WeakPassword(f"a password is text of at most {MOST_BYTES:,} bytes")
        return await self._off_the_loop(_hash, secret, self.passes, self.memory_kib, self.lanes)

    async def matches(self, stored: str | None, password: str) -> bool:
        """Whether a password is the one of a stored hash.

        Where there is none, or it is no argon2 hash, or the password cannot be anybody's, the same work is done with
        the hash of nobody, in these parameters; and after a wrong one for a hash of less work the difference, so that
        it does not fail sooner than others. A hash of more work, from before the parameters were lowered, does fail
        later: nothing is done about that, since it is what the others would have to wait for.
        """
        require("identity", "argon2")
        secret = normal_octets(password)
        found = None if stored is None else _parameters(stored)
        checked = self._dummy if stored is None or found is None else stored
        missing = 0 if found is None else self.memory_kib * self.passes - found.memory_cost * found.time_cost
        rest = self._of_nobody(max(8 * self.lanes, missing // self.passes)) if missing > 0 else None
        right = await self._off_the_loop(_verify, checked, b"" if secret is None else secret, rest)
        return right and found is not None and secret is not None

    def needs_rehash(self, stored: str) -> bool:
        """Whether a hash was made with less work than these parameters ask for.

        Work is memory times passes, and where that is equal the lanes; a hash of more work is kept as it is. Argon2's
        other variants and its older version are always replaced.
        """
        require("identity", "argon2")
        from argon2 import Type

        found = _parameters(stored)
        if found is None:
            return True
        if found.type is not Type.ID or found.version < LATEST:
            return True
        ours, theirs = self.memory_kib * self.passes, found.memory_cost * found.time_cost
        return ours > theirs or (ours == theirs and self.lanes > found.parallelism)

    def check_room(self) -> None:
        """Raise PoolTimeout where a password would not be taken now."""
        with self._guard:
            self._check_room()

    def close(self) -> None:
        """End the threads, once they are idle; the next password starts new ones."""
        with self._guard:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=False)

    async def _off_the_loop(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run it in a thread; whoever is cancelled while waiting leaves the queue."""
        with self._guard:
            self._check_room()
            if self._pool is None:
                self._pool = ThreadPoolExecutor(self.threads, thread_name_prefix="plainbase-passwords")
            future = self._pool.submit(work, *args, **kwargs)
            self._held += 1
        future.add_done_callback(self._free)
        return await asyncio.wrap_future(future)

    def _check_room(self) -> None:
        if self._held >= self.threads + self.waiting:
            raise PoolTimeout(f"{self._held} passwords are at work or waiting already; try again later")

    def _free(self, future: Future[T]) -> None:
        with self._guard:
            self._held -= 1

    def _of_nobody(self, memory_kib: int | None = None) -> str:
        """A hash in these parameters, or with other memory, that no password has: its digest is random."""
        memory = self.memory_kib if memory_kib is None else memory_kib
        salt, digest = (base64.b64encode(secrets.token_bytes(n)).decode().rstrip("=") for n in (SALT_BYTES, HASH_BYTES))
        return f"$argon2id$v={LATEST}$m={memory},t={self.passes},p={self.lanes}${salt}${digest}"


OWASP = Passwords()
"""OWASP's parameters: the default of every function that hashes."""


def _hash(secret: bytes, passes: int, memory_kib: int, lanes: int) -> str:
    from argon2 import Type, low_level

    salt = os.urandom(SALT_BYTES)
    made = low_level.hash_secret(
        secret,
        salt,
        time_cost=passes,
        memory_cost=memory_kib,
        parallelism=lanes,
        hash_len=HASH_BYTES,
        type=Type.ID,
    )
    return made.decode("ascii")


def _verify(stored: str, secret: bytes, rest: str | None = None) -> bool:
    """Whether it is the hash's; where it is not, the work for `rest` is done too."""
    from argon2 import exceptions, low_level

    found = _parameters(stored)
    if found is None:
        return False
    try:
        return low_level.verify_secret(stored.encode("ascii"), secret, found.type)
    except exceptions.VerificationError:
        return False if rest is None else _verify(rest, secret)


def _parameters(stored: str) -> Parameters | None:
    from argon2 import exceptions, extract_parameters

    try:
        return extract_parameters(stored)
    except (exceptions.InvalidHashError, ValueError):
        return None
