"""The demo, run as a user runs it: its figures, its second run, and what it says when something is wrong."""

from __future__ import annotations

import asyncio
import html
import io
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import chdir
from pathlib import Path
from uuid import UUID

import pytest
from click.testing import CliRunner, Result
from rich.console import Console

import plainbase
from plainbase import Database
from plainbase.cli import demo, demo_report, texts
from plainbase.platform import backoff, datasets, markov

TOPICS = ("assert", "booleans", "break", "class", "del", "for", "if", "lambda", "pass", "try", "while", "with")


@pytest.fixture(autouse=True)
def place(tmp_path: Path) -> Iterator[Path]:
    """Where the demo keeps what it makes."""
    with chdir(tmp_path):
        yield tmp_path


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
        "models",
        "model_versions",
        "model_benchmarks",
        "experiments",
        "experiment_runs",
        "evaluations",
        "comparison_results",
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
    assert (before["experiments"], before["model_versions"], before["comparison_results"]) == (1, 2, 1)
    second = invoke(folder, "--url", url)
    assert second.exit_code == 0, second.output
    assert "nothing is counted again" in second.output
    assert second.output.splitlines()[-1] == "known, nothing counted"
    assert re.search(r"\(held out: (1\d|20)% of the characters, in \d+ texts\)", first.output)
    assert tables(url) == before
    assert second.output.splitlines()[-5:-2] == first.output.splitlines()[-5:-2]


def test_it_ends_with_a_report_that_compares_the_two_text_by_text(url: str, folder: Path) -> None:
    for text in texts.language_reference().texts:
        if len(text.content) < 2000:
            (folder / f"{text.title}.rst").write_bytes(text.content.encode())
    held_out = {text.content for text in datasets.split(datasets.cut(texts.folder(folder).texts))[1]}
    first = invoke(folder, "--url", url)
    said, where = first.output.splitlines()[-3:-1]
    assert re.fullmatch(r"report: demo.report\.html \(\d+ kB\)", where)
    page = demo.REPORT.read_text(encoding="utf-8")
    verdict = re.fullmatch(r"Text by text: (.*markov-[35].* in bits_per_character .*\.)", said)
    assert verdict, first.output
    assert html.escape(verdict[1], quote=False) in page
    assert f"{len(held_out)} pairs" in verdict[1]
    assert "This section could not be made" not in page
    for name in ("markov-3", "markov-5", "bits_per_character", "held out", "Learning curves"):
        assert name in page
    demo.REPORT.unlink()
    second = invoke(folder, "--url", url)
    assert second.output.splitlines()[-3] == said
    assert demo.REPORT.exists()


def test_what_a_text_costs_is_kept_and_adds_up(url: str, folder: Path) -> None:
    invoke(folder, "--url", url)
    bits = expected_bits(folder)

    async def kept() -> dict[str, list[tuple[float, int]]]:
        async with plainbase.open(url) as db:
            found: dict[str, list[tuple[float, int]]] = {}
            for row in await db.evaluations.list():
                metrics = row.metrics
                found.setdefault(row.model, []).append((metrics["bits_per_character"], metrics["characters"]))
                assert row.score == pytest.approx(2 ** -metrics["bits_per_character"])
            return found

    async def which_is_better() -> list[bool]:
        async with plainbase.open(url) as db:
            return [row.details["higher_is_better"] for row in await db.comparison_results.list()]

    assert asyncio.run(which_is_better()) == [False]

    found = asyncio.run(kept())
    for order in demo.ORDERS:
        costs = found[f"markov-{order}"]
        mean = sum(cost * length for cost, length in costs) / sum(length for _, length in costs)
        assert mean == pytest.approx(bits[order][order])


def test_without_scipy_the_report_is_written_without_the_comparison(folder: Path, place: Path) -> None:
    (place / "more").mkdir()
    (place / "more" / "scipy.py").write_text("raise ModuleNotFoundError('no scipy', name='scipy')")
    with started(folder, place=place, PYTHONPATH=str(place / "more")) as process:
        output = process.communicate()[0].decode()
    assert process.returncode == 0, output
    assert "not compared text by text: scipy is missing: pip install 'plainbase[stats]'" in output
    page = demo.REPORT.read_text(encoding="utf-8")
    assert "markov-5" in page
    assert "Nothing has been compared for this experiment" in page


