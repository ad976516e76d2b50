"""Charts as vectors in a PDF: the shapes of `platform.charts` in the colours for paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plainbase.platform.charts import palette
from plainbase.platform.charts.shapes import Chart, Circle, Line, Polygon, Polyline, Rectangle, Shape, Text

from .typesetter import Typesetter

if TYPE_CHECKING:
    from .letters import Letters

_STROKES = {"grid": 0.5, "zero": 0.8, "axis": 0.8}


def texts(chart: Chart) -> list[str]:
    """Return every text of a chart."""
    return [shape.text for shape in chart.shapes if isinstance(shape, Text)]


class Painter:
    """Paints one chart with its upper left corner at `x`, `y`, so that it is `width` points wide."""

    def __init__(self, typesetter: Typesetter, letters: Letters, x: float, y: float, scale: float) -> None:
        self._set = typesetter
        self._pdf = typesetter.pdf
        self._letters = letters
        self._x, self._y, self._scale = x, y, scale

    def paint(self, chart: Chart) -> None:
        """Paint the shapes in their order; the description goes with them for those who cannot see the chart."""
        # fpdf2 marks its own images so, and has no public name for it.
        with self._pdf._marked_sequence(title=chart.title, alt_text=chart.description or chart.title):
            for shape in chart.shapes:
                self._shape(shape)
        self._pdf.set_dash_pattern()

    def _at(self, x: float, y: float) -> tuple[float, float]:
        return self._x + x * self._scale, self._y + y * self._scale

    def _stroke(self, role: str, dash: tuple[float, ...]) -> None:
        red, green, blue = bytes.fromhex(palette.LIGHT[role][1:])
        self._pdf.set_draw_color(red, green, blue)
        self._pdf.set_line_width(_STROKES.get(role, 1.8) * self._scale)
        if dash:
            self._pdf.set_dash_pattern(dash[0] * self._scale, dash[1] * self._scale)
        else:
            self._pdf.set_dash_pattern()

    def _fill(self, role: str) -> None:
        red, green, blue = bytes.fromhex(palette.LIGHT[role][1:])
        self._pdf.set_fill_color(red, green, blue)

    def _shape(self, shape: Shape) -> None:
        match shape:
            case Line(x1, y1, x2, y2, role, dash):
                self._stroke(role, dash)
                self._pdf.line(*self._at(x1, y1), *self._at(x2, y2))
            case Polyline(points, role, dash):
                self._stroke(role, dash)
                self._pdf.polyline([self._at(*p) for p in points])
            case Polygon(points, role):
                self._fill(role)
                self._pdf.polygon([self._at(*p) for p in points], style="F")
            case Rectangle(x, y, width, height, role):
                self._fill(role)
                self._pdf.rect(*self._at(x, y), width * self._scale, height * self._scale, style="F")
            case Circle(x, y, radius, role):
                self._fill(role)
                self._pdf.circle(*self._at(x, y), radius * self._scale, style="F")
            case Text():
                self._text(shape)

    def _text(self, shape: Text) -> None:
        text = self._letters.prepared(shape.text)
        x, y = self._at(shape.x, shape.y)
        with self._set.font(shape.size * self._scale, bold=shape.role == "value", colour=palette.LIGHT[shape.role]):
            width = self._set.width(text)
            x -= {"start": 0.0, "middle": width / 2, "end": width}[shape.anchor]
            self._set.put(x, y, text, align="left")
