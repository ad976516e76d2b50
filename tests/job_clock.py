"""A process of `job_roles.py` whose clock is wrong; what measures how long something takes is right.

python job_clock.py SECONDS ROLE URL OPTIONS
"""

from __future__ import annotations

import datetime
import sys
import time
from typing import Any


def skew(seconds: float) -> None:
    """Put this process's clock so many seconds on; before anything else is imported."""
    right, right_ns, right_localtime, right_gmtime = time.time, time.time_ns, time.localtime, time.gmtime

    class Skewed(datetime.datetime):
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> Skewed:
            return cls.fromtimestamp(time.time(), tz)

        @classmethod
        def utcnow(cls) -> Skewed:
            return cls.now(datetime.UTC).replace(tzinfo=None)

        @classmethod
        def today(cls) -> Skewed:
            return cls.now()

    class SkewedDate(datetime.date):
        @classmethod
        def today(cls) -> SkewedDate:
            return cls.fromtimestamp(time.time())

    patched: dict[Any, dict[str, Any]] = {
        time: {
            "time": lambda: right() + seconds,
            "time_ns": lambda: right_ns() + int(seconds * 1e9),
            "localtime": lambda at=None: right_localtime(time.time() if at is None else at),
            "gmtime": lambda at=None: right_gmtime(time.time() if at is None else at),
        },
        datetime: {"datetime": Skewed, "date": SkewedDate},
    }
    for module, names in patched.items():
        for name, value in names.items():
            setattr(module, name, value)


if __name__ == "__main__":
    skew(float(sys.argv[1]))
    import job_roles

    job_roles.main(*sys.argv[2:])
