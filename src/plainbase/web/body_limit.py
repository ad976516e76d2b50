"""A limit on what a request may send, before anything reads it."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from plainbase.web.problems import problem

MOST_BYTES = 8 << 20


class BodyLimit:
    """Middleware that answers 413 to a body of more than `most` bytes, whatever its length was said to be."""

    def __init__(self, app: ASGIApp, most: int = MOST_BYTES) -> None:
        self._app = app
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        length = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        told = int(length) if length.isdigit() and len(length) < 19 else self._most + 1
        if told > self._most:
            await self._refusal()(scope, receive, send)
            return
        seen = 0
        begun = False

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self._most:
                raise _TooLarge
            return message

        async def noted(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, counted, noted)
        except _TooLarge:
            if begun:
                raise
            await self._refusal()(scope, receive, send)

    def _refusal(self) -> ASGIApp:
        return problem(413, "Content Too Large", f"a body has at most {self._most:,} bytes")


class _TooLarge(BaseException):
    """Not an Exception, which FastAPI would answer as a body that cannot be parsed."""
