"""Which tables are filled in one transaction: one, or those that refer to each other in a circle."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from plainbase.platform.tables import Table


def groups(tables: Sequence[Table]) -> list[tuple[Table, ...]]:
    """The tables in groups, those that others refer to first; a group is what its tables refer to, and back."""
    above = {table.name: _reached(table.name, {each.name: each.parents for each in tables}) for table in tables}
    ordered: dict[str, tuple[Table, ...]] = {}
    for table in tables:
        if not any(table in group for group in ordered.values()):
            ordered[table.name] = tuple(
                other
                for other in tables
                if other is table or (other.name in above[table.name] and table.name in above[other.name])
            )
    return _parents_first(list(ordered.values()), above)


def with_descendants(names: Collection[str], tables: Iterable[Table]) -> set[str]:
    """These tables, and all whose rows refer to theirs, by however many steps."""
    every = list(tables)
    parents = {table.name: table.parents for table in every}
    return {table.name for table in every if table.name in names or _reached(table.name, parents) & set(names)}


def _reached(name: str, parents: dict[str, tuple[str, ...]]) -> set[str]:
    found: set[str] = set()
    left = list(parents[name])
    while left:
        parent = left.pop()
        if parent not in found:
            found.add(parent)
            left.extend(parents.get(parent, ()))
    return found


def _parents_first(found: list[tuple[Table, ...]], above: dict[str, set[str]]) -> list[tuple[Table, ...]]:
    done: set[str] = set()
    ordered: list[tuple[Table, ...]] = []
    while found:
        for group in found:
            own = {table.name for table in group}
            if set().union(*(above[name] for name in own)) & above.keys() <= done | own:
                ordered.append(group)
                done |= own
                found.remove(group)
                break
    return ordered
