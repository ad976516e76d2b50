"""The SQL of a search: conditions built from a fixed list of columns, every value a parameter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pypika import Order, Parameter, Query, Table
from pypika.queries import QueryBuilder
from pypika.terms import Criterion, Field, Term

from plainbase.platform.results.columns import COLUMNS
from plainbase.platform.results.engines import ENGINES, EVALUATIONS, Wanted, Written
from plainbase.platform.results.filters import SearchFilters
from plainbase.platform.search import language

_EQUALS = {
    "experiment_ids": "experiment_id",
    "benchmark_ids": "benchmark_id",
    "model_version_ids": "model_version_id",
    "providers": "provider",
    "models": "model",
    "team_ids": "team_id",
    "created_by": "created_by",
}
_STATUSES = {
    "experiment_statuses": ("experiment_id", "experiments"),
    "benchmark_statuses": ("benchmark_id", "benchmarks"),
}
_RANGES = {
    "rating": "human_rating",
    "score": "score",
    "cost": "cost_usd",
    "latency_ms": "latency_ms",
    "input_tokens": "input_tokens",
    "output_tokens": "output_tokens",
}


class Statement:
    """A SELECT over evaluations that grows, and its parameters; the same shape of a search is always the same text.

    What is found in texts and metadata is few rows, or `many`.
    """

    def __init__(self, dialect: str, filters: SearchFilters, *, many: bool = False) -> None:
        self._engine = ENGINES[dialect]
        self.values: dict[str, Any] = {}
        wanted = _wanted(filters)
        self._query: QueryBuilder = Query.from_(EVALUATIONS if many or wanted is None else self._engine.few)
        for condition in self._conditions(filters, many):
            self._query = self._query.where(condition)

    def bind(self, value: Any) -> str:
        """Add a value; give the name of its parameter, with the colon."""
        return _bound(self.values, value)

    def where(self, condition: Criterion) -> None:
        """Add a condition."""
        self._query = self._query.where(condition)

    def rows(
        self,
        order: Sequence[str],
        *,
        descending: bool,
        limit: int | None = None,
        columns: Sequence[str | Term] = COLUMNS,
    ) -> str:
        """The text that gives rows in an order."""
        query = self._query.select(*columns)
        for name in order:
            query = query.orderby(EVALUATIONS.field(name), order=Order.desc if descending else Order.asc)
        text = str(query.get_sql())
        # A parameter on purpose: of a limit that it does not know PostgreSQL expects a tenth of all rows, so that it
        # goes on planning for the values, and never keeps a plan that is good for a common one and bad for a rare one.
        return text if limit is None else f"{text} LIMIT {self.bind(limit)}"

    def count(self) -> str:
        """The text that counts the rows."""
        return str(self._query.select(Written("count(*)")).get_sql())

    def _conditions(self, filters: SearchFilters, many: bool) -> Iterator[Any]:
        yield from self._equal(filters)
        for name, column in _RANGES.items():
            yield from self._between(column, getattr(filters, f"min_{name}"), getattr(filters, f"max_{name}"))
        if filters.date_from is not None:
            yield EVALUATIONS.created_at >= self._parameter(filters.date_from)
        if filters.date_to is not None:
            yield EVALUATIONS.created_at < self._parameter(filters.date_to)
        if _is_hopeless(filters):
            yield Written("1 = 0")
        elif wanted := _wanted(filters):
            yield from self._engine.find(wanted, self.bind, many)
        for group in filters.all_of:
            yield Criterion.all(self._conditions(group, False))
        if filters.any_of:
            yield Criterion.any([Criterion.all(self._conditions(group, False)) for group in filters.any_of])

    def _equal(self, filters: SearchFilters) -> Iterator[Criterion]:
        for name, column in _EQUALS.items():
            yield from self._one_of(EVALUATIONS.field(column), getattr(filters, name))
        for name, (column, table) in _STATUSES.items():
            if wanted := getattr(filters, name):
                other = Table(table)
                ids = Query.from_(other).select(other.id).where(other.status.isin(self._list(wanted)))
                yield EVALUATIONS.field(column).isin(ids)

    def _one_of(self, field: Field, wanted: Sequence[Any]) -> Iterator[Criterion]:
        """Of one value an index gives the rows in the order of its next columns, of several it cannot."""
        if len(wanted) == 1:
            yield field == self._parameter(wanted[0])
        elif wanted:
            yield field.isin(self._list(wanted))

    def _between(self, column: str, low: Any, high: Any) -> Iterator[Criterion]:
        field = EVALUATIONS.field(column)
        if low is not None and low == high:
            yield field == self._parameter(low)
            return
        if low is not None:
            yield field >= self._parameter(low)
        if high is not None:
            yield field <= self._parameter(high)

    def _parameter(self, value: Any) -> Parameter:
        return Parameter(self.bind(value))

    def _list(self, wanted: Sequence[Any]) -> Parameter:
        return Parameter(f"({self.bind(list(wanted))})")


def probe(dialect: str, filters: SearchFilters, most: int) -> tuple[str, dict[str, Any]] | None:
    """What counts the rows that texts and metadata find, no more than so many; None where nobody needs to know."""
    wanted, write = _wanted(filters), ENGINES[dialect].probe
    if wanted is None or write is None:
        return None
    values: dict[str, Any] = {}
    rows = write(wanted, lambda value: _bound(values, value)).limit(most)
    return str(Query.from_(rows).select(Written("count(*)")).get_sql()), values


def _bound(values: dict[str, Any], value: Any) -> str:
    name = f"p{len(values) + 1}"
    values[name] = value
    return f":{name}"


def never_null(filters: SearchFilters, column: str) -> bool:
    """Whether the filters themselves leave no row without a value in a column."""
    return any(
        getattr(filters, f"{end}_{name}") is not None
        for name in _RANGES
        if _RANGES[name] == column
        for end in ("min", "max")
    )


def _is_hopeless(filters: SearchFilters) -> bool:
    """Whether a text is looked for that has no word."""
    return filters.query_text is not None and not language.parse(filters.query_text).groups


def _wanted(filters: SearchFilters) -> Wanted | None:
    """What is looked for inside texts and metadata, of what is no group."""
    query = None if filters.query_text is None else language.parse(filters.query_text)
    if (query is not None and not query.groups) or (query is None and not filters.metadata):
        return None
    return Wanted(query, tuple(filters.text_in), filters.metadata)
