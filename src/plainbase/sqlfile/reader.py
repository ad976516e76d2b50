"""`.sql` text -> frozen queries, and folders of it -> the tree that a database offers as attributes."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from plainbase.dialect import Dialect
from plainbase.errors import QueryFileError
from plainbase.sqlfile import lexer
from plainbase.sqlfile.folders import SourceFile, find_files
from plainbase.sqlfile.forks import Found, merge
from plainbase.sqlfile.header import (
    Malformed,
    Name,
    Notes,
    is_header,
    is_nearly_header,
    name_fault,
    read_name,
    read_notes,
)
from plainbase.sqlfile.query import Kind, Query
from plainbase.sqlfile.section import Section, begins_line, build, read, reads_differently, unclosed_problem
from plainbase.sqlfile.statement import Problem

AT_THE_CALL = "SQL at the call"

_WORDED = re.compile(r"-+[ \t]*name[ \t]*:[^\n]*:[ \t]*\w+[ \t\r]*$", re.MULTILINE)
_COMMENTS = re.compile(r"/\*.*?\*/|--[^\n]*", re.DOTALL)


def parse(
    text: str, *, file: str, namespace: str, dialect: Dialect, fork: Dialect | None = None
) -> tuple[list[Query], list[str]]:
    """Read one file's text for `dialect`; return its queries and its problems as `file:line message`.

    `fork` is the engine the file is for, where its name says so; None is a file that both engines share.
    """
    sections, problems = _read(text, file, namespace, dialect, fork)
    return [found.query for found in sections if found.query is not None], list(problems)


def adhoc(sql: str, dialect: Dialect) -> Query:
    """Compile SQL written at the call; raises QueryFileError where it is not one statement."""
    section = read(sql, 0, dialect, named=False)
    if section.unclosed is not None:
        query, problems = None, [unclosed_problem(section.unclosed)]
    else:
        name = Name("", Kind.MANY, None, worded=True)
        query, problems = build(sql, section, name, Notes(), query="", where=AT_THE_CALL, dialect=dialect)
    if query is None:
        raise QueryFileError(
            f"{AT_THE_CALL}:{sql.count(chr(10), 0, max(offset, 0)) + 1} {message}" for offset, message in problems
        )
    return query


def load(folders: Sequence[Path], dialect: Dialect, reserved: Collection[str] = ()) -> dict[str, Any]:
    """Read every `.sql` file below the folders into a tree of dicts with queries as leaves.

    Raises one QueryFileError with the problems of all files.
    """
    files, problems = find_files(folders, reserved)
    found: list[Found] = []
    for file in files:
        text = _text(file, problems)
        if text is not None:
            sections, faults = _read(text, file.label, ".".join(file.parts), dialect, file.fork)
            found.extend(sections)
            problems.extend(faults)
    tree = merge(found, dialect, problems)
    if problems:
        raise QueryFileError(problems)
    return tree


@lru_cache(maxsize=1024)
def _read(
    text: str, file: str, namespace: str, dialect: Dialect, fork: Dialect | None
) -> tuple[tuple[Found, ...], tuple[str, ...]]:
    """Read one file's text, once in a process however many databases are opened: what is found never changes."""
    reader = _Reader(text, file, namespace, dialect, fork)
    reader.read()
    return tuple(reader.found), tuple(reader.problems)


def _text(file: SourceFile, problems: list[str]) -> str | None:
    try:
        data = file.path.read_bytes()
    except OSError as error:
        problems.append(f"{file.label}:1 cannot be read: {error.strerror}")
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        problems.append(f"{file.label}:{line} is not UTF-8")
        return None


class _Reader:
    """Reads one file's text."""

    def __init__(self, text: str, file: str, namespace: str, dialect: Dialect, fork: Dialect | None) -> None:
        self.found: list[Found] = []
        self.problems: list[str] = []
        self._text = text
        self._file = file
        self._namespace = namespace
        self._dialect = dialect
        self._fork = fork

    def read(self) -> None:
        """Read every section."""
        for part in self._namespace.split("."):
            if name_fault(part):
                self._report(0, f"name {part!r} {name_fault(part)}")
        nul = self._text.find("\0")
        if nul >= 0:
            self._report(nul, "holds a NUL character")
        if self.problems:
            return
        position = first = self._first_header()
        while position < len(self._text):
            position = self._read_section(position)
        before = _COMMENTS.sub(lambda comment: " " * len(comment[0]), self._text[:first])
        if before.strip("\ufeff \t\r\n\f\v") and _WORDED.match(self._text, first):
            offset = len(before) - len(before.lstrip("\ufeff \t\r\n\f\v"))
            self._report(offset, "this stands before the first `-- name:` line, in no query")

    def _first_header(self) -> int:
        """Return where the first `-- name:` line begins; what stands before it is no query."""
        text = self._text
        for comment in _COMMENTS.finditer(text):
            if comment[0].startswith("--") and begins_line(text, comment.start()):
                if is_header(comment[0]):
                    return comment.start()
                self._check_spelling(lexer.Token(lexer.COMMENT, comment[0], comment.start(), comment.end()))
        return len(text)

    def _read_section(self, start: int) -> int:
        """Read the section whose `-- name:` line is at `start`; return where the next one is."""
        text, dialect = self._text, self._fork or self._dialect
        body_start = text.find("\n", start) + 1 or len(text)
        section = read(text, body_start, dialect)
        notes, faults = read_notes(section.header)
        if notes.only is not None and notes.only is not dialect and self._fork is None:
            dialect = notes.only
            section = read(text, body_start, dialect)
        try:
            name = read_name(text[start:body_start])
        except Malformed as malformed:
            self._report(start, str(malformed))
            return section.end
        query = f"{self._namespace}.{name.name}"
        where = f"{self._file}:{self._line(start)}"
        for comment in section.comments:
            self._check_spelling(comment)
        if self._fork is not None and notes.only not in (None, self._fork):
            faults.append(Problem(notes.offsets["only"], f"-- only: this file is for {self._fork}"))
        compiled, more = self._compiled(section, name, notes, query, where, body_start)
        faults.extend(more)
        for offset, message in faults:
            self._report(start if offset < 0 else offset, f"{query}: {message}")
        self.found.append(Found(query, where, self._fork, notes.only, None if faults else compiled))
        return section.end

    def _compiled(
        self, section: Section, name: Name, notes: Notes, query: str, where: str, body_start: int
    ) -> tuple[Query | None, list[Problem]]:
        if section.unclosed is not None:
            return None, [unclosed_problem(section.unclosed)]
        dialect = self._fork or self._dialect
        if name.worded and self._fork is None and notes.only is None:
            problem = reads_differently(self._text, section, dialect, body_start)
            if problem is not None:
                return None, [problem]
        return build(self._text, section, name, notes, query=query, where=where, dialect=dialect)

    def _check_spelling(self, comment: lexer.Token) -> None:
        if comment.kind == lexer.COMMENT and is_header(comment.text):
            self._report(comment.start, "a `-- name:` comment must begin its line")
        elif is_nearly_header(comment.text):
            message = f"{comment.text.strip()!r} looks like a misspelt `-- name: <query> :<kind>`"
            self._report(comment.start, message)

    def _line(self, offset: int) -> int:
        return self._text.count("\n", 0, offset) + 1

    def _report(self, offset: int, message: str) -> None:
        self.problems.append(f"{self._file}:{self._line(offset)} {message}")


def walk(tree: Mapping[str, Any]) -> Iterator[Query]:
    """Yield the queries of a tree of files and folders."""
    for each in tree.values():
        if isinstance(each, Query):
            yield each
        else:
            yield from walk(each)
