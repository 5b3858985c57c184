"""Reads a picture as a child of a node does, with the real engine, without starting one."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from fakes.ocr_pdfs import scan_pdf
from metatag_ocr.engines.pdfium_document import PdfiumDocument
from metatag_ocr.engines.tesserocr_engine import TesserocrEngine
from metatag_ocr.model import Options, PageText
from metatag_ocr.reading.page import PageRequest, read_page

PageReader = Callable[..., PageText]


def page_reader(tessdata: Path) -> PageReader:
    """Return a function that reads a picture as a page of a PDF; `dpi` is the scan's, the rest are Options."""
    engine = TesserocrEngine(tessdata)
    installed = tuple(sorted(engine.languages(), key=lambda name: (name != "eng", name)))

    def read(image: Image.Image, *, dpi: int = 200, **options: object) -> PageText:
        chosen = Options(**options)  # type: ignore[arg-type]
        with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
            file.write(scan_pdf([image], dpi=dpi))
            file.flush()
            document = PdfiumDocument(Path(file.name))
            try:
                return read_page(document, engine, PageRequest(1, chosen, chosen.languages or installed))
            finally:
                document.close()

    return read
