"""A file made ready for pdfium: rebuilt if it is damaged, its attachments if it is a portfolio, its hidden layers.

Most files are opened as they are; qpdf looks at those that may hold one of these, which their bytes tell.
"""

from __future__ import annotations

import mmap
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2

from metatag_ocr.engines.qpdf_layers import HiddenLayers, layers_of
from metatag_ocr.engines.qpdf_portfolio import attached_pages, is_portfolio
from metatag_ocr.engines.qpdf_repair import rebuilt
from metatag_ocr.reading.notices import is_viewer_notice

# What stands in a file that needs a look; a catalog may be packed into an object stream.
_SIGNS = re.compile(rb"/(?:OCProperties|Collection|ObjStm)")
_SIGNS_OF_CATALOG = {"/OCProperties", "/Collection"}
_FAULTS = (pikepdf.PdfError, RuntimeError, ValueError, TypeError, KeyError, AttributeError, OSError)
# Pages of a portfolio's cover whose text is looked at.
_COVER_PAGES = 3


@dataclass
class PreparedFile:
    """A file to be opened: its path, or the bytes that take its place. `notes` are those of docs/ocr.md."""

    source: Path | bytes
    notes: tuple[str, ...] = ()
    layers: HiddenLayers | None = None

    def close(self) -> None:
        """Give back what is held. May be called twice."""
        if self.layers is not None:
            self.layers.close()
        self.layers = None


def prepare(path: Path) -> PreparedFile:
    """Return a file as it should be read; as it is where qpdf cannot open it."""
    if not _has_signs(path):
        return PreparedFile(path)
    try:
        # Most files have no such thing; looking into their pages as well costs twice the time.
        with _opened(path, with_pages=False) as pdf:
            if not _SIGNS_OF_CATALOG & set(pdf.Root.keys()):
                return PreparedFile(path)
        return _prepared(path)
    except _FAULTS:
        return PreparedFile(path)


def _prepared(path: Path) -> PreparedFile:
    pdf = _opened(path)
    layers = None
    try:
        if is_portfolio(pdf):
            return _attached(path, pdf)
        layers = layers_of(pdf)
        return PreparedFile(path, layers=layers)
    finally:
        if layers is None:
            pdf.close()


def _opened(path: Path, *, with_pages: bool = True) -> Any:
    return pikepdf.open(path, attempt_recovery=False, suppress_warnings=True, inherit_page_attributes=with_pages)


def repair(path: Path) -> PreparedFile | None:
    """Return a damaged file rebuilt; None when nothing of it can be read."""
    data = rebuilt(path)
    return PreparedFile(data, ("file_repaired",)) if data else None


def _attached(path: Path, pdf: Any) -> PreparedFile:
    found = attached_pages(pdf, keep_cover=not _is_cover_notice(path))
    if found is None:
        return PreparedFile(path, ("attachments_left_out",))
    data, left_out = found
    return PreparedFile(data, ("attachments_read", *(("attachments_left_out",) if left_out else ())))


def _is_cover_notice(path: Path) -> bool:
    """Tell whether a portfolio's own pages hold nothing but the words of a viewer."""
    try:
        pdf = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError:
        return True
    try:
        texts = [pdf[index].get_textpage().get_text_range() for index in range(min(len(pdf), _COVER_PAGES))]
    except pypdfium2.PdfiumError:
        return True
    finally:
        pdf.close()
    whole = "\n".join(texts)
    return not whole.strip() or is_viewer_notice(whole)


def _has_signs(path: Path) -> bool:
    with path.open("rb") as file, suppress(ValueError), mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return _SIGNS.search(data) is not None
    return False
