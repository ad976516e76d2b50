"""Processes that enqueue and do jobs, as the tests see them that kill, freeze and stop them."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from waiting import until

ROLES, SKEWED = (Path(__file__).with_name(name) for name in ("job_roles.py", "job_clock.py"))
PATIENCE = 30.0
"""Seconds; a process starts late where many do."""


class Running:
    """One such process; `said` are its lines so far, what it wrote to stderr among them."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.said: list[str] = []
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            self.said.append(line.decode(errors="replace").rstrip("\n"))
        await self.process.wait()

    def told(self, word: str) -> list[str]:
        """What followed the word in each line that begins with it."""
        return [line[len(word) + 1 :] for line in self.said if line.startswith(f"{word} ")]

    def ids(self, word: str) -> list[UUID]:
        """The ids that followed the word."""
        return [UUID(line.split()[0]) for line in self.told(word)]

    async def tells(self, word: str, times: int = 1) -> list[str]:
        """Wait until it has told the word so often; what followed it."""
        await until(lambda: len(self.told(word)) >= times or self._reading.done(), PATIENCE)
        found = self.told(word)
        ended = f"ended with {self.process.returncode}"
        assert len(found) >= times, "\n".join([f"{ended} before {times} times {word}:", *self.said[-80:]])
        return found

    async def status(self) -> dict[str, int]:
        """Ask a worker for its status."""
        await self.tells("started")
        known = len(self.told("status"))
        self.process.send_signal(signal.SIGUSR1)
        found: dict[str, int] = json.loads((await self.tells("status", known + 1))[known])
        return found

    def go(self) -> None:
        """Let the handlers that wait for it go on."""
        assert self.process.stdin is not None
        self.process.stdin.write(b"go\n")

    @property
    def lives(self) -> bool:
        """Whether it has not ended."""
        return not self._reading.done()

    def goes_on(self) -> None:
        """Fail where it has ended, with what it said last."""
        assert self.lives, "\n".join([f"ended with {self.process.returncode}:", *self.said[-80:]])

    def send(self, number: signal.Signals) -> None:
        """Send a signal, unless it has ended."""
        if self.process.returncode is None:
            self.process.send_signal(number)

    async def ended(self) -> int:
        """Wait for its end; its exit code."""
        await asyncio.wait([self._reading], timeout=PATIENCE)
        if self.lives:
            self.send(signal.SIGABRT)  # it says where it is
            await self._reading
            raise AssertionError("\n".join(["did not end:", *self.said[-80:]]))
        return await self.process.wait()

    async def terminate(self) -> None:
        """Ask it to end, once it can hear."""
        await self.tells("started")
        self.send(signal.SIGTERM)

    async def kill(self) -> None:
        """End it by the signal that nothing can catch, and read what it had said."""
        self.send(signal.SIGKILL)
        await self.ended()


class Starter:
    """Starts processes on one database."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.all: list[Running] = []

    async def __call__(self, role: str, *, skew: float = 0.0, **options: Any) -> Running:
        """Start one of the roles of `job_roles.py`, with a clock that is so many seconds on."""
        script = [SKEWED, str(skew)] if skew else [ROLES]
        command = (sys.executable, *script, role, self.url, json.dumps(options))
        started = Running(await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, stderr=STDOUT))
        self.all.append(started)
        return started

    def ids(self, word: str) -> set[UUID]:
        """The ids that followed the word in what any of the processes told."""
        return {id_ for running in self.all for id_ in running.ids(word)}


@asynccontextmanager
async def starting(url: str) -> AsyncIterator[Starter]:
    """Start processes within the block; all are killed at its end."""
    start = Starter(url)
    try:
        yield start
    finally:
        for running in start.all:
            await running.kill()
