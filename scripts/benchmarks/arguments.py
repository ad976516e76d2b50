"""What arguments of the suites may be, and the versions that all of them print."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from importlib import metadata


def names(what: str, known: Sequence[str]) -> Callable[[str], list[str]]:
    """Read NAME,… of what is known."""

    def parse(text: str) -> list[str]:
        given = text.split(",")
        for name in given:
            if name not in known:
                raise argparse.ArgumentTypeError(f"unknown {what} {name!r}; known are {', '.join(known)}")
        return given

    return parse


def positive(text: str) -> int:
    """Read a whole number above 0."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return int(text)


def versions(packages: Sequence[str]) -> dict[str, str]:
    """The versions of those packages that are installed."""
    installed = {}
    for package in packages:
        try:
            installed[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return installed
