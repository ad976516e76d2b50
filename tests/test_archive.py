"""Archives: exactly the rows that go, written whole before they do, and the way back on either engine."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import plainbase
from parity import databases
from plainbase import ConstraintViolation, Database, DataInvalid, ParameterError, uuid7
from plainbase.platform import retention
from plainbase.platform.retention import archiving, cleaning, files, manifest, row_texts
from plainbase.platform.retention.files import Compression, Format
from plainbase.platform.retention.turn import turn
from platform_rows import version
from retention_rows import ago, archived_ids, by_table, digests, ids, measurements, predictions

FORMATS = [("parquet", "zstd"), ("parquet", "none"), ("jsonl", "zstd"), ("jsonl", "none")]
NAMES = list(retention.NAMES)


async def archived(db: Database, folder: Path, *names: str, **options: Any) -> retention.Cleaned:
    """Rows of more than a day, in archives."""
    return await retention.clean(db, days=1, tables=names or ["predictions"], archive_folder=folder, pause=0, **options)


async def texts(db: Database, table: str) -> list[row_texts.Values]:
    """The rows of a table as its engine writes them."""
    found = await row_texts.fetch(db, table, await row_texts.columns(db, table), sorted(await ids(db, table)))
    return sorted(found.values(), key=repr)


@pytest.mark.parametrize(("format_", "compression"), FORMATS)
async def test_what_comes_back_is_what_went(
    db: Database, tmp_path: Path, format_: Format, compression: Compression
) -> None:
    await predictions(db, [100, 50.123456789, 3, 2, 0])
    odd = '{"n": 12345678901234567890123, "d": 1.10, "a": {"z": [], "b": null}, "t": "ü\\"\\n\\u2028"}'
    kind = "CAST(:odd AS text)" if db.dialect == "sqlite" else "CAST(CAST(:odd AS text) AS jsonb)"
    await db.execute(f"UPDATE predictions SET input_features = {kind}, user_agent = :t", {"odd": odd, "t": "\x01\r\n☃"})
    old = await ago(db, 40)
    values = (float("inf"), float("-inf"), -0.0, 5e-324, 0.1 + 0.2, 1e300, 7.0)
    await db.insert_rows(
        "system_metrics", ("name", "value", "unit", "recorded_at"), [("v", value, None, old) for value in values]
    )
    await db.system_metrics.log(name="new", value=1.0)
    before = {name: await texts(db, name) for name in ("predictions", "system_metrics")}
    done = await archived(db, tmp_path / "a", *before, format=format_, compression=compression, archive_rows=3, chunk=2)
    assert [(each.archived, len(each.archives)) for each in done.tables] == [(4, 2), (7, 4)]
    assert (len(await ids(db)), len(await ids(db, "system_metrics"))) == (1, 1)
    back = await retention.restore_archives(db, tmp_path / "a")
    assert sum(each.restored for each in back.archives) == 11
    assert {name: await texts(db, name) for name in before} == before


async def test_it_goes_to_the_other_engine(sampled: dict[str, str], tmp_path: Path) -> None:
    async with databases.copies(sampled, tmp_path) as pair:
        before = [await digests(db) for db in pair]
        assert before[0] == before[1]
        for db in pair:
            await db.execute("DELETE FROM retention_policies")
            folder = tmp_path / db.dialect
            done = await archived(db, folder, *NAMES, format="jsonl", compression="none")
            assert all(each.archived for each in done.tables)
            assert await digests(db) != before[0]
        for db, other in zip(pair, reversed(pair), strict=True):
            back = await retention.restore_archives(db, tmp_path / other.dialect)
            assert {each.different for each in back.archives} == {0}
            assert await digests(db) == before[0]
            again = await retention.restore_archives(db, tmp_path / db.dialect)
            assert {(each.restored, each.different) for each in again.archives} == {(0, 0)}
            assert await digests(db) == before[0]


async def test_a_sequence_goes_on_after_what_was_restored(db: Database, tmp_path: Path) -> None:
    await predictions(db, [100] * 5)
    await archived(db, tmp_path / "a")
    await db.execute("DELETE FROM predictions")
    if db.dialect == "postgres":
        await db.fetch_value("SELECT setval('predictions_id_seq', 1, false)")
    back = await retention.restore_archives(db, tmp_path / "a")
    assert [each.restored for each in back.archives] == [4]
    await predictions(db, [0], "new")
    assert len(await ids(db)) == 5


async def test_a_sequence_goes_on_after_a_restore_that_was_killed(db: Database, tmp_path: Path) -> None:
    """The rows are there, and are not put back again; those of a killed restore have moved the sequence already."""
    await predictions(db, [100] * 5)
    await archived(db, tmp_path / "a")
    await retention.restore_archives(db, tmp_path / "a")
    if db.dialect == "postgres":
        await db.fetch_value("SELECT setval('predictions_id_seq', 1, false)")
    await db.execute("DELETE FROM predictions WHERE id = (SELECT max(n.id) FROM predictions AS n)")
    await retention.restore_archives(db, tmp_path / "a")
    await predictions(db, [0], "new")
    assert len(await ids(db)) == 5


async def test_whose_an_archive_is_does_not_hang_on_the_folder_of_the_process(
    engine: str, db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if engine == "postgres":
        return  # its URL is no path
    await predictions(db, [100] * 3)
    monkeypatch.chdir(Path(db.options.path or "").parent)
    async with plainbase.open(f"sqlite:///{Path(db.options.path or '').name}") as other, turn(db):
        with pytest.raises(retention.CleanupRunning):
            await archived(other, tmp_path / "a")
    monkeypatch.undo()
    (done,) = (await archived(db, tmp_path / "a")).tables
    assert manifest.read(done.archives[0]).manifest.database == db.options.safe_url


async def test_a_row_that_changes_meanwhile_stays_and_is_archived_anew(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await predictions(db, [100] * 6)
    first, second, third = sorted(await ids(db))[:3]
    removed, changes = archiving._removed, iter([True])

    async def changed(*args: Any) -> Any:
        if next(changes, False):
            await db.execute("UPDATE predictions SET batch_id = 'late' WHERE id = :id", {"id": first})
            await db.execute(
                "UPDATE predictions SET created_at = :now WHERE id = :id", {"now": await ago(db, 0), "id": second}
            )
            await db.execute("DELETE FROM predictions WHERE id = :id", {"id": third})
        return await removed(*args)

    monkeypatch.setattr(archiving, "_removed", changed)
    (done,) = (await archived(db, tmp_path / "a")).tables
    assert (done.archived, len(done.archives)) == (3, 2)
    told = [manifest.read(path).manifest for path in done.archives]
    assert [(each.rows, each.deleted, each.left) for each in told] == [(5, 2, (first, second)), (1, 1, ())]
    assert first not in await ids(db)
    assert second in await ids(db)
    back = await retention.restore_archives(db, tmp_path / "a")
    assert [(each.restored, each.left, each.different) for each in back.archives] == [(3, 2, 0), (1, 0, 0)]
    assert await db.fetch_value("SELECT batch_id FROM predictions WHERE id = :id", {"id": first}) == "late"
    assert await db.fetch_value(
        "SELECT created_at > :old FROM predictions WHERE id = :id", {"old": await ago(db, 1), "id": second}
    )


class Stopped(BaseException):
    """The process ends here."""


def _killed(path: Path) -> None:
    """What a killed process leaves, which no `except` tidied."""
    path.with_name(path.name + files.UNFINISHED).write_bytes(path.read_bytes())
    path.unlink()


MOMENTS = ["before the manifest", "before the name", "after the name", "half deleted", "before the note"]


@pytest.mark.parametrize("where", MOMENTS)
async def test_the_next_run_goes_on(db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    await predictions(db, [100] * 9)
    before, folder = await texts(db, "predictions"), tmp_path / "a"
    all_ids, written = await ids(db), manifest.write

    def stop(*args: Any) -> Any:
        raise Stopped

    def write_first(archive: manifest.Archive) -> None:
        if archive.manifest.deleted_at is not None:
            raise Stopped
        written(archive)

    with monkeypatch.context() as patch:
        if where == "before the manifest":
            patch.setattr(manifest, "write", stop)
        elif where in ("before the name", "after the name"):
            patch.setattr(archiving, "_removed", stop)
        elif where == "before the note":
            patch.setattr(manifest, "write", write_first)
        with pytest.raises(Stopped):
            await archived(db, folder, chunk=2, progress=stop if where == "half deleted" else lambda *args: None)
    if where == "before the name":
        _killed(next(folder.glob("*.parquet")))
        assert retention.list_archives(folder) == ()
    elif where == "before the manifest":
        assert list(folder.iterdir()) == []
    assert len(await ids(db)) == {"half deleted": 7, "before the note": 1}.get(where, 9)
    (folder / "predictions-other.parquet").write_bytes(b"of somebody else")
    assert set(archived_ids(folder)) | await ids(db) == all_ids
    await archived(db, folder, chunk=2)
    assert len(await ids(db)) == 1
    assert sorted([*archived_ids(folder), *await ids(db)]) == sorted(all_ids)
    assert len(list(folder.iterdir())) == 3
    assert all(each.archive and each.archive.manifest.deleted_at for each in retention.list_archives(folder))
    await retention.restore_archives(db, folder)
    assert await texts(db, "predictions") == before


async def test_what_was_left_is_looked_at_before_anything_goes(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await predictions(db, [100] * 5)
    await measurements(db, [100] * 3)

    def stop(*args: Any) -> Any:
        raise Stopped

    with monkeypatch.context() as patch, pytest.raises(Stopped):
        patch.setattr(archiving, "_removed", stop)
        await archived(db, tmp_path)
    (told,) = manifest.paths(tmp_path)
    await archived(db, tmp_path, "system_metrics")
    assert manifest.read(told).manifest.deleted_at is None  # of another table
    _flip(told, manifest.read(told).file)
    with pytest.raises(retention.ArchiveRefused, match="SHA-256 differ"):
        await archived(db, tmp_path)
    assert len(await ids(db)) == 5


async def test_rows_that_cannot_go_end_a_run(db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    await predictions(db, [100] * 3)

    async def none(*args: Any) -> tuple[int, list[str | int]]:
        return 0, []

    monkeypatch.setattr(archiving, "_compared", none)
    async with asyncio.timeout(20):
        (done,) = (await archived(db, tmp_path)).tables
    assert (done.archived, len(done.archives)) == (0, 1)


def _edit(**changes: Any) -> Callable[[Path, Path], None]:
    def edit(told: Path, rows: Path) -> None:
        told.write_text(json.dumps(json.loads(told.read_text()) | changes))

    return edit


def _flip(told: Path, rows: Path) -> None:
    octets = bytearray(rows.read_bytes())
    octets[len(octets) // 2] ^= 1
    rows.write_bytes(octets)


def _truncate(told: Path, rows: Path) -> None:
    rows.write_bytes(rows.read_bytes()[:-1])


def _other_way(told: Path, rows: Path) -> None:
    outside = rows.parent.parent / "outside"
    shutil.move(rows, outside)
    rows.symlink_to(outside)


def _more_columns(told: Path, rows: Path) -> None:
    found = json.loads(told.read_text())
    told.write_text(json.dumps(found | {"columns": [*found["columns"], {"name": "extra", "type": "text"}]}))


def _fewer_columns(told: Path, rows: Path) -> None:
    found = json.loads(told.read_text())
    told.write_text(json.dumps(found | {"columns": [each for each in found["columns"] if each["name"] != "batch_id"]}))


def _other_type(told: Path, rows: Path) -> None:
    told.write_text(told.read_text().replace('"integer"', '"text"', 1))


def _lies(told: Path, rows: Path) -> None:
    rows.write_text("\n".join(["[1]", "{}"]))
    _edit(bytes=rows.stat().st_size, sha256=manifest.sha256(rows))(told, rows)


REFUSED: dict[str, tuple[Callable[[Path, Path], object], str]] = {
    "truncated": (_truncate, "bytes, its manifest tells of"),
    "flipped": (_flip, "SHA-256 differ"),
    "missing": (lambda told, rows: rows.unlink(), "is missing"),
    "no JSON": (lambda told, rows: told.write_text("{"), "not JSON"),
    "a list": (lambda told, rows: told.write_text("[]"), "no manifest of a plainbase archive"),
    "foreign": (_edit(kind="something"), "no manifest of a plainbase archive"),
    "newer": (_edit(format_version=2), "format version"),
    "another table": (_edit(table="users"), "does not archive"),
    "a way out": (_edit(file="../outside.jsonl"), "not beside it"),
    "an absolute way": (_edit(file="/etc/passwd"), "not beside it"),
    "a link out": (_other_way, "leads out of its folder"),
    "columns of no table": (_more_columns, "has none of the name extra"),
    "columns of another type": (_other_type, "has another"),
    "no rows": (_edit(rows="many"), "damaged: rows"),
    "more rows": (_edit(rows=10**30), "has 4 rows"),
    "fewer rows": (_edit(rows=3), "has 4 rows"),
    "fewer columns": (_fewer_columns, "does not have the rows"),
    "columns that are none": (_edit(columns=5), "damaged: columns is not"),
    "a name that is no text": (_edit(file="\ud800"), "damaged: file"),
    "a name too long": (_edit(file="x" * 5000), "not beside it"),
    "no manifest": (lambda told, rows: told.unlink(), "no manifest|there is no"),
    "an odd column": (_edit(columns=[{"name": "id", "type": "money"}]), "damaged: type"),
    "rows that are none": (_lies, "does not have the rows"),
}


async def test_a_parquet_file_with_more_columns_is_refused(db: Database, tmp_path: Path) -> None:
    await predictions(db, [100] * 5)
    (done,) = (await archived(db, tmp_path)).tables
    _fewer_columns(done.archives[0], manifest.read(done.archives[0]).file)
    with pytest.raises(retention.ArchiveRefused, match="does not have the rows"):
        await retention.restore_archives(db, tmp_path)
    assert len(await ids(db)) == 1


async def test_a_file_whose_manifest_is_lost_stays_and_is_told(db: Database, tmp_path: Path) -> None:
    await predictions(db, [100] * 5)
    (done,) = (await archived(db, tmp_path)).tables
    (told,) = done.archives
    rows, text = manifest.read(told).file, told.read_bytes()
    told.unlink()
    await predictions(db, [100] * 2, "more")
    (again,) = (await archived(db, tmp_path)).tables
    assert again.archived == 2
    assert rows.exists()
    assert [(each.path, each.archive) for each in retention.list_archives(tmp_path) if each.error] == [(rows, None)]
    with pytest.raises(retention.ArchiveRefused, match=f"{rows.name} has no manifest"):
        await retention.restore_archives(db, tmp_path)
    told.write_bytes(text)
    assert sum(each.restored for each in (await retention.restore_archives(db, tmp_path)).archives) == 6


async def test_a_manifest_that_cannot_be_read_is_listed(tmp_path: Path) -> None:
    (tmp_path / f"x{manifest.ENDING}").symlink_to(tmp_path / "nothing")
    (found,) = retention.list_archives(tmp_path)
    assert "cannot be read" in str(found.error)


async def test_what_is_not_whole_or_foreign_is_refused(db: Database, tmp_path: Path) -> None:
    await predictions(db, [100] * 5)
    (done,) = (await archived(db, tmp_path / "whole", format="jsonl", compression="none")).tables
    before = await digests(db)
    for place, (case, (spoil, says)) in enumerate(REFUSED.items()):
        folder = tmp_path / f"{place}" / "a"
        shutil.copytree(tmp_path / "whole", folder)
        told = folder / done.archives[0].name
        spoil(told, manifest.read(told).file)
        for path in (folder, told):
            with pytest.raises(retention.ArchiveRefused, match=says):
                await retention.restore_archives(db, path)
        assert len(await ids(db)) == 1, case
    assert await digests(db) == before
    assert await db.fetch_value("SELECT count(*) FROM audit_logs WHERE action = 'archive_restore'") == 0


async def test_one_bad_archive_keeps_the_others_from_being_restored(db: Database, tmp_path: Path) -> None:
    await predictions(db, [100] * 7)
    (done,) = (await archived(db, tmp_path / "a", archive_rows=2)).tables
    _flip(done.archives[-1], manifest.read(done.archives[-1]).file)
    with pytest.raises(retention.ArchiveRefused):
        await retention.restore_archives(db, tmp_path / "a")
    assert len(await ids(db)) == 1
    back = await retention.restore_archives(db, manifest.read(done.archives[0]).file)
    assert [each.restored for each in back.archives] == [2]


async def test_paths_that_are_no_archive(db: Database, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "rows.jsonl").write_text("{}")
    for path, says in (
        (tmp_path / "no", "there is no"),
        (tmp_path / "empty", "has no archive"),
        (tmp_path / "rows.jsonl", "no manifest"),
    ):
        with pytest.raises(retention.ArchiveRefused, match=says):
            await retention.restore_archives(db, path)
    with pytest.raises(ParameterError, match="no folder"):
        retention.list_archives(tmp_path / "no")


async def test_a_dry_run_restores_nothing(db: Database, tmp_path: Path) -> None:
    await predictions(db, [100] * 5)
    await archived(db, tmp_path / "a")
    before = await digests(db)
    dry = await retention.restore_archives(db, tmp_path / "a", dry_run=True)
    assert [(each.rows, each.restored) for each in dry.archives] == [(4, 4)]
    assert await digests(db) == before


async def test_a_row_that_is_there_and_different_is_told_and_stays(db: Database, tmp_path: Path) -> None:
    await predictions(db, [100] * 3)
    first = min(await ids(db))
    await archived(db, tmp_path / "a")
    await retention.restore_archives(db, tmp_path / "a")
    await db.execute("UPDATE predictions SET batch_id = 'mine' WHERE id = :id", {"id": first})
    back = await retention.restore_archives(db, tmp_path / "a")
    assert [(each.restored, each.there, each.different) for each in back.archives] == [(0, 1, 1)]
    assert await db.fetch_value("SELECT batch_id FROM predictions WHERE id = :id", {"id": first}) == "mine"


async def test_a_row_whose_parent_is_gone_is_refused(db: Database, tmp_path: Path) -> None:
    model, old = await version(db), await ago(db, 9)
    await db.insert_rows(
        "generations",
        ("id", "prompt", "response", "model", "model_version_id", "created_at"),
        [(model, "p", "r", "m", model, old)],
    )
    await archived(db, tmp_path / "a", "generations")
    await db.execute("DELETE FROM model_versions")
    with pytest.raises(ConstraintViolation):
        await retention.restore_archives(db, tmp_path / "a")
    assert await ids(db, "generations") == set()


async def test_what_no_archive_can_hold_stays(db: Database, tmp_path: Path) -> None:
    if db.dialect == "sqlite":
        with pytest.raises(DataInvalid):  # a constraint keeps it out
            await db.execute("INSERT INTO login_attempts (email, succeeded, attempted_at) VALUES ('a', 0, '-infinity')")
        return
    await predictions(db, [100] * 4)
    first = min(await ids(db))
    for moment in ("-infinity", "0044-03-15 BC"):
        await db.execute(f"UPDATE predictions SET created_at = '{moment}' WHERE id = :id", {"id": first})
        done = by_table(await archived(db, tmp_path / "a"))["predictions"]
        assert (done.matched, done.archived, done.kept) == (4, 2, 2)
        assert first in await ids(db)
        await predictions(db, [100] * 2, moment)
    jobs = [(uuid7(), "x", "completed", at, at) for at in (await ago(db, 9), await ago(db, 8))]
    await db.insert_rows("jobs", ("id", "job_type", "state", "completed_at", "created_at"), jobs)
    await db.execute("UPDATE jobs SET created_at = '0044-03-15 BC' WHERE id = :id", {"id": jobs[0][0]})
    assert by_table(await archived(db, tmp_path / "a", "jobs"))["jobs"].archived == 1
    assert await ids(db, "jobs") == {jobs[0][0]}


async def test_archiving_needs_a_folder_and_a_known_format(db: Database, tmp_path: Path) -> None:
    await predictions(db, [100] * 3)
    await measurements(db, [100] * 3)
    await retention.set_policy(db, "system_metrics", 10)
    await retention.set_policy(db, "predictions", 10, action="archive")
    with pytest.raises(ParameterError, match="predictions are to be archived: name a folder"):
        await retention.clean(db)
    with pytest.raises(ParameterError, match="unknown archive format"):
        await archived(db, tmp_path / "a", format="csv")
    with pytest.raises(FileNotFoundError):
        await archived(db, tmp_path / "no" / "such")
    assert (len(await ids(db)), len(await ids(db, "system_metrics"))) == (3, 3)
    done = by_table(await retention.clean(db, archive_folder=tmp_path / "a"))
    assert (done["predictions"].archived, done["system_metrics"].deleted) == (2, 2)


def test_the_defaults_are_bounded() -> None:
    assert cleaning.CHUNK <= 5000
    assert cleaning.ARCHIVE_ROWS <= 1_000_000
    assert files.FORMATS == ("parquet", "jsonl")
