"""A report as a document for print."""

from __future__ import annotations

from typing import assert_never

from plainbase.platform.pdf import Column, Document
from plainbase.platform.report import wording
from plainbase.platform.report.document import (
    Block,
    Facts,
    Figures,
    Heading,
    Paragraph,
    Report,
    Snapshot,
    Table,
    Tiles,
)


def document(report: Report) -> Document:
    """Lay the report's sections one after another; its `write` needs the extra `export`."""
    whole = Document(report.title, f"{report.subtitle} from {report.database}", made_at=report.made_at)
    for section in report.sections:
        whole.heading(section.title)
        if section.error:
            whole.paragraph(f"This section could not be made. {section.error}")
        for block in section.blocks:
            _add(whole, block)
    whole.heading("How old the figures are")
    if not report.snapshots:
        whole.paragraph("The materialized views were never refreshed, so what is read from them is empty.")
    else:
        whole.paragraph(
            "Runs, curves, comparisons and evaluations are read live; what is read from a materialized view is as old "
            "as its last refresh."
        )
        whole.facts([(each.view, _age(each, report)) for each in report.snapshots])
    return whole


def _age(snapshot: Snapshot, report: Report) -> str:
    if snapshot.refreshed_at is None:
        return "never refreshed"
    return wording.age((report.made_at - snapshot.refreshed_at).total_seconds())


def _add(whole: Document, block: Block) -> None:
    match block:
        case Paragraph(text, kind):
            whole.paragraph(text, quiet=kind == "prose")
        case Heading(text):
            whole.heading(text, 2)
        case Tiles(tiles):
            whole.facts([(tile.label, f"{tile.value} ({tile.note})" if tile.note else tile.value) for tile in tiles])
        case Facts(items):
            whole.facts([(key, str(value)) for key, value in items])
        case Table(caption, columns, rows):
            whole.heading(caption, 2)
            heads = [Column(each.name, "right" if each.figures else "start") for each in columns]
            whole.table(heads, [[str(cell) for cell in row] for row in rows])
        case Figures(charts):
            whole.charts(*charts)
        case _:
            assert_never(block)
