"""A PDF opened with pdfium: titles, text layers with their evidence, pictures of pages.

Runs in a child process only: pdfium can be held for ever, and made to take all memory, by a file of 3 KB.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2
from PIL import Image
from pypdfium2 import raw

from metatag_ocr import errors
from metatag_ocr.engines import pdfium_evidence, scan_size
from metatag_ocr.engines.pdfium_entries import entries as page_entries
from metatag_ocr.engines.pdfium_words import layer_words
from metatag_ocr.engines.prepared_file import prepare, repair
from metatag_ocr.engines.titles import clean_title, outline_title
from metatag_ocr.model import FileFacts, PictureFormat, WordBoxes
from metatag_ocr.reading.evidence import Layer
from metatag_ocr.reading.ports import Gray, Picture, TextReader
from metatag_runtime.errors import ErrorCode

# pdfium's own error numbers.
_PASSWORD, _SECURITY = 4, 5

# A PDF's mark stands within its first kilobyte, as every reader accepts it.
_MARK, _MARK_WITHIN = b"%PDF-", 1024

_COUNT_ZERO, _A_PAGE, _LOOKED_AT = re.compile(rb"/Count\s+0\b"), re.compile(rb"/Type\s*/Page\b"), 1024 * 1024

# Parts of a pixel that come from counting with fractions.
_DUST = 1e-3

# Of a JPEG: print stays sharp, and a scan of 1,600 pixels' width has half a megabyte.
_QUALITY = 85

# Outline entries looked at for a title.
_OUTLINE_ENTRIES = 50


class PdfiumDocument:
    """One open file. `page_pixels` and `image_pixels` bound the picture of a page and a picture within it.

    `indic_reader` makes the reader of layers that hold an Indian script; without one they are read by pdfium, too.
    """

    def __init__(
        self,
        path: Path,
        *,
        page_pixels: int = 50_000_000,
        image_pixels: int = 500_000_000,
        indic_reader: Callable[[Path | bytes], TextReader] | None = None,
    ) -> None:
        check_is_pdf(path)
        self._prepared = prepare(path)
        self._page_pixels = page_pixels
        self._image_pixels = image_pixels
        self._pdf = self._opened(path)
        self._indic_reader = indic_reader(self._prepared.source) if indic_reader else None
        self.page_count = len(self._pdf)
        if self.page_count < 1:
            self.close()
            raise errors.no_pages()
        self._init_forms()

    def facts(self) -> FileFacts:
        """Give page count and titles; a damaged outline counts as none."""
        return FileFacts(self.page_count, self._title(), outline_title(self._outline()), self._prepared.notes)

    def layer(self, number: int) -> Layer:
        """Give a page's text and evidence."""
        visible = self._prepared.layers.page(number) if self._prepared.layers else None
        if visible is not None:
            return _layer_of_visible(visible)
        reader = self._indic_reader
        with _Page(self._pdf, number) as page:
            other = (lambda: reader.text(number)) if reader else lambda: ""
            return pdfium_evidence.layer(page, self._form, other)

    def words(self, number: int) -> WordBoxes:
        """Give the words of a page's own text with their boxes."""
        with _Page(self._pdf, number) as page:
            return layer_words(page)

    def entries(self, number: int) -> str:
        """Return the values of a page's fields and what else stands on it that its picture lacks."""
        with _Page(self._pdf, number) as page:
            return "\n\n".join(entry.text for entry in page_entries(page, self._form, notes=False))

    def picture(self, number: int, dpi: int) -> Picture:
        """Render a page to gray; beyond the pixel budget at a lower dpi."""
        with _Page(self._pdf, number) as page:
            width, height = page.get_size()
            page_dpi = scan_size.page_dpi(page, dpi)
            scale = _whole_pixels(width, height, self._affordable(width, height, page_dpi / 72))
            self._check_images(page, number)
            pixels = _gray(page, scale)
        return Picture(pixels, max(1, round(scale * 72 * dpi / page_dpi)))

    def encoded(self, number: int, width: int, kind: PictureFormat) -> bytes:
        """Render a page in colour as a PNG or JPEG, `width` pixels wide, at most four times as high."""
        with _Page(self._pdf, number) as page:
            points, height = page.get_size()
            scale = min(width / max(1.0, points), 4 * width / max(1.0, height))
            self._check_images(page, number)
            bitmap = page.render(scale=scale)
            image: Image.Image = bitmap.to_pil().convert("RGB")
            bitmap.close()
        out = io.BytesIO()
        if kind == "JPEG":
            image.save(out, "JPEG", quality=_QUALITY)
        else:
            image.save(out, "PNG", compress_level=1)
        return out.getvalue()

    def close(self) -> None:
        """Give back the file."""
        if self._indic_reader is not None:
            self._indic_reader.close()
        self._pdf.close()
        self._prepared.close()

    def _opened(self, path: Path) -> Any:
        """Return the file, open; a damaged one as qpdf can rebuild it."""
        try:
            return pypdfium2.PdfDocument(self._prepared.source)
        except pypdfium2.PdfiumError as error:
            refusal = _refusal(path, getattr(error, "err_code", None))
            self._prepared.close()
            repaired = repair(path) if refusal.code is ErrorCode.BROKEN_DOCUMENT else None
            if repaired is None:
                raise refusal from error
            self._prepared = repaired
        try:
            return pypdfium2.PdfDocument(self._prepared.source)
        except pypdfium2.PdfiumError as error:
            raise refusal from error

    @property
    def _form(self) -> Any:
        return self._pdf.formenv.raw if self._pdf.formenv else None

    def _init_forms(self) -> None:
        """Have pdfium load the form, if there is one: values are told and drawn from then on."""
        if self._pdf.get_formtype() != raw.FORMTYPE_NONE:
            with suppress(pypdfium2.PdfiumError):
                self._pdf.init_forms()

    def _affordable(self, width: float, height: float, scale: float) -> float:
        pixels = max(1.0, width * scale) * max(1.0, height * scale)
        return scale if pixels <= self._page_pixels else scale * (self._page_pixels / pixels) ** 0.5

    def _check_images(self, page: Any, number: int) -> None:
        """Refuse pictures that pdfium decodes in full whatever the page's scale (a 35,000 px JBIG2 takes 1.4 GB)."""
        if pdfium_evidence.largest_image(page) > self._image_pixels:
            raise errors.page_too_big(number)

    def _title(self) -> str:
        try:
            return clean_title(self._pdf.get_metadata_value("Title"))
        except (pypdfium2.PdfiumError, UnicodeError):
            return ""

    def _outline(self) -> Iterator[str]:
        try:
            for index, entry in enumerate(self._pdf.get_toc(max_depth=3)):
                if index >= _OUTLINE_ENTRIES:
                    return
                yield entry.get_title()
        except (pypdfium2.PdfiumError, UnicodeError, ValueError, RecursionError):
            return


