"""What an interrupted statement outside a transaction left behind, and whether it can simply be run again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import pairwise

from plainbase.errors import MigrationError
from plainbase.migrations.pieces import NOTHING_LEFT, Leftovers
from plainbase.migrations.plan import Step
from plainbase.migrations.tables import concurrent_index, words
from plainbase.sqlfile.script import Part

_REPEATABLE = frozenset({"VACUUM", "ANALYZE", "REINDEX", "CLUSTER", "REFRESH", "PRAGMA"})
_OF_REINDEX = re.compile(r".*_cc(new|old)\d*")


def leftovers(step: Step, indexes: Mapping[str, bool]) -> Leftovers:
    """What a step finds that was begun before; `indexes` says of each index whether it is valid.

    Raises MigrationError where only somebody who looks can tell whether the statement was done.
    """
    part = step.file.parts[0]
    if not step.resumed:
        return NOTHING_LEFT
    index = concurrent_index(part)
    if index is None:
        if not is_repeatable(part):
            raise MigrationError(f"{step.migration.label} {advice(step, indexes)}", where=step.file.where)
        return Leftovers(_halves(indexes)) if part.verb == "REINDEX" else NOTHING_LEFT
    if part.verb == "DROP":
        return Leftovers(done=index not in indexes)
    return Leftovers(() if indexes.get(index, True) else (index,), done=indexes.get(index, False))


def after_failure(step: Step, indexes: Mapping[str, bool]) -> tuple[str, ...]:
    """The INVALID indexes that a statement which failed, and was not interrupted, left behind."""
    part = step.file.parts[0]
    index = concurrent_index(part)
    if part.verb == "REINDEX":
        return _halves(indexes)
    return (index,) if index is not None and part.verb == "CREATE" and not indexes.get(index, True) else ()


def is_repeatable(part: Part) -> bool:
    """Whether a statement may be run a second time: it changes no data, or says what it does if it was done already."""
    found = words(part)
    guarded = {("IF", "EXISTS"), ("IF", "NOT")} & set(pairwise(found))
    return part.verb in _REPEATABLE or bool(guarded)


def advice(step: Step, indexes: Mapping[str, bool]) -> str:
    """What to check of a step that was interrupted, and what to do."""
    part = step.file.parts[0]
    again = f"`plainbase migrate {step.direction}`"
    index = concurrent_index(part)
    if index is not None and part.verb == "CREATE":
        if index not in indexes:
            return f"was interrupted: index {index} is not there; {again} builds it"
        if indexes[index]:
            return f"was interrupted, but index {index} is built and valid; {again} records it"
        return f"was interrupted: index {index} is INVALID; {again} drops it and builds it again"
    if index is not None:
        there = "is still there" if index in indexes else "is gone"
        return f"was interrupted: index {index} {there}; {again} finishes it"
    if is_repeatable(part):
        return f"was interrupted; {again} runs it again"
    label = step.migration.label
    return (
        "was interrupted, and only its server knows whether it was done: look, then say so with "
        f"`plainbase migrate repair --done {label}` or `--undone {label}`"
    )


def _halves(indexes: Mapping[str, bool]) -> tuple[str, ...]:
    """The halves of a REINDEX CONCURRENTLY, by the names PostgreSQL gives them."""
    return tuple(name for name in invalid(indexes) if _OF_REINDEX.fullmatch(name))


def invalid(indexes: Mapping[str, bool]) -> Iterable[str]:
    """The indexes that are INVALID."""
    return (name for name, is_valid in indexes.items() if not is_valid)
