"""Charts: whatever the data, what is drawn lies inside the chart, is honest, and can be read without seeing it."""

from __future__ import annotations

import math
import random
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plainbase.platform import charts
from plainbase.platform.charts import (
    Bar,
    Chart,
    Interval,
    Series,
    Values,
    formats,
    lettering,
    palette,
    sampling,
    svg,
    ticks,
)
from plainbase.platform.charts.shapes import Circle, Line, Polygon, Polyline, Rectangle, Shape, Text

SVG = "{http://www.w3.org/2000/svg}"
ODD = [0.0, -0.0, 1.0, math.nan, math.inf, -math.inf, 1e308, -1e308, 5e-324, 1e-300, 1e15, 1e15 + 0.125, -3.5]

numbers = st.one_of(st.sampled_from(ODD), st.floats(), st.floats(-10, 10))
values = st.one_of(st.none(), numbers)
names = st.one_of(
    st.text(max_size=8), st.text(min_size=60, max_size=90), st.sampled_from(["gpt", "<&\"'>", "\x00\ud800"])
)
kinds = st.sampled_from(["linear", "log"])
series = st.lists(st.builds(Series, names, st.lists(st.tuples(numbers, values), max_size=12)), max_size=11)


def box(text: Text) -> tuple[float, float, float, float]:
    """Return where a text stands: left, top, right, bottom."""
    wide = lettering.width(text.text, text.size)
    left = text.x - {"start": 0.0, "middle": 0.5, "end": 1.0}[text.anchor] * wide
    return left, text.y - text.size * 0.75, left + wide, text.y + text.size * 0.2


def places(shape: Shape) -> Iterator[tuple[float, float]]:
    match shape:
        case Line(x1, y1, x2, y2):
            yield from ((x1, y1), (x2, y2))
        case Polyline(points) | Polygon(points):
            yield from points
        case Rectangle(x, y, width, height):
            assert width >= 0
            assert height >= 0
            yield from ((x, y), (x + width, y + height))
        case Circle(x, y, radius):
            yield from ((x - radius, y - radius), (x + radius, y + radius))
        case Text():
            left, top, right, bottom = box(shape)
            yield from ((left, top), (right, bottom))


def overlapping(texts: list[Text]) -> list[tuple[str, str]]:
    boxes = [(t.text, box(t)) for t in texts if t.text]
    found = []
    for i, (name, a) in enumerate(boxes):
        for other, b in boxes[i + 1 :]:
            if a[0] < b[2] - 0.01 and b[0] < a[2] - 0.01 and a[1] < b[3] - 0.01 and b[1] < a[3] - 0.01:
                found.append((name, other))
    return found


def sound(chart: Chart) -> ElementTree.Element:
    """Check what is promised of every chart, and return it as the browser gets it."""
    for shape in chart.shapes:
        assert shape.role in palette.LIGHT
        for x, y in places(shape):
            assert math.isfinite(x)
            assert math.isfinite(y)
            assert -0.5 <= x <= chart.width + 0.5, shape
            assert -0.5 <= y <= chart.height + 0.5, shape
    assert overlapping([s for s in chart.shapes if isinstance(s, Text)]) == []
    root = ElementTree.fromstring(svg.draw(chart))
    assert root.get("role") == "img"
    assert root.get("viewBox") == f"0 0 {chart.width:g} {round(chart.height, 2):g}"
    return root


@settings(max_examples=60, deadline=None)
@given(series, kinds, kinds, names, names, st.booleans())
def test_lines_and_points_of_anything(
    given_series: list[Series], x_kind: str, y_kind: str, title: str, label: str, zero: bool
) -> None:
    for draw in (charts.lines, charts.points):
        chart = draw(
            title,
            given_series,
            x_label=label,
            y_label=label,
            x_kind="log" if x_kind == "log" else "linear",
            y_kind="log" if y_kind == "log" else "linear",
            from_zero=zero,
        )
        sound(chart)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.builds(Bar, names, values, values, values), max_size=70), st.sampled_from(["", "$", "ms", "tokens"]))
