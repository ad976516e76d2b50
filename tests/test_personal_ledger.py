"""The ledger of erasures beside the backups: written through, and replayed by a restore."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

import person
import platform_rows
from plainbase import ConfigurationError, Database, DataInvalid
from plainbase.platform import audit, personal


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """A file that is not there yet."""
    return tmp_path / "erasures.jsonl"


async def test_a_line_tells_whom_when_and_why_and_nothing_of_the_person(db: Database, ledger: Path) -> None:
    mine, other = await person.add(db), await person.add(db, email=person.OTHER_EMAIL)
    await personal.erase_user(db, mine, reason="request", ledger=ledger)
    await personal.erase_user(db, other, reason="account-closed", ledger=ledger)
    lines = [json.loads(line) for line in ledger.read_text("utf-8").splitlines()]
    assert [(line["subject_id"], line["reason"]) for line in lines] == [
        (str(mine), "request"),
        (str(other), "account-closed"),
    ]
    assert all(line.keys() == {"subject_id", "erased_at", "reason"} for line in lines)
    assert not [each for each in person.TRACES if each in ledger.read_text("utf-8")]
    assert ledger.stat().st_mode & 0o077 == 0


async def test_the_line_is_on_the_disk_before_the_erasure_is_committed(
    db: Database, ledger: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = await person.add(db)
    synced: list[str] = []
    fsync = os.fsync

    def watched(handle: int) -> None:
        fsync(handle)
        synced.append(str(Path(f"/proc/self/fd/{handle}").readlink()))
        if len(synced) == 2:
            raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", watched)
    with pytest.raises(ConfigurationError, match="cannot be written: Input/output error"):
        await personal.erase_user(db, mine, reason="request", ledger=ledger)
    assert synced == [str(ledger), str(ledger.parent)]
    assert (await db.users.get(id=mine)).email == person.EMAIL


async def test_what_a_restore_brought_back_is_erased_again(db: Database, ledger: Path) -> None:
    mine, other = await person.add(db), await person.add(db, email=person.OTHER_EMAIL)
    lines = [
        json.dumps({"subject_id": str(each), "erased_at": "2026-01-01T00:00:00+00:00", "reason": "request"})
        for each in (mine, platform_rows.NOBODY, mine)
    ]
    ledger.write_text("\n".join(lines) + "\n", "utf-8")
    replayed = await personal.replay(db, ledger)
    assert (replayed.erased, replayed.unchanged, replayed.unknown) == ((mine,), (), (platform_rows.NOBODY,))
    assert await person.found(db) == []
    assert (await audit.verify(db)).broken is None
    assert (await db.users.get(id=other)).email == person.OTHER_EMAIL
    entries = await db.audit_logs.count()
    again = await personal.replay(db, ledger)
    assert (again.erased, again.unchanged) == ((), (mine,))
    assert await db.audit_logs.count() == entries


@pytest.mark.parametrize(
    "line",
    [
        '{"subject_id": "018f',
        "[]",
        "7",
        '{"subject_id": 7, "erased_at": "2026-01-01T00:00:00+00:00", "reason": "request"}',
        '{"subject_id": "x", "erased_at": "2026-01-01T00:00:00+00:00", "reason": "request"}',
        '{"subject_id": "%s", "erased_at": "2026-01-01T00:00:00", "reason": "request"}',
        '{"subject_id": "%s", "erased_at": "2026-01-01T00:00:00Z", "reason": 1}',
        '{"subject_id": "%s", "erased_at": "2026-01-01T00:00:00Z", "reason": "A B"}',
        "\x00\x00\x00",
        "{" * 100_000,
    ],
)
async def test_a_broken_line_is_named_and_nobody_is_erased(db: Database, ledger: Path, line: str) -> None:
    line = line.replace("%s", str(platform_rows.NOBODY))
    mine = await person.add(db)
    good = json.dumps({"subject_id": str(mine), "erased_at": "2026-01-01T00:00:00+00:00", "reason": "request"})
    ledger.write_text(f"{good}\n\n{line}\n", "utf-8")
    with pytest.raises(DataInvalid) as caught:
        await personal.replay(db, ledger)
    assert str(caught.value).startswith(f"{ledger}:3: ")
    assert (await db.users.get(id=mine)).email == person.EMAIL


async def test_a_line_after_a_torn_one_stands_by_itself(db: Database, ledger: Path) -> None:
    mine = await person.add(db)
    ledger.write_text('{"subject_id": "018f', "utf-8")
    await personal.erase_user(db, mine, reason="request", ledger=ledger)
    torn, whole = ledger.read_text("utf-8").splitlines()
    assert torn == '{"subject_id": "018f'
    assert json.loads(whole)["subject_id"] == str(mine)


async def test_a_ledger_that_is_missing_is_said(db: Database, ledger: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read: No such file"):
        await personal.replay(db, ledger)


async def test_a_line_of_an_erasure_that_its_caller_took_back_is_done_by_the_next_replay(
    db: Database, ledger: Path
) -> None:
    mine = await person.add(db)
    with pytest.raises(ZeroDivisionError):
        async with db.transaction() as tx:
            await personal.erase_user(tx, mine, reason="request", ledger=ledger)
            raise ZeroDivisionError
    assert (await db.users.get(id=mine)).email == person.EMAIL
    assert await db.erasures.list() == []
    assert (await personal.replay(db, ledger)).erased == (mine,)
    assert await person.found(db) == []
    assert (await audit.verify(db)).whole
