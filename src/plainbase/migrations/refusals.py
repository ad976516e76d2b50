"""What a migration file must not hold, told when it is planned: nothing has run then."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from plainbase.dialect import Dialect
from plainbase.migrations.files import NO_TRANSACTION, File
from plainbase.migrations.statements import beside_rebuild, concurrent_index, drops_tables, uncounted, words
from plainbase.sqlfile import lexer
from plainbase.sqlfile.script import Part

_LIKE_NO_TRANSACTION = re.compile(r"--\s*no[-_ ]?transaction\b.*", re.IGNORECASE)
_OUTSIDE = f"make it the one statement of a file whose first line is {NO_TRANSACTION}"
_NOT_INSIDE = ("VACUUM", "PRAGMA JOURNAL_MODE")
_NEVER = {
    "PRAGMA FOREIGN_KEYS": "does nothing inside a transaction; leave it out: they are off while a migration drops a "
    "table, and checked before it is committed",
    "PRAGMA LEGACY_ALTER_TABLE": "is set as a rebuilt table needs it; leave it out",
    "PRAGMA WRITABLE_SCHEMA": "can destroy the database; change the schema by statements",
}
_DIVIDED = {("CREATE", "DATABASE"), ("DROP", "DATABASE"), ("CREATE", "TABLESPACE"), ("DROP", "TABLESPACE")}


@lru_cache(maxsize=1024)
def problems(file: File) -> tuple[str, ...]:
    """Say what is wrong with a file, each with its line; it is looked through once, however often it is planned."""
    return tuple(_problems(file))


def _problems(file: File) -> Iterable[str]:
    for number, line in enumerate(file.text.split("\n"), 1):
        if line[:2] == "--" and _LIKE_NO_TRANSACTION.fullmatch(line) and (number > 1 or file.in_transaction):
            yield f"{file.where}:{number}: write {NO_TRANSACTION}, as the first line and alone on it"
    for part in file.parts:
        for problem in _of_part(part, file):
            yield f"{file.where}:{part.line}: {problem}"
    if file.dialect is Dialect.SQLITE and drops_tables(file.parts):
        yield from _of_rebuilds(file)
    if not file.in_transaction and len(file.parts) > 1:
        yield (
            f"{file.where}:{file.parts[1].line}: a file outside a transaction holds one statement, since what was done "
            "before a failure could not be undone; give this one a migration of its own"
        )


def _of_rebuilds(file: File) -> Iterable[str]:
    for part in uncounted(file.parts):
        yield f"{file.where}:{part.line}: leave IF EXISTS out: the rows of a table that is rebuilt are counted before"
    for part in beside_rebuild(file.parts):
        yield (
            f"{file.where}:{part.line}: while another table is rebuilt, views and triggers do not follow this; "
            "give it a migration of its own"
        )


def _of_part(part: Part, file: File) -> Iterable[str]:
    opened = next((token for token in part.tokens if token.kind == lexer.OPEN), None)
    if opened is not None:
        line = file.text.count("\n", 0, opened.start) + 1
        what = "comment" if opened.text.startswith("/*") else "quoted name" if opened.text[0] in '"`[' else "string"
        yield f"the {what} that begins in line {line} is never closed"
    elif part.control:
        yield f"{part.control} is not for a migration: its transaction begins and ends by itself; leave it out"
    elif file.dialect is Dialect.SQLITE:
        yield from _of_sqlite(part, in_transaction=file.in_transaction)
    else:
        yield from _of_postgres(part, in_transaction=file.in_transaction)


def _of_sqlite(part: Part, *, in_transaction: bool) -> Iterable[str]:
    what = f"PRAGMA {_pragma(part)}" if part.verb == "PRAGMA" else part.verb
    if what in ("ATTACH", "DETACH"):
        yield f"{what} is not for a migration: it is about one file"
    elif what in _NEVER:
        yield f"{what} {_NEVER[what]}"
    elif in_transaction and what in _NOT_INSIDE:
        yield f"{what} does not work in a transaction; {_OUTSIDE}"
    elif not in_transaction and part.verb not in ("VACUUM", "PRAGMA"):
        yield f"only VACUUM and PRAGMA need {NO_TRANSACTION} on SQLite; leave that line out here"


def _pragma(part: Part) -> str:
    """Its name in upper case, without the schema's and without quotation marks."""
    names = [lexer.identifier(token) or "" for token in part.tokens[1:4]]
    return names[2 if part.tokens[2:3] and part.tokens[2].text == "." else 0].upper()


def _of_postgres(part: Part, *, in_transaction: bool) -> Iterable[str]:
    found = words(part)
    concurrently = "CONCURRENTLY" in found and found[0] in ("CREATE", "DROP", "REINDEX", "ALTER")
    if in_transaction and (concurrently or part.verb == "VACUUM" or found[:2] in _DIVIDED):
        what = f"{part.verb} … CONCURRENTLY" if concurrently else " ".join(found[: 1 if part.verb == "VACUUM" else 2])
        yield f"{what} cannot run in a transaction; {_OUTSIDE}"
    elif concurrently and found[:1] == ("CREATE",) and concurrent_index(part) is None:
        yield "name the index, so that one left INVALID by an interruption can be found"