def test_bars_of_anything(rows: list[Bar], unit: str) -> None:
    sound(charts.bars("bars", rows, unit=unit))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.builds(Interval, names, values, values, values), max_size=9), st.sampled_from(["", "$", "s", "%"]))
def test_intervals_of_anything(rows: list[Interval], unit: str) -> None:
    sound(charts.intervals("intervals", rows, unit=unit))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(names, max_size=40),
    st.lists(st.builds(Values, names, st.lists(values, max_size=45)), max_size=10),
    st.booleans(),
)
def test_columns_of_anything(labels: list[str], given_values: list[Values], stacked: bool) -> None:
    sound(charts.columns("columns", labels, given_values, stacked=stacked))


@settings(max_examples=100, deadline=None)
@given(
    st.datetimes(min_value=datetime(1, 1, 1), max_value=datetime(9999, 12, 31)),
    st.floats(0, 3e11),
)
def test_a_time_axis_of_any_span(first: datetime, span: float) -> None:
    start = first.replace(tzinfo=UTC).timestamp()
    points = [(start, 1.0), (start + span, 2.0)]
    chart = charts.lines("t", [Series("a", points)], x_kind="time")
    sound(chart)


@given(st.floats(-1e300, 1e300), st.floats(-1e300, 1e300))
def test_marks_are_round_enclose_the_data_and_are_few(a: float, b: float) -> None:
    low, high = ticks.domain([0.0 if abs(v) < ticks.TINY else v for v in (a, b)])
    marks = ticks.linear(low, high)
    assert marks[0] <= low + (high - low) * 1e-6
    assert marks[-1] >= high - (high - low) * 1e-6
    assert 2 <= len(marks) <= 12
    assert all(x < y for x, y in pairwise(marks))
    labels = formats.axis_labels(marks)
    assert len(set(labels)) == len(labels)


@pytest.mark.parametrize(
    ("low", "high", "marks"),
    [
        # Heckbert's own example: loose labels of 105 to 543 are 100 to 600.
        (105, 543, [100, 200, 300, 400, 500, 600]),
        (0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1]),
        (2.03, 2.17, [2.0, 2.05, 2.1, 2.15, 2.2]),
        (-1, 1, [-1, -0.5, 0, 0.5, 1]),
    ],
)
def test_linear_marks(low: float, high: float, marks: list[float]) -> None:
    assert ticks.linear(low, high) == marks


def test_logarithmic_marks_are_powers_of_ten() -> None:
    assert ticks.logarithmic(0.5, 2000) == [1, 10, 100, 1000]
    assert ticks.logarithmic(2, 40) == [2, 5, 10, 20]
    assert len(ticks.logarithmic(1e-200, 1e200)) < 12


def test_times_are_marked_on_mondays_firsts_and_hours() -> None:
    day = datetime(2026, 1, 1, tzinfo=UTC).timestamp()
    assert ticks.times(day, day + 30 * 86_400)[1] == ["Jan 5", "Jan 12", "Jan 19", "Jan 26"]
    assert ticks.times(day, day + 86_400)[1] == ["00:00", "06:00", "12:00", "18:00", "00:00"]
    assert ticks.times(day, day + 400 * 86_400)[1] == ["Jan 2026", "Apr 2026", "Jul 2026", "Oct 2026", "Jan 2027"]


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0, "", "0"),
        (1234, "", "1.23k"),
        (123.456, "", "123"),
        (3.456, "", "3.46"),
        (0.07891, "", "0.0789"),
        (999_999, "", "1M"),
        (3.4, "ms", "3.4 ms"),
        (999.9, "ms", "1 s"),
        (0.25, "s", "250 ms"),
        (90, "s", "1.5 min"),
        (0.0012, "$", "$0.0012"),
        (12.3, "$", "$12.30"),
        (1234.5, "$", "$1.23k"),
        (-0.06, "", "\u22120.06"),
        (12, "%", "12%"),
        (7, "tokens", "7 tokens"),
        (1e-9, "", "1e\u22129"),
        (1e18, "", "1e18"),
        (math.nan, "ms", "\u2013"),
        (None, "", "\u2013"),
        (math.inf, "", "∞"),
    ],
)
def test_numbers_as_people_read_them(value: float | None, unit: str, text: str) -> None:
    assert charts.number(value, unit) == text


