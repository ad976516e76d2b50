"""Chosen columns encrypted before they are sent, by keys that the database never has."""

from __future__ import annotations

import base64
import binascii
import os
import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from plainbase.errors import DataInvalid, ParameterError
from plainbase.platform.extras import require

ENCRYPTABLE: Mapping[str, tuple[str, ...]] = {
    "checkpoints": ("notes",),
    "generations": ("prompt", "response"),
    "inference_requests": ("error",),
    "predictions": ("error_message",),
}
"""The columns: free text that nothing searches, compares or bounds; one that is searched cannot be encrypted."""

KEY_BYTES = 32
_NONCE_BYTES = 12
_PREFIX = "pbf1"
_KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,32}")


def new_key() -> bytes:
    """A random key of 256 bits."""
    return os.urandom(KEY_BYTES)


class FieldCipher:
    """Encrypts texts by AES-256-GCM under the first of its keys, and decrypts those of all.

    `keys` are 32 bytes each by their ids, the current one first; an id stands in each text, so keep old keys until
    `rotate` has nothing left to do. A text is bound to its table, column and row, and opens nowhere else. A key serves
    for 2**32 texts (NIST SP 800-38D, random nonces). Raises ParameterError, and ConfigurationError where the package
    `cryptography` is missing.
    """

    __slots__ = ("_ciphers", "_invalid", "current")

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        require("identity", "cryptography")
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        if not keys:
            raise ParameterError("a FieldCipher needs a key")
        for key_id, key in keys.items():
            if not isinstance(key_id, str) or not _KEY_ID.fullmatch(key_id):
                raise ParameterError("a key's id is 1 to 32 letters, digits, - or _")
            if not isinstance(key, bytes) or len(key) != KEY_BYTES:
                raise ParameterError(f"the key {key_id} is not {KEY_BYTES} bytes; new_key() makes one")
        self._ciphers = {key_id: AESGCM(key) for key_id, key in keys.items()}
        self._invalid = InvalidTag
        self.current = next(iter(keys))

    def __repr__(self) -> str:
        return f"FieldCipher(keys={', '.join(self._ciphers)})"

    def __reduce__(self) -> Any:
        raise TypeError("a FieldCipher is not to be written down: it holds keys")

    @property
    def prefix(self) -> str:
        """How a text begins that the current key encrypted."""
        return f"{_PREFIX}:{self.current}:"

    def encrypt(self, table: str, column: str, row_id: UUID | int, text: str) -> str:
        """Encrypt a text for its place. Raises ParameterError for a column that is not of the list."""
        bound = _bound(table, column, row_id)
        if not isinstance(text, str):
            raise ParameterError(f"{table}.{column}: a text is encrypted, got {type(text).__name__}")
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._ciphers[self.current].encrypt(nonce, text.encode("utf-8", "surrogatepass"), bound)
        return self.prefix + base64.urlsafe_b64encode(nonce + sealed).decode("ascii")

    def decrypt(self, table: str, column: str, row_id: UUID | int, text: str) -> str:
        """Decrypt what `encrypt` made for this place.

        Raises DataInvalid where it is not encrypted, was changed, comes from another place, or its key is not here.
        """
        bound = _bound(table, column, row_id)
        place = f"{table}.{column} of row {row_id}"
        prefix, _, rest = text.partition(":")
        key_id, _, encoded = rest.partition(":")
        if prefix != _PREFIX or not _KEY_ID.fullmatch(key_id):
            raise DataInvalid(f"{place} is not encrypted")
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            raise DataInvalid(f"{place} is encrypted by the key {key_id}, which is not here")
        try:
            sealed = base64.b64decode(encoded.encode("ascii"), altchars=b"-_", validate=True)
            if base64.urlsafe_b64encode(sealed).decode("ascii") != encoded:  # bits that no byte has
                raise ValueError
            opened = cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound)
        except (self._invalid, ValueError, binascii.Error):
            raise DataInvalid(f"{place} was changed, or comes from another place") from None
        return opened.decode("utf-8", "surrogatepass")


def is_encrypted(text: str) -> bool:
    """Whether a text is one that a FieldCipher made, by its beginning."""
    prefix, _, rest = text.partition(":")
    key_id, colon, _ = rest.partition(":")
    return prefix == _PREFIX and bool(colon) and _KEY_ID.fullmatch(key_id) is not None


def _bound(table: str, column: str, row_id: UUID | int) -> bytes:
    """The place, as the bytes that a text is bound to."""
    if column not in ENCRYPTABLE.get(table, ()):
        places = ", ".join(f"{name}.{each}" for name, columns in ENCRYPTABLE.items() for each in columns)
        raise ParameterError(f"the columns that can be encrypted are {places}")
    parts = (table, column, str(row_id))
    return "".join(f"{len(part.encode())}:{part}" for part in parts).encode()
