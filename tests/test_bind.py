"""Parameters in, a statement and its values out; and every way to get the names wrong."""

from __future__ import annotations

from collections import UserDict, defaultdict
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

import pytest

from plainbase.dialect import Dialect
from plainbase.errors import ConfigurationError, ParameterError
from plainbase.sqlfile import OMIT, Query, adhoc, parse

BOTH = pytest.mark.parametrize("dialect", list(Dialect))


def query(text: str, dialect: Dialect = Dialect.SQLITE) -> Query:
    queries, problems = parse(text, file="queries/jobs.sql", namespace="jobs", dialect=dialect)
    assert problems == []
    return queries[0]


CLAIM = "-- name: claim :many\nSELECT 1 FROM t WHERE q = :queue AND w = :worker AND l <> :queue LIMIT :limit"
CREATE = """-- name: create :one
-- defaults: id = uuid7(), at = now(), meta = {}
INSERT INTO t VALUES (:id, :meta, :name, :at, :id)
"""
GROUPS = """-- name: find :many
-- defaults: n = 10, x = 5
SELECT 1 FROM t WHERE true
  AND a = :a AND b = :b -- optional
  AND c = :c AND x = :x -- optional
LIMIT :n
"""


@pytest.mark.parametrize("mapping", [dict, MappingProxyType, UserDict])
def test_values_go_by_position(mapping: type) -> None:
    params = mapping({"limit": 3, "queue": "q", "worker": None})
    statement, values = query(CLAIM).bind(params)
    assert statement.names == ("queue", "worker", "queue", "limit")
    assert values == ["q", None, "q", 3]
    statement, values = query(CLAIM, Dialect.POSTGRES).bind(params)
    assert statement.names == ("queue", "worker", "limit")
    assert values == ["q", None, 3]
    assert statement.text.endswith("q = $1 AND w = $2 AND l <> $1 LIMIT $3")


def test_no_parameters() -> None:
    made = adhoc("SELECT 1", Dialect.SQLITE)
    assert made.bind({}) == (made.statements[0], [])
    with pytest.raises(ParameterError, match="unknown parameter 'a'; expected none"):
        made.bind({"a": 1})


@pytest.mark.parametrize(
    ("text", "params", "message"),
    [
        (CLAIM, {"quue": 1, "worker": 2, "limit": 3}, "unknown parameter 'quue', missing parameter 'queue'"),
        (CLAIM, {"queue": 1, "worker": 2}, "missing parameter 'limit'"),
        (CLAIM, {"queue": 1, "worker": 2, "limit": OMIT}, "missing parameter 'limit'"),
        (CLAIM, {}, "missing parameters 'queue', 'worker', 'limit'"),
        (CLAIM, {"queue": 1, "worker": 2, "limit": 3, "a": 4, "b": 5}, "unknown parameters 'a', 'b'"),
        (CLAIM, {"queue": 1, "worker": 2, "limit": 3, "a": OMIT}, "unknown parameter 'a'"),
        (CLAIM, defaultdict(int, {"quue": 1, "worker": 2, "limit": 3}), "unknown parameter 'quue', missing"),
    ],
)
def test_wrong_names(text: str, params: dict[str, object], message: str) -> None:
    with pytest.raises(ParameterError) as caught:
        query(text).bind(params)
    assert str(caught.value).startswith(f"queries/jobs.sql:1 jobs.claim: {message}")
    assert str(caught.value).endswith("; expected queue, worker, limit")
    assert caught.value.query == "jobs.claim"
    assert caught.value.where == "queries/jobs.sql:1"
    assert caught.value.parameters == tuple(params)


def test_optional_and_defaulted_names_are_marked() -> None:
    with pytest.raises(ParameterError, match=r"unknown parameter 'z'; expected a\?, b\?, c\?, x\?, n\?$"):
        query(GROUPS).bind({"z": 1})
    with pytest.raises(ParameterError, match=r"missing parameter 'name'; expected id\?, meta\?, name, at\?$"):
        query(CREATE).bind({})


