"""TaggerService on the wire: messages in, use case, messages out. Promises stand in tagger.proto."""

from __future__ import annotations

import time
from typing import Any

import grpc

from metatag.v1 import tagger_pb2, tagger_pb2_grpc
from metatag_tagger import wire
from metatag_tagger.errors import NoProviderKey
from metatag_tagger.model import TaggerInfo
from metatag_tagger.paying import TaggingOptions
from metatag_tagger.picture_reading import PictureReader
from metatag_tagger.ports import Analyst, Llm
from metatag_tagger.tagging import Tagging

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
