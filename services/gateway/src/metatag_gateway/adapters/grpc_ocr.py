"""The ocr service over gRPC, for small files where no job is involved."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing
from typing import Any

import grpc

from metatag.v1 import document_pb2 as d
from metatag.v1 import ocr_pb2 as o
from metatag.v1.ocr_pb2_grpc import OcrServiceStub
from metatag_gateway.model.jobs import Engine
from metatag_gateway.model.words import PackedWords, PageWords
from metatag_gateway.wire import jobs as wire
from metatag_gateway.wire.records import packed
from metatag_runtime.errors import MetatagError
from metatag_runtime.grpc_calls import call_metadata, call_timeout, peer_errors
from metatag_runtime.grpc_client import open_channel

PEER = "ocr"
CHUNK = 1024 * 1024
# Seconds: a scanned exclusion list of a few pages; one rendered page.
READ_SECONDS = 120.0
RENDER_SECONDS = 60.0


class GrpcOcr:
    """Keeps the promises of ports.Ocr."""

    def __init__(self, address: str) -> None:
        self._channel = open_channel(address, ["metatag.v1.OcrService/ListEngines"], peer=PEER)
        self._stub = OcrServiceStub(self._channel)

    async def close(self) -> None:
        """Close the channel."""
        await self._channel.close()

    async def read_text(self, content: bytes, max_pages: int) -> str:
        """Recognize, sending the bytes only when the node asks for them."""
        header = o.RecognizeHeader(
            content_sha256=hashlib.sha256(content).hexdigest(),
            size_bytes=len(content),
            options=o.RecognizeOptions(mode=d.OCR_MODE_AUTO),
            max_pages=max_pages,
        )
        needed: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

        async def requests() -> AsyncIterator[o.RecognizeRequest]:
            yield o.RecognizeRequest(header=header)
            if await needed:
                for start in range(0, len(content), CHUNK):
                    yield o.RecognizeRequest(chunk=bytes(content[start : start + CHUNK]))

        pages: dict[int, str] = {}
        call = self._stub.Recognize(requests(), timeout=call_timeout(READ_SECONDS), metadata=call_metadata())
        try:
            with peer_errors(PEER):
                async for answer in call:
                    _settle(needed, answer.HasField("need_content"))
                    if answer.HasField("page"):
                        pages[answer.page.number] = answer.page.text
        finally:
            _settle(needed, False)
            call.cancel()
        return "\n".join(pages[number] for number in sorted(pages))

    async def engines(self) -> list[Engine]:
        """ListEngines."""
        answer = await self._stub.ListEngines(o.ListEnginesRequest(), timeout=5.0)
        return [wire.engine(found) for found in answer.engines]

    async def render(self, content: bytes | bytearray, page: int, width: int) -> AsyncIterator[bytes]:
        """RenderPage, sending the bytes only when the node asks for them."""
        digest = await _digest(content)
        header = o.RenderPageHeader(content_sha256=digest, size_bytes=len(content), page=page, width=width)
        first = [o.RenderPageRequest(header=header)]
        async with aclosing(_exchange(self._stub.RenderPage, o.RenderPageRequest, first, content)) as answers:
            async for answer in answers:
                yield answer.chunk

    async def describe(
        self, content: bytes | bytearray, title: str, description: str, tags: Sequence[str]
    ) -> AsyncIterator[bytes]:
        """DescribePdf, sending the bytes only when the node asks for them."""
        digest = await _digest(content)
        header = o.DescribePdfHeader(
            content_sha256=digest, size_bytes=len(content), title=title, description=description, tags=tags
        )
        first = [o.DescribePdfRequest(header=header)]
        async with aclosing(_exchange(self._stub.DescribePdf, o.DescribePdfRequest, first, content)) as answers:
            async for answer in answers:
                yield answer.chunk

    async def make_searchable(
        self,
        content: bytes | bytearray,
        title: str,
        description: str,
        tags: Sequence[str],
        layers: Sequence[PageWords],
    ) -> AsyncIterator[bytes]:
        """MakeSearchable, sending the bytes only when the node asks for them."""
        header = o.MakeSearchableHeader(
            content_sha256=await _digest(content),
            size_bytes=len(content),
            title=title,
            description=description,
            tags=tags,
            layer_count=len(layers),
        )
        first = [
            o.MakeSearchableRequest(header=header),
            *(o.MakeSearchableRequest(layer=_layer(each)) for each in layers),
        ]
        async with aclosing(_exchange(self._stub.MakeSearchable, o.MakeSearchableRequest, first, content)) as answers:
            async for answer in answers:
                yield answer.chunk

    async def locate(self, content: bytes | bytearray, page: int) -> PackedWords:
        """LocateWords, sending the bytes only when the node asks for them."""
        header = o.LocateWordsHeader(content_sha256=await _digest(content), size_bytes=len(content), page=page)
        found = PackedWords()
        first = [o.LocateWordsRequest(header=header)]
        try:
            async with aclosing(_exchange(self._stub.LocateWords, o.LocateWordsRequest, first, content)) as answers:
                async for answer in answers:
                    found = packed(answer.words)
        except MetatagError as error:
            # A node of an older version cannot tell.
            cause = error.__cause__
            if not (isinstance(cause, grpc.aio.AioRpcError) and cause.code() is grpc.StatusCode.UNIMPLEMENTED):
                raise
        return found


async def _exchange(
    method: Callable[..., Any], request: Callable[..., Any], first: Sequence[Any], content: bytes | bytearray
) -> AsyncGenerator[Any, None]:
    """Send a document's header, and its bytes only when the node asks for them; give every other answer."""
    needed: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    async def requests() -> AsyncIterator[Any]:
        for message in first:
            yield message
        if await needed:
            for start in range(0, len(content), CHUNK):
                yield request(chunk=bytes(content[start : start + CHUNK]))

    call = method(requests(), timeout=call_timeout(RENDER_SECONDS), metadata=call_metadata())
    try:
        with peer_errors(PEER):
            async for answer in call:
                _settle(needed, answer.HasField("need_content"))
                if not answer.HasField("need_content"):
                    yield answer
    finally:
        _settle(needed, False)
        call.cancel()


async def _digest(content: bytes | bytearray) -> str:
    return await asyncio.to_thread(lambda: hashlib.sha256(content).hexdigest())


def _layer(page: PageWords) -> o.PageLayer:
    boxes = d.WordBoxes(text=page.words.text, sides=page.words.sides)
    return o.PageLayer(number=page.number, rotation=page.rotation, boxes=boxes)


def _settle(future: asyncio.Future[bool], value: bool) -> None:
    if not future.done():
        future.set_result(value)
