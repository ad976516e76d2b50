"""Slowing those who guess: waits that grow with what failed, by rows and the database's clock, for all processes."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv6Address, IPv6Network, ip_address, ip_network

from plainbase.errors import ParameterError
from plainbase.platform.identity.durations import DAY
from plainbase.platform.runners import AnyDatabase
from plainbase.sqlfile.query import OMIT

DOUBLINGS = 60
"""Beyond so many a wait is endless in any case."""

LONGEST_PLACE = 64


@dataclass(frozen=True, slots=True)
class Pace:
    """How many failures in `window` seconds are free, and how long each further one makes wait: twice as long each."""

    free: int
    window: float
    first: float
    longest: float

    def __post_init__(self) -> None:
        if not (self.free >= 1 and 0 < self.first <= self.longest and self.window > 0):
            raise ParameterError("Pace: free is at least 1, and 0 < first <= longest, and window is positive")

    def wait(self, failures: int) -> float:
        """Seconds that must pass after so many failures."""
        over = failures - self.free
        return 0.0 if over < 0 else min(self.longest, self.first * 2.0 ** min(over, DOUBLINGS))


@dataclass(frozen=True, slots=True)
class Limits:
    """How guessing is slowed: for each account, and for each address that logins come from.

    Of an account 5 failures in a day are free; then 10 seconds, 20, 40, … up to an hour must pass before a password is
    looked at again: some 35 tries a day. From an address 50 in an hour, then a second up to five minutes. Where an
    account was signed in to in the last `home_days` its owner is counted apart from strangers, who so cannot lock the
    owner out. Too early a try is turned away without a look at the password, and lengthens nothing.
    """

    account: Pace = Pace(free=5, window=DAY, first=10, longest=3_600)
    address: Pace = Pace(free=50, window=3_600, first=1, longest=300)
    home_days: float = 30


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Attempt:
    """A login that is tried: its row, or None where it was turned away, then for the how manieth time."""

    id: int | None
    known: bool
    place: str | None
    refused: int = 0


async def begin(db: AnyDatabase, email: str, address: str | None, limits: Limits) -> Attempt:
    """Note a try as failed, in a transaction of its own, before the password is looked at; or turn it away.

    Tries of one account come one after the other here, and so do those from one address: however many come at once,
    no more of them are let through than are free.
    """
    place = place_of(address)
    async with db.transaction() as tx:
        await tx.login_attempts.hold(email=email, ip_address=place)
        known = place is not None and bool(
            await tx.login_attempts.is_known(email=email, ip_address=place, seconds=limits.home_days * DAY)
        )
        of_account = await tx.login_attempts.account_failures(
            email=email,
            known=known,
            ip_address=place if known and place is not None else OMIT,
            seconds=limits.account.window,
        )
        found = [(limits.account, of_account)]
        if place is not None:
            from_there = await tx.login_attempts.address_failures(ip_address=place, seconds=limits.address.window)
            found.append((limits.address, from_there))
        for pace, failed in found:
            if failed.last_id is not None and (failed.passed or 0.0) < pace.wait(failed.failures):
                refused = await tx.login_attempts.refuse(id=failed.last_id)
                return Attempt(None, known, place, refused.refused if refused else 0)
        row = await tx.login_attempts.record(email=email, ip_address=place, known=known)
        return Attempt(row.id, known, place)


def place_of(address: str | None) -> str | None:
    """An address as tries from there are counted: IPv6 by its network of 64 bits, of which one machine has all."""
    if address is None:
        return None
    try:
        parsed = ip_address(address.strip().partition("%")[0])
    except ValueError:
        return address.strip()[:LONGEST_PLACE] or None
    if isinstance(parsed, IPv6Address):
        mapped = parsed.ipv4_mapped
        if mapped is not None:
            return str(mapped)
        network = ip_network((parsed, 64), strict=False)
        assert isinstance(network, IPv6Network)  # noqa: S101 (for type checkers)
        return str(network)
    return str(parsed)
