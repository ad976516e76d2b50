"""The search of results: the same on both engines, as plain Python has it, whatever is asked, sorted by and paged."""

from __future__ import annotations

import asyncio
import base64
import json
import random
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import inf, nan
from typing import Any
from uuid import UUID

import hypothesis.strategies as st
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, Phase, given, settings

import platform_rows
import result_filters
from conftest import examples
from parity.call import sample_rows
from parity.databases import copies
from plainbase import ConstraintViolation, Database, DataInvalid, ParameterError, RowNotFound, uuid7
from plainbase.platform import evaluations, experiments, results
from plainbase.platform.evaluations import Evaluation
from plainbase.platform.results import SORTS, Page, SearchFilters, search

FIRST = Evaluation("openai", "gpt", "What is a fox?", "An animal.", score=1.0)
WORDS = (
    "what",
    "is",
    "the",
    "answer",
    "-model",
    "OR",
    '"of the"',
    "a*",
    "données",
    "quick",
    "*",
    "learning",
    "good",
    "🦊",
)


@dataclass(frozen=True)
class Both:
    """Both engines with the same rows."""

    sqlite: Database
    postgres: Database
    rows: Sequence[dict[str, Any]]
    statuses: dict[str, dict[UUID, str]]

    async def ids(self, filters: SearchFilters, sort: str, *, descending: bool, limit: int) -> list[UUID]:
        """All pages of a search on both; they must find the same, and as many as they say."""
        found, other = await asyncio.gather(
            *(pages(db, filters, sort=sort, descending=descending, limit=limit) for db in (self.sqlite, self.postgres))
        )
        assert found == other
        return found

    def expected(self, filters: SearchFilters, sort: str, *, descending: bool) -> list[UUID]:
        """What plain Python finds: in order by value and id, and those without a value last, by id."""
        held = [row for row in self.rows if result_filters.holds(filters, row, self.statuses)]
        having = [row for row in held if row[sort] is not None]
        having.sort(key=lambda row: (row[sort], row["id"]), reverse=descending)
        lacking = [row for row in held if row[sort] is None]
        lacking.sort(key=lambda row: row["id"], reverse=descending)
        return [row["id"] for row in having + lacking]


async def pages(db: Database, filters: SearchFilters, **options: Any) -> list[UUID]:
    """The ids of all pages, one after the other; each says the same total."""
    ids: list[UUID] = []
    page = await search(db, filters, count=True, **options)
    total = page.total
    while True:
        assert len(page.rows) <= options["limit"]
        assert page.total == total
        ids += [row["id"] for row in page.rows]
        if page.next is None:
            break
        page = await search(db, filters, count=True, after=page.next, **options)
    assert len(ids) == total == await results.count(db, filters)
    return ids


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def both(sampled: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Both]:
    """The sample, and beside it evaluations whose metadata are hard to tell from each other."""
    async with copies(sampled, tmp_path_factory.mktemp("results")) as (sqlite, postgres):
        hard = [(uuid7(), "p", "m", "", "", each, result_filters.HOSTILE_AT) for each in result_filters.HOSTILE]
        for db in (sqlite, postgres):
            await db.insert_rows(
                "evaluations", ("id", "provider", "model", "input", "output", "metadata", "created_at"), hard
            )
        rows = [dict(row) async for row in results.stream(sqlite)]
        tables = sample_rows()
        statuses = {name: {row["id"]: row["status"] for row in tables[name]} for name in ("experiments", "benchmarks")}
        yield Both(sqlite, postgres, rows, statuses)


