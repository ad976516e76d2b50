"""Which passwords are taken: long enough, bounded, and not among the first that are guessed (NIST SP 800-63B)."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

from plainbase.errors import ParameterError
from plainbase.platform.identity.common_passwords import COMMON
from plainbase.platform.identity.errors import WeakPassword

LEAST, MOST = 12, 1_024
"""Characters, once normalised."""

MOST_BYTES = 4_096
"""Of a password as given; a longer one is refused before anything is computed from it."""

OWN = 8
"""Characters that must be left of a password when the account's own name and address are taken out of it."""


def normal_octets(password: str) -> bytes | None:
    """A password's octets to hash, normalised (NFKC); None where it is too long or no text."""
    if not isinstance(password, str):
        raise ParameterError(f"a password is text, got {type(password).__name__}")
    if len(password) > MOST_BYTES:
        return None
    try:
        octets = unicodedata.normalize("NFKC", password).encode()
    except UnicodeEncodeError:
        return None
    return octets if len(octets) <= MOST_BYTES else None


def check_strength(password: str, *, email: str, username: str) -> None:
    """Raise WeakPassword where a new password is too short, too long, common, or the account's own name or address."""
    octets = normal_octets(password)
    if octets is None:
        raise WeakPassword(f"a password is text of at most {MOST_BYTES:,} bytes")
    text = octets.decode()
    if not LEAST <= len(text) <= MOST:
        raise WeakPassword(f"a password has {LEAST} to {MOST:,} characters")
    folded = text.casefold()
    if "".join(folded.split()) in COMMON or _repeats(folded) or _counts(folded):
        raise WeakPassword("this password is among the first that are guessed")
    left = folded
    local, _, domain = email.casefold().rpartition("@")
    own = {email.casefold(), local, domain, username.casefold(), *username.casefold().split()}
    for word in sorted(own, key=lambda word: (-len(word), word)):
        if len(word) > 2:
            left = left.replace(word, "")
    if len(left) < OWN:
        raise WeakPassword("this password is hardly more than the account's own name or address")


def _repeats(text: str) -> bool:
    """Whether it is a few characters over and over."""
    return any(text == (text[:n] * len(text))[: len(text)] for n in range(1, 5))


def _counts(text: str) -> bool:
    """Whether each character follows the one before it."""
    steps = {ord(after) - ord(before) for before, after in pairwise(text)}
    return steps in ({1}, {-1})
