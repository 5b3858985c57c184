"""The parts list of a child: which document reader and which engine, from the plan its parent sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from metatag_ocr.reading.ports import Document, Engine


@dataclass(frozen=True)
class Plan:
    """How a child works. Paths are directories, sizes in bytes and pixels."""

    # "tesserocr", "pytesseract", "easyocr" or "rapidocr".
    engine: str = "tesserocr"
    # "pdfium" or "pdfplumber".
    text_reader: str = "pdfium"
    tessdata: str = ""
    models: str = ""
    memory_bytes: int = 0
    page_pixels: int = 50_000_000
    image_pixels: int = 500_000_000
    # Languages whose models are loaded before the first page.
    warm: tuple[str, ...] = ()


def make_engine(plan: Plan) -> Engine:
    """Load the engine; raises ImportError when its package is not installed."""
    from metatag_ocr.engines.tesserocr_engine import TesserocrEngine

    return TesserocrEngine(Path(plan.tessdata))


def make_opener(plan: Plan) -> Callable[[Path], Document]:
    """Give the function that opens a file."""
    from metatag_ocr.engines.pdfium_document import PdfiumDocument

    return lambda path: PdfiumDocument(path, page_pixels=plan.page_pixels, image_pixels=plan.image_pixels)
