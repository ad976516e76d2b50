"""The checks that PostgreSQL needs."""

from __future__ import annotations

import shutil
from pathlib import Path

from plainbase.drivers.base import Driver
from plainbase.errors import PlainbaseError
from plainbase.health.asking import Check, listed, row, rows, written
from plainbase.health.disk import room
from plainbase.health.report import (
    Finding,
    Limits,
    bytes_in_words,
    failed,
    graded,
    ok,
    seconds_in_words,
    warning,
)
from plainbase.rows import Row

SUPPORTED = (15, 18)
"""The oldest and the newest version that plainbase is tried with."""
LAST_TRANSACTION = 1_600_000_000
"""At 2^31 transactions the server refuses to write; it is past this that there are days left, not months."""


async def version(driver: Driver, limits: Limits) -> Finding:
    """Whether plainbase is tried with this version."""
    found = await driver.version()
    number = int(found.split()[1].partition(".")[0])
    oldest, newest = SUPPORTED
    if number < oldest:
        return failed(f"{found} is older than what is supported", f"upgrade the server to {oldest} or newer")
    if number > newest:
        return warning(f"{found} is newer than what was tried", f"update plainbase, or use {newest}")
    return ok(found)


async def replication(driver: Driver, limits: Limits) -> Finding:
    """How far behind this standby is, or those that it feeds."""
    found = await row(driver, "replication")
    if found["is_standby"]:
        return _standby(found, limits)
    if not found["fed"]:
        return ok("this is a primary; no standby is connected")
    lag = found["fed_lag_seconds"] or 0.0
    said = f"this is a primary; standbys: {found['fed']}, the slowest {seconds_in_words(lag)} behind or idle"
    return graded(lag, limits.lag, said, "look at that standby's log, disk and network")


def _standby(found: Row, limits: Limits) -> Finding:
    """A standby that is cut off has replayed all that it received, and is behind nevertheless."""
    if found["is_receiving"] and found["has_all"]:
        return ok("this is a standby, and has all that its primary sent")
    last = found["last_seconds"]
    age = (
        "nothing was replayed since it started" if last is None else f"its last change is {seconds_in_words(last)} old"
    )
    advice = "look whether its primary runs and is reached, then at this server's log"
    if found["is_receiving"]:
        said, advice = f"this is a standby with changes to replay; {age}", "look at this server's load, disk and log"
    else:
        said = f"this is a standby that receives nothing; {age}"
    if last is not None and last > 10 * limits.lag:
        return failed(said, advice)
    late = last is None or last > limits.lag or not found["is_receiving"]
    return warning(said, advice) if late else ok(said)


async def slots(driver: Driver, limits: Limits) -> Finding:
    """Whether a replication slot keeps write-ahead log that nobody fetches, until the disk is full."""
    found = await rows(driver, "slots")
    lost = [each["slot_name"] for each in found if each["wal_status"] in ("unreserved", "lost")]
    if lost:
        return failed(f"slots that have lost what they need: {listed(lost)}", "make these replicas anew")
    kept = sum(each["kept_bytes"] for each in found)
    idle = [f"{each['slot_name']} ({bytes_in_words(each['kept_bytes'])})" for each in found if not each["is_active"]]
    advice = "start what reads it, or SELECT pg_drop_replication_slot('NAME'): the log grows until the disk is full"
    if idle:
        state = failed if kept > 10 * limits.kept_bytes else warning
        return state(f"slots that nobody reads, which keep the log: {listed(idle)}", advice)
    return graded(kept, limits.kept_bytes, f"slots: {len(found)}, keeping {bytes_in_words(kept)}", advice)


async def wal(driver: Driver, limits: Limits) -> Finding:
    """Whether the write-ahead log is larger than the settings let it be."""
    found = await row(driver, "wal")
    said = f"{bytes_in_words(found['bytes'])} of write-ahead log"
    advice = "look at replication slots, archive_command and max_wal_size"
    return graded(found["bytes"], 2 * max(found["most_bytes"], limits.wal_bytes), said, advice)


