"""A job to be added, checked when it is made, so that no engine has to refuse it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any
from uuid import UUID

from plainbase.errors import DataInvalid, ParameterError
from plainbase.values import Refused, aware, native, text

if TYPE_CHECKING:
    from plainbase.call_types import Json

LIVE = ("available", "running")
"""The states in which a job with a unique key always holds it."""

OVER = ("completed", "cancelled", "dead")
"""The states in which it may hold it too."""

LONGEST_NAME = 100
"""Characters of a queue, a job type and a schedule's name."""

LONGEST_KEY = 255
"""Characters of a unique key."""

LARGEST_PRIORITY = 32767
MOST_ATTEMPTS = 1000

LONGEST_DELAY = 315_576_000.0
"""Seconds: ten years."""

LONGEST_TIMEOUT = 1e9
"""Seconds."""

LARGEST_PAYLOAD = 16 << 20
"""Bytes of JSON."""

DEEPEST_PAYLOAD = 200
"""Levels: neither engine's reader of JSON, nor Python's, may give up on what was taken."""

_TYPES = native()


@dataclass(frozen=True, slots=True)
class NewJob:
    """A job to be added; see `enqueue` for what each field means.

    Raises ParameterError for what no job can have: the field and what is allowed, never the value.
    """

    job_type: str
    payload: Json | None = field(default_factory=dict)
    queue: str = field(default="default", kw_only=True)
    priority: int = field(default=0, kw_only=True)
    delay_seconds: float = field(default=0.0, kw_only=True)
    run_at: datetime | None = field(default=None, kw_only=True)
    max_attempts: int = field(default=5, kw_only=True)
    timeout_seconds: float | None = field(default=None, kw_only=True)
    unique_key: str | None = field(default=None, kw_only=True)
    unique_states: Iterable[str] = field(default=LIVE, kw_only=True)
    id: UUID | None = field(default=None, kw_only=True)
    payload_bytes: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Check every field, and keep each in one form."""
        payload, size = _payload(self.payload)
        checked = {
            "payload": payload,
            "payload_bytes": size,
            "priority": whole(self.priority, "a job's priority", 0, LARGEST_PRIORITY),
            "delay_seconds": _delay(self.delay_seconds),
            "max_attempts": whole(self.max_attempts, "a job's max_attempts", 1, MOST_ATTEMPTS),
            "timeout_seconds": None if self.timeout_seconds is None else _timeout(self.timeout_seconds),
            "unique_states": _states(self.unique_states),
            "id": None if self.id is None else _converted(self.id, "uuid", "id", "a UUID"),
        }
        checked_text(self.job_type, "a job's job_type", LONGEST_NAME)
        checked_text(self.queue, "a job's queue", LONGEST_NAME)
        if self.unique_key is not None:
            checked_text(self.unique_key, "a job's unique_key", LONGEST_KEY)
        elif checked["unique_states"] != LIVE:
            raise ParameterError("a job's unique_states go with a unique_key, and it has none")
        if self.run_at is not None:
            _run_at(self.run_at)
            if checked["delay_seconds"]:
                raise ParameterError("a job has a delay_seconds or a run_at, not both")
        for name, value in checked.items():
            object.__setattr__(self, name, value)


def checked_text(value: object, name: str, longest: int) -> str:
    """The text as it is. Raises DataInvalid for what is none, too long, empty, or refused by an engine."""
    if not isinstance(value, str) or not 1 <= len(value) <= longest:
        raise DataInvalid(f"{name} is a text of 1 to {longest} characters")
    try:
        return text(value)
    except Refused as refused:
        raise DataInvalid(f"{name}: {refused.args[0]}") from None


def _payload(value: Any) -> tuple[Any, int]:
    if value is None:
        return {}, 2
    if isinstance(value, Mapping) and not isinstance(value, dict):
        value = dict(value)
    encoded: str = _converted(value, "json", "payload", "JSON")
    size = len(encoded) if encoded.isascii() else len(encoded.encode())
    if size > LARGEST_PAYLOAD:
        raise DataInvalid(f"a job's payload takes at most {LARGEST_PAYLOAD:,} bytes of JSON: store it and pass its id")
    if encoded.count("[") + encoded.count("{") > DEEPEST_PAYLOAD and _deeper(value, DEEPEST_PAYLOAD):
        raise DataInvalid(f"a job's payload is nested at most {DEEPEST_PAYLOAD} levels deep")
    return value, size


def _deeper(value: Any, levels: int) -> bool:
    level = [value]
    for _ in range(levels):
        level = [inner for each in level for inner in _inside(each) if isinstance(inner, dict | list | tuple)]
        if not level:
            return False
    return True


def _inside(value: Any) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else value


def _converted(value: Any, kind: str, name: str, allowed: str) -> Any:
    try:
        converter: Callable[[Any], Any] | None = _TYPES[kind][type(value)]
        return value if converter is None else converter(value)
    except Refused as refused:
        raise DataInvalid(f"a job's {name} is {allowed}: {refused.args[0]}") from None


def whole(value: object, name: str, least: int, most: int) -> int:
    """The integer. Raises DataInvalid for what is none, or out of range."""
    if type(value) is not int and isinstance(value, Integral) and not isinstance(value, bool):
        value = int(value)
    if type(value) is int and least <= value <= most:
        return value
    raise DataInvalid(f"{name} is an integer from {least} to {most}")


def number(value: object) -> float | None:
    """A number as a float; None for what is none, or too large for one."""
    if type(value) is float:
        return value
    if not isinstance(value, Real) or isinstance(value, bool):
        return None
    try:
        return float(value)
    except OverflowError:
        return None


def _delay(value: object) -> float:
    found = number(value)
    if found is None or not 0 <= found <= LONGEST_DELAY:
        raise DataInvalid(f"a job's delay_seconds is a number from 0 to {LONGEST_DELAY:,.0f} (10 years)")
    return found


def _timeout(value: object) -> float:
    found = number(value)
    if found is None or not 0 < found <= LONGEST_TIMEOUT:
        raise DataInvalid(f"a job's timeout_seconds is a number above 0 and at most {LONGEST_TIMEOUT:,.0f}, or None")
    return found


def _run_at(value: object) -> None:
    if not isinstance(value, datetime):
        raise DataInvalid("a job's run_at is a datetime with a time zone, or None")
    try:
        aware(value)
    except Refused as refused:
        raise DataInvalid(f"a job's run_at: {refused.args[0]}") from None


def _states(value: object) -> tuple[str, ...]:
    if value == LIVE:
        return LIVE
    given = set() if isinstance(value, str) or not isinstance(value, Iterable) else set(value)
    if not given.issuperset(LIVE) or not given.issubset((*LIVE, *OVER)):
        raise DataInvalid(f"a job's unique_states are {', '.join(LIVE)}, and any of {', '.join(OVER)}")
    return tuple(state for state in (*LIVE, *OVER) if state in given)
