"""From one engine to the other and back, through a backup and a restore on each: nothing is another than before."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Mapping
from pathlib import Path

from click.testing import CliRunner

import plainbase
from backup_databases import place
from copy_databases import empty
from plainbase.cli.commands import plainbase as command
from plainbase.platform import audit, corpus, results, tables
from plainbase.platform.results import SearchFilters
from plainbase.platform.tables import Digest
from plainbase.typed import Database

LOG = ("audit_logs", "audit_head")
"""What a restore adds to, and no other table."""
WORDS = ("model", "the data", "gradient descent")


async def test_every_table_is_as_it_was_after_a_round_over_both_engines(
    sampled: dict[str, str], tmp_path: Path
) -> None:
    first = f"sqlite:///{shutil.copy(sampled['sqlite'], tmp_path / 'first.db')}"
    last = f"sqlite:///{tmp_path / 'last.db'}"
    async with plainbase.open(first, pool_size=2) as db:
        before, searched, head = await digests(db), await found(db), await audit.head(db)
    async with place("sqlite", tmp_path) as second, empty("postgres", tmp_path) as third:
        await call("backup", tmp_path / "of sqlite", "--url", first)
        await call("restore", tmp_path / "of sqlite", "--url", second)
        await call("copy", "--from", second, "--to", third)
        async with place("postgres", tmp_path) as fourth:
            await call("backup", tmp_path / "of postgres", "--url", third)
            await call("restore", tmp_path / "of postgres", "--url", fourth)
            await call("copy", "--from", fourth, "--to", last)
    async with plainbase.open(last, pool_size=2) as db:
        after = await digests(db)
        assert without(LOG, after) == without(LOG, before)
        assert sum(each.rows for each in before.values()) > 2000
        assert (await audit.verify(db, head)).whole, "its beginning, up to where it had ended, is the same"
        added = "SELECT action FROM audit_logs WHERE position > :end ORDER BY position"
        assert [row.action for row in await db.fetch_all(added, {"end": head.position})] == ["restore", "restore"]
        assert after["audit_logs"].rows == before["audit_logs"].rows + 2
        assert await found(db) == searched
        assert await plainbase.migrations.verify(db) == ()


async def call(*words: str | Path) -> None:
    """Run a command, which must succeed."""
    result = await asyncio.to_thread(CliRunner().invoke, command, [str(word) for word in words])
    assert result.exit_code == 0, result.output


async def digests(db: Database) -> dict[str, Digest]:
    """The digest of every table, of one moment."""
    async with db.transaction("repeatable_read", read_only=True) as tx:
        return {table.name: await tables.digest(tx, table) for table in await tables.tables(tx)}


def without(names: tuple[str, ...], found: Mapping[str, Digest]) -> dict[str, Digest]:
    """The digests of the other tables."""
    return {name: digest for name, digest in found.items() if name not in names}


async def found(db: Database) -> list[object]:
    """What searches find: how many evaluations, and which passages in which order."""
    return [
        *[await results.count(db, SearchFilters(query_text=words)) for words in WORDS],
        *[
            [(hit.corpus_text_id, hit.title, hit.score) for hit in (await corpus.search(db, words)).hits]
            for words in WORDS
        ],
    ]
