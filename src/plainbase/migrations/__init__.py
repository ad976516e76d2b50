"""Migrations: plain .sql files, planned (pure), then applied in order, each with its record in one transaction.

`read` finds the files, `plan_up` and `plan_down` say what would be done, `up` and `down` do it on an open database,
`render` writes it down as SQL to run by hand, `status` and `verify` compare the database with the files.
"""

from plainbase.migrations.apply import WAIT, down, up
from plainbase.migrations.bookkeeping import baseline, repair
from plainbase.migrations.files import File, Migration, dialects, read, version_of
from plainbase.migrations.new import new
from plainbase.migrations.pieces import Timeouts
from plainbase.migrations.plan import Record, Step, plan_down, plan_up
from plainbase.migrations.render import render
from plainbase.migrations.status import Entry, Status, standing, status
from plainbase.migrations.verify import verify

__all__ = [
    "WAIT",
    "Entry",
    "File",
    "Migration",
    "Record",
    "Status",
    "Step",
    "Timeouts",
    "baseline",
    "dialects",
    "down",
    "new",
    "plan_down",
    "plan_up",
    "read",
    "render",
    "repair",
    "standing",
    "status",
    "up",
    "verify",
    "version_of",
]
