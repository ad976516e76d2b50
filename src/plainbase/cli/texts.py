"""Reading texts to train on: a folder's text files, or the language reference that ships inside Python."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from plainbase.errors import PlainbaseError
from plainbase.platform.datasets import Text

ENDINGS = (".txt", ".text", ".md", ".markdown", ".rst", ".adoc", ".org", ".tex")
MOST_CHARACTERS = 16_000_000
"""What is read of a folder; at some 3 s a million characters the rest would take too long."""


class NoTexts(PlainbaseError):
    """There is nothing to train on."""


@dataclass(frozen=True, slots=True)
class Collection:
    """Texts under a name, and what was left out, each with its reason."""

    name: str
    texts: list[Text]
    left_out: list[str]


def language_reference() -> Collection:
    """The topics of the running Python's language reference, each a text."""
    from pydoc_data.topics import topics

    name = f"python-{sys.version_info.major}.{sys.version_info.minor}-language-reference"
    return Collection(name, [Text(title, content) for title, content in sorted(topics.items())], [])


def folder(path: Path) -> Collection:
    """Read the text files below a folder, as UTF-8. Raises NoTexts where there are none."""
    if not path.exists():
        raise NoTexts(f"there is no folder {path}")
    if not path.is_dir():
        raise NoTexts(f"{path} is not a folder")
    texts: list[Text] = []
    left_out: list[str] = []
    room = MOST_CHARACTERS
    for file in _files(path, left_out):
        title = str(file.relative_to(path))
        content = _read(file)
        if isinstance(content, Problem):
            left_out.append(f"{title}: {content}")
        elif len(content) > room:
            left_out.append(f"{title}: with it there would be more than {MOST_CHARACTERS:,} characters")
        else:
            texts.append(Text(title[-255:], content))
            room -= len(content)
    if not texts:
        found = f"of {len(left_out)} none could be used ({left_out[0]})" if left_out else f"none of {' '.join(ENDINGS)}"
        raise NoTexts(f"there are no text files in {path}: {found}")
    return Collection(path.resolve().name[:200] or "texts", texts, left_out)


class Problem(str):
    """Why a file is left out."""

    __slots__ = ()


def _files(path: Path, left_out: list[str]) -> Iterator[Path]:
    def note(error: OSError) -> None:
        left_out.append(f"{Path(error.filename).relative_to(path)}: {error.strerror}")

    for parent, folders, files in os.walk(path, onerror=note):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if name.lower().endswith(ENDINGS) and not name.startswith("."):
                yield Path(parent, name)


def _read(file: Path) -> str | Problem:
    try:
        if not file.is_file():
            return Problem("not a regular file")
        if file.stat().st_size > 4 * MOST_CHARACTERS:
            return Problem("too large")
        content = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        return Problem("not UTF-8 text")
    except OSError as error:
        return Problem(error.strerror or "cannot be read")
    if "\0" in content:
        return Problem("binary, it holds NUL")
    return content if content.strip() else Problem("empty")