def test_defaults() -> None:
    made = query(CREATE)
    _, values = made.bind({"name": "n"})
    assert values[1:3] == [{}, "n"]
    assert isinstance(values[0], UUID)
    assert values[4] is values[0]
    assert isinstance(values[3], datetime)
    assert values[3].tzinfo is not None
    assert made.bind({"name": "n"})[1][0] != values[0]
    assert made.bind({"name": "n", "id": 1, "meta": None, "at": OMIT})[1][:3] == [1, None, "n"]


def test_omit_is_not_none() -> None:
    assert repr(OMIT) == "OMIT"
    made = query(GROUPS)
    assert made.bind({"a": OMIT, "b": OMIT})[0] is made.statements[0]
    statement, values = made.bind({"a": None, "b": 1})
    assert statement is made.statements[1]
    assert values == [None, 1, 10]
    assert made.bind({"c": 2})[1] == [2, 5, 10]
    assert made.bind({"a": 1, "b": 2, "c": 3, "x": 4, "n": 5})[1] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("params", [{"a": 1}, {"a": 1, "b": OMIT}, {"b": 1, "c": 1}])
def test_a_partly_given_group_is_named_whole(params: dict[str, object]) -> None:
    with pytest.raises(ParameterError, match=r"'a', 'b' go together, all or none: '[ab]' not passed"):
        query(GROUPS).bind(params)


def test_a_default_of_a_group_that_is_not_passed() -> None:
    with pytest.raises(ParameterError, match="'c' go together, all or none: 'c' not passed"):
        query(GROUPS).bind({"x": 1})


def test_a_value_that_cannot_be_compared_is_passed_on() -> None:
    class Awkward:
        def __eq__(self, other: object) -> bool:
            raise AssertionError("compared")

        def __hash__(self) -> int:
            return 1

    value = Awkward()
    assert adhoc("SELECT :a", Dialect.SQLITE).bind({"a": value})[1][0] is value


def test_batch() -> None:
    made = query(CREATE)
    statement, rows = made.bind_many({"name": name} for name in "abc")
    assert statement is made.statements[0]
    assert [row[2] for row in rows] == ["a", "b", "c"]
    assert len({row[0] for row in rows}) == 3


def test_an_empty_batch() -> None:
    made = query(GROUPS)
    assert made.bind_many([]) == (made.statements[0], [])


def test_ragged_rows_are_named() -> None:
    rows = [{"queue": 1, "worker": 2, "limit": 3}, {"queue": 1, "worker": 2}]
    with pytest.raises(ParameterError) as caught:
        query(CLAIM).bind_many(rows)
    message = "row 1: missing parameter 'limit'; expected queue, worker, limit"
    assert str(caught.value) == f"queries/jobs.sql:1 jobs.claim: {message}"


@pytest.mark.parametrize("row", [("a",), "a", 5, None])
def test_a_row_that_is_no_mapping(row: object) -> None:
    with pytest.raises(ParameterError, match=f"row 1 is no mapping of parameters but {type(row).__name__}"):
        query(CREATE).bind_many([{"name": "n"}, row])  # type: ignore[list-item]


def test_the_rows_of_a_batch_pass_the_same_optional_parameters() -> None:
    made = query(GROUPS)
    assert made.bind_many([{"c": 1}, {"c": 2, "n": 3}])[0] is made.statements[2]
    with pytest.raises(ParameterError, match=r"row 2: the rows of a batch must pass the same .*; 'a', 'b' differ"):
        made.bind_many([{"c": 1}, {"c": 2}, {"a": 1, "b": 1, "c": 2}])


def test_a_query_of_the_other_engine_cannot_be_bound() -> None:
    text = "-- name: lock :exec\n-- only: postgres, no such lock elsewhere\nSELECT pg_advisory_lock(:key)"
    with pytest.raises(ConfigurationError, match=r"queries/jobs.sql:1 jobs.lock: runs on postgres only: no such lock"):
        query(text).bind({"key": 1})
    with pytest.raises(ConfigurationError, match="runs on postgres only"):
        query(text).bind_many([])
    assert query(text, Dialect.POSTGRES).bind({"key": 1})[1] == [1]


@BOTH
def test_a_script_cannot_be_bound(dialect: Dialect) -> None:
    with pytest.raises(ConfigurationError, match="a script takes no parameters"):
        query("-- name: s :script\nSELECT 1; SELECT 2;", dialect).bind({})
