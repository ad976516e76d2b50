"""The file that is written: beside its name until it is whole, then under it at once."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from plainbase.errors import ParameterError
from plainbase.platform.export.threads import in_thread
from plainbase.platform.written_through import written_through


def check(path: Path, *, overwrite: bool) -> None:
    """See that a file may be written under this name, before anything is read. Raises ParameterError, OSError."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        folder = path.parent
        if not folder.is_dir():
            raise ParameterError(f"{path}: there is no folder {folder}; make it first") from None
        return
    if stat.S_ISDIR(mode):
        raise ParameterError(f"{path} is a folder; name a file in it")
    if not stat.S_ISREG(mode):
        raise ParameterError(f"{path} is no file that can be replaced; write to an open one instead")
    if not overwrite:
        raise _exists(path)


@asynccontextmanager
async def written(path: Path, *, overwrite: bool) -> AsyncIterator[BinaryIO]:
    """Give a file to write; it gets its name when the block ends without an error, and else is removed.

    It lies in the target's folder meanwhile, so that renaming is one step; a link stays one, and what it points at is
    replaced. Raises ParameterError where the target exists, unless it may be overwritten, and OSError.
    """
    check(path, overwrite=overwrite)
    place = _behind(path)
    beside = place.with_name(f".plainbase-{secrets.token_hex(8)}.part")
    try:
        with _made(beside, place) as file:
            yield file
            await in_thread(_flush, file)
        await in_thread(_name, beside, place, overwrite)
    except OSError as error:
        if error.filename in (None, str(beside)) and error.errno is not None:
            raise OSError(error.errno, error.strerror, str(path)) from None
        raise
    finally:
        with suppress(FileNotFoundError):
            beside.unlink()


def _behind(path: Path) -> Path:
    """The file itself, where the path is a link to it."""
    return path.resolve()


def _made(beside: Path, place: Path) -> BinaryIO:
    """A new file with the permissions that an ordinary open would give, or those of the one it replaces."""
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0), 0o666)
    with suppress(FileNotFoundError, PermissionError):
        os.fchmod(descriptor, stat.S_IMODE(place.stat().st_mode))
    return os.fdopen(descriptor, "wb")


def _flush(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _name(beside: Path, place: Path, overwrite: bool) -> None:
    if overwrite:
        beside.replace(place)
    else:
        try:
            os.link(beside, place)  # unlike renaming, it fails where somebody made the file meanwhile
        except FileExistsError:
            raise _exists(place) from None
        except OSError:  # a file system without links
            if place.exists():
                raise _exists(place) from None
            beside.rename(place)
        else:
            beside.unlink()
    written_through(place.parent)


def _exists(path: Path) -> ParameterError:
    return ParameterError(f"{path} exists already; overwrite=True replaces it")
