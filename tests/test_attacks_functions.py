"""SQL in every text that plainbase's functions take: whatever is called, nothing of it is executed."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest

from identity_accounts import FAST, PASSWORD, account
from plainbase import Actor, ConstraintViolation, Database, ParameterError, PlainbaseError, StatementFailed, platform
from plainbase.platform import audit, export, identity, jobs, personal, results

ATTACKS = (
    "'); UPDATE users SET role = 'admin'; --",
    "\\' || (SELECT max(email) FROM users) || '",
    '"; DROP TABLE teams; --',
    "x' OR '1'='1",
)
NOT_CALLED = {"sample", "markov_evaluation", "markov_training"}
"""Modules whose functions take no text of a user's: the sample, and the demonstration's training."""


def functions() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every public coroutine function of the platform that takes a database and a text."""
    for module in pkgutil.iter_modules(platform.__path__):
        if module.name in NOT_CALLED:
            continue
        found = importlib.import_module(f"plainbase.platform.{module.name}")
        for name in getattr(found, "__all__", vars(found)):
            function = getattr(found, name)
            if name.startswith("_"):
                continue
            if not (inspect.iscoroutinefunction(function) and function.__module__.startswith(found.__name__)):
                continue
            parameters = list(inspect.signature(function).parameters.values())
            if parameters[0].name == "db" and any(takes_text(each) for each in parameters):
                yield f"{module.name}.{name}", function


def takes_text(parameter: inspect.Parameter) -> bool:
    return "str" in str(parameter.annotation) or "Doer" in str(parameter.annotation)


FUNCTIONS = dict(functions())


def arguments(function: Callable[..., Any], text: str) -> dict[str, Any]:
    """A text wherever one is taken, and something that fits in the other places that need it."""
    given: dict[str, Any] = {}
    for name, parameter in list(inspect.signature(function).parameters.items())[1:]:
        kind = str(parameter.annotation)
        if name in ("passwords", "values"):
            continue
        if "Actor" in kind or "Doer" in kind:
            given[name] = Actor(None, text, text, text)
        elif "str" in kind.split("|")[0] and "[" not in kind:
            given[name] = text
        elif kind.startswith("Mapping[str"):
            given[name] = {text: text}
        elif "[UUID" in kind:
            given[name] = {uuid4(): text}
        elif "PathLike" in kind:
            given[name] = text
        elif "[str" in kind:
            given[name] = [text]
        elif parameter.default is not parameter.empty:
            continue
        elif "UUID" in kind:
            given[name] = uuid4()
        elif kind == "int":
            given[name] = 1
        elif kind.startswith("SearchFilters"):
            given[name] = results.SearchFilters(query_text=text, providers=[text], models=[text], metadata={text: text})
        elif kind == "Entity":
            given[name] = (text, uuid4())
    return given


async def standing(db: Database) -> tuple[list[tuple[Any, ...]], int]:
    """What the attacks would change: who is what, and the teams."""
    rows = await db.fetch_all("SELECT email, role FROM users ORDER BY email")
    return [tuple(row) for row in rows], int(await db.fetch_value("SELECT count(*) FROM teams"))


@pytest.mark.parametrize("name", FUNCTIONS)
async def test_sql_in_a_text_of_a_function_is_a_text(name: str, db: Database) -> None:
    await account(db)
    before = await standing(db)
    for text in ATTACKS:
        failed: Exception | None = None
        try:
            await FUNCTIONS[name](db, **arguments(FUNCTIONS[name], text))
        except (PlainbaseError, TypeError) as error:
            failed = error
        if isinstance(failed, TypeError):
            assert "missing" in str(failed)
        assert isinstance(failed, ConstraintViolation) or not isinstance(failed, StatementFailed), (name, failed)
        assert await standing(db) == before, (name, text)
    assert before[0] == [("ada@example.org", "user")]


