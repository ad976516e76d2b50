"""When a cron expression comes next, as Debian's cron has it, daylight saving included."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from plainbase.errors import DataInvalid
from plainbase.platform import extras
from plainbase.platform.jobs.new_job import LONGEST_NAME, checked_text

LONGEST = 255
"""Characters of an expression."""

ALLOWED = {
    "second": "0-59",
    "minute": "0-59",
    "hour": "0-23",
    "day-of-month": "1-31 and in the month, L (the last) or LW (the last weekday)",
    "month": "1-12 or JAN-DEC",
    "day-of-week": "0-7 or SUN-SAT, 5L (the last Friday), 5#2 (the second Friday)",
}
"""What each field of an expression takes, by the names that cronsim gives them."""


def in_one_form(cron: str) -> str:
    """The expression, its fields parted by one space. Raises DataInvalid for what is no text, or too long."""
    return " ".join(checked_text(cron, "a schedule's cron", LONGEST).split())


def next_run(cron: str, timezone: str, after: datetime) -> datetime | None:
    """When the expression comes next after a time, in UTC; None where it does not within 50 years.

    A time at a set hour that the spring skips comes when the clock goes on, and one that the autumn repeats comes
    once; with `*` hours or minutes it goes by the time that passes. Raises DataInvalid for an expression or a time
    zone that cannot be read, and ConfigurationError without the extra `jobs`.
    """
    extras.require("jobs", "cronsim")
    from cronsim import CronSim, CronSimError

    zone = _zone(timezone)
    after = after.astimezone(UTC)
    try:
        for tick in CronSim(in_one_form(cron), after.astimezone(zone)):
            found = tick.astimezone(UTC)
            if found > after:  # in a repeated hour cronsim may begin with the first pass
                return found
    except CronSimError as error:
        raise DataInvalid(_reason(str(error))) from None
    return None


def _reason(said: str) -> str:
    field = said.removeprefix("Bad ")
    if field in ALLOWED:
        return f"a schedule's cron: {field} is {ALLOWED[field]}; also *, lists (1,2), ranges (1-5) and steps (*/5)"
    return (
        "a schedule's cron has five fields: minute, hour, day-of-month, month, day-of-week; or six, with second before"
        " them; names such as @hourly are not known: write 0 * * * *"
    )


def _zone(timezone: str) -> tzinfo:
    checked_text(timezone, "a schedule's timezone", LONGEST_NAME)
    if timezone == "UTC":
        return UTC
    try:
        return ZoneInfo(timezone)
    except (KeyError, ValueError, OSError):
        raise DataInvalid(
            "a schedule's timezone is a name of the IANA database, such as Europe/Berlin; this one is not known here"
        ) from None
