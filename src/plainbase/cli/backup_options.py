"""What the commands about backups have in common."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import plainbase
from plainbase.cli.opening import opened_to_look
from plainbase.platform.backup import Backup, Verification

if TYPE_CHECKING:
    from plainbase.typed import Database

FOLDER = Path("backups")

folder_argument = click.argument(
    "folder", required=False, default=FOLDER, envvar="PLAINBASE_BACKUPS", type=click.Path(path_type=Path)
)
json_option = click.option("--json", "as_object", is_flag=True, help="Print JSON.")
verify_server_option = click.option(
    "--server", help="A PostgreSQL server to make the scratch database on; without it the database's own."
)


@asynccontextmanager
async def opened_as_it_is(url: str | None, **options: Any) -> AsyncIterator[Database]:
    """The platform's database, whatever migrations it lacks; where there is none, none is made."""
    async with opened_to_look(url, ()):
        pass  # it says so where there is none
    async with plainbase.open(url, **options) as db:
        yield db


def described(backup: Backup) -> dict[str, object]:
    """A backup as JSON has it."""
    manifest = backup.manifest
    return {
        "path": str(backup.path),
        "state": backup.state,
        "note": backup.note or None,
        "engine": manifest and manifest.engine,
        "database": manifest and manifest.database,
        "created_at": manifest and manifest.created_at.isoformat(),
        "schema_version": manifest and manifest.schema_version,
        "bytes": manifest and manifest.bytes,
        "sha256": manifest and manifest.sha256,
        "rows": manifest and sum(manifest.rows.values()),
    }


def found(verification: Verification) -> dict[str, object]:
    """What verifying found, as JSON has it."""
    return {
        "good": verification.is_good,
        "problems": list(verification.problems),
        "tables": verification.tables,
        "rows": verification.rows,
        "seconds": round(verification.seconds, 3),
    }


def tell(verification: Verification) -> None:
    """Say what verifying found, in a line or one for each problem."""
    if verification.is_good:
        click.echo(
            f"verified: restored into scratch, {verification.rows:,} rows of {verification.tables} tables, schema, "
            f"references, full-text indexes and audit chain agree ({verification.seconds:.1f} s)"
        )
    for line in verification.problems:
        click.echo(f"not as its manifest says: {line}", file=sys.stderr)


def size(count: int) -> str:
    """Bytes in their largest unit."""
    value = float(count)
    for unit in ("bytes", "KiB", "MiB", "GiB"):
        if value < 1024:
            return f"{value:.0f} {unit}" if unit == "bytes" else f"{value:.1f} {unit}"
        value /= 1024
    return f"{value:.1f} TiB"
