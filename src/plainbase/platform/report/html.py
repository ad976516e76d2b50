"""A report as one HTML page that needs nothing else: no network, no script, no font."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator
from hashlib import sha256
from importlib.resources import files
from itertools import count
from typing import assert_never

from plainbase.platform.charts import svg
from plainbase.platform.report import wording
from plainbase.platform.report.document import (
    Badge,
    Block,
    Cell,
    Facts,
    Figures,
    Heading,
    Paragraph,
    Report,
    Section,
    Snapshot,
    Table,
    Tiles,
)
from plainbase.platform.report.elements import Child, Markup, element, joined

LONG = 28
"""A badge of more characters runs over several lines."""


def stylesheet() -> str:
    """The style of the page, as the package brings it."""
    return files(__package__).joinpath("page.css").read_text(encoding="utf-8")


def render(report: Report) -> str:
    """Write the page. Whatever comes of the database is escaped, and the page's own policy forbids all from outside."""
    style = stylesheet() + svg.style()
    digest = b64encode(sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", name="generator", content=f"plainbase {report.version}"),
        element("title", report.title),
        element("style", Markup(style)),
    )
    numbers = count(1)
    body = element(
        "body",
        element("a", "Skip to the results", class_="skip", href="#results"),
        _header(report),
        element("main", *(_section(section, numbers) for section in report.sections), id="results"),
        _footer(report),
    )
    return f"<!DOCTYPE html>\n{element('html', head, body, lang='en')}\n"


def _header(report: Report) -> Markup:
    links = (element("li", element("a", each.title, href=f"#{each.key}")) for each in report.sections)
    return element(
        "header",
        element(
            "div",
            element("p", report.subtitle, class_="kind"),
            element("h1", element("bdi", report.title)),
            element(
                "p",
                element("span", "Made ", _time(report), class_="fact"),
                element("span", "from ", element("code", report.database), class_="fact"),
                class_="facts",
            ),
            element("nav", element("ul", *links), aria_label="Sections"),
            class_="inner",
        ),
    )


def _time(report: Report) -> Markup:
    return element("time", wording.when(report.made_at), datetime=report.made_at.isoformat())


def _footer(report: Report) -> Markup:
    return element(
        "footer",
        element(
            "div",
            element("h2", "How old the figures are"),
            element(
                "p",
                "Runs, curves, comparisons and evaluations are read live. What is read from a materialized view is as "
                "old as its last refresh; ",
                element("code", "plainbase report --fresh"),
                " refreshes first.",
            )
            if report.snapshots
            else None,
            element("ul", *(_snapshot(each, report) for each in report.snapshots), class_="snapshots")
            if report.snapshots
            else element(
                "p",
                "Runs, curves, comparisons and evaluations are read live. The materialized views were never refreshed, "
                "so what is read from them is empty; ",
                element("code", "plainbase report --fresh"),
                " refreshes first.",
            ),
            element("p", f"plainbase {report.version}"),
            class_="inner",
        ),
    )


def _snapshot(snapshot: Snapshot, report: Report) -> Markup:
    if snapshot.refreshed_at is None:
        told = "never refreshed"
    else:
        told = wording.age((report.made_at - snapshot.refreshed_at).total_seconds())
    failed = f"; the last refresh failed: {wording.name(snapshot.error)}" if snapshot.error else ""
    return element("li", element("code", snapshot.view), f" {told}{failed}")


def _section(section: Section, numbers: Iterator[int]) -> Markup:
    heading = f"{section.key}-heading"
    failed = (
        element(
            "p",
            element("strong", "This section could not be made."),
            f" {section.error}",
            class_="failed",
            role="note",
        )
        if section.error
        else None
    )
    return element(
        "section",
        element("h2", section.title, id=heading),
        failed,
        *(_block(block, numbers) for block in section.blocks),
        id=section.key,
        class_="long" if section.long else None,
        aria_labelledby=heading,
    )


def _block(block: Block, numbers: Iterator[int]) -> Markup:
    match block:
        case Paragraph(text, kind):
            return element("p", _with_code(text) if kind == "missing" else text, class_=kind)
        case Heading(text):
            return element("h3", text)
        case Tiles(tiles):
            return element(
                "dl",
                *(
                    element(
                        "div",
                        element("dt", tile.label),
                        element("dd", element("bdi", tile.value), class_="long" if len(tile.value) > 12 else None),
                        element("dd", tile.note, class_="note") if tile.note else None,
                        class_="tile",
                    )
                    for tile in tiles
                ),
                class_="tiles",
            )
        case Facts(items):
            return element(
                "dl",
                *(element("div", element("dt", key), element("dd", _cell(value))) for key, value in items),
                class_="list",
            )
        case Table():
            return _table(block, f"table-{next(numbers)}")
        case Figures(charts):
            drawn = (
                element("figure", element("figcaption", chart.title), Markup(svg.draw(chart)), class_="card")
                for chart in charts
            )
            return element("div", *drawn, class_="charts few" if len(charts) in {1, 2, 4} else "charts")
        case _:
            assert_never(block)


def _with_code(text: str) -> Iterator[Child]:
    """A text with what stands between backticks as code."""
    for place, part in enumerate(text.split("`")):
        yield element("code", part) if place % 2 else part


def _table(table: Table, key: str) -> Markup:
    """The table in a box of its own that scrolls sideways where the page is too narrow, also by the keyboard."""
    kinds = ["figures" if column.figures else "whole" if column.whole else None for column in table.columns]
    head = (element("th", c.name, scope="col", class_=kind) for c, kind in zip(table.columns, kinds, strict=True))
    return element(
        "div",
        element(
            "table",
            element("caption", element("span", table.caption), id=key),
            element("thead", element("tr", *head)),
            element("tbody", *(_row(row, kinds) for row in table.rows)),
        ),
        class_="scroll",
        role="region",
        aria_labelledby=key,
        tabindex="0",
    )


def _row(row: Iterable[Cell], kinds: Iterable[str | None]) -> Markup:
    cells: list[Child] = []
    for cell, kind in zip(row, kinds, strict=True):
        if not cells:
            cells.append(element("th", _cell(cell), scope="row", class_=kind))
        else:
            cells.append(element("td", _cell(cell), class_=kind))
    return joined([element("tr", *cells), Markup("\n")])


def _cell(cell: Cell) -> Child:
    if not isinstance(cell, Badge):
        return cell
    return element("span", cell.text, class_=f"badge {cell.tone}{' long' if len(cell.text) > LONG else ''}")
