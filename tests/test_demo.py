"""The demo, run as a user runs it: its figures, its second run, and what it says when something is wrong."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

import pytest
from click.testing import CliRunner, Result

import plainbase
from plainbase import Database
from plainbase.cli import demo, demo_report, texts
from plainbase.platform import backoff, datasets, markov

TOPICS = ("assert", "booleans", "break", "class", "del", "for", "if", "lambda", "pass", "try", "while", "with")


def invoke(*arguments: object) -> Result:
    return CliRunner().invoke(demo.main, [str(argument) for argument in arguments])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Some topics of the language reference as files, and files that cannot be used."""
    place = tmp_path / "texts"
    (place / "more").mkdir(parents=True)
    for text in texts.language_reference().texts:
        if text.title in TOPICS:
            (place / "more" / f"{text.title}.rst").write_bytes(text.content.encode())
    (place / "empty.txt").write_bytes(b" \n")
    (place / "latin.md").write_bytes("naïve".encode("latin-1"))
    (place / "binary.txt").write_bytes(b"a\0b")
    (place / "code.py").write_text("not = a text")
    return place


def tables(url: str) -> dict[str, int]:
    names = [
        "datasets",
        "dataset_splits",
        "corpus_texts",
        "markov_models",
        "markov_texts",
        "markov_ngrams",
        "training_runs",
        "training_metrics",
        "checkpoints",
        "generations",
    ]

    async def count() -> dict[str, int]:
        async with plainbase.open(url) as db:
            found = {name: await db.fetch_value(f"SELECT count(*) FROM {name}") for name in names}
            found["counts"] = await db.fetch_value("SELECT CAST(sum(count) AS bigint) FROM markov_ngrams")
            return found

    return asyncio.run(count())


def expected_bits(folder: Path) -> dict[int, list[float]]:
    """The figures by a model counted in Python."""
    train, test = datasets.split(datasets.cut(texts.folder(folder).texts))
    found = {}
    for order in demo.ORDERS:
        held_out = backoff.levels(backoff.grams([text.content for text in test], order), order)
        learned = backoff.grams([text.content for text in train], order)
        found[order] = backoff.bits_per_character(learned, held_out)
    return found


def test_the_figures_are_right_and_a_second_run_doubles_nothing(url: str, folder: Path) -> None:
    first = invoke(folder, "--url", url)
    assert first.exit_code == 0, first.output
    bits = expected_bits(folder)
    baseline = bits[3][0]
    for order in demo.ORDERS:
        assert bits[order][order] < baseline == bits[order][0]
        row = next(line for line in first.output.splitlines() if line.split()[:1] == [str(order)])
        assert row.split()[1:3] == [f"{bits[order][order]:.3f}", f"{2 ** bits[order][order]:.2f}"]
    assert f"order 0 needs {baseline:.3f}." in first.output
    for name in ("empty.txt: empty", "latin.md: not UTF-8 text", "binary.txt: binary, it holds NUL"):
        assert f"left out: {name}" in first.output
    assert "code.py" not in first.output
    before = tables(url)
    assert (before["datasets"], before["training_runs"], before["generations"]) == (1, 2, 2)
    second = invoke(folder, "--url", url)
    assert second.exit_code == 0, second.output
    assert "nothing is counted again" in second.output
    assert tables(url) == before
    assert second.output.splitlines()[-3:-1] == first.output.splitlines()[-3:-1]


