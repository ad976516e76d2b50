"""What an endpoint asks for: the database, what is open beside it, or a transaction."""

# Annotations are read at once here, since FastAPI finds no name of an enclosing function later.

from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Annotated, Any

from fastapi import Depends, Request

from plainbase import typed
from plainbase.actor import Actor
from plainbase.transaction import Transaction
from plainbase.web.opened import Web, of

Who = Callable[..., Awaitable[Actor | None]]


async def _service(request: Request) -> Web:
    return of(request)


async def _database(request: Request) -> typed.Database:
    return of(request).db


async def _nobody() -> None:
    return None


def transaction(who: Who = _nobody, *, read_only: bool = False) -> Any:
    """What to annotate a parameter with for a transaction, by whom `who` (such as `allowed(…)`) says.

    `tx: Annotated[typed.Transaction, transaction(allowed("create", "models"))]`. It is committed when the endpoint has
    returned and before its answer is sent, so that what was acknowledged is there; a commit that fails is answered as
    an error. An exception rolls back, an HTTPException too. (By default FastAPI ends a dependency after the answer.)
    """

    async def given(request: Request, actor: Annotated[Actor | None, Depends(who)]) -> AsyncGenerator[Transaction]:
        async with of(request).db.transaction(read_only=read_only, actor=actor) as tx:
            yield tx

    return Depends(given, scope="function")


Service = Annotated[Web, Depends(_service)]
"""The database, its metrics and its changes."""

Db = Annotated[typed.Database, Depends(_database)]
"""The database: each statement is a transaction of its own."""

Tx = Annotated[typed.Transaction, transaction()]
"""A transaction that is committed before the answer is sent, of no actor."""
