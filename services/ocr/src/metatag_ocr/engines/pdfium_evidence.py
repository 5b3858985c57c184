"""The evidence about a page's text layer, gathered through pdfium's raw functions on a sample of its characters."""

from __future__ import annotations

import ctypes
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal

from pypdfium2 import raw

from metatag_ocr.engines import pdfium_calls as calls
from metatag_ocr.engines.pdfium_calls import Handle
from metatag_ocr.engines.pdfium_entries import entries as page_entries
from metatag_ocr.engines.pdfium_glyphs import glyph_lines
from metatag_ocr.engines.pdfium_lines import page_lines, turned_entry
from metatag_ocr.engines.pdfium_pictures import Points, bounds, pictures_beside
from metatag_ocr.model import Heading
from metatag_ocr.reading import layout
from metatag_ocr.reading.decide import MANY_UNMAPPED
from metatag_ocr.reading.evidence import Layer
from metatag_ocr.reading.layout import Entry, Line
from metatag_ocr.reading.scripts import indic_letters

# Characters looked at one by one. Enough to see a share of a fifth; costs a tenth of a millisecond.
_SAMPLED = 48
# Objects looked at for pictures. A hostile page has millions.
_OBJECTS = 3000
_FORM_DEPTH = 3
_INVISIBLE = 3
_IMAGE, _FORM = raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_FORM
# Of a font's name.
_FONT_BYTES = 128
_BLANKS = frozenset((0x20, 0x0A, 0x0D, 0x09))
# A page's text with its layout, and its headings.
LaidOut = tuple[str, tuple[Heading, ...]]

# Letters and signs of Indian scripts from which a page is not read by pdfium's own order and blanks.
_INDIC_LETTERS = 10
_INDIC_BLOCKS = (0x0900, 0x0D7F)
# Share of pdfium's letters that another reading must hold, because pdfium repeats some clusters, and may hold: one with
# more has what stands beyond the page's box.
_WHOLE, _MORE = 0.7, 1.25


def layer(page: Any, form: Any = None, other_text: Callable[[], str] = lambda: "") -> Layer:
    """Return a page's text, values of its fields included, and the evidence about it.

    `form` is the document's form handle, `other_text` gives the page's text by another reader.
    """
    textpage = page.get_textpage()
    try:
        drawn = glyph_lines(page, textpage) if _shows_indic(textpage) else []
        lines, turn = (drawn, 0) if drawn else page_lines(page, textpage)
        entries = [turned_entry(entry, turn) for entry in page_entries(page, form)]
        text, headings = layout.render(lines, entries)
        if not (drawn or text.isascii()) and _is_indic(layout.render(lines)[0] if entries else text):
            text, headings = _indic(other_text, lines, entries)
        invisible, unmapped, fonts = _sample(textpage)
        kinds, boxes, covered = _objects(page)
        beside = pictures_beside(page, textpage, boxes) if boxes else ()
    finally:
        textpage.close()
    second = other_text() if unmapped > MANY_UNMAPPED else ""
    return Layer(
        text=text,
        unmapped=unmapped,
        invisible=invisible,
        fonts=fonts,
        picture_share=covered,
        text_objects=kinds[raw.FPDF_PAGEOBJ_TEXT],
        path_objects=kinds[raw.FPDF_PAGEOBJ_PATH],
        drawn=bool(kinds) or raw.FPDFPage_GetAnnotCount(page) > 0,
        headings=headings,
        second=second,
        beside=beside,
    )


def largest_image(page: Any) -> int:
    """Give the pixels of the largest picture a page draws; 0 without one."""
    largest = 0
    width, height = ctypes.c_uint(), ctypes.c_uint()
    for item, kind, _ in _walk(page):
        if kind == raw.FPDF_PAGEOBJ_IMAGE and calls.image_size_of(item, ctypes.byref(width), ctypes.byref(height)):
            largest = max(largest, width.value * height.value)
    return largest


def images(page: Any) -> Iterator[tuple[Handle, float]]:
    """Return the pictures a page draws by itself, and the area in square points that each covers."""
    for item, kind, depth in _walk(page):
        if kind == raw.FPDF_PAGEOBJ_IMAGE and depth == 0:
            yield item, _area(item)


def picture_kind(page: Any) -> Literal["none", "gray", "colour"]:
    """Tell whether a page is mostly one 8-bit gray picture, draws pictures in colour, or none of 8 bits at all."""
    kinds = set()
    for item, kind, _ in _walk(page):
        if kind == raw.FPDF_PAGEOBJ_IMAGE:
            kinds.add(_image_kind(item, page))
        elif kinds:
            # Something drawn over a picture may be in any colour.
            kinds.discard("gray")
            kinds.add("colour")
    if "colour" in kinds:
        return "colour"
    return "gray" if kinds == {"gray"} else "none"