@given(numbers, st.sampled_from(["", "$", "ms", "s", "%", "tokens"]))
def test_any_number_can_be_written(value: float, unit: str) -> None:
    text = charts.number(value, unit)
    assert 0 < len(text) < 24


def polylines(chart: Chart) -> list[Polyline]:
    return [s for s in chart.shapes if isinstance(s, Polyline)]


def test_a_line_breaks_where_a_value_is_missing() -> None:
    points = [(0, 1.0), (1, 2.0), (2, None), (3, 2.0), (4, 1.0), (5, math.nan), (6, 3.0), (7, math.inf), (8, 1.0)]
    chart = charts.lines("loss", [Series("a", points)])
    assert [len(p.points) for p in polylines(chart)] == [2, 2]
    circles = [s.title for s in chart.shapes if isinstance(s, Circle)]
    assert circles == ["a, 0: 1", "a, 1: 2", "a, 3: 2", "a, 4: 1", "a, 6: 3", "a, 8: 1"]
    notes = [s.text for s in chart.shapes if isinstance(s, Text) and s.role == "note"]
    assert notes == ["1 value not drawn: infinite or out of range."]
    assert notes[0] in chart.description


def test_lines_begin_at_zero_where_that_is_asked_for() -> None:
    for from_zero in (False, True):
        chart = charts.lines("loss", [Series("a", [(0, 7.0), (1, 8.0)])], from_zero=from_zero)
        assert ("zero" in {s.role for s in chart.shapes}) is from_zero


def test_a_line_runs_from_left_to_right_whatever_the_order_of_its_points() -> None:
    (line,) = polylines(charts.lines("loss", [Series("a", [(2, 3.0), (0, 1.0), (1, 2.0)])]))
    assert [x for x, _ in line.points] == sorted(x for x, _ in line.points)
    assert [y for _, y in line.points] == sorted((y for _, y in line.points), reverse=True)


def test_a_log_axis_says_what_it_cannot_show() -> None:
    chart = charts.lines("loss", [Series("a", [(1, 10.0), (2, 0.0), (3, 0.001)])], y_kind="log")
    assert "1 value not drawn: infinite, or not above zero." in chart.description
    shown = [s.text for s in chart.shapes if isinstance(s, Text) and s.role == "tick" and s.anchor == "end"]
    assert shown == ["0.001", "0.01", "0.1", "1", "10"]


def test_bars_begin_at_zero_and_have_whiskers() -> None:
    chart = charts.bars("score", [Bar("a", 0.9, 0.85, 0.95), Bar("b", 0.8), Bar("c", -0.4)])
    a, b, c = (s for s in chart.shapes if isinstance(s, Rectangle))
    assert a.x == b.x == pytest.approx(c.x + c.width)
    assert a.width / b.width == pytest.approx(0.9 / 0.8)
    assert c.width / b.width == pytest.approx(0.4 / 0.8)
    whiskers = [s for s in chart.shapes if isinstance(s, Line) and s.role == "whisker"]
    assert len(whiskers) == 3
    zero = [s for s in chart.shapes if isinstance(s, Line) and s.role == "zero"]
    assert {line.x1 for line in zero} == {a.x}


