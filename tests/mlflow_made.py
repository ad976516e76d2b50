"""The MLflow stores that the tests import, each written once by `mlflow` itself in a process of its own."""

from __future__ import annotations

import asyncio
import atexit
import json
import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from conftest import SERVER, named, on_server

SCRIPT = Path(__file__).with_name("mlflow_store.py")


@dataclass(frozen=True)
class Made:
    """A store before and after `mlflow` added to it: its URL, and what `mlflow` reads of it."""

    before: str
    was: dict[str, Any]
    after: str
    has: dict[str, Any]


STORES: dict[str, Made] = {}
DATABASES: list[str] = []
"""Kept here, since each test file that uses the fixture has one of its own."""


WRITERS: list[subprocess.Popen[str]] = []
"""The process in which `mlflow` writes, begun when it is first needed."""


def script(*arguments: str, folder: Path) -> Any:
    """Let the script write stores, and return what it reads."""
    if not WRITERS:
        words = [sys.executable, str(SCRIPT)]
        WRITERS.append(
            subprocess.Popen(words, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        )
        atexit.register(_ended)
    writer = WRITERS[0]
    assert writer.stdin is not None
    assert writer.stdout is not None
    writer.stdin.write(json.dumps([_for_mlflow(each) for each in arguments]) + "\n")
    answer = writer.stdout.readline()
    assert answer, f"the script ended with {writer.wait()}"
    return json.loads(answer)


def _ended() -> None:
    writer = WRITERS.pop()
    writer.communicate()  # closes its stdin, which ends it


def _on_server(sql: str) -> None:
    """Run a statement on the server; a test's loop may be running in this thread."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(on_server(sql))).result()


def _for_mlflow(argument: str) -> str:
    return argument.replace("postgresql:", "postgresql+psycopg:", 1)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Made]]:
    """The store that an engine has, written when it is first asked for."""
    stores, databases = STORES, DATABASES
    folder = tmp_path_factory.mktemp("mlflow")

    def get(engine: str) -> Made:
        if engine not in stores:
            names = [f"mlflow_{uuid.uuid4().hex}" for _ in range(2)]
            if engine == "postgres":
                urls = [named(os.environ[SERVER], name) for name in names]
                _on_server(f"CREATE DATABASE {names[0]}")
                databases.append(names[0])
            else:
                urls = [f"sqlite:///{folder / name}.db" for name in names]
            was = script("write+read", urls[0], folder=folder)
            if engine == "postgres":
                _on_server(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{names[0]}'")
                _on_server(f"CREATE DATABASE {names[1]} TEMPLATE {names[0]}")
                databases.append(names[1])
            else:
                shutil.copy(urlsplit(urls[0]).path, urlsplit(urls[1]).path)
            stores[engine] = Made(urls[0], was, urls[1], script("more+read", urls[1], folder=folder))
        return stores[engine]

    yield get
    while databases:
        name = databases.pop()
        _on_server(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def older(tmp_path_factory: pytest.TempPathFactory) -> Callable[[tuple[str, ...]], dict[str, Path]]:
    """Stores of older versions, made together when they are first asked for."""
    files: dict[str, Path] = {}
    folder = tmp_path_factory.mktemp("older")

    def get(revisions: tuple[str, ...]) -> dict[str, Path]:
        if not files:
            files.update({revision: folder / f"{revision}.db" for revision in revisions})
            pairs = [part for revision, path in files.items() for part in (revision, f"sqlite:///{path}")]
            script("old", *pairs, folder=folder)
        return files

    return get
