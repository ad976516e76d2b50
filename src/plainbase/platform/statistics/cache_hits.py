"""How much of what was read lay in memory."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from plainbase.platform.runners import AnyDatabase
from plainbase.platform.statistics.asking import rows

UNKNOWN = "SQLite's module does not tell of cache hits"


@dataclass(frozen=True, slots=True)
class Cache:
    """Blocks found in the server's memory and blocks read (the system may have had these), since a time."""

    hits: int
    reads: int
    since: datetime | None

    @property
    def share(self) -> float | None:
        """The share of hits; None before anything was read."""
        return self.hits / (self.hits + self.reads) if self.hits + self.reads else None


async def cache(db: AnyDatabase) -> Cache | None:
    """What the server has counted; None on SQLite, which does not."""
    found = await rows(db, "cache")
    return Cache(found[0]["hits"], found[0]["reads"], found[0]["since"]) if found else None
