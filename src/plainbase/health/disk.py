"""The room on a disk."""

from __future__ import annotations

from typing import Protocol

from plainbase.health.report import Finding, Limits, bytes_in_words, failed, ok, warning


class Usage(Protocol):
    """What `shutil.disk_usage` gives, in bytes."""

    @property
    def total(self) -> int: ...
    @property
    def free(self) -> int: ...


def room(usage: Usage, where: str, limits: Limits) -> Finding:
    """Warn where there is less room than should be, by bytes or by share; failed at a tenth of that."""
    share = usage.free / max(usage.total, 1)
    said = f"{bytes_in_words(usage.free)} free of {bytes_in_words(usage.total)} ({share:.0%}) for {where}"
    advice = "make room: `plainbase cleanup`, old backups, a larger disk"
    short = min(usage.free / max(limits.free_bytes, 1), share / max(limits.free_share, 1e-9))
    if short >= 1:
        return ok(said)
    return failed(said, advice) if short < 0.1 else warning(said, advice)
