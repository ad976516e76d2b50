"""JSON: one array of objects, or an object a line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from json.encoder import encode_basestring
from typing import Any, BinaryIO

from plainbase.platform.export.cells import json_texts, number_texts, utf8
from plainbase.platform.export.columns import KINDS, Kind


class JsonLinesWriter:
    """Writes rows as JSON objects, one a line."""

    _between = "\n"

    def __init__(self, file: BinaryIO, columns: Sequence[str]) -> None:
        self._file = file
        self._cells = [_CELLS[KINDS[name]] for name in columns]
        self._object = "{" + ",".join(f'"{name}":%s' for name in columns) + "}"

    def write(self, rows: Sequence[Sequence[Any]]) -> None:
        """Write some rows."""
        self._file.write(utf8(self._objects(rows) + "\n"))

    def close(self) -> None:
        """Nothing is left to write."""

    def discard(self) -> None:
        """Nothing is held."""

    def _objects(self, rows: Sequence[Sequence[Any]]) -> str:
        columns = [cells(column) for cells, column in zip(self._cells, zip(*rows, strict=True), strict=True)]
        return self._between.join(map(self._object.__mod__, zip(*columns, strict=True)))


class JsonWriter(JsonLinesWriter):
    """Writes rows as one JSON array, an object a line."""

    _between = ",\n"

    def __init__(self, file: BinaryIO, columns: Sequence[str]) -> None:
        super().__init__(file, columns)
        self._before = "[\n"

    def write(self, rows: Sequence[Sequence[Any]]) -> None:
        """Write some rows."""
        self._file.write(utf8(self._before + self._objects(rows)))
        self._before = self._between

    def close(self) -> None:
        """End the array."""
        self._file.write(b"[]\n" if self._before == "[\n" else b"\n]\n")


def _texts(column: Iterable[str | None]) -> list[str]:
    return ["null" if text is None else encode_basestring(text) for text in column]


def _plain(column: Iterable[str | None]) -> list[str]:
    return ["null" if text is None else f'"{text}"' for text in column]


_CELLS: Mapping[Kind, Callable[[Any], list[str]]] = {
    Kind.ID: _plain,
    Kind.TEXT: _texts,
    Kind.JSON: json_texts,
    Kind.REAL: partial(number_texts, none="null"),
    Kind.INTEGER: partial(number_texts, none="null"),
    Kind.TIMESTAMP: _plain,
}
