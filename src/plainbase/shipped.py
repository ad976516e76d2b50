"""The schema and the queries that travel with plainbase: inside the wheel, or beside `src` in a checkout."""

from __future__ import annotations

from pathlib import Path

from plainbase.errors import ConfigurationError


def folder(name: str) -> Path:
    """The shipped folder `schema` or `queries`."""
    package = Path(__file__).resolve().parent
    for place in (package / name, package.parent.parent / name):
        if place.is_dir():
            return place
    raise ConfigurationError(f"this installation of plainbase lacks its folder {name}; install it again")