def asked(both: Both, count: int, words: Sequence[str] = ()) -> list[tuple[SearchFilters, str, bool, int]]:
    """Random searches: filters, a column to sort by, a direction, and how long a page is."""
    made: list[tuple[SearchFilters, str, bool, int]] = []

    @given(
        result_filters.filters(result_filters.Known(both.rows), words),
        st.sampled_from(sorted(SORTS)),
        st.booleans(),
        st.sampled_from((1, 7, 40, 1000)),
    )
    @settings(max_examples=examples(count), suppress_health_check=list(HealthCheck), phases=[Phase.generate])
    def collect(filters: SearchFilters, sort: str, descending: bool, limit: int) -> None:
        made.append((filters, sort, descending, max(limit, len(both.rows) // 6)))

    collect()
    return made


@pytest.mark.asyncio(loop_scope="module")
async def test_random_filters_find_the_same_on_both_engines_and_in_python(both: Both) -> None:
    hits = 0
    for filters, sort, descending, limit in asked(both, 120):
        found = await both.ids(filters, sort, descending=descending, limit=limit)
        assert found == both.expected(filters, sort, descending=descending), (filters, sort)
        hits += bool(found)
    assert hits > 15


@pytest.mark.asyncio(loop_scope="module")
async def test_random_filters_with_texts_find_the_same_on_both_engines(both: Both) -> None:
    hits = 0
    for filters, sort, descending, limit in asked(both, 80, WORDS):
        hits += bool(await both.ids(filters, sort, descending=descending, limit=limit))
    assert hits > 15


@pytest.mark.asyncio(loop_scope="module")
async def test_each_hostile_value_of_the_metadata_is_told_from_all_others(both: Both) -> None:
    asked = {repr(pair): pair for each in result_filters.HOSTILE for pair in result_filters._pairs(each)}
    extra = [("a", 1.0), ("a", False), ("big", 10**23 + 2), ("f", 0.2), ("nowhere", 1), ("a", "1"), ("big", 2.0**63)]
    for key, value in [*asked.values(), *extra]:
        filters = SearchFilters(metadata={key: value})
        found = await both.ids(filters, "created_at", descending=True, limit=100)
        assert found == both.expected(filters, "created_at", descending=True), (key, value)
        assert found or (key, value) in extra


@pytest.mark.asyncio(loop_scope="module")
async def test_many_and_few_give_the_same(both: Both, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a text and the metadata find is read by ids or in order, as there is little or much of it."""
    for filters in (
        SearchFilters("what", min_score=0.2),
        SearchFilters("is OR the", metadata={"a": 1}),
        SearchFilters("what", metadata={"temperature": 0.2}),
        SearchFilters(metadata={"big": 10**23}),
    ):
        found = []
        for few in (1, 10_000):
            monkeypatch.setattr(sys.modules["plainbase.platform.results.search"], "FEW", few)
            found.append(await pages(both.sqlite, filters, sort="score", descending=True, limit=9))
            found.append(sorted([row["id"] async for row in results.stream(both.sqlite, filters)]))
        assert found[0] == found[2]
        assert found[1] == found[3] == sorted(found[0])


async def fill(db: Database, **columns: Sequence[Any]) -> list[UUID]:
    """Evaluations, one for each value, the oldest first."""
    count = len(next(iter(columns.values())))
    ids = [uuid7() for _ in range(count)]
    start = datetime(2026, 1, 1, tzinfo=UTC)
    times = columns.pop("created_at", [start + timedelta(seconds=number) for number in range(count)])
    rows = zip(
        ids, ["p"] * count, ["m"] * count, ["in"] * count, ["out"] * count, times, *columns.values(), strict=True
    )
    await db.insert_rows(
        "evaluations", ("id", "provider", "model", "input", "output", "created_at", *columns), list(rows)
    )
    return ids


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
async def test_ties_and_nulls_are_paged_without_a_row_twice_or_lost(db: Database, limit: int) -> None:
    rng = random.Random(limit)
    scores = [rng.choice((None, None, 0.0, -0.0, 0.5, 0.1 + 0.2, 1e100, -1e100)) for _ in range(40)]
    ids = await fill(db, score=scores, human_rating=[rng.choice((None, 1, 5)) for _ in scores])
    by_id = dict(zip(ids, scores, strict=True))
    for sort in ("score", "human_rating", "created_at", "provider", "cost_usd"):
        for descending in (True, False):
            found = await pages(db, SearchFilters(), sort=sort, descending=descending, limit=limit)
            assert sorted(found) == sorted(ids)
            if sort == "score":
                given = [by_id[each] for each in found]
                there = [score for score in given if score is not None]
                assert given[len(there) :] == [None] * (40 - len(there))
                assert there == sorted(there, reverse=descending)
                for one, other in pairwise(zip(given, found, strict=True)):
                    assert one[0] != other[0] or (one[1] > other[1]) is descending


async def test_times_of_one_moment_and_of_one_microsecond_apart_are_paged(db: Database) -> None:
    moment = datetime(2026, 1, 1, 12, 0, 0, 999999, tzinfo=UTC)
    step = timedelta(microseconds=1)
    ids = await fill(db, created_at=[moment, moment, moment + step, moment - step, moment])
    assert await pages(db, SearchFilters(), sort="created_at", descending=False, limit=1) == [
        ids[3], ids[0], ids[1], ids[4], ids[2],
    ]  # fmt: skip
    assert await pages(
        db, SearchFilters(date_from=moment, date_to=moment + step), sort="score", descending=False, limit=1
    )
    for filters, many in ((SearchFilters(date_from=moment), 4), (SearchFilters(date_to=moment), 1)):
        assert await results.count(db, filters) == many


async def test_a_page_goes_on_where_it_ended_whatever_came_meanwhile(db: Database) -> None:
    ids = await fill(db, score=[1.0, 2.0, None, None])
    page = await search(db, sort="score", limit=1)
    await fill(db, score=[3.0, None])
    rest = await search(db, sort="score", limit=10, after=page.next)
    assert [row["id"] for row in rest.rows if row["id"] in ids] == [ids[0], ids[3], ids[2]]
    assert 3.0 not in [row["score"] for row in rest.rows]


async def test_rows_have_the_columns_of_an_evaluation(db: Database) -> None:
    (made,) = await evaluations.create_many(db, [replace(FIRST, metadata={"a": [1]}, metrics={"bleu": 0.5})])
    page = await search(db)
    row = await db.evaluations.get(id=made)
    assert page == Page((row,), None, None)
    assert tuple(row.keys()) == results.COLUMNS
    assert [each async for each in results.stream(db)] == [row]


async def test_a_stream_gives_all_newest_first_up_to_a_limit(db: Database) -> None:
    ids = await fill(db, score=[float(number) for number in range(500)])
    assert [row["id"] async for row in results.stream(db)] == ids[::-1]
    assert [row["id"] async for row in results.stream(db, SearchFilters(min_score=495), limit=3)] == ids[:-4:-1]
    assert [row["id"] async for row in results.stream(db, limit=0)] == []
    async with db.transaction() as tx:
        async with aclosing(results.stream(tx, SearchFilters("in"))) as rows:
            assert [(await anext(rows))["id"] for _ in range(2)] == [ids[-1], ids[-2]]
        assert await results.count(tx, SearchFilters("in", max_score=9)) == 10


REFUSED: list[tuple[str, dict[str, Any]]] = [
    ("min_score is over max_score", {"min_score": 2, "max_score": 1}),
    ("min_rating: a rating is 1 to 5", {"min_rating": 9}),
    ("max_rating: a rating is 1 to 5", {"max_rating": 0}),
    ("min_rating is over max_rating", {"min_rating": 5, "max_rating": 1}),
    ("min_latency_ms is over max_latency_ms", {"min_latency_ms": 0.2, "max_latency_ms": 0.1}),
    ("date_from is not before date_to", {name: datetime(2026, 1, 1, tzinfo=UTC) for name in ("date_from", "date_to")}),
    ("date_from: a datetime needs a time zone", {"date_from": datetime(2026, 1, 1)}),
    ("date_to is a datetime, got str", {"date_to": "2026-01-01"}),
    ("max_cost is NaN", {"max_cost": nan}),
    ("min_score is a number, got str", {"min_score": "1"}),
    ("min_score is a number, got bool", {"min_score": True}),
    ("min_rating is a whole number, got float", {"min_rating": 3.5}),
    ("min_input_tokens does not fit into 64 bits", {"min_input_tokens": 2**63}),
    ("max_cost does not fit into 64 bits", {"max_cost": 10**400}),
    ("experiment_ids holds UUIDs, got another text", {"experiment_ids": ["x"]}),
    ("experiment_ids holds UUIDs, got NoneType", {"experiment_ids": [None]}),
    ("benchmark_ids holds UUIDs, got int", {"benchmark_ids": 7}),
    ("providers holds texts, got int", {"providers": [1]}),
    ("models: a text cannot hold the character NUL", {"models": ["a\0"]}),
    ("models: a text cannot hold half of a surrogate pair", {"models": ["\ud800"]}),
    ("experiment_statuses: unknown 'done'; known are pending, running", {"experiment_statuses": ["done"]}),
    ("benchmark_statuses holds texts, got int", {"benchmark_statuses": [1]}),
    ("text_in: unknown 'prompt'; known are input, output, human_feedback", {"text_in": ["prompt"]}),
    ("text_in is empty", {"text_in": ()}),
    ("query_text is a text, got bytes", {"query_text": b"fox"}),
    ("metadata is a mapping", {"metadata": [("a", 1)]}),
    ("metadata: a value is text, number, bool or None, got list", {"metadata": {"a": [1]}}),
    ("metadata: JSON cannot hold NaN or infinity", {"metadata": {"a": inf}}),
    ("metadata: JSON text cannot hold the character NUL", {"metadata": {"a": "\0"}}),
    ("metadata keys: .* got int", {"metadata": {1: 1}}),
    ("any_of holds a group without a filter", {"any_of": [SearchFilters()]}),
    ("all_of holds a group without a filter", {"all_of": [SearchFilters(text_in=["input"])]}),
    ("any_of holds SearchFilters, got dict", {"any_of": [{"min_score": 1}]}),
    ("at most 64 groups", {"any_of": [SearchFilters(min_score=1)] * 65}),
]


@pytest.mark.parametrize(("message", "given"), REFUSED)
def test_what_cannot_be_asked_is_refused_by_name(message: str, given: dict[str, Any]) -> None:
    with pytest.raises(ParameterError, match=message):
        SearchFilters(**given)


def test_groups_stand_in_each_other_so_deep_and_no_deeper() -> None:
    filters = SearchFilters(min_score=1)
    for _ in range(5):
        filters = SearchFilters(any_of=[filters])
    with pytest.raises(ParameterError, match="at most 5 deep"):
        SearchFilters(all_of=[filters])


def test_filters_are_what_was_said_and_nobody_changes_them() -> None:
    models, metadata = ["a", "b", "a"], {"k": 1}
    filters = SearchFilters(models=models, providers="openai", metadata=metadata, min_score=1)
    models.clear()
    metadata.clear()
    assert (filters.models, filters.providers, filters.metadata) == (("a", "b"), ("openai",), {"k": 1})
    assert not filters.is_empty
    assert SearchFilters(text_in="output").is_empty


@pytest.mark.parametrize(
    ("message", "options"),
    [
        ("unknown sort 'scroe'; known are created_at, updated_at, score", {"sort": "scroe"}),
        ("unknown sort", {"sort": 'id"; DROP TABLE evaluations; --'}),
        ("unknown sort", {"sort": ["score"]}),
        ("limit is a whole number", {"limit": 0}),
        ("limit is a whole number", {"limit": True}),
        ("limit is a whole number", {"limit": 10_001}),
        ("limit is a whole number", {"limit": "5"}),
        ("after is broken", {"after": ""}),
        ("after is broken", {"after": "é"}),
        ("after is broken", {"after": "x" * 10_000}),
        ("after is broken", {"after": "W10"}),
        ("after belongs to another search", {"after": "WzEsMiwzXQ"}),
        ("after is a text", {"after": b"W10"}),
    ],
)
async def test_a_search_that_cannot_be_is_refused(db: Database, message: str, options: dict[str, Any]) -> None:
    with pytest.raises(ParameterError, match=message):
        await search(db, **options)


async def test_a_cursor_is_good_for_its_own_search_only(db: Database) -> None:
    await fill(db, score=[1.0, 2.0, None], human_rating=[1, 2, 3])
    filters = SearchFilters(min_rating=1, any_of=[SearchFilters(models=["m"])])
    cursor = (await search(db, filters, sort="score", limit=1)).next
    assert cursor is not None
    assert cursor.isascii()
    assert not set(cursor) & set("+/= ")
    others: list[tuple[SearchFilters, dict[str, Any]]] = [
        (filters, {"sort": "cost_usd"}),
        (filters, {"sort": "score", "descending": False}),
        (replace(filters, min_rating=2), {"sort": "score"}),
        (replace(filters, any_of=[SearchFilters(models=["n"])]), {"sort": "score"}),
        (SearchFilters(), {"sort": "score"}),
    ]
    for other, options in others:
        with pytest.raises(ParameterError, match="another search"):
            await search(db, other, after=cursor, **options)
    for broken in (cursor[:-2], cursor + "AA", "A" + cursor[1:], cursor.swapcase(), cursor + "\n", f" {cursor}"):
        with pytest.raises(ParameterError, match="after "):
            await search(db, filters, sort="score", after=broken)
    assert len((await search(db, filters, sort="score", after=cursor)).rows) == 2


async def test_a_cursor_holds_the_longest_name(db: Database) -> None:
    ids = await evaluations.create_many(db, [replace(FIRST, model="🗝" * 255)] * 3)
    first = await search(db, sort="model", limit=2)
    rest = await search(db, sort="model", limit=2, after=first.next)
    assert [row["id"] for row in (*first.rows, *rest.rows)] == ids[::-1]


FORGED: list[tuple[str, Any]] = [
    ("score", float("nan")),
    ("score", inf),
    ("score", 1),
    ("score", "1"),
    ("human_rating", 2**63),
    ("human_rating", True),
    ("created_at", None),
    ("created_at", "0001-01-01T00:00:00+00:00"),
    ("created_at", "9999-12-31T23:59:59.999999+00:00"),
    ("model", "a\0"),
    ("model", "\ud800"),
]


@pytest.mark.parametrize(("sort", "value"), FORGED)
async def test_a_forged_cursor_is_refused(db: Database, sort: str, value: Any) -> None:
    ids = await fill(db, score=[1.0, 2.0], human_rating=[1, 2])
    cursor = (await search(db, sort=sort, limit=1)).next
    assert cursor is not None
    digest, _, _ = json.loads(base64.urlsafe_b64decode(cursor + "==="))
    text = json.dumps([digest, value, str(ids[0])], separators=(",", ":"))
    forged = base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()
    with pytest.raises(ParameterError, match="after "):
        await search(db, sort=sort, after=forged)


NASTY = (
    "'; DROP TABLE evaluations; --",
    '" OR 1=1 --',
    "%s $1 :p1 ?",
    "x') OR ('a'='a",
    "\\",
    "{input} : x",
    "labels : y",
)


async def test_no_text_is_taken_for_sql(db: Database) -> None:
    rows = [
        replace(FIRST, provider=nasty, model=nasty, input=f"fox {nasty}", metadata={nasty: nasty}) for nasty in NASTY
    ]
    ids = await evaluations.create_many(db, rows)
    for made, nasty in zip(ids, NASTY, strict=True):
        for filters in (
            SearchFilters(providers=[nasty]),
            SearchFilters(models=[nasty, nasty + "x"]),
            SearchFilters(metadata={nasty: nasty}),
            SearchFilters(any_of=[SearchFilters(metadata={nasty: nasty}), SearchFilters(models=[nasty])]),
        ):
            assert [row["id"] for row in (await search(db, filters)).rows] == [made]
        assert (await search(db, SearchFilters(query_text=f"fox {nasty}"))).total is None
    assert await results.count(db, SearchFilters("fox")) == len(NASTY)


async def test_a_text_is_looked_for_in_the_parts_that_are_named(db: Database) -> None:
    first, second = await evaluations.create_many(
        db,
        [
            replace(FIRST, input="a red fox", output="runs quickly", human_feedback="nice foxes"),
            replace(FIRST, input="an owl", output="A Fox, running", human_feedback=None),
        ],
    )

    async def found(text: str, *parts: str) -> set[UUID]:
        filters = SearchFilters(text, text_in=parts or ("input", "output", "human_feedback"))
        return {row["id"] for row in (await search(db, filters)).rows}

    assert await found("fox") == {first, second}
    assert await found("fox", "input") == {first}
    assert await found("fox", "output") == {second}
    assert await found("fox run") == {first, second}
    assert await found("fox run", "input", "human_feedback") == set()
    assert await found('"fox runs"') == {second}
    assert await found('"red fox runs"') == set()
    assert await found('"quickly nice"') == set()
    assert await found("fox -owl") == {first}
    assert await found("fox -owl", "output") == {second}
    assert await found('"red fox" OR owl') == {first, second}
    assert await found("qui*", "output", "human_feedback") == {first}
    for nothing in ("", "  ", "-fox", '"', "*", "🦊"):
        assert await found(nothing) == set()
        assert await results.count(db, SearchFilters(nothing, models=["gpt"])) == 0
    assert await results.count(db, SearchFilters(any_of=[SearchFilters("-"), SearchFilters("owl")])) == 1


async def test_results_are_stored_all_or_nothing(db: Database) -> None:
    experiment = await experiments.begin(db, experiments.Experiment("e"))
    row = await results.store(
        db, experiment.id, results={"best": 1}, cost_usd=0.5, evaluations=[FIRST, replace(FIRST, score=0.5)]
    )
    assert (row.results, row.metrics, row.cost_usd) == ({"best": 1}, {}, 0.5)
    assert await results.count(db, SearchFilters(experiment_ids=[experiment.id])) == 2
    bad: list[tuple[Evaluation, type[Exception]]] = [
        (replace(FIRST, human_rating=9), ConstraintViolation),
        (replace(FIRST, score=nan), DataInvalid),
        (replace(FIRST, experiment_id=platform_rows.NOBODY), ParameterError),
    ]
    for each, error in bad:
        with pytest.raises(error):
            await results.store(db, experiment.id, results={"best": 2}, evaluations=[FIRST, each])
    with pytest.raises(RowNotFound):
        await results.store(db, platform_rows.NOBODY, evaluations=[FIRST])
    assert (await db.experiments.get(id=experiment.id)).results == {"best": 1}
    assert await results.count(db) == 2


async def test_a_summary_is_of_now(db: Database) -> None:
    experiment = await experiments.begin(db, experiments.Experiment("e"))
    await results.store(db, experiment.id, evaluations=[FIRST, replace(FIRST, model="other", score=0.5)])
    summary = await results.summary(db, experiment.id)
    assert (summary.experiment.evaluations, summary.experiment.avg_score) == (2, 0.75)
    assert [(row.model, row.avg_score) for row in summary.models] == [("gpt", 1.0), ("other", 0.5)]
    async with db.transaction() as tx:
        await results.store(tx, experiment.id, evaluations=[FIRST])
        assert (await results.summary(tx, experiment.id)).experiment.evaluations == 3
    with pytest.raises(RowNotFound):
        await results.summary(db, platform_rows.NOBODY)
