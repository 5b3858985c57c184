"""Text layers of Indian scripts by pdf_oxide.

pdfium places blanks by the boxes of single glyphs. In an Indian script a glyph may be a mark without
a width or half a cluster, so that it parts syllables ("भा रत") and joins words. pdf_oxide goes by what
the file itself says of its text. Runs in a child process only, as everything that opens a PDF does.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pdf_oxide


class PdfOxideReader:
    """The second reader of one file, opened when a page needs it first."""

    def __init__(self, source: Path | bytes) -> None:
        self._source = source
        self._pdf: Any = None
        self._failed = False

    def text(self, number: int) -> str:
        """Return a page's text; an empty string where pdf_oxide cannot read the file or page."""
        if self._failed:
            return ""
        try:
            if self._pdf is None:
                self._pdf = self._opened()
            return str(self._pdf.extract_text(number - 1, extract_tables=False))
        except (MemoryError, KeyboardInterrupt, SystemExit):
            raise
        except BaseException:
            # A panic in Rust is raised as a BaseException, and leaves the document in an unknown state.
            self._pdf, self._failed = None, True
            return ""

    def _opened(self) -> Any:
        if isinstance(self._source, bytes):
            return pdf_oxide.PdfDocument.from_bytes(self._source)
        return pdf_oxide.PdfDocument(str(self._source))

    def close(self) -> None:
        """Give back the file. May be called twice."""
        self._pdf = None
