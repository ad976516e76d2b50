"""Plans: files and records in, steps out, and everything that is refused before anything runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from plainbase import MigrationError
from plainbase.dialect import Dialect
from plainbase.migrations import File, Migration, Record, Step, plan_down, plan_up
from plainbase.migrations.leftovers import Index
from plainbase.migrations.plan import changes
from plainbase.migrations.status import compare

CONCURRENTLY = "-- no-transaction\nCREATE INDEX CONCURRENTLY {name}_idx ON notes (title);"
DROPPING = "-- no-transaction\nDROP INDEX CONCURRENTLY {name}_idx;"


def made(version: int, up: str = "CREATE TABLE {name} (id integer);", down: str = "DROP TABLE {name};") -> Migration:
    name = f"m{version}"
    label = f"{version:04}_{name}"
    texts = (up.format(name=name), down.format(name=name))
    files = [
        File(f"{label}.{way}.sql", text, Dialect.POSTGRES) for way, text in zip(("up", "down"), texts, strict=True)
    ]
    return Migration(version, name, label, *files)


def record(migration: Migration, state: str = "applied") -> Record:
    return Record(migration.version, migration.name, migration.up.text_checksum, migration.up.sql_checksum, state)


def labels(steps: Sequence[Step]) -> list[tuple[str, str]]:
    return [(step.direction, step.migration.name) for step in steps]


FOUR = [made(version) for version in (1, 2, 3, 4)]
RECORDS = [record(migration) for migration in FOUR]


def test_up_is_what_is_pending_in_order() -> None:
    assert labels(plan_up(FOUR, [])) == [("up", "m1"), ("up", "m2"), ("up", "m3"), ("up", "m4")]
    assert labels(plan_up(FOUR, RECORDS[:2])) == [("up", "m3"), ("up", "m4")]
    assert plan_up(FOUR, RECORDS) == ()


def test_up_goes_to_a_version() -> None:
    assert labels(plan_up(FOUR, RECORDS[:1], "0003_m3")) == [("up", "m2"), ("up", "m3")]
    assert plan_up(FOUR, RECORDS[:3], 2) == ()
    with pytest.raises(MigrationError, match="there is no migration 9; there are 0001_m1 to 0004_m4"):
        plan_up(FOUR, [], 9)


def test_down_is_the_newest_first() -> None:
    assert labels(plan_down(FOUR, RECORDS, to=2)) == [("down", "m4"), ("down", "m3")]
    assert labels(plan_down(FOUR, RECORDS, steps=1)) == [("down", "m4")]
    assert labels(plan_down(FOUR, RECORDS[:2], steps=5)) == [("down", "m2"), ("down", "m1")]
    assert len(plan_down(FOUR, RECORDS, to=0)) == 4
    assert plan_down(FOUR, RECORDS[:2], to=3) == ()
    assert plan_down(FOUR, [], steps=1) == ()


def test_down_wants_to_know_how_far() -> None:
    with pytest.raises(MigrationError, match="say how far down"):
        plan_down(FOUR, RECORDS)
    with pytest.raises(MigrationError, match="say how far down"):
        plan_down(FOUR, RECORDS, to=1, steps=1)
    for steps in (0, -1):
        with pytest.raises(MigrationError, match="at least 1"):
            plan_down(FOUR, RECORDS, steps=steps)
    with pytest.raises(MigrationError, match="there is no migration 7"):
        plan_down(FOUR, RECORDS, to=7)


def test_down_stops_before_the_baseline() -> None:
    records = [record(FOUR[0], "baseline"), record(FOUR[1], "baseline"), *RECORDS[2:]]
    assert len(plan_down(FOUR, records, to=2)) == 2
    for to, steps in ((1, None), (0, None), (None, 3)):
        with pytest.raises(MigrationError, match="0002_m2 is of the baseline: it was there before"):
            plan_down(FOUR, records, to=to, steps=steps)


def test_down_refuses_what_is_irreversible() -> None:
    last = made(5, down="-- irreversible: the values are gone")
    with pytest.raises(MigrationError, match=r"0005_m5\.down\.sql: cannot be undone: the values are gone"):
        plan_down([*FOUR, last], [*RECORDS, record(last)], steps=2)


def test_a_newer_database_is_refused_both_ways() -> None:
    with pytest.raises(MigrationError, match="the database is newer than these files: it has 0004_m4"):
        plan_up(FOUR[:3], RECORDS)
    with pytest.raises(MigrationError, match="the database is newer than these files: it has 0004_m4"):
        plan_down(FOUR[:3], RECORDS, to=0)


def test_a_missing_file_is_refused() -> None:
    with pytest.raises(MigrationError, match="the database has 0002_m2, and its file is missing"):
        plan_up([FOUR[0], *FOUR[2:]], RECORDS)


def test_changed_statements_are_refused_and_changed_comments_are_not() -> None:
    edited = replace(FOUR[1], up=replace(FOUR[1].up, text="CREATE TABLE m2 (id bigint);"))
    files = [FOUR[0], edited, *FOUR[2:]]
    with pytest.raises(MigrationError, match=r"0002_m2\.up\.sql: its statements were changed after it was applied"):
        plan_up(files, RECORDS[:2])
    with pytest.raises(MigrationError, match=r"0002_m2\.up\.sql: its statements were changed after it was applied"):
        plan_down(files, RECORDS, to=0)
    spaced = replace(FOUR[1], up=replace(FOUR[1].up, text="-- why\n" + FOUR[1].up.text.replace(" ", "  ")))
    assert changes(spaced, RECORDS[1]) == "comments"
    assert len(plan_up([FOUR[0], spaced, *FOUR[2:]], RECORDS[:2])) == 2


def test_a_renamed_file_is_reported_only() -> None:
    assert changes(replace(FOUR[1], name="other"), RECORDS[1]) == "comments"


def test_something_older_is_applied_only_on_demand() -> None:
    records = [RECORDS[0], RECORDS[2]]
    with pytest.raises(MigrationError, match=r"0002_m2: not applied, though older than the last one applied, 0003_m3"):
        plan_up(FOUR, records)
    assert labels(plan_up(FOUR, records, out_of_order=True)) == [("up", "m2"), ("up", "m4")]


def test_wrong_files_are_refused_before_anything_is_planned() -> None:
    wrong = made(5, up="CREATE TABLE m5 (id integer);\nCOMMIT;")
    with pytest.raises(MigrationError, match=r"0005_m5\.up\.sql:2: COMMIT is not for a migration"):
        plan_up([*FOUR, wrong], RECORDS[:2])
    assert plan_up([*FOUR, wrong], RECORDS, to=4) == ()
    wrong = made(5, down="DROP TABLE m5; ROLLBACK")
    with pytest.raises(MigrationError, match=r"0005_m5\.down\.sql:1: ROLLBACK is not for a migration"):
        plan_up([*FOUR, wrong], RECORDS)


def test_an_interrupted_step_is_resumed() -> None:
    index = made(5, CONCURRENTLY, DROPPING)
    (step,) = plan_up([*FOUR, index], [*RECORDS, record(index, "started")])
    assert (step.direction, step.resumed) == ("up", True)
    with pytest.raises(MigrationError, match="0005_m5 was interrupted; finish it first"):
        plan_down([*FOUR, index], [*RECORDS, record(index, "started")], steps=1)
    (step,) = plan_down([*FOUR, index], [*RECORDS, record(index, "reverting")], steps=1)
    assert (step.direction, step.resumed) == ("down", True)
    with pytest.raises(MigrationError, match="0005_m5 was being undone when it was interrupted"):
        plan_up([*FOUR, index], [*RECORDS, record(index, "reverting")])


def test_an_interrupted_step_keeps_its_first_line() -> None:
    index = made(5, CONCURRENTLY, DROPPING)
    inside = replace(index, up=replace(index.up, text=index.up.text.removeprefix("-- no-transaction\n")))
    with pytest.raises(MigrationError, match="put -- no-transaction back"):
        plan_up([*FOUR, inside], [*RECORDS, record(index, "started")])


@pytest.mark.parametrize(
    ("indexes", "note"),
    [
        ([], "index m5_idx is not there; `plainbase migrate up` builds it"),
        ([("public", True, False)], "index m5_idx is INVALID; `plainbase migrate up` drops it and builds it again"),
        ([("public", True, True)], "index m5_idx is built and valid; `plainbase migrate up` records it"),
        ([("elsewhere", False, True)], "index m5_idx is not there; `plainbase migrate up` builds it"),
    ],
)
def test_status_says_what_to_check_of_an_interrupted_step(indexes: list[tuple[str, bool, bool]], note: str) -> None:
    index = made(5, CONCURRENTLY, DROPPING)
    there = [Index(schema, "m5_idx", visible, valid) for schema, visible, valid in indexes]
    found = compare([*FOUR, index], [*RECORDS, record(index, "started")], there)
    assert (found.entries[-1].label, found.entries[-1].state) == ("0005_m5", "started")
    assert note in found.entries[-1].note
    assert found.version == "0004_m4"
    assert found.invalid_indexes == tuple(each.title for each in there if not each.is_valid)
    assert not found.is_current


def test_status_names_each_state() -> None:
    edited = replace(FOUR[1], up=replace(FOUR[1].up, text="CREATE TABLE m2 (id bigint);"))
    spaced = replace(FOUR[2], up=replace(FOUR[2].up, text=FOUR[2].up.text + " -- why"))
    late, last = made(5), made(7)
    records = [record(FOUR[0], "baseline"), *RECORDS[1:], record(made(6)), record(made(8))]
    found = compare([FOUR[0], edited, spaced, FOUR[3], late, last], records, [])
    assert [(entry.label, entry.state) for entry in found.entries] == [
        ("0001_m1", "baseline"),
        ("0002_m2", "changed"),
        ("0003_m3", "applied"),
        ("0004_m4", "applied"),
        ("0005_m5", "out of order"),
        ("0006_m6", "missing"),
        ("0007_m7", "out of order"),
        ("0008_m8", "missing"),
    ]
    assert "comments" in found.entries[2].note
    assert (
        found.entries[5].note == "its file is missing; put it back, or `plainbase migrate repair --undone` forgets it"
    )
    assert found.entries[7].note == "the database is newer than these files"
    assert (found.pending, found.unknown) == (("0005_m5", "0007_m7"), ("0006_m6", "0008_m8"))
    assert (found.version, found.expected) == ("0008_m8", "0007_m7")
    assert not found.is_current
    assert compare(FOUR, RECORDS, []).is_current
    assert compare([], [], []).version is None
