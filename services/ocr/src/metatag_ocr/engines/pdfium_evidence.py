"""The evidence about a page's text layer, gathered through pdfium's raw functions on a sample of its characters."""

from __future__ import annotations

import ctypes
from collections import Counter
from collections.abc import Iterator
from typing import Any, Literal

import pypdfium2
from pypdfium2 import raw

from metatag_ocr.reading.decide import LITTLE_TEXT
from metatag_ocr.reading.evidence import Layer
from metatag_ocr.reading.scripts import char_counts

# Characters looked at one by one. Enough to see a share of a fifth; costs a third of a millisecond.
_SAMPLED = 48
# Objects looked at for pictures. A hostile page has millions.
_OBJECTS = 3000
_FORM_DEPTH = 3
_INVISIBLE = 3
# Of a font's name.
_FONT_BYTES = 128


def layer(page: Any) -> Layer:
    """Give a page's text and the evidence about it."""
    textpage = page.get_textpage()
    try:
        text = _text(textpage)
        invisible, unmapped, fonts = _sample(textpage)
    finally:
        textpage.close()
    letters = sum(times for char, times in char_counts(text).items() if char.isalpha())
    if letters >= LITTLE_TEXT and invisible <= 0.5:
        return Layer(text, unmapped, invisible, fonts)
    pictures, texts, paths, drawn = _objects(page)
    return Layer(text, unmapped, invisible, fonts, pictures, texts, paths, drawn)


def largest_image(page: Any) -> int:
    """Give the pixels of the largest picture a page draws; 0 without one."""
    largest = 0
    width, height = ctypes.c_uint(), ctypes.c_uint()
    for item, _ in _walk(page):
        if raw.FPDFPageObj_GetType(item) == raw.FPDF_PAGEOBJ_IMAGE and raw.FPDFImageObj_GetImagePixelSize(
            item, ctypes.byref(width), ctypes.byref(height)
        ):
            largest = max(largest, width.value * height.value)
    return largest


def picture_kind(page: Any) -> Literal["none", "gray", "colour"]:
    """Tell whether a page is mostly one 8-bit gray picture, draws pictures in colour, or none of 8 bits at all."""
    kinds = set()
    for item, _ in _walk(page):
        if raw.FPDFPageObj_GetType(item) == raw.FPDF_PAGEOBJ_IMAGE:
            kinds.add(_image_kind(item, page))
        elif kinds:
            # Something drawn over a picture may be in any colour.
            kinds.discard("gray")
            kinds.add("colour")
    if "colour" in kinds:
        return "colour"
    return "gray" if kinds == {"gray"} else "none"


def _image_kind(item: Any, page: Any) -> str:
    about = raw.FPDF_IMAGEOBJ_METADATA()
    if not raw.FPDFImageObj_GetImageMetadata(item, page, ctypes.byref(about)) or about.bits_per_pixel < 8:
        return "none"
    spaces = (raw.FPDF_COLORSPACE_DEVICEGRAY, raw.FPDF_COLORSPACE_CALGRAY)
    return "gray" if about.bits_per_pixel == 8 and about.colorspace in spaces else "colour"


def _text(textpage: Any) -> str:
    try:
        return str(textpage.get_text_range(errors="replace"))
    except pypdfium2.PdfiumError:
        return ""


def _sample(textpage: Any) -> tuple[float, float, tuple[tuple[str, float], ...]]:
    """Give shares of invisible and unmapped characters, and of each font, among sampled visible characters."""
    total = textpage.count_chars()
    invisible = unmapped = seen = 0
    fonts: Counter[bytes] = Counter()
    # One buffer for all: making them was half of the work.
    name, flags = ctypes.create_string_buffer(_FONT_BYTES), ctypes.c_int()
    for index in _spread(total):
        point = raw.FPDFText_GetUnicode(textpage, index)
        if point in (0x20, 0x0A, 0x0D, 0x09) or raw.FPDFText_IsGenerated(textpage, index) == 1:
            continue
        seen += 1
        unmapped += raw.FPDFText_HasUnicodeMapError(textpage, index) == 1 or point == 0
        item = raw.FPDFText_GetTextObject(textpage, index)
        invisible += bool(item) and raw.FPDFTextObj_GetTextRenderMode(item) == _INVISIBLE
        length = raw.FPDFText_GetFontInfo(textpage, index, name, _FONT_BYTES, flags)
        fonts[name.value if 0 < length <= _FONT_BYTES else b""] += 1
    if not seen:
        return 0.0, 0.0, ()
    return (
        invisible / seen,
        unmapped / seen,
        tuple((font.decode("utf-8", "replace"), times / seen) for font, times in fonts.most_common()),
    )


def _spread(total: int) -> range:
    return range(0, total, max(1, total // _SAMPLED))


def _objects(page: Any) -> tuple[float, int, int, bool]:
    """Give the page's share under pictures, its text and path objects, and whether anything is drawn."""
    width, height = page.get_size()
    area = max(1.0, width * height)
    covered = 0.0
    kinds: Counter[int] = Counter()
    for item, depth in _walk(page):
        kind = raw.FPDFPageObj_GetType(item)
        kinds[kind] += 1
        if kind == raw.FPDF_PAGEOBJ_IMAGE:
            covered += _area(item) if depth == 0 else area
    drawn = bool(kinds) or raw.FPDFPage_GetAnnotCount(page) > 0
    return min(1.0, covered / area), kinds[raw.FPDF_PAGEOBJ_TEXT], kinds[raw.FPDF_PAGEOBJ_PATH], drawn


def _walk(page: Any) -> Iterator[tuple[Any, int]]:
    """Give a page's objects and those inside its forms, with their depth; at most _OBJECTS of them."""
    left = _OBJECTS
    stack: list[tuple[Any, int, Any, Any]] = [
        (page, 0, raw.FPDFPage_CountObjects, raw.FPDFPage_GetObject),
    ]
    while stack and left > 0:
        holder, depth, count, get = stack.pop()
        for index in range(min(count(holder), left)):
            item = get(holder, index)
            if not item:
                continue
            left -= 1
            yield item, depth
            if depth < _FORM_DEPTH and raw.FPDFPageObj_GetType(item) == raw.FPDF_PAGEOBJ_FORM:
                stack.append((item, depth + 1, raw.FPDFFormObj_CountObjects, raw.FPDFFormObj_GetObject))


def _area(item: Any) -> float:
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    if not raw.FPDFPageObj_GetBounds(item, *(ctypes.byref(side) for side in (left, bottom, right, top))):
        return 0.0
    return max(0.0, right.value - left.value) * max(0.0, top.value - bottom.value)