async def transactions(driver: Driver, limits: Limits) -> Finding:
    """Whether a transaction has been open for too long: nothing deleted since is made room of."""
    found = await row(driver, "transactions")
    ending = "end it in its program, or SELECT pg_terminate_backend({})"
    idle, oldest = found["idle_seconds"] or 0.0, found["seconds"] or 0.0
    if idle > limits.idle_in_transaction:
        said = f"process {found['idle_pid']} has been idle in a transaction for {seconds_in_words(idle)}"
        return graded(idle, limits.idle_in_transaction, said, ending.format(found["idle_pid"]))
    if oldest > limits.transaction:
        said = f"process {found['pid']} has had a transaction open for {seconds_in_words(oldest)}"
        return graded(oldest, limits.transaction, said, ending.format(found["pid"]))
    prepared = found["prepared_seconds"] or 0.0
    if prepared > limits.transaction:
        said = f"{found['prepared']} prepared transactions, the oldest {seconds_in_words(prepared)} old"
        return graded(prepared, limits.transaction, said, "COMMIT PREPARED or ROLLBACK PREPARED it")
    said = f"the oldest is {seconds_in_words(oldest)} old" if found["pid"] else "none is open"
    if found["hidden"]:
        said = f"{said}, but this role may not look at {found['hidden']} other sessions"
        return warning(said, "GRANT pg_monitor TO this role")
    return ok(said)


async def wraparound(driver: Driver, limits: Limits) -> Finding:
    """Whether old transactions are frozen in time, before their numbers come round."""
    found = await row(driver, "wraparound")
    age = max(found["age"], found["group_age"])
    said = f"{age:,} transactions are not frozen; the server vacuums at {found['vacuums_at']:,}"
    advice = "end old transactions, prepared ones and slots, then `plainbase vacuum`"
    if age > max(limits.transactions, LAST_TRANSACTION):
        return failed(said, advice)
    return warning(said, advice) if age > limits.transactions else ok(said)


async def indexes(driver: Driver, limits: Limits) -> Finding:
    """Whether there are indexes that cost writes and serve no query."""
    found = await rows(driver, "invalid_indexes")
    wrong = [each["index_name"] for each in found if not each["is_being_built"]]
    if wrong:
        return failed(f"INVALID: {listed(wrong)}", "`plainbase reindex`, or drop what a failed build left behind")
    built = [each["index_name"] for each in found]
    return ok(f"being built: {listed(built)}" if built else "all are valid")


async def constraints(driver: Driver, limits: Limits) -> Finding:
    """Whether every constraint is proven for the rows that were there before it."""
    found = [
        f"{each['constraint_name']} of {each['table_name']}" for each in await rows(driver, "unproven_constraints")
    ]
    if found:
        return warning(f"NOT VALID: {listed(found)}", "ALTER TABLE … VALIDATE CONSTRAINT …")
    return ok("all are proven")


async def disk(driver: Driver, limits: Limits) -> Finding:
    """The room on the server's disk, where this is the same machine."""
    unseen = ok("cannot be seen from here: watch it on the server")
    try:
        found = await row(driver, "data_directory")
    except PlainbaseError:
        return unseen
    if not _is_here(Path(found["path"]), found["started"]):
        return unseen
    return room(shutil.disk_usage(found["path"]), found["path"], limits)


async def references(driver: Driver, limits: Limits) -> Finding:
    """Whether rows have lost their parent, as by a load with triggers off."""
    wrong = []
    checks = await rows(driver, "reference_checks")
    for each in checks:
        ((count,),) = await written(driver, each["statement"])
        if count:
            wrong.append(f"{count:,} rows of {each['table_name']} ({each['constraint_name']})")
    if wrong:
        return failed(f"rows whose parent is gone: {listed(wrong)}", "restore the parents, or delete these rows")
    return ok(f"{len(checks)} foreign keys hold")


def _is_here(data: Path, started: float) -> bool:
    """Whether the folder is the running server's: its file of that name says where it is, and since when."""
    try:
        lines = (data / "postmaster.pid").read_text("utf-8").splitlines()
        return Path(lines[1]) == data and abs(float(lines[2]) - started) < 60
    except (OSError, IndexError, ValueError):
        return False


CHECKS = (
    Check("version", version),
    Check("replication", replication),
    Check("replication slots", slots),
    Check("write-ahead log", wal),
    Check("oldest transaction", transactions),
    Check("transaction numbers", wraparound),
    Check("indexes", indexes),
    Check("constraints", constraints),
    Check("disk", disk),
    Check("foreign keys", references, deep=True),
)
