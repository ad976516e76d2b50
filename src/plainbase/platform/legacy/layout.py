"""What a layout is: a kind of older database that plainbase knows how to take over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from plainbase.platform.legacy.importing import Import
from plainbase.platform.legacy.source import SourceTable


@dataclass(frozen=True, slots=True)
class Recognition:
    """How well a database fits a layout: `sure` from 0 (not at all) to 1, and what is missing from it or extra in it.

    Missing and extra are tables by name, or columns as `table.column`.
    """

    sure: float
    missing: tuple[str, ...] = ()
    extra: tuple[str, ...] = ()


class Layout(Protocol):
    """A kind of older database."""

    @property
    def name(self) -> str:
        """As `--layout` takes it."""

    @property
    def title(self) -> str:
        """What it is, in a few words."""

    def recognise(self, tables: Mapping[str, SourceTable]) -> Recognition:
        """Say how well tables fit."""

    async def run(self, importing: Import) -> None:
        """Take over what the source holds; every table of it becomes a part of the report.

        Tables and columns that are never mentioned are listed as left when this returns.
        """
