"""What verifying the chain comes to."""

from __future__ import annotations

from dataclasses import dataclass

from plainbase.platform.audit.head import Head


@dataclass(frozen=True, slots=True)
class Broken:
    """The first row that is not as it was sealed; `id` is None where the row itself is gone."""

    position: int
    id: int | None
    why: str

    def __str__(self) -> str:
        row = "" if self.id is None else f" (id {self.id})"
        return f"position {self.position}{row}: {self.why}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many rows are in the chain, how many wait to be sealed, of how many a person was erased; and where it breaks.

    `head` is the end of the chain as it was read, `broken` the first row that is wrong, or None.
    """

    rows: int
    unsealed: int
    erased: int
    head: Head
    broken: Broken | None

    @property
    def whole(self) -> bool:
        """Whether nothing is wrong."""
        return self.broken is None
