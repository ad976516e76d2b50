"""Errors as HTTP has them: a status, and a body of application/problem+json (RFC 9457) that never shows a value."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from plainbase.errors import (
    CommitUnknown,
    ConnectionLost,
    ConstraintViolation,
    ParameterError,
    PlainbaseError,
    PoolTimeout,
    QueryTimeout,
    RowNotFound,
    SchemaOutOfDate,
    TransactionConflict,
)
from plainbase.platform.identity import LoginFailed, PermissionDenied, TokenRefused
from plainbase.web.changes import TooManyClients
from plainbase.web.dependencies import NotAuthenticated

log = logging.getLogger("plainbase.web")

RETRY_AFTER = 1
"""Seconds after which a client may try again what could not be done just now."""

TOLD = frozenset({"gt", "ge", "lt", "le", "multiple_of", "min_length", "max_length", "actual_length", "pattern"})
"""What a message of pydantic's may be about; the others may quote what was sent."""


class Place(BaseModel):
    """One thing that is wrong with a request: where, and what."""

    where: str
    what: str


class Problem(BaseModel):
    """What stands in the body of an error."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[Place] | None = None


class ProblemResponse(JSONResponse):
    """A response of that kind."""

    media_type = "application/problem+json"


def problem(
    status: int,
    title: str,
    detail: str,
    errors: Iterable[Place] = (),
    headers: Mapping[str, str] | None = None,
) -> ProblemResponse:
    """The response for a problem."""
    body = Problem(title=title, status=status, detail=detail, errors=list(errors) or None)
    return ProblemResponse(body.model_dump(exclude_none=True), status, dict(headers or {}))


def handle_errors(app: FastAPI) -> None:
    """Answer plainbase's errors, requests that do not fit, and HTTP's own errors as problems.

    What a statement or a migration says stands in the log alone. Routes that come after this are documented so.
    """
    app.router.responses.setdefault("default", {"model": Problem, "description": "What went wrong, without a value."})
    app.add_exception_handler(PlainbaseError, _of_plainbase)
    app.add_exception_handler(RequestValidationError, _of_request)
    app.add_exception_handler(HTTPException, _of_http)
    app.add_exception_handler(Exception, _of_anything)


def _answer(error: PlainbaseError) -> ProblemResponse:
    again = {"Retry-After": str(RETRY_AFTER)}
    match error:
        case NotAuthenticated() | TokenRefused() | LoginFailed():
            return problem(401, "Not authenticated", error.message, headers={"WWW-Authenticate": "Bearer"})
        case PermissionDenied():
            return problem(403, "Not allowed", error.message)
        case RowNotFound():
            return problem(404, "Not found", "there is no such row")
        case ConstraintViolation():
            rule = f" ({error.constraint})" if error.constraint else ""
            return problem(409, "Conflict", f"a rule of the database refuses this: {error.kind}{rule}")
        case ParameterError():
            return problem(422, "Invalid", error.message)
        case CommitUnknown():
            return problem(503, "Outcome unknown", "the change may or may not have been made", headers=again)
        case ConnectionLost() | PoolTimeout() | QueryTimeout():
            return problem(503, "Database unavailable", "the database did not answer in time", headers=again)
        case TransactionConflict() | TooManyClients():
            return problem(503, "Busy", "others were in the way; try again", headers=again)
        case SchemaOutOfDate():
            return problem(503, "Being migrated", "the database lacks a migration", headers=again)
    return problem(500, "Internal error", "the service failed; its log says why")


async def _of_plainbase(request: Request, error: Exception) -> ProblemResponse:
    if not isinstance(error, PlainbaseError):
        raise error
    answer = _answer(error)
    if answer.status_code >= 500:
        log.warning("%s %s: %s: %s", request.method, _route(request), type(error).__name__, error)
    return answer


async def _of_request(request: Request, error: Exception) -> ProblemResponse:
    if not isinstance(error, RequestValidationError):
        raise error
    found = error.errors()
    places = [Place(where=_where(each), what=_what(each)) for each in found[:20]]
    detail = f"the request does not fit in {len(found)} place{'s' * (len(found) != 1)}"
    return problem(422, "Invalid", detail, places)


async def _of_http(request: Request, error: Exception) -> ProblemResponse:
    if not isinstance(error, HTTPException):
        raise error
    title = HTTPStatus(error.status_code).phrase
    detail = error.detail if isinstance(error.detail, str) else title
    return problem(error.status_code, title, detail, headers=error.headers)


async def _of_anything(request: Request, error: Exception) -> ProblemResponse:
    """The server logs the error itself."""
    return problem(500, "Internal error", "the service failed; its log says why")


def _route(request: Request) -> str:
    """The route's pattern: a path may have values in it."""
    route = request.scope.get("route")
    return str(getattr(route, "path", "?"))


def _where(found: Mapping[str, Any]) -> str:
    """The path to what does not fit, without a name that nobody here chose."""
    place: Sequence[int | str] = found["loc"]
    chosen = place[:-1] if found["type"] in ("extra_forbidden", "json_invalid") else place
    return ".".join(str(part) for part in chosen)


def _what(found: Mapping[str, Any]) -> str:
    kind = str(found["type"])
    if kind == "json_invalid":
        return f"this is not JSON, from its character {found['loc'][-1]} on"
    if isinstance(found.get("input"), bytes):
        return "this is not taken for JSON: send content-type: application/json"
    context = found.get("ctx") or {}
    if TOLD.issuperset(context) or kind in ("literal_error", "enum"):
        return str(found["msg"])
    return f"this does not fit ({kind})"
