"""What the service itself refuses."""

from __future__ import annotations

from plainbase.errors import PlainbaseError


class TooManyClients(PlainbaseError):
    """A process streams to as many clients as it may, or stops; another process, or a later attempt, may do."""

    retryable = True


class NotAuthenticated(PlainbaseError):
    """A request that needs a key has none."""

    def __init__(self) -> None:
        super().__init__("this needs an API key: Authorization: Bearer …")
