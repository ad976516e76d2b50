"""Every named query of both dialects, the calls written for it, and the ways in which each call is run."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any
from uuid import UUID

import parity as suite
from parity.call import UNTIL, Call, Sample
from plainbase import Dialect, sqlfile
from plainbase.database import RESERVED
from plainbase.sqlfile.query import Query

NOW = UNTIL + timedelta(hours=1)
"""What `now()` is where a call does not pass it: after all of the sample, and far from the clock."""

Params = Mapping[str, object]


def load(folders: Sequence[Path]) -> dict[str, dict[Dialect, Query]]:
    """Every query by its name, in each dialect."""
    found: dict[str, dict[Dialect, Query]] = {}
    for dialect in Dialect:
        for query in _flat(sqlfile.load(folders, dialect, RESERVED)):
            found.setdefault(query.name, {})[dialect] = query
    return dict(sorted(found.items()))


def parity(query: Query) -> str:
    """The word of `-- parity: word, why`, or nothing."""
    return query.notes.get("parity", "").partition(",")[0].strip()


def _flat(tree: Mapping[str, Any]) -> Iterator[Query]:
    for branch in tree.values():
        if isinstance(branch, Query):
            yield branch
        else:
            yield from _flat(branch)


def written(sample: Sample) -> dict[str, list[Call]]:
    """The calls of all modules `calls_<domain>`, by query."""
    found: dict[str, list[Call]] = {}
    for module in pkgutil.iter_modules(suite.__path__):
        if module.name.startswith("calls_"):
            for call in importlib.import_module(f"parity.{module.name}").calls(sample):
                found.setdefault(call.query, []).append(call)
    return found


def groups_passed(query: Query, call: Call) -> list[int]:
    """The optional groups that a call passes whole, in each row of a batch."""
    rows = [call.params] if call.rows is None else call.rows
    return [place for place, group in enumerate(query.groups) if rows and all(group <= row.keys() for row in rows)]


def variants(query: Query, call: Call) -> Iterator[list[Params]]:
    """The call's rows of parameters with every subset of its optional groups, computed defaults made the same."""
    rows = [call.params] if call.rows is None else call.rows
    passed = groups_passed(query, call)
    for chosen in product((True, False), repeat=len(passed)):
        dropped = {place for place, kept in zip(passed, chosen, strict=True) if not kept}
        names = {name for place in dropped for name in query.groups[place]}
        names |= {name for name, place in query.extras.items() if place in dropped}
        kept_rows = [{name: value for name, value in row.items() if name not in names} for row in rows]
        yield [_completed(query, row, index) for index, row in enumerate(kept_rows)]


def _completed(query: Query, row: Params, index: int) -> Params:
    """The row with the same value on both engines for each default that would be computed."""
    filled = dict(row)
    for place, (name, default) in enumerate(query.defaults.items()):
        home = query.extras.get(name)
        used = home is None or query.groups[home] <= row.keys()
        if default.compute is not None and name not in filled and used:
            identity = UUID(f"01a00000-0000-7000-8000-{index:06x}{place:06x}")
            filled[name] = NOW if default.text == "now()" else identity
    return filled
