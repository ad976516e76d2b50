"""A server of one page, /metrics: scrapes that come while the database is looked at get what that look saw."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple

import click

if TYPE_CHECKING:
    from plainbase.platform.metrics import Metrics

LOOPBACK = "127.0.0.1"
PATIENCE = 10.0
"""Seconds within which a request has to be there, and its answer to be taken."""
LONGEST = 16_384
"""Bytes of a request's head."""
MOST = 100
"""Requests under way; whoever comes then is turned away, so that descriptors are left for the database's files."""


class Address(NamedTuple):
    """Where to listen."""

    host: str
    port: int


def address(ctx: click.Context, param: click.Parameter, value: str | None) -> Address | None:
    """Read HOST:PORT, :PORT or PORT; a host that is an IPv6 address stands in brackets."""
    if value is None:
        return None
    host, _, port = value.rpartition(":")
    bracketed = host.startswith("[") and host.endswith("]")
    if not (port.isascii() and port.isdigit() and int(port) <= 65535) or (":" in host and not bracketed):
        raise click.BadParameter(f"{value!r} is no address: write 9464, :9464, 0.0.0.0:9464 or [::1]:9464")
    return Address(host.strip("[]") or LOOPBACK, int(port))


@asynccontextmanager
async def served(metrics: Metrics, where: Address) -> AsyncIterator[tuple[str, int]]:
    """Serve while the block runs; give the host and the port, which is a free one where 0 was asked for.

    Raises OSError where the address cannot be listened at.
    """
    page = _Page(metrics)
    under_way: set[asyncio.Task[None]] = set()

    def come(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(under_way) >= MOST:
            writer.close()
            return
        task = asyncio.create_task(_answer(page, reader, writer))
        under_way.add(task)
        task.add_done_callback(under_way.discard)

    server = await asyncio.start_server(come, where.host, where.port, limit=LONGEST)
    try:
        host, port = server.sockets[0].getsockname()[:2]
        yield f"[{host}]" if ":" in host else host, port
    finally:
        server.close()
        await page.stop()
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
        await server.wait_closed()


class _Page:
    """What is read: of one look, which whoever comes meanwhile waits for together with the first."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._looking: asyncio.Task[object] | None = None

    async def read(self, accept: str | None) -> tuple[bytes, str]:
        """Raise TimeoutError where the look takes too long; it goes on, and is whose who asks next."""
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._metrics.look())
        async with asyncio.timeout(PATIENCE):
            await asyncio.shield(self._looking)
        return self._metrics.answer(accept)

    async def stop(self) -> None:
        """Look no more."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)


async def _answer(page: _Page, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        async with asyncio.timeout(PATIENCE):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        status, content_type, body = await _found(page, head)
        lines = (
            f"HTTP/1.1 {status.value} {status.phrase}",
            f"Content-Type: {content_type}",
            f"Content-Length: {len(body)}",
            "Connection: close",
        )
        writer.write("\r\n".join((*lines, "", "")).encode() + (b"" if head.startswith("HEAD ") else body))
        async with asyncio.timeout(PATIENCE):
            await writer.drain()
    except (TimeoutError, OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        pass  # whoever asked has gone, is too slow, or asks too much
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


async def _found(page: _Page, head: str) -> tuple[HTTPStatus, str, bytes]:
    first, *rest = head.split("\r\n")
    words = first.split(" ")
    if len(words) != 3 or words[0] not in ("GET", "HEAD"):
        return _plain(HTTPStatus.METHOD_NOT_ALLOWED)
    if words[1].partition("?")[0] != "/metrics":
        return _plain(HTTPStatus.NOT_FOUND)
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in rest)}
    try:
        body, content_type = await page.read(headers.get("accept"))
    except TimeoutError:
        return _plain(HTTPStatus.SERVICE_UNAVAILABLE, "the database does not answer")
    return HTTPStatus.OK, content_type, body


def _plain(status: HTTPStatus, why: str = "the metrics are at /metrics") -> tuple[HTTPStatus, str, bytes]:
    return status, "text/plain; charset=utf-8", f"{status.phrase}; {why}\n".encode()
