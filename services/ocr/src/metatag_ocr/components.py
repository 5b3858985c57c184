"""The node's parts without its server: children, scratch and the use case over them."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

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
from metatag_runtime.child_pool import ChildPool


@dataclass(frozen=True)
class Components:
    """`resources` is started before the servicer is called, and stopped after it."""

    pool: ChildPool
    resources: NodeResources
    servicer: OcrServicer

    @classmethod
    def choose(cls, settings: OcrSettings, kept: int | None = None) -> Components:
        """Put the node together; nothing runs yet. `kept` children are held ready, by default one more than slots."""
        place = _scratch_dir(settings)
        pool = page_pool(
            "tesseract", _plan(settings, place), slots=settings.slot_count(), max_pages=settings.worker_pages, kept=kept
        )
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
        resources = NodeResources([pool, *([deep_pool] if deep_pool else [])], scratch)
        return cls(pool, resources, OcrServicer(recognizer, settings.upload_seconds))


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
