"""A person of whom every table of the platform knows something, and another beside them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote
from uuid import UUID

import platform_rows
from plainbase import Actor, Database, uuid7
from plainbase.platform import audit

EMAIL, OLD_EMAIL = "maria.curie@lab.example", "sklodowska@lab.example"
NAME, IP, AGENT = "mariacurie", "203.0.113.77", "curiebrowser"
FEEDBACK, PURPOSE, ERROR, THEME = "radiantremark", "poloniumquestions", "radiumfailure", "curietheme"
TRACES = (EMAIL, OLD_EMAIL, NAME, IP, AGENT, FEEDBACK, PURPOSE, ERROR, THEME)
"""What must be nowhere after an erasure."""
SECRETS = (bytes(range(32)), b"k" * 32, b"o" * 32, "argon2 hash of curie")
LATER = datetime(2099, 1, 1, tzinfo=UTC)
OTHER_EMAIL = "pierre@lab.example"


async def add(db: Database, *, email: str = EMAIL) -> UUID:
    """Make the person, and what they did."""
    mine = email == EMAIL
    tag = "" if mine else "other "
    actor_id, team, model, version = uuid7(), uuid7(), uuid7(), await platform_rows.version(db)
    await db.insert_rows(
        "users",
        ("id", "email", "username", "password_hash", "preferences"),
        [
            (
                actor_id,
                OLD_EMAIL if mine else email,
                NAME if mine else "pierre",
                SECRETS[3],
                {"theme": THEME if mine else "dark"},
            )
        ],
    )
    ip, agent = (IP, AGENT) if mine else ("198.51.100.9", "other")
    async with db.transaction(actor=Actor(actor_id, NAME if mine else "pierre", ip, agent)) as tx:
        await tx.execute("UPDATE users SET email = :email WHERE id = :id", {"email": email, "id": actor_id})
        await tx.insert_rows(
            "models", ("id", "name", "kind", "created_by"), [(model, f"{tag}model", "fine_tuned", actor_id)]
        )
        await audit.record(tx, "login", "users", actor_id)
    async with db.transaction(actor=Actor(ip_address=ip, user_agent=agent)) as tx:
        await audit.record(tx, "login_failed", "users", actor_id, details={"reason": "wrong_password"})
    seal = SECRETS if mine else tuple(bytes([n]) * 32 for n in (7, 8, 9))
    columns = ("id", "user_id", "token_hash", "ip_address", "user_agent", "expires_at", "idle_expires_at")
    await db.insert_rows("sessions", columns, [(uuid7(), actor_id, seal[0], ip, agent, LATER, LATER)])
    await db.insert_rows(
        "api_keys",
        ("id", "user_id", "public_id", "key_hash", "name"),
        [(uuid7(), actor_id, "curie0000001" if mine else "other0000001", seal[1], f"{tag}laptop")],
    )
    await db.insert_rows(
        "one_time_tokens",
        ("id", "user_id", "purpose", "token_hash", "expires_at"),
        [(uuid7(), actor_id, "password_reset", seal[2], LATER)],
    )
    tries = [(email, ip, True), (email, "192.0.2.1", False)] + ([(OLD_EMAIL, ip, True)] if mine else [])
    await db.insert_rows("login_attempts", ("email", "ip_address", "succeeded"), tries)
    await db.insert_rows("teams", ("id", "name"), [(team, f"{tag}team")])
    await db.insert_rows("team_members", ("team_id", "user_id"), [(team, actor_id)])
    use = uuid7()
    await db.insert_rows(
        "inference_sessions",
        ("id", "model_version_id", "user_id", "purpose", "metadata"),
        [(use, version, actor_id, PURPOSE if mine else "chat", {"who": NAME if mine else "pierre"})],
    )
    await db.insert_rows(
        "inference_requests",
        ("session_id", "status", "prompt_chars", "error"),
        [(use, "success", 3, None), (use, "error", 5, f"{ERROR} of the prompt" if mine else "failed")],
    )
    await db.insert_rows(
        "evaluations",
        ("id", "provider", "model", "input", "output", "human_feedback", "created_by"),
        [(uuid7(), "p", "m", f"{tag}question", "answer", FEEDBACK if mine else "fine", actor_id)],
    )
    await db.insert_rows(
        "predictions",
        ("request_id", "model_version", "model_stage", "input_features", "prediction", "ip_address", "user_agent"),
        [(f"{tag}request", "1", "production", {"a": 1}, 0.5, ip, agent)],
    )
    return actor_id


async def tables(db: Database) -> list[str]:
    """Every table and stored view, full-text indexes and their shadows too."""
    if db.dialect == "sqlite":
        rows = await db.fetch_all("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
    else:
        rows = await db.fetch_all(
            "SELECT relname AS name FROM pg_class"
            " WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'm') ORDER BY relname"
        )
    return [row["name"] for row in rows]


async def found(db: Database, texts: tuple[str, ...] = TRACES) -> list[str]:
    """Where any of these texts stands: in any column of any table."""
    places = []
    for table in await tables(db):
        for text in texts:
            count = await _count(db, table, text)
            places += [f"{table}: {text}"] * bool(count)
    return places


async def _count(db: Database, table: str, text: str) -> int:
    if db.dialect == "postgres":
        sql = f'SELECT count(*) FROM "{table}" AS each WHERE position(lower(:text) IN lower(CAST(each AS text))) > 0'
        return int(await db.fetch_value(sql, {"text": text}))
    columns = [row["name"] for row in await db.fetch_all(f"SELECT name FROM pragma_table_info('{table}')")]
    test = " OR ".join(f'instr(lower(CAST("{column}" AS TEXT)), :text) > 0' for column in columns)
    return int(await db.fetch_value(f'SELECT count(*) AS n FROM "{table}" WHERE {test}', {"text": text.lower()}))


def in_file(url: str) -> Iterator[str]:
    """The texts that stand in the bytes of an SQLite file, its log checkpointed."""
    path = unquote(url.removeprefix("sqlite:///"))
    with closing(sqlite3.connect(path)) as file:
        file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    data = Path(path).read_bytes().lower()
    yield from (text for text in TRACES if text.encode() in data)
