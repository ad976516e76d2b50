"""Rows of a file, read in bounded memory while its digest is made: CSV, TSV, JSON Lines, a JSON array, plain text."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zlib
from codecs import getincrementaldecoder
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

from plainbase.errors import DataInvalid

LONGEST = 64 * 2**20
"""Bytes of a line, and characters of a JSON array's element, beyond which a file is refused."""
PIECE = 2**20
"""Bytes, or characters, that are read at once."""
ROWS = 4096
BYTES = 4 * 2**20
"""A batch ends after so many rows or bytes."""
TOKEN = 16
"""Characters that an unfinished JSON token, other than a text, may have at most."""


class HashingFile(io.RawIOBase):
    """A file that counts and hashes the bytes read from it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.size = 0
        self._hash = sha256()

    def readable(self) -> bool:
        """It can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read some bytes."""
        data = self._file.read(len(buffer))
        buffer[: len(data)] = data
        self.size += len(data)
        self._hash.update(data)
        return len(data)

    def digest(self) -> str:
        """The SHA-256 of what was read."""
        return self._hash.hexdigest()


class RowReader:
    """Rows of one open file, batch by batch; every error names the file and the line."""

    def __init__(self, path: Path, file: HashingFile, *, compressed: bool) -> None:
        self.path = path
        self.line = 0
        self._raw = io.BufferedReader(file, PIECE)
        self._data: Any = gzip.GzipFile(fileobj=self._raw) if compressed else self._raw
        self._bytes = 0

    def refuse(self, problem: str, line: int | None = None) -> NoReturn:
        """Raise DataInvalid for this line, or the one last read."""
        raise DataInvalid(f"{self.path}:{line or self.line or 1}: {problem}")

    def table(self, delimiter: str) -> Iterator[list[list[str]]]:
        """The rows of a CSV file as texts, the header first and alone."""
        reader = csv.reader(self._lines(), delimiter=delimiter, strict=True)
        width, began = 0, 1
        batch: list[list[str]] = []
        try:
            for row in reader:
                if row and not width:
                    width = len(row)
                    yield [row]
                elif row:
                    if len(row) != width:
                        self.refuse(f"{len(row)} fields where the header has {width}", began)
                    batch.append(row)
                    if self._full(len(batch)):
                        yield batch
                        batch = []
                began = self.line + 1
        except csv.Error as error:
            self.refuse(str(error))
        if not width:
            self.refuse("there is no header")
        if batch:
            yield batch

    def json_lines(self) -> Iterator[list[tuple[int, Any]]]:
        """The values of a JSON Lines file with their lines."""
        batch = []
        for text in self._lines():
            if text.strip():
                batch.append((self.line, self._json(text)))
                if self._full(len(batch)):
                    yield batch
                    batch = []
        if batch:
            yield batch

    def json_array(self) -> Iterator[list[tuple[int, Any]]]:
        """The elements of a JSON file that is one array, with the lines where they begin."""
        batch: list[tuple[int, Any]] = []
        for element in self._elements():
            batch.append(element)
            if self._full(len(batch)):
                yield batch
                batch = []
        if batch:
            yield batch

    def pieces(self) -> Iterator[tuple[bytes, str, bool]]:
        """Lines, long ones in pieces: the bytes, the text without its line end, and whether the line ends here."""
        decoder = getincrementaldecoder("utf-8")()
        first = ended = True
        while data := self._read(PIECE):
            self.line += ended
            ended = data.endswith(b"\n")
            if b"\0" in data:
                self.refuse("a NUL character")
            try:
                text = decoder.decode(data, final=ended)
            except UnicodeDecodeError:
                self.refuse("not UTF-8 text")
            yield data, text.removeprefix("\ufeff") if first else text, ended
            first = False
        if not ended:
            try:
                decoder.decode(b"", final=True)
            except UnicodeDecodeError:
                self.refuse("not UTF-8 text")

    def drain(self) -> None:
        """Read what is left, so that the digest is that of the whole file."""
        while self._raw.read(PIECE):
            pass

    def _full(self, rows: int) -> bool:
        if rows < ROWS and self._bytes < BYTES:
            return False
        self._bytes = 0
        return True

    def _read(self, limit: int) -> bytes:
        try:
            data: bytes = self._data.readline(limit)
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            self.refuse(f"no whole gzip file: {error}", self.line + 1)
        self._bytes += len(data)
        return data

    def _lines(self) -> Iterator[str]:
        while data := self._read(LONGEST + 1):
            self.line += 1
            if len(data) > LONGEST:
                self.refuse(f"a line of more than {LONGEST:,} bytes")
            if b"\0" in data:
                self.refuse("a NUL character")
            try:
                yield data.decode("utf-8-sig" if self.line == 1 else "utf-8")
            except UnicodeDecodeError:
                self.refuse("not UTF-8 text")

    def _json(self, text: str) -> Any:
        try:
            return json.loads(text)
        except (ValueError, RecursionError) as error:
            self.refuse(_told(error))

    def _elements(self) -> Iterator[tuple[int, Any]]:
        text = _Window(self)
        if text.following() != "[":
            self.refuse("no JSON array", text.line)
        text.skip(1)
        if text.following() != "]":
            while True:
                text.following()
                line = text.line
                yield line, text.element()
                if (sign := text.following()) != ",":
                    break
                text.skip(1)
            if sign != "]":
                self.refuse("no , or ] after an element" if sign else "the array does not end", text.line)
        text.skip(1)
        if text.following():
            self.refuse("more than one JSON array", text.line)


class _Window:
    """The part of a JSON text that is being looked at."""

    def __init__(self, reader: RowReader) -> None:
        self._reader = reader
        self._pieces = reader.pieces()
        self._text = ""
        self._place = 0
        self._ended = False
        self._decoder = json.JSONDecoder()
        self.line = 1

    def following(self) -> str:
        """Skip white space; the character there, or nothing at the end."""
        while True:
            text, place = self._text, self._place
            while place < len(text) and text[place] in " \t\r\n":
                self.line += text[place] == "\n"
                place += 1
            self._place = place
            if place < len(text):
                return text[place]
            if not self._more():
                return ""

    def skip(self, characters: int) -> None:
        """Go on by so many characters."""
        self._place += characters

    def element(self) -> Any:
        """The JSON value that begins here."""
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text, self._place)
            except RecursionError as error:
                self._reader.refuse(_told(error), self.line)
            except json.JSONDecodeError as error:
                unfinished = error.msg.startswith("Unterminated") or error.pos > len(self._text) - TOKEN
                if not (unfinished and self._more()):
                    line = self.line + self._text.count("\n", self._place, error.pos)
                    self._reader.refuse(_told(error), line)
                continue
            except ValueError as error:
                self._reader.refuse(_told(error), self.line)
            # A number near the end may go on: what was read of its point or exponent is not part of it yet.
            length = end - self._place
            if end + len("e+") < len(self._text) or not self._more():
                end = self._place + length
                self.line += self._text.count("\n", self._place, end)
                self._place = end
                return value

    def _more(self) -> bool:
        """Read on, at least as much as is held, so that a long element is not looked through too often."""
        held = self._text[self._place :]
        if len(held) > LONGEST:
            self._reader.refuse(f"an element of more than {LONGEST:,} characters", self.line)
        parts = []
        wanted = max(PIECE, len(held))
        while not self._ended and wanted > 0:
            data, piece, _ = next(self._pieces, (b"", "", True))
            self._ended = not data
            wanted -= len(piece)
            parts.append(piece)
        self._text = held + "".join(parts)
        self._place = 0
        return len(self._text) > len(held)


def _told(error: ValueError | RecursionError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"no JSON: {error.msg}"
    return f"no JSON: {'nested too deeply' if isinstance(error, RecursionError) else 'a number with too many digits'}"
