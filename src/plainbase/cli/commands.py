"""The map of the command line: every command is named here."""

from __future__ import annotations

import click

import plainbase as package
from plainbase.cli.analytics import analytics
from plainbase.cli.archive import archive
from plainbase.cli.audit import audit
from plainbase.cli.backup import backup
from plainbase.cli.backups import backups
from plainbase.cli.check import check
from plainbase.cli.cleanup import cleanup
from plainbase.cli.compare import compare
from plainbase.cli.completion import completion
from plainbase.cli.copy import copy
from plainbase.cli.demo import main as demo
from plainbase.cli.docs import docs
from plainbase.cli.explain import explain
from plainbase.cli.export import export
from plainbase.cli.init import init
from plainbase.cli.jobs import jobs
from plainbase.cli.keys import keys
from plainbase.cli.metrics import metrics
from plainbase.cli.migrate import migrate
from plainbase.cli.refresh import refresh
from plainbase.cli.report import report
from plainbase.cli.resources import resources
from plainbase.cli.restore import restore
from plainbase.cli.retention import retention
from plainbase.cli.schedule import schedule
from plainbase.cli.search import search
from plainbase.cli.sections import SectionedGroup
from plainbase.cli.sessions import sessions
from plainbase.cli.stats import stats
from plainbase.cli.status import status
from plainbase.cli.top import top
from plainbase.cli.types import types
from plainbase.cli.upgrade_legacy import upgrade_legacy
from plainbase.cli.upkeep import analyze, reindex, vacuum
from plainbase.cli.users import users

HELP = {"help_option_names": ["-h", "--help"], "max_content_width": 100}

SECTIONS: dict[str, tuple[click.Command, ...]] = {
    "Make and change a database": (
        init,
        migrate,
        refresh,
    ),
    "Look at it": (
        status,
        stats,
        metrics,
        resources,
        top,
        analytics,
    ),
    "Keep it safe and quick": (
        backup,
        backups,
        restore,
        schedule,
        vacuum,
        analyze,
        reindex,
        cleanup,
        retention,
        archive,
    ),
    "Come from elsewhere, or go there": (
        copy,
        upgrade_legacy,
    ),
    "Models, runs and evaluations": (
        search,
        compare,
        report,
        export,
        demo,
    ),
    "Jobs": (jobs,),
    "Accounts and audit": (
        users,
        keys,
        sessions,
        audit,
    ),
    "Queries and schema of your own": (
        check,
        explain,
        types,
        docs,
    ),
    "This command": (completion,),
}
"""What `plainbase --help` shows, and all that there is; a command is added here and nowhere else."""


@click.group(cls=SectionedGroup, sections=SECTIONS, context_settings=HELP)
@click.version_option(package.__version__, prog_name="plainbase")
def plainbase() -> None:
    """The database of an LLM / ML platform in plain SQL, on SQLite and PostgreSQL.

    The database is --url, else DATABASE_URL or its parts, else sqlite:///plainbase.db.

    The exit code is 0 where all went well, 1 where something is wrong (stderr says what), 2 for options that make no
    sense, and 130 after Ctrl-C. A command's own help says where it differs.
    """
