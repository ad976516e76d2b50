"""CSV by RFC 4180 in UTF-8: texts in quotes, so that an empty one is not none, and none of them a formula."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, BinaryIO

from plainbase.platform.export.cells import json_texts, number_texts, utf8
from plainbase.platform.export.columns import KINDS, Kind

_SPACES = "".join(map(chr, (*range(1, 33), 0x7F, *range(0x80, 0xA1), 0x1680, *range(0x2000, 0x2010), 0x2028, 0x2029)))
_SPACES += "\u202a\u202b\u202c\u202d\u202e\u202f\u205f\u2060\u2066\u2067\u2068\u2069\u3000\ufeff"
_STARTS = "=+-@＝＋－＠"  # noqa: RUF001 (the wide ones count as well)
_FORMULA = re.compile(f"'*(?:[\t\r\n]|[{re.escape(_SPACES)}]*[{re.escape(_STARTS)}])")
_SUSPECT = frozenset(_SPACES + _STARTS + "'")


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula: what might begin one gets an apostrophe in front.

    That are = + - @ and their wide forms, with spaces in front or not, and a tab or line break
    (https://owasp.org/www-community/attacks/CSV_Injection); and these behind apostrophes, so that `original` can tell.
    """
    return f"'{text}" if _FORMULA.match(text) else text


def original(text: str) -> str:
    """The text that `harmless` was given."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text, 1) else text


class CsvWriter:
    """Writes rows as CSV."""

    def __init__(self, file: BinaryIO, columns: Sequence[str]) -> None:
        self._file = file
        self._cells = [_CELLS[KINDS[name]] for name in columns]
        self._file.write(utf8(",".join(columns) + "\r\n"))

    def write(self, rows: Sequence[Sequence[Any]]) -> None:
        """Write some rows."""
        columns = [cells(column) for cells, column in zip(self._cells, zip(*rows, strict=True), strict=True)]
        self._file.write(utf8("\r\n".join([*map(",".join, zip(*columns, strict=True)), ""])))

    def close(self) -> None:
        """Nothing is left to write."""

    def discard(self) -> None:
        """Nothing is held."""


def _plain(column: Iterable[str | None]) -> list[str]:
    return [text or "" for text in column]


def _texts(column: Iterable[str | None]) -> list[str]:
    return ["" if text is None else _quoted(harmless(text) if text[:1] in _SUSPECT else text) for text in column]


def _json(column: Sequence[str]) -> list[str]:
    return [_quoted(text) for text in json_texts(column)]


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


_CELLS: Mapping[Kind, Callable[[Any], list[str]]] = {
    Kind.ID: _plain,
    Kind.TEXT: _texts,
    Kind.JSON: _json,
    Kind.REAL: partial(number_texts, none=""),
    Kind.INTEGER: partial(number_texts, none=""),
    Kind.TIMESTAMP: _plain,
}
