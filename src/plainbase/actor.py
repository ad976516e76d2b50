"""Who does what a transaction changes, as the audit log is told."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from plainbase.errors import ParameterError

NAME_LENGTH = 255
ADDRESS_LENGTH = 64
AGENT_LENGTH = 512


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does what a transaction changes: an account's id, or a name, and whence they come.

    `scopes` are those of an API key (`action:entity_type`, `action:*`, `*`), and None all that the role may. A user
    agent, which anybody sends as they like, is cut to 512 characters; a name or an address that does not fit raises
    ParameterError.
    """

    id: UUID | None = None
    name: str | None = None
    ip_address: str | None = None
    user_agent: str | None = None
    scopes: frozenset[str] | None = None

    def __post_init__(self) -> None:
        if self.id is not None and not isinstance(self.id, UUID):
            raise ParameterError(f"Actor: id is a UUID, got {type(self.id).__name__}")
        _set(self, "name", _fitting("name", self.name, NAME_LENGTH))
        _set(self, "ip_address", _fitting("ip_address", self.ip_address, ADDRESS_LENGTH))
        _set(self, "user_agent", _cut(self.user_agent))
        if self.scopes is not None:
            _set(self, "scopes", _scopes(self.scopes))

    def texts(self) -> tuple[str | None, str | None, str | None, str | None]:
        """The id, the name, the address and the agent, as the engines are told."""
        return None if self.id is None else str(self.id), self.name, self.ip_address, self.user_agent


def known(actor: Actor | UUID | None) -> Actor | None:
    """An actor for what a caller may pass: itself, the id of an account, or None. Raises ParameterError."""
    if actor is None or isinstance(actor, Actor):
        return actor
    if isinstance(actor, UUID):
        return Actor(actor)
    raise ParameterError(f"an actor is a plainbase.Actor or the UUID of an account, got {type(actor).__name__}")


def _set(actor: Actor, name: str, value: object) -> None:
    object.__setattr__(actor, name, value)


def _fitting(what: str, text: str | None, most: int) -> str | None:
    if text is None:
        return None
    if not isinstance(text, str):
        raise ParameterError(f"Actor: {what} is text, got {type(text).__name__}")
    if len(text) > most:
        raise ParameterError(f"Actor: {what} has {len(text)} characters, at most {most} fit")
    if "\0" in text or not _is_unicode(text):
        raise ParameterError(f"Actor: {what} has a character that no text can hold")
    return text or None


def _cut(agent: str | None) -> str | None:
    if agent is None:
        return None
    if not isinstance(agent, str):
        raise ParameterError(f"Actor: user_agent is text, got {type(agent).__name__}")
    whole = agent[:AGENT_LENGTH] if _is_unicode(agent[:AGENT_LENGTH]) else _replaced(agent[:AGENT_LENGTH])
    return whole.replace("\0", "") or None


def _scopes(scopes: frozenset[str]) -> frozenset[str]:
    if isinstance(scopes, str) or not all(isinstance(each, str) for each in scopes):
        raise ParameterError("Actor: scopes are a set of texts")
    return frozenset(scopes)


def _is_unicode(text: str) -> bool:
    """Whether it is without half of a surrogate pair, which UTF-8 has no octets for."""
    return text.isascii() or not any("\ud800" <= each <= "\udfff" for each in text)


def _replaced(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
