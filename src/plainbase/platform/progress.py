"""How long work tells how far it is."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, int, int | None], None]
"""Called with what is being done (a table, a step), how much of it is done, and how much it is in all, if known."""


def untold(what: str, done: int, total: int | None) -> None:
    """Tell nobody."""
