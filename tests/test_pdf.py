"""Documents as PDF: any text, charts as vectors, tables over many pages; read back by other readers."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import sys
import unicodedata
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PageObject, PdfReader

from plainbase import ConfigurationError, Database, ParameterError
from plainbase.platform import charts, evaluations, export
from plainbase.platform.charts import Bar, Series
from plainbase.platform.charts.shapes import Rectangle
from plainbase.platform.evaluations import Evaluation
from plainbase.platform.export import ExportOptions
from plainbase.platform.export.pdf import shortened
from plainbase.platform.export.pdf_figures import histogram, mean_bar, percentile
from plainbase.platform.pdf import Column, Document, Written, fonts
from plainbase.platform.pdf.letters import Letters, right_to_left
from plainbase.platform.results import SearchFilters

MADE = datetime(2026, 3, 4, 5, 6, tzinfo=UTC)

SCRIPTS = {
    "latin": "Zażółć gęślą jaźń, Đặng Văn, ß œ ﬁ",
    "greek": "Ξεσκεπάζω την ψυχοφθόρα βδελυγμία",
    "cyrillic": "Съешь же ещё этих мягких булок",
    "georgian": "დიდი ენის მოდელი",
    "thai": "โมเดลภาษาขนาดใหญ่",
    "chinese": "大型语言模型的评测结果",
    "japanese": "大規模言語モデルの評価",
    "korean": "대규모 언어 모델 평가",
    "hebrew": "מודל שפה",
    "arabic": "نموذج اللغة",
    "hindi": "भाषा",
    "symbols": "∑ ∫ ≤ ≠ → ⇒ ★ € ₹ 👍",
}


def written(document: Document) -> tuple[PdfReader, Written, bytes]:
    file = io.BytesIO()
    result = document.write(file)
    return PdfReader(file), result, file.getvalue()


def plain(text: str) -> str:
    """Return the letters of a text: readers differ in spaces, and some write ligatures and presentation forms."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


def text_of(reader: PdfReader) -> str:
    return plain("".join(page.extract_text() for page in reader.pages))


def spots(page: PageObject) -> list[tuple[str, float, float]]:
    """Return what is written on a page, and where from the left and from below."""
    found: list[tuple[str, float, float]] = []

    def visit(text: str, _cm: object, matrix: list[float], _font: object, _size: object) -> None:
        if text.strip():
            found.append((text.strip(), matrix[4], matrix[5]))

    page.extract_text(visitor_text=visit)
    return found


@pytest.mark.parametrize("script", SCRIPTS)
def test_text_of_every_script_is_found_again(script: str) -> None:
    document = Document("Scripts", made_at=MADE)
    document.paragraph(SCRIPTS[script])
    reader, result, _ = written(document)
    assert result.missing == {}
    found = text_of(reader)
    for word in SCRIPTS[script].split():
        # A reader may give the letters of a line from right to left as they stand, from the left.
        assert plain(word) in found or plain(word)[::-1] in found, word


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="pdftotext is not installed")
def test_pdftotext_finds_every_script(tmp_path: Path) -> None:
    document = Document("Scripts", made_at=MADE)
    document.facts(list(SCRIPTS.items()))
    path = tmp_path / "scripts.pdf"
    with path.open("wb") as file:
        document.write(file)
    ran = subprocess.run(["pdftotext", "-enc", "UTF-8", str(path), "-"], capture_output=True, check=True)
    found = plain(re.sub("[\u200e\u200f\u202a-\u202e]", "", ran.stdout.decode()))
    for text in SCRIPTS.values():
        for word in text.split():
            assert plain(word) in found, word


def test_what_no_font_has_is_a_box_or_a_name_and_counted() -> None:
    document = Document("Odd", made_at=MADE)
    document.paragraph("a\x00b\ud800c 🚀🚀 \ua000 \u202ee\ufe0f")
    reader, result, _ = written(document)
    assert result.missing == {"\x00": 1, "\ud800": 1, "🚀": 2, "\ua000": 1}
    text = " ".join(page.extract_text() for page in reader.pages)
    assert "a□b□c [rocket][rocket] □ e" in " ".join(text.split())
    assert "5 characters have no glyph" in " ".join(text.split())
    assert "U+1F680 rocket (2)" in " ".join(text.split())


