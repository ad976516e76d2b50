"""What an endpoint asks for: the database, what is open beside it, a transaction, or who asks by an API key."""

# Annotations are read at once here, since FastAPI finds no name of an enclosing function later.

from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.requests import HTTPConnection

from plainbase import typed
from plainbase.actor import ADDRESS_LENGTH, Actor
from plainbase.errors import ConfigurationError, PlainbaseError
from plainbase.platform.identity import authorize, key_of
from plainbase.transaction import Transaction

if TYPE_CHECKING:
    from plainbase.platform.metrics import Metrics
    from plainbase.web.changes import Changes

_bearer = HTTPBearer(auto_error=False, description="An API key, as `plainbase keys add` prints it once.")


class NotAuthenticated(PlainbaseError):
    """A request that needs a key has none."""

    def __init__(self) -> None:
        super().__init__("this needs an API key: Authorization: Bearer …")


@dataclass(frozen=True, slots=True)
class Web:
    """One process's database, its metrics and what its clients are told; open between start and stop."""

    db: typed.Database
    metrics: "Metrics"
    changes: "Changes"


def of(connection: HTTPConnection) -> Web:
    """What a request's application has open. Raises ConfigurationError where the lifespan did not run."""
    found = getattr(connection.app.state, "plainbase", None)
    if not isinstance(found, Web):
        raise ConfigurationError(
            "no database is open: give the application lifespan=plainbase.web.lifespan(), "
            "or enter that one in the application's own"
        )
    return found


async def _service(request: Request) -> Web:
    return of(request)


async def _database(request: Request) -> typed.Database:
    return of(request).db


async def _nobody() -> None:
    return None


def allowed(action: str, entity_type: str) -> Callable[..., Awaitable[Actor]]:
    """A dependency that gives the actor of a request's API key, if it may do this; 401 without a good key, 403 else.

    `transaction(allowed(…))` gives a transaction of that actor.
    """

    async def who(request: Request, bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]) -> Actor:
        if bearer is None:
            raise NotAuthenticated
        db = of(request).db
        address = request.client.host if request.client else None
        actor = await key_of(
            db,
            bearer.credentials,
            ip_address=address if address and len(address) <= ADDRESS_LENGTH else None,
            user_agent=request.headers.get("user-agent"),
        )
        await authorize(db, actor, action, entity_type)
        return actor

    return who


def transaction(who: Callable[..., Awaitable[Actor | None]] = _nobody, *, read_only: bool = False) -> Any:
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