def test_a_run_that_was_interrupted_is_begun_anew(url: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = markov.count

    async def interrupted(db: Database, dataset_id: UUID, n: int, ids: Iterable[int]) -> int:
        if n == demo.ORDERS[-1]:
            raise KeyboardInterrupt
        return await whole(db, dataset_id, n, ids)

    monkeypatch.setattr(markov, "count", interrupted)
    stopped = invoke(folder, "--url", url)
    assert stopped.exit_code == 130
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
    for arguments in ([], ["--postgres"]):
        result = invoke(*arguments)
        assert result.exit_code == 1
        assert result.output.startswith("demo: the databases and the report are kept in a folder demo, but ")
        assert len(result.output.splitlines()) == 1


def started(*arguments: object, place: Path, **environment: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "plainbase.cli.demo", *(str(argument) for argument in arguments)]
    shown, said = subprocess.PIPE, subprocess.STDOUT
    return subprocess.Popen(command, cwd=place, env={**os.environ, **environment}, stdout=shown, stderr=said)


def test_postgres_starts_in_a_folder_with_a_space_and_stops(folder: Path, tmp_path: Path) -> None:
    place = tmp_path / "a folder (with $signs)"
    place.mkdir()
    for last in ("s", "known, nothing counted"):
        with started(folder, "--postgres", place=place) as process:
            output = process.communicate()[0].decode()
        assert process.returncode == 0, output
        assert output.splitlines()[-1].endswith(last)
        assert "database: postgresql://" in output
    data = place / "demo" / "postgres"
    assert (data / "PG_VERSION").exists()
    assert not (data / "postmaster.pid").exists()
    assert not [
        link for link in Path(tempfile.gettempdir()).glob("plainbase-*") if link.is_symlink() and link.samefile(data)
    ]


def test_a_postgres_that_does_not_start_is_one_line_with_its_log(folder: Path, tmp_path: Path) -> None:
    data = tmp_path / "demo" / "postgres"
    data.mkdir(parents=True)
    (data / "in the way").touch()
    with started(folder, "--postgres", place=tmp_path) as process:
        lines = process.communicate()[0].decode().splitlines()
    assert process.returncode == 1
    log = Path("demo", "postgres.log")
    assert lines == [
        "starting PostgreSQL",
        f"demo: PostgreSQL does not start on {Path('demo', 'postgres')}; see {log}",
    ]
    assert "initdb" in (tmp_path / log).read_text()


def test_an_interrupt_ends_the_demo_as_any_program(tmp_path: Path) -> None:
    with started(place=tmp_path, PYTHONUNBUFFERED="1") as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith(b"database: ")
        process.send_signal(signal.SIGINT)
        output = process.communicate()[0].decode()
    assert process.returncode == 130
    assert output.splitlines()[-1].startswith("demo: stopped")
    assert "Traceback" not in output


def test_a_terminal_of_ascii_only_gets_ascii(folder: Path, tmp_path: Path) -> None:
    (folder / "accents.txt").write_text("äöü ß é\n" * 400)
    with started(folder, place=tmp_path, PYTHONIOENCODING="ascii") as process:
        output = process.communicate()[0]
    assert process.returncode == 0, output
    curves = [line.split("|")[-2] for line in output.decode("ascii").splitlines() if re.match(r"\| +[35] \|", line)]
    assert len(curves) == 2
    assert all(len(curve) == 10 and set(curve) <= set(demo_report.ASCII_BLOCKS) for curve in curves)


def test_without_the_extra_it_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "click.py").write_text("raise ModuleNotFoundError('no click', name='click')")
    with started(place=tmp_path, PYTHONPATH=str(tmp_path)) as process:
        output = process.communicate()[0].decode()
    assert process.returncode == 1
    assert output == "demo: click is missing: pip install plainbase[cli]\n"


def test_the_language_reference_is_the_text_without_a_folder() -> None:
    collection = texts.language_reference()
    assert sum(len(text.content) for text in collection.texts) > 300_000
    assert f"{sys.version_info.major}.{sys.version_info.minor}" in collection.name


def test_help_needs_no_database() -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "plainbase.cli.demo", "--help"], capture_output=True, text=True, check=True
    )
    assert shown.stdout.startswith("Usage: demo [OPTIONS] [FOLDER]\n")
    assert all(ending in shown.stdout for ending in texts.ENDINGS)


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


def test_a_tie_is_said_as_one() -> None:
    low, high = result(3, 3.0, 2.0, 0.0004), result(5, 3.5, 0.0003, 0.0)
    assert demo_report.verdict([low, high]).startswith("Orders 3 and 5 are equal: 0.000 bits")
    assert demo_report.crossing(low, high) == "Orders 3 and 5 are level from step 3 on (30 characters counted)."
    assert demo_report.crossing(result(3, 1.0), result(5, 1.0)) == "Orders 3 and 5 are level at every step."


def test_a_change_is_in_per_cent_where_that_says_something() -> None:
    changes = [
        demo_report.change(*pair) for pair in ((1.1, 1.0), (0.9, 1.0), (1.0, 1.0002), (0.289, 0.001), (1.0, 0.0))
    ]
    assert changes == ["+10.0%", "-10.0%", "equal", ">+999%", ">+999%"]


@pytest.mark.parametrize("width", [50, 55, 60, 66, 72, 80, 120])
def test_numbers_and_curves_are_whole_in_a_narrow_terminal(width: int) -> None:
    curve = tuple(4.0 - step / 10 for step in range(10))
    results = [demo_report.Result(order, curve, 4.64, (10,) * 10, 1_234_567, 10, None) for order in (3, 5)]
    console = Console(width=width, file=io.StringIO(), color_system=None)
    console.print(demo_report.table(results, width=width, ascii_only=False))
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    rows = [line.split() for line in shown.splitlines() if line.split()[:1] in (["3"], ["5"])]
    assert [(row[1], row[-1]) for row in rows] == [("3.100", "█▇▆▆▅▄▃▃▂▁")] * 2
    assert "…" not in shown
    assert ("1,234,567" in shown) == (width > 55)
    assert ("10/10" in shown) == (width >= 80)
