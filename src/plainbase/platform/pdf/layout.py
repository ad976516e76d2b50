"""Blocks on pages: A4 upright, or across for a table of many columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import dropwhile, takewhile
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from fpdf import FPDF

from plainbase.platform.charts import Chart

from . import tables
from .document import Block, Charts, Facts, Heading, Paragraph, Written
from .letters import Letters, losses
from .painter import Painter
from .tables import Table
from .typesetter import Typesetter

if TYPE_CHECKING:
    from .document import Document

MARGIN = 42.0
FOOT = 34.0
GAP = 22.0
CAPTION = 13.0
ABOVE, BELOW = 6.0, 11.0  # a chart
INK, GREY, RULE, BAND = "#1f2328", "#59636e", "#d0d7de", "#f0f3f6"
FEW = 5  # a table of so many columns stands upright, whatever is in them


class Layout:
    """Lays one document out, from its first page to the page numbers."""

    def __init__(self, document: Document, letters: Letters, folder: Path) -> None:
        self._document = document
        self._letters = letters
        pdf = self._pdf = FPDF("portrait", "pt", "A4")
        pdf.set_auto_page_break(False)
        pdf.set_title(letters.prepared(document.title))
        pdf.set_lang(document.language)
        pdf.set_creator("plainbase")
        pdf.set_creation_date(document.made_at)
        pdf.c_margin = 0
        pdf.str_alias_nb_pages = ""
        self._set = Typesetter(pdf, letters, folder)
        self._across = False
        self._y = 0.0

    def write(self, file: BinaryIO) -> Written:
        """Lay out every block and write the file."""
        blocks = self._document.blocks
        self._across = self._lies_across(blocks)
        self._page()
        self._title()
        for i, block in enumerate(blocks):
            if isinstance(block, Heading):
                self._turn(self._lies_across(blocks[i:]))
            match block:
                case Heading(text, level):
                    self._heading(text, level, self._least(blocks[i + 1 : i + 3]))
                case Paragraph(text, quiet):
                    self._paragraph(text, quiet)
                case Facts(pairs):
                    self._facts(pairs)
                case Charts(charts):
                    self._charts(charts)
                case Table():
                    self._table(block)
        missing = {c: n for c, n in self._letters.missing.items() if n}
        if missing:
            self._losses(missing)
        self._numbers()
        file.write(self._pdf.output())
        self._set.close()
        return Written(self._pdf.pages_count, missing)

    def _losses(self, missing: Mapping[str, int]) -> None:
        self._y += 8
        count = sum(missing.values())
        many = "character has" if count == 1 else "characters have"
        listed = ", ".join(losses(missing))
        self._paragraph(f"{count:,} {many} no glyph here; in its place stands a box or a name: {listed}.", quiet=True)

    def _least(self, blocks: Sequence[Block]) -> float:
        """Return the height without which a heading would stand alone at the foot of a page."""
        charts = next((b.charts for b in blocks if isinstance(b, Charts)), ())
        return self._height(charts[:2]) if charts else 56.0

    def _height(self, pair: Sequence[Chart]) -> float:
        captions = CAPTION * max(len(self._caption(chart)) for chart in pair)
        return captions + max(chart.height * self._half / chart.width for chart in pair) + ABOVE + BELOW

    def _caption(self, chart: Chart) -> list[str]:
        with self._set.font(9.5, bold=True):
            return self._set.wrap(self._letters.prepared(chart.title), self._half, 3)

    @property
    def _half(self) -> float:
        return (self._width - GAP) / 2

    @property
    def _width(self) -> float:
        return self._pdf.w - 2 * MARGIN

    @property
    def _bottom(self) -> float:
        return self._pdf.h - MARGIN - FOOT / 2

    def _page(self) -> None:
        self._pdf.add_page(orientation="landscape" if self._across else "portrait")
        self._y = MARGIN

    def _lies_across(self, blocks: Sequence[Block]) -> bool:
        """Say whether the section that begins here has a table too wide for an upright page, and no charts."""
        section = list(dropwhile(lambda b: isinstance(b, Heading), blocks))
        section = list(takewhile(lambda b: not isinstance(b, Heading), section))
        found = [b for b in section if isinstance(b, Table)]
        return not any(isinstance(b, Charts) for b in section) and any(map(self._is_wide, found))

    def _is_wide(self, table: Table) -> bool:
        if len(table.columns) <= FEW:
            return False
        needs = tables.needs(table, self._set, self._letters.prepared)
        upright = min(self._pdf.w, self._pdf.h) - 2 * MARGIN
        return sum(needs) + 2 * tables.PADDING * len(needs) > upright * 1.15

    def _turn(self, across: bool) -> None:
        if across != self._across:
            self._across = across
            self._page()

    def _room(self, height: float) -> None:
        if self._y + height > self._bottom and self._y > MARGIN:
            self._page()
            self._set.select()

    def _lines(self, text: str, size: float, leading: float, *, bold: bool = False, colour: str = INK) -> None:
        with self._set.font(size, bold=bold, colour=colour):
            for part in text.replace("\r\n", "\n").split("\n"):
                prepared = self._letters.prepared(part)
                for line in self._set.wrap(prepared, self._width):
                    self._room(leading)
                    self._set.put(MARGIN, self._y + size, line, room=self._width, like=prepared)
                    self._y += leading

    def _title(self) -> None:
        self._lines(self._document.title, 20, 25, bold=True)
        if self._document.subtitle:
            self._lines(self._document.subtitle, 10, 14, colour=GREY)
        self._y += 8

    def _heading(self, text: str, level: int, least: float) -> None:
        size = 13.0 if level == 1 else 10.5
        self._y += size * 0.7 if self._y > MARGIN else 0
        self._room(size * 2 + least)
        self._pdf.set_y(self._y)
        self._pdf.start_section(self._letters.prepared(text), level - 1, strict=False)
        self._lines(text, size, size * 1.4, bold=True)
        self._y += 2

    def _paragraph(self, text: str, quiet: bool) -> None:
        size = 8.0 if quiet else 9.5
        self._lines(text, size, size * 1.45, colour=GREY if quiet else INK)
        self._y += 5

    def _facts(self, pairs: Sequence[tuple[str, str]]) -> None:
        prepared = [(self._letters.prepared(name), self._letters.prepared(value)) for name, value in pairs]
        with self._set.font(9):
            wide = min(max((self._set.width(name) for name, _ in prepared), default=0.0), self._width * 0.35)
        for name, value in prepared:
            with self._set.font(9):
                lines = self._set.wrap(value, self._width - wide - 14)
                names = self._set.wrap(name, wide + 1)
            for i in range(max(len(lines), len(names))):
                self._room(13)
                with self._set.font(9, colour=GREY):
                    self._set.put(MARGIN, self._y + 9, names[i] if i < len(names) else "")
                with self._set.font(9):
                    self._set.put(MARGIN + wide + 14, self._y + 9, lines[i] if i < len(lines) else "")
                self._y += 13
        self._y += 6

    def _charts(self, charts: Sequence[Chart]) -> None:
        wide = self._half
        for i in range(0, len(charts), 2):
            pair = charts[i : i + 2]
            height = self._height(pair)
            self._room(height - BELOW)
            captions = [self._caption(chart) for chart in pair]
            top = self._y + CAPTION * max(map(len, captions)) + ABOVE
            for n, (chart, caption) in enumerate(zip(pair, captions, strict=True)):
                x = MARGIN + n * (wide + GAP)
                with self._set.font(9.5, bold=True):
                    for number, line in enumerate(caption):
                        self._set.put(x, self._y + 11 + CAPTION * number, line)
                Painter(self._set, self._letters, x, top, wide / chart.width).paint(chart)
            self._y += height

    def _table(self, table: Table) -> None:
        if not table.columns:
            return
        widths = tables.widths(table, self._set, self._letters.prepared, self._width)
        heads = [self._letters.prepared(c.head) for c in table.columns]
        self._room(4 * tables.LEADING)
        self._head(table, heads, widths)
        with self._set.font(tables.SIZE):
            for row in table.rows:
                self._row(table, heads, widths, row)
        self._y += 10

    def _head(self, table: Table, heads: Sequence[str], widths: Sequence[float]) -> None:
        with self._set.font(tables.SIZE, bold=True):
            cells = [self._set.wrap(h, w - 2 * tables.PADDING, 3) for h, w in zip(heads, widths, strict=True)]
            height = max(map(len, cells)) * tables.LEADING + 2 * tables.PADDING
            self._rectangle(MARGIN, self._y, sum(widths), height, BAND)
            self._cells(table, cells, widths)
        self._y += height

    def _row(self, table: Table, heads: Sequence[str], widths: Sequence[float], row: Sequence[str]) -> None:
        cells = [
            self._set.wrap(self._letters.prepared(cell), w - 2 * tables.PADDING, column.lines)
            for cell, w, column in zip(row, widths, table.columns, strict=True)
        ]
        height = max(map(len, cells)) * tables.LEADING + 2 * tables.PADDING - 1
        if self._y + height > self._bottom:
            self._page()
            self._head(table, heads, widths)
            self._set.select()
        self._cells(table, cells, widths)
        self._y += height
        self._rectangle(MARGIN, self._y - 0.4, sum(widths), 0.4, RULE)

    def _cells(self, table: Table, cells: Sequence[Sequence[str]], widths: Sequence[float]) -> None:
        x = MARGIN + tables.PADDING
        for column, lines, width in zip(table.columns, cells, widths, strict=True):
            whole = " ".join(lines)
            for i, line in enumerate(lines):
                y = self._y + tables.PADDING + i * tables.LEADING + tables.SIZE * 0.85
                self._set.put(x, y, line, room=width - 2 * tables.PADDING, align=column.align, like=whole)
            x += width

    def _rectangle(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        red, green, blue = bytes.fromhex(colour[1:])
        self._pdf.set_fill_color(red, green, blue)
        self._pdf.rect(x, y, width, height, style="F")

    def _numbers(self) -> None:
        pdf = self._pdf
        count = pdf.pages_count
        made = f"{self._document.made_at:%Y-%m-%d %H:%M} UTC"
        title = self._letters.prepared(self._document.title)
        for page in range(1, count + 1):
            pdf.page = page
            pdf.w, pdf.h = (side or 0.0 for side in pdf.pages[page].dimensions())
            # Another page does not know which font the last one had.
            pdf.current_font_is_set_on_page = False
            with self._set.font(8, colour=GREY):
                y = pdf.h - MARGIN + 8
                self._set.put(MARGIN, y, self._set.cut(title, self._width * 0.6))
                self._set.put(MARGIN, y, f"{made}    {page} / {count}", room=self._width, align="right")
