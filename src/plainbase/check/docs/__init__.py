"""`schema/README.md`: every table, view and query for a DBA, in Markdown, made from the migrations and the queries.

written, items, unnamed (what the migrations say), reading, plans (what the engines say) -> facts -> tables, queries ->
contents -> page.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from plainbase import migrations
from plainbase.check.docs import contents, reading
from plainbase.check.queries import compare, uses
from plainbase.check.queries.loading import by_name, load_both
from plainbase.dialect import Dialect
from plainbase.errors import ConfigurationError

ORDER = (Dialect.POSTGRES, Dialect.SQLITE)


async def generate(
    queries: Sequence[Path],
    schema: Sequence[Path],
    server: str | None,
    place: Path,
    *,
    callers: Sequence[Path] = (),
) -> str:
    """Write the page that is to stand in the folder `place`; the same text on any machine.

    Raises MigrationError where the schema does not apply, QueryFileError and ConfigurationError where queries do not
    load or prepare.
    """
    wanted = sorted(migrations.dialects(schema), key=ORDER.index)
    if not wanted:
        migrations.read(schema, ORDER[0])  # which says what is missing
    loaded = load_both(queries) if queries else {}
    sides = [await reading.read(dialect, schema, loaded.get(dialect, ()), server) for dialect in wanted]
    problems = [str(finding) for side in sides for finding in side.engine.findings]
    if problems:
        raise ConfigurationError("`plainbase check` is to pass first:\n" + "\n".join(problems))
    named = {name: found for name, found in by_name(loaded).items() if any(each.dialect in wanted for each in found)}
    return contents.write(
        sides,
        schema,
        {name: sorted(found, key=lambda query: ORDER.index(query.dialect)) for name, found in named.items()},
        compare.descriptions({side.dialect: side.engine for side in sides}),
        uses.callers(named.keys(), callers) if callers else None,
        queries,
        place,
    )
