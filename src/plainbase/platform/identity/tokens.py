"""Tokens and keys: how they are made, what is kept of them, and which texts can be one at all."""

from __future__ import annotations

import re
import secrets
import zlib
from dataclasses import dataclass, field
from hashlib import sha256

SESSION = "pbs_"
"""What a session's token begins with."""

ONE_TIME = "pbt_"
"""What a mailed token begins with."""

TOKEN_BYTES = 32
"""Of chance in a token: 256 bits, 43 characters."""

BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
PUBLIC, SECRET, CHECKSUM = 12, 43, 6
"""Characters in base62 of a key's parts: 71 bits to be found by, 256 secret bits, and the CRC-32 of all before."""

TOKEN = re.compile(r"pb[st]_[A-Za-z0-9_-]{43}")
KEY = re.compile(rf"pb_([0-9A-Za-z]{{{PUBLIC}}})_([0-9A-Za-z]{{{SECRET}}})([0-9A-Za-z]{{{CHECKSUM}}})")


def new_token(prefix: str) -> tuple[str, bytes]:
    """A token that nobody can guess, and what is kept of it."""
    token = prefix + secrets.token_urlsafe(TOKEN_BYTES)
    return token, sha256(token.encode("ascii")).digest()


def token_hash(token: str, prefix: str) -> bytes | None:
    """What is kept of a token; None for a text that is no such token."""
    if not isinstance(token, str) or not token.startswith(prefix) or not TOKEN.fullmatch(token):
        return None
    return sha256(token.encode("ascii")).digest()


@dataclass(frozen=True, slots=True)
class KeyParts:
    """What is kept of an API key: its public id, and the SHA-256 of its secret."""

    public_id: str
    key_hash: bytes = field(repr=False)


def new_key() -> tuple[str, KeyParts]:
    """An API key that nobody can guess, and what is kept of it."""
    public_id, secret = ("".join(secrets.choice(BASE62) for _ in range(length)) for length in (PUBLIC, SECRET))
    body = f"pb_{public_id}_{secret}"
    return body + checksum(body), _kept(public_id, secret)


def key_parts(key: str) -> KeyParts | None:
    """What a key is looked for by; None for a text that is no key, also by its checksum."""
    found = KEY.fullmatch(key) if isinstance(key, str) else None
    if found is None or checksum(key[:-CHECKSUM]) != found[3]:
        return None
    return _kept(found[1], found[2])


def checksum(text: str) -> str:
    """The CRC-32 of a key's other parts, in base62: it tells a mistyped key, and scanners one that was leaked."""
    number = zlib.crc32(text.encode("ascii"))
    digits = ""
    for _ in range(CHECKSUM):
        number, digit = divmod(number, len(BASE62))
        digits = BASE62[digit] + digits
    return digits


def _kept(public_id: str, secret: str) -> KeyParts:
    return KeyParts(public_id, sha256(secret.encode("ascii")).digest())
