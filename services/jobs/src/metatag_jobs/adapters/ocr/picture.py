"""One RenderPage call: header, the file if the node lacks it, the picture in pieces."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any, cast

from metatag.v1 import ocr_pb2
from metatag_jobs.adapters.ocr.nodes import Node
from metatag_runtime.errors import ErrorCode, MetatagError
from metatag_runtime.grpc_calls import call_metadata, call_timeout, peer_errors

# A page of 2,000 pixels' width as a JPEG has at most 4 MB.
MAX_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True)
class Rendering:
    """A page to draw: `number` from 1, `width` in pixels, `deadline` in seconds."""

    sha256: str
    size: int
    content: Callable[[], AsyncIterator[bytes]]
    number: int
    width: int
    deadline: float


async def render_page(node: Node, wanted: Rendering) -> bytes:
    """Return a page as a JPEG. Raises MetatagError."""
    header = ocr_pb2.RenderPageHeader(
        content_sha256=wanted.sha256,
        size_bytes=wanted.size,
        page=wanted.number,
        width=wanted.width,
        format=ocr_pb2.PICTURE_FORMAT_JPEG,
    )
    picture = bytearray()
    with peer_errors("ocr"):
        call: Any = cast(Any, node.stub.RenderPage)(timeout=call_timeout(wanted.deadline), metadata=call_metadata())
        try:
            await call.write(ocr_pb2.RenderPageRequest(header=header))
            async for message in call:
                if message.WhichOneof("part") == "need_content":
                    async for chunk in wanted.content():
                        await call.write(ocr_pb2.RenderPageRequest(chunk=chunk))
                    await call.done_writing()
                picture += message.chunk
                if len(picture) > MAX_BYTES:
                    raise MetatagError("The picture of a page is too large.", code=ErrorCode.TOO_LARGE)
        finally:
            call.cancel()
    return bytes(picture)
