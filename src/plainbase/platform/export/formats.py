"""The formats of an export: how each is called, what it needs, and how it writes rows."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from plainbase.errors import ParameterError
from plainbase.platform import extras
from plainbase.platform.export.csv import CsvWriter
from plainbase.platform.export.described import described
from plainbase.platform.export.json import JsonLinesWriter, JsonWriter
from plainbase.platform.export.parquet import ParquetWriter
from plainbase.platform.export.source import Source
from plainbase.platform.export.threads import in_thread
from plainbase.platform.pdf import fonts
from plainbase.rows import Row

OnRows = Callable[[int], object]
"""Called with the number of rows written so far."""

BATCH = 256
"""Rows that are made into text at a time: more would not be faster, and take more memory."""


class Writer(Protocol):
    """A flat format; made with the file and the names of the columns."""

    def write(self, rows: Sequence[Sequence[Any]]) -> None:
        """Write some rows, at least one, whose values are as `columns.selected` says."""

    def close(self) -> None:
        """Write what belongs at the end; the file stays open."""

    def discard(self) -> None:
        """Let go of everything, and write nothing more."""


@dataclass(frozen=True, slots=True)
class Format:
    """A format: its writing, the modules it needs, whether a terminal can show it, and its usual number of rows."""

    name: str
    write: Callable[[BinaryIO, Source, OnRows], Awaitable[int]]
    needs: tuple[str, ...] = ()
    is_text: bool = True
    limit: int | None = None


def flat(writer: Callable[[BinaryIO, Sequence[str]], Writer]) -> Callable[[BinaryIO, Source, OnRows], Awaitable[int]]:
    """The writing of a flat format: rows as they come, in a thread, so that the event loop goes on."""

    async def write(file: BinaryIO, source: Source, on_rows: OnRows) -> int:
        count = 0
        made: list[Writer] = []
        try:
            await in_thread(lambda: made.append(writer(file, source.columns)))  # kept also when this is cancelled
            (to,) = made
            async with aclosing(source.chunks()) as chunks:
                async for chunk in chunks:
                    await in_thread(_write_all, to, chunk)
                    count += len(chunk)
                    on_rows(count)
            await in_thread(to.close)
        except BaseException:
            for to in made:
                to.discard()
            raise
        return count

    return write


def _write_all(writer: Writer, rows: Sequence[Any]) -> None:
    for start in range(0, len(rows), BATCH):
        writer.write(rows[start : start + BATCH])


async def _pdf(file: BinaryIO, source: Source, on_rows: OnRows) -> int:
    from plainbase.platform.export import pdf

    async def counted() -> AsyncIterator[Row]:
        count = 0
        async with aclosing(source.rows()) as rows:
            async for row in rows:
                yield row
                count += 1
                on_rows(count)

    return await pdf.write(
        file,
        counted(),
        columns=source.columns,
        title="Evaluations",
        filters=described(source.filters),
        total=await source.total(),
        made_at=datetime.now(UTC),
    )


FORMATS: Mapping[str, Format] = {
    each.name: each
    for each in (
        Format("csv", flat(CsvWriter)),
        Format("json", flat(JsonWriter)),
        Format("jsonl", flat(JsonLinesWriter)),
        Format("parquet", flat(ParquetWriter), needs=("pyarrow",), is_text=False),
        Format("pdf", _pdf, needs=fonts.NEEDS, is_text=False, limit=5_000),
    )
}
"""The known formats; each is the ending of its files too."""


def known() -> str:
    """The names of the formats, for an error."""
    return ", ".join(FORMATS)


def find_format(name: str | None, path: Path | None) -> Format:
    """The format of this name, else of the file's ending, else CSV for what has no name.

    Raises ParameterError for an unknown one, and ConfigurationError for one whose packages are not installed.
    """
    if name is None:
        name = "csv" if path is None else path.suffix.removeprefix(".").lower()
        if name not in FORMATS:
            raise ParameterError(f"the ending of {path} names no format; known are {known()}")
    elif name not in FORMATS:
        raise ParameterError(f"unknown format {str(name)[:100]!r}; known are {known()}")
    found = FORMATS[name]
    extras.require("export", *found.needs)
    return found
