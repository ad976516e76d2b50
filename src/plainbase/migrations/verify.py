"""Whether a live database is what its schema.sql says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plainbase.errors import MigrationError, PlainbaseError
from plainbase.migrations.objects import SchemaObject, differences, objects
from plainbase.migrations.status import status
from plainbase.shipped import internal_queries

if TYPE_CHECKING:
    from plainbase.database import Database


async def verify(db: Database) -> tuple[str, ...]:
    """Name everything in which a database differs from its schema.sql, and each migration that is not as its file says.

    Nothing is changed: schema.sql is run in a scratch of its own (SQLite: in memory; PostgreSQL: in a schema that is
    rolled back, for which the role must be allowed to create one), and both catalogs are compared.
    Raises MigrationError where there is no schema.sql.
    """
    standing = await status(db)
    lines = [
        f"{entry.state} migration {entry.label}" + (f": {entry.note}" if entry.note else "")
        for entry in standing.entries
        if entry.state not in ("applied", "baseline")
    ]
    return (*lines, *differences(await expected_objects(db), await live_objects(db)))


async def live_objects(db: Database) -> tuple[SchemaObject, ...]:
    """What the database has."""
    statement, values = internal_queries(db._driver.dialect, "schema_objects")["list_objects"].bind({})
    return objects(await db._driver.fetch(statement, values), db._driver.dialect)


async def expected_objects(db: Database) -> tuple[SchemaObject, ...]:
    """What schema.sql makes; with several folders it stands in the last, which builds on the others."""
    driver = db._driver
    if not db._schema:
        raise MigrationError("the database was opened without a schema folder, so there is no schema.sql")
    folder = db._schema[-1]
    path = folder / driver.dialect / "schema.sql"
    if not path.is_file():
        raise MigrationError(f"{path}: there is no such file; `plainbase migrate dump` writes it")
    name = f"{folder.resolve().name}/{driver.dialect}/schema.sql"
    statement, values = internal_queries(driver.dialect, "schema_objects")["list_objects"].bind({})
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError:
        raise MigrationError(
            "cannot be read: it is not UTF-8 text; `plainbase migrate dump` writes it", where=name
        ) from None
    try:
        return objects(await driver.scratch(text, name, statement, values), driver.dialect)
    except PlainbaseError as error:
        raise MigrationError(f"cannot be run in a scratch of its own: {error.message}", where=name) from None
