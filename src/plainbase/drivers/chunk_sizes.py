"""How many rows a stream brings at a time: at first a few, then more, and fewer where they are wide."""

from __future__ import annotations

from collections.abc import Sequence

from plainbase.rows import Row

FEWEST = 64
MOST = 1024
MOST_BYTES = 4 * 2**20
"""About as many bytes of texts are brought at a time."""
LOOKED_AT = 8
"""So many rows of a chunk tell how wide its rows are."""


def next_size(chunk: Sequence[Row], size: int) -> int:
    """How many rows to bring after these, of which `size` were asked for."""
    widest = max(map(_width, chunk[:: -(-len(chunk) // LOOKED_AT)]))
    return max(1, min(2 * size, MOST, MOST_BYTES // widest))


def _width(row: Row) -> int:
    return 1 + sum(len(value) for value in row if isinstance(value, str | bytes))
