"""What the tests of `plainbase users`, `keys` and `sessions` share: calling them, and accounts to call them on."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from uuid import UUID

import click
from click.testing import CliRunner, Result

from plainbase import OMIT, Database
from plainbase.cli.commands import plainbase as command
from plainbase.platform import identity

PASSWORD = "seven mild otters row"
FAST = identity.Passwords(memory_kib=8, passes=1, lanes=1)
"""For tests that are not about the hash."""


async def call(url: str, *words: str, columns: int = 200, given: str | bytes | None = None) -> Result:
    """The command, as with a terminal of so many columns, and with so much on standard input."""
    runner = CliRunner(env={"COLUMNS": str(columns)})
    return await asyncio.to_thread(runner.invoke, command, [*words, "--url", url], input=given)


async def done(url: str, *words: str, columns: int = 200, given: str | bytes | None = None) -> str:
    """What it prints where it succeeds."""
    result = await call(url, *words, columns=columns, given=given)
    assert result.exit_code == 0, result.output
    assert "\x1b" not in result.output
    return result.stdout


async def refused(url: str, *words: str, given: str | bytes | None = None) -> str:
    """What it says of what cannot be, on standard error only."""
    result = await call(url, *words, given=given)
    assert (result.exit_code, result.stdout) == (1, ""), result.output
    assert result.stderr.startswith("Error: ")
    assert "Traceback" not in result.stderr
    return result.stderr


def missing(url: str) -> str:
    """What is said of a database without tables: an SQLite file is not there at all then."""
    return "`plainbase init` makes it" if url.startswith("sqlite") else "run `plainbase migrate up`"


async def lines(url: str, *words: str) -> list[dict[str, Any]]:
    """The rows that it prints as JSON."""
    return [json.loads(line) for line in (await done(url, *words, "--json")).splitlines()]


async def made(db: Database, name: str = "ann", *, role: str = "user", password: str | None = PASSWORD) -> UUID:
    """An account, whose address is at lab.example."""
    row = await identity.create_user(db, f"{name}@lab.example", name, password, role=role, passwords=FAST)
    found: UUID = row.id
    return found


async def signed_in(db: Database, name: str = "ann", password: str = PASSWORD) -> identity.SignedIn:
    """A session of an account."""
    return await identity.log_in(db, f"{name}@lab.example", password, passwords=FAST)


async def audited(db: Database, entity_type: str | None = None) -> list[dict[str, Any]]:
    """The audit trail, of one kind of entity or whole, the newest first."""
    only = OMIT if entity_type is None else entity_type
    return [dict(row.items()) for row in await db.audit_logs.list(entity_type=only, limit=1000)]


def check_help(group: click.Group, *path: str) -> None:
    """Each command and option has help, and at 80 columns no line of a list is cut."""
    for each in group.commands.values():
        assert each.help, each.name
        for option in each.params:
            assert not isinstance(option, click.Option) or option.help, (each.name, option.name)
    for words in ((), path):
        shown = CliRunner(env={"COLUMNS": "80"}).invoke(command, [*words, "--help"], prog_name="plainbase").stdout
        assert not [line for line in shown.splitlines()[1:] if line.endswith("...")], shown