def test_bars_and_columns_of_large_values_begin_at_zero_too() -> None:
    bar, twice = (s for s in charts.bars("b", [Bar("a", 100.0), Bar("b", 101.0)]).shapes if isinstance(s, Rectangle))
    assert twice.width / bar.width == pytest.approx(1.01)
    drawn = charts.columns("c", ["x", "y"], [Values("a", [100.0, 101.0])]).shapes
    first, second = (s for s in drawn if isinstance(s, Rectangle))
    assert second.height / first.height == pytest.approx(1.01)
    assert first.y + first.height == second.y + second.height
    estimate = charts.intervals("i", [Interval("a", 100.0, 90.0, 110.0)]).shapes
    assert "zero" in {s.role for s in estimate}


def test_intervals_stand_round_zero() -> None:
    chart = charts.intervals("difference", [Interval("a", 0.07, 0.02, 0.12), Interval("b", -0.06, -0.11, -0.01)])
    zero = next(s.x1 for s in chart.shapes if isinstance(s, Line) and s.role == "zero")
    right, left = (s for s in chart.shapes if isinstance(s, Circle))
    assert left.x < zero < right.x
    assert any(isinstance(s, Text) and s.text == "0.07 [0.02, 0.12]" for s in chart.shapes)


def test_columns_say_what_they_cannot_show() -> None:
    both = [Values("a", [1.0, math.inf, math.nan, None]), Values("b", [-math.inf, 1e300, 2.0])]
    chart = charts.columns("c", ["w", "x", "y", "z"], both)
    notes = [s.text for s in chart.shapes if isinstance(s, Text) and s.role == "note"]
    assert notes == ["3 values not drawn: infinite or out of range."]
    assert notes[0] in chart.description


def test_stacked_columns_add_up_and_grouped_ones_stand_beside_each_other() -> None:
    both = [Values("a", [1.0, 2.0]), Values("b", [3.0, None])]
    stacked = [s for s in charts.columns("c", ["x", "y"], both).shapes if isinstance(s, Rectangle) and s.title]
    assert [s.title for s in stacked] == ["x, a: 1", "x, b: 3", "y, a: 2"]
    first, second, _ = stacked
    assert second.y + second.height == pytest.approx(first.y)
    assert second.height / first.height == pytest.approx(3)
    below = charts.columns("c", ["x"], [Values(n, [v]) for n, v in (("a", 1.0), ("b", -2.0), ("c", -3.0))])
    a, b, c = (s for s in below.shapes if isinstance(s, Rectangle) and s.title)
    assert [b.y, c.y] == pytest.approx([a.y + a.height, b.y + b.height])
    grouped = charts.columns("c", ["x", "y"], both, stacked=False)
    first, second, _ = (s for s in grouped.shapes if isinstance(s, Rectangle) and s.title)
    assert second.x == pytest.approx(first.x + first.width)
    assert second.y + second.height == pytest.approx(first.y + first.height)


def test_sixteen_series_differ_and_their_names_stand_above_the_plot() -> None:
    many = [Series(f"run {i}", [(0, i), (1, i + 1)]) for i in range(16)]
    chart = charts.lines("many", many)
    assert len({(p.role, p.dash) for p in polylines(chart)}) == 16
    top = min(y for p in polylines(chart) for _, y in p.points)
    labels = [s for s in chart.shapes if isinstance(s, Text) and s.role == "label"]
    assert [t.text for t in labels] == [s.name for s in many]
    assert max(box(t)[3] for t in labels) < top
    assert "8 more series not drawn." in charts.lines("more", many * 2 + many[:8]).description


def test_ten_thousand_points_are_drawn_as_few_that_look_the_same() -> None:
    points = [(float(i), math.sin(i / 50) + (5.0 if i == 4321 else 0.0)) for i in range(10_000)]
    chart = charts.lines("long", [Series("a", points)])
    (line,) = polylines(chart)
    assert len(line.points) < 4 * 2 * chart.width
    heights = sorted(y for _, y in line.points)
    assert heights[0] < heights[1] - 50  # the one value far above the others is still there
    cloud = charts.points("cloud", [Series("a", points)])
    assert len(cloud.shapes) < 10_000
    assert len(svg.draw(chart)) < 60_000


