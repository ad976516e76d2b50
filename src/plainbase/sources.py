"""Where the queries come from: their folders, read once, or again whenever a file has changed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from plainbase.dialect import Dialect
from plainbase.sqlfile import load


class QuerySources:
    """The tree of queries of some folders."""

    def __init__(
        self, folders: Sequence[Path], dialect: Dialect, reserved: Collection[str], *, reload: bool = False
    ) -> None:
        self.dialect = dialect
        self.reload = reload
        self._folders = folders
        self._reserved = reserved
        self._stamps = self._read_stamps() if reload else {}
        self._tree: Mapping[str, Any] = load(folders, dialect, reserved)

    def tree(self) -> Mapping[str, Any]:
        """The queries by file and name."""
        if self.reload:
            stamps = self._read_stamps()
            if stamps != self._stamps:
                self._tree = load(self._folders, self.dialect, self._reserved)
                self._stamps = stamps
        return self._tree

    def _read_stamps(self) -> dict[Path, tuple[int, int]]:
        stamps = {}
        for folder in self._folders:
            for path in folder.rglob("*.sql"):
                with suppress(OSError):  # one that vanishes meanwhile is missing then
                    status = path.stat()
                    stamps[path] = (status.st_mtime_ns, status.st_size)
        return stamps
