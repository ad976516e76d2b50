"""What a row is: it unpacks like a tuple, reads like a mapping by exact column names, and by attribute.

Rows are made by the drivers themselves; this class holds what both add to their driver's own row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any


class Row:
    """One row of a result.

    `a, b = row`, `row[0]`, `row["id"]`, `row.get("id")`, `"id" in row`, `dict(row)`, `row.id`. Rows with equal values
    are equal, also to a tuple of them. Where a column is named as a method is (`keys`, `values`, `items`, `get`),
    the method's name wins; read the column as `row["keys"]`.
    """

    __slots__ = ()

    if TYPE_CHECKING:

        def keys(self) -> Iterable[str]: ...
        def __iter__(self) -> Iterator[Any]: ...
        def __eq__(self, other: object) -> bool: ...
        def __hash__(self) -> int: ...
        def __len__(self) -> int: ...
        def __getitem__(self, key: int | str | slice) -> Any: ...

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"no column {name!r}; the columns are {', '.join(self.keys())}") from None

    def __contains__(self, name: object) -> bool:
        return name in tuple(self.keys())

    def get(self, name: str, default: Any = None) -> Any:
        """The value of a column, or `default` where there is no such column."""
        try:
            return self[name]
        except KeyError:
            return default

    def values(self) -> tuple[Any, ...]:
        """The values in column order."""
        return tuple(self)

    def items(self) -> Iterable[tuple[str, Any]]:
        """Pairs of column name and value, in column order."""
        return zip(self.keys(), self, strict=True)

    def __repr__(self) -> str:
        return f"<Row {' '.join(f'{name}={value!r}' for name, value in self.items())}>"