def _image_kind(item: Handle, page: Any) -> str:
    about = raw.FPDF_IMAGEOBJ_METADATA()
    if not calls.image_metadata_of(item, calls.handle(page), ctypes.byref(about)) or about.bits_per_pixel < 8:
        return "none"
    spaces = (raw.FPDF_COLORSPACE_DEVICEGRAY, raw.FPDF_COLORSPACE_CALGRAY)
    return "gray" if about.bits_per_pixel == 8 and about.colorspace in spaces else "colour"


def _shows_indic(textpage: Any) -> bool:
    """Tell whether one of some characters of a page is of an Indian script."""
    page = calls.text_handle(textpage)
    points = (calls.unicode_of(page, index) for index in _spread(textpage.count_chars()))
    return any(_INDIC_BLOCKS[0] <= point <= _INDIC_BLOCKS[1] for point in points)


def _is_indic(text: str) -> bool:
    return indic_letters(text) >= _INDIC_LETTERS


def _indic(other_text: Callable[[], str], lines: Sequence[Line], entries: Sequence[Entry]) -> LaidOut:
    """Return text and headings by the other reader; as pdfium has them where it has not their letters."""
    text, headings = layout.render(lines)
    other = other_text()
    # A reader that skips a font or a form has fewer letters, not other ones.
    have = indic_letters(text)
    if _WHOLE * have <= indic_letters(other) <= _MORE * have:
        return "\n\n".join([other, *(entry.text for entry in entries)]), headings
    return layout.render(lines, entries)


def _sample(textpage: Any) -> tuple[float, float, tuple[tuple[str, float], ...]]:
    """Give shares of invisible and unmapped characters, and of each font, among sampled visible characters."""
    page, total = calls.text_handle(textpage), textpage.count_chars()
    invisible = unmapped = seen = 0
    fonts: Counter[int | None] = Counter()
    for index in _spread(total):
        point = calls.unicode_of(page, index)
        # What pdfium adds by itself are blanks.
        if point in _BLANKS:
            continue
        seen += 1
        unmapped += point == 0 or calls.has_map_error(page, index) == 1
        item = calls.text_object_of(page, index)
        invisible += item is not None and calls.render_mode_of(item) == _INVISIBLE
        fonts[item and calls.font_of(item)] += 1
    if not seen:
        return 0.0, 0.0, ()
    return invisible / seen, unmapped / seen, _shares_by_name(fonts, seen)


def _shares_by_name(fonts: Counter[int | None], seen: int) -> tuple[tuple[str, float], ...]:
    names: Counter[str] = Counter()
    buffer = ctypes.create_string_buffer(_FONT_BYTES)
    for font, times in fonts.items():
        length = calls.font_name(font, buffer, _FONT_BYTES) if font else 0
        names[buffer.value.decode("utf-8", "replace") if 0 < length <= _FONT_BYTES else ""] += times
    return tuple((name, times / seen) for name, times in names.most_common())


def _spread(total: int) -> range:
    return range(0, total, max(1, total // _SAMPLED))


def _objects(page: Any) -> tuple[Counter[int], list[Points], float]:
    """Return a page's objects by kind, the boxes of the pictures it draws by itself, and its share under pictures."""
    width, height = page.get_size()
    area = max(1.0, width * height)
    kinds: Counter[int] = Counter()
    boxes: list[Points] = []
    covered = 0.0
    for item, kind, depth in _walk(page):
        kinds[kind] += 1
        if kind == _IMAGE:
            box = bounds(item) if depth == 0 else (0.0, 0.0, width, height)
            covered += max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])
            if depth == 0:
                boxes.append(box)
    return kinds, boxes, min(1.0, covered / area)


def _walk(page: Any) -> Iterator[tuple[Handle, int, int]]:
    """Give a page's objects and those inside its forms, with kind and depth; at most _OBJECTS of them."""
    left, type_of = _OBJECTS, calls.type_of
    stack: list[tuple[Handle, int, Any, Any]] = [(calls.handle(page), 0, calls.count_objects, calls.object_at)]
    while stack and left > 0:
        holder, depth, count, get = stack.pop()
        for index in range(min(count(holder), left)):
            item = get(holder, index)
            if not item:
                continue
            left -= 1
            kind = type_of(item)
            yield item, kind, depth
            if kind == _FORM and depth < _FORM_DEPTH:
                stack.append((item, depth + 1, calls.count_form_objects, calls.form_object_at))


def _area(item: Handle) -> float:
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    if not calls.bounds_of(item, *(ctypes.byref(side) for side in (left, bottom, right, top))):
        return 0.0
    return max(0.0, right.value - left.value) * max(0.0, top.value - bottom.value)
