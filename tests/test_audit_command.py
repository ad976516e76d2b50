"""`plainbase audit`: what it lists, shows and proves, and what it says of what is not so, on both engines."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import click
import pytest
from click.testing import CliRunner, Result

import plainbase
from audit_rows import ADA, model
from plainbase import Actor, Database
from plainbase.cli.audit import audit as group
from plainbase.platform import audit

HOSTILE = "eve\x1b[31m\u202e"


async def call(url: str, *words: str, columns: int = 200) -> Result:
    """The command, as with a terminal of so many columns."""
    runner = CliRunner(env={"COLUMNS": str(columns)})
    return await asyncio.to_thread(runner.invoke, group, [*words, "--url", url])


async def done(url: str, *words: str, columns: int = 200) -> str:
    """What it prints where it succeeds."""
    result = await call(url, *words, columns=columns)
    assert result.exit_code == 0, result.output
    assert "\x1b" not in result.output
    return result.stdout


async def lines(url: str, *words: str) -> list[dict[str, Any]]:
    """The rows that it prints as JSON."""
    return [json.loads(line) for line in (await done(url, "list", *words, "--json")).splitlines()]


async def by_hand(url: str, *statements: str) -> None:
    """Another program, which takes the log's triggers away first."""
    if url.startswith("sqlite"):
        connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        for (name,) in connection.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name IN ('audit_logs', 'audit_head')"
        ).fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        for each in statements:
            connection.execute(each)
        connection.close()
        return
    other = await asyncpg.connect(url)
    await other.execute("ALTER TABLE audit_logs DISABLE TRIGGER ALL; ALTER TABLE audit_head DISABLE TRIGGER ALL")
    for each in statements:
        await other.execute(each)
    await other.close()


async def test_who_did_what_is_listed_and_chosen(db: Database, url: str) -> None:
    first, other = uuid4(), uuid4()
    async with db.transaction(actor=ADA) as tx:
        await tx.execute("INSERT INTO models (id, name, kind) VALUES (:id, 'a', 'base')", {"id": first})
        await tx.execute("UPDATE models SET provider = 'lab' WHERE id = :id", {"id": first})
    await model(db, "by nobody")
    await audit.record(db, "export", "evaluations", other, actor=Actor(name=HOSTILE), details={"format": "csv"})
    table = await done(url, "list", "--entity", "models")
    assert "Audit log" in table
    assert [line.split()[3:5] for line in table.splitlines()[3:]][1:] == [["ada", "update"], ["ada", "create"]]
    assert "provider" in table
    rows = await lines(url, "--entity", f"models:{first}")
    assert [(row["action"], row["actor"], row["ip_address"]) for row in rows] == [
        ("update", "ada", "192.0.2.7"),
        ("create", "ada", "192.0.2.7"),
    ]
    assert rows[0]["changes"] == {"provider": {"before": None, "after": "lab"}}
    (row,) = await lines(url, "--action", "export")
    assert (row["entity_id"], row["changes"], row["actor"]) == (str(other), {"format": "csv"}, HOSTILE)
    assert "eve\N{REPLACEMENT CHARACTER}" in await done(url, "list", "--action", "export")
    assert await done(url, "list", "--action", "nothing") == "no such entry\n"
    assert await lines(url, "--since", "2999-01-01") == []
    assert len(await lines(url, "--until", "2999-01-01", "--entity", "models")) == 3
    page = await done(url, "list", "--entity", "models", "--limit", "2")
    assert f"there are more: the same with --before {rows[0]['id']}" in page
    assert [row["action"] for row in await lines(url, "--entity", "models", "--before", str(rows[0]["id"]))] == [
        "create"
    ]


async def test_reading_the_log_is_recorded_with_what_was_looked_for(db: Database, url: str) -> None:
    await done(url, "list", "--entity", "users:7", "--action", "login", "--limit", "5")
    (row,) = await db.audit_logs.list(action="audit_search")
    assert row.actor.startswith("operator:")
    assert row.changes == {"entity_type": "users", "entity_id": "7", "action": "login", "limit": 6, "found": 0}
    await done(url, "show", str(row.id))
    second, _ = await db.audit_logs.list(action="audit_search")
    assert (second.entity_id, second.actor) == (str(row.id), row.actor)


