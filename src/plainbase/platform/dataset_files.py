"""Files as datasets: registered by their digest, with what was found in them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from os import PathLike, fspath
from pathlib import Path
from threading import Event
from typing import Any, TypeVar
from uuid import UUID

from plainbase.errors import ParameterError
from plainbase.platform.dataset_columns import Budget, Cells, Lengths, Values
from plainbase.platform.dataset_rows import HashingFile, RowReader
from plainbase.platform.datasets import Registered
from plainbase.platform.runners import AnyRunner
from plainbase.values import uuid7

COLUMNS = 1000
"""Columns that are described; of a file with more the first ones."""
FORMATS = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".txt": "text",
    ".text": "text",
    ".md": "text",
    ".log": "text",
}
T = TypeVar("T")
DELIMITERS = {"csv": ",", "tsv": "\t"}


@dataclass(frozen=True, slots=True)
class Analysis:
    """What a file is and holds; digest and size are those of its bytes as they are, compressed or not."""

    format: str
    digest: str
    size_bytes: int
    row_count: int
    statistics: Mapping[str, Any]


async def register_file(
    db: AnyRunner,
    path: str | PathLike[str],
    *,
    name: str | None = None,
    version: str | None = None,
    format: str | None = None,  # noqa: A002 (the column's name)
    delimiter: str | None = None,
    domain: str | None = None,
    metadata: Mapping[str, Any] | None = None,
    created_by: UUID | None = None,
    team_id: UUID | None = None,
) -> Registered:
    """Look through a file and register it as a dataset: its size, digest, rows, and what each column holds.

    The name is the file's without its suffixes, and the version the digest's first 12 characters, unless they are
    given. What was registered before with the same name, version and content is left as it is. Raises as `analyse`,
    and then nothing is registered.
    """
    found = await analyse(path, format=format, delimiter=delimiter)
    identifier = uuid7()
    dataset = await db.datasets.register(
        id=identifier,
        name=_title(Path(path)) if name is None else name,
        version=found.digest[:12] if version is None else version,
        digest=found.digest,
        format=found.format,
        domain=domain,
        size_bytes=found.size_bytes,
        row_count=found.row_count,
        statistics=found.statistics,
        metadata=dict(metadata or {}),
        created_by=created_by,
        team_id=team_id,
    )
    return Registered(dataset, created=dataset.id == identifier)


async def analyse(
    path: str | PathLike[str],
    *,
    format: str | None = None,  # noqa: A002 (the column's name)
    delimiter: str | None = None,
) -> Analysis:
    """Look through a file in a thread, in bounded memory, once.

    The format is csv, tsv, jsonl, json (one array) or text; else the suffix tells, before .gz for a compressed file.
    CSV has a header; an empty cell is null; all text is UTF-8. Raises ParameterError for an unknown format,
    DataInvalid, with file and line, for a file that is not well-formed, and OSError for one that cannot be read.
    """
    place = Path(fspath(path))
    compressed = place.suffix.lower() == ".gz"
    suffix = Path(place.stem).suffix if compressed else place.suffix
    known = format or FORMATS.get(suffix.lower(), "")
    if known not in FORMATS.values():
        raise ParameterError(f"{place}: the format is one of {', '.join(sorted({*FORMATS.values()}))}; say which")
    stop = Event()
    look = _Look(place, known, compressed, delimiter or DELIMITERS.get(known, ""), stop)
    try:
        return await asyncio.to_thread(look.through)
    finally:
        stop.set()


@dataclass(slots=True)
class _Look:
    """One look through a file; `stop` ends it early, when nobody waits for it any more."""

    path: Path
    format: str
    compressed: bool
    delimiter: str
    stop: Event
    rows: int = 0
    budget: Budget = field(default_factory=Budget)

    def through(self) -> Analysis:
        with self.path.open("rb", buffering=0) as file:
            hashing = HashingFile(file)
            reader = RowReader(self.path, hashing, compressed=self.compressed)
            statistics = {"csv": self._table, "tsv": self._table, "text": self._text}.get(self.format, self._json)(
                reader
            )
            reader.drain()
        if self.compressed:
            statistics["compression"] = "gzip"
        return Analysis(self.format, hashing.digest(), hashing.size, self.rows, statistics)

    def _table(self, reader: RowReader) -> dict[str, Any]:
        batches = self._until_stopped(reader.table(self.delimiter))
        (header,) = next(batches)
        names = [name or f"column_{number}" for number, name in enumerate(header, 1)]
        if len(set(names)) < len(names):
            reader.refuse("two columns of one name", 1)
        columns = {name: Cells(self.budget) for name in names[:COLUMNS]}
        for batch in batches:
            self.rows += len(batch)
            for column, cells in zip(columns.values(), zip(*batch, strict=True), strict=False):
                column.add(cells)
        return _described(columns, len(names))

    def _json(self, reader: RowReader) -> dict[str, Any]:
        columns: dict[str, Values] = {}
        more = False
        for batch in self._until_stopped(reader.json_lines() if self.format == "jsonl" else reader.json_array()):
            rows = [value if isinstance(value, dict) else {"value": value} for _, value in batch]
            for (line, _), row in zip(batch, rows, strict=True):
                for name in row.keys() - columns.keys():
                    _check_name(reader, name, line)
                for name in row:
                    if name not in columns and len(columns) < COLUMNS:
                        columns[name] = Values(self.budget, nulls=self.rows)
                    more = more or name not in columns
            try:
                for name, column in columns.items():
                    column.add([row.get(name) for row in rows])
            except RecursionError:  # writing it takes one level more than reading it did
                reader.refuse("no JSON: nested too deeply")
            self.rows += len(rows)
        return _described(columns, len(columns) + more)

    def _text(self, reader: RowReader) -> dict[str, Any]:
        lengths = Lengths()
        words = characters = length = 0
        inside, ended = False, True
        for data, text, ended in self._until_stopped(reader.pieces()):
            # As corpus_texts counts them: runs of anything but ASCII white space.
            words += len(data.split()) - (inside and not data[:1].isspace())
            inside = not data[-1:].isspace()
            characters += len(text)
            length += len(text.removesuffix("\n").removesuffix("\r") if ended else text)
            if ended:
                lengths.add([length])
                length = 0
        if not ended:
            lengths.add([length])
        self.rows = lengths.count
        return {"lines": self.rows, "words": words, "characters": characters, **lengths.describe()}

    def _until_stopped(self, batches: Iterator[T]) -> Iterator[T]:
        for batch in batches:
            if self.stop.is_set():
                raise asyncio.CancelledError
            yield batch


def _title(path: Path) -> str:
    return Path(path.stem).stem if path.suffix.lower() == ".gz" else path.stem


def _described(columns: Mapping[str, Cells | Values], number: int) -> dict[str, Any]:
    described = [{"name": name, **column.describe()} for name, column in columns.items()]
    return {"columns": described, **({"columns_complete": False} if number > len(columns) else {})}


def _check_name(reader: RowReader, name: str, line: int) -> None:
    if "\0" in name or any("\ud800" <= character <= "\udfff" for character in name):
        reader.refuse("a name that no database holds", line)
