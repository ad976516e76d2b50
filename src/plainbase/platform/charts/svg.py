"""A chart as inline SVG: it fills its column, the page's styles colour it, and it can be read without seeing it."""

from __future__ import annotations

import hashlib
from html import escape

from . import palette
from .lettering import clean
from .shapes import Chart, Circle, Line, Polygon, Polyline, Rectangle, Shape, Text


def style() -> str:
    """Return the style sheet of all charts of a page: light, dark (also by `data-theme` on the root), and print."""
    light, dark = _variables(palette.LIGHT), _variables(palette.DARK)
    roles = "".join(f".chart .{role}{{--c:var(--{role})}}" for role in palette.LIGHT)
    return (
        f":root{{{light}}}"
        f"@media screen and (prefers-color-scheme:dark){{:root:not([data-theme=light]){{{dark}}}}}"
        f"@media screen{{:root[data-theme=dark]{{{dark}}}}}"
        ".chart{display:block;width:100%;height:auto;max-width:35rem;overflow:visible;"
        "font-family:system-ui,sans-serif;font-variant-numeric:tabular-nums}"
        ".chart text,.chart rect,.chart circle,.chart polygon{fill:var(--c)}"
        ".chart line,.chart polyline{fill:none;stroke:var(--c)}"
        ".chart polyline{stroke-width:1.8;stroke-linejoin:round;stroke-linecap:round}"
        ".chart line[class^=series],.chart .whisker{stroke-width:1.8}"
        ".chart .value{font-weight:600}"
        f"{roles}"
    )


def _variables(colours: dict[str, str]) -> str:
    return "".join(f"--{role}:{colour};" for role, colour in colours.items())


def draw(chart: Chart, *, key: str = "") -> str:
    """Return the chart as an `<svg>` element; give two equal charts of one page different keys."""
    shapes = "".join(map(_shape, chart.shapes))
    mark = f"{key}\0{chart.title}\0{chart.description}\0{shapes}"
    name = "chart-" + hashlib.sha256(mark.encode(errors="replace")).hexdigest()[:12]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" '
        f'aria-labelledby="{name}-title" aria-describedby="{name}-desc" '
        f'viewBox="0 0 {_n(chart.width)} {_n(chart.height)}">'
        f'<title id="{name}-title">{_escaped(chart.title)}</title>'
        f'<desc id="{name}-desc">{_escaped(chart.description)}</desc>{shapes}</svg>'
    )


def _n(value: float) -> str:
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _escaped(text: str) -> str:
    return escape(clean(text))


def _titled(tag: str, attributes: str, title: str) -> str:
    return f"<{tag} {attributes}><title>{_escaped(title)}</title></{tag}>" if title else f"<{tag} {attributes}/>"


def _path(points: tuple[tuple[float, float], ...]) -> str:
    return " ".join(f"{_n(x)},{_n(y)}" for x, y in points)


def _dashed(dash: tuple[float, ...]) -> str:
    return f' stroke-dasharray="{" ".join(map(_n, dash))}"' if dash else ""


def _shape(shape: Shape) -> str:
    role = f'class="{escape(shape.role)}"'
    match shape:
        case Line(x1, y1, x2, y2):
            return f'<line {role} x1="{_n(x1)}" y1="{_n(y1)}" x2="{_n(x2)}" y2="{_n(y2)}"{_dashed(shape.dash)}/>'
        case Polyline(points):
            return _titled("polyline", f'{role} points="{_path(points)}"{_dashed(shape.dash)}', shape.title)
        case Polygon(points):
            return _titled("polygon", f'{role} points="{_path(points)}"', shape.title)
        case Rectangle(x, y, width, height):
            place = f'x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}"'
            return _titled("rect", f"{role} {place}", shape.title)
        case Circle(x, y, radius):
            return _titled("circle", f'{role} cx="{_n(x)}" cy="{_n(y)}" r="{_n(radius)}"', shape.title)
        case Text(x, y, text):
            whole = f"<title>{_escaped(shape.whole)}</title>" if shape.whole else ""
            place = f'x="{_n(x)}" y="{_n(y)}" font-size="{_n(shape.size)}" text-anchor="{shape.anchor}"'
            return f"<text {role} {place}>{whole}{_escaped(text)}</text>"
