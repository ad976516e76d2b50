"""The example service in processes of its own, and clients that remember what they were told."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from asyncio.subprocess import PIPE, STDOUT, Process
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from waiting import until

PATIENCE = 30.0
"""Seconds; a process starts late where many do."""

RUNNING = "Uvicorn running on "


class Served:
    """A running service, its address and what it said."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.said: list[str] = []
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            self.said.append(line.decode(errors="replace").rstrip("\n"))
        await self.process.wait()

    @property
    def text(self) -> str:
        """Everything it said."""
        return "\n".join(self.said)

    async def ready(self, workers: int) -> str:
        """Wait until it serves; its address."""
        await until(lambda: self._is_up(workers) or self._reading.done(), PATIENCE)
        assert self._is_up(workers), self.text
        line = next(line for line in self.said if RUNNING in line)
        return line.partition(RUNNING)[2].split()[0]

    def _is_up(self, workers: int) -> bool:
        return RUNNING in self.text and self.text.count("Application startup complete.") >= workers

    def send(self, number: signal.Signals) -> None:
        """Send a signal to it and, where that cannot be passed on, to its worker processes."""
        if self.process.returncode is None:
            if number == signal.SIGKILL:
                os.killpg(self.process.pid, number)
            else:
                self.process.send_signal(number)

    async def ended(self) -> int:
        """Wait for its end; its exit code."""
        await asyncio.wait([self._reading], timeout=PATIENCE)
        assert self._reading.done(), f"did not end:\n{self.text}"
        return await self.process.wait()


@asynccontextmanager
async def serving(url: str, *, workers: int = 1, port: int = 0, **environ: str) -> AsyncIterator[tuple[Served, str]]:
    """The example on a database, for the block: the process and its address."""
    command = ["-W", "error", "-m", "uvicorn", "--factory", "plainbase.web.example:create_app", "--port", str(port)]
    more = ["--workers", str(workers)] if workers > 1 else []
    env = {name: value for name, value in os.environ.items() if not name.startswith(("DATABASE", "DB_"))}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *command,
        "--no-access-log",
        "--no-use-colors",
        *more,
        stdout=PIPE,
        stderr=STDOUT,
        env=env | {"DATABASE_URL": url} | environ,
        start_new_session=True,
    )
    served = Served(process)
    try:
        yield served, await served.ready(workers)
    finally:
        served.send(signal.SIGKILL)
        await served.ended()


def plain_client(address: str) -> httpx.AsyncClient:
    """A client without TLS, whose certificates take longer to read than a request."""
    return httpx.AsyncClient(base_url=address, timeout=30, trust_env=False, verify=False)


def body(request_id: str, **changes: Any) -> dict[str, Any]:
    """A prediction, as a client sends it."""
    return {
        "request_id": request_id,
        "model_version": "v1",
        "model_stage": "production",
        "input_features": {"rooms": 3, "income": 4.5},
        "prediction": 2.5,
        "confidence_score": 0.9,
        "processing_time_ms": 12.5,
        **changes,
    }


@dataclass
class Load:
    """Clients that log predictions as fast as they are answered; `acknowledged` are the request ids of those that were.

    With `insist` a client that got no answer, or a 503, tries the same again until it has one.
    """

    url: str
    clients: int = 16
    insist: bool = False
    acknowledged: set[str] = field(default_factory=set)
    sent: set[str] = field(default_factory=set)
    statuses: Counter[int] = field(default_factory=Counter)
    broken: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    repeated: int = 0
    began: float = 0.0
    lasted: float = 0.0
    over: bool = False
    name: str = "load"

    async def run(self, seconds: float | None) -> None:
        """Send for so many seconds, or until it is over or every client lost its connection."""
        self.began = time.perf_counter()
        until_then = None if seconds is None else self.began + seconds
        async with asyncio.TaskGroup() as group:
            for number in range(self.clients):
                group.create_task(self._client(number, until_then))
        self.lasted += time.perf_counter() - self.began

    async def _client(self, number: int, until_then: float | None) -> None:
        async with plain_client(self.url) as client:
            for path, sent, ids in self._requests(number):
                self.sent.update(ids)
                while not await self._answered(client, path, sent, ids):
                    if not self.insist:
                        return
                    await asyncio.sleep(0.02)
                if self.over or (until_then is not None and time.perf_counter() >= until_then):
                    return

    async def _answered(self, client: httpx.AsyncClient, path: str, sent: dict[str, Any], ids: list[str]) -> bool:
        began = time.perf_counter()
        try:
            answer = await client.post(path, json=sent)
        except httpx.TransportError as error:
            self.broken[type(error).__name__] += 1
            return False
        self.seconds.append(time.perf_counter() - began)
        self.statuses[answer.status_code] += 1
        if answer.status_code not in (200, 201):
            assert answer.headers["content-type"] == "application/problem+json", answer.text
            return False
        self.repeated += answer.status_code == 200
        self.acknowledged.update(ids)
        return True

    def _requests(self, client: int) -> Iterator[tuple[str, dict[str, Any], list[str]]]:
        """Without end: of ten requests eight log one, one logs an error and one a batch of ten."""
        number = 0
        while True:
            name = f"{self.name}-{client}-{number}"
            if (client + number) % 10 == 8:
                failed = body(name) | {"error_message": "ValueError: no income"}
                for key in ("prediction", "confidence_score"):
                    del failed[key]
                yield "/predictions/errors", failed, [name]
            elif (client + number) % 10 == 9:
                ids = [f"{name}-{each}" for each in range(10)]
                yield "/predictions/batches", {"batch_id": name, "predictions": [body(each) for each in ids]}, ids
            else:
                yield "/predictions", body(name), [name]
            number += 1

    def figures(self) -> str:
        """Requests per second, and how long they took."""
        ordered = sorted(self.seconds)
        half, late = (ordered[int(share * (len(ordered) - 1))] * 1000 for share in (0.5, 0.99))
        return f"{len(ordered) / self.lasted:,.0f} requests/s, p50 {half:.1f} ms, p99 {late:.1f} ms"
