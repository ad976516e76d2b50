"""The checks that SQLite needs."""

from __future__ import annotations

import shutil
from pathlib import Path

from plainbase.drivers.base import Driver
from plainbase.errors import QueryTimeout, StatementFailed, TransactionConflict
from plainbase.health.asking import Check, listed, row, rows, written
from plainbase.health.disk import room
from plainbase.health.report import Finding, Limits, bytes_in_words, failed, graded, ok, warning

FREE_SHARE = 0.25
"""The share of free pages that is worth a VACUUM, where they are more than a few."""
FREE_BYTES = 16 << 20
MEMORY = "in memory"


async def version(driver: Driver, limits: Limits) -> Finding:
    """Whether this version of SQLite is known to harm a write-ahead log."""
    found = driver.warnings()
    if found and driver.options.path != ":memory:":
        return warning(found[0], "update the SQLite that Python uses")
    return ok(await driver.version())


async def settings(driver: Driver, limits: Limits) -> Finding:
    """Whether references are enforced and readers do not wait for the writer."""
    found = await row(driver, "settings")
    if not found["enforces_references"]:
        return failed("foreign keys are off", "open the database by plainbase")
    mode = found["journal_mode"]
    if driver.options.path == ":memory:":
        return ok("foreign keys on; in memory, which is gone with this process")
    if mode != "wal":
        advice = "put the file on a local disk: a network file system has no shared memory"
        return warning(f"the journal mode is {mode}, so that readers and writers wait for each other", advice)
    return ok("foreign keys on, journal mode WAL")


async def wal(driver: Driver, limits: Limits) -> Finding:
    """Whether the write-ahead log grows, as it does while a reader keeps it from being brought into the file.

    Only its size is read: a checkpoint would keep writers waiting, and in some versions of SQLite do harm.
    """
    if driver.options.path == ":memory:":
        return ok(MEMORY)
    size = _size(Path(f"{_file(driver)}-wal"))
    advice = "end what reads for so long (`lsof` on the file lists programs); the next writes shrink the log"
    return graded(size, limits.wal_bytes, f"{bytes_in_words(size)} of write-ahead log", advice)


async def transactions(driver: Driver, limits: Limits) -> Finding:
    """How old the oldest reader is, which SQLite does not tell."""
    return ok("SQLite does not know its readers; one that is old shows at the write-ahead log")


async def free_pages(driver: Driver, limits: Limits) -> Finding:
    """Whether a large part of the file is free."""
    found = await row(driver, "settings")
    free = found["free_pages"] * found["page_size"]
    share = found["free_pages"] / max(found["pages"], 1)
    said = f"{bytes_in_words(free)} of {bytes_in_words(found['pages'] * found['page_size'])} ({share:.0%}) are free"
    if share > FREE_SHARE and free > FREE_BYTES:
        return warning(said, "`plainbase vacuum` gives them back; new rows use them too")
    return ok(said)


async def disk(driver: Driver, limits: Limits) -> Finding:
    """The room on the file's disk."""
    if driver.options.path == ":memory:":
        return ok(MEMORY)
    folder = str(_file(driver).parent)
    return room(shutil.disk_usage(folder), folder, limits)


async def damage(driver: Driver, limits: Limits) -> Finding:
    """Whether pages and indexes are whole."""
    found = [each["found"] for each in await rows(driver, "damage") if each["found"] != "ok"]
    if found:
        return failed(f"damaged: {listed(found, 3)}", "stop writing, copy the file, restore the last good backup")
    return ok("pages and indexes are whole")


async def references(driver: Driver, limits: Limits) -> Finding:
    """Whether rows have lost their parent, as by a tool that leaves foreign keys off."""
    found = await rows(driver, "broken_references")
    wrong = [f"{each['found']:,} rows of {each['table_name']} (of {each['parent']})" for each in found]
    if wrong:
        return failed(f"rows whose parent is gone: {listed(wrong)}", "restore the parents, or delete these rows")
    return ok("they hold")


async def full_text(driver: Driver, limits: Limits) -> Finding:
    """Whether full-text indexes hold what their tables do."""
    checks = await rows(driver, "full_text_checks")
    wrong = []
    for each in checks:
        try:
            await written(driver, each["statement"])
        except (QueryTimeout, TransactionConflict):  # another process writes, which says nothing of the index
            raise
        except StatementFailed:
            wrong.append(each["index_name"])
    if wrong:
        return failed(f"do not hold what their tables do: {listed(wrong)}", "INSERT INTO x (x) VALUES ('rebuild')")
    return ok(f"{len(checks)} hold what their tables do")


def _file(driver: Driver) -> Path:
    """Where the file lies, and its log beside it: not at a link's place, but where that points to."""
    return Path(driver.options.path or "").resolve()


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


CHECKS = (
    Check("version", version),
    Check("settings", settings),
    Check("write-ahead log", wal),
    Check("oldest transaction", transactions),
    Check("free pages", free_pages),
    Check("disk", disk),
    Check("file", damage, deep=True),
    Check("foreign keys", references, deep=True),
    Check("full-text indexes", full_text, deep=True),
)
