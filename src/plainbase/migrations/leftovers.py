"""What an interrupted statement outside a transaction left behind, and whether it can simply be run again."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from plainbase.errors import MigrationError
from plainbase.migrations.pieces import NOTHING_LEFT, Leftovers, quoted
from plainbase.migrations.plan import Step
from plainbase.migrations.statements import concurrent_index, words
from plainbase.sqlfile.script import Part

_REPEATABLE = frozenset({"VACUUM", "ANALYZE", "REINDEX", "CLUSTER", "REFRESH", "PRAGMA"})
_COMMITTING = frozenset({"CALL", "DO"})
LONGEST_NAME = 63
"""Bytes that PostgreSQL keeps of a name."""
_OF_REINDEX = re.compile(r".*_cc(new|old)\d*")


@dataclass(frozen=True, slots=True)
class Index:
    """An index of the database; one that `is_visible` is found without its schema's name."""

    schema: str
    name: str
    is_visible: bool
    is_valid: bool

    @property
    def title(self) -> str:
        """How it is named in what people read."""
        return self.name if self.is_visible else f"{self.schema}.{self.name}"

    @property
    def sql_name(self) -> str:
        """How it is named in SQL."""
        return quoted(self.name) if self.is_visible else quoted(self.schema, self.name)


def leftovers(step: Step, indexes: Iterable[Index]) -> Leftovers:
    """What a step finds that was begun before.

    Raises MigrationError where only somebody who looks can tell whether the statement was done.
    """
    part = step.file.parts[0]
    if not step.resumed:
        return NOTHING_LEFT
    if concurrent_index(part) is None:
        if not is_repeatable(part):
            raise MigrationError(f"{step.migration.label} was interrupted: {advice(step, indexes)}")
        return Leftovers(_halves(indexes)) if part.verb == "REINDEX" else NOTHING_LEFT
    index = _index(part, indexes)
    if part.verb == "DROP":
        return Leftovers(done=index is None)
    if index is None:
        return NOTHING_LEFT
    return Leftovers(done=True) if index.is_valid else Leftovers((index.sql_name,))


def require_free_name(step: Step, indexes: Iterable[Index]) -> None:
    """Raise MigrationError where an index to be built is there already: after an interruption it would pass for it."""
    part = step.file.parts[0]
    index = _index(part, indexes)
    if index is not None and part.verb == "CREATE" and not is_repeatable(part):
        how = "" if index.is_valid else ", and INVALID: drop it first"
        raise MigrationError(f"index {index.title} is there already{how}", where=f"{step.file.where}:{part.line}")


def after_failure(step: Step, indexes: Iterable[Index]) -> tuple[str, ...] | None:
    """The INVALID indexes to drop after a statement that failed, by their names in SQL.

    None where it is done by half and stays so: a DROP has made its index INVALID first, a procedure commits by itself.
    """
    part = step.file.parts[0]
    index = _index(part, indexes)
    invalid = index is not None and not index.is_valid
    if part.verb in _COMMITTING or (part.verb == "DROP" and invalid):
        return None
    if part.verb == "REINDEX":
        return _halves(indexes)
    return (index.sql_name,) if index is not None and invalid else ()


def is_repeatable(part: Part) -> bool:
    """Whether a statement may be run a second time: it changes no data, or says what it does if it was done already."""
    guarded = {("IF", "EXISTS"), ("IF", "NOT")} & set(pairwise(words(part)))
    return part.verb in _REPEATABLE or bool(guarded)


def advice(step: Step, indexes: Iterable[Index]) -> str:
    """What to check of a step that was begun and not ended, and what to do."""
    part = step.file.parts[0]
    again = f"`plainbase migrate {step.direction}`"
    wanted = concurrent_index(part)
    index = _index(part, indexes)
    if wanted is not None and part.verb == "CREATE":
        if index is None:
            return f"index {wanted.title} is not there; {again} builds it"
        if index.is_valid:
            return f"index {index.title} is built and valid; {again} records it"
        return f"index {index.title} is INVALID; {again} drops it and builds it again"
    if wanted is not None:
        return f"index {wanted.title} {'is gone' if index is None else 'is still there'}; {again} finishes it"
    if is_repeatable(part):
        return f"{again} runs it again"
    label = step.migration.label
    return (
        "nobody but you can tell whether it was done: look, then say so with "
        f"`plainbase migrate repair --done {label}` or `--undone {label}`"
    )


def invalid(indexes: Iterable[Index]) -> tuple[str, ...]:
    """The indexes that are INVALID, in whatever schema."""
    return tuple(index.title for index in indexes if not index.is_valid)


def _index(part: Part, indexes: Iterable[Index]) -> Index | None:
    """The index that a concurrent statement is about, if it is there."""
    wanted = concurrent_index(part)
    if wanted is None:
        return None
    name = wanted.name.encode()[:LONGEST_NAME].decode(errors="ignore")
    for index in indexes:
        if index.name == name and (index.schema == wanted.schema if wanted.schema else index.is_visible):
            return index
    return None


def _halves(indexes: Iterable[Index]) -> tuple[str, ...]:
    """The halves of a REINDEX CONCURRENTLY, by the names PostgreSQL gives them."""
    return tuple(each.sql_name for each in indexes if not each.is_valid and _OF_REINDEX.fullmatch(each.name))
