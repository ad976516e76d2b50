"""The ledger of erasures: a file of JSON Lines that stands beside the backups, without personal data."""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from plainbase.errors import ConfigurationError, DataInvalid
from plainbase.values import now

LONGEST_REASON = 64
_CODE = re.compile(r"[a-z0-9]+(?:[_-][a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Entry:
    """One erasure: of which account, when, and the code of its reason."""

    subject_id: UUID
    erased_at: datetime
    reason: str


def is_code(reason: object) -> bool:
    """Whether a reason is a code: lower-case words joined by - or _; a text could name somebody."""
    return isinstance(reason, str) and len(reason) <= LONGEST_REASON and _CODE.fullmatch(reason) is not None


async def append(path: Path, subject_id: UUID, reason: str) -> None:
    """Add a line and write it through to the disk, the folder's entry too. Raises ConfigurationError."""
    line = json.dumps({"subject_id": str(subject_id), "erased_at": now().isoformat(), "reason": reason})
    try:
        await asyncio.to_thread(_append, path, line)
    except OSError as error:
        raise ConfigurationError(f"the ledger {path} cannot be written: {error.strerror}") from None


async def read(path: Path) -> Sequence[Entry]:
    """Every line, in order. Raises DataInvalid that names a broken one, ConfigurationError where there is no file."""
    try:
        lines = await asyncio.to_thread(path.read_bytes)
    except OSError as error:
        raise ConfigurationError(f"the ledger {path} cannot be read: {error.strerror}") from None
    return [_entry(line, f"{path}:{number}") for number, line in enumerate(lines.splitlines(), 1) if line.strip()]


def _append(path: Path, line: str) -> None:
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        size = os.fstat(handle).st_size
        torn = size > 0 and os.pread(handle, 1, size - 1) != b"\n"  # another's line stays as broken as it is
        data = (b"\n" if torn else b"") + f"{line}\n".encode()
        if os.write(handle, data) != len(data):
            raise OSError(0, "the line was not written whole")
        os.fsync(handle)
    finally:
        os.close(handle)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _entry(line: bytes, where: str) -> Entry:
    try:
        found = json.loads(line)
        entry = Entry(UUID(found["subject_id"]), datetime.fromisoformat(found["erased_at"]), found["reason"])
    except (ValueError, KeyError, TypeError, AttributeError):
        raise DataInvalid("this is no line of a ledger of erasures", where=where) from None
    if not is_code(entry.reason) or entry.erased_at.tzinfo is None:
        raise DataInvalid("this is no line of a ledger of erasures", where=where)
    return entry
