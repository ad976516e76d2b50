"""The log as JSON: one object a line, for whoever collects logs.

handler = logging.StreamHandler()
handler.setFormatter(plainbase.logs.JsonFormatter())
logging.getLogger("plainbase").addHandler(handler)
"""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime

_USUAL = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonFormatter(logging.Formatter):
    """Each record as one JSON object on one line: time (UTC), level, logger, message, and the record's own fields.

    The records of plainbase carry `query`, `seconds`, `rows`, `error` (a class name) and `where`; none a value.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        found: dict[str, object] = {
            "time": at.replace("+00:00", "Z"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        for name, value in vars(record).items():
            if name not in _USUAL and value is not None:
                found.setdefault(name, _written(value))
        if record.exc_info:
            found["exception"] = self.formatException(record.exc_info)
        if record.stack_info:
            found["stack"] = self.formatStack(record.stack_info)
        return json.dumps(found)


def _written(value: object) -> object:
    """The value itself where JSON has it, else what `str` makes of it: NaN is no JSON, nor is a path."""
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        return str(value)
    return value
