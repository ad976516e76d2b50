"""What is written, on the disk and not only in the system's memory."""

from __future__ import annotations

import os
from pathlib import Path


def written_through(path: Path) -> None:
    """Write a file, or a folder's entries, through to the disk. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
