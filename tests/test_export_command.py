"""The command `plainbase export`: what it writes, what it says, and with which exit code."""

from __future__ import annotations

import asyncio
import csv
import io
import os
import pty
import subprocess
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import export_rows
from plainbase import Database
from plainbase.cli.commands import plainbase
from plainbase.platform import results
from waiting import until

pytestmark = pytest.mark.usefixtures("place")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder of a command, whose environment names no database."""
    for name in [name for name in os.environ if name.startswith(("DATABASE_", "DB_"))]:
        monkeypatch.delenv(name)
    folder = tmp_path / "place"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


async def run(*arguments: str) -> Result:
    return await asyncio.to_thread(CliRunner().invoke, plainbase, ["export", *arguments])


async def test_a_file_and_what_is_said_of_it(db: Database, url: str, place: Path) -> None:
    await export_rows.insert(db, 1200)
    result = await run("out.csv", "--url", url, "--min-score", "0", "--max-records", "10", "--no-metadata")
    assert result.exit_code == 0, result.output
    size = (place / "out.csv").stat().st_size
    assert result.output.startswith(f"out.csv: 10 rows, {size:,} bytes, ")
    assert result.output.endswith(" s\n")
    with (place / "out.csv").open(newline="") as file:
        header, *rows = csv.reader(file)
    assert len(rows) == 10
    assert header == [name for name in results.COLUMNS if name not in ("metadata", "metrics")]
    result = await run("out.json", "--url", url, "--no-human-feedback")
    assert result.output.startswith("out.json: 1,200 rows, ")
    assert "human_rating" not in (place / "out.json").read_text()


async def test_standard_output(db: Database, url: str, place: Path) -> None:
    await export_rows.insert(db, 3)
    result = await run("-", "--url", url)
    assert len(list(csv.reader(io.StringIO(result.stdout, newline="")))) == 4
    assert result.stderr.startswith("3 rows, ")
    result = await run("-", "--url", url, "--format", "parquet")
    assert result.stdout_bytes.startswith(b"PAR1")
    assert list(place.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["out.xls"], 1, "Error: the ending of out.xls names no format; known are csv, json, jsonl, parquet, pdf\n"),
        (["out.csv", "--format", "xls"], 1, "Error: unknown format 'xls'; known are csv, json, jsonl, parquet, pdf\n"),
        (["there.csv"], 1, "Error: there.csv exists already; --overwrite replaces it\n"),
        (["none/out.csv"], 1, "Error: none/out.csv: there is no folder none; make it first\n"),
        (["out.csv", "--max-records", "0"], 2, "'--max-records': 0 is not in the range"),
        (["folder"], 1, "Error: folder is a folder; name a file in it\n"),
        (["folder/out.csv", "--in", "input"], 2, "--in says where a text is looked for"),
        (
            ["out.csv", "--min-score", "2", "--max-score", "1"],
            2,
            "--min-score is over --max-score: nothing can be both",
        ),
        ([], 2, "Missing argument 'TO'"),
    ],
)
async def test_errors_in_a_line_and_nothing_made(
    db: Database, url: str, place: Path, arguments: list[str], code: int, message: str
) -> None:
    (place / "there.csv").write_text("before")
    (place / "folder").mkdir()
    result = await run(*arguments, "--url", url)
    assert (result.exit_code, message in result.output) == (code, True), result.output
    assert sorted(path.name for path in place.rglob("*")) == ["folder", "there.csv"]
    assert (place / "there.csv").read_text() == "before"


async def test_there_is_no_database_yet(place: Path) -> None:
    result = await run("out.csv", "--url", "sqlite:///none.db")
    assert result.exit_code == 1
    assert result.output == "Error: there is no database sqlite:///none.db yet; `plainbase init` makes it\n"
    assert list(place.iterdir()) == []


async def test_a_bar_in_a_terminal(db: Database, url: str, place: Path) -> None:
    await export_rows.insert(db, 3000)
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "plainbase", "export", "out.csv", "--url", url]
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "80"}
    shown = await asyncio.to_thread(watch, command, environment, ours, theirs)
    assert "exporting" in shown
    assert "3000/3000" in shown
    assert (place / "out.csv").exists()


def watch(command: list[str], environment: dict[str, str], ours: int, theirs: int) -> str:
    """What a command shows on a terminal."""
    process = subprocess.Popen(command, stderr=theirs, stdout=subprocess.DEVNULL, env=environment)
    os.close(theirs)
    shown = b""
    try:
        while part := os.read(ours, 4096):
            shown += part
    except OSError:  # the other end is closed
        pass
    finally:
        os.close(ours)
    assert process.wait() == 0
    return shown.decode()


@pytest.mark.parametrize("format_", ["csv", "parquet"])
async def test_sigterm_leaves_nothing(db: Database, url: str, place: Path, format_: str) -> None:
    await export_rows.insert(db, 20_000)
    command = [sys.executable, "-m", "plainbase", "export", f"out.{format_}", "--url", url]
    process = await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=PIPE)
    await until(lambda: any(place.iterdir()))
    process.terminate()
    told = await process.communicate()
    assert (process.returncode, *told) == (143, b"", b"")
    assert list(place.iterdir()) == []


@pytest.mark.parametrize("unbuffered", ["", "1"])
async def test_what_cannot_be_put_out_is_an_error(db: Database, url: str, unbuffered: str) -> None:
    await export_rows.insert(db, 3)
    environment = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    command = [sys.executable, "-m", "plainbase", "export", "-", "--url", url]
    with Path("/dev/full").open("wb") as full:
        process = await asyncio.create_subprocess_exec(*command, stdout=full, stderr=PIPE, env=environment)
        _, told = await process.communicate()
    assert (process.returncode, told) == (1, b"Error: standard output: No space left on device\n")


async def test_whoever_has_read_enough_may_go(db: Database, url: str) -> None:
    await export_rows.insert(db, 3000)
    command = [sys.executable, "-m", "plainbase", "export", "-", "--url", url]
    process = await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    assert (await process.stdout.readline()).startswith(b"id,")
    process.stdout._transport.close()  # type: ignore[attr-defined]
    assert await process.stderr.read() == b""
    assert await process.wait() == 1


def test_a_terminal_is_no_place_for_parquet(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.run(
        [sys.executable, "-m", "plainbase", "export", "-", "--format", "parquet", "--url", "sqlite:///none.db"],
        stdout=theirs,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(theirs)
    os.close(ours)
    assert process.returncode == 1
    assert process.stderr == b"Error: parquet is not for a terminal: name a file, or redirect the output\n"
