"""Who calls a query: `db.<file>.<query>` in Python files, and its name in other texts."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from plainbase.errors import ConfigurationError

_DOTTED = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")


def callers(names: Collection[str], places: Sequence[Path]) -> Mapping[str, tuple[str, ...]]:
    """The files that name each query, below these folders or these files themselves, as they are given.

    Raises ConfigurationError.
    """
    found: dict[str, dict[str, None]] = {name: {} for name in names}
    for path in _files(places):
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            raise ConfigurationError(f"{path}: is no UTF-8 text to look for callers in") from None
        dotted = _attributes(path, text) if path.suffix == ".py" else _DOTTED.findall(text)
        for each in dotted:
            for name in _endings(each):
                if name in found:
                    found[name][str(path)] = None
    return {name: tuple(paths) for name, paths in found.items()}


def _files(places: Iterable[Path]) -> Iterator[Path]:
    for place in places:
        if place.is_file():
            yield place
        elif place.is_dir():
            yield from sorted(place.rglob("*.py"))
        else:
            raise ConfigurationError(f"{place}: there is no such file or folder to look for callers in")


def _attributes(path: Path, text: str) -> Iterator[str]:
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        raise ConfigurationError(f"{path}:{error.lineno}: is no Python ({error.msg})") from None
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield ".".join(reversed(list(_chain(node))))


def _chain(node: ast.expr) -> Iterator[str]:
    while isinstance(node, ast.Attribute):
        yield node.attr
        node = node.value


def _endings(dotted: str) -> Iterator[str]:
    """`a.b.c`, `b.c`: the query's name may stand after a database's, and before a method's."""
    parts = dotted.split(".")
    for start in range(len(parts)):
        for stop in range(start + 2, len(parts) + 1):
            yield ".".join(parts[start:stop])
