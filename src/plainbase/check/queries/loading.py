"""The queries of some folders as each engine gets them, and by name across the engines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from plainbase.database import RESERVED
from plainbase.dialect import Dialect
from plainbase.errors import QueryFileError
from plainbase.sqlfile import Query, load, walk


def load_both(folders: Sequence[Path]) -> Mapping[Dialect, Sequence[Query]]:
    """The queries of each dialect. Raises one QueryFileError with what either finds wrong."""
    found: dict[Dialect, Sequence[Query]] = {}
    problems: dict[str, None] = {}
    for dialect in Dialect:
        try:
            found[dialect] = [*walk(load(folders, dialect, RESERVED))]
        except QueryFileError as error:
            problems.update(dict.fromkeys(error.problems))
    if problems:
        raise QueryFileError(problems)
    return found


def by_name(loaded: Mapping[Dialect, Sequence[Query]]) -> dict[str, list[Query]]:
    """Each query on the engines it is for; a :script, which has no parameters and no result, too."""
    names: dict[str, list[Query]] = {}
    for queries in loaded.values():
        for query in queries:
            if query.statements or query.script:
                names.setdefault(query.name, []).append(query)
    return names
