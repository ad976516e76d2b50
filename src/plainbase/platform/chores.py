"""The handlers of what is done again and again: `plainbase jobs work plainbase.platform.chores`.

`plainbase schedule … --jobs`, or `platform.jobs.schedule`, makes the jobs. A payload holds what the function takes.

| job type | payload |
|---|---|
| backup | folder; keep, keep_days, verify, compression, server |
| cleanup | days, tables, archive_folder |
| refresh | older_than, in seconds |
| analyze, keep_sizes | nothing |
| sample_resources | path, of the disk |
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from plainbase.database import Database
from plainbase.errors import ParameterError
from plainbase.platform.jobs import Discard, Job
from plainbase.platform.runners import AnyDatabase

Handler = Callable[[Job], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Chore:
    """What is done, and what a payload may hold."""

    run: Callable[[Any, dict[str, Any]], Awaitable[Any]]
    takes: frozenset[str] = frozenset()
    needs: frozenset[str] = frozenset()


async def _backup(db: AnyDatabase, given: dict[str, Any]) -> object:
    from plainbase.platform.backup import backup

    made = await backup(cast("Database", db), given.pop("folder"), **given)
    assert made.manifest is not None  # noqa: S101 (what was made has it; tells the type checker)
    return {"file": made.manifest.file, "bytes": made.manifest.bytes, "removed": len(made.removed)}


async def _cleanup(db: AnyDatabase, given: dict[str, Any]) -> object:
    from plainbase.platform.retention import clean

    return {"removed": (await clean(db, **given)).removed}


async def _refresh(db: AnyDatabase, given: dict[str, Any]) -> object:
    return {"rows": await db.refresh_all(**given)}


async def _analyze(db: AnyDatabase, given: dict[str, Any]) -> object:
    from plainbase.platform.upkeep import analyze

    await analyze(db)
    return None


async def _keep_sizes(db: AnyDatabase, given: dict[str, Any]) -> object:
    from plainbase.platform.statistics import keep_sizes

    await keep_sizes(db)
    return None


async def _sample_resources(db: AnyDatabase, given: dict[str, Any]) -> object:
    from plainbase.platform.resources import sample

    return {"measurements": len(await sample(db, **given))}


CHORES: Mapping[str, Chore] = {
    "backup": Chore(
        _backup,
        frozenset({"folder", "keep", "keep_days", "verify", "compression", "server"}),
        frozenset({"folder"}),
    ),
    "cleanup": Chore(_cleanup, frozenset({"days", "tables", "archive_folder"})),
    "refresh": Chore(_refresh, frozenset({"older_than"})),
    "analyze": Chore(_analyze),
    "keep_sizes": Chore(_keep_sizes),
    "sample_resources": Chore(_sample_resources, frozenset({"path"})),
}


def handlers(db: AnyDatabase) -> dict[str, Handler]:
    """A handler for each of them, on a database."""
    return {name: _handler(db, name, chore) for name, chore in CHORES.items()}


def checked(name: str, payload: object) -> dict[str, Any]:
    """What a payload holds. Raises ParameterError for what the chore does not take."""
    chore = CHORES[name]
    given = {} if payload is None else payload
    if not isinstance(given, dict) or not chore.needs <= given.keys() <= chore.takes:
        expected = ", ".join(sorted(chore.takes)) or "nothing"
        needed = f"; {', '.join(sorted(chore.needs))} must be there" if chore.needs else ""
        raise ParameterError(f"the payload of a {name} job takes {expected}{needed}")
    return dict(given)


def _handler(db: AnyDatabase, name: str, chore: Chore) -> Handler:
    async def handle(job: Job) -> Any:
        try:
            return await chore.run(db, checked(name, job.payload))
        except ParameterError as error:  # trying again would not help
            raise Discard(error.message) from None

    return handle
