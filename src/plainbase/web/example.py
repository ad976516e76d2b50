"""A small service that logs predictions: `uvicorn --factory plainbase.web.example:create_app`."""

# Annotations are read at once here, since FastAPI finds no name of an enclosing function later.

import os
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Query, Request, Response
from pydantic import AwareDatetime

from plainbase.actor import ADDRESS_LENGTH, AGENT_LENGTH
from plainbase.errors import ConfigurationError, ParameterError
from plainbase.platform import predictions
from plainbase.sqlfile.query import OMIT
from plainbase.web import (
    BatchBody,
    BatchLogged,
    BodyLimit,
    Db,
    ErrorBody,
    Logged,
    PredictionBody,
    PredictionStatistics,
    Problem,
    Service,
    StoredPrediction,
    allowed,
    events,
    handle_errors,
    lifespan,
    router,
)
from plainbase.web.bodies import Stage, Status

CHANNEL = "predictions"

PROBLEMS: dict[int | str, dict[str, Any]] = {
    code: {"model": Problem, "description": description}
    for code, description in (
        (409, "The same request_id or batch_id was logged with something else."),
        (422, "The request does not fit."),
        (503, "Not now; try again, with the same ids."),
    )
}

writing = APIRouter(prefix="/predictions", tags=["predictions"], responses=PROBLEMS)
reading = APIRouter(prefix="/predictions", tags=["predictions"])


def create_app(url: str | None = None, *, keys: bool | None = None) -> FastAPI:
    """The application; without a URL the environment names the database.

    `PLAINBASE_WEB_MIGRATE=1` applies what is pending at the start, `PLAINBASE_WEB_KEYS=1` (or `keys`) asks for an API
    key that may `create` or `read` predictions, and `PLAINBASE_WEB_RESOURCES` is the number of seconds between two
    samples of the machine's use.
    """
    every = os.environ.get("PLAINBASE_WEB_RESOURCES", "")
    if not every.replace(".", "", 1).isdigit() and every:
        raise ConfigurationError("PLAINBASE_WEB_RESOURCES is a number of seconds")
    app = FastAPI(
        title="plainbase example",
        lifespan=lifespan(
            url, migrate=_is_on("PLAINBASE_WEB_MIGRATE"), resources_every=float(every) if every else None
        ),
    )
    handle_errors(app)
    app.add_middleware(BodyLimit)
    asked = _is_on("PLAINBASE_WEB_KEYS") if keys is None else keys
    app.include_router(router)
    for routes, action in ((writing, "create"), (reading, "read")):
        app.include_router(routes, dependencies=[Depends(allowed(action, "predictions"))] if asked else [])
    return app


@writing.post("", status_code=201, responses={200: {"model": Logged, "description": "It was logged before."}})
async def log(body: PredictionBody, request: Request, response: Response, service: Service) -> Logged:
    """Log a prediction; the same again is answered with the one that is there."""
    return await _logged(body, request, response, service)


@writing.post("/errors", status_code=201, responses={200: {"model": Logged, "description": "It was logged before."}})
async def log_error(body: ErrorBody, request: Request, response: Response, service: Service) -> Logged:
    """Log a prediction that failed; the same again is answered with the one that is there."""
    return await _logged(body, request, response, service)


@writing.post("/batches", status_code=201, responses={200: {"model": BatchLogged, "description": "As above."}})
async def log_batch(body: BatchBody, request: Request, response: Response, service: Service) -> BatchLogged:
    """Log a batch, all of it or nothing; the same again is answered with the one that is there."""
    rows = [each.prediction_of(*_whence(request)) for each in body.predictions]
    new = await predictions.log_batch_once(service.db, rows, batch_id=body.batch_id)
    service.changes.announce(CHANNEL)
    response.status_code = 201 if new else 200
    return BatchLogged(batch_id=body.batch_id, predictions=len(rows), repeated=not new)


@reading.get("")
async def list_predictions(
    db: Db,
    model_version: str | None = None,
    model_stage: Stage | None = None,
    status: Status | None = None,
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
    before_created_at: AwareDatetime | None = None,
    before_id: int | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> list[StoredPrediction]:
    """List predictions, newest first; the next page begins after the last one's created_at and id."""
    if (before_created_at is None) != (before_id is None):
        raise ParameterError("before_created_at and before_id are given together")
    rows = await db.predictions.list(
        model_version=OMIT if model_version is None else model_version,
        model_stage=OMIT if model_stage is None else model_stage,
        status=OMIT if status is None else status,
        since=_given(since),
        until=_given(until),
        before_created_at=_given(before_created_at),
        before_id=OMIT if before_id is None else before_id,
        limit=limit,
    )
    return [StoredPrediction.of(row) for row in rows]


@reading.get("/statistics")
async def statistics(
    db: Db,
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
    model_version: str | None = None,
    model_stage: Stage | None = None,
) -> PredictionStatistics:
    """Tell how many predictions succeeded and how long they took, in milliseconds."""
    found = await predictions.statistics(
        db,
        since=_given(since),
        until=_given(until),
        model_version=OMIT if model_version is None else model_version,
        model_stage=OMIT if model_stage is None else model_stage,
    )
    return PredictionStatistics.model_validate(dict(found))


@reading.get("/changes", response_class=Response, responses={200: {"content": {"text/event-stream": {}}}})
async def changes(request: Request) -> Response:
    """Stream an event whenever predictions were logged; a client then asks for what it shows."""
    return events(request, CHANNEL)


@reading.get("/by-request/{request_id:path}")
async def get(db: Db, request_id: str) -> StoredPrediction:
    """Get the prediction of a request."""
    return StoredPrediction.of(await db.predictions.get_by_request(request_id=request_id))


async def _logged(body: PredictionBody | ErrorBody, request: Request, response: Response, service: Service) -> Logged:
    row, new = await predictions.log_once(service.db, body.prediction_of(*_whence(request)))
    service.changes.announce(CHANNEL)
    response.status_code = 201 if new else 200
    return Logged(id=row.id, request_id=row.request_id, created_at=row.created_at, repeated=not new)


def _whence(request: Request) -> tuple[str | None, str | None]:
    """The agent and the address of a request, cut to what the log of changes keeps of them."""
    agent = request.headers.get("user-agent")
    address = request.client.host if request.client else None
    return agent and agent[:AGENT_LENGTH], address and address[:ADDRESS_LENGTH]


def _given(time: datetime | None) -> Any:
    return OMIT if time is None else time


def _is_on(variable: str) -> bool:
    return os.environ.get(variable, "").strip().lower() in ("1", "true", "yes", "on")
