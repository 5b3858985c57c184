"""The tagger's parts list: its components, and the server before them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from metatag.v1 import tagger_pb2, tagger_pb2_grpc
from metatag_runtime.grpc_callers import GATEWAY, JOBS
from metatag_runtime.grpc_server import GrpcServerOptions, GrpcService
from metatag_runtime.hosting import Service
from metatag_tagger.components import Components
from metatag_tagger.settings import TaggerSettings

_SERVICE = tagger_pb2.DESCRIPTOR.services_by_name["TaggerService"].full_name
CALLERS = {_SERVICE: GATEWAY | JOBS, f"{_SERVICE}/Tag": JOBS}


async def build(settings: TaggerSettings) -> Sequence[Service]:
    """Give the service's services in the order of their start."""
    components = Components.choose(settings)
    server = GrpcService(
        "tagger",
        GrpcServerOptions(listen=settings.listen, reflection=settings.reflection, callers=CALLERS),
        [lambda server: tagger_pb2_grpc.add_TaggerServiceServicer_to_server(components.servicer, server)],
        [_SERVICE],
    )
    return [components.analyst, _Connections(components), server]


class _Connections:
    """Closes what the adapters keep open when the service stops."""

    name = "tagger-connections"

    def __init__(self, components: Components) -> None:
        self._components = components

    async def start(self) -> None:
        """Nothing is opened before it is needed."""

    async def wait(self) -> None:
        """Never ends by itself."""
        await asyncio.Event().wait()

    async def stop(self, grace: float) -> None:
        """Close all connections."""
        await self._components.llm.close()
        if self._components.redis is not None:
            await self._components.redis.aclose()
