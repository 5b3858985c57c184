"""The WebSocket of a job: authentication in three ways, then its frames until the last."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from typing import Annotated

import structlog
from fastapi import APIRouter, Query, WebSocket
from starlette.websockets import WebSocketDisconnect, WebSocketState

from metatag_gateway import frames
from metatag_gateway.errors import Unauthenticated
from metatag_gateway.model.accounts import Principal
from metatag_gateway.policies import Permission
from metatag_gateway.routes.batch import known_id
from metatag_gateway.routes.parts import Parts, parts_of
from metatag_runtime.errors import ErrorCode, MetatagError

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


@router.websocket("/api/batch/ws/{job_id}")
async def observe(
    socket: WebSocket,
    job_id: str,
    token: Annotated[str | None, Query()] = None,
    after: Annotated[str | None, Query()] = None,
    pages: Annotated[str | None, Query()] = None,
) -> None:
    """Send the frames of a job; see docs/websocket.md."""
    parts = parts_of(socket)
    await socket.accept()
    places = socket.app.state.sockets
    if places.count >= parts.settings.max_sockets:
        await _refuse(socket, job_id, "This server holds no more connections just now.", TRY_LATER)
        return
    places.count += 1
    try:
        await _serve(socket, parts, job_id=job_id, token=token, after=_number(after), pages=pages in ("1", "true"))
    except WebSocketDisconnect:
        pass
    except MetatagError as error:
        await _refuse(socket, job_id, _sentence(error), _close_code(error))
    except TimeoutError:
        log.info("observer took nothing for too long", job_id=job_id)
        await _close(socket, TRY_LATER)
    finally:
        places.count -= 1


async def _serve(
    socket: WebSocket, parts: Parts, *, job_id: str, token: str | None, after: int | None, pages: bool
) -> None:
    presented = token or _header_token(socket) or await _first_message(socket, parts.settings.socket_auth_seconds)
    principal = await parts.identity.principal(presented)
    READ.check(principal)

    async def still_allowed() -> Principal:
        return await parts.identity.principal_of(principal)

    texts = parts.observers.frames(principal.user_id, known_id(job_id), after, pages, still_allowed)
    sending = asyncio.create_task(_send_all(socket, texts), name="socket-send")
    listening = asyncio.create_task(_until_gone(socket), name="socket-listen")
    try:
        await asyncio.wait({sending, listening}, return_when=asyncio.FIRST_COMPLETED)
        if sending.done():
            sending.result()
            await _close(socket, 1000)
    finally:
        for task in (sending, listening):
            task.cancel()
        await asyncio.gather(sending, listening, return_exceptions=True)


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


async def _first_message(socket: WebSocket, seconds: float) -> str:
    try:
        async with asyncio.timeout(seconds):
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
    if error.code in {ErrorCode.UNAVAILABLE, ErrorCode.BUSY, ErrorCode.DEADLINE_EXCEEDED, ErrorCode.CANCELLED}:
        return TRY_LATER
    return FAULT if error.code is ErrorCode.INTERNAL else REFUSED


async def _refuse(socket: WebSocket, job_id: str, sentence: str, code: int) -> None:
    # A page that only gets a close comes again and again; one that gets an error frame stops. So a passing fault
    # closes without the frame.
    if code == REFUSED:
        with suppress(WebSocketDisconnect, RuntimeError):
            await socket.send_text(json.dumps(frames.refusal(job_id, sentence)))
    await _close(socket, code)


async def _close(socket: WebSocket, code: int) -> None:
    if socket.application_state is not WebSocketState.DISCONNECTED:
        with suppress(WebSocketDisconnect, RuntimeError):
            await socket.close(code)
