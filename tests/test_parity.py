"""Every named query on both engines: same data, same arguments, same rows, types, order, errors and changes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from parity import harness, queries
from parity.call import sample_rows
from parity.databases import copies
from plainbase import Dialect, shipped
from plainbase.check.queries import snapshot
from plainbase.sqlfile.query import Kind

pytestmark = pytest.mark.asyncio(loop_scope="session")

QUERIES = queries.load([shipped.folder("queries")])
CHECKED = snapshot.read(shipped.folder("queries") / snapshot.NAME)
DESCRIPTIONS = CHECKED.queries if CHECKED else {}
SAMPLE = sample_rows()
CALLS = queries.written(SAMPLE)
KIND = {name: next(iter(found.values())).kind for name, found in QUERIES.items()}
SCRIPTS = [name for name, kind in KIND.items() if kind is Kind.SCRIPT]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def engines(sampled: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[harness.Engines]:
    """Both engines with the sample; whoever uses them undoes what it did."""
    async with copies(sampled, tmp_path_factory.mktemp("parity")) as (sqlite, postgres):
        yield await harness.Engines.of(sqlite, postgres)


@pytest.mark.parametrize("name", [name for name in QUERIES if name not in SCRIPTS])
async def test_a_query_is_the_same_on_both_engines(name: str, engines: harness.Engines) -> None:
    assert CALLS.get(name), f"write calls of {name} in tests/parity/calls_<domain>.py"
    assert name in DESCRIPTIONS, "describe it by `plainbase check --update`"
    report = await harness.check(engines, QUERIES[name], CALLS[name], DESCRIPTIONS[name])
    if report.faults:
        told = [f"{len(report.faults)} faults in {report.runs} runs, sqlite against postgres:", *report.faults[:12]]
        pytest.fail("\n".join(told), pytrace=False)
    by_shape = queries.parity(QUERIES[name][Dialect.SQLITE]) == "shape"  # what is the engine's own may be nothing
    assert report.gave_something or by_shape, f"none of the {report.runs} runs of {name} gave a row or changed one"


@pytest.mark.parametrize("name", SCRIPTS)
async def test_a_script_is_the_same_on_both_engines(
    name: str, sampled: dict[str, str], engines: harness.Engines, tmp_path: Path
) -> None:
    async with copies(sampled, tmp_path) as (sqlite, postgres):
        assert await harness.run_script(sqlite, postgres, engines.contents, name) == []


async def test_every_query_has_calls_that_pass_each_of_its_optional_lines() -> None:
    missing = [name for name in QUERIES if name not in CALLS and name not in SCRIPTS]
    assert missing == []
    never = []
    for name, calls in CALLS.items():
        if name in QUERIES:
            query = next(query for query in QUERIES[name].values() if query.statements)
            passed = {place for call in calls for place in queries.groups_passed(query, call)}
            never += [f"{name}: {sorted(group)}" for place, group in enumerate(query.groups) if place not in passed]
    assert never == []


async def test_every_call_is_of_a_query_that_exists() -> None:
    assert sorted(CALLS.keys() - QUERIES.keys()) == []
    assert not [name for name in SCRIPTS if any(call.params or call.rows for call in CALLS.get(name, ()))]


async def test_a_fork_takes_the_same_parameters() -> None:
    for name, found in QUERIES.items():
        left, right = found[Dialect.SQLITE], found[Dialect.POSTGRES]
        if left.only is None:
            assert left.kind is right.kind, name
            assert set(left.parameters) == set(right.parameters), name
            assert set(left.groups) == set(right.groups), name
            assert queries.parity(left) == queries.parity(right), name
            assert {key: each.text for key, each in left.defaults.items()} == {
                key: each.text for key, each in right.defaults.items()
            }, name
