"""`plainbase restore`: a backup in the place of a database."""

from __future__ import annotations

import json
from pathlib import Path

import click

from plainbase.cli.backup_options import json_option
from plainbase.cli.opening import command, url_option
from plainbase.cli.progress import shown
from plainbase.cli.written_file import ended_cleanly
from plainbase.platform import backup as platform
from plainbase.platform.backup import Restored


@click.command(short_help="Bring a backup back.")
@click.argument("path", type=click.Path(path_type=Path))
@url_option
@click.option(
    "--force", is_flag=True, help="Replace a database that is not empty; it is kept until the new one is whole."
)
@click.option(
    "--ledger",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The ledger of erasures: make again those that the backup does not have.",
)
@click.option("--no-owner", is_flag=True, help="Leave out owners and privileges, for a server without those roles.")
@json_option
@command
async def restore(
    path: Path, url: str | None, force: bool, ledger: Path | None, no_owner: bool, as_object: bool
) -> None:
    """Restore the backup PATH, or the newest of the folder PATH, into the database that --url names.

    Checked first, and nothing is changed where it fails: the manifest, the file's SHA-256, that nobody has the database
    open, and that it is empty (but with --force). Then it is restored beside, compared, migrated up where it is older,
    and put in place in one step. Killed at any moment it leaves the old database or the new one; the next restore
    tidies up. A backup goes back into its own engine; `plainbase copy` brings it to the other.
    """
    with ended_cleanly(), shown(quiet=as_object) as progress:
        done = await platform.restore(path, url, force=force, owners=not no_owner, ledger=ledger, progress=progress)
    if as_object:
        click.echo(json.dumps(_described(done), indent=2))
    else:
        _print(done)
    if done.drifted:
        raise SystemExit(1)


def _print(done: Restored) -> None:
    rows = sum(done.manifest.rows.values())
    taken = f"{done.manifest.created_at:%Y-%m-%d %H:%M:%S} UTC"
    click.echo(
        f"{done.url} is as it was on {taken}: {rows:,} rows of {len(done.manifest.rows)} tables, {done.seconds:.1f} s"
    )
    for label in done.migrated:
        click.echo(f"applied {label}")
    if done.replayed is not None:
        click.echo(f"erased again: {len(done.replayed.erased)} of the ledger's accounts")
    for line in done.drifted:
        click.echo(f"schema: {line}", err=True)


def _described(done: Restored) -> dict[str, object]:
    return {
        "file": str(done.file),
        "url": done.url,
        "created_at": done.manifest.created_at.isoformat(),
        "rows": sum(done.manifest.rows.values()),
        "replaced": done.replaced,
        "migrated": list(done.migrated),
        "drifted": list(done.drifted),
        "erased": None if done.replayed is None else [str(each) for each in done.replayed.erased],
        "seconds": round(done.seconds, 3),
    }
