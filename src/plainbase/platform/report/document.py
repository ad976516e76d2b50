"""What a report is made of, before anybody knows whether it becomes a page or a PDF."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from plainbase.platform.charts import Chart

Tone: TypeAlias = Literal["good", "bad", "busy", "calm"]


@dataclass(frozen=True, slots=True)
class Badge:
    """A word that stands out: a status, a verdict. The tone never says more than the word does."""

    text: str
    tone: Tone = "calm"

    def __str__(self) -> str:
        return self.text


Cell: TypeAlias = str | Badge


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Text: something to know, what was found, or what there is not and how to get it."""

    text: str
    kind: Literal["prose", "finding", "missing"] = "prose"


@dataclass(frozen=True, slots=True)
class Heading:
    """The title of a part of a section."""

    text: str


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure with what it counts, and a few words about it."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Tiles:
    """Figures side by side."""

    tiles: Sequence[Tile]


@dataclass(frozen=True, slots=True)
class Facts:
    """Names with what they stand for."""

    items: Sequence[tuple[str, Cell]]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; figures stand to the right, and neither they nor what is `whole` runs over several lines."""

    name: str
    figures: bool = False
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a caption; the first cell of a row names it."""

    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]


@dataclass(frozen=True, slots=True)
class Figures:
    """Charts side by side, as many as the page is wide for."""

    charts: Sequence[Chart]


Block: TypeAlias = Paragraph | Heading | Tiles | Facts | Table | Figures


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the report with a name of its own; `error` says why it could not be made."""

    key: str
    title: str
    blocks: Sequence[Block] = ()
    error: str | None = None

    @property
    def long(self) -> bool:
        """Whether it fills a printed page or more."""
        rows = sum(len(block.rows) for block in self.blocks if isinstance(block, Table))
        charts = sum(len(block.charts) for block in self.blocks if isinstance(block, Figures))
        return rows + 10 * charts > 40


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A materialized view with the time of its last refresh; None where it never was refreshed."""

    view: str
    refreshed_at: datetime | None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """A report as it was gathered at a time from a database, whose URL is without its password."""

    title: str
    subtitle: str
    database: str
    made_at: datetime
    version: str
    snapshots: Sequence[Snapshot]
    sections: Sequence[Section]
