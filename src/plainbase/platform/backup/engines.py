"""What differs between the engines: how a database is written down, and brought back into a scratch one."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from plainbase.database import Database
from plainbase.dialect import Dialect
from plainbase.platform.backup import postgres, sqlite
from plainbase.platform.backup.compression import Sink
from plainbase.platform.backup.manifest import Manifest
from plainbase.platform.backup.moment import Moment
from plainbase.platform.progress import Progress

if TYPE_CHECKING:
    from plainbase import typed


class Engine(Protocol):
    """A module for each engine."""

    async def named(self, db: Database) -> str:
        """What a manifest calls the database."""

    async def dump(self, db: Database, part: Path, sink: Sink, tell: Progress) -> tuple[Moment, str]:
        """Write the database of one moment into the sink; say of which, and what wrote it."""

    def check(self, path: Path, manifest: Manifest) -> None:
        """See that what a restore needs is here."""

    def scratch(
        self, path: Path, manifest: Manifest, server: Database | None, tell: Progress
    ) -> AbstractAsyncContextManager[typed.Database]:
        """Restore into a database that is gone afterwards."""

    async def problems(self, db: Database) -> tuple[str, ...]:
        """What is wrong with a scratch database that its rows do not show."""


ENGINES: Mapping[Dialect, Engine] = {Dialect.SQLITE: sqlite, Dialect.POSTGRES: postgres}
