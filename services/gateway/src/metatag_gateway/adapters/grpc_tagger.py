"""The tagger service over gRPC: models, keys and health."""

from __future__ import annotations

from metatag.v1 import tagger_pb2 as t
from metatag.v1.tagger_pb2_grpc import TaggerServiceStub
from metatag_gateway.model.jobs import KeyCheck, Model, Tagger
from metatag_gateway.wire import jobs as wire
from metatag_runtime.grpc_client import open_channel

PEER = "tagger"


class GrpcTagger:
    """Keeps the promises of ports.TaggerPeer."""

    def __init__(self, address: str) -> None:
        methods = ("ListTaggers", "ListModels", "CheckKey")
        self._channel = open_channel(address, [f"metatag.v1.TaggerService/{name}" for name in methods], peer=PEER)
        self._stub = TaggerServiceStub(self._channel)

    async def close(self) -> None:
        """Close the channel."""
        await self._channel.close()

    async def taggers(self) -> list[Tagger]:
        """ListTaggers."""
        answer = await self._stub.ListTaggers(t.ListTaggersRequest(), timeout=5.0)
        return [wire.tagger(found) for found in answer.taggers]

    async def models(self, provider_key: str) -> list[Model]:
        """ListModels."""
        answer = await self._stub.ListModels(t.ListModelsRequest(provider_key=provider_key), timeout=30.0)
        return [wire.model(found) for found in answer.models]

    async def check_key(self, provider_key: str) -> KeyCheck:
        """CheckKey."""
        answer = await self._stub.CheckKey(t.CheckKeyRequest(provider_key=provider_key), timeout=30.0)
        return wire.key_check(answer)
