"""How long a job that failed waits for its next attempt."""

from __future__ import annotations

import random
from dataclasses import dataclass

from plainbase.errors import ParameterError

LONGEST = 366 * 86_400
"""Seconds that an attempt may be put off."""


@dataclass(frozen=True, slots=True)
class Backoff:
    """Exponential backoff: `first` seconds after attempt 1, `factor` times as many after each, never over `most`.

    Each delay is multiplied by a random number between 1 - jitter and 1 + jitter, so that jobs which failed together
    do not come back together.
    """

    first: float = 1.0
    factor: float = 2.0
    most: float = 3600.0
    jitter: float = 0.2

    def __post_init__(self) -> None:
        if not 0 <= self.first <= self.most <= LONGEST:
            raise ParameterError(f"Backoff: 0 <= first <= most <= {LONGEST} seconds")
        if not 1 <= self.factor <= 100:
            raise ParameterError("Backoff: factor is 1 to 100")
        if not 0 <= self.jitter <= 1:
            raise ParameterError("Backoff: jitter is 0 to 1")

    def delay(self, attempt: int) -> float:
        """Seconds between the end of this attempt, from 1, and the next."""
        try:
            delay = min(self.most, self.first * self.factor ** max(0, attempt - 1))
        except OverflowError:
            delay = self.most
        return delay * random.uniform(1 - self.jitter, 1 + self.jitter)  # noqa: S311 (spreads load; not a secret)