@settings(max_examples=8, deadline=None)
@given(st.text(max_size=60), st.text(max_size=200), st.lists(st.text(max_size=300), min_size=3, max_size=3))
def test_no_text_breaks_a_document(title: str, paragraph: str, cells: list[str]) -> None:
    document = Document(title, paragraph, made_at=MADE)
    document.heading(title)
    document.paragraph(paragraph)
    document.facts([(paragraph, title)])
    document.charts(charts.bars(title, [Bar(paragraph, 1.0)]))
    document.table([Column(title), Column(paragraph), Column("c", "right")], [cells] * 3)
    reader, _, _ = written(document)
    assert len(reader.pages) >= 1


def test_plain_text_keeps_its_font_after_text_of_other_fonts() -> None:
    document = Document("语", made_at=MADE)
    for _ in range(2):
        document.heading("语 ع")
        document.paragraph("after one")
        document.table([Column("语"), Column("plain head")], [("语", "after two"), ("ع", "after three")] * 60)
    reader, _, _ = written(document)
    text = text_of(reader)
    assert [text.count(word) for word in ("afterone", "aftertwo", "afterthree")] == [2, 120, 120]
    assert text.count("plainhead") >= 4


def test_a_word_of_a_hundred_thousand_letters_is_wrapped_or_cut() -> None:
    for letter in ("x", "語", "ب"):
        document = Document("Long", made_at=MADE)
        document.table([Column("a"), Column("b")], [(letter * 100_000, "after")])
        document.paragraph("x" * 10_000)
        reader, _, _ = written(document)
        text = text_of(reader)
        assert "after" in text
        assert text.count("x") >= 10_000
        assert len(reader.pages) < 5


def test_pages_are_numbered_and_heads_stand_on_each() -> None:
    document = Document("Many rows", "of numbers", made_at=MADE)
    document.heading("Rows")
    document.table([Column("Number"), Column("Square", "right")], [(f"row {i}", f"{i * i:,}") for i in range(400)])
    reader, result, _ = written(document)
    count = len(reader.pages)
    assert count == result.pages
    assert count > 5
    texts = [page.extract_text() for page in reader.pages]
    for number, text in enumerate(texts, 1):
        assert f"{number} / {count}" in text
        assert text.count("Square") == 1
        assert "2026-03-04 05:06 UTC" in text
    rows = [int(n) for text in texts for n in re.findall(r"row (\d+)", text)]
    assert rows == list(range(400))


def test_a_table_of_many_columns_lies_across_the_page() -> None:
    document = Document("Wide", made_at=MADE)
    document.heading("Upright")
    document.paragraph("text")
    document.heading("Across")
    document.heading("Part of it", level=2)
    document.table([Column(f"column {i}") for i in range(9)], [[f"cell {i} of nine columns" for i in range(9)]] * 60)
    reader, _, _ = written(document)
    boxes = [page.mediabox for page in reader.pages]
    assert boxes[0].width < boxes[0].height
    assert all(box.width > box.height for box in boxes[1:])
    second = reader.pages[1].extract_text()
    assert "Across" in second
    assert "Part of it" in second
    assert f"2 / {len(boxes)}" in second


def test_a_table_of_many_short_columns_stays_upright() -> None:
    document = Document("Narrow", made_at=MADE)
    document.table([Column(f"c{i}") for i in range(9)], [["1"] * 9] * 3)
    reader, _, _ = written(document)
    assert reader.pages[0].mediabox.width < reader.pages[0].mediabox.height


