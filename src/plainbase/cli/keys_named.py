"""The API key that a command names, by its id or its public id; never the key itself."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import click

from plainbase.cli.shown import plain
from plainbase.errors import RowNotFound

if TYPE_CHECKING:
    from plainbase.typed import ApiKeysGetRow, Database

PREFIX = "pb_"


async def key(db: Database, name: str) -> ApiKeysGetRow:
    """The key of an id or a public id. Raises ClickException where there is none."""
    check_not_secret(name)
    try:
        return await db.api_keys.get(id=UUID(name))
    except (ValueError, RowNotFound):
        pass
    found = await db.api_keys.find_by_public_id(public_id=name.removeprefix(PREFIX))
    if found is None:
        raise click.ClickException(f"there is no key {plain(name)}: `plainbase keys list ACCOUNT` shows their ids")
    return await db.api_keys.get(id=found.id)


async def of_secret(db: Database, given: str) -> ApiKeysGetRow:
    """What is kept of a key that was accepted just now."""
    return await key(db, given[: given.index("_", len(PREFIX))])


def check_not_secret(name: str) -> None:
    """Refuse a whole key. Raises ClickException, which does not repeat it."""
    if name.startswith(PREFIX) and "_" in name.removeprefix(PREFIX):
        raise click.ClickException(
            "that is a whole key, and others can read the words of a command: name the key by its id or public id,"
            " and replace it by `plainbase keys rotate`"
        )


def called(row: ApiKeysGetRow) -> str:
    """A key in a sentence."""
    return f"{plain(row.name)} ({PREFIX}{plain(row.public_id)})"
