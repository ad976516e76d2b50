"""The workers' processes, as the bench sees them."""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio import StreamReader, StreamWriter
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import cast

from benchmarks.jobs.contenders import Contender
from benchmarks.jobs.working import READY, Task, Worked
from benchmarks.verify import WrongResult

PATIENCE = 300.0
"""Seconds after which a worker that should have ended is stuck."""


class Working:
    """A worker that runs."""

    def __init__(self, contender: Contender, process: Process, errors: Path) -> None:
        self._contender = contender
        self._to = cast(StreamWriter, process.stdin)
        self._from = cast(StreamReader, process.stdout)
        self._errors = errors

    async def go(self) -> None:
        """Let it begin."""
        await self._write("go")

    async def stop(self) -> None:
        """Let it end."""
        await self._write("stop")

    async def _write(self, line: str) -> None:
        self._to.write(f"{line}\n".encode())
        await self._to.drain()

    async def line(self) -> str:
        """What it says next. Raises WrongResult where it says nothing for too long, or has failed."""
        try:
            line = await asyncio.wait_for(self._from.readline(), PATIENCE)
        except TimeoutError:
            raise WrongResult(f"{self._contender.name}: its worker is stuck") from None
        if not line:
            told = self._errors.read_text("utf-8", "replace").strip()
            raise WrongResult(f"{self._contender.name}: its worker failed: {told[-1000:]}")
        return line.decode().strip()

    async def result(self, done_before: int = 0) -> Worked:
        """What it did. Raises WrongResult where what its tool has down as done is not what was handled."""
        while not (line := await self.line()).startswith("{"):
            pass
        worked = Worked(**json.loads(line))
        done = worked.done - done_before
        if done != worked.calls:
            raise WrongResult(f"{self._contender.name}: {worked.calls} jobs were handled, {done} are done")
        return worked


@asynccontextmanager
async def working(contender: Contender, url: str, task: Task, errors: Path) -> AsyncIterator[Working]:
    """Start a worker's process; it waits until it may go, and is stopped at the latest at the end of the block."""
    command = ("-P", "-m", "benchmarks.jobs.working", contender.engine, contender.name, url, json.dumps(asdict(task)))
    with errors.open("wb") as file:
        process = await asyncio.create_subprocess_exec(sys.executable, *command, stdin=PIPE, stdout=PIPE, stderr=file)
        try:
            worker = Working(contender, process, errors)
            while await worker.line() != READY:
                pass
            yield worker
        finally:
            if process.returncode is None:
                try:
                    await asyncio.wait_for(process.wait(), 10)
                except TimeoutError:
                    process.kill()
                    await process.wait()