def _layer_of_visible(data: bytes) -> Layer:
    """Return the layer of a page that stands in a file of its own, without what is off."""
    pdf: Any = pypdfium2.PdfDocument(data)
    try:
        if pdf.get_formtype() != raw.FORMTYPE_NONE:
            pdf.init_forms()
        with _Page(pdf, 1) as page:
            return pdfium_evidence.layer(page, pdf.formenv.raw if pdf.formenv else None)
    finally:
        pdf.close()


def _whole_pixels(width: float, height: float, scale: float) -> float:
    """Give the scale at which a page of this size in points has its pixels rounded down.

    pypdfium2 rounds up: 1654.0001 pixels become 1655. And a scan of 300 dpi is made into 200 dpi in half the time when
    each of its sides becomes two thirds at most.
    """
    whole = (max(1, math.floor(side * scale + _DUST)) for side in (width, height))
    return min((pixels - _DUST) / max(1e-6, side) for pixels, side in zip(whole, (width, height), strict=True))


def _gray(page: Any, scale: float) -> Gray:
    """Render to gray the faster way: pdfium's own gray is half as fast as its colour where 8-bit pictures are drawn."""
    kind = pdfium_evidence.picture_kind(page)
    # Values of fields are taken from the file; their pictures would be read a second time.
    bitmap = page.render(scale=scale, grayscale=kind == "none", prefer_bgrx=True, may_draw_forms=False)
    try:
        if kind == "none":
            return np.array(bitmap.to_numpy().reshape(bitmap.height, bitmap.width), copy=True)
        if kind == "gray":
            return np.ascontiguousarray(bitmap.to_numpy()[:, :, 1])
        return np.array(bitmap.to_pil().convert("L"), copy=True)
    finally:
        bitmap.close()


class _Page:
    """Loads a page for the length of a block and gives its memory back."""

    def __init__(self, pdf: Any, number: int) -> None:
        self._pdf = pdf
        self._number = number

    def __enter__(self) -> Any:
        try:
            self._page: Any = self._pdf[self._number - 1]
        except pypdfium2.PdfiumError as error:
            raise errors.page_damaged(self._number) from error
        return self._page

    def __exit__(self, *_: object) -> None:
        self._page.close()


def _refusal(path: Path, code: int | None) -> errors.DocumentError:
    """Give the error for a file that pdfium refused to open."""
    if code in (_PASSWORD, _SECURITY):
        return errors.encrypted()
    with path.open("rb") as file:
        head = file.read(_LOOKED_AT)
    # pdfium calls a file without pages damaged. One that says so itself, and has no page, is whole.
    return errors.no_pages() if _COUNT_ZERO.search(head) and not _A_PAGE.search(head) else errors.broken()


def check_is_pdf(path: Path) -> None:
    """Raise when a file is empty or does not begin like a PDF."""
    with path.open("rb") as file:
        head = file.read(_MARK_WITHIN)
    if not head:
        raise errors.empty_document()
    if _MARK not in head:
        raise errors.not_a_pdf()
