"""The files of an archive: Parquet or JSON Lines, compressed or not, written whole and read some rows at a time."""

from __future__ import annotations

import io
import json
import math
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, BinaryIO, Literal, Protocol, cast, get_args

from plainbase.errors import ParameterError
from plainbase.platform.export.counted import CountedFile
from plainbase.platform.extras import require
from plainbase.platform.retention.errors import ArchiveRefused
from plainbase.platform.retention.row_texts import Column, Value, Values
from plainbase.platform.written_through import written_through

Format = Literal["parquet", "jsonl"]
Compression = Literal["zstd", "none"]
FORMATS: tuple[Format, ...] = get_args(Format)
COMPRESSIONS: tuple[Compression, ...] = get_args(Compression)
UNFINISHED = ".part"
"""What the name of a file that is being written ends with."""

GROUP_ROWS = 20_000
GROUP_CHARACTERS = 8 * 2**20
"""A group of a Parquet file's rows is written when it has so many rows, or characters of text."""


def check(format: str, compression: str) -> None:  # noqa: A002 (the word of the command line)
    """See that an archive can be written so. Raises ParameterError and ConfigurationError."""
    if format not in FORMATS:
        raise ParameterError(f"unknown archive format {format!r}; known are {', '.join(FORMATS)}")
    if compression not in COMPRESSIONS:
        raise ParameterError(f"unknown compression {compression!r}; known are {', '.join(COMPRESSIONS)}")
    if format == "parquet":
        require("export", "pyarrow")
    elif compression == "zstd":
        require("backup", "zstandard")


def ending(format: Format, compression: Compression) -> str:  # noqa: A002 (the word of the command line)
    """What a file's name ends with."""
    return ".parquet" if format == "parquet" else ".jsonl.zst" if compression == "zstd" else ".jsonl"


def kept(file: BinaryIO) -> None:
    """See that what was written is on disk."""
    file.flush()
    os.fsync(file.fileno())


@contextmanager
def whole(path: Path) -> Iterator[BinaryIO]:
    """Give a file to write; it has its name, and is on disk, when the block ends without an error, else it is gone."""
    beside = path.with_name(path.name + UNFINISHED)
    try:
        with beside.open("wb") as file:
            yield file
            kept(file)
        beside.replace(path)
    except BaseException:
        with suppress(OSError):
            beside.unlink()
        raise
    written_through(path.parent)


class Writer(Protocol):
    """Takes rows, and ends the file."""

    def write(self, rows: Sequence[Values]) -> None:
        """Take some rows."""

    def close(self) -> None:
        """Write what is held, and the file's end."""

    def discard(self) -> None:
        """Write nothing more."""


def writer(file: BinaryIO, columns: Sequence[Column], format: Format, compression: Compression) -> Writer:  # noqa: A002
    """A writer into an open file."""
    return _Parquet(file, columns, compression) if format == "parquet" else _Lines(file, columns, compression)


class _Lines:
    def __init__(self, file: BinaryIO, columns: Sequence[Column], compression: Compression) -> None:
        self._names = [column.name for column in columns]
        self._compressed: Any = None
        self._file: Any = file
        if compression == "zstd":
            import zstandard

            self._file = self._compressed = zstandard.ZstdCompressor().stream_writer(file, closefd=False)

    def write(self, rows: Sequence[Values]) -> None:
        """Take some rows."""
        lines = [
            json.dumps(dict(zip(self._names, map(_written, row), strict=True)), ensure_ascii=False, allow_nan=False)
            for row in rows
        ]
        self._file.write("".join(f"{line}\n" for line in lines).encode())

    def close(self) -> None:
        """End the compression."""
        if self._compressed is not None:
            self._compressed.close()

    def discard(self) -> None:
        """Nothing writes by itself."""


class _Output(CountedFile):
    """What pyarrow writes to; its writer would write the foot when it is collected."""

    discarded = False

    def write(self, data: Any, /) -> int:
        return memoryview(data).nbytes if self.discarded else super().write(data)


