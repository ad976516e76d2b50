"""Where the sample's values come from: one random generator and one stretch of time, and nothing else."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, TypeVar
from uuid import UUID

from plainbase.platform.sample.prose import HARD_JSON, HARD_TEXTS, SENTENCES

T = TypeVar("T")
Row = dict[str, Any]
Tables = dict[str, list[Row]]

DAYS = 28
FAR = datetime(2100, 1, 1, tzinfo=UTC)
"""When things end that are to be alive whenever somebody looks."""


class Source:
    """Draws values; `tables` holds what was made so far, in the order in which it can be inserted."""

    def __init__(self, seed: int, factor: int, until: datetime, *, hard: bool) -> None:
        self.random = Random(seed)  # noqa: S311 (a sample, not a secret)
        self.factor = factor
        self.hard = hard
        self.until = until.astimezone(UTC)
        self.tables: Tables = {}

    def time(self, share: float) -> datetime:
        """A moment of the sample's time: 0 is its beginning, 1 its end."""
        return self.until - timedelta(days=DAYS) * (1 - share)

    def later(self, moment: datetime, seconds: float) -> datetime:
        """A moment after another one, but not after the end."""
        return min(moment + timedelta(seconds=seconds), self.until)

    def times(self, count: int, begin: float = 0.0, end: float = 1.0) -> list[datetime]:
        """So many moments in order: some to the microsecond, some on the full minute, each tenth as the one before."""
        shares = sorted(self.random.uniform(begin, end) for _ in range(count))
        moments = [self.time(share) for share in shares]
        for index in range(1, count):
            if index % 10 == 3:
                moments[index] = moments[index - 1]
            elif index % 10 == 7:
                moments[index] = max(moments[index].replace(second=0, microsecond=0), moments[index - 1])
        return moments

    def id(self, at: datetime) -> UUID:
        """A UUID of version 7 made at a moment."""
        milliseconds = (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
        bits = self.random.getrandbits(74)
        return UUID(int=milliseconds << 80 | 0x7 << 76 | (bits >> 62) << 64 | 0b10 << 62 | bits & (1 << 62) - 1)

    def many(self, small: int) -> int:
        """How many rows of a kind that grows with the sample."""
        return small * self.factor

    def pick(self, options: Sequence[T]) -> T:
        return self.random.choice(options)

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def maybe(self, value: T, probability: float = 0.7) -> T | None:
        return value if self.chance(probability) else None

    def real(self, low: float, high: float, digits: int = 4) -> float:
        return round(self.random.uniform(low, high), digits)

    def whole(self, low: int, high: int) -> int:
        return self.random.randint(low, high)

    def skewed(self, median: float, spread: float = 0.6, digits: int = 3) -> float:
        """A duration or a size: most are near the median, a few are many times as long."""
        return round(median * math.exp(self.random.gauss(0, spread)), digits)

    def sentence(self) -> str:
        return self.pick(SENTENCES)

    def text(self, paragraphs: int = 3) -> str:
        return "\n\n".join(" ".join(self.random.sample(SENTENCES, self.whole(3, 6))) for _ in range(paragraphs))

    def hard_text(self, index: int) -> str | None:
        """For every fifth row a text that is hard to store, in turn; else None, as everywhere in an easy sample."""
        return HARD_TEXTS[index // 5 % len(HARD_TEXTS)] if self.hard and index % 5 == 4 else None

    def json(self, index: int, usual: Any) -> Any:
        """For every fourth row JSON of another shape, in turn; else the usual one."""
        return HARD_JSON[index // 4 % len(HARD_JSON)] if self.hard and index % 4 == 3 else usual

    def edge(self, limit: T, usual: T) -> T:
        """A value at the limit of what its column takes; in an easy sample the usual one."""
        return limit if self.hard else usual

    def sha256(self) -> bytes:
        return hashlib.sha256(self.random.randbytes(16)).digest()

    def hex(self, digits: int) -> str:
        return self.sha256().hex()[:digits]

    def rows(self, table: str) -> list[Row]:
        return self.tables[table]

    def ids(self, table: str) -> list[Any]:
        return [row["id"] for row in self.tables[table]]

    def owner(self, index: int) -> Row:
        """Who made something and for which team; each fifth nobody, each fourth no team, and the last team nothing."""
        users, teams = self.ids("users"), self.ids("teams")[:-1]
        return {
            "created_by": None if index % 5 == 2 else self.pick(users),
            "team_id": None if index % 4 == 1 else self.pick(teams),
        }
