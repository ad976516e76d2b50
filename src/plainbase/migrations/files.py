"""Migration files: found, numbered and paired; every problem of every file is told at once."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from plainbase.dialect import Dialect
from plainbase.errors import MigrationError
from plainbase.sqlfile import lexer, script

NO_TRANSACTION = "-- no-transaction"
IRREVERSIBLE = "-- irreversible:"

_NAME = re.compile(r"(\d{4}|\d{14})_(\w+)\.(up|down)\.sql")
_LOOKS_NUMBERED = re.compile(r"\d+[_.-].*|.*\.sql", re.IGNORECASE)
_COMMENTS = (lexer.COMMENT, lexer.BLOCK)
LAST_SHORT = 9999
"""The last number of four digits; what is larger is a time."""


@dataclass(frozen=True)
class File:
    """One direction of a migration: `where` names it in errors, `text` has its line ends made `\\n`."""

    where: str
    text: str
    dialect: Dialect

    @cached_property
    def parts(self) -> tuple[script.Part, ...]:
        """Its statements."""
        return tuple(script.split(self.text, self.dialect))

    @cached_property
    def first_line(self) -> str:
        """What says how it runs."""
        return self.text.split("\n", 1)[0]

    @property
    def in_transaction(self) -> bool:
        """Whether it runs in a transaction."""
        return self.first_line.rstrip() != NO_TRANSACTION

    @property
    def irreversible(self) -> str | None:
        """Why it undoes nothing, where its first line says so."""
        line = self.first_line
        return line.removeprefix(IRREVERSIBLE).strip() if line.startswith(IRREVERSIBLE) else None

    @property
    def text_checksum(self) -> str:
        """SHA-256 of the text, in hexadecimal."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @cached_property
    def sql_checksum(self) -> str:
        """SHA-256 of the statements, without comments and spacing, in hexadecimal."""
        words = (token.text for token in lexer.tokens(self.text, self.dialect) if token.kind not in _COMMENTS)
        return hashlib.sha256("\0".join(words).encode()).hexdigest()

    def is_empty(self) -> bool:
        """Whether it holds no statement."""
        return not any(
            token.kind not in _COMMENTS and token.text != ";" for token in lexer.tokens(self.text, self.dialect)
        )


@dataclass(frozen=True)
class Migration:
    """One step of the schema: what makes it, and what undoes it."""

    version: int
    name: str
    label: str
    up: File
    down: File


def read(folders: Sequence[Path], dialect: Dialect) -> tuple[Migration, ...]:
    """Read the migrations of one dialect from some schema folders, sorted by number.

    Raises MigrationError with every problem found: a gap or a number twice, a missing down file, a file that is empty,
    not UTF-8 or wrongly named, a name that the other dialect does not have, a folder of another kind.
    """
    problems: list[str] = []
    found: dict[str, dict[str, File]] = {}
    for folder in folders:
        directory = folder / dialect / "migrations"
        if not directory.is_dir():
            problems.append(_missing_folder(folder, dialect))
            continue
        for path in sorted(directory.iterdir()):
            if path.is_file() and _LOOKS_NUMBERED.fullmatch(path.name):
                where = f"{folder.resolve().name}/{dialect}/migrations/{path.name}"
                _read_one(path, where, dialect, found, problems)
        problems += _unlike_the_other(folder, dialect)
    migrations = _paired(found, problems)
    problems += _misnumbered(migrations)
    if problems:
        raise MigrationError("\n".join(problems))
    return tuple(migrations)


def dialects(folders: Sequence[Path]) -> list[Dialect]:
    """The dialects that the schema folders have migrations for."""
    return [each for each in Dialect if any((folder / each / "migrations").is_dir() for folder in folders)]


def numbers(folder: Path) -> set[int]:
    """The numbers that are taken in a schema folder, whatever its files hold."""
    names = (path.name for dialect in Dialect for path in (folder / dialect / "migrations").glob("*.sql"))
    return {int(match[1]) for name in names if (match := _NAME.fullmatch(name))}


