"""Who acts: what an actor may be, and what the triggers of a transaction are told of it, on both engines alike."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from own_folders import opened
from plainbase import ConfigurationError, Database, ParameterError, StatementFailed, Transaction, TransactionConflict
from plainbase.actor import Actor

ADA = Actor(UUID(int=1), "ada", "192.0.2.7", "curl/8.5")
BEN = Actor(UUID(int=2), "ben")
TABLES = {
    "sqlite": """
        CREATE TABLE audit_context (
            id INTEGER PRIMARY KEY, actor_id UUID_TEXT, actor TEXT, ip_address TEXT, user_agent TEXT
        );
        CREATE TABLE done (item TEXT, actor_id TEXT, actor TEXT, ip_address TEXT, user_agent TEXT);
        CREATE TRIGGER items_done AFTER INSERT ON items BEGIN
            INSERT INTO done VALUES (
                new.name,
                (SELECT actor_id FROM audit_context),
                (SELECT actor FROM audit_context),
                (SELECT ip_address FROM audit_context),
                (SELECT user_agent FROM audit_context)
            );
        END;
    """,
    "postgres": """
        CREATE TABLE done (item text, actor_id text, actor text, ip_address text, user_agent text);
        CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            INSERT INTO done VALUES (
                new.name,
                nullif(current_setting('plainbase.actor_id', true), ''),
                nullif(current_setting('plainbase.actor', true), ''),
                nullif(current_setting('plainbase.ip_address', true), ''),
                nullif(current_setting('plainbase.user_agent', true), '')
            );
            RETURN NULL;
        END $$;
        CREATE TRIGGER items_done AFTER INSERT ON items FOR EACH ROW EXECUTE FUNCTION note();
    """,
}


@pytest.fixture
async def db(engine: str, empty_url: str, tmp_path: Path) -> AsyncIterator[Database]:
    async with opened(empty_url, tmp_path) as database:
        await database.script(TABLES[engine])
        yield database


async def done(db: Database) -> dict[str, str | None]:
    """By item the name of who made it."""
    rows = await db.fetch_all("SELECT item, actor FROM done ORDER BY item")
    return {row.item: row.actor for row in rows}


async def test_the_triggers_are_told_who_acts(db: Database) -> None:
    async with db.transaction(actor=ADA) as tx:
        await tx.items.put(name="a")
    async with db.transaction(actor=UUID(int=3)) as tx:
        await tx.items.put(name="b")
    async with db.transaction() as tx:
        await tx.items.put(name="c")
    await db.items.put(name="d")
    rows = await db.fetch_all("SELECT item, actor_id, actor, ip_address, user_agent FROM done ORDER BY item")
    assert [tuple(row) for row in rows] == [
        ("a", str(UUID(int=1)), "ada", "192.0.2.7", "curl/8.5"),
        ("b", str(UUID(int=3)), None, None, None),
        ("c", None, None, None, None),
        ("d", None, None, None, None),
    ]


async def test_quotes_and_any_script_arrive_as_they_are(db: Database) -> None:
    odd = Actor(None, "'; DROP TABLE items; --", '"', "Zoë \\ 🦉 ' \n")
    async with db.transaction(actor=odd) as tx:
        await tx.items.put(name="a")
    row = await db.fetch_one("SELECT actor_id, actor, ip_address, user_agent FROM done")
    assert tuple(row) == (None, odd.name, odd.ip_address, odd.user_agent)


async def test_a_part_has_its_own_actor_and_the_outer_one_comes_back(db: Database) -> None:
    async with db.transaction(actor=ADA) as tx:
        await tx.items.put(name="1 ada")
        async with tx.transaction(actor=BEN) as part:
            await part.items.put(name="2 ben")
            async with part.transaction():
                await part.items.put(name="3 ben")
            async with part.transaction(actor=Actor(name="eve")):
                await part.items.put(name="4 eve")
            await part.items.put(name="5 ben")
            with pytest.raises(ValueError, match="undone"):
                async with part.transaction(actor=Actor(name="eve")):
                    await part.items.put(name="undone")
                    raise ValueError("undone")
            await part.items.put(name="6 ben")
        await tx.items.put(name="7 ada")
    async with db.transaction() as tx:
        await tx.items.put(name="8")
        async with tx.transaction(actor=BEN):
            await tx.items.put(name="9 ben")
        await tx.items.put(name="99")
    found = await done(db)
    assert "undone" not in found
    assert len(found) == 10
    for item, actor in found.items():
        assert (actor or "") == item.partition(" ")[2]


async def test_a_part_whose_statement_failed_leaves_the_outer_actor(db: Database) -> None:
    async with db.transaction(actor=ADA) as tx:
        await tx.items.put(name="a")
        with pytest.raises(StatementFailed):
            async with tx.transaction(actor=BEN):
                await tx.items.put(name="a")
        await tx.items.put(name="b")
    assert await done(db) == {"a": "ada", "b": "ada"}


async def test_nobody_else_is_told_while_it_runs_nor_after_it_failed(db: Database) -> None:
    with pytest.raises(ValueError, match="no"):
        async with db.transaction(actor=ADA) as tx:
            await tx.items.put(name="a")
            raise ValueError("no")
    await db.items.put(name="b")
    async with db.transaction() as tx:
        await tx.items.put(name="c")
    assert await done(db) == {"b": None, "c": None}


async def test_who_acts_is_never_seen_from_outside_on_sqlite(tmp_path: Path) -> None:
    async with opened(f"sqlite:///{tmp_path / 'own.db'}", tmp_path) as db:
        await db.script(TABLES["sqlite"])
        async with db.transaction(actor=ADA) as tx:
            await tx.items.put(name="a")
            assert await tx.fetch_value("SELECT count(*) AS n FROM audit_context") == 1
            assert await db.fetch_value("SELECT count(*) AS n FROM audit_context") == 0
        assert await db.fetch_value("SELECT count(*) AS n FROM audit_context") == 0


async def test_concurrent_transactions_keep_their_actors_apart(db: Database) -> None:
    async def act(number: int) -> None:
        async with db.transaction(actor=Actor(name=f"{number}")) as tx:
            await tx.items.put(name=f"{number}")
            await asyncio.sleep(0)
            await tx.items.put(name=f"{number} again")

    await asyncio.gather(*(act(number) for number in range(20)))
    found = await done(db)
    assert len(found) == 40
    assert all(actor == item.split()[0] for item, actor in found.items())


async def test_a_transaction_that_is_run_again_has_its_actor_again(db: Database) -> None:
    tries = []

    async def work(tx: Transaction) -> str:
        tries.append(1)
        await tx.items.put(name="a")
        if len(tries) < 3:
            raise TransactionConflict("once more")
        return "done"

    assert await db.run_transaction(work, actor=BEN) == "done"
    assert await done(db) == {"a": "ben"}


async def test_a_transaction_that_only_reads_may_have_an_actor(db: Database) -> None:
    await db.items.put(name="a")
    async with db.transaction(read_only=True, actor=ADA) as tx:
        assert await tx.items.count() == 1
        async with tx.transaction(actor=BEN):
            assert await tx.items.count() == 1
        assert await tx.items.count() == 1


async def test_without_a_place_for_it_sqlite_says_what_makes_one(tmp_path: Path) -> None:
    async with opened(f"sqlite:///{tmp_path / 'own.db'}", tmp_path) as db:
        for _ in range(2):
            with pytest.raises(ConfigurationError, match=r"audit_context.*0012_audit"):
                async with db.transaction(actor=ADA) as tx:
                    await tx.items.put(name="a")
        async with db.transaction() as tx:
            with pytest.raises(ConfigurationError, match=r"audit_context.*0012_audit"):
                async with tx.transaction(actor=ADA):
                    pytest.fail("a part without its actor")
            await tx.items.put(name="b")
        assert await db.items.count() == 1


async def test_who_is_no_actor_is_refused_before_anything_is_sent(db: Database) -> None:
    wrong: list[Any] = ["ada", str(UUID(int=1)), 7, b"ada", object]
    for each in wrong:
        with pytest.raises(ParameterError, match=r"plainbase.Actor or the UUID"):
            db.transaction(actor=each)
        with pytest.raises(ParameterError, match=r"plainbase.Actor or the UUID"):
            await db.run_transaction(lambda tx: tx.items.count(), actor=each)
        async with db.transaction() as tx:
            with pytest.raises(ParameterError, match=r"plainbase.Actor or the UUID"):
                tx.transaction(actor=each)
            assert await tx.items.count() == 0


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"id": "7"}, "id is a UUID"),
        ({"name": 7}, "name is text"),
        ({"name": "a" * 256}, "name has 256 characters, at most 255"),
        ({"name": "a\0"}, "name has a character"),
        ({"name": "\ud800"}, "name has a character"),
        ({"ip_address": "1" * 65}, "ip_address has 65 characters, at most 64"),
        ({"ip_address": "\0"}, "ip_address has a character"),
        ({"user_agent": b"curl"}, "user_agent is text"),
        ({"scopes": "read:models"}, "scopes are a set"),
        ({"scopes": [1]}, "scopes are a set"),
    ],
)
def test_what_does_not_fit_is_refused_without_a_value(values: dict[str, Any], message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        Actor(**values)


def test_an_agent_is_cut_and_cleaned_since_anybody_sends_it() -> None:
    assert Actor(user_agent="x" * 5000).user_agent == "x" * 512
    assert Actor(user_agent="a\0b\ud800c").user_agent == "ab?c"
    assert Actor(name="", ip_address="", user_agent="\0") == Actor()
    assert Actor(scopes=["read:models", "*"]).scopes == frozenset({"*", "read:models"})  # type: ignore[arg-type]  # any collection will do
    with pytest.raises(AttributeError):
        ADA.name = "eve"  # type: ignore[misc]  # that it cannot be changed is what is tested