async def test_an_entry_is_shown_whole(db: Database, url: str) -> None:
    made = await audit.record(db, "export", "evaluations", "e\x1b[31m", actor=ADA, details={"format": "csv"})
    shown = await done(url, "show", str(made.id))
    row = await db.audit_logs.get(id=made.id)
    for expected in (
        f"id             {made.id}",
        f"account        {ADA.id}",
        "actor          ada",
        "address        192.0.2.7",
        "agent          curl/8.5",
        "action         export",
        f"position       {row.position}",
        f"hash           {row.hash.hex()}",
        f"previous hash  {row.previous_hash.hex()}",
        '    "format": "csv"',
    ):
        assert expected in shown.splitlines()
    whole = json.loads(await done(url, "show", str(made.id), "--json"))
    assert (whole["hash"], whole["changes"], whole["action"]) == (row.hash.hex(), {"format": "csv"}, "export")
    result = await call(url, "show", "999999999")
    assert (result.exit_code, "there is no entry 999999999" in result.output) == (1, True)


async def test_a_whole_chain_is_told_and_its_head_is_an_anchor(db: Database, url: str) -> None:
    await model(db, "a")
    head = (await done(url, "head")).strip()
    assert head == str(await audit.head(db))
    await model(db, "b")
    said = await done(url, "verify")
    assert said.endswith("whole\n")
    assert str(await audit.head(db)) in said
    assert "when the anchor was made" in await done(url, "verify", "--anchor", head)
    told = json.loads(await done(url, "verify", "--json"))
    assert (told["whole"], told["broken"], told["unsealed"], told["head"]) == (True, None, 0, str(await audit.head(db)))
    assert await done(url, "seal") == "everything is sealed\n"


async def test_a_change_by_hand_makes_verify_fail_and_name_the_row(db: Database, url: str) -> None:
    for name in "abcd":
        await model(db, name)
    anchor = await audit.head(db)
    at = anchor.position - 1
    (row,) = await db.audit_logs.chain(after_position=at - 1, limit=1)
    await by_hand(url, f"UPDATE audit_logs SET entity_id = 'other' WHERE position = {at}")
    result = await call(url, "verify")
    assert result.exit_code == 1
    assert f"broken at position {at} (id {row.id}): the row was changed" in result.stderr
    told = json.loads((await call(url, "verify", "--json")).stdout)
    assert (told["whole"], told["broken"]["position"], told["broken"]["id"]) == (False, at, row.id)
    await by_hand(
        url,
        f"DELETE FROM audit_logs WHERE position >= {at}",
        f"UPDATE audit_head SET position = {at - 1}, hash = (SELECT hash FROM audit_logs WHERE position = {at - 1})",
    )
    assert (await call(url, "verify")).exit_code == 0
    result = await call(url, "verify", "--anchor", str(anchor))
    assert result.exit_code == 1
    assert f"broken at position {at}: the row of this place is gone" in result.stderr


async def test_what_another_program_left_is_counted_and_sealed_on_sqlite(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'own.db'}"
    async with plainbase.open(url, migrate=True):
        pass
    connection = sqlite3.connect(tmp_path / "own.db", isolation_level=None)
    for name in "ab":
        connection.execute(f"INSERT INTO models (id, name, kind) VALUES ('{uuid4()}', '{name}', 'base')")
    connection.close()
    assert "2 entries not sealed yet, made by another program: `plainbase audit seal`" in await done(url, "verify")
    assert await done(url, "seal") == "sealed 2 entries\n"
    assert "not sealed" not in await done(url, "verify")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["verify", "--anchor", "7"], "an anchor is POSITION:HASH"),
        (["list", "--entity", ":7"], "names no type"),
        (["list", "--since", "yesterday"], "is no date"),
        (["list", "--limit", "0"], "is not in the range"),
        (["show", "x"], "is not a valid integer"),
    ],
)
async def test_what_is_written_wrongly_is_refused_before_anything_is_read(
    url: str, words: list[str], message: str
) -> None:
    result = await call(url, *words)
    assert result.exit_code == 2
    assert message in result.output


async def test_where_there_is_no_database_none_is_made(tmp_path: Path) -> None:
    for words in (["list"], ["verify"], ["head"], ["seal"], ["show", "1"]):
        result = await call(f"sqlite:///{tmp_path / 'none.db'}", *words)
        assert result.exit_code == 1
        assert not (tmp_path / "none.db").exists()


def test_every_command_says_what_it_does() -> None:
    assert sorted(group.commands) == ["head", "list", "seal", "show", "verify"]
    for each in group.commands.values():
        assert isinstance(each, click.Command)
        assert each.get_short_help_str(200).endswith(".")
        assert all(isinstance(p, click.Argument) or p.help for p in each.params if isinstance(p, click.Option))
