"""Addresses and user names in the one form that is kept, so that what looks the same is one account."""

from __future__ import annotations

import re
import unicodedata

from plainbase.errors import DataInvalid
from plainbase.platform.identity.look_alikes import folded, is_of_one_script

LONGEST_EMAIL = 320
LONGEST_LOCAL = 64
"""Octets before the @ (RFC 5321)."""

LONGEST_USERNAME = 100

ASCII_LOCAL = frozenset("abcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-/=?^_`{|}~.")
LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
DEVIATING = frozenset("ßς\u200c\u200d")
"""What the two versions of IDNA take for different domains."""


def normal_email(text: str) -> str:
    """An address as it is kept: trimmed, NFC, in lower case, its domain in ASCII (IDNA). Raises DataInvalid.

    A domain in letters beyond ASCII and its `xn--` form are one address. Quoted local parts and addresses of hosts in
    brackets are refused, and letters that look like others: such as NFKC changes, or scripts mixed in the local part.
    """
    if not isinstance(text, str):
        raise DataInvalid(f"an e-mail address is text, got {type(text).__name__}")
    if len(text) > LONGEST_EMAIL + 100:
        raise DataInvalid(f"an e-mail address has at most {LONGEST_EMAIL} characters")
    local, at, domain = unicodedata.normalize("NFC", text.strip()).rpartition("@")
    local = unicodedata.normalize("NFC", local.lower())
    if not at or not _is_local(local):
        raise DataInvalid("this is no e-mail address: a name, an @ and a domain are needed")
    email = f"{local}@{_ascii_domain(domain)}"
    if len(email) > LONGEST_EMAIL:
        raise DataInvalid(f"an e-mail address has at most {LONGEST_EMAIL} characters")
    return email


def normal_username(text: str) -> str:
    """A user name as it is kept and shown: NFKC, trimmed, with single spaces. Raises DataInvalid.

    Letters, marks and digits of one script are taken (Latin with the East Asian ones as Unicode's TR39 has it, "highly
    restrictive"), spaces and `. _ - '`; no invisible characters.
    """
    if not isinstance(text, str):
        raise DataInvalid(f"a user name is text, got {type(text).__name__}")
    if len(text) > 10 * LONGEST_USERNAME:
        raise DataInvalid(f"a user name has 1 to {LONGEST_USERNAME} characters")
    name = " ".join(unicodedata.normalize("NFKC", text.replace("\u2019", "'")).split(" ")).strip()
    name = re.sub(" +", " ", name)
    if not 1 <= len(name) <= LONGEST_USERNAME:
        raise DataInvalid(f"a user name has 1 to {LONGEST_USERNAME} characters")
    if not all(_is_letter(char) or char in " ._-'" for char in name) or not any(map(_is_letter, name)):
        raise DataInvalid("a user name is made of letters, digits, single spaces and . _ - '")
    if unicodedata.category(name[0]).startswith("M"):
        raise DataInvalid("a user name begins with a character that stands by itself")
    if not is_of_one_script(name):
        raise DataInvalid("a user name mixes scripts whose letters look alike, or is in one that is not written today")
    return name


def folded_username(name: str) -> str:
    """What two names have in common that look alike: case, and letters of other scripts that look like Latin ones."""
    return folded(normal_username(name))


def _is_letter(char: str) -> bool:
    return unicodedata.category(char)[0] in "LMN"


def _is_local(local: str) -> bool:
    try:
        octets = len(local.encode())
    except UnicodeEncodeError:
        return False
    return (
        1 <= octets <= LONGEST_LOCAL
        and all(char in ASCII_LOCAL if char.isascii() else _is_letter(char) for char in local)
        and not local.startswith(".")
        and not local.endswith(".")
        and ".." not in local
        and local == unicodedata.normalize("NFKC", local)
        and is_of_one_script(local)
    )


def _ascii_domain(domain: str) -> str:
    domain = unicodedata.normalize("NFC", domain).lower()
    if DEVIATING.intersection(domain):
        raise DataInvalid("this domain is written differently by the two versions of IDNA; give its xn-- form")
    try:
        name = domain.encode("idna").decode("ascii").lower()
    except UnicodeError:
        raise DataInvalid("this is no e-mail address: its domain is none") from None
    if not all(LABEL.fullmatch(label) for label in name.split(".")) or len(name) > 253:
        raise DataInvalid("this is no e-mail address: its domain is none")
    return name
