"""A caller of OcrService as short as a test wants it."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import grpc

from metatag.v1 import document_pb2, ocr_pb2, ocr_pb2_grpc


@dataclass
class Answer:
    """What came back: pages by number, in `order` of arrival."""

    opened: ocr_pb2.DocumentOpened = field(default_factory=ocr_pb2.DocumentOpened)
    pages: dict[int, document_pb2.Page] = field(default_factory=dict)
    order: list[int] = field(default_factory=list)
    summary: ocr_pb2.RecognizeSummary = field(default_factory=ocr_pb2.RecognizeSummary)
    sent_bytes: bool = False

    @property
    def text(self) -> str:
        return "\n".join(self.pages[number].text for number in sorted(self.pages))


def header(data: bytes, **fields: object) -> ocr_pb2.RecognizeHeader:
    """Give a document's header; `fields` are those of RecognizeHeader and, failing that, of RecognizeOptions."""
    own = set(ocr_pb2.RecognizeHeader.DESCRIPTOR.fields_by_name)
    options = ocr_pb2.RecognizeOptions(**{k: v for k, v in fields.items() if k not in own})  # type: ignore[arg-type]
    rest = {name: value for name, value in fields.items() if name in own}
    digest = hashlib.sha256(data).hexdigest()
    return ocr_pb2.RecognizeHeader(
        **{"content_sha256": digest, "size_bytes": len(data), "options": options, **rest}  # type: ignore[arg-type]
    )


async def stream(
    channel: grpc.aio.Channel, data: bytes, head: ocr_pb2.RecognizeHeader, timeout: float = 100.0
) -> AsyncIterator[ocr_pb2.RecognizeResponse]:
    """Give the node's messages; sends the bytes when it asks for them."""
    call = ocr_pb2_grpc.OcrServiceStub(channel).Recognize(timeout=timeout)
    await call.write(ocr_pb2.RecognizeRequest(header=head))
    try:
        async for message in call:
            if message.WhichOneof("part") == "need_content":
                for start in range(0, len(data), 1024 * 1024):
                    await call.write(ocr_pb2.RecognizeRequest(chunk=data[start : start + 1024 * 1024]))
                await call.done_writing()
            yield message
    finally:
        call.cancel()


async def recognize(channel: grpc.aio.Channel, data: bytes, timeout: float = 100.0, **fields: object) -> Answer:
    """Read a document to its end."""
    answer = Answer()
    async for message in stream(channel, data, header(data, **fields), timeout):
        part = message.WhichOneof("part")
        if part == "need_content":
            answer.sent_bytes = True
        elif part == "opened":
            answer.opened = message.opened
        elif part == "page":
            answer.pages[message.page.number] = message.page
            answer.order.append(message.page.number)
        elif part == "summary":
            answer.summary = message.summary
    return answer


async def render(channel: grpc.aio.Channel, data: bytes, page: int, width: int, timeout: float = 60.0) -> bytes:
    """Give a page's picture."""
    call = ocr_pb2_grpc.OcrServiceStub(channel).RenderPage(timeout=timeout)
    head = ocr_pb2.RenderPageHeader(
        content_sha256=hashlib.sha256(data).hexdigest(), size_bytes=len(data), page=page, width=width
    )
    await call.write(ocr_pb2.RenderPageRequest(header=head))
    picture = b""
    async for message in call:
        if message.WhichOneof("part") == "need_content":
            for start in range(0, len(data), 1024 * 1024):
                await call.write(ocr_pb2.RenderPageRequest(chunk=data[start : start + 1024 * 1024]))
            await call.done_writing()
        picture += message.chunk
    return picture
