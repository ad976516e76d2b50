"""The audit log's chain: whatever is changed, added or taken away by hand is found, and the first such row is named."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from audit_rows import ADA, any_hash, change, defenceless, entries, model, sealed_again
from conftest import examples
from plainbase import Actor, Database, ParameterError, Transaction
from plainbase.platform import audit
from plainbase.platform.audit import Head
from plainbase.sealing import START, digest, framed

OTHER = str(uuid4())
EDITS: dict[str, Any] = {
    "id": 999_999,
    "actor_id": OTHER,
    "actor": "eve",
    "ip_address": "198.51.100.1",
    "user_agent": "Mozilla",
    "actor_salt": b"s" * 16,
    "actor_digest": b"d" * 32,
    "action": "delete",
    "entity_type": "teams",
    "entity_id": "7",
    "changes": '{"number": {"before": 0, "after": 0}}',
    "personal": '{"email": {"after": "eve@example.org"}}',
    "personal_salt": b"p" * 16,
    "personal_digest": b"q" * 32,
    "previous_hash": b"x" * 32,
    "hash": b"y" * 32,
    "created_at": "2020-01-01T00:00:00.000000Z",
}
NULLED = sorted(set(EDITS) - {"id", "action", "entity_type", "created_at"})
CASTS = {
    "actor_id": "uuid",
    "changes": "json",
    "personal": "json",
    "created_at": "timestamptz",
}


async def put(tx: Transaction, column: str, value: Any, position: int) -> None:
    """Write a value into a row by hand."""
    if value is None:
        await change(tx, f"UPDATE audit_logs SET {column} = NULL WHERE position = :position", position=position)
        return
    literal = f"'{value}'" if isinstance(value, str) else str(value)
    if isinstance(value, bytes):
        literal = f"x'{value.hex()}'" if tx.dialect == "sqlite" else f"decode('{value.hex()}', 'hex')"
    elif tx.dialect == "postgres" and column in CASTS:
        literal = f"CAST({literal} AS {CASTS[column]})"
    await tx.script(f"UPDATE audit_logs SET {column} = {literal} WHERE position = {position}")


async def test_a_chain_is_whole_from_the_first_entry_on(db: Database) -> None:
    begin = await audit.verify(db)
    assert begin.whole
    positions = await entries(db, 5)
    await model(db, "by a trigger")
    verdict = await audit.verify(db)
    assert (verdict.rows, verdict.unsealed, verdict.erased, verdict.broken) == (begin.rows + 6, 0, 0, None)
    assert verdict.head == await audit.head(db)
    assert verdict.head.position == positions[-1] + 1 == verdict.rows
    assert await audit.verify(db, verdict.head) == verdict
    assert await audit.verify(db, str(verdict.head)) == verdict
    async with db.transaction("repeatable_read") as tx:
        assert await audit.verify(tx) == verdict


async def test_every_edit_and_every_null_is_found_and_its_row_named(db: Database) -> None:
    positions = await entries(db)
    whole = await audit.verify(db)
    cases = [*EDITS.items(), *((column, None) for column in NULLED)]
    for position in (positions[5], positions[-1], positions[0]):
        for column, value in cases:
            async with defenceless(db) as tx:
                if column.startswith("personal") and position % 2 != positions[1] % 2:
                    if value is None:
                        continue  # there was none
                    if column == "personal_salt":
                        continue  # it salts nothing
                await put(tx, column, value, position)
                verdict = await audit.verify(tx)
                assert verdict.broken is not None, (column, value)
                assert verdict.broken.position == position, (column, value, verdict.broken)
                assert verdict.rows == whole.rows
                expected = {None, EDITS["id"]} if column == "id" else {None}
                assert verdict.broken.id not in expected or column == "id"
    assert await audit.verify(db) == whole


async def delete(tx: Transaction, positions: list[int]) -> int:
    await change(tx, "DELETE FROM audit_logs WHERE position = :at", at=positions[5])
    return positions[5]


async def delete_several(tx: Transaction, positions: list[int]) -> int:
    await change(
        tx, "DELETE FROM audit_logs WHERE position >= :at AND position < :to", at=positions[3], to=positions[6]
    )
    return positions[3]


async def delete_and_close_up(tx: Transaction, positions: list[int]) -> int:
    await delete(tx, positions)
    await change(tx, "UPDATE audit_logs SET position = position - 1 WHERE position = :at", at=positions[6])
    return positions[5]


async def truncate_the_tail(tx: Transaction, positions: list[int]) -> int:
    await change(tx, "DELETE FROM audit_logs WHERE position >= :at", at=positions[7])
    return positions[7]


async def take_all(tx: Transaction, positions: list[int]) -> int:
    await change(tx, "DELETE FROM audit_logs")
    return 1


async def swap(tx: Transaction, positions: list[int]) -> int:
    here, there, aside = positions[4], positions[6], positions[-1] + 100
    for old, new in ((here, aside), (there, here), (aside, there)):
        await change(tx, "UPDATE audit_logs SET position = :new WHERE position = :old", old=old, new=new)
    return here


async def reorder_and_seal_again(tx: Transaction, positions: list[int]) -> int:
    await swap(tx, positions)
    (row,) = await tx.audit_logs.chain(after_position=positions[3] - 1, limit=1)
    previous = row.hash
    for position in positions[4:7]:
        await put(tx, "previous_hash", any_hash(f"aside {position}"), position)
        await put(tx, "hash", any_hash(f"aside too {position}"), position)
    for position in positions[4:7]:
        previous = await sealed_again(tx, position, previous)
    return positions[7]


async def seal_one_again(tx: Transaction, positions: list[int]) -> int:
    await put(tx, "changes", EDITS["changes"], positions[4])
    await sealed_again(tx, positions[4])
    return positions[5]


async def seal_the_last_again(tx: Transaction, positions: list[int]) -> int:
    await put(tx, "changes", EDITS["changes"], positions[-1])
    await sealed_again(tx, positions[-1])
    return positions[-1]


async def seal_all_after_again(tx: Transaction, positions: list[int]) -> int:
    await seal_one_again(tx, positions)
    (row,) = await tx.audit_logs.chain(after_position=positions[4] - 1, limit=1)
    previous = row.hash
    for position in positions[5:]:
        previous = await sealed_again(tx, position, previous)
    return positions[-1]


INSERT = """
INSERT INTO audit_logs (
    position, actor, actor_digest, action, entity_type, previous_hash, hash
) VALUES (:position, 'eve', :digest, 'create', 'models', :previous, :hash)
"""


async def insert_at_the_end(tx: Transaction, positions: list[int]) -> int:
    end = await audit.head(tx)
    await change(
        tx,
        INSERT,
        position=end.position + 1,
        digest=any_hash("digest"),
        previous=bytes.fromhex(end.hash),
        hash=any_hash("made up"),
    )
    return end.position + 1


async def insert_between(tx: Transaction, positions: list[int]) -> int:
    """Make room for it, as whoever can do this can."""
    for position in reversed(positions[5:]):
        await change(tx, "UPDATE audit_logs SET position = position + 1 WHERE position = :at", at=position)
    (row,) = await tx.audit_logs.chain(after_position=positions[4] - 1, limit=1)
    previous = any_hash("before") if tx.dialect == "sqlite" else row.hash
    await change(
        tx, INSERT, position=positions[5], digest=any_hash("digest"), previous=previous, hash=any_hash("made up")
    )
    return positions[5]


async def insert_beyond(tx: Transaction, positions: list[int]) -> int:
    await insert_at_the_end(tx, positions)
    await change(tx, "UPDATE audit_logs SET position = position + 1000 WHERE position > :at", at=positions[-1])
    return positions[-1] + 1


async def insert_before_the_first(tx: Transaction, positions: list[int]) -> int:
    await insert_at_the_end(tx, positions)
    await change(tx, "UPDATE audit_logs SET position = -3 WHERE position > :at", at=positions[-1])
    return -3


async def erase_without_an_erasure(tx: Transaction, positions: list[int]) -> int:
    await change(
        tx,
        "UPDATE audit_logs SET actor = NULL, ip_address = NULL, user_agent = NULL, actor_salt = NULL "
        "WHERE position = :at",
        at=positions[4],
    )
    return positions[4]


async def erase_personal_without_an_erasure(tx: Transaction, positions: list[int]) -> int:
    await change(
        tx, "UPDATE audit_logs SET personal = NULL, personal_salt = NULL WHERE position = :at", at=positions[5]
    )
    return positions[5]


async def erase_by_an_erasure_that_was_made_up(tx: Transaction, positions: list[int]) -> int:
    if tx.dialect == "sqlite":
        await tx.execute("DROP TRIGGER erasures_audit_insert")
    await change(tx, "INSERT INTO erasures (id, subject_id) VALUES (:id, :subject)", id=uuid4(), subject=ADA.id)
    return await erase_without_an_erasure(tx, positions)


async def move_the_head(tx: Transaction, positions: list[int]) -> int:
    await change(tx, "UPDATE audit_head SET position = position + 7")
    return positions[-1] + 1


async def move_the_head_back(tx: Transaction, positions: list[int]) -> int:
    await change(tx, "UPDATE audit_head SET position = position - 1")
    return positions[-1]


async def forget_the_head(tx: Transaction, positions: list[int]) -> int:
    await change(tx, "DELETE FROM audit_head")
    return positions[-1]


ATTACKS = [
    delete,
    delete_several,
    delete_and_close_up,
    truncate_the_tail,
    take_all,
    swap,
    reorder_and_seal_again,
    seal_one_again,
    seal_the_last_again,
    seal_all_after_again,
    insert_at_the_end,
    insert_between,
    insert_beyond,
    insert_before_the_first,
    erase_without_an_erasure,
    erase_personal_without_an_erasure,
    erase_by_an_erasure_that_was_made_up,
    move_the_head,
    move_the_head_back,
    forget_the_head,
]


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
async def test_an_attack_is_found(db: Database, attack: Callable[[Transaction, list[int]], Awaitable[int]]) -> None:
    positions = await entries(db)
    whole = await audit.verify(db)
    async with defenceless(db) as tx:
        expected = await attack(tx, positions)
        broken = (await audit.verify(tx)).broken
        assert broken is not None
        assert broken.position == expected, broken
        assert str(broken).startswith(f"position {expected}")
    assert await audit.verify(db) == whole


async def made_anew(tx: Transaction, positions: list[int], first: int) -> None:
    """Change a row, and make the chain anew from there on, its head too."""
    await put(tx, "changes", EDITS["changes"], positions[first])
    (row,) = await tx.audit_logs.chain(after_position=positions[first] - 1, limit=1)
    previous = row.previous_hash
    for position in positions[first:]:
        previous = await sealed_again(tx, position, previous)
    await change(tx, "UPDATE audit_head SET hash = :hash", hash=previous)


async def cut_off(tx: Transaction, positions: list[int], first: int) -> None:
    """Take the tail away, and move the head back."""
    await truncate_the_tail(tx, [*positions[:7], positions[first], *positions[8:]])
    (row,) = await tx.audit_logs.chain(after_position=positions[first] - 2, limit=1)
    await change(tx, "UPDATE audit_head SET position = :at, hash = :hash", at=row.position, hash=row.hash)


async def test_what_was_made_anew_is_found_by_an_anchor_alone(db: Database) -> None:
    positions = await entries(db, 6)
    early = await audit.head(db)
    positions += await entries(db, 4)
    late = await audit.head(db)
    for attack, first, found_at in ((made_anew, 7, late.position), (cut_off, 7, positions[7])):
        async with defenceless(db) as tx:
            await attack(tx, positions, first)
            assert (await audit.verify(tx)).whole
            assert (await audit.verify(tx, early)).whole
            broken = (await audit.verify(tx, late)).broken
            assert broken is not None
            assert broken.position == found_at
            assert "anchor" in broken.why
    assert (await audit.verify(db, early)).whole


async def test_a_salt_takes_no_field_in(db: Database) -> None:
    """Who brings a user agent that reads like three fields would be whoever that says."""
    async with db.transaction(actor=Actor(ADA.id, "ada", "192.0.2.1", "x5:admin9:127.0.0.11:b")) as tx:
        await audit.record(tx, "login", "users", ADA.id)
    (row,) = await db.audit_logs.chain(after_position=(await audit.head(db)).position - 1)
    into = row.actor_salt + framed("ada", "192.0.2.1") + b"22:x"
    assert digest(into, "admin", "127.0.0.1", "b") == row.actor_digest
    async with defenceless(db) as tx:
        values = {"actor_salt": into, "actor": "admin", "ip_address": "127.0.0.1", "user_agent": "b"}
        for column, value in values.items():
            await put(tx, column, value, row.position)
        broken = (await audit.verify(tx)).broken
        assert broken is not None
        assert broken.position == row.position


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_the_salt_of_personal_fields_takes_none_of_them_in(db: Database) -> None:
    await db.audit_logs.record(action="update", entity_type="users", personal={"a": {"after": "5:ab"}})
    (row,) = await db.audit_logs.chain(after_position=(await audit.head(db)).position - 1)
    before, _, after = row.personal.partition("5:")
    into = row.personal_salt + f"{len(row.personal)}:{before}".encode()
    assert digest(into, after) == row.personal_digest
    async with defenceless(db) as tx:
        await put(tx, "personal_salt", into, row.position)
        await put(tx, "personal", after, row.position)
        broken = (await audit.verify(tx)).broken
        assert broken is not None
        assert broken.position == row.position


async def test_the_erasure_of_another_is_none(db: Database) -> None:
    positions = await entries(db)
    await db.erasures.record(subject_id=uuid4())
    async with defenceless(db) as tx:
        if tx.dialect == "sqlite":
            triggers = "SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'erasures'"
            for row in await tx.fetch_all(triggers):
                await tx.script(f"DROP TRIGGER {row.name}")
        else:
            await tx.script("ALTER TABLE erasures DISABLE TRIGGER USER")
        await change(tx, "UPDATE erasures SET subject_id = :subject", subject=ADA.id)
        await erase_without_an_erasure(tx, positions)
        broken = (await audit.verify(tx)).broken
        assert broken is not None
        assert broken.position == positions[4]


@pytest.mark.parametrize("engine", ["sqlite"])
@pytest.mark.parametrize(
    "column",
    [
        "position",
        "actor_id",
        "actor",
        "ip_address",
        "user_agent",
        "actor_salt",
        "actor_digest",
        "action",
        "entity_type",
        "entity_id",
        "changes",
        "personal",
        "personal_salt",
        "personal_digest",
        "previous_hash",
        "hash",
        "created_at",
    ],
)
async def test_a_value_of_another_type_hides_no_row(db: Database, column: str) -> None:
    """The same octets as a blob would be found by no search, and have the same hash."""
    positions = await entries(db)
    other = "text" if column.endswith(("salt", "digest", "hash")) else "blob"
    async with defenceless(db) as tx:
        await change(
            tx, f"UPDATE audit_logs SET {column} = CAST({column} AS {other}) WHERE position = :at", at=positions[5]
        )
        assert (await audit.verify(tx)).broken is not None


async def test_an_erasure_leaves_the_chain_whole(db: Database) -> None:
    positions = await entries(db)
    await db.execute("INSERT INTO erasures (id, subject_id) VALUES (:id, :subject)", {"id": uuid4(), "subject": ADA.id})
    before = await audit.verify(db)
    erased = await db.audit_logs.erase_for(subject_id=ADA.id)
    assert len(erased) == len(positions)
    after = await audit.verify(db, before.head)
    assert (after.broken, after.erased) == (None, 10)
    rows = await db.audit_logs.list(user_id=ADA.id)
    assert {(row.actor, row.ip_address, row.user_agent, row.personal) for row in rows} == {(None, None, None, None)}
    for column in ("actor", "ip_address", "user_agent", "personal", "actor_salt"):
        async with defenceless(db) as tx:
            await put(tx, column, EDITS[column], positions[5])
            broken = (await audit.verify(tx)).broken
            assert broken is not None
            assert broken.position == positions[5]


async def test_nothing_of_the_log_is_changed_where_its_triggers_are(db: Database) -> None:
    positions = await entries(db, 3)
    for sql in (
        "UPDATE audit_logs SET action = 'x'",
        "UPDATE audit_logs SET hash = NULL",
        "UPDATE audit_logs SET actor = NULL, ip_address = NULL, user_agent = NULL, actor_salt = NULL",
        "DELETE FROM audit_logs",
        "DELETE FROM audit_head",
        "UPDATE audit_head SET position = 1",
        "INSERT INTO audit_logs (action, entity_type, position) VALUES ('x', 'y', 9999)",
    ):
        with pytest.raises(Exception, match=r"check|append|audit"):
            await db.execute(sql)
    assert (await audit.verify(db)).head.position == positions[-1]


TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30)
NAMES = (
    st.none() | TEXTS | st.sampled_from(["'", '"', "-", "3:abc", "", "\\", "🦉", "e\u0301", "\u202e", "\r\n\t\x01\x7f"])
)
NUMBERS = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
JSON = st.none() | st.dictionaries(
    TEXTS,
    st.recursive(st.none() | st.booleans() | NUMBERS | TEXTS, lambda of: st.lists(of, max_size=3), max_leaves=6),
    max_size=3,
)


@settings(max_examples=examples(60), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=NAMES,
    address=NAMES,
    agent=NAMES,
    key=st.none() | st.uuids(),
    action=TEXTS.filter(bool),
    entity_id=NAMES,
    changes=JSON,
    personal=JSON,
)
@example(None, None, None, None, "a", None, None, None)
@example("'", "\\", '"', UUID(int=0), "-", "-", {"": 1e300, "é": [None, -0.0, 5e-324]}, {"\u2028": "\ufeff"})
async def test_the_hash_in_python_is_the_engine_s_for_any_value(
    db: Database,
    name: str | None,
    address: str | None,
    agent: str | None,
    key: UUID | None,
    action: str,
    entity_id: str | None,
    changes: Any,
    personal: Any,
) -> None:
    actor = Actor(key, name, address, agent)
    async with db.transaction(actor=actor) as tx:
        made = await tx.audit_logs.record(
            action=action, entity_type="models", entity_id=entity_id, changes=changes, personal=personal
        )
    row = await db.audit_logs.get(id=made.id)
    assert row.hash is not None
    assert (row.actor_id, row.ip_address, row.user_agent) == (actor.id, actor.ip_address, actor.user_agent)
    assert row.changes == changes
    (found,) = await db.audit_logs.chain(after_position=row.position - 1, limit=1)
    assert found.created_at == f"{row.created_at:%Y-%m-%dT%H:%M:%S.%f}Z"
    assert (await audit.verify(db)).broken is None


def test_no_two_rows_have_the_same_octets() -> None:
    assert framed() == b""
    assert framed(None, "", "-", "é", 12, b"\0") == b"-0:1:-2:\xc3\xa92:121:\0"
    assert framed("a", "b") != framed("ab", "")
    assert framed(None, "a") != framed("a", None)
    assert framed("1:a") != framed("a", "")


@pytest.mark.parametrize(
    "text", ["", "7", "x:y", f"7:{'0' * 63}", f"-1:{'0' * 64}", f"7:{'g' * 64}", f"\u0667:{'0' * 64}"]
)
async def test_what_is_no_anchor_is_refused(db: Database, text: str) -> None:
    with pytest.raises(ParameterError, match="POSITION:HASH"):
        await audit.verify(db, text)


def test_an_anchor_is_read_as_it_was_written() -> None:
    assert Head() == Head(0, START.hex())
    assert Head.read(f" 7:{'AB' * 32}\n") == Head(7, "ab" * 32)
    assert Head.read(str(Head(12, "0f" * 32))) == Head(12, "0f" * 32)


async def test_a_change_by_another_program_is_sealed_with_the_next_or_when_asked(
    engine: str, url: str, db: Database
) -> None:
    first = await audit.verify(db)
    insert = f"INSERT INTO models (id, name, kind) VALUES ('{uuid4()}', 'by hand', 'base')"
    if engine == "postgres":
        connection = await asyncpg.connect(url)
        await connection.execute(insert)
        await connection.close()
        assert (await audit.verify(db)).rows == first.rows + 1
        assert await audit.seal(db) == 0
    else:
        with sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None) as plain:
            plain.execute(insert)
        plain.close()
        verdict = await audit.verify(db)
        assert (verdict.rows, verdict.unsealed, verdict.whole) == (first.rows, 1, True)
        assert await audit.seal(db, actor=ADA) == 1
        assert await audit.seal(db) == 0
        (row,) = await db.audit_logs.list(action="seal")
        assert (row.actor, row.changes) == ("ada", {"unsealed": 1})
    (row,) = await db.audit_logs.list(action="create", entity_type="models")
    assert json.dumps(row.changes).count("by hand") == 1
    assert row.actor.startswith("database")
    assert (await audit.verify(db, first.head)).whole
