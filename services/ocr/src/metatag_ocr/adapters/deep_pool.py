"""The pool of the deep engine, when one is installed: few children, large, started only when a page needs them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

from metatag_ocr.adapters.process_workers import ProcessWorkers, page_pool
from metatag_ocr.languages import RAPIDOCR_LANGUAGES, easyocr_languages
from metatag_ocr.settings import OcrSettings
from metatag_runtime.child_frames import Message
from metatag_runtime.child_pool import ChildPool

# Deep engines leak little; a child lives long because its start takes ten seconds.
_WORKER_PAGES = 1000


def deep_workers(settings: OcrSettings) -> tuple[ChildPool, ProcessWorkers] | tuple[None, None]:
    """Give the deep engine's pool and workers, or nothing when none is wanted or installed."""
    name = deep_engine(settings)
    if not name:
        return None, None
    pool = page_pool(name, _plan(settings, name), slots=settings.deep_workers, max_pages=_WORKER_PAGES, warm=False)
    workers = ProcessWorkers(
        pool,
        open_seconds=settings.open_seconds + settings.deep_seconds,
        page_seconds=settings.deep_seconds,
        languages=_languages(settings, name),
    )
    return pool, workers


def deep_engine(settings: OcrSettings) -> str:
    """Give the name of the deep engine in use, or an empty string. Imports nothing."""
    wanted = settings.deep_engine
    # Of real receipts RapidOCR read 0.90 of the words, EasyOCR 0.47, at 3.7 times its CPU.
    if wanted in ("auto", "rapidocr") and find_spec("rapidocr"):
        return "rapidocr"
    weights = wanted in ("auto", "easyocr") and find_spec("easyocr") and easyocr_languages(_models(settings))
    return "easyocr" if weights else ""


def _models(settings: OcrSettings) -> Path:
    # Not EasyOCR's own place in the home directory: what is used should be what was put there for it.
    return settings.models_dir or Path("/nonexistent")


def _languages(settings: OcrSettings, name: str) -> Callable[[], Sequence[str]]:
    models = _models(settings)
    return lambda: easyocr_languages(models) if name == "easyocr" else RAPIDOCR_LANGUAGES


def _plan(settings: OcrSettings, name: str) -> Message:
    return {
        "engine": name,
        "text_reader": settings.text_reader,
        "models": str(_models(settings)),
        "memory_bytes": 0 if settings.deep_gpu else settings.deep_bytes,
        "page_pixels": settings.page_pixels,
        "image_pixels": settings.image_pixels,
        "threads": settings.deep_threads,
        "canvas": settings.deep_canvas,
        "gpu": settings.deep_gpu,
        "warm": [],
    }
