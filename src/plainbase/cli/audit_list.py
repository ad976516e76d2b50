"""`plainbase audit list` and `show`: who did what, and one entry whole."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from plainbase.cli.filter_options import moment
from plainbase.cli.jobs_list import MOST, lines_option, print_lines
from plainbase.cli.opening import command, url_option
from plainbase.cli.platform_database import opened_to_read
from plainbase.cli.shown import Column, as_json, console, plain, print_table
from plainbase.cli.users_named import account, as_option, operator
from plainbase.errors import RowNotFound
from plainbase.platform import audit

if TYPE_CHECKING:
    from plainbase.typed import AuditLogsGetRow

UNSEALED = "not sealed"


def _actor(row: Any) -> str:
    return str(row.actor or row.actor_id or "erased")


def _entity(row: Any) -> str:
    return row.entity_type if row.entity_id is None else f"{row.entity_type}:{row.entity_id}"


def _fields(row: Any) -> str:
    """The fields that changed, or what is said of an event."""
    found = [*(row.changes or {}), *(row.personal or {})] if isinstance(row.changes or {}, dict) else []
    return ", ".join(map(str, found))


ENTRIES = (
    Column("id", lambda row: str(row.id), "word"),
    Column("at (UTC)", "created_at", "word"),
    Column("actor", _actor, "name"),
    Column("action", "action", "word"),
    Column("entity", _entity, "name"),
    Column("address", lambda row: row.ip_address or "", "word"),
    Column("fields", _fields, "text"),
)
LEAST = ("address", "fields")
"""What is left out where the terminal is narrow, the first one first."""


def entity(ctx: click.Context, param: click.Parameter, value: str | None) -> tuple[str | None, str | None]:
    """An entity's type, and its id where one is named."""
    kind, _, key = (value or "").partition(":")
    if value is not None and not kind:
        raise click.BadParameter(f"{value!r} names no type: write TYPE or TYPE:ID, such as models or users:ID")
    return kind or None, key or None


@click.command("list")
@url_option
@click.option("--user", metavar="ACCOUNT", help="What this account did; its address, username or id.")
@click.option("--entity", metavar="TYPE[:ID]", callback=entity, help="What was done to a type, or to one entity.")
@click.option("--action", help="This action only, such as update or login_failed.")
@click.option("--since", metavar="DATE", callback=moment, help="Then or later; an ISO date or time, else in UTC.")
@click.option("--until", metavar="DATE", callback=moment, help="Before then.")
@click.option("--limit", type=click.IntRange(1, MOST), default=50, show_default=True, help="At most so many.")
@click.option("--before", type=click.IntRange(1), metavar="ID", help="Older than this one, as the next page is.")
@as_option
@lines_option
@command
async def list_entries(
    url: str | None,
    user: str | None,
    entity: tuple[str | None, str | None],
    action: str | None,
    since: datetime | None,
    until: datetime | None,
    limit: int,
    before: int | None,
    acting: str | None,
    as_lines: bool,
) -> None:
    """List entries of the audit log, the newest first.

    A trigger's actions are create, update and delete; others are recorded by what does them, such as login,
    login_failed, personal_read, export and audit_search, which this command is.
    """
    async with opened_to_read(url) as db:
        rows = await audit.search(
            db,
            actor=await operator(db, acting),
            user_id=(await account(db, user)).id if user else None,
            entity_type=entity[0],
            entity_id=entity[1],
            action=action,
            since=since,
            until=until,
            limit=limit + 1,
            before_id=before,
        )
    page = rows[:limit]
    if as_lines:
        print_lines(page)
    elif page:
        print_table(console(), "Audit log", ENTRIES, page, LEAST)
        if len(rows) > limit:
            click.echo(f"there are more: the same with --before {page[-1].id}")
    else:
        click.echo("no such entry")


@click.command(short_help="Show an entry whole.")
@click.argument("entry_id", metavar="ID", type=click.IntRange(1, 2**63 - 1))
@url_option
@as_option
@click.option("--json", "as_object", is_flag=True, help="Print JSON.")
@command
async def show(entry_id: int, url: str | None, acting: str | None, as_object: bool) -> None:
    """Show an entry whole: who, whence, what it was before and is after, and its place in the chain."""
    async with opened_to_read(url) as db:
        actor = await operator(db, acting)
        try:
            row = await db.audit_logs.get(id=entry_id)
        except RowNotFound:
            raise click.ClickException(f"there is no entry {entry_id}") from None
        await audit.record(db, "audit_search", "audit_logs", entry_id, actor=actor)
    if as_object:
        click.echo(json.dumps({**as_json(row), **_hex(row)}, indent=2))
        return
    for line in _whole(row):
        click.echo(line)


def _hex(row: AuditLogsGetRow) -> dict[str, str | None]:
    hashes = {"previous_hash": row.previous_hash, "hash": row.hash}
    return {name: None if each is None else each.hex() for name, each in hashes.items()}


def _whole(row: AuditLogsGetRow) -> Iterator[str]:
    known = {
        "id": str(row.id),
        "at": f"{row.created_at.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f} UTC",
        "actor": row.actor,
        "account": row.actor_id,
        "address": row.ip_address,
        "agent": row.user_agent,
        "action": row.action,
        "entity": _entity(row),
        "position": UNSEALED if row.position is None else str(row.position),
        **_hex(row),
    }
    for what, value in known.items():
        if value is not None:
            yield f"{what.replace('_', ' '):<15}{plain(value)}"
    for what, block in (("changes", row.changes), ("personal", row.personal)):
        if block is not None:
            yield what
            for line in json.dumps(as_json(block), indent=2, ensure_ascii=False).split("\n"):
                yield f"  {plain(line)}".rstrip()
