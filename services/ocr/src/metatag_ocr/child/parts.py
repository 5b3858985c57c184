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
    # Where documents lie; the only place where the child may write.
    scratch: str = ""
    memory_bytes: int = 0
    # Resolution of a page's first try.
    dpi: int = 200
    page_pixels: int = 50_000_000
    image_pixels: int = 500_000_000
    # Threads of a deep engine, the longer side of what EasyOCR's detector sees, and whether it may use a GPU.
    threads: int = 1
    canvas: int = 1280
    gpu: bool = False
    # Languages whose models are loaded before the first page.
    warm: tuple[str, ...] = ()


def make_engine(plan: Plan) -> Engine:
    """Load the engine; raises ImportError when its package is not installed."""
    if plan.engine == "pytesseract":
        from metatag_ocr.engines.pytesseract_engine import PytesseractEngine

        return PytesseractEngine(Path(plan.tessdata))
    if plan.engine == "easyocr":
        from metatag_ocr.engines.easyocr_engine import EasyOcrEngine

        return EasyOcrEngine(Path(plan.models), canvas=plan.canvas, threads=plan.threads, gpu=plan.gpu)
    if plan.engine == "rapidocr":
        from metatag_ocr.engines.rapidocr_engine import RapidOcrEngine

        return RapidOcrEngine(plan.threads)
    from metatag_ocr.engines.tesserocr_engine import TesserocrEngine

    return TesserocrEngine(Path(plan.tessdata))


def make_opener(plan: Plan) -> Callable[[Path], Document]:
    """Give the function that opens a file."""
    if plan.text_reader == "pdfplumber":
        from metatag_ocr.engines.pdfplumber_document import PdfplumberDocument

        return lambda path: PdfplumberDocument(path, page_pixels=plan.page_pixels, image_pixels=plan.image_pixels)
    from metatag_ocr.engines.pdf_oxide_reader import PdfOxideReader
    from metatag_ocr.engines.pdfium_document import PdfiumDocument

    return lambda path: PdfiumDocument(
        path,
        page_pixels=plan.page_pixels,
        image_pixels=plan.image_pixels,
        indic_reader=PdfOxideReader,
    )
