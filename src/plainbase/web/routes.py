"""What the machines ask that run a service: whether it lives, whether it is ready, how it is, and its metrics."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from plainbase.health import Health
from plainbase.web.dependencies import Service, Web

LONGEST = 2.0
"""Seconds that a probe, or a scraper, waits for the database."""

router = APIRouter(tags=["operations"])


class Live(BaseModel):
    """The process runs; nothing is said of the database, whose failure a restart would not mend."""

    status: Literal["live"] = "live"


class Ready(BaseModel):
    """Whether requests can be served; `reason` says why not."""

    status: Literal["ready", "not ready"]
    reason: str | None = None
    schema_version: str | None = None
    pending: list[str] = []


class Check(BaseModel):
    """One check: what was found, and what to do."""

    name: str
    state: Literal["ok", "warning", "failed"]
    found: str
    advice: str


class Report(BaseModel):
    """All checks, and the worst state of them."""

    status: Literal["ok", "warning", "failed"]
    engine: str | None
    schema_version: str | None
    pending: list[str]
    connections_open: int
    connections_busy: int
    connections_waiting: int
    connections_limit: int
    checks: list[Check]


@router.get("/health/live")
async def live() -> Live:
    """Say that the process runs."""
    return Live()


@router.get("/health/ready", responses={503: {"model": Ready, "description": "Not now."}})
async def ready(service: Service, response: Response) -> Ready:
    """Say whether the database answers and has every migration."""
    found = await _ready(service)
    if found.status != "ready":
        response.status_code = 503
    return found


@router.get("/health", responses={503: {"model": Report, "description": "A check failed."}})
async def health(service: Service, response: Response) -> Report:
    """Tell all checks of the database."""
    found = await service.db.health()
    if found.state == "failed":
        response.status_code = 503
    pool = found.pool
    return Report(
        status=found.state,
        engine=found.engine,
        schema_version=found.schema_version,
        pending=list(found.pending),
        connections_open=pool.open,
        connections_busy=pool.busy,
        connections_waiting=pool.waiting,
        connections_limit=pool.limit,
        checks=[Check(name=c.name, state=c.state, found=c.found, advice=c.advice) for c in found.checks],
    )


@router.get("/metrics", response_class=Response)
async def metrics(service: Service, request: Request) -> Response:
    """Tell this process's metrics and the database's, as Prometheus reads them; without the latter where it is slow."""
    with suppress(TimeoutError):
        async with asyncio.timeout(LONGEST):
            await service.metrics.look()
    text, content_type = service.metrics.answer(request.headers.get("accept"))
    return Response(text, headers={"content-type": content_type})


async def _ready(service: Web) -> Ready:
    if service.changes.stopped:
        return Ready(status="not ready", reason="the service stops")
    found: Health | None = None
    try:
        async with asyncio.timeout(LONGEST):
            found = await service.db.health(checks=False)
    except TimeoutError:
        pass
    if found is None or not found.ok:
        return Ready(status="not ready", reason="the database does not answer")
    version, pending = found.schema_version, list(found.pending)
    if pending:
        return Ready(status="not ready", reason="migrations are missing", schema_version=version, pending=pending)
    return Ready(status="ready", schema_version=version)