def test_a_heading_is_not_alone_at_the_foot_of_a_page() -> None:
    for lines in range(43, 53):
        document = Document("Foot", made_at=MADE)
        document.paragraph("\n".join("line" for _ in range(lines)))
        document.heading("Heading")
        document.table([Column("head")], [["cell"]] * 9)
        reader, _, _ = written(document)
        page = next(p.extract_text() for p in reader.pages if "Heading" in p.extract_text())
        assert "cell" in page


def test_long_names_and_values_of_facts_are_whole() -> None:
    long = " ".join(f"word{i}" for i in range(1500))
    for pair in (("name", long), (long, "value")):
        document = Document("Facts", made_at=MADE)
        document.facts([pair, ("next", "after")])
        text = text_of(written(document)[0])
        assert re.findall(r"word\d+", text) == long.split()
        assert "nextafter" in text


def test_nothing_is_set_outside_the_page() -> None:
    document = Document("T" * 300, "S" * 300, made_at=MADE)
    document.facts([("name " * 40, "value " * 200)])
    document.table([Column("head " * 9) for _ in range(6)], [["word " * 50] * 6] * 5)
    reader, _, _ = written(document)
    for page in reader.pages:
        found = spots(page)
        assert found
        assert all(30 < x < page.mediabox.width - 30 and 20 < y < page.mediabox.height - 30 for _, x, y in found)


def test_title_language_bookmarks_and_text_for_charts() -> None:
    document = Document("Ergebnisse «评测»", language="de", made_at=MADE)
    document.heading("Zusammenfassung")
    document.heading("Teil", level=2)
    document.charts(charts.lines("Loss", [Series("a", [(0, 2.0), (9, 1.0)])], description="It falls."))
    reader, _, content = written(document)
    assert reader.metadata is not None
    assert reader.metadata.title == "Ergebnisse «评测»"
    root = reader.root_object
    assert str(root["/Lang"]) == "de"
    assert "/StructTreeRoot" in root
    assert re.findall(r"'/Title': '(\w+)'", str(reader.outline)) == ["Zusammenfassung", "Teil"]
    assert b"It falls." in content or "It falls.".encode("utf-16-be") in content
    assert not list(reader.pages[0].images)  # vectors, no picture


def test_only_the_fonts_that_are_needed_are_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    source = fonts.Face.source

    def watched(self: fonts.Face) -> bytes | Path | None:
        opened.append(self.name)
        return source(self)

    monkeypatch.setattr(fonts.Face, "source", watched)
    fonts.repertoire.cache_clear()
    document = Document("Plain", made_at=MADE)
    document.paragraph("Latin, ελληνικά, кириллица, عربي")
    written(document)
    assert set(opened) == {"regular", "bold"}
    document.paragraph("语言")
    written(document)
    assert "noto-sc" in opened
    assert "noto-kr" not in opened


def test_the_same_ideograph_comes_from_the_country_of_its_text() -> None:
    letters = Letters()
    for text in ("直接", "直接です", "직접 直接"):
        letters.add(text)
    assert [letters.order(text)[0].name for text in ("直接", "直接です", "직접 直接")] == [
        "noto-sc",
        "noto-jp",
        "noto-kr",
    ]


@pytest.mark.parametrize(
    ("text", "backwards"), [("abc שלום", False), ("שלום abc", True), ("123 عربي", True), ("123", False), ("", False)]
)
def test_direction_is_that_of_the_first_letter_that_has_one(text: str, backwards: bool) -> None:
    assert right_to_left(text) is backwards


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uharfbuzz", None)  # as if it were not installed
    with pytest.raises(ConfigurationError, match=r"uharfbuzz is missing: pip install 'plainbase\[export\]'"):
        Document("x").write(io.BytesIO())


def test_a_table_of_uneven_rows_is_refused() -> None:
    document = Document("x", made_at=MADE)
    with pytest.raises(ParameterError, match="a row has 1 cells, the table has 2 columns"):
        document.table([Column("a"), Column("b")], [("1", "2"), ("1",)])
    assert document.blocks == []


