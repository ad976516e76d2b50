"""An open file of the caller's, and how many bytes it was given."""

from __future__ import annotations

from io import RawIOBase
from typing import Any, BinaryIO


class CountedFile(RawIOBase):
    """Hands everything on, and counts; the caller's file is not closed with it."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__()
        self.size = 0
        self._file = file

    def writable(self) -> bool:
        """It can be written, and nothing else."""
        return True

    def write(self, data: Any, /) -> int:
        """Write all of it."""
        size = memoryview(data).nbytes
        self._file.write(data)
        self.size += size
        return size

    def flush(self) -> None:
        """Flush the caller's file."""
        if not self.closed and not self._file.closed:
            self._file.flush()

    def tell(self) -> int:
        """How far it was written."""
        return self.size
