"""Statuses as they stand out in a table."""

from __future__ import annotations

from plainbase.platform.report.document import Badge, Tone

_TONES: dict[str, Tone] = {"completed": "good", "ready": "good", "failed": "bad", "running": "busy"}


def status(word: str) -> Badge:
    """A status in the tone of what it means."""
    return Badge(word, _TONES.get(word, "calm"))
