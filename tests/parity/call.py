"""What the parity suite runs: one call of a named query, written in `calls_<domain>.py` as `calls(sample)`."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from plainbase.platform import sample
from plainbase.platform.sample import UNTIL

__all__ = ["AT", "SEED", "UNKNOWN_ID", "UNTIL", "Call", "Sample", "sample_rows"]

Sample = Mapping[str, Sequence[dict[str, Any]]]
"""By table, the rows that both engines hold, ordered by key, as Python values."""

UNKNOWN_ID = UUID("01900000-0000-7000-8000-00000000dead")
"""An id that no row has."""

AT = datetime(2025, 2, 15, 12, tzinfo=UTC)
"""In the middle of the sample's times."""


SEED = int(os.environ.get("PLAINBASE_SEED", "0"))
"""Of the sample; another one by hand, to look for differences that this one does not show."""


def sample_rows() -> Sample:
    """What is loaded into both engines."""
    return sample.rows(seed=SEED, until=UNTIL, hard=True)


@dataclass(frozen=True)
class Call:
    """One call of a query: its parameters, or, as a batch, the parameters of each row."""

    query: str
    params: Mapping[str, object] = field(default_factory=dict)
    rows: Sequence[Mapping[str, object]] | None = None
