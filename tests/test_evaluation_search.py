"""The index of evaluations: kept in step by the database, for any text and any metadata."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from typing import Any
from uuid import UUID

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

import result_filters
from conftest import examples
from plainbase import Database, StatementFailed, migrations
from plainbase.errors import ConstraintViolation
from plainbase.platform import evaluations, experiments, results
from plainbase.platform.evaluations import Evaluation
from plainbase.platform.results import SearchFilters
from plainbase.platform.results.columns import TEXTS
from plainbase.platform.results.engines import label

FOX = Evaluation("p", "m", "a red fox", "runs", human_feedback="well done", metadata={"seed": 7})


async def found(db: Any, text: str | None = None, *, parts: Any = TEXTS, **metadata: Any) -> list[UUID]:
    filters = SearchFilters(text, text_in=parts, metadata=metadata)
    return [row["id"] for row in (await results.search(db, filters, limit=1000)).rows]


async def sound(db: Database) -> bool:
    """Whether the index and the evaluations tell the same, on SQLite; PostgreSQL's words stand in their own rows."""
    if db.dialect == "postgres":
        return True
    try:
        async with db.transaction() as tx:
            await tx.execute("INSERT INTO evaluations_search (evaluations_search, rank) VALUES ('integrity-check', 1)")
    except StatementFailed:
        return False
    stale = """SELECT count(*) FROM evaluations AS e LEFT JOIN evaluation_documents AS d ON e.id = d.evaluation_id
    INNER JOIN evaluation_labels AS l ON e.id = l.evaluation_id WHERE d.labels IS NOT l.labels"""
    orphans = "SELECT count(*) FROM evaluation_documents WHERE evaluation_id NOT IN (SELECT id FROM evaluations)"
    return [await db.fetch_value(sql) for sql in (stale, orphans)] == [0, 0]


async def test_the_index_follows_every_change_and_no_undone_one(db: Database) -> None:
    first, second = await evaluations.create_many(db, [FOX, replace(FOX, input="an owl", metadata={"seed": 8})])
    assert (await found(db, "fox"), await found(db, "done")) == ([first], [second, first])
    await results.rate(db, first, 5, feedback="a fine hare")
    assert (await found(db, "hare"), await found(db, "done")) == ([first], [second])
    await results.rate(db, first, 4)
    assert await found(db, "hare fox") == [first]
    await results.rate(db, first, None, feedback=None)
    assert await found(db, "hare") == []
    await db.execute(
        "UPDATE evaluations SET metadata = :m, output = 'sleeps' WHERE id = :i", {"m": {"a": 1}, "i": first}
    )
    assert (await found(db, "sleep"), await found(db, a=1), await found(db, seed=7)) == ([first], [first], [])
    assert await found(db, "owl", seed=8.0) == [second]
    with pytest.raises(ZeroDivisionError):
        async with db.transaction() as tx:
            made = await evaluations.create(tx, replace(FOX, input="grey wolf"))
            await tx.evaluations.delete(id=second)
            assert (await found(tx, "wolf"), await found(tx, "owl")) == ([made.id], [])
            raise ZeroDivisionError
    assert (await found(db, "wolf"), await found(db, "owl")) == ([], [second])
    with pytest.raises(ConstraintViolation):
        await db.insert_rows(
            "evaluations",
            ("id", "provider", "model", "input", "output"),
            [(UUID(int=1), "p", "m", "lynx", ""), (first, "p", "m", "lynx", "")],
        )
    row = [(first, "p", "m", "lynx", ""), (UUID(int=1), "p", "m", "puma", "")]
    await db.insert_rows("evaluations", ("id", "provider", "model", "input", "output"), row, on_conflict="ignore")
    assert (await found(db, "lynx"), await found(db, "puma")) == ([], [UUID(int=1)])
    await db.execute("UPDATE evaluations SET id = :new WHERE id = :old", {"new": UUID(int=2), "old": UUID(int=1)})
    assert await found(db, "puma") == [UUID(int=2)]
    assert await sound(db)
    await db.execute("UPDATE evaluations SET input = input || ' ran', metadata = '{\"b\": null}'")
    assert len(await found(db, "ran", b=None)) == 3
    assert await sound(db)
    await db.evaluations.delete(id=second)
    assert await found(db, "owl") == []
    await db.execute("DELETE FROM evaluations")
    assert await found(db, "ran") == []
    assert await sound(db)


async def test_deleting_an_experiment_takes_its_evaluations_out_of_the_index(db: Database) -> None:
    experiment = await experiments.begin(db, experiments.Experiment("e"))
    await results.store(db, experiment.id, evaluations=[FOX] * 3)
    (kept,) = await evaluations.create_many(db, [FOX])
    await db.experiments.delete(id=experiment.id)
    assert await found(db, "fox", seed=7) == [kept]
    assert await sound(db)


@pytest.mark.parametrize("engine", ["sqlite"])
@pytest.mark.parametrize("keys", ["ON", "OFF"])
async def test_a_program_of_its_own_keeps_the_index_in_step_and_cannot_replace(
    db: Database, url: str, keys: str
) -> None:
    first, second = await evaluations.create_many(db, [FOX, replace(FOX, input="an owl")])
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)) as plain:
        plain.execute(f"PRAGMA foreign_keys = {keys}")
        plain.execute("DELETE FROM evaluations WHERE id = ?", (str(second),))
        for verb in ("REPLACE", "INSERT OR REPLACE"):
            with pytest.raises(sqlite3.IntegrityError):
                plain.execute(
                    f"{verb} INTO evaluations (id, provider, model, input, output) VALUES (?, 'p', 'm', 'a wolf', '')",
                    (str(first),),
                )
        plain.execute("UPDATE evaluations SET id = ?, input = 'a hare'", (str(second),))
    assert (await found(db, "fox"), await found(db, "owl"), await found(db, "hare")) == ([], [], [second])
    assert await sound(db)


