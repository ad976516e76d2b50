"""What MLflow's values become here: moments, words, numbers, names and ids."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from math import inf, isfinite, isnan
from typing import Any
from uuid import UUID, uuid5

SPACE = UUID("5b0c2a3e-8f1d-5f4e-9a57-3f0f6d9b7c21")
"""The namespace of the ids that are made for what MLflow numbers or names."""

LARGEST = 1.7976931348623157e308
"""What MLflow stores for infinity."""

RUN_STATUSES: Mapping[str | None, str] = {
    "RUNNING": "running",
    "SCHEDULED": "pending",
    "FINISHED": "completed",
    "FAILED": "failed",
    "KILLED": "cancelled",
}
STAGES: Mapping[str | None, str] = {
    "None": "development",
    "Staging": "staging",
    "Production": "production",
    "Archived": "archived",
}
VERSION_STATUSES: Mapping[str | None, str] = {
    "READY": "ready",
    "PENDING_REGISTRATION": "pending",
    "FAILED_REGISTRATION": "failed",
}
LONGEST_NUMBER = 30
ENDED = ("completed", "failed", "cancelled")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def made_id(*parts: object) -> UUID:
    """The id of what has none of its own there: the same whenever it is imported."""
    return uuid5(SPACE, "\n".join(str(part) for part in parts))


def run_id(text: object) -> UUID | None:
    """A run's id, which is a UUID in hexadecimal; None for another one."""
    try:
        return UUID(hex=str(text)) if text else None
    except ValueError:
        return None


def moment(milliseconds: int | None) -> datetime | None:
    """The time so many milliseconds after 1970; None where no calendar has it."""
    if milliseconds is None:
        return None
    try:
        return _EPOCH + timedelta(milliseconds=int(milliseconds))
    except (OverflowError, ValueError):
        return None


def value_of(value: float | None, is_nan: object) -> float | None:
    """A metric's value: None for NaN, and infinity for what MLflow stores in its place."""
    if is_nan or value is None or isnan(value):
        return None
    if abs(value) >= LARGEST:
        return inf if value > 0 else -inf
    return float(value)


def parameter(text: str) -> str | int | float:
    """A param as a number where the number's own text is the same, so that nothing of it is lost; else the text."""
    if len(text) > LONGEST_NUMBER or text in ("-0", "-0.0"):  # jsonb knows no negative zero
        return text
    try:
        whole = int(text)
        return whole if str(whole) == text and abs(whole) < 2**63 else text
    except ValueError:
        pass
    try:
        number = float(text)
    except ValueError:
        return text
    return number if repr(number) == text and isfinite(number) else text


def clean(value: Any) -> str:
    """A text that both engines hold: without NUL, and UTF-8."""
    text = value.decode(errors="replace") if isinstance(value, bytes) else str(value)
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")


def is_clean(value: str | bytes) -> bool:
    """Whether a text is kept as it is."""
    if isinstance(value, str):
        return "\0" not in value
    try:
        return b"\0" not in value and bool(value.decode() or True)
    except UnicodeDecodeError:
        return False


def name_of(value: Any, otherwise: str) -> str:
    """A name of 1 to 255 characters."""
    return clean(value)[:255] if value not in (None, "", b"") else otherwise


def kept(row: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """Those columns of a row that have a value, for JSON."""
    found = {name: row.get(name) for name in names}
    return {
        name: value if isinstance(value, int | float) else clean(value)
        for name, value in found.items()
        if value is not None
    }
