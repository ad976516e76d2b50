"""What is told to those who are not let in: always the same, so that nothing can be learnt from it."""

from __future__ import annotations

from plainbase.errors import ParameterError, PlainbaseError


class LoginFailed(PlainbaseError):
    """Nobody is let in, whatever the cause; `reason` is for the administrator, never for the one who tried."""

    def __init__(self, *, reason: str | None = None) -> None:
        super().__init__("the address or the password is wrong, or the account cannot be used at the moment")
        self.reason = reason


class TokenRefused(PlainbaseError):
    """A session's token, a mailed token or an API key is not good, or not any more; `reason` as in LoginFailed."""

    def __init__(self, *, reason: str | None = None) -> None:
        super().__init__("this token or key is not good, or not any more")
        self.reason = reason


class WeakPassword(ParameterError):
    """A password is too short, too long, or among the first that are guessed."""
