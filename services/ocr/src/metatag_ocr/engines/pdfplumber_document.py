"""Text layers by pdfplumber instead of pdfium: another reader's opinion, 43 times slower."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pdfplumber

from metatag_ocr.engines.pdfium_document import PdfiumDocument
from metatag_ocr.reading.evidence import Layer


class PdfplumberDocument(PdfiumDocument):
    """A PdfiumDocument whose text comes from pdfplumber; evidence and pictures stay pdfium's."""

    def __init__(self, path: Path, *, page_pixels: int = 50_000_000, image_pixels: int = 500_000_000) -> None:
        super().__init__(path, page_pixels=page_pixels, image_pixels=image_pixels)
        self._plumber: Any = None

    def layer(self, number: int) -> Layer:
        """Give a page's text by pdfplumber; by pdfium where pdfplumber fails on the file."""
        layer = super().layer(number)
        try:
            text = self._text(number)
        except MemoryError:
            raise
        except Exception:
            return layer
        return replace(layer, text=f"{text}\n\n{self.entries(number)}")

    def close(self) -> None:
        """Give back the file, twice opened."""
        if self._plumber is not None:
            self._plumber.close()
            self._plumber = None
        super().close()

    def _text(self, number: int) -> str:
        if self._plumber is None:
            source = self._prepared.source
            self._plumber = pdfplumber.open(io.BytesIO(source) if isinstance(source, bytes) else source)
        page = self._plumber.pages[number - 1]
        try:
            return str(page.extract_text() or "")
        finally:
            page.close()
