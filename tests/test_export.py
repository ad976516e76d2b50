"""Exports read back by independent readers, and the same from both engines."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pyarrow.parquet
import pytest

import export_rows
from parity.databases import copies
from plainbase import ConfigurationError, Database, DataInvalid, ParameterError
from plainbase.platform import results
from plainbase.platform.export import FORMATS, ExportOptions, export, original
from plainbase.platform.export.columns import KINDS, Kind
from plainbase.platform.results import SearchFilters

ALL = SearchFilters()
COUNT = 300


def from_csv(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, strict=True))
    return [{name: read_cell(name, text) for name, text in row.items()} for row in rows]


def read_cell(name: str, text: str) -> Any:
    kind = KINDS[name]
    if kind is Kind.TEXT:
        return original(text)
    if text == "":
        return None
    read: dict[Kind, Callable[[str], Any]] = {Kind.JSON: json.loads, Kind.REAL: float, Kind.INTEGER: int}
    return read.get(kind, str)(text)


def from_parquet(path: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pyarrow.parquet.read_table(path).to_pylist()
    for row in rows:
        for name in ("metadata", "metrics"):
            row[name] = json.loads(row[name])
    return rows


READERS: dict[str, Callable[[Path], list[dict[str, Any]]]] = {
    "csv": from_csv,
    "json": lambda path: json.loads(path.read_text(encoding="utf-8"), parse_constant=pytest.fail),
    "jsonl": lambda path: [json.loads(line) for line in path.read_bytes().splitlines()],
    "parquet": from_parquet,
}


def as_read(name: str, value: Any, format_: str) -> Any:
    """What a reader of the format finds of a value."""
    if isinstance(value, datetime):
        return value if format_ == "parquet" else f"{value:%Y-%m-%dT%H:%M:%S.%f}Z"
    if KINDS[name] is Kind.ID:
        return str(value)
    return "" if format_ == "csv" and value is None and KINDS[name] is Kind.TEXT else value


@pytest.mark.parametrize("format_", READERS)
async def test_what_is_exported_is_read_back(db: Database, tmp_path: Path, format_: str) -> None:
    given = await export_rows.insert(db, COUNT)
    seen: list[int] = []
    path = tmp_path / f"out.{format_.upper()}"
    exported = await export(db, ALL, ExportOptions(), path, on_rows=seen.append)
    assert exported == (type(exported))(path, format_, COUNT, path.stat().st_size)
    assert seen[-1] == COUNT
    assert seen == sorted(seen)
    found = READERS[format_](path)
    assert [*found[0]] == list(results.COLUMNS) == list(KINDS)
    for row, expected in zip(found, given, strict=True):
        assert {name: row[name] for name in expected} == {
            name: as_read(name, value, format_) for name, value in expected.items()
        }
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".part"] == []


async def test_both_engines_export_the_same(sampled: dict[str, str], tmp_path: Path) -> None:
    async with copies(sampled, tmp_path) as (sqlite, postgres):
        for db in (sqlite, postgres):
            await export_rows.insert(db, COUNT)
        for format_ in READERS:
            for db in (sqlite, postgres):
                await export(db, ALL, ExportOptions(), tmp_path / f"{db.dialect}.{format_}")
            one, two = (tmp_path / f"{dialect}.{format_}" for dialect in ("sqlite", "postgres"))
            if format_ == "parquet":
                assert pyarrow.parquet.read_table(one).equals(pyarrow.parquet.read_table(two))
            else:
                assert one.read_bytes() == two.read_bytes()


async def test_times_that_no_datetime_holds_are_not_altered(url: str, db: Database) -> None:
    if not url.startswith("postgresql"):
        pytest.skip("SQLite's timestamps are of the years 0 to 9999")
    for at in ("0044-03-15 BC", "infinity", "20000-01-01", "9999-12-31 23:59:59.999999"):
        await db.execute("DELETE FROM evaluations")
        await export_rows.insert(db, 1)
        await db.execute("UPDATE evaluations SET created_at = CAST(CAST(:at AS text) AS timestamptz)", {"at": at})
        file = io.BytesIO()
        await export(db, ALL, ExportOptions("jsonl"), file)
        found = json.loads(file.getvalue())["created_at"]
        assert found == {"0044-03-15 BC": "0044-03-15 00:00:00 BC", "20000-01-01": "20000-01-01 00:00:00"}.get(
            at, "9999-12-31T23:59:59.999999Z" if at.startswith("9999") else at
        )
        if not at.startswith("9999"):
            with pytest.raises(DataInvalid, match="before the year 1 or after 9999 is for CSV or JSON, not Parquet"):
                await export(db, ALL, ExportOptions("parquet"), io.BytesIO())


async def test_numbers_at_the_edges(db: Database, tmp_path: Path) -> None:
    columns = ("id", "provider", "model", "input", "output", "score", "latency_ms", "input_tokens")
    edges = [(5e-324, 1e-320, 10**12), (-1e100, 1e12, 0), (0.1 + 0.2, 2**-1022, 1), (None, None, None)]
    made = [(UUID(int=(7 << 76) + (2 << 62) + n), "p", "m", "", "o", *each) for n, each in enumerate(edges)]
    await db.insert_rows("evaluations", columns, made)
    for format_, read in READERS.items():
        await export(db, ALL, ExportOptions(), tmp_path / f"out.{format_}")
        found = sorted(read(tmp_path / f"out.{format_}"), key=lambda row: str(row["id"]))
        assert [(row["score"], row["latency_ms"], row["input_tokens"]) for row in found] == edges
        assert {row["input"] for row in found} == {""}


async def test_parquet_has_types(db: Database, tmp_path: Path) -> None:
    await export_rows.insert(db, 3)
    await export(db, ALL, ExportOptions(), tmp_path / "out.parquet")
    file = pyarrow.parquet.ParquetFile(tmp_path / "out.parquet")
    types = {field.name: str(field.type) for field in file.schema_arrow}
    assert types["score"] == "double"
    assert types["input_tokens"] == "int64"
    assert types["created_at"] == "timestamp[us, tz=UTC]"
    assert {types[name] for name in ("id", "output", "metadata")} == {"string"}
    assert file.metadata.row_group(0).column(0).compression == "ZSTD"
    file.close()


@pytest.mark.parametrize("format_", READERS)
async def test_of_nothing_there_is_still_a_file(db: Database, tmp_path: Path, format_: str) -> None:
    path = tmp_path / f"out.{format_}"
    assert (await export(db, ALL, ExportOptions(), path)).rows == 0
    if format_ == "csv":
        assert path.read_bytes() == (",".join(results.COLUMNS) + "\r\n").encode()
    assert READERS[format_](path) == []


async def test_filters_columns_and_the_newest(db: Database, tmp_path: Path) -> None:
    given = await export_rows.insert(db, COUNT)
    options = ExportOptions(include_metadata=False, include_human_feedback=False, max_records=10)
    path = tmp_path / "out.jsonl"
    exported = await export(db, SearchFilters(min_score=0.0), options, str(path))
    found = READERS["jsonl"](path)
    assert exported.rows == len(found) == 10
    left_out = {"metadata", "metrics", "human_rating", "human_feedback"}
    assert [*found[0]] == [name for name in results.COLUMNS if name not in left_out]
    wanted = [str(row["id"]) for row in given if row["score"] is not None and row["score"] >= 0]
    assert [row["id"] for row in found] == wanted[:10]


async def test_an_open_file_is_written_and_left_open(db: Database) -> None:
    await export_rows.insert(db, 5)
    file = io.BytesIO(b"before ")
    file.seek(7)
    exported = await export(db, ALL, ExportOptions(), file)
    assert (exported.path, exported.format, exported.rows) == (None, "csv", 5)
    assert exported.bytes == len(file.getvalue()) - 7
    assert file.getvalue().startswith(b"before id,experiment_id,")
    packed = io.BytesIO()
    await export(db, ALL, ExportOptions("parquet"), packed)
    assert pyarrow.parquet.read_table(packed).num_rows == 5


async def test_an_export_in_a_transaction_sees_what_it_wrote(db: Database) -> None:
    file = io.BytesIO()
    async with db.transaction() as tx:
        await tx.insert_rows("evaluations", export_rows.COLUMNS, export_rows.rows(3))
        assert (await export(tx, ALL, ExportOptions(), file)).rows == 3


@pytest.mark.parametrize(
    ("options", "to", "error", "message"),
    [
        ({}, "out.xlsx", ParameterError, r"the ending of .*out\.xlsx names no format; known are csv, json, jsonl, par"),
        ({}, "out", ParameterError, "names no format"),
        (
            {"format": "xml"},
            "out.csv",
            ParameterError,
            "unknown format 'xml'; known are csv, json, jsonl, parquet, pdf",
        ),
        ({}, "none/out.csv", ParameterError, "there is no folder .*none; make it first"),
        ({"format": "csv"}, ".", ParameterError, "is a folder; name a file in it"),
        ({"format": "csv", "overwrite": True}, "/dev/null", ParameterError, "is no file that can be replaced"),
    ],
)
async def test_what_cannot_be_is_refused_before_anything_is_made(
    db: Database, tmp_path: Path, options: dict[str, Any], to: str, error: type[Exception], message: str
) -> None:
    before = sorted(tmp_path.iterdir())
    with pytest.raises(error, match=message):
        await export(db, ALL, ExportOptions(**options), tmp_path / to)
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("most", [0, -1, True, 1.5, "3"])
def test_max_records_is_a_positive_number(most: Any) -> None:
    with pytest.raises(ParameterError, match="max_records is a whole number from 1 on"):
        ExportOptions(max_records=most)


async def test_a_missing_package_is_named_before_a_file_is_made(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = sorted(tmp_path.iterdir())
    for format_, module in (("parquet", "pyarrow"), ("pdf", "fpdf")):
        monkeypatch.setitem(sys.modules, module, None)
        with pytest.raises(ConfigurationError, match=rf"{module} is missing: pip install 'plainbase\[export\]'"):
            await export(db, ALL, ExportOptions(), tmp_path / f"out.{format_}")
    assert sorted(tmp_path.iterdir()) == before


def test_every_format_is_an_ending() -> None:
    assert list(FORMATS) == ["csv", "json", "jsonl", "parquet", "pdf"]
