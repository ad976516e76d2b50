"""Bytes into a backup's file and out of it: compressed, counted and hashed on the way."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from plainbase.platform.backup.errors import BackupError
from plainbase.platform.backup.manifest import PIECE, Compression, Manifest
from plainbase.platform.extras import require

ENDINGS: dict[Compression, str] = {"zstd": ".zst", "gzip": ".gz", "none": ""}
ZSTD_LEVEL, GZIP_LEVEL = 3, 6


class _Compressor(Protocol):
    def compress(self, data: bytes, /) -> bytes: ...

    def flush(self) -> bytes: ...


class _Plain:
    """What compresses nothing."""

    def compress(self, data: bytes, /) -> bytes:
        return data

    def flush(self) -> bytes:
        return b""


def check(compression: Compression) -> None:
    """Raise BackupError for an unknown one, ConfigurationError where its package is missing."""
    if compression not in ENDINGS:
        raise BackupError(f"unknown compression; known are {', '.join(ENDINGS)}")
    if compression == "zstd":
        require("backup", "zstandard")


class Sink:
    """A file that is written: what is given to it is compressed; `sha256` is that of the file."""

    def __init__(self, file: BinaryIO, compression: Compression) -> None:
        check(compression)
        self._file = file
        self._compressor = _compressor(compression)
        self._hash = hashlib.sha256()
        self.bytes = 0
        self.content_bytes = 0

    @property
    def sha256(self) -> str:
        """Of all that was written."""
        return self._hash.hexdigest()

    def write(self, data: bytes) -> None:
        """Take more."""
        self.content_bytes += len(data)
        self._put(self._compressor.compress(data))

    def end(self) -> None:
        """Write what is left."""
        self._put(self._compressor.flush())

    def _put(self, data: bytes) -> None:
        self._hash.update(data)
        self._file.write(data)
        self.bytes += len(data)


def pieces(path: Path, manifest: Manifest) -> Iterator[bytes]:
    """What a backup holds, as it was before it was compressed, with bounded memory.

    Raises BackupError where it cannot be read, and where it is more or less than the manifest says.
    """
    done = 0
    try:
        with _opened(path, manifest.compression) as file:
            while piece := file.read(PIECE):
                done += len(piece)
                if done > manifest.content_bytes:
                    break
                yield piece
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise BackupError(f"{path} cannot be read as {manifest.compression}") from None
    if done != manifest.content_bytes:
        raise BackupError(f"{path} holds {'more' if done > manifest.content_bytes else 'less'} than its manifest says")


def _compressor(compression: Compression) -> _Compressor:
    match compression:
        case "zstd":
            from zstandard import ZstdCompressor

            return cast("_Compressor", ZstdCompressor(level=ZSTD_LEVEL, write_checksum=True).compressobj())
        case "gzip":
            return zlib.compressobj(GZIP_LEVEL, zlib.DEFLATED, zlib.MAX_WBITS | 16)
        case "none":
            return _Plain()


@contextmanager
def _opened(path: Path, compression: Compression) -> Iterator[BinaryIO]:
    with path.open("rb") as file:
        match compression:
            case "zstd":
                require("backup", "zstandard")
                from zstandard import ZstdDecompressor, ZstdError

                try:
                    with ZstdDecompressor().stream_reader(file) as reader:
                        yield cast("BinaryIO", reader)
                except ZstdError:
                    raise BackupError(f"{path} cannot be read as zstd") from None
            case "gzip":
                with gzip.GzipFile(fileobj=file) as reader:
                    yield cast("BinaryIO", reader)
            case "none":
                yield file