def test_a_long_title_of_a_chart_is_whole_and_pushes_the_charts_down() -> None:
    long = "Median latency by model, p5 to p95 (12 most frequent models of all that answered)"
    heights = []
    for title in ("short", long):
        document = Document("Charts", made_at=MADE)
        document.charts(charts.bars(title, [Bar("a", 1.0)]), charts.bars("beside it", [Bar("b", 2.0)]))
        document.paragraph("what follows")
        reader, _, _ = written(document)
        assert plain(title) in text_of(reader)
        at = {text: y for text, _, y in spots(reader.pages[0])}
        heights.append((at["what follows"], at["a"], at["b"]))
    for one_line, two_lines in zip(*heights, strict=True):
        assert one_line - two_lines == pytest.approx(13)


def test_a_mean_has_its_interval_from_thirty_scores_on() -> None:
    # Standard deviation of 1 … 30 (n - 1): √77.5; 1.96 of its standard error is 3.150.
    many = mean_bar("a", [float(i) for i in range(1, 31)])
    assert [many.low, many.value, many.high] == pytest.approx([12.350, 15.5, 18.650], abs=5e-4)
    few = mean_bar("a", [float(i) for i in range(1, 30)])
    assert (few.value, few.low, few.high) == (15, None, None)


def test_percentiles_are_those_of_the_database() -> None:
    # percentile_cont(0.95) WITHIN GROUP over 1, 2, 3, 4 is 3.85.
    assert percentile([1.0, 2.0, 3.0, 4.0], 95) == pytest.approx(3.85)
    assert percentile([7.0], 50) == 7.0


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=50))
def test_a_histogram_counts_every_value_once(values: list[float]) -> None:
    chart = histogram("h", values, "score")
    assert f"together {charts.number(float(len(values)))}" in chart.description


def test_a_value_at_a_mark_of_a_histogram_counts_above_it_and_the_last_below() -> None:
    shapes = histogram("h", [i / 10 for i in range(11)], "score").shapes
    counts = [s.title for s in shapes if isinstance(s, Rectangle)]
    assert counts == [f"0.{i}: 1" for i in range(9)] + ["0.9: 2"]


def test_what_is_cut_says_so() -> None:
    assert [shortened(text) for text in ("", "x" * 240, "x" * 241)] == ["", "x" * 240, "x" * 240 + "…"]


async def test_results_are_exported_with_summary_charts_and_table(db: Database, tmp_path: Path) -> None:
    made = [
        Evaluation(
            "openai" if i % 2 else "anthropic",
            "gpt" if i % 2 else "claude",
            f"question {i} 评测",
            f"answer {i} " + "long " * 200,
            score=i / 40,
            latency_ms=100.0 + i,
            cost_usd=0.001 if i % 3 else None,
        )
        for i in range(40)
    ]
    await evaluations.create_many(db, made)
    path = tmp_path / "results.pdf"
    result = await export.export(db, SearchFilters(), ExportOptions(max_records=30), path)
    assert result.rows == 30
    reader = PdfReader(path)
    texts = [" ".join(page.extract_text().split()) for page in reader.pages]
    whole = " ".join(texts)
    assert "The newest 30 of 40" in texts[0]
    assert "10 more match" in texts[0]
    assert "p50" in texts[0]
    assert "$0.02 in all, $0.001 each (20 priced)" in texts[0]
    assert "Score distribution" in texts[0]
    assert [len(re.findall(f"question {i}\\b", whole)) for i in range(40)] == [0] * 10 + [1] * 30
    table = [text for text in texts if "question" in text]
    assert all("latency" in text for text in table)
    assert f"{len(texts)} / {len(texts)}" in texts[-1]
    assert "Not shown here: id," in whole


async def test_an_export_of_nothing_says_so(db: Database, tmp_path: Path) -> None:
    path = tmp_path / "none.pdf"
    filters = SearchFilters(date_from=datetime.now(UTC) + timedelta(days=1))
    assert (await export.export(db, filters, ExportOptions(), path)).rows == 0
    text = " ".join(page.extract_text() for page in PdfReader(path).pages)
    assert "No evaluation matches." in text
    assert "Charts" not in text
