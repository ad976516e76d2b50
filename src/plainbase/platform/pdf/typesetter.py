"""Lines of any Unicode text on the pages of a PDF, measured, wrapped and cut."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from . import fonts
from .letters import Letters, right_to_left

if TYPE_CHECKING:
    from fpdf import FPDF
    from fpdf.fonts import CoreFont, TTFFont

Align = Literal["start", "left", "middle", "right"]

_CLUSTERS = re.compile(r"(?s).[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u093a-\u094f\u0e31\u0e34-\u0e4e\u200c\u200d]*")
_WIDE = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]")


class _Advances(dict[str, float]):
    """How far each letter that stands by itself goes, in parts of the type size."""

    def __init__(self, font: CoreFont | TTFFont) -> None:
        self._font = font

    def __missing__(self, letter: str) -> float:
        self[letter] = wide = self._font.get_text_width(letter, 1, None)[1]
        return wide


class Typesetter:
    """Sets text on an FPDF whose unit is the point; the letters must have been collected before."""

    def __init__(self, pdf: FPDF, letters: Letters, folder: Path) -> None:
        self.pdf = pdf
        self._letters = letters
        self._order: tuple[fonts.Face, ...] | None = None
        self._font: tuple[object, ...] = ()
        self._shaping = False
        pdf.add_font("main", "", fonts.whole(fonts.REGULAR, folder))
        pdf.add_font("main", "B", fonts.whole(fonts.BOLD, folder))
        self._widths = {style: _Advances(pdf.fonts["main" + style]) for style in ("", "B")}
        for face, code_points in letters.needed.items():
            pdf.add_font(face.name, "", fonts.part(face, code_points, folder))

    def close(self) -> None:
        """Close the font files."""
        import fpdf.fonts

        for font in self.pdf.fonts.values():
            if not isinstance(font, fpdf.fonts.CoreFont):
                font.close()

    @contextmanager
    def font(self, size: float, *, bold: bool = False, colour: str = "#1f2328") -> Iterator[None]:
        """Set what is written inside in this size, weight and colour."""
        before, self._font = self._font, (size, bold, colour)
        self.select()
        yield
        self._font = before
        self.select()

    def select(self) -> None:
        """Put the font of the moment, if there is one, on the page of the moment."""
        if not self._font:
            return
        size, bold, colour = self._font
        self.pdf.set_font("main", "B" if bold else "", float(str(size)))
        red, green, blue = bytes.fromhex(str(colour)[1:])
        self.pdf.set_text_color(red, green, blue)

    def _shape(self, text: str) -> bool:
        """Switch shaping on where the text needs it, as it costs thirty times as much, and say whether it is."""
        wanted = not self._letters.plain(text)
        if wanted:
            order = self._letters.order(text)
            if order != self._order:
                self.pdf.set_fallback_fonts([face.name for face in order], exact_match=False)
                self._order = order
        if wanted != self._shaping:
            self.pdf.set_text_shaping(wanted)
            self._shaping = wanted
        return wanted

    def width(self, text: str) -> float:
        """Measure a line of text in points."""
        if self._letters.plain(text):
            return sum(map(self._advances().__getitem__, text)) * self.pdf.font_size
        self._shape(text)
        return self.pdf.get_string_width(text)

    def _advances(self) -> _Advances:
        return self._widths[self.pdf.font_style]

    def put(self, x: float, y: float, text: str, *, room: float = 0.0, align: Align = "start", like: str = "") -> None:
        """Set a line with its baseline at `y`; it runs as the text that it is a line of does (`like`).

        "start" is the right side of the room for text that runs from the right.
        """
        if not text:
            return
        backwards = right_to_left(like or text)
        if align == "start":
            align = "right" if room and backwards else "left"
        if align != "left":
            x += (room - self.width(text)) * (0.5 if align == "middle" else 1.0)
        if not self._shape(text):
            self.pdf.text(x, y, text)
            return
        self.pdf.set_text_shaping(True, direction="rtl" if backwards else "ltr")
        before = self.pdf.current_font, self.pdf.font_style, self.pdf.font_size_pt
        # A cell's baseline lies 0.3 of the type size below its middle.
        size = self.pdf.font_size
        self.pdf.set_xy(x, y - 0.8 * size)
        self.pdf.cell(0, size, text, new_x="LEFT", new_y="TOP", align="L")
        # The page now has the font of the last letter, and so may fpdf2; the next line must say its own again.
        self.pdf.current_font, self.pdf.font_style, self.pdf.font_size_pt = before
        self.pdf.current_font_is_set_on_page = False

    def cut(self, text: str, room: float) -> str:
        """Cut a line to the room, with an ellipsis."""
        text = text[: int(room) * 2 + 4] if len(text) > room * 2 + 4 else text
        return text if self.width(text) <= room else self._fitting(text, room - self.width("…")).rstrip() + "…"

    def _fitting(self, text: str, room: float) -> str:
        """Return the longest beginning that fits: by letters, or where they are shaped by clusters and halving."""
        if self._letters.plain(text):
            places = list(accumulate(map(self._advances().__getitem__, text)))
            return text[: bisect_right(places, room / self.pdf.font_size)]
        clusters = _CLUSTERS.findall(text)
        low, high = 0, len(clusters)
        while low < high:
            middle = (low + high + 1) // 2
            if self.width("".join(clusters[:middle])) <= room:
                low = middle
            else:
                high = middle - 1
        return "".join(clusters[:low])

    def wrap(self, text: str, room: float, lines: int = 0) -> list[str]:
        """Break a text into lines at spaces, in ideographs anywhere, in words only where one is wider than the room.

        With `lines`, the last of so many is cut with an ellipsis.
        """
        if lines and len(text) > room * lines:
            text = text[: int(room * lines)] + "…"
        found: list[str] = []
        rest = text.strip()
        while rest:
            if self.width(rest) <= room if len(rest) < room else False:
                found.append(rest)
                break
            if lines and len(found) == lines - 1:
                found.append(self.cut(rest, room))
                break
            line = self._line(rest, room)
            found.append(line.strip())
            rest = rest[len(line) :].lstrip()
        return found or [""]

    def _line(self, text: str, room: float) -> str:
        """Return the beginning of a text that makes one line; at least one cluster."""
        ahead = text[: max(int(room), 8)]
        fitting = self._fitting(ahead, room)
        if not fitting:
            first = _CLUSTERS.match(text)
            return first.group() if first else text
        if fitting == text or text[len(fitting)].isspace():
            return fitting
        if _WIDE.match(text[len(fitting)]) or _WIDE.match(fitting[-1]):
            return fitting
        end = max(fitting.rfind(" "), max((m.end() - 1 for m in _WIDE.finditer(fitting)), default=-1))
        return fitting[: end + 1] if end > 0 else fitting
