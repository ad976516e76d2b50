"""Restoring SQLite: beside the database that it replaces, then in its place in one step.

What is there when a restore was killed, and what the next one does: `.plainbase-restoring-…` was not whole, and goes;
`.plainbase-replaced-…` is the old database, which goes where the new one is in its place, and else is put back.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import stat
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from plainbase.database import Opening
from plainbase.drivers import sqlite_files
from plainbase.drivers.finishing import finished
from plainbase.errors import TransactionConflict
from plainbase.options import Options
from plainbase.platform.backup import sqlite
from plainbase.platform.backup.errors import BackupError
from plainbase.platform.backup.folder import take
from plainbase.platform.backup.manifest import Manifest
from plainbase.platform.export.threads import in_thread
from plainbase.platform.progress import Progress
from plainbase.platform.written_through import written_through

if TYPE_CHECKING:
    from plainbase import typed


class SqliteTarget:
    """The file that is restored, and the one that it replaces."""

    def __init__(self, path: Path) -> None:
        self.path = path
        tag = hashlib.sha256(os.fsencode(path.name)).hexdigest()[:8]
        self.beginnings = (f".plainbase-restoring-{tag}-", f".plainbase-replaced-{tag}-")
        self.lock = path.with_name(f".plainbase-restore-{tag}.lock")
        self.beside, self.replaced = (path.with_name(f"{each}{secrets.token_hex(8)}") for each in self.beginnings)
        self.replaces = False

    async def fill(self, path: Path, manifest: Manifest, tell: Progress) -> None:
        """Write what the backup holds beside the database."""
        await sqlite.fill(self.beside, path, manifest, tell)

    def opened(self) -> Opening[typed.Database]:
        """What was restored, open."""
        return sqlite.opened(self.beside)

    async def swap(self) -> None:
        """Put it in the place of the old one. Raises BackupError where somebody uses that by now."""
        await in_thread(self._swap)

    def _swap(self) -> None:
        if wrong := sqlite_files.check(self.beside):
            raise BackupError(f"what was restored is damaged: {'; '.join(wrong)}; nothing was changed")
        with ExitStack() as stack:
            old = _state(self.path)
            if old is not None:
                refuse_used(self.path)
                try:
                    stack.enter_context(sqlite_files.held(self.path, plain=True))
                except TransactionConflict:
                    raise BackupError(used(self.path, ())) from None
                with suppress(PermissionError):
                    os.chown(self.beside, old.st_uid, old.st_gid)
                self.beside.chmod(stat.S_IMODE(old.st_mode))
            _flush(self.beside)
            if old is not None:
                _link(self.path, self.replaced)
            for ending in sqlite_files.BESIDE:  # of a database that cannot be read, or that is not there any more
                with suppress(FileNotFoundError):
                    _with(self.path, ending).rename(_with(self.replaced, ending))
            self.beside.replace(self.path)
            written_through(self.path.parent)
        sqlite.remove(self.replaced)
        written_through(self.path.parent)


@asynccontextmanager
async def replacing(
    url: str | None, options: Options, manifest: Manifest, *, force: bool, owners: bool
) -> AsyncIterator[SqliteTarget]:
    """What is restored, with the lock; what is left of it afterwards goes. Raises BackupError, OSError."""
    if options.path in (None, ":memory:"):
        raise BackupError("a database in memory is gone with its process; restore into a file")
    path = await in_thread(Path(options.path or "").resolve)
    if not path.parent.is_dir():
        raise BackupError(f"there is no folder {path.parent}; make it first")
    target = SqliteTarget(path)
    with _locked(target):
        await in_thread(_repair, target)
        await in_thread(_refuse, target, force)
        try:
            yield target
        finally:
            await finished(in_thread(sqlite.remove, target.beside))


def refuse_used(path: Path) -> None:
    """Raise BackupError where a process has the file open, as far as that can be seen."""
    if found := sqlite_files.holders(path):
        raise BackupError(used(path, found))


def used(path: Path, by: tuple[str, ...]) -> str:
    """What is said of a database that somebody has open."""
    who = f" by process {', '.join(by)}" if by else ""
    return f"{path} is in use{who}: stop what has it open first (`fuser -v {path}` tells); nothing was changed"


def _refuse(target: SqliteTarget, force: bool) -> None:
    path = target.path
    if path.is_dir():
        raise BackupError(f"{path} is a folder; name a file in it")
    if path.exists() and not path.is_file():
        raise BackupError(f"{path} is no ordinary file")
    if path.exists():
        if not sqlite_files.is_empty(path) and not force:
            raise BackupError(f"{path} is not empty; --force (force=True) replaces it")
        refuse_used(path)
        try:
            with sqlite_files.held(path, plain=False):
                target.replaces = True
        except TransactionConflict:
            raise BackupError(used(path, ())) from None


def _repair(target: SqliteTarget) -> None:
    """Bring what a killed restore left into order."""
    folder = target.path.parent
    restoring, replaced = target.beginnings
    for path in folder.glob(f"{restoring}*"):
        path.unlink(missing_ok=True)
    for old in folder.glob(f"{replaced}*"):
        if old.name.endswith(sqlite_files.BESIDE):
            continue
        if target.path.exists() and not old.samefile(target.path):  # the new one is in place
            sqlite.remove(old)
            continue
        for ending in sqlite_files.BESIDE:
            if _with(old, ending).exists() and not _with(target.path, ending).exists():
                _with(old, ending).rename(_with(target.path, ending))
        if target.path.exists():
            old.unlink()
        else:
            old.rename(target.path)
    written_through(folder)


@contextmanager
def _locked(target: SqliteTarget) -> Iterator[None]:
    """Be the only one who restores this file; the lock goes with the process, and its file at the end."""
    while True:
        descriptor = os.open(target.lock, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
        try:
            if not take(descriptor):
                raise BackupError(f"another restore into {target.path} is running")
            there = _state(target.lock)
            if there is None or there.st_ino != os.fstat(descriptor).st_ino:
                continue  # whoever had it has removed it meanwhile
            try:
                yield
            finally:
                target.lock.unlink(missing_ok=True)
            return
        finally:
            os.close(descriptor)


def _link(path: Path, to: Path) -> None:
    """Give a file a second name, so that it never lacks its first; where there are no links, the second alone."""
    try:
        os.link(path, to)
    except OSError:
        path.rename(to)


def _state(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except FileNotFoundError:
        return None


def _with(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)


def _flush(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())