async def test_evaluations_that_are_there_are_indexed_by_the_migration(db: Database) -> None:
    ids = await evaluations.create_many(db, [replace(FOX, metadata=dict(each)) for each in result_filters.HOSTILE])
    await migrations.down(db, steps=1)
    assert len(await db.evaluations.list(limit=100)) == len(ids)
    await db.migrate()
    assert len(await found(db, "fox well")) == len(ids)
    assert len(await found(db, a=1)) == 2
    assert await sound(db)


HOSTILE_TEXTS = {
    "words of one letter, all different, of four bytes": " ".join(chr(0x20000 + n) for n in range(40_000)),
    "words of one letter, all the same": "a " * 60_000,
    "one word": "é" * 200_000,
    "words of 400 letters": " ".join(chr(0x20000 + n) * 400 for n in range(500)),
    "words of all lengths": " ".join(f"{n:x}" for n in range(60_000)),
    "numbers": " ".join(str(n) for n in range(60_000)),
    "no word": "☃! " * 60_000,
}


@pytest.mark.parametrize("kind", HOSTILE_TEXTS)
async def test_any_text_is_taken(db: Database, kind: str) -> None:
    text = HOSTILE_TEXTS[kind]
    other = text.translate({ord("a"): "b"})[::-1] if kind != "one word" else "x" * 100_000
    (made,) = await evaluations.create_many(db, [replace(FOX, input=f"fox {text}", output=other, human_feedback=text)])
    assert await found(db, "fox") == [made]
    first = text.split()[0]
    assert await found(db, first) == ([made] if first.isalnum() and len(first) < 255 else [])
    await db.evaluations.delete(id=made)
    assert await sound(db)


async def test_of_each_part_the_first_50_000_characters_are_found(db: Database) -> None:
    long = "aa " * 16_665 + "fox b hare"
    assert long.index("b hare") == 49_999
    texts = long, long.replace("fox", "owl"), long.replace("fox", "elk")
    row = replace(FOX, input=texts[0], output=texts[1], human_feedback=texts[2])
    (made,) = await evaluations.create_many(db, [row])
    for word, part in (("fox", "input"), ("owl", "output"), ("elk", "human_feedback")):
        assert await found(db, f"{word} b", parts=[part]) == [made]
        assert await found(db, word) == [made]
    assert await found(db, "hare") == []


async def test_phrases_are_found_among_the_first_words_and_join_no_two_parts(db: Database) -> None:
    """PostgreSQL knows the places of the first 13,000 words only, of all parts together."""
    early = " ".join(f"w{n}" for n in range(6_000))
    (made,) = await evaluations.create_many(db, [replace(FOX, input=f"{early} red fox", output=f"{early} blue owl")])
    assert await found(db, '"red fox"') == await found(db, '"blue owl"') == [made]
    assert await found(db, '"fox w0"') == []
    late = " ".join(f"x{n}" for n in range(8_000))
    (later,) = await evaluations.create_many(
        db, [replace(FOX, input=late, output=late, human_feedback=f"{late} green elk")]
    )
    assert await found(db, "green elk") == [later]
    assert await found(db, '"green elk"') == ([later] if db.dialect == "sqlite" else [])


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=120),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=examples(60))
@given(metadata=st.dictionaries(st.text(max_size=5) | st.text(min_size=98, max_size=102), JSON, max_size=4))
async def test_any_value_of_any_key_is_found(db: Database, metadata: dict[str, Any]) -> None:
    if "\0" in str([*metadata, metadata]) or "\\x00" in repr(metadata) or "\\ud" in ascii(metadata):
        return
    made = await evaluations.create(db, replace(FOX, metadata=metadata))
    pairs = result_filters._pairs(metadata)
    for key, value in pairs:
        assert made.id in await found(db, **{key: value}), (key, value)
    if pairs:
        assert made.id in [row["id"] for row in (await results.search(db, SearchFilters(metadata=dict(pairs)))).rows]
    await db.evaluations.delete(id=made.id)


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_the_labels_in_the_database_are_those_that_are_looked_for(db: Database) -> None:
    for each in result_filters.HOSTILE:
        await evaluations.create(db, replace(FOX, metadata=each))
        (labels,) = await db.fetch_all("SELECT labels FROM evaluation_documents ORDER BY id DESC LIMIT 1")
        expected = [label(key, value) for key, value in result_filters._pairs(each)]
        words = [bytes.fromhex(part.partition("x")[2]).decode() for part in expected]
        assert sorted(labels["labels"].lower().split()) == sorted(expected), (each, words)


async def test_of_a_key_that_was_written_twice_the_last_value_counts(db: Database) -> None:
    (made,) = await evaluations.create_many(db, [FOX])
    await db.execute("""UPDATE evaluations SET metadata = '{"a": 1, "b": "x", "a": 2.50}'""")
    assert await found(db, a=1) == []
    assert await found(db, a=2.5, b="x") == [made]