@pytest.mark.parametrize("text", ATTACKS)
async def test_what_comes_with_a_request_is_kept_as_it_is(db: Database, text: str) -> None:
    """Addresses, agents, names of keys and actors, passwords: what an attacker sends along without an account."""
    made = await account(db, password=PASSWORD + text)
    before = await standing(db)
    signed = await identity.log_in(
        db, "ada@example.org", PASSWORD + text, ip_address=text, user_agent=text, passwords=FAST
    )
    (session,) = await identity.list_sessions(db, made.id)
    assert (session.ip_address, session.user_agent) == (text, text)
    with pytest.raises(identity.LoginFailed):
        await identity.authenticate(db, text + "@example.org", text, ip_address=text, user_agent=text, passwords=FAST)
    (login,) = await db.audit_logs.list(action="login")
    (failed,) = await db.audit_logs.list(action="login_failed")
    for entry in (login, failed):
        assert (entry.ip_address, entry.user_agent) == (text, text)
    key = await identity.make_key(db, made.id, text, scopes=["*"], actor=Actor(None, text))
    (kept,) = await identity.list_keys(db, made.id)
    assert (key.name, kept.name) == (text, text)
    (entry,) = await db.audit_logs.list(entity_type="api_keys")
    assert (entry.actor, entry.changes["name"]) == (text, {"changed": True})
    await audit.record(db, text, text, text, details={text: text}, actor=Actor(None, text))
    (found,) = await audit.search(db, actor=made.id, entity_type=text, entity_id=text, action=text)
    assert (found.action, found.entity_type, found.entity_id, found.changes) == (text, text, text, {text: text})
    exported = await personal.export_user(db, made.id)
    assert exported["sessions"][0]["user_agent"] == exported["login_attempts"][0]["ip_address"] == text
    job = await jobs.enqueue(db, "kind", {"text": text}, queue="q", unique_key=text)
    assert job is not None
    assert not await identity.may(db, made.id, text, text)
    assert not await identity.may(db, made.id, text, (text, uuid4()))
    await identity.log_out(db, signed.token, ip_address=text, user_agent=text)
    assert await standing(db) == before
    assert (await audit.verify(db)).whole


NAMES: dict[str, Callable[[Database, str], Any]] = {
    "table": lambda db, text: db.insert_rows(text, ("id",), [(uuid4(),)]),
    "column": lambda db, text: db.insert_rows("teams", ("id", text), [(uuid4(), "x")]),
    "conflict": lambda db, text: db.insert_rows("teams", ("id", "name"), [(uuid4(), "x")], on_conflict=text),  # type: ignore[arg-type]
    "view": lambda db, text: db.refresh(text),
    "order": lambda db, text: results.search(db, sort=text),
    "page": lambda db, text: results.search(db, after=text),
    "format": lambda db, text: export.export(db, results.SearchFilters(), export.ExportOptions(format=text), BytesIO()),
    "isolation": lambda db, text: db.transaction(text).__aenter__(),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("name", NAMES)
async def test_a_name_of_the_schema_is_looked_up_and_never_pasted(name: str, db: Database) -> None:
    """Tables, columns, views, orders and formats cannot be parameters of a statement: they are of fixed lists."""
    await account(db)
    before = await standing(db)
    for text in ATTACKS:
        with pytest.raises(PlainbaseError) as caught:
            await NAMES[name](db, text)
        assert not isinstance(caught.value, StatementFailed), caught.value
        assert await standing(db) == before


async def test_filters_of_sql_find_nothing(db: Database) -> None:
    await db.evaluations.create(provider="p", model="m", input="i", output="o")
    for text in ATTACKS:
        with pytest.raises(ParameterError):
            results.SearchFilters(text_in=[text])
        for filters in (
            results.SearchFilters(metadata={text: text}),
            results.SearchFilters(metadata={"a": text}),
            results.SearchFilters(providers=[text]),
            results.SearchFilters(query_text=text),
        ):
            assert list((await results.search(db, filters)).rows) == [], filters


async def test_an_actor_of_sql_is_a_name(db: Database) -> None:
    for text in ATTACKS:
        async with db.transaction(actor=Actor(uuid4(), text, text, text)) as tx:
            await tx.teams.create(name=text)
        (entry,) = await db.audit_logs.list(limit=1)
        assert (entry.actor, entry.ip_address, entry.user_agent) == (text, text, text)
        assert entry.changes["name"] == {"after": text}
    assert (await audit.verify(db)).whole
