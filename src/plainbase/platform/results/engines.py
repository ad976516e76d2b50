"""Where the engines differ: how each finds words, and a value in the metadata."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from pypika import Query, Table
from pypika.queries import QueryBuilder
from pypika.terms import Criterion

from plainbase import values
from plainbase.dialect import Dialect
from plainbase.platform.results.columns import TEXTS
from plainbase.platform.search import language

Bind = Callable[[Any], str]
"""Takes a value, and gives the name of its parameter with the colon."""

EVALUATIONS = Table("evaluations")
WEIGHTS = dict(zip(TEXTS, "ABC", strict=True))
"""The weight that each part's words have in `evaluations.search`."""
LABEL = 100
"""Characters of a key and of a value that are in a label; evaluation_labels has the same."""
EXACT = 2**53
"""From here on two whole numbers may be one double."""


class Written(Criterion):
    """A condition that pypika has no words for: a fixed text with parameters in it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def get_sql(self, **options: Any) -> str:
        """The text as it is."""
        return self._text


class Wanted(NamedTuple):
    """What is looked for inside the texts and the metadata."""

    query: language.Query | None
    parts: Sequence[str]
    metadata: Mapping[str, Any]


class Engine(NamedTuple):
    """How an engine finds words in some of the parts, and values in the metadata.

    `find` gives the conditions. Where the engine does not know itself whether they leave few rows or `many`, `probe`
    gives a row for each: few are read by their ids, which the table `few` is for, many are tested
    one after the other, as an index gives them in order.
    """

    find: Callable[[Wanted, Bind, bool], Iterator[Criterion]]
    few: Table = EVALUATIONS
    probe: Callable[[Wanted, Bind], QueryBuilder] | None = None


def _postgres_find(wanted: Wanted, bind: Bind, many: bool) -> Iterator[Criterion]:
    if wanted.query is not None:
        weights = "" if len(wanted.parts) == len(TEXTS) else "".join(WEIGHTS[part] for part in wanted.parts)
        yield Written(f"search @@ CAST({bind(language.forms(wanted.query, weights=weights)['tsquery'])} AS tsquery)")
    if wanted.metadata:
        yield Written(f"metadata @> {bind(dict(wanted.metadata))}")


_FOUND = (
    "evaluations.id IN (SELECT evaluation_documents.evaluation_id FROM evaluations_search"
    " INNER JOIN evaluation_documents ON evaluations_search.rowid = evaluation_documents.id"
    " WHERE evaluations_search.evaluations_search MATCH {query})"
)
_AMONG = (
    "(SELECT evaluation_documents.id FROM evaluation_documents"
    " WHERE evaluation_documents.evaluation_id = evaluations.id) IN"
    " (SELECT evaluations_search.rowid FROM evaluations_search"
    " WHERE evaluations_search.evaluations_search MATCH {query})"
)
_EQUAL = (
    # Of a key that stands twice the last counts, as in jsonb.
    "(SELECT CASE WHEN v.type IN ('integer', 'real') THEN m.type IN ('integer', 'real') ELSE m.type = v.type END"
    " AND m.atom IS v.atom FROM json_each(evaluations.metadata) AS m INNER JOIN json_each({value}) AS v"
    " WHERE m.key = {key} ORDER BY m.id DESC LIMIT 1)"
)
_SAME = (
    "json(evaluations.metadata) IN (json_patch(evaluations.metadata, {one}), json_patch(evaluations.metadata, {two}))"
)


def _sqlite_find(wanted: Wanted, bind: Bind, many: bool) -> Iterator[Criterion]:
    yield Written((_AMONG if many else _FOUND).format(query=bind(_fts5(wanted))))
    for key, value in wanted.metadata.items():
        yield Written(_recheck(key, value, bind))


def _recheck(key: str, value: Any, bind: Bind) -> str:
    """A label says nearly all; the metadata themselves say the rest."""
    if value is None or isinstance(value, str | bool) or abs(value) < EXACT:
        return _EQUAL.format(value=bind(values.json_text([value])), key=bind(key))
    # As jsonb compares: the digits as they are written, with .0 or without.
    name, digits = values.json_text(key), values.json_text(value).removesuffix(".0")
    return _SAME.format(one=bind(f"{{{name}:{digits}}}"), two=bind(f"{{{name}:{digits}.0}}"))


def _sqlite_probe(wanted: Wanted, bind: Bind) -> QueryBuilder:
    index = Table("evaluations_search")
    return Query.from_(index).select(index.rowid).where(Written(f"evaluations_search MATCH {bind(_fts5(wanted))}"))


def _fts5(wanted: Wanted) -> str:
    parts = [f'(labels : "{label(key, value)}")' for key, value in wanted.metadata.items()]
    if wanted.query is not None:
        parts.insert(0, f"({language.forms(wanted.query, columns=wanted.parts)['fts5']})")
    return " AND ".join(parts)


def label(key: str, value: Any) -> str:
    """What stands in `labels` for a key and its value: one word, the same for numbers that are equal."""
    kind, text = _canonical(value)
    return f"{kind}{_hex(key[:LABEL])}x{_hex(text[:LABEL])}"


def _canonical(value: Any) -> tuple[str, str]:
    if isinstance(value, str):
        return "t", value
    if isinstance(value, bool):
        return ("y" if value else "n"), ""
    return ("z", "") if value is None else ("d", _number(value))


def _number(value: float) -> str:
    """A whole number near it; the engines' doubles may differ in the last bit, and no such pair is cut apart here."""
    try:
        real = float(value)
    except OverflowError:
        return "big"
    if abs(real) < 1e6:
        return str(int(real * 1e6 + 0.3183098861837907))
    return str(int(real + 0.3183098861837907)) if abs(real) < 1e15 else "big"


def _hex(text: str) -> str:
    return text.encode().hex()


class _ByIds(Table):
    """The table read by the ids that are found, whatever else is asked."""

    def get_sql(self, **options: Any) -> str:
        """The name, and the index of its primary key."""
        return f"{super().get_sql(**options)} INDEXED BY sqlite_autoindex_evaluations_1"


ENGINES: Mapping[str, Engine] = {
    Dialect.POSTGRES: Engine(_postgres_find),
    Dialect.SQLITE: Engine(_sqlite_find, _ByIds("evaluations"), _sqlite_probe),
}