def test_a_run_that_was_interrupted_is_begun_anew(url: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = markov.count

    async def interrupted(db: Database, dataset_id: UUID, n: int, ids: Iterable[int]) -> int:
        if n == demo.ORDERS[-1]:
            raise KeyboardInterrupt
        return await whole(db, dataset_id, n, ids)

    monkeypatch.setattr(markov, "count", interrupted)
    stopped = invoke(folder, "--url", url)
    assert stopped.exit_code == 1
    assert stopped.output.splitlines()[-1].startswith("demo: stopped")
    monkeypatch.undo()
    finished = invoke(folder, "--url", url)
    assert finished.exit_code == 0, finished.output
    assert "its texts are not added again" in finished.output
    after = tables(url)
    assert (after["datasets"], after["training_runs"], after["generations"]) == (1, 3, 2)
    bits = expected_bits(folder)
    assert f"{bits[5][5]:.3f}" in finished.output


def test_one_long_text_is_cut_into_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "one.txt").write_text("so it goes on and on\n" * 200)
    result = invoke("texts")
    assert result.exit_code == 0, result.output
    assert (tmp_path / "demo" / "plainbase.db").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["missing"], "there is no folder missing"),
        (["file.txt"], "file.txt is not a folder"),
        (["empty"], "there are no text files in empty"),
        (["small"], "are too few to learn from"),
        (["small", "--url", "mysql://host/db"], "MySQL"),
    ],
)
def test_what_cannot_be_done_is_one_clear_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("empty", "small"):
        (tmp_path / name).mkdir()
    (tmp_path / "file.txt").write_text("a text")
    (tmp_path / "small" / "a.txt").write_text("a text")
    if "--url" in arguments:
        (tmp_path / "small" / "a.txt").write_text("a longer text\n" * 100)
    result = invoke(*arguments)
    assert result.exit_code == 1
    assert message in result.output
    assert result.output.startswith("demo: ")
    assert len(result.output.splitlines()) == 1


def test_a_server_that_is_down_is_one_clear_line(folder: Path, unused_tcp_port: int) -> None:
    result = invoke(folder, "--url", f"postgresql://someone:secret@127.0.0.1:{unused_tcp_port}/db")
    assert result.exit_code == 1
    assert result.output.splitlines()[-1].startswith("demo: ")
    assert "secret" not in result.output


def test_url_and_postgres_exclude_each_other() -> None:
    assert invoke("--url", "sqlite:///x.db", "--postgres").exit_code == 2


def test_a_folder_that_cannot_be_made_is_one_clear_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "demo").write_text("in the way")
    result = invoke()
    assert result.exit_code == 1
    assert len(result.output.splitlines()) == 1


def test_the_language_reference_is_the_text_without_a_folder() -> None:
    collection = texts.language_reference()
    assert sum(len(text.content) for text in collection.texts) > 300_000
    assert f"{sys.version_info.major}.{sys.version_info.minor}" in collection.name


def test_help_needs_no_database() -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "plainbase.cli.demo", "--help"], capture_output=True, text=True, check=True
    )
    assert "FOLDER" in shown.stdout


def result(order: int, *curve: float) -> demo_report.Result:
    return demo_report.Result(order, curve, 4.0, tuple(range(10, 10 * len(curve) + 10, 10)), 1, 1, None)


def test_the_verdict_says_who_is_better_and_since_when() -> None:
    low, high = result(3, 3.0, 2.5, 2.4), result(5, 3.5, 2.4, 2.0)
    assert demo_report.verdict([low, high]).startswith(
        "Order 5 is better than order 3 by 0.400 bits per character (16.7%)"
    )
    assert demo_report.verdict([high, low]).startswith("Order 5 is better")
    assert demo_report.crossing(low, high) == "Order 5 is ahead of order 3 from step 2 on (20 characters counted)."
    assert demo_report.crossing(high, low) == "Order 5 is ahead of order 3 from step 2 on (20 characters counted)."
    assert demo_report.crossing(result(3, 2.0), result(5, 3.0)) == "Order 3 is ahead of order 5 at every step."
    assert "equal" in demo_report.verdict([low, result(5, 2.4)])


def test_a_sparkline_spans_the_values() -> None:
    assert demo_report.sparkline([1, 2, 3], 1, 3) == "▁▅█"
    assert demo_report.sparkline([1, 1], 1, 1) == "▁▁"