@given(st.integers(0, 2**32), st.integers(401, 5_000))
def test_sampling_keeps_ends_and_extremes(seed: int, count: int) -> None:
    chance = random.Random(seed)
    points = sorted((chance.uniform(0, 400), chance.gauss(100, 20)) for _ in range(count))
    kept = sampling.line(points)
    assert (kept[0], kept[-1]) == (points[0], points[-1])
    assert min(y for _, y in kept) == min(y for _, y in points)
    assert max(y for _, y in kept) == max(y for _, y in points)
    assert set(kept) <= set(points)


@pytest.mark.parametrize(
    "chart",
    [
        charts.lines("none", []),
        charts.points("none", [Series("a", [])]),
        charts.bars("none", [Bar("a", None)]),
        charts.intervals("none", []),
        charts.columns("none", ["a"], [Values("b", [None])]),
    ],
)
def test_no_data_is_said(chart: Chart) -> None:
    root = sound(chart)
    assert [t.text for t in root.iter(f"{SVG}text")] == ["no data"]
    assert "No data." in chart.description


@pytest.mark.parametrize("value", [0.0, 3.2, -1e-12, 1e299])
def test_one_point_and_a_constant_are_drawn(value: float) -> None:
    for points in ([(5.0, value)], [(float(i), value) for i in range(9)]):
        chart = charts.lines("one", [Series("a", points)])
        root = sound(chart)
        assert len(list(root.iter(f"{SVG}circle"))) == len(points)


def test_dates_make_a_time_axis() -> None:
    days = [date(2026, 1, 1) + timedelta(days=i) for i in range(30)]
    chart = charts.lines("by day", [Series("a", [(d, 1.0 + d.day) for d in days])])
    texts = [s.text for s in chart.shapes if isinstance(s, Text)]
    assert "Jan 12" in texts
    assert "2026-01-01 to 2026-01-30, UTC" in texts


def test_columns_of_days_have_short_names_and_say_the_period() -> None:
    days = [date(2026, 1, 1) + timedelta(days=i) for i in range(30)]
    chart = charts.columns("cost", days, [Values("a", [1.0] * 30)])
    texts = [s.text for s in chart.shapes if isinstance(s, Text)]
    assert "Jan 1" in texts
    assert "2026-01-01 to 2026-01-30" in texts
    assert next(s.title for s in chart.shapes if isinstance(s, Rectangle)) == "2026-01-01, a: 1"


def test_a_long_name_is_cut_and_whole_in_its_title() -> None:
    name = "meta-llama/Llama-3.1-405B-Instruct-Turbo-preview-of-the-preview-2026"
    root = sound(charts.bars("cost", [Bar(name, 12.3), Bar("大規模言語モデル" * 8, 1.0)], unit="$"))
    cut = [t for t in root.iter(f"{SVG}text") if t.find(f"{SVG}title") is not None]
    assert len(cut) == 2
    title = cut[0].find(f"{SVG}title")
    assert title is not None
    assert title.text == name
    assert (title.tail or "").endswith("…")
    assert name.startswith((title.tail or "").rstrip("…"))


def test_marks_stay_with_their_letters_where_text_is_cut() -> None:
    text = "e\u0301" * 40
    for room in range(10, 120, 7):
        short = lettering.cut(text, room, 12)
        assert short.removesuffix("…").count("e") == short.count("\u0301")
        assert lettering.width(short, 12) <= room


