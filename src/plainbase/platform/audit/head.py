"""The end of the chain, which is written down elsewhere as an anchor; and sealing what others left unsealed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self
from uuid import UUID

from plainbase.actor import Actor
from plainbase.errors import ParameterError
from plainbase.platform.audit.events import record
from plainbase.platform.runners import AnyRunner
from plainbase.sealing import START

_WRITTEN = re.compile(r"([0-9]{1,19}):([0-9a-fA-F]{64})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Head:
    """A place of the chain and the hash there, in hex; as text `position:hash`."""

    position: int = 0
    hash: str = START.hex()

    def __str__(self) -> str:
        return f"{self.position}:{self.hash}"

    @classmethod
    def read(cls, text: str) -> Self:
        """What was written down. Raises ParameterError."""
        found = _WRITTEN.fullmatch(text.strip())
        if found is None:
            raise ParameterError(
                "an anchor is POSITION:HASH, the hash in 64 hexadecimal digits, as `audit head` prints it"
            )
        return cls(int(found[1]), found[2].lower())


async def head(db: AnyRunner) -> Head:
    """The end of the chain; whoever keeps it elsewhere can tell later that nothing up to it was taken or changed."""
    row = await db.audit_head.get()
    return Head() if row is None else Head(row.position, row.hash.hex())


async def seal(db: AnyRunner, *, actor: Actor | UUID | None = None) -> int:
    """Seal what stands in the log without a place in the chain; return how many entries that were.

    On SQLite those are the changes that another program made, such as the shell. That it was done is an entry too.
    """
    sealed = 0
    while unsealed := await db.audit_logs.count_unsealed():
        async with db.transaction(actor=actor or Actor(name="seal")) as tx:
            await record(tx, "seal", "audit_logs", details={"unsealed": unsealed})
        left = await db.audit_logs.count_unsealed()
        if left >= unsealed:  # others add as fast, or nothing here seals
            break
        sealed += unsealed - left
    return sealed
