"""What `db.health()` tells: whether the database answers, and, check by check, how it stands and what to do."""

from plainbase.health.look import bounded, look
from plainbase.health.report import (
    DEFAULT,
    Finding,
    Health,
    HealthCheck,
    Limits,
    State,
    bytes_in_words,
    failed,
    ok,
    seconds_in_words,
    warning,
    worst,
)

__all__ = [
    "DEFAULT",
    "Finding",
    "Health",
    "HealthCheck",
    "Limits",
    "State",
    "bounded",
    "bytes_in_words",
    "failed",
    "look",
    "ok",
    "seconds_in_words",
    "warning",
    "worst",
]
