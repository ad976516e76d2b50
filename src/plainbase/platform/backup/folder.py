"""A folder of backups: what they are called, which there are, who writes there now, and what killed runs left."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal

from plainbase.dialect import Dialect
from plainbase.platform.backup.compression import ENDINGS
from plainbase.platform.backup.errors import BackupError
from plainbase.platform.backup.manifest import ENDING, Compression, Manifest, manifest_of, read

if TYPE_CHECKING:
    from plainbase.platform.backup.verification import Verification

KINDS = {Dialect.SQLITE: "sqlite", Dialect.POSTGRES: "pgdump"}
NAME = re.compile(r"plainbase-\d{8}T\d{6}Z-[0-9a-f]{8}\.(?:sqlite|pgdump)(?:\.zst|\.gz)?")
PART = ".plainbase-backup-"
"""How the name of what is being written begins."""
LOCK = ".plainbase-backup.lock"


@dataclass(frozen=True, slots=True)
class Backup:
    """One backup of a folder: `complete`, `interrupted` (it has no manifest) or `damaged`; `note` says why.

    What `backup` returns has also the seconds that it took, what it found on verifying, the older ones that it
    removed, and why it could not be recorded in the database, where that is so.
    """

    path: Path
    state: Literal["complete", "interrupted", "damaged"]
    manifest: Manifest | None
    note: str = ""
    seconds: float | None = None
    verified: Verification | None = None
    removed: tuple[Path, ...] = ()
    unrecorded: str | None = None

    @property
    def is_complete(self) -> bool:
        """Whether it can be restored, as far as its manifest and its size tell."""
        return self.state == "complete"


def new_name(dialect: Dialect, at: datetime, compression: Compression) -> str:
    """The name of a backup that is made at a time."""
    return f"plainbase-{at:%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}.{KINDS[dialect]}{ENDINGS[compression]}"


def backups(folder: Path | str) -> tuple[Backup, ...]:
    """List the backups of a folder, the newest first; of any database; nothing is changed.

    Raises BackupError where there is no such folder, OSError.
    """
    place = Path(folder)
    if not place.is_dir():
        raise BackupError(f"there is no folder {place}")
    names = set(os.listdir(place))  # noqa: PTH208 (names, not paths)
    found = [_complete(place, name.removesuffix(ENDING)) for name in names if _is_manifest(name)]
    found += [
        Backup(place / name, "interrupted", None, "it has no manifest: the run that wrote it did not end")
        for name in names
        if NAME.fullmatch(name) and name + ENDING not in names
    ]
    return tuple(sorted(found, key=_age, reverse=True))


def one(path: Path) -> Backup:
    """The backup that a path names, its file or its manifest; of a folder the newest complete one.

    Raises BackupError.
    """
    if path.is_dir():
        complete = [each for each in backups(path) if each.is_complete]
        if not complete:
            raise BackupError(f"{path} has no complete backup; `plainbase backups {path}` lists what is there")
        return complete[0]
    if path.name.endswith(ENDING) and not NAME.fullmatch(path.name):
        path = path.with_name(path.name.removesuffix(ENDING))
    if not path.exists():
        raise BackupError(f"there is no backup {path}")
    if not manifest_of(path).exists():
        raise BackupError(
            f"{path} has no manifest beside it ({manifest_of(path).name}): it is no backup, or one whose "
            "run was interrupted"
        )
    found = _complete(path.parent, path.name)
    if not found.is_complete:
        raise BackupError(found.note)
    return found


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Be the only one who writes backups into a folder; the lock goes with the process. Raises BackupError, OSError."""
    descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
    try:
        if not take(descriptor):
            by = os.pread(descriptor, 20, 0).decode("ascii", "replace").strip()
            raise BackupError(f"another backup is being made in {folder} (process {by}); one at a time")
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)


def take(descriptor: int) -> bool:
    """Lock an open file, at once or not at all; it is free again when it is closed, or the process ends."""
    import fcntl  # not on Windows

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def sweep(folder: Path) -> None:
    """Name the manifest of a backup that is whole but for that, and remove what killed runs were writing.

    Only with the lock.
    """
    for path in folder.glob(f"{PART}*"):
        final = folder / path.name.removeprefix(PART).removesuffix(ENDING)
        with suppress(FileNotFoundError):
            if NAME.fullmatch(final.name) and final.exists() and not manifest_of(final).exists():
                path.rename(manifest_of(final))
            else:
                path.unlink()


def new_file(path: Path) -> BinaryIO:
    """A new file that only this user may read: it holds what the database holds."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0), 0o600), "wb")


def waiting_manifest(final: Path) -> Path:
    """Where a manifest lies until its file has its name."""
    return final.with_name(f"{PART}{final.name}{ENDING}")


def part(folder: Path) -> Path:
    """A name for what is being written."""
    return folder / f"{PART}{secrets.token_hex(8)}.part"


def _is_manifest(name: str) -> bool:
    return name.endswith(ENDING) and NAME.fullmatch(name.removesuffix(ENDING)) is not None


def _complete(folder: Path, name: str) -> Backup:
    path = folder / name
    try:
        manifest = read(manifest_of(path))
        size = path.stat().st_size
    except FileNotFoundError:
        return Backup(path, "damaged", None, f"{path} is not there, its manifest is")
    except BackupError as error:
        return Backup(path, "damaged", None, error.message)
    if size != manifest.bytes:
        note = f"{path} has {size:,} bytes, its manifest says {manifest.bytes:,}"
        return Backup(path, "damaged", manifest, note)
    return Backup(path, "complete", manifest)


def _age(backup: Backup) -> tuple[str, str]:
    """By the time of the manifest, else by that in the name."""
    at = f"{backup.manifest.created_at:%Y%m%dT%H%M%S.%f}" if backup.manifest else backup.path.name[10:25]
    return at, backup.path.name
