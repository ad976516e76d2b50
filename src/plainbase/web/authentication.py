"""Who asks, by API key; whoever uses this denies all that no key and no row of role_permissions allows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from plainbase.actor import ADDRESS_LENGTH, Actor
from plainbase.platform.identity import authorize, key_of
from plainbase.web.opened import of
from plainbase.web.refusals import NotAuthenticated

_bearer = HTTPBearer(auto_error=False, description="An API key, as `plainbase keys make` tells it once.")


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
