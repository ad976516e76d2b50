"""A crontab line, and systemd's two units, that run a command at the times of a cron expression."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

import click

DAYS = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_ITEM = re.compile(r"(\*|\d+|[A-Za-z]{3})(?:-(\d+|[A-Za-z]{3}))?(?:/([1-9]\d*))?")


def crontab(cron: str, words: Sequence[str], env_file: str | None) -> str:
    """The line. Raises BadParameter for what cron does not know."""
    fields(cron)
    line = shlex.join(words)
    if env_file is not None:
        line = f"set -a; . {shlex.quote(env_file)}; {line}"
    return f"{cron} {line.replace('%', chr(92) + '%')}"


def systemd(name: str, cron: str, words: Sequence[str], env_file: str | None) -> str:
    """Both units, each under the name of its file. Raises BadParameter for what a timer cannot say."""
    environment = f"EnvironmentFile={env_file}\n" if env_file is not None else ""
    run = " ".join(map(_quoted, words))
    return f"""# /etc/systemd/system/plainbase-{name}.service
[Unit]
Description=plainbase {name}

[Service]
Type=oneshot
{environment}ExecStart={run}

# /etc/systemd/system/plainbase-{name}.timer; systemctl enable --now plainbase-{name}.timer
[Unit]
Description=plainbase {name}, at {cron}

[Timer]
OnCalendar={calendar(cron)}
Persistent=true

[Install]
WantedBy=timers.target
"""


def calendar(cron: str) -> str:
    """A cron expression as OnCalendar has it. Raises BadParameter."""
    minute, hour, day, month, weekday = fields(cron)
    if not day.startswith("*") and not weekday.startswith("*"):
        raise click.BadParameter("a timer cannot say one day or the other: write two, or use cron", param_hint="--cron")
    when = f"*-{_listed(month, 1, MONTHS)}-{_listed(day, 1)} {_listed(hour, 0)}:{_listed(minute, 0)}:00"
    return when if weekday == "*" else f"{_days(weekday)} {when}"


def fields(cron: str) -> list[str]:
    """The five of them. Raises BadParameter for more, and for L, W and #, which the jobs' schedules alone know."""
    found = cron.split()
    if len(found) != 5 or not all(_ITEM.fullmatch(item) for field in found for item in field.split(",")):
        raise click.BadParameter(
            "a crontab line and a timer take five fields (minute, hour, day, month, weekday) of numbers, names, lists, "
            "ranges and steps; --jobs takes more",
            param_hint="--cron",
        )
    return found


def _listed(field: str, first: int, names: Sequence[str] = ()) -> str:
    return ",".join(_item(item, first, names) for item in field.split(","))


def _item(item: str, first: int, names: Sequence[str]) -> str:
    begin, end, step = _parts(item)
    begin = f"{first:02}" if begin == "*" and step else _number(begin, names)
    until = f"..{_number(end, names)}" if end else ""
    return f"{begin}{until}{f'/{step}' if step else ''}"


def _number(word: str, names: Sequence[str]) -> str:
    if word == "*":
        return word
    if word.upper() in names:
        return f"{names.index(word.upper()) + 1:02}"
    return f"{int(word):02}"


def _days(field: str) -> str:
    chosen = set()
    for item in field.split(","):
        begin, end, step = _parts(item)
        low, high = (0, 6) if begin == "*" else (_day(begin), _day(end or begin))
        chosen |= {DAYS[each] for each in range(low, high + 1, int(step or 1))}
    return ",".join(each for each in DAYS[1:] if each in chosen)


def _day(word: str) -> int:
    return int(word) if word.isdecimal() else DAYS.index(word.capitalize())


def _parts(item: str) -> tuple[str, str | None, str | None]:
    found = _ITEM.fullmatch(item)
    assert found is not None  # noqa: S101 (`fields` has seen to it; tells the type checker)
    return found[1], found[2], found[3]


def _quoted(word: str) -> str:
    """A word of ExecStart=, of which systemd expands nothing."""
    word = word.replace("%", "%%").replace("$", "$$")
    if re.fullmatch(r"[\w@%+=:,./$-]+", word):
        return word
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'
