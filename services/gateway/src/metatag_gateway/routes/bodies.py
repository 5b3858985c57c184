"""Uploads as they come in: bounded in size, counted against the quota, never whole in memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, TypeVar

from fastapi import Request
from starlette.requests import ClientDisconnect

from metatag_gateway.errors import TooLarge
from metatag_gateway.forms import Form, Part, form
from metatag_gateway.model.documents import StoredFile
from metatag_gateway.places import Places
from metatag_gateway.routes.dependencies import Dependencies
from metatag_runtime.errors import Busy, ErrorCode, InvalidArgument, MetatagError

T = TypeVar("T")
MIB = 1024 * 1024
# How long a file may wait for its place. Seconds.
UPLOAD_WAIT = 60.0


def form_of(request: Request, idle_seconds: float) -> Form:
    """Give the form of a request; a sender silent for `idle_seconds` is given up."""
    return form(request.headers.get("content-type", ""), _stream(request, idle_seconds))


async def _stream(request: Request, idle_seconds: float) -> AsyncIterator[bytes]:
    chunks = request.stream()
    while True:
        try:
            async with asyncio.timeout(idle_seconds):
                chunk = await anext(chunks, None)
        except TimeoutError:
            raise InvalidArgument(f"The upload stalled for {idle_seconds:.0f} seconds.") from None
        except ClientDisconnect:
            raise MetatagError("The client closed the connection.", code=ErrorCode.CANCELLED) from None
        if chunk is None:
            return
        if chunk:
            yield chunk


async def store(parts: Dependencies, user_id: str, part: Part, content_sha256: str = "") -> StoredFile:
    """Stream one file of a form to jobs, whatever its name; the sentences for a wrong one are the v1 API's."""
    name = part.file_name or ""
    most = parts.settings.max_upload_bytes
    try:
        async with upload_place(parts.upload_places, user_id):
            return await parts.jobs.upload(user_id, name, _counted(parts, user_id, part, most), most, content_sha256)
    except MetatagError as error:
        if error.code is ErrorCode.EMPTY_DOCUMENT:
            raise MetatagError("Empty PDF file", code=ErrorCode.EMPTY_DOCUMENT) from error
        if error.code is ErrorCode.UNSUPPORTED_MEDIA and not name.lower().endswith(".pdf"):
            raise InvalidArgument("Invalid file type. Please upload a PDF file.") from error
        raise


@asynccontextmanager
async def upload_place(places: Places, user_id: str, what: str = "uploads") -> AsyncIterator[None]:
    """Hold a place for a body under way; raise Busy when a user finds none within a minute."""
    async with AsyncExitStack() as stack:
        try:
            async with asyncio.timeout(UPLOAD_WAIT):
                await stack.enter_async_context(places.held(user_id))
        except TimeoutError:
            raise Busy(f"Too many {what} at once; try again in a moment.", retry_after=10.0) from None
        yield


async def _counted(parts: Dependencies, user_id: str, part: Part, most: int) -> AsyncIterator[bytes]:
    size = counted = 0
    async for chunk in part.chunks():
        size += len(chunk)
        if size > most:
            raise TooLarge(f"The file is larger than {most // MIB} MiB.")
        if size > counted:
            await parts.quotas.uploaded(user_id, MIB)
            counted += MIB
        yield chunk


async def while_connected(request: Request, work: Coroutine[Any, Any, T]) -> T | None:
    """Await something for a client; None, and the waiting ended, when the client has gone.

    Only the waiting ends: what was asked of other services goes on.
    """
    gone = asyncio.ensure_future(_gone(request))
    # The work stays in this task: what it binds for the log line of the request must be seen by it.
    reach = asyncio.timeout(None)

    def end(_: object) -> None:
        reach.reschedule(asyncio.get_running_loop().time())

    try:
        async with reach:
            gone.add_done_callback(end)
            return await work
    except TimeoutError:
        if not reach.expired():
            raise
        return None
    finally:
        gone.remove_done_callback(end)
        gone.cancel()
        await asyncio.gather(gone, return_exceptions=True)


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
