"""Whatever stands in the rows of a source: each is taken, there already or left, and none is lost on the way."""

from __future__ import annotations

import contextlib
import sqlite3
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import plainbase
from conftest import examples
from legacy_sources import check_sums, text
from plainbase.platform.legacy import Report
from plainbase.platform.legacy.mapping_file import named
from plainbase.platform.legacy.upgrade import upgrade

UNSHRUNK = (Phase.explicit, Phase.reuse, Phase.generate)
"""An example takes a second, so making a failing one smaller would take minutes."""

JUNK = st.one_of(
    st.none(),
    st.integers(-(2**63), 2**63 - 1),
    st.integers(-2, 120),
    st.floats(),
    st.text(max_size=12),
    st.binary(max_size=4),
    st.sampled_from(
        [
            "completed",
            "running",
            "done",
            "zombie",
            "2024-01-01 10:00:00",
            "2024-13-01",
            "9999-12-31T23:59:59.999999-14:00",
            '{"a": 1}',
            "[1, NaN]",
            '{"a": "\\u0000"}',
            "null",
            "1e999",
            "true",
            "\ud800".encode("utf-8", "surrogatepass"),
            "v1.0.0",
        ]
    ),
)


def filled(path: Path, name: str, rows: dict[str, list[list[Any]]]) -> None:
    """A database of a system without its constraints, so that anything fits into it."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.executescript(text(name))
        connection.execute("PRAGMA legacy_alter_table = ON")  # views go on naming the table
        for table, made in rows.items():
            columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
            connection.execute(f"ALTER TABLE {table} RENAME TO old_{table}")
            connection.execute(f"CREATE TABLE {table} ({', '.join(columns)})")  # no types, no constraints
            connection.execute(f"INSERT INTO {table} SELECT * FROM old_{table}")
            connection.execute(f"DROP TABLE old_{table}")
            for row in made:
                values = (row * len(columns))[: len(columns)]
                connection.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(columns))})", values)
        connection.commit()


async def twice(name: str, rows: dict[str, list[list[Any]]], **how: Any) -> tuple[Report, Report]:
    with tempfile.TemporaryDirectory() as folder:
        filled(Path(folder) / "old.db", name, rows)
        async with plainbase.open("sqlite://", migrate=True) as db:
            url = f"sqlite:///{folder}/old.db"
            return await upgrade(url, db, **how), await upgrade(url, db, **how)


def check(first: Report, second: Report) -> None:
    check_sums(first)
    check_sums(second)
    assert sum(part.taken for part in second.parts) == 0
    for one, two in zip(first.parts, second.parts, strict=True):
        assert one.rows == two.rows
        assert two.already + sum(left.rows for left in two.left if "other values" in left.reason) >= one.taken


def rows(*tables: str) -> st.SearchStrategy[dict[str, list[list[Any]]]]:
    return st.fixed_dictionaries(
        {name: st.lists(st.lists(JUNK, min_size=3, max_size=11), max_size=6) for name in tables}
    )


@settings(max_examples=examples(6), phases=UNSHRUNK)
@given(
    rows(
        "neural_configs",
        "text_corpus",
        "training_jobs",
        "markov_ngrams",
        "neural_checkpoints",
        "accuracy_metrics",
        "generation_history",
    )
)
async def test_junk_in_james_llm(junk: dict[str, list[list[Any]]]) -> None:
    check(*await twice("james_llm", junk))


@settings(max_examples=examples(6), phases=UNSHRUNK)
@given(rows("predictions", "model_performance", "system_metrics"))
async def test_junk_by_a_mapping_file(junk: dict[str, list[list[Any]]]) -> None:
    check(*await twice("california_housing", junk, mapping=named("003")))


@settings(max_examples=examples(6), phases=UNSHRUNK)
@given(rows("users", "datasets", "model_registry", "training_runs", "training_metrics", "inference_requests"))
async def test_junk_by_another(junk: dict[str, list[list[Any]]]) -> None:
    check(*await twice("adam_slm", junk, mapping=named("002")))
