"""Sessions of a model version's use: their requests are logged one by one, their totals kept when they are closed."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from plainbase.errors import PlainbaseError, RowNotFound
from plainbase.platform.error_text import error_text
from plainbase.platform.runners import AnyRunner
from plainbase.typed import InferenceRequestsLogRow, InferenceSessionsGetRow


@dataclass(frozen=True, slots=True)
class Session:
    """An open session; `row` is what it began as."""

    db: AnyRunner
    row: InferenceSessionsGetRow

    @property
    def id(self) -> UUID:
        """The session's id."""
        return self.row.id

    async def log(self, **request: Any) -> InferenceRequestsLogRow:
        """Log a request of this session, as `log_request` does."""
        return await log_request(self.db, self.id, **request)


@asynccontextmanager
async def session(
    db: AnyRunner,
    *,
    model_version_id: UUID,
    user_id: UUID | None = None,
    purpose: str | None = None,
    metadata: Mapping[str, Any] | None = None,
) -> AsyncGenerator[Session]:
    """A session for `async with`, closed with its totals at the end of the block, also when it raises.

    Raises ConstraintViolation for an unknown model version or user.
    """
    row = await db.inference_sessions.open(
        model_version_id=model_version_id, user_id=user_id, purpose=purpose, metadata=dict(metadata or {})
    )
    try:
        yield Session(db, row)
    except BaseException as error:
        try:
            await close(db, row.id)
        except PlainbaseError as failed:  # the caller's own error says more
            error.add_note(f"the inference session could not be closed: {failed}")
        raise
    await close(db, row.id)


async def log_request(
    db: AnyRunner,
    session_id: UUID,
    *,
    prompt_chars: int | None = None,
    response_chars: int | None = None,
    input_tokens: int | None = None,
    output_tokens: int | None = None,
    latency_ms: float | None = None,
    cost_usd: float | None = None,
    error: BaseException | str | None = None,
) -> InferenceRequestsLogRow:
    """Log a request of an open session; with an `error` one that failed.

    Without a cost it is computed from the tokens and the version's prices, and null where one of them is not known.
    Raises RowNotFound where there is no such session or it is closed.
    """
    request: dict[str, Any] = {
        "session_id": session_id,
        "status": "success" if error is None else "error",
        "prompt_chars": prompt_chars,
        "response_chars": response_chars,
        "input_tokens": input_tokens,
        "output_tokens": output_tokens,
        "latency_ms": latency_ms,
        "error": None if error is None else error_text(error),
    }
    try:
        if cost_usd is None:
            return await db.inference_requests.log_priced(**request)
        return await db.inference_requests.log(**request, cost_usd=cost_usd)
    except RowNotFound as missing:
        raise RowNotFound(
            "there is no such session, or it is closed",
            query=missing.query,
            where=missing.where,
            parameters=missing.parameters,
        ) from None


async def close(db: AnyRunner, session_id: UUID) -> InferenceSessionsGetRow:
    """Close a session with the totals of its requests; one that is closed already stays as it is. Return it.

    Raises RowNotFound for an unknown session.
    """
    async with db.transaction() as tx:
        if await tx.inference_sessions.close(id=session_id):
            # Closing waited for the requests being logged, but its snapshot is older than they are.
            await tx.inference_sessions.refresh_totals(id=session_id)
        return await tx.inference_sessions.get(id=session_id)