def version_of(migrations: Iterable[Migration], wanted: int | str) -> int:
    """The number of the migration that a number or a label names; 0 stands before the first.

    Raises MigrationError where there is no such migration.
    """
    known = {0: "0", **{migration.version: migration.label for migration in migrations}}
    text = str(wanted).removesuffix(".sql").removesuffix(".up").removesuffix(".down")
    for version, label in known.items():
        if text == label or (text.isdecimal() and int(text) == version):
            return version
    labels = list(known.values())[1:]
    span = f"there are {labels[0]} to {labels[-1]}" if labels else "there are none"
    raise MigrationError(f"there is no migration {text}; {span}")


def _read_one(path: Path, where: str, dialect: Dialect, found: dict[str, dict[str, File]], problems: list[str]) -> None:
    match = _NAME.fullmatch(path.name)
    if match is None:
        problems.append(f"{where}: name it NNNN_name.up.sql or NNNN_name.down.sql, with 4 digits or a UTC time of 14")
        return
    try:
        text = path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = "it is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else error.strerror or "it is unreadable"
        problems.append(f"{where}: cannot be read: {why}")
        text = "SELECT 1"  # which has no further problems
    if "\0" in text:
        problems.append(f"{where}: holds a NUL character")
    if text.startswith("\ufeff"):
        problems.append(f"{where}: begins with a byte order mark; save it without")
    file = File(where, text.replace("\r\n", "\n").replace("\r", "\n"), dialect)
    if file.is_empty() and not (match[3] == "down" and file.irreversible):
        problems.append(f"{where}: holds no statement")
    directions = found.setdefault(f"{match[1]}_{match[2]}", {})
    if match[3] in directions:
        problems.append(f"{where}: {directions[match[3]].where} has its name too")
    directions[match[3]] = file


def _paired(found: Mapping[str, Mapping[str, File]], problems: list[str]) -> list[Migration]:
    migrations = []
    for label, directions in found.items():
        number, _, name = label.partition("_")
        file = next(iter(directions.values()))
        for direction in {"up", "down"} - directions.keys():
            missing = re.sub(r"\.(up|down)\.sql$", f".{direction}.sql", file.where)
            problems.append(f"{missing}: is missing; {file.where} needs it")
        up, down = directions.get("up", file), directions.get("down", file)
        migrations.append(Migration(int(number), name, label, up, down))
    return sorted(migrations, key=lambda migration: (migration.version, migration.label))


def _misnumbered(migrations: Sequence[Migration]) -> Iterable[str]:
    """Two files of one number, and gaps in numbers of four digits."""
    before = 0
    for migration in migrations:
        number = migration.label.partition("_")[0]
        where = migration.up.where
        if migration.version == before:
            yield f"{where}: another migration has the number {number} too" if before else f"{where}: begin with 0001"
        elif migration.version <= LAST_SHORT and migration.version != before + 1:
            yield f"{where}: the number {before + 1:04} is missing before it"
        before = migration.version


def _unlike_the_other(folder: Path, dialect: Dialect) -> Iterable[str]:
    """File names that only one dialect has, where the folder serves both."""
    other = next(each for each in Dialect if each is not dialect)
    here, there = (
        {path.name for path in (folder / each / "migrations").glob("*.sql") if _NAME.fullmatch(path.name)}
        for each in (dialect, other)
    )
    if there:
        for name in sorted(here ^ there):
            has, lacks = (dialect, other) if name in here else (other, dialect)
            where = f"{folder.resolve().name}/{lacks}/migrations/{name}"
            yield f"{where}: is missing; {has} has it, and both have the same names"


def _missing_folder(folder: Path, dialect: Dialect) -> str:
    directory = folder / dialect / "migrations"
    if not folder.is_dir():
        return f"{folder}: there is no such folder"
    if folder.name in {*Dialect, "migrations"} or any(_NAME.fullmatch(path.name) for path in folder.iterdir()):
        return f"{directory}: there is no such folder; give the folder that holds {dialect}/migrations, not {folder}"
    others = [each for each in Dialect if (folder / each / "migrations").is_dir()]
    if others:
        return f"{directory}: there is no such folder; {folder} has migrations for {others[0]} only"
    return f"{directory}: there is no such folder"