def test_names_cannot_break_the_page() -> None:
    name = "</title><script>alert(1)</script>&\"'\x00\x1b\ud800\uffff"
    chart = charts.lines(name, [Series(name, [(0, 1.0), (1, 2.0)]), Series("b", [(0, 1.0)])], x_label=name)
    text = svg.draw(chart)
    root = ElementTree.fromstring(text)
    assert "<script" not in text
    assert {e.tag.removeprefix(SVG) for e in root.iter()} <= {
        "svg",
        "title",
        "desc",
        "line",
        "polyline",
        "circle",
        "text",
    }


def test_the_title_and_description_are_what_is_read_out() -> None:
    chart = charts.lines("Loss by step", [Series("run", [(0, 2.0), (100, 0.5)])], x_label="step")
    root = sound(chart)
    title, description = root[0], root[1]
    assert (title.tag, title.text) == (f"{SVG}title", "Loss by step")
    assert root.get("aria-labelledby") == title.get("id")
    assert root.get("aria-describedby") == description.get("id")
    assert description.text == "Line chart. run: 2 points from 0: 2 to 100: 0.5; lowest 0.5, highest 2."
    own = charts.lines("Loss", [Series("run", [(0, 2.0)])], description="Falls.")
    assert own.description == "Falls."


def test_ids_are_unique_and_stay_the_same() -> None:
    def one(title: str) -> Chart:
        return charts.bars(title, [Bar("x", 1.0)])

    drawn = [svg.draw(one("a")), svg.draw(one("b")), svg.draw(one("a"), key="second")]
    found = [e.get("id") for text in drawn for e in ElementTree.fromstring(text).iter() if e.get("id")]
    assert len(found) == len(set(found)) == 6
    assert svg.draw(one("a")) == drawn[0]


def test_only_the_style_sheet_has_colours() -> None:
    chart = charts.points("p", [Series(str(i), [(i, i)]) for i in range(8)])
    text = svg.draw(chart)
    assert "fill=" not in text
    assert "stroke=" not in text
    assert "style=" not in text
    sheet = svg.style()
    for role in {s.role for s in chart.shapes}:
        assert f".chart .{role}{{--c:var(--{role})}}" in sheet


def linear(colour: str) -> list[float]:
    """Return the linear red, green and blue of an sRGB colour."""
    parts = [part / 255 for part in bytes.fromhex(colour[1:])]
    return [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]


def luminance(colour: str) -> float:
    """Return the relative luminance of WCAG 2."""
    red, green, blue = linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize(("colours", "paper"), [(palette.LIGHT, "#ffffff"), (palette.DARK, "#0d1117")])
def test_colours_stand_out_from_the_page(colours: dict[str, str], paper: str) -> None:
    assert all(_contrast(colours[role], paper) >= 3 for role in colours if role.startswith("series"))
    assert all(_contrast(colours[role], paper) >= 4.5 for role in ("label", "value", "tick", "note"))


def _contrast(colour: str, paper: str) -> float:
    dark, light = sorted((luminance(colour), luminance(paper)))
    return (light + 0.05) / (dark + 0.05)


# What eyes of full strength deficiency see of linear red, green and blue: the tables of Machado and others (2009).
EYES = {
    "all": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protan": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deutan": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritan": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}


def lab(rgb: list[float]) -> tuple[float, float, float]:
    """Return linear sRGB as CIE L*a*b* under D65."""
    red, green, blue = rgb
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.95047
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.08883
    fx, fy, fz = (t ** (1 / 3) if t > 0.008856 else 7.787 * max(t, 0) + 16 / 116 for t in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


@pytest.mark.parametrize("eyes", EYES)
@pytest.mark.parametrize("colours", [palette.LIGHT, palette.DARK], ids=["light", "dark"])
def test_series_differ_to_eyes_of_every_kind(colours: dict[str, str], eyes: str) -> None:
    seen = [
        lab([sum(m * c for m, c in zip(row, linear(colours[role]), strict=True)) for row in EYES[eyes]])
        for role in colours
        if role.startswith("series")
    ]
    assert min(math.dist(a, b) for a, b in combinations(seen, 2)) >= 20
