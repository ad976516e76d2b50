"""What an archive says of itself: a JSON file beside its rows, without which they are no archive."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, cast

from plainbase.platform.retention.errors import ArchiveRefused
from plainbase.platform.retention.files import COMPRESSIONS, FORMATS, UNFINISHED, Compression, Format, whole
from plainbase.platform.retention.row_texts import TYPES, Column
from plainbase.platform.retention.tables import NAMES

ENDING = ".manifest.json"
KIND = "plainbase archive"
VERSION = 1
ROWS = re.compile(rf"({'|'.join(NAMES)})-[0-9a-f]{{8}}-[0-9]{{8}}T[0-9]{{12}}Z\.(parquet|jsonl|jsonl\.zst)")
"""How files of rows are named."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What was archived when from where, and of which file.

    `oldest` and `newest` are when its rows are from, `before` what was old; `deleted_at` is set when its rows were
    removed from the table, and `left` are the keys of those that were not, since they had changed meanwhile: those are
    still in the table, and are archived again.
    """

    table: str
    columns: tuple[Column, ...]
    rows: int
    oldest: str | None
    newest: str | None
    before: str
    format: Format
    compression: Compression
    file: str
    bytes: int
    sha256: str
    schema_version: int
    engine: str
    database: str
    made_at: str
    deleted_at: str | None = None
    deleted: int = 0
    left: tuple[str | int, ...] = ()


@dataclass(frozen=True, slots=True)
class Archive:
    """An archive in a folder: its manifest, and where that is."""

    path: Path
    manifest: Manifest

    @property
    def file(self) -> Path:
        """Where its rows are."""
        return self.path.with_name(self.manifest.file)


def write(archive: Archive) -> None:
    """Write the manifest, whole, in place of one that is there. Raises OSError."""
    columns = [column._asdict() for column in archive.manifest.columns]
    texts = {"kind": KIND, "format_version": VERSION, **asdict(archive.manifest), "columns": columns}
    with whole(archive.path) as file:
        file.write(json.dumps(texts, indent=1, ensure_ascii=False).encode() + b"\n")


def marked(archive: Archive, deleted_at: str, deleted: int, left: tuple[str | int, ...]) -> Archive:
    """The same, after its rows were removed from the table."""
    return replace(archive, manifest=replace(archive.manifest, deleted_at=deleted_at, deleted=deleted, left=left))


def read(path: Path) -> Archive:
    """Read a manifest. Raises ArchiveRefused for one that is none, and OSError."""
    try:
        found = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        raise ArchiveRefused(f"{path} is no manifest: it is not JSON") from None
    if not isinstance(found, dict) or found.get("kind") != KIND:
        raise ArchiveRefused(f"{path} is no manifest of a plainbase archive")
    if found.get("format_version") != VERSION:
        raise ArchiveRefused(f"{path} is of another format version than {VERSION}: a newer plainbase may read it")
    try:
        manifest = _manifest(found)
    except (KeyError, TypeError, ValueError) as error:
        what = "columns" if isinstance(error, TypeError) else error.args[0]
        raise ArchiveRefused(f"{path} is damaged: {what} is not as written") from None
    if manifest.table not in NAMES:
        raise ArchiveRefused(f"{path} is of a table that plainbase does not archive")
    archive = Archive(path, manifest)
    if Path(manifest.file).name != manifest.file or manifest.file in ("", ".", "..") or len(manifest.file) > 200:
        raise ArchiveRefused(f"{path} names a file that is not beside it")
    if archive.file.resolve().parent != path.parent.resolve():
        raise ArchiveRefused(f"{path} names a file that leads out of its folder")
    return archive


def verify(archive: Archive) -> None:
    """See that the file of rows is there, whole and the one that was written. Raises ArchiveRefused, OSError."""
    place, manifest = archive.file, archive.manifest
    if not place.is_file():
        raise ArchiveRefused(f"{place} is missing; its manifest is there")
    size = place.stat().st_size
    if size != manifest.bytes:
        raise ArchiveRefused(f"{place} has {size:,} bytes, its manifest tells of {manifest.bytes:,}")
    if sha256(place) != manifest.sha256:
        raise ArchiveRefused(f"{place} is not the file that its manifest tells of: their SHA-256 differ")


def sha256(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def beside(rows: Path) -> Path:
    """Where the manifest of a file of rows is."""
    return rows.with_name(f"{rows.name.partition('.')[0]}{ENDING}")


def paths(folder: Path) -> Iterator[Path]:
    """The manifests of a folder, by name; without those whose file of rows is not yet named, so that none have gone."""
    found = sorted(folder.iterdir())
    begun = {beside(path) for path in found if path.name.endswith(UNFINISHED) and not is_manifest(path)}
    yield from (path for path in found if path.name.endswith(ENDING) and path not in begun)


def is_manifest(path: Path) -> bool:
    """Whether it is named as a manifest is, whole or being written."""
    return path.name.removesuffix(UNFINISHED).endswith(ENDING)


def lost(folder: Path) -> Iterator[Path]:
    """Files of rows whose manifest is gone, by name."""
    yield from sorted(path for path in folder.iterdir() if ROWS.fullmatch(path.name) and not beside(path).exists())


def _manifest(found: Mapping[str, Any]) -> Manifest:
    columns = tuple(Column(_text(each, "name"), _of(each, "type", TYPES)) for each in found["columns"])
    if not columns or columns[0].name != "id" or len({column.name for column in columns}) != len(columns):
        raise ValueError("columns")
    left = found["left"]
    if not isinstance(left, list) or not all(isinstance(each, str | int) for each in left):
        raise ValueError("left")
    return Manifest(
        _text(found, "table"),
        columns,
        _count(found, "rows"),
        _optional(found, "oldest"),
        _optional(found, "newest"),
        _text(found, "before"),
        cast(Format, _of(found, "format", FORMATS)),
        cast(Compression, _of(found, "compression", COMPRESSIONS)),
        _text(found, "file"),
        _count(found, "bytes"),
        _text(found, "sha256"),
        _count(found, "schema_version"),
        _text(found, "engine"),
        _text(found, "database"),
        _text(found, "made_at"),
        _optional(found, "deleted_at"),
        _count(found, "deleted"),
        tuple(left),
    )


def _text(found: Mapping[str, Any], name: str) -> str:
    value = found[name]
    if not isinstance(value, str) or not value.isprintable():
        raise ValueError(name)
    return value


def _optional(found: Mapping[str, Any], name: str) -> str | None:
    return None if found[name] is None else _text(found, name)


def _count(found: Mapping[str, Any], name: str) -> int:
    value = found[name]
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(name)
    return value


def _of(found: Mapping[str, Any], name: str, known: tuple[str, ...]) -> str:
    value = _text(found, name)
    if value not in known:
        raise ValueError(name)
    return value
