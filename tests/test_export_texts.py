"""Texts and values that break files or run in spreadsheets, through each format's writer."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from export_rows import HOSTILE
from plainbase import values
from plainbase.platform.export import harmless, original
from plainbase.platform.export.csv import CsvWriter
from plainbase.platform.export.json import JsonLinesWriter, JsonWriter
from plainbase.platform.export.parquet import ParquetWriter

COLUMNS = ("id", "output", "expected", "metadata", "score", "input_tokens", "created_at")

characters = st.characters(blacklist_categories=["Cs"], blacklist_characters="\0")
texts = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(characters),
    st.builds(str.__add__, st.text("'=+-@ \t\r\n\ufeff\uff1d\",;", max_size=4), st.text(characters, max_size=5)),
)
floats = st.floats(allow_nan=False, allow_infinity=False)
scalars = st.one_of(st.none(), st.booleans(), st.integers(), floats, texts)
documents = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3), max_leaves=8
)
rows = st.lists(
    st.tuples(
        st.uuids().map(str),
        texts,
        st.none() | texts,
        documents.map(values.json_text),
        st.none() | floats,
        st.none() | st.integers(-(2**63), 2**63 - 1),
        st.datetimes().map(lambda at: f"{at:%H:%M:%S.%f}").map(lambda time: f"2026-01-31T{time}Z"),
    ),
    max_size=6,
)


def written(writer: Any, batches: Sequence[Sequence[Any]]) -> bytes:
    file = io.BytesIO()
    to = writer(file, COLUMNS)
    for batch in batches:
        if batch:
            to.write(batch)
    to.close()
    return file.getvalue()


def equal(one: Any, two: Any) -> bool:
    """As JSON has it: 1 is not 1.0, and -0.0 is not 0.0."""
    return json.dumps(one, sort_keys=True) == json.dumps(two, sort_keys=True)


@given(st.lists(rows, max_size=3))
def test_csv_gives_every_value_back(batches: Any) -> None:
    text = written(CsvWriter, batches).decode()
    header, *found = csv.reader(io.StringIO(text, newline=""), strict=True)
    assert tuple(header) == COLUMNS
    every = [row for batch in batches for row in batch]
    for cells, row in zip(found, every, strict=True):
        assert cells[0] == row[0]
        assert original(cells[1]) == row[1]
        assert original(cells[2]) == (row[2] or "")
        assert equal(json.loads(cells[3]), json.loads(row[3]))
        assert cells[4] == ("" if row[4] is None else repr(row[4]))
        assert cells[5] == ("" if row[5] is None else str(row[5]))
        assert cells[6] == row[6]


@given(st.lists(rows, max_size=3))
def test_json_gives_every_value_back(batches: Any) -> None:
    every = [
        dict(zip(COLUMNS, (*row[:3], json.loads(row[3]), *row[4:]), strict=True)) for batch in batches for row in batch
    ]
    array = written(JsonWriter, batches)
    lines = written(JsonLinesWriter, batches)
    assert equal(json.loads(array), every)
    assert equal([json.loads(line) for line in lines.split(b"\n")[:-1]], every)
    assert lines == b"" or lines.endswith(b"\n")


@given(st.lists(rows, max_size=3))
def test_parquet_gives_every_value_back(batches: Any) -> None:
    table = pyarrow.parquet.read_table(io.BytesIO(written(ParquetWriter, batches)))
    found = [tuple(row.values()) for row in table.to_pylist()]
    every = [row for batch in batches for row in batch]
    for cells, row in zip(found, every, strict=True):
        assert cells[:3] == row[:3]
        assert equal(json.loads(cells[3]), json.loads(row[3]))
        assert equal(cells[4], row[4])
        assert cells[5] == row[5]
        assert f"{cells[6]:%Y-%m-%dT%H:%M:%S.%f}Z" == row[6]


STARTS = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"


@given(texts)
def test_no_text_is_a_formula_and_each_is_known_again(text: str) -> None:
    cell = harmless(text)
    assert original(cell) == text
    assert not cell.startswith(tuple(STARTS))
    assert not cell.strip().startswith(tuple(STARTS))
    assert cell in (text, f"'{text}")


@pytest.mark.parametrize("text", ["", "plain", " plain", "a=1", "1-1", "'plain", '"=1"', "3.14", "[-1]"])
def test_a_text_that_is_no_formula_stays(text: str) -> None:
    assert harmless(text) == original(text) == text


def test_numbers_stay_numbers_and_nothing_differs_from_an_empty_text() -> None:
    row = ("a", "-1", "", "-1", -1.5, -7, "2026-01-31T12:00:00.000000Z")
    (_, line) = written(CsvWriter, [[row]]).splitlines()
    assert line == b"""a,"'-1","","-1",-1.5,-7,2026-01-31T12:00:00.000000Z"""
    none = ("a", "", None, "{}", None, None, "2026-01-31T12:00:00.000000Z")
    assert written(CsvWriter, [[none]]).splitlines()[1] == b'a,"",,"{}",,,2026-01-31T12:00:00.000000Z'


@pytest.mark.parametrize(
    ("stored", "text"),
    [
        ('{"b": 1,  "a": [1.0, 1e2]}', '{"a":[1.0,100.0],"b":1}'),
        ('{"a":9e999,\n"b":1}', '{"a":9e999, "b":1}'),
        ('{"a": "\\ud800"}', '{"a":"\\ud800"}'),
        ("1" * 5000, "1" * 5000),
        ("[" * 5000 + "]" * 5000, "[" * 5000 + "]" * 5000),
    ],
    ids=["spaces", "infinite", "half a pair", "long", "deep"],
)
def test_json_that_others_stored(stored: str, text: str) -> None:
    rows = [("a", "b", None, each, None, None, "2026-01-31T12:00:00.000000Z") for each in ("{}", stored)]
    lines = written(JsonLinesWriter, [rows]).decode().splitlines()
    assert [line.split('"metadata":')[1].split(',"score"')[0] for line in lines] == ["{}", text]
