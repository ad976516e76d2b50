"""Who is compared: two models, versions, runs or experiments, found by their ids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args
from uuid import UUID

from plainbase.errors import ParameterError, RowNotFound
from plainbase.platform.comparison.settings import Kind
from plainbase.platform.runners import AnyRunner

LABEL = 500
"""How long a label may be, in characters."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two: its id, and the name by which people know it."""

    id: UUID
    label: str


async def find(db: AnyRunner, a: UUID, b: UUID, kind: Kind | None) -> tuple[Kind, Side, Side]:
    """What a and b are, of one kind.

    Raises RowNotFound for an unknown id and ParameterError where they are the same, or not of one kind.
    """
    for name, given in (("a", a), ("b", b)):
        if not isinstance(given, UUID):
            raise ParameterError(f"{name} must be a UUID, got {type(given).__name__}")
    if kind is not None and kind not in get_args(Kind):
        raise ParameterError(f"unknown kind {kind!r}; known are {', '.join(get_args(Kind))}")
    if a == b:
        raise ParameterError("a and b are the same; a comparison needs two")
    rows = await db.comparison_samples.subjects(ids=[a, b])
    labels = {(row.kind, row.id): row.label for row in rows}
    kinds = []
    for name, given in (("a", a), ("b", b)):
        found = [each for each in get_args(Kind) if (each, given) in labels]
        if not found or (kind is not None and kind not in found):
            what = kind.replace("_", " ") if kind else "model, model version, training run or experiment"
            but = f"; it is the id of {_known(found)}" if found else ""
            raise RowNotFound(f"no {what} has the id of {name}{but}")
        kinds.append([kind] if kind else found)
    both = [each for each in kinds[0] if each in kinds[1]]
    if not both:
        raise ParameterError(f"a is {_known(kinds[0])} and b is {_known(kinds[1])}; compare two of one kind")
    if len(both) > 1:
        raise ParameterError(f"a and b are each the id of {_known(both)}; say which kind is meant")
    of: Kind = both[0]
    first, second = labels[of, a], labels[of, b]
    if first == second:
        first, second = (f"{label} ({str(id_)[-12:]})" for label, id_ in ((first, a), (second, b)))
    return of, Side(a, _short(first)), Side(b, _short(second))


def _known(kinds: list[Kind]) -> str:
    return " and ".join(map(_article, kinds))


def _article(kind: str) -> str:
    return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind.replace('_', ' ')}"


def _short(label: str) -> str:
    return label if len(label) <= LABEL else f"{label[: LABEL // 2]}…{label[-(LABEL // 2 - 1) :]}"