class _Parquet:
    def __init__(self, file: BinaryIO, columns: Sequence[Column], compression: Compression) -> None:
        import pyarrow
        from pyarrow import parquet

        self._columns = columns
        self._schema = pyarrow.schema([(column.name, _arrow(column.type)) for column in columns])
        self._file = _Output(file)
        self._writer: Any = parquet.ParquetWriter(cast(BinaryIO, self._file), self._schema, compression=compression)
        self._rows: list[Values] = []
        self._characters = 0

    def write(self, rows: Sequence[Values]) -> None:
        """Take some rows."""
        self._rows += rows
        self._characters += sum(len(value) for row in rows for value in row if isinstance(value, str))
        if len(self._rows) >= GROUP_ROWS or self._characters >= GROUP_CHARACTERS:
            self._write_group()

    def close(self) -> None:
        """Write the last group, and the file's foot."""
        self._write_group()
        self._writer.close()

    def discard(self) -> None:
        """Close pyarrow's writer without writing."""
        self._file.discarded = True
        with suppress(Exception):
            self._writer.close()

    def _write_group(self) -> None:
        import pyarrow

        if self._rows:
            texts = [
                pyarrow.array(values, pyarrow.string()).cast(_arrow("timestamp"))
                if column.type == "timestamp"
                else pyarrow.array(values, _arrow(column.type))
                for column, values in zip(self._columns, zip(*self._rows, strict=True), strict=True)
            ]
            self._writer.write_table(pyarrow.Table.from_arrays(texts, schema=self._schema))
            self._rows, self._characters = [], 0


def _arrow(logical: str) -> Any:
    import pyarrow

    types: Mapping[str, Callable[[], Any]] = {
        "timestamp": lambda: pyarrow.timestamp("us", tz="UTC"),
        "integer": pyarrow.int64,
        "real": pyarrow.float64,
        "boolean": pyarrow.bool_,
    }
    return types.get(logical, pyarrow.string)()


def _written(value: Value) -> Value:
    return ("Infinity" if value > 0 else "-Infinity") if isinstance(value, float) and math.isinf(value) else value


def read(
    path: Path,
    columns: Sequence[Column],
    format: Format,  # noqa: A002 (the word of the command line)
    compression: Compression,
    chunk: int,
) -> Iterator[list[Values]]:
    """The rows of a file, some at a time. Raises ArchiveRefused where it is not what it says."""
    rows = _parquet_rows(path, columns, chunk) if format == "parquet" else _line_rows(path, columns, compression, chunk)
    try:
        yield from rows
    except (ValueError, TypeError, KeyError, AttributeError, EOFError) as error:
        raise ArchiveRefused(
            f"{path} does not have the rows that its manifest tells of ({type(error).__name__})"
        ) from None
    except Exception as error:
        if type(error).__name__ != "ZstdError":
            raise
        raise ArchiveRefused(f"{path} cannot be decompressed") from None


def _parquet_rows(path: Path, columns: Sequence[Column], chunk: int) -> Iterator[list[Values]]:
    import pyarrow
    from pyarrow import parquet

    with parquet.ParquetFile(path) as file:
        if set(file.schema_arrow.names) != {column.name for column in columns}:
            raise ValueError(path.name)
        for batch in file.iter_batches(chunk, columns=[column.name for column in columns]):
            values = []
            for column in columns:
                array = batch.column(column.name)
                if array.type != _arrow(column.type):
                    raise ValueError(column.name)
                if column.type == "timestamp":
                    moments: list[Any] = array.cast(pyarrow.timestamp("us")).to_pylist()
                    values.append([each and f"{each.isoformat(timespec='microseconds')}Z" for each in moments])
                else:
                    values.append(array.to_pylist())
            yield list(zip(*values, strict=True))


def _line_rows(path: Path, columns: Sequence[Column], compression: Compression, chunk: int) -> Iterator[list[Values]]:
    with path.open("rb") as file:
        lines: IO[bytes] = file
        if compression == "zstd":
            import zstandard

            reader: Any = zstandard.ZstdDecompressor().stream_reader(file, closefd=False)
            lines = io.BufferedReader(reader)
        rows: list[Values] = []
        for line in lines:
            found = json.loads(line)
            if found.keys() != {column.name for column in columns}:
                raise ValueError(path.name)
            rows.append(tuple(_value(column.type, found[column.name]) for column in columns))
            if len(rows) == chunk:
                yield rows
                rows = []
        if rows:
            yield rows


def _value(logical: str, value: Any) -> Value:
    """A value as it was, where it is of its type. Raises ValueError."""
    if value is None:
        return None
    match logical, value:
        case "boolean", bool():
            return value
        case "integer", int() if not isinstance(value, bool):
            return value
        case "real", float():
            return value
        case "real", "Infinity" | "-Infinity":
            return float(value)
        case (("uuid" | "text" | "json" | "timestamp"), str()):
            return value
    raise ValueError(logical)
