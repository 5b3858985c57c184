"""TaggerService on the wire: messages in, use case, messages out. Promises stand in tagger.proto."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import grpc
import structlog

from metatag.v1 import tagger_pb2, tagger_pb2_grpc
from metatag_runtime.errors import MetatagError
from metatag_tagger import wire
from metatag_tagger.errors import NoProviderKey
from metatag_tagger.model import TaggerInfo
from metatag_tagger.paying import TaggingOptions
from metatag_tagger.picture_reading import PictureReader
from metatag_tagger.ports import Analyst, Llm
from metatag_tagger.tagging import Tagging

log = structlog.get_logger("metatag.tagger")

# Documents of one stream in work at once; the caller's further ones wait on the wire.
STREAM_CONCURRENCY = 8

Context = grpc.aio.ServicerContext[Any, Any]


class TaggerServicer(tagger_pb2_grpc.TaggerServiceServicer):
    """The service's edge."""

    def __init__(
        self, tagging: Tagging, pictures: PictureReader, analyst: Analyst, llm: Llm, options: TaggingOptions
    ) -> None:
        self._tagging = tagging
        self._pictures = pictures
        self._analyst = analyst
        self._llm = llm
        self._options = options

    async def Tag(self, request: tagger_pb2.TagRequest, context: Context) -> tagger_pb2.TagResponse:
        """Write tags for one document."""
        return await self._tag(request)

    async def TagStream(
        self, request_iterator: AsyncIterator[tagger_pb2.TagStreamRequest], context: Context
    ) -> AsyncIterator[tagger_pb2.TagStreamResponse]:
        """Write tags for many documents; answers come as they are ready."""
        running: set[asyncio.Task[tagger_pb2.TagStreamResponse]] = set()
        try:
            async for item in request_iterator:
                running.add(asyncio.create_task(self._one(item)))
                while len(running) >= STREAM_CONCURRENCY:
                    done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                    for task in done:
                        yield task.result()
                for task in [task for task in running if task.done()]:
                    running.discard(task)
                    yield task.result()
            while running:
                done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    yield task.result()
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    async def ReadPicture(
        self, request: tagger_pb2.ReadPictureRequest, context: Context
    ) -> tagger_pb2.ReadPictureResponse:
        """Read a page from its picture."""
        return wire.picture_reading(await self._pictures.read(wire.picture_request(request)))

    async def ListTaggers(
        self, request: tagger_pb2.ListTaggersRequest, context: Context
    ) -> tagger_pb2.ListTaggersResponse:
        """Tell which taggers this node can use."""
        local = TaggerInfo("local", self._analyst.version, self._analyst.healthy())
        llm = TaggerInfo(
            "llm",
            self._tagging.version,
            self._llm.healthy(),
            provider_host=self._llm.host,
            default_model=self._options.default_model,
            has_default_key=bool(self._options.default_key) or self._options.keyless,
            vision_model=self._options.vision_model,
        )
        return tagger_pb2.ListTaggersResponse(taggers=[wire.tagger_info(local), wire.tagger_info(llm)])

    async def ListModels(
        self, request: tagger_pb2.ListModelsRequest, context: Context
    ) -> tagger_pb2.ListModelsResponse:
        """Give the provider's models, at most an hour old."""
        models = await self._llm.models(request.provider_key or self._options.default_key)
        return tagger_pb2.ListModelsResponse(models=[wire.model_info(model) for model in models])

    async def CheckKey(self, request: tagger_pb2.CheckKeyRequest, context: Context) -> tagger_pb2.CheckKeyResponse:
        """Ask the provider whether a key is good."""
        key = request.provider_key or self._options.default_key
        if not key and not self._options.keyless:
            raise NoProviderKey
        return wire.key_state(await self._llm.check_key(key))

    async def _tag(self, request: tagger_pb2.TagRequest) -> tagger_pb2.TagResponse:
        begun = time.monotonic()
        outcome = await self._tagging.tag(
            wire.document(request),
            wire.tag_options(request.tag_options, request.spent_micros),
            wire.vocabulary(request),
            request.provider_key,
            request.account,
            archive=wire.archive(request),
        )
        return wire.response(outcome, int((time.monotonic() - begun) * 1000))

    async def _one(self, item: tagger_pb2.TagStreamRequest) -> tagger_pb2.TagStreamResponse:
        try:
            return tagger_pb2.TagStreamResponse(id=item.id, response=await self._tag(item.request))
        except MetatagError as error:
            return tagger_pb2.TagStreamResponse(id=item.id, problem=wire.problem(error))
        except Exception:
            log.exception("document failed", document=item.id[:100])
            return tagger_pb2.TagStreamResponse(id=item.id, problem=wire.problem(MetatagError(_INTERNAL)))


_INTERNAL = "Something went wrong inside the tagger on this document."
