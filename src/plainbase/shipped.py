"""The schema and the queries that travel with plainbase: inside the wheel, or beside `src` in a checkout."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from plainbase.dialect import Dialect
from plainbase.errors import ConfigurationError
from plainbase.sqlfile import load
from plainbase.sqlfile.query import Query


def folder(name: str) -> Path:
    """The shipped folder `schema` or `queries`."""
    package = Path(__file__).resolve().parent
    for place in (package / name, package.parent.parent / name):
        if place.is_dir():
            return place
    raise ConfigurationError(f"this installation of plainbase lacks its folder {name}; install it again")


def is_installed(path: Path) -> bool:
    """Whether a path lies in an installed plainbase, which is not to be written to, and not in a checkout."""
    return path.resolve().is_relative_to(Path(__file__).resolve().parent)


@cache
def internal_queries(dialect: Dialect, file: str) -> Mapping[str, Query]:
    """The queries that plainbase itself runs, of one file in its folder `sql`."""
    queries: Mapping[str, Query] = load([Path(__file__).parent / "sql"], dialect)[file]
    return queries
