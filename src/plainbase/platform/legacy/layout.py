"""What a layout is: a kind of older database that plainbase knows how to take over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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


@dataclass(frozen=True, slots=True)
class Expected:
    """A table that a layout reads: the names it may have, the first being the documented one, and its columns."""

    names: tuple[str, ...]
    columns: tuple[str, ...]

    @classmethod
    def of(cls, names: tuple[str, ...], columns: str) -> Expected:
        """The same, of columns in one text."""
        return cls(names, tuple(columns.split()))

    def same(self, *without: str, **renamed: str) -> dict[str, str]:
        """What each column becomes: its own name, or another."""
        return {name: renamed.get(name, name) for name in self.columns if name not in without}

    def found_in(self, tables: Mapping[str, SourceTable]) -> str | None:
        """The name it has in a database."""
        return next((name for name in self.names if name in tables and tables[name].kind in ("table", "view")), None)


def compare(tables: Mapping[str, SourceTable], expected: Iterable[Expected], more: Iterable[str] = ()) -> Recognition:
    """How well tables fit what is expected: the share of it that is there, by tables and by their columns.

    `more` are tables that may be there and are no part of it.
    """
    missing: list[str] = []
    share: list[float] = []
    used = set(more)
    extra: list[str] = []
    for each in expected:
        name = each.found_in(tables)
        if name is None:
            missing.append(each.names[0])
            share.append(0)
            continue
        used.add(name)
        there = tables[name].columns
        absent = [f"{name}.{column}" for column in each.columns if column not in there]
        missing += absent
        extra += [f"{name}.{column}" for column in there if column not in each.columns]
        share.append(1 - len(absent) / len(each.columns))
    extra += [name for name, table in tables.items() if name not in used and table.kind == "table"]
    return Recognition(sum(share) / len(share), tuple(missing), tuple(extra))
