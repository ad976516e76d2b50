"""Parquet: typed columns, compressed with Zstandard, a group of rows at a time."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any, BinaryIO, cast

from plainbase.errors import DataInvalid
from plainbase.platform.export.cells import json_texts, utf8
from plainbase.platform.export.columns import KINDS, Kind
from plainbase.platform.export.counted import CountedFile

GROUP_BYTES = 4 * 2**20
GROUP_ROWS = 131_072
"""A group of rows is written when it holds so many bytes, before compression, or rows."""

REPEATED = ("experiment_id", "benchmark_id", "model_version_id", "provider", "model", "created_by", "team_id")
"""Columns that say few things again and again; a dictionary of the others would only take memory."""


class _Output(CountedFile):
    """What pyarrow writes to."""

    discarded = False

    def write(self, data: Any, /) -> int:
        return memoryview(data).nbytes if self.discarded else super().write(data)


class ParquetWriter:
    """Writes rows as Parquet; ids, and metadata as JSON, are texts."""

    def __init__(self, file: BinaryIO, columns: Sequence[str]) -> None:
        import pyarrow
        from pyarrow import parquet

        text = pyarrow.string()
        types: dict[Kind, pyarrow.DataType] = {
            Kind.ID: text,
            Kind.TEXT: text,
            Kind.JSON: text,
            Kind.REAL: pyarrow.float64(),
            Kind.INTEGER: pyarrow.int64(),
            Kind.TIMESTAMP: pyarrow.timestamp("us", tz="UTC"),
        }
        self._kinds = [KINDS[name] for name in columns]
        self._schema = pyarrow.schema([pyarrow.field(name, types[KINDS[name]]) for name in columns])
        options: dict[str, Any] = {"use_dictionary": [name for name in columns if name in REPEATED]}
        self._file = _Output(file)
        self._writer = parquet.ParquetWriter(cast(BinaryIO, self._file), self._schema, compression="zstd", **options)
        self._batches: list[pyarrow.RecordBatch] = []
        self._rows = self._bytes = 0

    def write(self, rows: Sequence[Sequence[Any]]) -> None:
        """Take some rows, and write a group of them when there are enough."""
        import pyarrow

        columns = zip(self._kinds, zip(*rows, strict=True), strict=True)
        arrays = [_array(kind, column) for kind, column in columns]
        batch = pyarrow.record_batch(arrays, schema=self._schema)
        self._batches.append(batch)
        self._rows += batch.num_rows
        self._bytes += batch.nbytes
        if self._bytes >= GROUP_BYTES or self._rows >= GROUP_ROWS:
            self._write_group()

    def close(self) -> None:
        """Write the last group, and the file's foot."""
        self._write_group()
        self._writer.close()

    def discard(self) -> None:
        """Close pyarrow's writer, which would write the foot when it is collected."""
        self._file.discarded = True
        with suppress(Exception):
            self._writer.close()

    def _write_group(self) -> None:
        import pyarrow

        if self._batches:
            self._writer.write_table(pyarrow.Table.from_batches(self._batches), row_group_size=self._rows)
            self._batches = []
            self._rows = self._bytes = 0
            pyarrow.default_memory_pool().release_unused()


def _array(kind: Kind, column: Sequence[Any]) -> Any:
    import pyarrow

    if kind is Kind.REAL:
        return pyarrow.array(column, pyarrow.float64())
    if kind is Kind.INTEGER:
        return pyarrow.array(column, pyarrow.int64())
    if kind is Kind.JSON:
        column = [utf8(text) for text in json_texts(column)]
    texts = pyarrow.array(column, pyarrow.string())
    if kind is not Kind.TIMESTAMP:
        return texts
    try:
        return texts.cast(pyarrow.timestamp("us", tz="UTC"))
    except pyarrow.ArrowInvalid:
        raise DataInvalid("a timestamp before the year 1 or after 9999 is for CSV or JSON, not Parquet") from None
