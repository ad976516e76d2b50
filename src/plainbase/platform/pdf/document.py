"""A document of headings, text, facts, charts and tables, kept until it is written as a PDF."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from plainbase.errors import ParameterError
from plainbase.platform.charts import Chart

from . import fonts, painter
from .letters import Letters
from .tables import Column, Table


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading, which is also a bookmark; level 1 or 2."""

    text: str
    level: int


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text; a quiet one is small and grey."""

    text: str
    quiet: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and values, one pair a line."""

    pairs: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Charts:
    """Charts side by side, two in a row."""

    charts: Sequence[Chart]


Block = Heading | Paragraph | Facts | Charts | Table


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: how many pages, and which characters had no glyph, with how often."""

    pages: int
    missing: Mapping[str, int]


class Document:
    """Collects blocks in order; `write` lays them out. Any Unicode text may stand anywhere."""

    def __init__(
        self, title: str, subtitle: str = "", *, language: str = "en", made_at: datetime | None = None
    ) -> None:
        self.title = title
        self.subtitle = subtitle
        self.language = language
        self.made_at = made_at or datetime.now(UTC)
        self.blocks: list[Block] = []

    def heading(self, text: str, level: int = 1) -> None:
        """Begin a section (level 1) or a part of one (level 2)."""
        self.blocks.append(Heading(text, level))

    def paragraph(self, text: str, *, quiet: bool = False) -> None:
        """Add running text; a line break in it begins a new line."""
        self.blocks.append(Paragraph(text, quiet))

    def facts(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Add names with their values."""
        self.blocks.append(Facts(tuple(pairs)))

    def charts(self, *charts: Chart) -> None:
        """Add charts, two side by side."""
        self.blocks.append(Charts(charts))

    def table(self, columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
        """Add a table whose head stands again on each page.

        Raises ParameterError for a row that has more or fewer cells than there are columns.
        """
        uneven = next((row for row in rows if len(row) != len(columns)), None)
        if uneven is not None:
            raise ParameterError(f"a row has {len(uneven)} cells, the table has {len(columns)} columns")
        self.blocks.append(Table(tuple(columns), rows))

    def write(self, file: BinaryIO) -> Written:
        """Write the document into an open file.

        Raises ConfigurationError where the extra `export` is not installed.
        """
        fonts.require()
        from .layout import Layout

        letters = Letters()
        for text in self._texts():
            letters.add(text)
        with fonts.quiet(), tempfile.TemporaryDirectory(prefix="plainbase-pdf-") as folder:
            return Layout(self, letters, Path(folder)).write(file)

    def _texts(self) -> list[str]:
        texts = [self.title, self.subtitle]
        for block in self.blocks:
            match block:
                case Heading(text) | Paragraph(text):
                    texts.append(re.sub(r"[\r\n\t]", " ", text))
                case Facts(pairs):
                    texts += [part for pair in pairs for part in pair]
                case Charts(charts):
                    for chart in charts:
                        texts += [chart.title, *painter.texts(chart)]
                case Table(columns, rows):
                    texts += [c.head for c in columns]
                    texts += [cell for row in rows for cell in row]
        return texts
