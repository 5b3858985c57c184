"""An OCR node that keeps the rules of the real one and reads nothing: text comes from the file itself.

A file may carry directives after its mark: `%PDF-1.4 {"pages": 3, "ms": 50, "text": "...", "fail": "no_pages"}`.
`"bad": [2]` are pages that Tesseract reads badly, `"scanned": [3]` have no text layer;
`"deep": {"text": ..., "confidence": ...}` is a deep reading.
Runs in a process of its own with `python -m fakes.fake_ocr_node --listen ADDRESS --slots N`.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import signal
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

from metatag.v1 import document_pb2, ocr_pb2, ocr_pb2_grpc
from metatag_runtime.errors import Busy, ErrorCode, InvalidArgument, MetatagError
from metatag_runtime.grpc_server import GrpcServerOptions, GrpcService

WORDS = "The quick brown fox jumps over the lazy dog near the river bank while seven wizards mix potions."


def fake_pdf(**directives: Any) -> bytes:
    """Give a file that this node understands; a `salt` makes it unlike others."""
    return b"%PDF-1.4 " + json.dumps(directives).encode() + b"\n%%EOF\n"


class FakeOcrNode(ocr_pb2_grpc.OcrServiceServicer):
    """Pages take `page_seconds` each; `slots` pages at once; `slots` + 1 documents."""

    def __init__(self, slots: int = 4, page_seconds: float = 0.0) -> None:
        self.slots = slots
        self.page_seconds = page_seconds
        self.known: dict[str, bytes] = {}
        self.pages_read = 0
        self.calls: Counter[str] = Counter()
        self.documents = 0
        self.most_documents = 0
        self.cancelled = 0
        # Times that somebody wanted to know its engines.
        self.asked = 0
        self._places = asyncio.Semaphore(slots)

    async def Recognize(
        self, request_iterator: AsyncIterator[ocr_pb2.RecognizeRequest], context: Any
    ) -> AsyncIterator[ocr_pb2.RecognizeResponse]:
        first = await anext(request_iterator)
        header = first.header
        if self.documents > self.slots:
            raise Busy("All places of this node are taken.", retry_after=0.05)
        self.documents += 1
        self.most_documents = max(self.most_documents, self.documents)
        self.calls[header.content_sha256] += 1
        try:
            if header.content_sha256 not in self.known:
                yield ocr_pb2.RecognizeResponse(need_content=ocr_pb2.NeedContent())
                body = b"".join([part.chunk async for part in request_iterator])
                if hashlib.sha256(body).hexdigest() != header.content_sha256 or len(body) != header.size_bytes:
                    raise InvalidArgument("The content is not what was announced.")
                self.known[header.content_sha256] = body
            async for answer in self._read(header, self.known[header.content_sha256]):
                yield answer
        except (asyncio.CancelledError, GeneratorExit):
            self.cancelled += 1
            raise
        finally:
            self.documents -= 1

    async def _read(self, header: Any, body: bytes) -> AsyncIterator[ocr_pb2.RecognizeResponse]:
        asked = _directives(body)
        if "fail" in asked:
            raise MetatagError("This document was made to fail.", code=ErrorCode(asked["fail"]))
        count = asked.get("pages", 1)
        last = min(count, header.max_pages or count)
        ranges = [(each.first, each.last or count) for each in header.pages] or [(1, last)]
        numbers = [n for first, end in ranges for n in range(first, min(end, last) + 1)]
        opened = ocr_pb2.DocumentOpened(page_count=count, pages=numbers, title=asked.get("title", ""))
        yield ocr_pb2.RecognizeResponse(opened=opened)
        seconds = asked.get("ms", self.page_seconds * 1000) / 1000

        async def page(number: int) -> document_pb2.Page:
            async with self._places:
                await asyncio.sleep(seconds)
            self.pages_read += 1
            if header.options.engine:
                return _deep_page(number, header.options, asked.get("deep", {}))
            if number in asked.get("bad", []):
                return _bad_page(number)
            scanned = number in asked.get("scanned", []) or "method" in asked
            if scanned and header.options.mode == document_pb2.OCR_MODE_SKIP:
                return document_pb2.Page(number=number, method=document_pb2.PAGE_METHOD_SKIPPED, reason="skipped")
            if number in asked.get("scanned", []):
                return document_pb2.Page(
                    number=number, text="Recognised.", method=document_pb2.PAGE_METHOD_TESSERACT, confidence=80.0
                )
            return document_pb2.Page(
                number=number,
                text=asked.get("text", f"{WORDS} Page {number}."),
                method=asked.get("method", document_pb2.PAGE_METHOD_TEXT_LAYER),
                reason="fake",
            )

        tasks = [asyncio.create_task(page(number)) for number in numbers]
        try:
            for done in asyncio.as_completed(tasks):
                yield ocr_pb2.RecognizeResponse(page=await done)
        finally:
            for task in tasks:
                task.cancel()
        summary = ocr_pb2.RecognizeSummary(
            pages_read=len(numbers), script="Latin", language="eng", engine_version="fake-1"
        )
        yield ocr_pb2.RecognizeResponse(summary=summary)

    async def ListEngines(self, request: ocr_pb2.ListEnginesRequest, context: Any) -> ocr_pb2.ListEnginesResponse:
        self.asked += 1
        engine = ocr_pb2.Engine(name="text_layer", version="fake-1", healthy=True, languages=["eng", "hin"])
        return ocr_pb2.ListEnginesResponse(engines=[engine], slots=self.slots, pages_in_flight=self.documents)


def ocr_service(node: FakeOcrNode, listen: str) -> GrpcService:
    """Give a hostable server of a node."""
    return GrpcService(
        "ocr",
        GrpcServerOptions(listen),
        [lambda server: ocr_pb2_grpc.add_OcrServiceServicer_to_server(node, server)],
        ["metatag.v1.OcrService"],
    )


def _bad_page(number: int) -> document_pb2.Page:
    return document_pb2.Page(
        number=number,
        text=f"Tne qu1ck br0wn f0x jurnps 0ver tne 1azy d0g. Page {number}.",
        method=document_pb2.PAGE_METHOD_TESSERACT,
        reason="no_text",
        confidence=40.0,
        language="eng",
        recognize_ms=100,
        tries=3,
        notes=["deep_engine_not_installed"],
    )


def _deep_page(number: int, options: ocr_pb2.RecognizeOptions, asked: dict[str, Any]) -> document_pb2.Page:
    if "fail" in asked:
        raise MetatagError("This page was made to fail.", code=ErrorCode(asked["fail"]))
    return document_pb2.Page(
        number=number,
        text=asked.get("text", f"{WORDS} Page {number}."),
        method={"easyocr": document_pb2.PAGE_METHOD_EASYOCR, "rapidocr": document_pb2.PAGE_METHOD_RAPIDOCR}[
            options.engine
        ],
        reason="forced",
        confidence=asked.get("confidence", 80.0),
        language="+".join(options.languages),
        recognize_ms=900,
        tries=1,
    )


def _directives(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body.split(b"\n", 1)[0].removeprefix(b"%PDF-1.4").strip() or b"{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


async def _main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--listen", required=True)
    parser.add_argument("--slots", type=int, default=4)
    parser.add_argument("--page-ms", type=float, default=0.0)
    asked = parser.parse_args()
    service = ocr_service(FakeOcrNode(asked.slots, asked.page_ms / 1000), asked.listen)
    await service.start()
    print(service.address, flush=True)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await stop.wait()
    await service.stop(0)


if __name__ == "__main__":
    asyncio.run(_main())
