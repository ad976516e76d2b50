"""The whole check: both engines side by side, the rules that need none, and the snapshot."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

from plainbase import migrations
from plainbase.check import scratch
from plainbase.check.finding import Finding, in_order
from plainbase.check.queries import compare, rules, snapshot, text_rules
from plainbase.check.queries.engines import Engine, examine
from plainbase.check.queries.loading import by_name, load_both
from plainbase.check.queries.snapshot import Snapshot
from plainbase.database import Database
from plainbase.dialect import Dialect
from plainbase.drivers import connect
from plainbase.errors import MigrationError, PlainbaseError
from plainbase.migrations import Migration
from plainbase.options import resolve
from plainbase.sqlfile import Query


@dataclass(frozen=True, slots=True)
class Report:
    """What was found; `remarks` are no findings, and `snapshot` is what `checked.json` should hold now."""

    findings: Sequence[Finding]
    remarks: Sequence[str]
    queries: int
    texts: int
    engines: Sequence[Dialect]
    snapshot: Snapshot
    complete: bool
    """Whether all engines were asked, every query prepared, and they agree on what it takes and gives."""

    def with_remark(self, remark: str) -> Report:
        """The same, with one remark more."""
        return replace(self, remarks=[*self.remarks, remark])


@dataclass(slots=True)
class _Found:
    findings: list[Finding] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    engines: dict[Dialect, Engine] = field(default_factory=dict)


async def prove(
    queries: Sequence[Path],
    schema: Sequence[Path],
    server: str | None,
    *,
    before: Snapshot | None,
    callers: Sequence[Path] = (),
    with_indexes: bool = False,
) -> Report:
    """Check every query of the folders against scratch databases made of the migrations.

    `callers` are where each query must be named; `with_indexes` reports on the schema's indexes too.
    Without a server PostgreSQL is taken from `before`, the snapshot, as far as that is still true.
    Raises QueryFileError, and MigrationError where no migrations are found.
    """
    loaded = load_both(queries)
    named = by_name(loaded)
    wanted = migrations.dialects(schema) or list(Dialect)  # where there are none, reading them says what is missing
    steps = {each: migrations.read(schema, each) for each in wanted}
    digests = {str(each): snapshot.schema_digest(found) for each, found in steps.items()}
    texts = {name: snapshot.text_digest(found) for name, found in named.items()}
    found = _Found()
    place = f"{queries[0].resolve().name}/{snapshot.NAME}"
    for dialect in wanted:
        if dialect is Dialect.SQLITE or server is not None:
            await _examine(found, dialect, loaded[dialect], schema, steps[dialect], server)
    found.findings += rules.undocumented(named)
    found.findings += text_rules.findings(found.engines.values(), both=len(wanted) == len(Dialect))
    found.findings += (disagreements := [*rules.differences(found.engines, wanted)])
    found.findings += rules.tables(found.engines)
    found.findings += rules.plans(found.engines, steps)
    if found.engines and not any(engine.growing for engine in found.engines.values()):
        found.remarks.append("no table is marked `-- grows` above its CREATE TABLE, so no plan was judged")
    if with_indexes:
        found.findings += rules.indexes(found.engines, steps, named)
    if callers:
        found.findings += rules.unused(named, callers)
    now = Snapshot(digests, texts, compare.descriptions(found.engines))
    asked = [each for each in wanted if each in found.engines]
    if before is not None and asked == wanted:
        found.findings += rules.changed(before, now.queries, named, found.engines, place)
    elif before is not None and server is None and Dialect.POSTGRES in wanted:
        found.findings += rules.stale(before, now, named, place)
    return Report(
        in_order(found.findings),
        found.remarks,
        len(named),
        sum(len(query.statements) for dialect in found.engines for query in loaded[dialect]),
        list(found.engines),
        now,
        asked == wanted and not disagreements and now.texts.keys() == now.queries.keys(),
    )


async def _examine(
    found: _Found,
    dialect: Dialect,
    queries: Sequence[Query],
    schema: Sequence[Path],
    steps: Sequence[Migration],
    server: str | None,
) -> None:
    async with AsyncExitStack() as stack:
        place = scratch.sqlite() if server is None or dialect is Dialect.SQLITE else scratch.postgres(server)
        try:
            url = await stack.enter_async_context(place)
        except PlainbaseError as error:
            message = f"cannot be made ({error.message}); name a server where it can, by --server or TEST_DATABASE_URL"
            found.findings.append(Finding(dialect.engine, "scratch database", message))
            return
        try:
            async with Database.open(url, queries=None, schema=schema, migrate=True):
                pass
        except MigrationError as error:
            where = error.where or f"schema/{dialect}"
            found.findings.append(Finding(where, f"the schema on {dialect.engine}", error.message))
            return
        options = resolve(url, pool_size=1, max_overflow=0)
        driver = await connect(options)
        stack.push_async_callback(driver.close)
        engine = await examine(driver, queries, steps)
        found.engines[dialect] = engine
        found.findings += engine.findings
