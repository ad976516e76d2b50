"""Files registered as datasets: what is found in them, what is refused, and that known ones stay as they are."""

from __future__ import annotations

import asyncio
import csv
import gzip
import hashlib
import json
import tempfile
import threading
import tracemalloc
from collections.abc import Callable
from math import fsum, inf, nan
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given

import plainbase
from plainbase import ConstraintViolation, Database, DataInvalid, ParameterError
from plainbase.platform import dataset_columns, dataset_files, dataset_rows
from plainbase.platform.dataset_files import analyse, register_file

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a file and give its path."""

    def write(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


async def columns(path: Path, **options: Any) -> dict[str, dict[str, Any]]:
    found = await analyse(path, **options)
    json.dumps(found.statistics, allow_nan=False)
    return {column.pop("name"): column for column in found.statistics["columns"]}


async def test_a_file_is_registered_with_what_is_in_it(db: Database, write: Write) -> None:
    content = "id,price,name,ok\n1,0.5,ann,true\n2,,bob,false\n3,1.5,,TRUE\n"
    path = write("goods.csv", content)
    registered = await register_file(db, path, domain="shop", metadata={"by": "me"})
    row = registered.dataset
    digest = hashlib.sha256(content.encode()).hexdigest()
    assert registered.created
    assert (row.name, row.version, row.digest, row.format) == ("goods", digest[:12], digest, "csv")
    assert (row.size_bytes, row.row_count, row.domain, row.metadata) == (len(content), 3, "shop", {"by": "me"})
    assert row.statistics == {
        "columns": [
            {"name": "id", "type": "integer", "nulls": 0, "distinct": 3, "min": 1, "max": 3, "mean": 2.0},
            {"name": "price", "type": "number", "nulls": 1, "distinct": 2, "min": 0.5, "max": 1.5, "mean": 1.0},
            {
                "name": "name",
                "type": "text",
                "nulls": 1,
                "distinct": 2,
                "min_length": 3,
                "max_length": 3,
                "mean_length": 3.0,
            },
            {"name": "ok", "type": "boolean", "nulls": 0, "distinct": 3},
        ]
    }
    again = await register_file(db, path, metadata={"by": "you"})
    assert (again.created, again.dataset) == (False, row)
    other = await register_file(db, path, name="stock", version="2")
    assert (other.created, other.dataset.name, other.dataset.version) == (True, "stock", "2")
    assert [row.name for row in await db.datasets.list()] == ["stock", "goods"]


@pytest.mark.parametrize(
    ("name", "content", "rows"),
    [
        ("a.tsv", "a\tb\n1\tx y\n", 1),
        ("a.jsonl", '{"a": 1, "b": "x y"}\n\n', 1),
        ("a.json", '[\n {"a": 1, "b": "x y"}\n]\n', 1),
        ("a.txt", "one two\nthree\n", 2),
        ("a.csv.gz", gzip.compress(b"a,b\n1,x y\n", mtime=0), 1),
        ("a.jsonl.gz", gzip.compress(b'{"a": 1, "b": "x y"}', mtime=0), 1),
    ],
)
async def test_the_suffix_tells_the_format(db: Database, write: Write, name: str, content: Any, rows: int) -> None:
    path = write(name, content)
    row = (await register_file(db, path)).dataset
    assert (row.name, row.format, row.row_count) == ("a", name.split(".")[1].replace("txt", "text"), rows)
    assert (row.digest, row.size_bytes) == (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_size)
    if row.format != "text":
        assert [(column["name"], column["type"]) for column in row.statistics["columns"]] == [
            ("a", "integer"),
            ("b", "text"),
        ]
    assert ("compression" in row.statistics) == name.endswith(".gz")
    stated = await analyse(write("data.bin", content if isinstance(content, str) else "a\n"), format="text")
    assert stated.format == "text"


@pytest.mark.parametrize(
    ("name", "content", "line", "problem"),
    [
        ("a.csv", "", 1, "no header"),
        ("a.csv", "a,b\n1,2\n\n1,2,3\n", 4, "3 fields where the header has 2"),
        ("a.csv", 'a,b\n"x\ny",2\n"x\ny"\n', 4, "1 fields"),
        ("a.csv", 'a,b\n1,"2\n3', 3, "unexpected end"),
        ("a.csv", 'a,b\n1,"2"3\n', 2, "expected after"),
        ("a.csv", "a,a\n1,2\n", 1, "two columns of one name"),
        ("a.csv", b"a,b\n1,\xff\n", 2, "not UTF-8"),
        ("a.csv", "a,b\n1,\0\n", 2, "NUL"),
        ("a.csv", "a\n" + "x" * 200_000, 2, "field limit"),
        ("a.jsonl", '{"a": 1}\n{"a": }\n', 2, "Expecting value"),
        ("a.jsonl", '{"a": 1}\n{"a": 1\n', 2, "no JSON"),
        ("a.jsonl", '{"a": 1}\n{"\\u0000": 1}\n', 2, "name"),
        ("a.jsonl", '{"a": 1}\n{"\\ud800": 1}\n', 2, "name"),
        ("a.jsonl", "[" * 100_000, 1, "nested too deeply"),
        ("a.jsonl", "1" * 10_000, 1, "too many digits"),
        ("a.json", "", 1, "no JSON array"),
        ("a.json", '{"a": 1}', 1, "no JSON array"),
        ("a.json", "[1,\n 2,\n x]", 3, "Expecting value"),
        ("a.json", '[1,\n {"a":\n x}' + " " * 100 + "]", 3, "Expecting value"),
        ("a.json", "[1,\n 2", 2, "does not end"),
        ("a.json", "[1,\n 2 3]", 2, "no , or ]"),
        ("a.json", '[1,\n "2', 2, "Unterminated"),
        ("a.json", "[1,]", 1, "Expecting value"),
        ("a.json", "[1]\n[2]", 2, "more than one"),
        ("a.json", b'["\xff"]', 1, "not UTF-8"),
        ("a.txt", b"good\nbad \xc3", 2, "not UTF-8"),
        ("a.txt", b"good\nbad \xc3\nx", 2, "not UTF-8"),
        ("a.txt", b"\x7fELF\0", 1, "NUL"),
        ("a.csv.gz", b"a,b\n1,2\n", 1, "gzip"),
        ("a.txt.gz", gzip.compress(b"x\n" * 10_000, mtime=0)[:-4], 10_001, "gzip"),
    ],
)
async def test_a_malformed_file_is_refused_by_name_and_line(
    db: Database, write: Write, name: str, content: Any, line: int, problem: str
) -> None:
    path = write(name, content)
    with pytest.raises(DataInvalid) as caught:
        await register_file(db, path)
    assert str(caught.value).startswith(f"{path}:{line}: ")
    assert problem in str(caught.value)
    assert await db.datasets.list() == []


async def test_what_is_no_file_or_no_format_is_refused(db: Database, write: Write, tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="csv, json, jsonl, text, tsv"):
        await register_file(db, write("a.parquet", "x"))
    with pytest.raises(ParameterError):
        await register_file(db, write("a.csv", "x\n"), format="excel")
    with pytest.raises(FileNotFoundError):
        await register_file(db, tmp_path / "none.csv")
    with pytest.raises(ConstraintViolation):
        await register_file(db, write("a.csv", "x\n"), name="")
    with pytest.raises(ConstraintViolation):
        await register_file(db, write("a.csv", "x\n"), team_id=plainbase.uuid7())
    assert await db.datasets.list() == []


async def test_a_long_line_or_element_is_refused_before_it_fills_memory(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dataset_rows, "LONGEST", 1000)
    monkeypatch.setattr(dataset_rows, "PIECE", 100)
    for name, content in (("a.jsonl", '"' + "x" * 5000), ("a.json", '["' + "x" * 5000), ("a.csv", "a\n" + "x" * 5000)):
        with pytest.raises(DataInvalid, match="more than 1,000"):
            await analyse(write(name, content))
    assert (await analyse(write("a.txt", "x" * 5000))).statistics["max_length"] == 5000


async def test_cells_have_the_narrowest_type_of_all(write: Write) -> None:
    rows = [
        ("a", "b", "c", "d", "e", "f", "g", ""),
        ("1", "1", "007", "true", "", "nan", "1_000", "x"),
        ("-2", "2.5e-1", "8", "1", "", "-inf", "2", "1"),
        ("+3", "-.5", "9", "false", "", "4", "3", "2"),
        ("9" * 30, "0", "1", "true", "", "2", " 4", "3"),
    ]
    found = await columns(write("a.csv", "\ufeff" + "\r\n".join(",".join(row) for row in rows)))
    assert list(found) == ["a", "b", "c", "d", "e", "f", "g", "column_8"]
    assert [column["type"] for column in found.values()] == [
        "number",
        "number",
        "text",
        "text",
        "null",
        "number",
        "text",
        "text",
    ]
    assert found["b"] == {"type": "number", "nulls": 0, "distinct": 4, "min": -0.5, "max": 1.0, "mean": 0.1875}
    assert found["e"] == {"type": "null", "nulls": 4, "distinct": 0}
    assert found["f"] == {
        "type": "number",
        "nulls": 0,
        "distinct": 4,
        "min": 2.0,
        "max": 4.0,
        "mean": 3.0,
        "not_finite": 2,
    }


async def test_json_values_have_the_type_they_say(write: Write) -> None:
    rows: list[Any] = [
        {"n": 1, "t": "1", "m": "1", "b": True, "j": {"x": [1]}, "x": 1},
        {"n": 2.5, "t": None, "m": 1, "b": False, "j": {"x": [1]}},
        {"n": nan, "m": True, "b": True, "j": [], "late": "é"},
        {"n": 10**400, "m": 1},
        7,
    ]
    lines = await columns(write("a.jsonl", "\n".join(map(json.dumps, rows))))
    array = await columns(write("a.json", json.dumps(rows, indent=1)))
    assert lines == array
    assert {name: column["type"] for name, column in lines.items()} == {
        "n": "number",
        "t": "text",
        "m": "mixed",
        "b": "boolean",
        "j": "json",
        "x": "integer",
        "late": "text",
        "value": "integer",
    }
    assert lines["n"] == {
        "type": "number",
        "nulls": 1,
        "distinct": 4,
        "min": 1,
        "max": 2.5,
        "mean": 1.75,
        "not_finite": 2,
    }
    assert (lines["m"]["distinct"], lines["j"]["distinct"], lines["t"]["nulls"], lines["late"]["nulls"]) == (3, 2, 4, 4)


CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)


@given(
    st.lists(
        st.tuples(CELL, st.integers(-(10**6), 10**6), st.floats(allow_nan=False, allow_infinity=False)), max_size=40
    )
)
def test_any_table_is_read_as_python_wrote_it(rows: list[tuple[str, int, float]]) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(dataset_rows, "ROWS", 7)
        patch.setattr(dataset_rows, "PIECE", 5)
        table = Path(folder) / "a.csv"
        with table.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(("text", "whole", "real"))
            writer.writerows(rows)
        array = Path(folder) / "a.json"
        keyed = [{"text": text or None, "whole": whole, "real": real} for text, whole, real in rows]
        array.write_text(json.dumps(keyed, ensure_ascii=False, indent=2), encoding="utf-8")
        for path in (table, array):
            found = asyncio.run(analyse(path))
            assert found.row_count == len(rows)
            if not rows:
                continue
            text, whole, real = found.statistics["columns"]
            assert text["nulls"] == sum(not row[0] for row in rows)
            assert text["distinct"] == len({row[0] for row in rows if row[0]})
            numbers = [row[1] for row in rows]
            assert (whole["type"], whole["min"], whole["max"]) == ("integer", min(numbers), max(numbers))
            assert whole["mean"] == pytest.approx(sum(numbers) / len(numbers))
            reals = [row[2] for row in rows]
            assert (real["min"], real["max"]) == (min(reals), max(reals))
            try:
                mean = fsum(reals) / len(reals)
            except OverflowError:
                continue
            if real["mean"] is not None:
                assert real["mean"] == pytest.approx(mean, abs=max(map(abs, reals)) * 1e-12)


@given(st.text(st.sampled_from(" \t\n\rab\u00a0é😀"), max_size=60))
def test_plain_text_is_counted_as_the_corpus_counts(content: str) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(dataset_rows, "PIECE", 3)
        path = Path(folder) / "a.txt"
        path.write_bytes(content.encode())
        found = asyncio.run(analyse(path))
    lines = content.split("\n")
    assert found.row_count == found.statistics["lines"] == len(lines) - (not lines[-1])
    assert found.statistics["characters"] == len(content)
    assert found.statistics["words"] == len(content.encode().split())


async def test_distinct_values_are_bounded_and_said_to_be(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dataset_columns, "DISTINCT", 50)
    rows = "".join(f"{number},{number % 50},{'x' * 100}{number % 3}\n" for number in range(10_000))
    found = await columns(write("a.csv", "a,b,c\n" + rows))
    assert (found["a"]["distinct"], found["a"]["distinct_at_least"]) == (50, True)
    assert (found["b"]["distinct"], "distinct_at_least" in found["b"]) == (50, False)
    assert (found["c"]["distinct"], found["c"]["type"]) == (3, "text")


async def test_columns_beyond_the_bound_are_left_out_and_that_is_said(write: Write) -> None:
    wide = [f"c{number}" for number in range(1200)]
    for path in (
        write("a.csv", ",".join(wide) + "\n" + ",".join("1" for _ in wide)),
        write("a.json", json.dumps([dict.fromkeys(wide, 1)])),
    ):
        found = await analyse(path)
        assert [column["name"] for column in found.statistics["columns"]] == wide[:1000]
        assert found.statistics["columns_complete"] is False


async def test_a_large_file_is_read_in_bounded_memory(write: Write) -> None:
    line = '{"id": %d, "text": "' + "x" * 200 + '", "value": 0.5}'
    rows = [line % number for number in range(60_000)]
    for path in (write("a.jsonl", "\n".join(rows)), write("a.json", "[" + ",\n".join(rows) + "]")):
        assert path.stat().st_size > 14_000_000
        tracemalloc.start()
        found = await analyse(path)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert found.row_count == 60_000
        assert peak < 24_000_000, peak


async def test_the_loop_goes_on_meanwhile_and_a_cancelled_look_ends(
    db: Database, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dataset_rows, "ROWS", 10)
    path = write("a.csv", "a,b\n" + "1,2\n" * 300_000)
    waiting = asyncio.create_task(register_file(db, path))
    began, ended = threading.Event(), threading.Event()
    through = dataset_files._Look.through

    def watched(look: Any) -> Any:
        began.set()
        try:
            return through(look)
        finally:
            ended.set()

    monkeypatch.setattr(dataset_files._Look, "through", watched)
    while not began.is_set():
        await asyncio.sleep(0)
    for _ in range(10):
        await asyncio.sleep(0)
    assert not waiting.done()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert await asyncio.to_thread(ended.wait, 20)
    assert await db.datasets.list() == []


async def test_the_same_file_registered_at_once_is_one_dataset(db: Database, write: Write) -> None:
    path = write("a.csv", "a\n1\n")
    found = await asyncio.gather(*(register_file(db, path) for _ in range(6)))
    assert len({each.dataset.id for each in found}) == 1
    assert sum(each.created for each in found) == 1


async def test_datasets_are_listed_by_team_and_owner_columns_come_last(db: Database, write: Write) -> None:
    row = (await register_file(db, write("a.csv", "a\n1\n"))).dataset
    assert list(row)[-4:] == [row.created_by, row.team_id, row.created_at, row.updated_at]
    assert await db.datasets.list(team_id=plainbase.uuid7()) == []
    assert await db.datasets.list(format="csv") == [row]


def test_no_value_overflows_the_statistics() -> None:
    numbers = dataset_columns.Numbers()
    numbers.add([1e308, 1e308, inf])
    assert numbers.describe() == {"min": 1e308, "max": 1e308, "mean": None, "not_finite": 1}


async def test_bare_numbers_are_read_wherever_a_piece_of_the_file_ends(db: Database, tmp_path: Path) -> None:
    numbers = [number / 7 * 10.0 ** (number % 40 - 20) for number in range(40_000)]
    path = tmp_path / "numbers.json"
    path.write_text(json.dumps(numbers))
    registered = await register_file(db, path)
    assert registered.dataset.row_count == len(numbers)
