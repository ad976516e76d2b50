"""The `.sql` files below one or more folders, and what their names say."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from plainbase.dialect import Dialect
from plainbase.sqlfile.header import name_fault


class SourceFile(NamedTuple):
    """One `.sql` file: how errors call it, the attributes it becomes, the engine it is for (None is both)."""

    path: Path
    label: str
    parts: tuple[str, ...]
    fork: Dialect | None


def find_files(folders: Sequence[Path], reserved: Collection[str]) -> tuple[list[SourceFile], list[str]]:
    """Return the files in order of their names, and what is wrong with the names and the folders."""
    problems: list[str] = []
    files: list[SourceFile] = []
    names = [folder.name or folder.resolve().name for folder in folders]
    for folder, name in zip(folders, names, strict=True):
        label = name if names.count(name) == 1 else str(folder)
        if folder.is_dir():
            files.extend(_walk(folder, label, (), (folder.resolve(),), problems))
        elif folder.exists():
            problems.append(f"{folder}: is not a folder")
        else:
            problems.append(f"{folder}: there is no such folder")
    problems.extend(_clashes(files, reserved))
    return files, problems


def _walk(
    folder: Path, label: str, parts: tuple[str, ...], above: tuple[Path, ...], problems: list[str]
) -> Iterator[SourceFile]:
    try:
        entries = sorted(folder.iterdir())
        kinds = [(entry, entry.is_dir()) for entry in entries if not entry.name.startswith(".")]
    except OSError as error:
        problems.append(f"{label}: cannot be read: {error.strerror}")
        return
    for entry, is_folder in kinds:
        inner = f"{label}/{entry.name}"
        if is_folder:
            if entry.resolve() in above:
                problems.append(f"{inner}: is a link to a folder it lies in")
                continue
            name = entry.name.replace("-", "_")
            below = list(_walk(entry, inner, (*parts, name), (*above, entry.resolve()), problems))
            fault = name_fault(name)
            if below and fault:
                problems.append(f"{inner}: folder name {entry.name!r} {fault}")
            else:
                yield from below
        elif entry.suffix.lower() == ".sql":
            yield from _source_file(entry, inner, parts, problems)


def _source_file(path: Path, label: str, parts: tuple[str, ...], problems: list[str]) -> Iterator[SourceFile]:
    stem, dot, suffix = path.stem.partition(".")
    name = stem.replace("-", "_")
    fault = name_fault(name)
    if dot and suffix not in set(Dialect):
        engines = " or ".join(f".{dialect}.sql" for dialect in Dialect)
        problems.append(f"{label}:1 unknown engine {suffix!r} in the file's name; expected .sql, {engines}")
    elif fault:
        problems.append(f"{label}:1 file name {stem!r} {fault}")
    else:
        yield SourceFile(path, label, (*parts, name), Dialect(suffix) if dot else None)


def _clashes(files: Sequence[SourceFile], reserved: Collection[str]) -> Iterator[str]:
    """Report names that hide a method, and files named as a folder beside them."""
    folders = {file.parts[:depth]: file.label for file in files for depth in range(1, len(file.parts))}
    for file in files:
        if file.parts[0] in reserved:
            what = "file" if len(file.parts) == 1 else "folder"
            yield f"{file.label}:1 a {what} cannot be named {file.parts[0]!r}: that is a method of the database"
        if file.parts in folders:
            yield f"{file.label}:1 has the name of the folder beside it, of {folders[file.parts]}"
