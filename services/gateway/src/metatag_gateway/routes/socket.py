"""The WebSocket of a job: authentication in three ways, then its frames until the last."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import aclosing, contextmanager, suppress
from typing import Annotated

import structlog
from fastapi import APIRouter, Query, WebSocket
from starlette.websockets import WebSocketDisconnect, WebSocketState

from metatag_gateway import ws_messages
from metatag_gateway.errors import TokenEnded, Unauthenticated
from metatag_gateway.places import Places
from metatag_gateway.policies import Permission
from metatag_gateway.routes.batch import known_id
from metatag_gateway.routes.dependencies import Dependencies, dependencies_of
from metatag_runtime.errors import Busy, ErrorCode, MetatagError

router = APIRouter()
log = structlog.get_logger("metatag.socket")

# RFC 6455: policy violation; try again later; our fault.
REFUSED = 1008
TRY_LATER = 1013
FAULT = 1011
# A reader that takes nothing for this long is gone. Seconds.
STALLED = 120.0
MAX_AUTH_MESSAGE = 8192
READ = Permission(scope="read")
# Whether an observer may still watch is asked this often, whatever is sent meanwhile. Seconds.
RECHECK_SECONDS = 4.0


class Sockets:
    """WebSockets of this process: places for those with a token, shared fairly, and a bound of those without one."""

    def __init__(self, total: int) -> None:
        self.places = Places(total)
        self._max_waiting = max(1, total // 4)
        self._waiting: dict[asyncio.Timeout, None] = {}

    @contextmanager
    def waiting(self, wait: asyncio.Timeout) -> Iterator[None]:
        """Count one that waits for its first message; where too many do, the oldest gives way."""
        if len(self._waiting) >= self._max_waiting:
            oldest = next(iter(self._waiting))
            del self._waiting[oldest]
            oldest.reschedule(asyncio.get_running_loop().time())
        self._waiting[wait] = None
        try:
            yield
        finally:
            self._waiting.pop(wait, None)


@router.websocket("/api/batch/ws/{job_id}")
async def observe(
    socket: WebSocket,
    job_id: str,
    token: Annotated[str | None, Query()] = None,
    after: Annotated[str | None, Query()] = None,
    pages: Annotated[str | None, Query()] = None,
) -> None:
    """Send the frames of a job; see docs/websocket.md."""
    parts = dependencies_of(socket)
    await socket.accept()
    try:
        await _serve(socket, parts, job_id=job_id, token=token, after=_number(after), pages=pages in ("1", "true"))
    except WebSocketDisconnect:
        pass
    except MetatagError as error:
        await _refuse(socket, job_id, _sentence(error), _close_code(error))
    except TimeoutError:
        log.info("observer took nothing for too long", job_id=job_id)
        await _close(socket, TRY_LATER)


async def _serve(
    socket: WebSocket, parts: Dependencies, *, job_id: str, token: str | None, after: int | None, pages: bool
) -> None:
    sockets: Sockets = socket.app.state.sockets
    presented = token or _header_token(socket) or await _first_message(socket, parts, sockets)
    principal = await parts.identity.principal(presented)
    READ.check(principal)
    if not sockets.places.take(principal.user_id):
        raise Busy("This server holds no more connections just now.")

    async def still_allowed() -> None:
        await parts.identity.recheck(principal)

    tasks: list[asyncio.Task[None]] = []
    try:
        texts = parts.observers.frames(principal.user_id, known_id(job_id), after, pages, still_allowed)
        tasks = [
            asyncio.create_task(_send_all(socket, texts), name="socket-send"),
            asyncio.create_task(_until_gone(socket), name="socket-listen"),
            asyncio.create_task(_recheck(still_allowed), name="socket-recheck"),
        ]
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        sockets.places.give_back(principal.user_id)
    for task in done:
        task.result()
    await _close(socket, 1000)


async def _recheck(still_allowed: Callable[[], Awaitable[None]]) -> None:
    """Raise once the observer's right is over; nothing that is sent meanwhile puts it off."""
    while True:
        await asyncio.sleep(RECHECK_SECONDS)
        await still_allowed()


async def _send_all(socket: WebSocket, texts: AsyncGenerator[str, None]) -> None:
    async with aclosing(texts):
        async for text in texts:
            async with asyncio.timeout(STALLED):
                await socket.send_text(text)


async def _until_gone(socket: WebSocket) -> None:
    # What clients say after the first message is never read, but must be taken off the wire.
    with suppress(WebSocketDisconnect):
        while True:
            if (await socket.receive())["type"] == "websocket.disconnect":
                return


def _header_token(socket: WebSocket) -> str:
    scheme, _, credentials = socket.headers.get("authorization", "").partition(" ")
    return credentials.strip() if scheme.lower() == "bearer" else ""


async def _first_message(socket: WebSocket, parts: Dependencies, sockets: Sockets) -> str:
    try:
        async with asyncio.timeout(parts.settings.socket_auth_seconds) as wait:
            with sockets.waiting(wait):
                text = await socket.receive_text()
    except TimeoutError:
        raise Unauthenticated("Authentication required") from None
    except KeyError:
        # A binary frame.
        raise Unauthenticated("Authentication required") from None
    if len(text) > MAX_AUTH_MESSAGE:
        raise Unauthenticated("Authentication required")
    try:
        message = json.loads(text)
    except ValueError:
        raise Unauthenticated("Authentication required") from None
    token = message.get("token") if isinstance(message, dict) and message.get("type") == "auth" else None
    if not isinstance(token, str) or not token:
        raise Unauthenticated("Authentication required")
    return token


def _number(value: str | None) -> int | None:
    """Give `after`; what is no number is as if it were not there."""
    return int(value) if value and value.isascii() and value.isdigit() and len(value) <= 18 else None


def _sentence(error: MetatagError) -> str:
    if error.code is ErrorCode.NOT_FOUND:
        return "Job not found"
    return "Something went wrong on our side." if error.code is ErrorCode.INTERNAL else error.message


def _close_code(error: MetatagError) -> int:
    if isinstance(error, TokenEnded):
        # The session goes on: the client comes again with its new token.
        return TRY_LATER
    if error.code in {ErrorCode.UNAVAILABLE, ErrorCode.BUSY, ErrorCode.DEADLINE_EXCEEDED, ErrorCode.CANCELLED}:
        return TRY_LATER
    return FAULT if error.code is ErrorCode.INTERNAL else REFUSED


async def _refuse(socket: WebSocket, job_id: str, sentence: str, code: int) -> None:
    # A page that only gets a close comes again and again; one that gets an error frame stops. So a passing fault
    # closes without the frame.
    if code == REFUSED:
        with suppress(WebSocketDisconnect, RuntimeError):
            await socket.send_text(json.dumps(ws_messages.refusal(job_id, sentence)))
    await _close(socket, code)


async def _close(socket: WebSocket, code: int) -> None:
    if socket.application_state is not WebSocketState.DISCONNECTED:
        with suppress(WebSocketDisconnect, RuntimeError):
            await socket.close(code)
