"""The manifest of a backup: a JSON file beside it, written last, that says what it is and what must be in it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, get_args

from plainbase.platform.backup.errors import BackupError
from plainbase.platform.progress import Progress

FORMAT = "plainbase backup"
VERSION = 1
ENDING = ".json"
LARGEST = 16 << 20
"""Bytes of a manifest."""
PIECE = 1 << 20

Compression = Literal["zstd", "gzip", "none"]
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds.

    `database` names the one it was taken of; `bytes` and `sha256` are the file's, `content_bytes` those before they
    were compressed; `rows` counts each table with rows of its own; `audit_head` is the end of the audit chain, as
    `audit.head` writes it, or None; `migrations` are those applied, by label.
    """

    engine: str
    engine_version: str
    tool: str
    database: str
    schema_version: str | None
    migrations: tuple[str, ...]
    created_at: datetime
    file: str
    bytes: int
    content_bytes: int
    sha256: str
    compression: Compression
    rows: Mapping[str, int]
    audit_head: str | None

    def text(self) -> str:
        """As it is written."""
        values = {
            "format": FORMAT,
            "format_version": VERSION,
            **asdict(self),
            "created_at": self.created_at.isoformat(),
        }
        return json.dumps(values, indent=2, ensure_ascii=False) + "\n"


def manifest_of(path: Path) -> Path:
    """Where the manifest of a backup's file lies."""
    return path.with_name(path.name + ENDING)


def read(path: Path) -> Manifest:
    """Read a manifest. Raises BackupError for what is none, OSError."""
    if path.is_symlink() or not path.is_file():
        raise BackupError(f"{path} is no file of its own; a manifest lies beside its backup")
    if path.stat().st_size > LARGEST:
        raise BackupError(f"{path} is too large for a manifest")
    try:
        values = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        raise BackupError(f"{path} is no manifest: it is not JSON") from None
    if not isinstance(values, dict) or values.pop("format", None) != FORMAT:
        raise BackupError(f"{path} is no manifest of a backup")
    version = values.pop("format_version", None)
    if version != VERSION:
        newer = isinstance(version, int) and version > VERSION
        raise BackupError(f"{path} has {'a newer' if newer else 'an unknown'} format; this plainbase reads {VERSION}")
    for name, fits in _FIELDS.items():
        if name not in values or not fits(values[name]):
            raise BackupError(f"{path}: {name} is missing or not what a manifest has there")
    made = {name: values[name] for name in _FIELDS}
    made["created_at"] = datetime.fromisoformat(made["created_at"]).astimezone(UTC)
    made["migrations"] = tuple(made["migrations"])
    manifest = Manifest(**made)
    if manifest.file + ENDING != path.name:
        raise BackupError(f"{path} is the manifest of another file; a backup and its manifest are renamed together")
    return manifest


def check_file(path: Path, manifest: Manifest, tell: Progress) -> None:
    """See that a file is the one that the manifest means. Raises BackupError, OSError."""
    if path.is_symlink():
        raise BackupError(f"{path} is a link, which may lead out of the folder; restore from the file itself")
    size = path.stat().st_size
    if size != manifest.bytes:
        what = "it was cut off" if size < manifest.bytes else "it is another file"
        raise BackupError(f"{path} has {size:,} bytes, its manifest says {manifest.bytes:,}: {what}")
    found, done = hashlib.sha256(), 0
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            found.update(piece)
            done += len(piece)
            tell("checking the file", done, size)
    if found.hexdigest() != manifest.sha256:
        raise BackupError(f"{path} is not the file that its manifest means: its SHA-256 is another")


def is_plain_name(name: object) -> bool:
    """Whether a text is the name of a file in the same folder, and leads nowhere else."""
    return (
        isinstance(name, str) and 0 < len(name) < 256 and not re.search(r"[/\\\x00-\x1f\x7f]", name) and name[0] != "."
    )


def _text(value: object) -> bool:
    return isinstance(value, str)


def _text_or_none(value: object) -> bool:
    return value is None or isinstance(value, str)


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _time(value: object) -> bool:
    try:
        return isinstance(value, str) and datetime.fromisoformat(value).astimezone(UTC).tzinfo is UTC
    except (ValueError, OverflowError):
        return False


def _counts(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(name, str) and _whole(each) for name, each in value.items())


_FIELDS: Mapping[str, Callable[[Any], bool]] = {
    "engine": lambda value: value in ("sqlite", "postgres"),
    "engine_version": _text,
    "tool": _text,
    "database": _text,
    "schema_version": _text_or_none,
    "migrations": lambda value: isinstance(value, list) and all(map(_text, value)),
    "created_at": lambda value: _time(value) and datetime.fromisoformat(value).tzinfo is not None,
    "file": is_plain_name,
    "bytes": _whole,
    "content_bytes": _whole,
    "sha256": lambda value: _text(value) and _SHA256.fullmatch(value) is not None,
    "compression": lambda value: value in get_args(Compression),
    "rows": _counts,
    "audit_head": _text_or_none,
}
