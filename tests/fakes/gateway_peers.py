"""The ocr and tagger services as a gateway asks them: engines, text of a list, pictures, models, keys. Real gRPC."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from typing import Any

from metatag.v1 import document_pb2 as d
from metatag.v1 import ocr_pb2 as o
from metatag.v1 import tagger_pb2 as t
from metatag.v1.ocr_pb2_grpc import OcrServiceServicer, add_OcrServiceServicer_to_server
from metatag.v1.tagger_pb2_grpc import TaggerServiceServicer, add_TaggerServiceServicer_to_server
from metatag_runtime.errors import ErrorCode, MetatagError
from metatag_runtime.grpc_server import GrpcServerOptions, GrpcService

PNG = b"\x89PNG\r\n\x1a\n" + b"picture"
GOOD_KEY = "sk-good"


class FakeOcrService(OcrServiceServicer):
    """Reads what stands behind `text:` in a file; asks for the bytes once."""

    def __init__(self) -> None:
        self.known: dict[str, bytes] = {}
        self.healthy = True

    async def Recognize(self, request_iterator: AsyncIterator[o.RecognizeRequest], context: Any) -> AsyncIterator[Any]:
        header = (await anext(request_iterator)).header
        sha = header.content_sha256
        if sha not in self.known:
            yield o.RecognizeResponse(need_content=o.NeedContent())
            await self._take(sha, header.size_bytes, request_iterator)
        content = self.known[sha]
        if not content.startswith(b"%PDF"):
            raise MetatagError("The file is not a PDF.", code=ErrorCode.UNSUPPORTED_MEDIA)
        yield o.RecognizeResponse(opened=o.DocumentOpened(page_count=2, pages=[1, 2]))
        words = content.partition(b"text:")[2].decode().partition("|")
        for number, text in ((2, words[2]), (1, words[0])):
            page = d.Page(number=number, text=text, method=d.PAGE_METHOD_TEXT_LAYER)
            yield o.RecognizeResponse(page=page)
        yield o.RecognizeResponse(summary=o.RecognizeSummary(pages_read=2))

    async def RenderPage(
        self, request_iterator: AsyncIterator[o.RenderPageRequest], context: Any
    ) -> AsyncIterator[Any]:
        header = (await anext(request_iterator)).header
        if header.content_sha256 not in self.known:
            yield o.RenderPageResponse(need_content=o.NeedContent())
            await self._take(header.content_sha256, header.size_bytes, request_iterator)
        if header.page > 2:
            raise MetatagError("The document has no such page.", code=ErrorCode.NOT_FOUND)
        yield o.RenderPageResponse(chunk=PNG)

    async def DescribePdf(
        self, request_iterator: AsyncIterator[o.DescribePdfRequest], context: Any
    ) -> AsyncIterator[Any]:
        header = (await anext(request_iterator)).header
        if header.content_sha256 not in self.known:
            yield o.DescribePdfResponse(need_content=o.NeedContent())
            await self._take(header.content_sha256, header.size_bytes, request_iterator)
        # A comment behind the end of a PDF is no part of it.
        said = "; ".join([header.title, *header.tags])
        yield o.DescribePdfResponse(chunk=self.known[header.content_sha256])
        yield o.DescribePdfResponse(chunk=f"%{said}".encode())

    async def MakeSearchable(
        self, request_iterator: AsyncIterator[o.MakeSearchableRequest], context: Any
    ) -> AsyncIterator[Any]:
        header = (await anext(request_iterator)).header
        layers = [(await anext(request_iterator)).layer for _ in range(header.layer_count)]
        if header.content_sha256 not in self.known:
            yield o.MakeSearchableResponse(need_content=o.NeedContent())
            await self._take(header.content_sha256, header.size_bytes, request_iterator)
        said = "; ".join([header.title, *header.tags, *(layer.boxes.text for layer in layers)])
        yield o.MakeSearchableResponse(chunk=self.known[header.content_sha256])
        yield o.MakeSearchableResponse(chunk=f"%{said}".encode())

    async def LocateWords(
        self, request_iterator: AsyncIterator[o.LocateWordsRequest], context: Any
    ) -> AsyncIterator[Any]:
        header = (await anext(request_iterator)).header
        if header.content_sha256 not in self.known:
            yield o.LocateWordsResponse(need_content=o.NeedContent())
            await self._take(header.content_sha256, header.size_bytes, request_iterator)
        if header.page > 2:
            raise MetatagError("The document has no such page.", code=ErrorCode.NOT_FOUND)
        sides = b"".join(side.to_bytes(2, "little") for side in (1000, 1000, 2000, 1200))
        words = d.WordBoxes(text="canal", sides=sides, confidences=bytes([100]))
        yield o.LocateWordsResponse(words=words)

    async def ListEngines(self, request: o.ListEnginesRequest, context: Any) -> Any:
        tesseract = o.Engine(name="tesseract", version="5.5", healthy=self.healthy, languages=["eng", "hin"])
        return o.ListEnginesResponse(engines=[tesseract], slots=2)

    async def _take(self, sha: str, size: int, requests: AsyncIterator[Any]) -> None:
        content = b""
        while len(content) < size:
            content += (await anext(requests)).chunk
        assert hashlib.sha256(content).hexdigest() == sha
        self.known[sha] = content


class FakeTaggerService(TaggerServiceServicer):
    """Knows two models and one good key."""

    async def ListTaggers(self, request: t.ListTaggersRequest, context: Any) -> Any:
        return t.ListTaggersResponse(taggers=[t.TaggerInfo(name="local", version="1", healthy=True)])

    async def ListModels(self, request: t.ListModelsRequest, context: Any) -> Any:
        if request.provider_key == "sk-away":
            raise MetatagError("The provider does not answer.", code=ErrorCode.PROVIDER_UNAVAILABLE)
        mini = t.ModelInfo(id="openai/gpt-4o-mini", name="mini", context_length=128_000, prompt_price_micros=150_000)
        return t.ListModelsResponse(models=[mini, t.ModelInfo(id="open/free", name="free", context_length=8192)])

    async def CheckKey(self, request: t.CheckKeyRequest, context: Any) -> Any:
        if request.provider_key == GOOD_KEY:
            return t.CheckKeyResponse(valid=True, remaining_micros=2_500_000)
        return t.CheckKeyResponse(valid=False, problem=d.Problem(code="provider_auth", message="The key is refused."))


def ocr_service(listen: str, servicer: FakeOcrService) -> GrpcService:
    return GrpcService(
        "ocr",
        GrpcServerOptions(listen=listen),
        [lambda server: add_OcrServiceServicer_to_server(servicer, server)],
        ["metatag.v1.OcrService"],
    )


def tagger_service(listen: str, servicer: FakeTaggerService) -> GrpcService:
    return GrpcService(
        "tagger",
        GrpcServerOptions(listen=listen),
        [lambda server: add_TaggerServiceServicer_to_server(servicer, server)],
        ["metatag.v1.TaggerService"],
    )
