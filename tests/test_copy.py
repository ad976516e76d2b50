"""One database into another, in every direction: all rows, what is made of them, and nothing done because of them."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

import plainbase
from copy_databases import PAIRS, copied, digests, empty, filled
from plainbase.platform import copying, corpus, results
from plainbase.platform.copying import CopyError
from plainbase.platform.copying.groups import groups, with_descendants
from plainbase.platform.results import SearchFilters
from plainbase.platform.tables import Column, Table


@pytest.mark.parametrize(("here", "there"), PAIRS)
async def test_every_row_is_copied(
    here: str, there: str, sampled: dict[str, str], tmp_path: Path, templates: dict[str, str]
) -> None:
    """Into a database that has nothing from the other engine, into one that was migrated from the same."""
    ready = templates if here == there else None
    async with filled(here, tmp_path, sampled) as source, empty(there, tmp_path, ready) as target:
        done = await copied(source, target, schema=True)
        assert not done.resumed
        assert done.rows > 2000
        assert {"training_metrics", "audit_logs", "users", "evaluations"} <= {table.name for table in done.tables}
        assert "model_leaderboard" in done.views


async def test_what_goes_on_in_a_copy(sampled: dict[str, str], tmp_path: Path, templates: dict[str, str]) -> None:
    async with filled("sqlite", tmp_path, sampled) as source, empty("postgres", tmp_path, templates) as target:
        await copied(source, target)
        async with plainbase.open(source) as old, plainbase.open(target) as new:
            for name in ("datasets", "models"):
                rows = f"SELECT id FROM {name} ORDER BY id"
                assert await new.fetch_all(rows) == await old.fetch_all(rows)
            assert await new.fetch_all("SELECT * FROM model_leaderboard ORDER BY 1, 2, 3, 4")
            run = await new.fetch_value("SELECT id FROM training_runs ORDER BY id LIMIT 1")
            last = await new.fetch_value("SELECT max(id) FROM training_metrics")
            metric = {"run_id": run, "name": "own", "step": 1, "value": 1.0}
            await new.training_metrics.log(**metric)
            assert await new.fetch_value("SELECT max(id) FROM training_metrics") == last + 1
            logged = await new.fetch_value("SELECT count(*) FROM audit_logs")
            await new.execute("UPDATE users SET role = 'user' WHERE role = 'admin'")
            assert await new.fetch_value("SELECT count(*) FROM audit_logs") > logged, "its triggers are on again"
            with pytest.raises(plainbase.PlainbaseError):
                await new.execute("DELETE FROM audit_logs")


async def test_the_same_is_found(sampled: dict[str, str], tmp_path: Path, templates: dict[str, str]) -> None:
    async with filled("postgres", tmp_path, sampled) as source, empty("sqlite", tmp_path, templates) as target:
        await copied(source, target)
        async with plainbase.open(source) as old, plainbase.open(target) as new:
            for words in ("model", "the data"):
                found = [await results.count(db, SearchFilters(query_text=words)) for db in (old, new)]
                assert found[0] == found[1]
            assert await corpus.check(new) == ()
            for table in ("evaluations_search", "corpus_passages_search"):
                await new.execute(f"INSERT INTO {table} ({table}, rank) VALUES ('integrity-check', 1)")


async def test_the_source_at_one_moment_while_it_is_written(
    sampled: dict[str, str], tmp_path: Path, templates: dict[str, str]
) -> None:
    async with (
        filled("postgres", tmp_path, sampled) as source,
        empty("sqlite", tmp_path, templates) as target,
        plainbase.open(source) as here,
        plainbase.open(target) as there,
    ):
        run = await here.fetch_value("SELECT id FROM training_runs ORDER BY id LIMIT 1")
        before = await digests(here)
        wrote: list[tuple[str, asyncio.Future[object]]] = []

        def write(what: str, done: int, total: int | None) -> None:
            if what not in [name for name, _ in wrote]:
                row = {"run_id": run, "name": "late", "step": len(wrote), "value": 1.0}
                wrote.append((what, asyncio.ensure_future(here.training_metrics.log(**row))))

        await copying.copy(here, there, progress=write)
        await asyncio.gather(*(task for _, task in wrote))
        assert len(wrote) > 40
        assert await here.fetch_value("SELECT count(*) FROM training_metrics WHERE name = 'late'") == len(wrote)
        assert await digests(there) == before


@pytest.mark.parametrize(("here", "there"), [PAIRS[0], PAIRS[1]])
async def test_a_target_that_is_written_into_meanwhile(
    here: str, there: str, sampled: dict[str, str], tmp_path: Path, templates: dict[str, str]
) -> None:
    """It differs, the table and the row are named, and the next run mends it."""
    async with filled(here, tmp_path, sampled) as source, empty(there, tmp_path, templates) as target:
        async with plainbase.open(source) as old, plainbase.open(target) as new:
            config = await old.fetch_value("SELECT id FROM neural_configs ORDER BY id DESC LIMIT 1")
            writing: list[asyncio.Future[int]] = []

            def change(what: str, done: int, total: int | None) -> None:
                if what == "checkpoints" and not writing:
                    text = "UPDATE neural_configs SET name = 'another' WHERE id = :id"
                    writing.append(asyncio.ensure_future(new.execute(text, {"id": config})))

            with pytest.raises(CopyError, match=f"neural_configs.*{config}"):
                await copying.copy(old, new, progress=change)
            await asyncio.gather(*writing)
            assert await new.fetch_value("SELECT count(*) FROM unfinished_copy") == 1
        done = await copied(source, target)
        assert done.resumed
        assert any(table.kept for table in done.tables)
        assert not next(table for table in done.tables if table.name == "neural_configs").kept


def test_groups() -> None:
    def table(name: str, *parents: str) -> Table:
        return Table(name, (Column("id", "integer"),), ("id",), parents)

    every = [table("child", "a"), table("a", "b", "top"), table("b", "a"), table("self", "self"), table("top")]
    assert [{each.name for each in group} for group in groups(every)] == [{"self"}, {"top"}, {"a", "b"}, {"child"}]
    assert with_descendants({"top"}, every) == {"top", "a", "b", "child"}
    assert with_descendants({"child"}, every) == {"child"}
