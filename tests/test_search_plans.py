"""The twelve searches: their first page comes from an index on both engines, and no table is read or sorted whole."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest

from plainbase import Database, Row, migrations, shipped
from plainbase.check.plans import grows, indexes
from plainbase.check.plans import review as plan_review
from plainbase.check.plans.nodes import summary
from plainbase.dialect import Dialect
from plainbase.platform import results
from plainbase.platform.results.search import FEW
from plainbase.sqlfile import adhoc
from twelve_searches import Asked, twelve

SORTED = "sorts rows of evaluations"
ALL_RATED = "walks all of evaluations by evaluations_rated_idx without a condition and tests each row"
WITHOUT_VALUE = {
    "sqlite": "walks all of evaluations by sqlite_autoindex_evaluations_1 without a condition and tests each row",
    "postgres": "walks all of evaluations by evaluations_pkey without a condition and tests each row",
}
ALL_NEWEST = "walks all of evaluations by evaluations_created_at_idx without a condition and tests each row"

BY = {
    "newest": "evaluations_created_at_idx",
    "of an experiment": "evaluations_experiment_id_idx",
    "of a benchmark": "evaluations_benchmark_id_idx",
    "of a model version": "evaluations_model_version_id_idx",
    "of a provider's model in some days": "evaluations_model_idx",
    "words": "evaluations_search",
    "words of a model": "evaluations_",
    "metadata": "evaluations_",
    "score at least, best first": "evaluations_score_idx",
    "rated well, newest first": "evaluations_rated_idx",
    "dearest first": "evaluations_cost_usd_idx",
    "slowest first": "evaluations_latency_ms_idx",
}
"""The index that each search is about."""


class Asking:
    """In the place of a database: remembers what it is asked, and finds so many rows that hold words or metadata."""

    def __init__(self, dialect: str, holding: int = 0) -> None:
        self.dialect = dialect
        self.texts: list[str] = []
        self._holding = holding

    async def fetch_all(self, text: str, values: Mapping[str, Any]) -> list[Row]:
        self.texts.append(text)
        return []

    async def fetch_value(self, text: str, values: Mapping[str, Any]) -> int:
        self.texts.append(text)
        return self._holding


async def plans(db: Database, asked: Asked, holding: int = 0) -> list[plan_review.Planned]:
    """The plans of what a search of the first page may run, as for many rows."""
    asking = Asking(db.dialect, holding)
    await results.search(asking, asked.filters, sort=asked.sort, descending=asked.descending)  # type: ignore[arg-type]
    known, growing = await indexes.read(db._driver), grown(db)
    queries = [adhoc(text, Dialect(db.dialect)) for text in asking.texts]
    return [each async for each in plan_review.read(db._driver, queries, known, growing)]


def grown(db: Database) -> Mapping[str, str]:
    return grows.read(migrations.read([shipped.folder("schema")], Dialect(db.dialect)))


def lines(db: Database, found: list[plan_review.Planned]) -> list[str]:
    return [line for each in found for line in plan_review.findings(each.plan, grown(db))]


async def test_the_first_page_of_the_twelve_searches_comes_from_an_index(fresh: Database) -> None:
    searches = twelve()
    assert len(searches) == 12
    assert searches.keys() == BY.keys()
    for name, asked in searches.items():
        found = await plans(fresh, asked)
        accepted: set[str] = set()
        if asked.filters.query_text or asked.filters.metadata:  # what was found by an index is sorted
            accepted = {SORTED}
        if asked.filters.min_rating is not None:  # the rated rows alone are in that index
            accepted = {ALL_RATED}
        if asked.sort in ("cost_usd", "latency_ms"):  # only where the page is not full: the rows without a value
            assert lines(fresh, found[-1:]) == [WITHOUT_VALUE[fresh.dialect]]
            del found[-1]
        assert set(lines(fresh, found)) <= accepted, name
        assert BY[name] in " ".join(summary(each.plan) for each in found), name
        assert not any(" seq" in summary(each.plan) for each in found)


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_what_many_rows_hold_is_tested_newest_first(fresh: Database) -> None:
    for name in ("words", "metadata"):
        assert lines(fresh, await plans(fresh, twelve()[name], FEW)) == [ALL_NEWEST]
    assert lines(fresh, await plans(fresh, twelve()["words of a model"], FEW)) == []


@pytest.mark.parametrize(("least", "most", "asked"), [(None, None, 2), (0.5, None, 1), (None, 0.5, 1)])
async def test_what_has_no_value_is_not_looked_for_where_a_value_is_asked_for(
    fresh: Database, least: float | None, most: float | None, asked: int
) -> None:
    found = await plans(fresh, Asked(results.SearchFilters(min_score=least, max_score=most), "score"))
    assert len(found) == asked


async def test_a_column_with_an_index_is_read_in_order_both_ways(fresh: Database) -> None:
    for name, sort in results.SORTS.items():
        for descending in (True, False):
            first, *_ = await plans(fresh, Asked(results.SearchFilters(), name, descending))
            if sort.indexed:
                assert lines(fresh, [first]) == [], name
            else:
                assert "sort" in summary(first.plan), name


async def test_every_index_that_serves_the_search_is_used_by_it(fresh: Database) -> None:
    """Whether it is, the report on indexes cannot know: the search is no query file."""
    promised = set()
    for migration in migrations.read([shipped.folder("schema")], Dialect(fresh.dialect)):
        promised |= set(re.findall(r"-- Serves platform\.results\.search\b.*\nCREATE INDEX (\w+)", migration.up.text))
    assert len(promised) >= 5
    asked = [*twelve().values(), Asked(results.SearchFilters(), "human_rating")]
    used = frozenset[str]().union(*[plan.uses for each in asked for plan in await plans(fresh, each)])
    assert promised <= used
