"""The command `plainbase migrate` as a process that waits for a word, and tells when each statement begins and ends."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

READY, BEGINS, ENDS = "ready", "begins ", "ends "


@dataclass
class Migrating:
    """Such a process, seen from the one that started it; `events` are seconds since `go`, and what was told then."""

    process: Process
    began: float = 0.0
    events: list[tuple[float, str]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def go(self) -> None:
        """Let it open the database and migrate."""
        assert self.process.stdin is not None
        self.began = time.monotonic()
        self.process.stdin.write(b"go\n")

    async def told(self, events: int) -> bool:
        """Read until so many beginnings and ends of statements were told; False where it ended before."""
        while len(self.events) < events:
            if not await self._read():
                return False
        return True

    async def begins(self, text: str) -> None:
        """Read until a statement begins whose place in its file has this text in it."""
        while not any(event.startswith(BEGINS) and text in event for _, event in self.events):
            assert await self._read(), f"{text} never began: {self.said} {await self.error()}"

    def kill(self) -> None:
        """Send the signal that nothing can catch."""
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGKILL)

    async def ended(self) -> int:
        """Read what is left, and return the exit code."""
        while await self._read():
            pass
        return await self.process.wait()

    async def error(self) -> str:
        """All that it wrote to stderr; it has ended then."""
        assert self.process.stderr is not None
        return (await self.process.stderr.read()).decode()

    @property
    def labels(self) -> list[str]:
        """The migrations that it says it has applied or undone."""
        return [line.split()[1] for line in self.said if line.startswith(("applied ", "undid "))]

    @property
    def last(self) -> str:
        """The last thing that it told."""
        return self.events[-1][1] if self.events else ""

    async def _read(self) -> bool:
        assert self.process.stdout is not None
        line = (await self.process.stdout.readline()).decode().rstrip("\n")
        if line.startswith((BEGINS, ENDS)):
            self.events.append((time.monotonic() - self.began, line))
        elif line:
            self.said.append(line)
        return bool(line)


async def start(url: str, schema: Path, *arguments: str) -> Migrating:
    """Start a process that runs `plainbase migrate …` once it is told to go."""
    command = [*(arguments or ("up",)), "--url", url, "--schema", str(schema)]
    process = await asyncio.create_subprocess_exec(
        sys.executable, __file__, "migrate", *command, stdin=PIPE, stdout=PIPE, stderr=PIPE
    )
    migrating = Migrating(process)
    assert process.stdout is not None
    assert await process.stdout.readline() == f"{READY}\n".encode()
    return migrating


def _tell(line: str) -> None:
    os.write(1, f"{line}\n".encode())


def _telling(run: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    async def told(migrator: object, text: str, name: str) -> None:
        what = f"{name or text}: {text.split(maxsplit=1)[0]}"
        _tell(BEGINS + what)
        await run(migrator, text, name)
        _tell(ENDS + what)

    return told


def _main() -> None:
    from plainbase.cli import main
    from plainbase.drivers.postgres_migrator import PostgresMigrator
    from plainbase.drivers.sqlite_migrator import SqliteMigrator

    for migrator in (PostgresMigrator, SqliteMigrator):
        setattr(migrator, "run", _telling(migrator.run))  # noqa: B010 (a method, which mypy keeps from assignment)
    _tell(READY)
    sys.stdin.readline()
    main()


if __name__ == "__main__":
    _main()
