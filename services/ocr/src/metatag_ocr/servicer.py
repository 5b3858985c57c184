"""The gRPC edge: OcrService over the use case."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import Any, TypeVar

import grpc

from metatag.v1 import ocr_pb2, ocr_pb2_grpc
from metatag_ocr import wire
from metatag_ocr.model import NeedContent, Opened, PageLayer, PageText
from metatag_ocr.recognize import Recognizer
from metatag_runtime.errors import ErrorCode, InvalidArgument, MetatagError

Context = grpc.aio.ServicerContext[Any, Any]

M = TypeVar("M")

# The wire contract's bound of a chunk, and the size of ours.
_CHUNK_BYTES = 1024 * 1024
# Of all layers of one PDF: 2,500 full pages.
_MAX_LAYER_WORDS = 1_000_000


class OcrServicer(ocr_pb2_grpc.OcrServiceServicer):
    """Translates; the use case does the work. `upload_seconds` bounds the wait for each message of an upload."""

    def __init__(self, recognizer: Recognizer, upload_seconds: float) -> None:
        self._recognizer = recognizer
        self._upload_seconds = upload_seconds

    async def Recognize(
        self, request_iterator: AsyncIterator[ocr_pb2.RecognizeRequest], context: Context
    ) -> AsyncIterator[ocr_pb2.RecognizeResponse]:
        """Read a document's pages."""
        upload = _Upload(request_iterator, self._upload_seconds)
        header = await upload.header()
        events = self._recognizer.recognize(wire.read_request(header), upload.chunks())
        async with aclosing(events):  # type: ignore[type-var]
            async for event in events:
                yield _answer(event)

    async def ListEngines(self, request: ocr_pb2.ListEnginesRequest, context: Context) -> ocr_pb2.ListEnginesResponse:
        """Tell engines and load."""
        return wire.state(self._recognizer.state())

    async def RenderPage(
        self, request_iterator: AsyncIterator[ocr_pb2.RenderPageRequest], context: Context
    ) -> AsyncIterator[ocr_pb2.RenderPageResponse]:
        """Draw one page."""
        upload = _Upload(request_iterator, self._upload_seconds)
        document, number, width, kind = wire.render_request_of(await upload.header())
        events = self._recognizer.render(document, number, width, kind, upload.chunks())
        async for message in _streamed(events, ocr_pb2.RenderPageResponse):
            yield message

    async def DescribePdf(
        self, request_iterator: AsyncIterator[ocr_pb2.DescribePdfRequest], context: Context
    ) -> AsyncIterator[ocr_pb2.DescribePdfResponse]:
        """Write title, description and tags into a PDF."""
        upload = _Upload(request_iterator, self._upload_seconds)
        document, description = wire.describe_request_of(await upload.header())
        events = self._recognizer.describe(document, description, upload.chunks())
        async for message in _streamed(events, ocr_pb2.DescribePdfResponse):
            yield message

    async def MakeSearchable(
        self, request_iterator: AsyncIterator[ocr_pb2.MakeSearchableRequest], context: Context
    ) -> AsyncIterator[ocr_pb2.MakeSearchableResponse]:
        """Write layers of text, title, description and tags into a PDF."""
        upload = _Upload(request_iterator, self._upload_seconds)
        document, description, count = wire.searchable_request_of(await upload.header())
        layers = await upload.layers(count)
        events = self._recognizer.make_searchable(document, description, layers, upload.chunks())
        async for message in _streamed(events, ocr_pb2.MakeSearchableResponse):
            yield message

    async def LocateWords(
        self, request_iterator: AsyncIterator[ocr_pb2.LocateWordsRequest], context: Context
    ) -> AsyncIterator[ocr_pb2.LocateWordsResponse]:
        """Find the words of a page's own text."""
        upload = _Upload(request_iterator, self._upload_seconds)
        document, number = wire.locate_request_of(await upload.header())
        events = self._recognizer.locate(document, number, upload.chunks())
        async with aclosing(events):  # type: ignore[type-var]
            async for event in events:
                if isinstance(event, NeedContent):
                    yield ocr_pb2.LocateWordsResponse(need_content=ocr_pb2.NeedContent())
                else:
                    yield ocr_pb2.LocateWordsResponse(words=wire.boxes(event))


async def _streamed(events: AsyncIterator[NeedContent | bytes], response: Callable[..., M]) -> AsyncIterator[M]:
    """Return the messages of a file's bytes, in chunks, and of the request for what it is made of."""
    async with aclosing(events):  # type: ignore[type-var]
        async for event in events:
            if isinstance(event, NeedContent):
                yield response(need_content=ocr_pb2.NeedContent())
                continue
            for start in range(0, len(event), _CHUNK_BYTES):
                yield response(chunk=event[start : start + _CHUNK_BYTES])


def _answer(event: object) -> ocr_pb2.RecognizeResponse:
    if isinstance(event, NeedContent):
        return ocr_pb2.RecognizeResponse(need_content=ocr_pb2.NeedContent())
    if isinstance(event, Opened):
        return wire.opened(event)
    return wire.page(event) if isinstance(event, PageText) else wire.summary(event)  # type: ignore[arg-type]


class _Upload:
    """The caller's side of a stream: a header, then chunks."""

    def __init__(self, messages: AsyncIterator[Any], seconds: float) -> None:
        self._messages = messages
        self._seconds = seconds

    async def header(self) -> Any:
        """Give the first message's header; raises InvalidArgument."""
        message = await self._next()
        if message is None or message.WhichOneof("part") != "header":
            raise InvalidArgument("The first message must be the header.")
        return message.header

    async def layers(self, count: int) -> list[PageLayer]:
        """Give the layers that follow the header; raises InvalidArgument."""
        found, words = [], 0
        for _ in range(count):
            message = await self._next()
            if message is None or message.WhichOneof("part") != "layer":
                raise InvalidArgument(f"{count} layers must follow the header.")
            layer = wire.layer_of(message.layer)
            words += len(layer.sides) // 8
            if words > _MAX_LAYER_WORDS:
                raise InvalidArgument(f"The layers may have {_MAX_LAYER_WORDS:,} words in all.")
            found.append(layer)
        return found

    async def chunks(self) -> AsyncIterator[bytes]:
        """Give the chunks up to the end of the caller's stream."""
        while (message := await self._next()) is not None:
            if message.WhichOneof("part") != "chunk":
                raise InvalidArgument("Only chunks may follow the header.")
            if len(message.chunk) > _CHUNK_BYTES:
                raise InvalidArgument("A chunk may have 1 MiB at most.")
            yield message.chunk

    async def _next(self) -> Any:
        try:
            async with asyncio.timeout(self._seconds):
                return await anext(self._messages, None)
        except TimeoutError:
            raise MetatagError(
                f"The next part of the document did not come within {self._seconds:g} seconds.",
                code=ErrorCode.DEADLINE_EXCEEDED,
            ) from None
