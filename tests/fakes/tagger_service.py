"""A whole tagger service on a free port, for tests, with a stub to talk to it. Its parts are the real ones."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from metatag.v1 import document_pb2, tagger_pb2, tagger_pb2_grpc
from metatag_runtime.grpc_client import open_channel
from metatag_runtime.grpc_server import GrpcService
from metatag_tagger.bootstrap import build
from metatag_tagger.settings import TaggerSettings

if TYPE_CHECKING:
    from metatag.v1.tagger_pb2_grpc import TaggerServiceAsyncStub


@asynccontextmanager
async def running_service(**settings: object) -> AsyncIterator[TaggerServiceAsyncStub]:
    """Start the service with these settings, give a stub, stop the service at the end."""
    services = await build(TaggerSettings(**{"listen": "127.0.0.1:0", **settings}))  # type: ignore[arg-type]
    try:
        for service in services:
            await service.start()
        server = next(service for service in services if isinstance(service, GrpcService))
        async with open_channel(server.address) as channel:
            yield tagger_pb2_grpc.TaggerServiceStub(channel)
    finally:
        for service in reversed(services):
            await service.stop(1.0)


def tag_request(text: str, *, key: str = "", **tag_options: object) -> tagger_pb2.TagRequest:
    """Give a request for one page of text and tag options."""
    return tagger_pb2.TagRequest(
        pages=[tagger_pb2.TagPage(number=1, text=text)],
        tag_options=document_pb2.TagOptions(**tag_options),  # type: ignore[arg-type]
        provider_key=key,
    )
