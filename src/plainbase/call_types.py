"""What type checkers see of named queries: the words in which `plainbase types` writes a module.

At run time every query is a `plainbase.calls.Call`; the classes of this module exist for type checkers alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plainbase.calls import Queries
from plainbase.rows import Row

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Coroutine, Iterable, Mapping
    from datetime import datetime
    from decimal import Decimal
    from typing import Concatenate, Generic, ParamSpec, Protocol, TypedDict, TypeVar
    from uuid import UUID

    from plainbase.actor import Actor
    from plainbase.database import Database
    from plainbase.drivers.base import Isolation
    from plainbase.health import Health
    from plainbase.sqlfile.query import Query
    from plainbase.transaction import Transaction

    P = ParamSpec("P")
    R = TypeVar("R")
    D = TypeVar("D")
    T = TypeVar("T")
    T_Transaction = TypeVar("T_Transaction", bound=Transaction)

    # What a parameter of each logical type accepts, as `plainbase.values` does; the plurals are those of `IN (:ids)`.
    Uuid = UUID | str
    Uuids = Collection[Uuid] | Uuid
    Timestamp = datetime
    Timestamps = Collection[datetime] | datetime
    Boolean = bool
    Booleans = Collection[bool] | bool
    Integer = int
    Integers = Collection[int] | int
    Real = float
    Reals = Collection[float] | float
    Number = Decimal | int
    Numbers = Collection[Number] | Number
    Text = str
    Texts = Collection[str]
    Binary = bytes | bytearray | memoryview
    Binaries = Collection[Binary]
    Json = Mapping[str, Any] | dict[Any, Any] | list[Any] | tuple[Any, ...] | str | float
    Jsons = Collection[Json]

    class NoParams(TypedDict):
        """The parameters of a query that has none."""

    class TypedRow(Row):
        """A row with the attributes that its class declares, and no others."""

        __getattr__: None  # type: ignore[misc, assignment]  # else any attribute would pass

    class _Call(Generic[P]):
        async def explain(self, *args: P.args, **params: P.kwargs) -> str:
            """The engine's plan for the query with these parameters, without running it."""
            ...

        @property
        def sql(self) -> str:
            """The text as it is sent, with every optional line."""
            ...

        @property
        def query(self) -> Query:
            """The query as it was loaded: its parameters, kind, source and place."""
            ...

    class One(_Call[P], Generic[P, R, D]):
        """A `:one` query: exactly one row."""

        async def __call__(self, *args: P.args, **params: P.kwargs) -> R: ...
        async def batch(self, rows: Iterable[D]) -> list[R]:
            """Run the query once per mapping of parameters, all or nothing; return the rows in their order."""
            ...

    class Exec(_Call[P], Generic[P, D]):
        """An `:exec` query: the number of rows it changed."""

        async def __call__(self, *args: P.args, **params: P.kwargs) -> int: ...
        async def batch(self, rows: Iterable[D]) -> int:
            """Run the query once per mapping of parameters, all or nothing; return the number of mappings."""
            ...

    class Optional(_Call[P], Generic[P, R]):
        """An `:optional` query: the first row, or None."""

        def __init__(self, function: Callable[Concatenate[Any, P], R]) -> None: ...
        async def __call__(self, *args: P.args, **params: P.kwargs) -> R | None: ...

    class Many(_Call[P], Generic[P, R]):
        """A `:many` query: all rows, as a list or one after the other."""

        def __init__(self, function: Callable[Concatenate[Any, P], R]) -> None: ...
        async def __call__(self, *args: P.args, **params: P.kwargs) -> list[R]: ...
        def stream(self, *args: P.args, **params: P.kwargs) -> AsyncGenerator[R]:
            """Yield the rows with bounded memory; leave the loop early inside `contextlib.aclosing`."""
            ...

        def chunks(self, *args: P.args, **params: P.kwargs) -> AsyncGenerator[list[R]]:
            """Yield the same rows in lists, as the engine brings them."""
            ...

    class Value(_Call[P], Generic[P, R]):
        """A `:value` query: the first column of the first row; or None, where there may be no row."""

        def __init__(self, function: Callable[Concatenate[Any, P], R]) -> None: ...
        async def __call__(self, *args: P.args, **params: P.kwargs) -> R: ...

    class Script(_Call[P]):
        """A `:script`: several statements."""

        def __init__(self, function: Callable[Concatenate[Any, P], None]) -> None: ...
        async def __call__(self, *args: P.args, **params: P.kwargs) -> None: ...

    class Returning(_Call[P], Generic[P, R]):
        """A query with the mark `<!` of aiosql: what its RETURNING gives."""

        def __init__(self, function: Callable[Concatenate[Any, P], R]) -> None: ...
        async def __call__(self, *args: P.args, **params: P.kwargs) -> R: ...
        async def batch(self, rows: Iterable[Mapping[str, Any]]) -> Any:
            """Run the query once per mapping of parameters, all or nothing."""
            ...

    class OneOf(Generic[D]):
        """Declares a `:one` query whose batches take such mappings."""

        def __init__(self, params: type[D]) -> None: ...
        def __call__(self, function: Callable[Concatenate[Any, P], R]) -> One[P, R, D]: ...

    class ExecOf(Generic[D]):
        """Declares an `:exec` query whose batches take such mappings."""

        def __init__(self, params: type[D]) -> None: ...
        def __call__(self, function: Callable[Concatenate[Any, P], int]) -> Exec[P, D]: ...

    class TypedTransaction(Transaction):
        """A transaction with the query files that its class declares, and no others."""

        __getattr__: None  # type: ignore[misc, assignment]  # else any attribute would pass

    class TypedDatabase(Database, Generic[T_Transaction]):
        """A database with the query files that its class declares, and no others; its transactions have the same."""

        __getattr__: None  # type: ignore[misc, assignment]  # else any attribute would pass

        def transaction(
            self, isolation: Isolation | None = None, *, read_only: bool = False, actor: Actor | UUID | None = None
        ) -> T_Transaction: ...
        async def run_transaction(
            self,
            fn: Callable[[T_Transaction], Awaitable[T]],
            attempts: int = 5,
            *,
            actor: Actor | UUID | None = None,
            **options: Any,
        ) -> T: ...

    class Untyped(Protocol):
        """Any database or transaction, of whose query files nothing is known.

        In a union with a typed one, calls are checked against the types, and still any database may be passed. A base
        class would not do: of a class and its subclass mypy keeps the class alone.
        """

        # Every class has this one; here it says that any attribute may be there.
        def __getattribute__(self, name: str, /) -> Any: ...
        def script(self, text: str) -> Coroutine[Any, Any, None]: ...

    class UntypedDatabase(Untyped, Protocol):
        """The same, and no transaction."""

        def health(self, *, checks: bool = True, deep: bool = False) -> Coroutine[Any, Any, Health]: ...


def at_run_time(name: str) -> Any:
    """What a generated module gives at run time for a class of rows or of parameters: the class of all of them."""
    if name.endswith("Row"):
        return Row
    if name.endswith("Params"):
        return dict
    if name.endswith("Queries"):
        return Queries
    raise AttributeError(f"{name} is there for type checkers, and not at run time")
