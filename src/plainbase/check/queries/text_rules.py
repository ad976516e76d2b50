"""What is asked of each query's text: an order, one row where one is meant, values for all, no trap between engines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from plainbase.check.catalog import Catalog
from plainbase.check.finding import Finding
from plainbase.check.meaning import inserts, order, traps
from plainbase.check.meaning.parsing import Unreadable
from plainbase.check.queries.engines import Engine
from plainbase.dialect import Dialect
from plainbase.sqlfile import Kind, Query

ACCEPT = "or say `-- parity: unordered, why`"


def findings(engines: Iterable[Engine], *, both: bool) -> Iterator[Finding]:
    """Yield what the texts are to be mended for; what is not understood passes.

    `both` engines are to take each alike.
    """
    for engine in engines:
        for seen in engine.seen.values():
            about = seen.query, engine.dialect, engine.catalog
            for found in (_unordered(*about), _several(*about), _left_out(*about), traps.traps(*about, both=both)):
                try:
                    yield from (Finding.of(seen.query, message) for message in found)
                except Unreadable:
                    continue


def _unordered(query: Query, dialect: Dialect, catalog: Catalog) -> Iterator[str]:
    if query.notes.get("parity", "").startswith(("unordered", "shape")):
        return
    try:
        why = order.unordered(query, dialect, catalog)
    except Unreadable as error:
        if query.kind is not Kind.MANY or order.is_written(query, dialect):
            return
        why = f"there is no ORDER BY to decide, and the rest is not understood ({error})"
    if why is not None:
        yield f"{why}; {ACCEPT}"


def _several(query: Query, dialect: Dialect, catalog: Catalog) -> Iterator[str]:
    if order.several(query, dialect, catalog) and not query.notes.get("parity", "").startswith("shape"):
        yield f"a :{query.kind} query may find several rows; name a whole key, or say LIMIT 1"


def _left_out(query: Query, dialect: Dialect, catalog: Catalog) -> Iterator[str]:
    for table, columns in inserts.left_out(query, dialect, catalog):
        yield f"leaves out {', '.join(columns)} of {table}, NOT NULL without a default on {dialect.engine}"
