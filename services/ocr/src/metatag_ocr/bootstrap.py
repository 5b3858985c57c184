"""The service's parts list: its components, and the server before them."""

from __future__ import annotations

from collections.abc import Sequence

from metatag.v1 import ocr_pb2_grpc
from metatag_ocr.components import Components
from metatag_ocr.settings import OcrSettings
from metatag_runtime.grpc_callers import GATEWAY, JOBS
from metatag_runtime.grpc_server import GrpcServerOptions, GrpcService
from metatag_runtime.hosting import Service

SERVICE_NAME = "metatag.v1.OcrService"
CALLERS = {SERVICE_NAME: GATEWAY | JOBS}


async def build(settings: OcrSettings) -> Sequence[Service]:
    """Put the node together; nothing runs before the services start."""
    components = Components.choose(settings)

    async def ready() -> bool:
        return components.pool.healthy

    server = GrpcService(
        "ocr",
        GrpcServerOptions(listen=settings.listen, reflection=settings.reflection, callers=CALLERS),
        [lambda server: ocr_pb2_grpc.add_OcrServiceServicer_to_server(components.servicer, server)],
        [SERVICE_NAME],
        ready,
    )
    return [components.resources, server]
