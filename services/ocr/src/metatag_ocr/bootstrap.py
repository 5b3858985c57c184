"""The service's parts list: pools, scratch, use case, server."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from metatag.v1 import ocr_pb2_grpc
from metatag_ocr.adapters.deep_pool import deep_workers
from metatag_ocr.adapters.directory_scratch import DirectoryScratch
from metatag_ocr.adapters.process_workers import ProcessWorkers, page_pool
from metatag_ocr.adapters.prometheus_observer import PrometheusObserver
from metatag_ocr.adapters.resources import NodeResources
from metatag_ocr.languages import installed_languages
from metatag_ocr.pages import Limits
from metatag_ocr.recognize import Recognizer
from metatag_ocr.servicer import OcrServicer
from metatag_ocr.settings import OcrSettings
from metatag_runtime.child_frames import Message
from metatag_runtime.grpc_callers import GATEWAY, JOBS
from metatag_runtime.grpc_server import GrpcServerOptions, GrpcService
from metatag_runtime.hosting import Service

SERVICE_NAME = "metatag.v1.OcrService"
CALLERS = {SERVICE_NAME: GATEWAY | JOBS}


async def build(settings: OcrSettings) -> Sequence[Service]:
    """Put the node together; nothing runs before the services start."""
    place = _scratch_dir(settings)
    pool = page_pool("tesseract", _plan(settings, place), slots=settings.slot_count(), max_pages=settings.worker_pages)
    deep_pool, deep = deep_workers(settings)
    scratch = DirectoryScratch(place, settings.scratch_bytes)
    tessdata = settings.tessdata()
    workers = ProcessWorkers(
        pool,
        open_seconds=settings.open_seconds,
        page_seconds=settings.page_seconds,
        languages=lambda: installed_languages(tessdata),
    )
    limits = Limits(settings.document_bytes, settings.page_seconds, settings.deep_seconds, settings.deep_below)
    recognizer = Recognizer(workers, deep, scratch, PrometheusObserver(), limits)
    servicer = OcrServicer(recognizer, settings.upload_seconds)

    async def ready() -> bool:
        return pool.healthy

    server = GrpcService(
        "ocr",
        GrpcServerOptions(listen=settings.listen, reflection=settings.reflection, callers=CALLERS),
        [lambda server: ocr_pb2_grpc.add_OcrServiceServicer_to_server(servicer, server)],
        [SERVICE_NAME],
        ready,
    )
    return [NodeResources([pool, *([deep_pool] if deep_pool else [])], scratch), server]


def _plan(settings: OcrSettings, scratch: Path) -> Message:
    """Give the first frame of a Tesseract child; its fields are metatag_ocr.child.parts.Plan's."""
    return {
        "engine": settings.engine,
        "text_reader": settings.text_reader,
        "tessdata": str(settings.tessdata()),
        "scratch": str(scratch),
        "memory_bytes": settings.worker_bytes,
        "dpi": settings.dpi,
        "page_pixels": settings.page_pixels,
        "image_pixels": settings.image_pixels,
        "warm": settings.warm_languages.replace(",", " ").split(),
    }


def _scratch_dir(settings: OcrSettings) -> Path:
    return settings.scratch_dir or Path(tempfile.mkdtemp(prefix="metatag-ocr-"))
