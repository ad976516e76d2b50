"""What the lifespan opened, as requests find it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.requests import HTTPConnection

from plainbase import typed
from plainbase.errors import ConfigurationError

if TYPE_CHECKING:
    from plainbase.platform.metrics import Metrics
    from plainbase.web.changes import Changes


@dataclass(frozen=True, slots=True)
class Web:
    """One process's database, its metrics and what its clients are told; open between start and stop."""

    db: typed.Database
    metrics: Metrics
    changes: Changes


def of(connection: HTTPConnection) -> Web:
    """What a request's application has open. Raises ConfigurationError where the lifespan did not run."""
    found = getattr(connection.app.state, "plainbase", None)
    if not isinstance(found, Web):
        raise ConfigurationError(
            "no database is open: give the application lifespan=plainbase.web.lifespan(), "
            "or enter that one in the application's own"
        )
    return found
