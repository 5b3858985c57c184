"""The words of a page's own text layer with their boxes, by pdfium: to show where something stands."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from typing import Any

from pypdfium2 import raw

from metatag_ocr.engines import pdfium_calls as calls
from metatag_ocr.model import MAX_BOXED_WORDS, WordBoxes
from metatag_ocr.reading.place import WHOLE_PAGE

# Characters of a page that are looked at.
_MAX_CHARS = 300_000
# A text layer is what it is: nothing about it is unsure.
_SURE = 100

_Sides = tuple[float, float, float, float]


def layer_words(page: Any) -> WordBoxes:
    """Return the words of a page's text as pdfium orders them, at most MAX_BOXED_WORDS; those out of sight left out."""
    textpage = page.get_textpage()
    try:
        lines = list(_lines(textpage))
    finally:
        textpage.close()
    place, texts, sides, count = _Page(page), [], [], 0
    for line in lines:
        shown = [(word, box) for word, points in line if (box := place.box(points)) is not None]
        shown = shown[: MAX_BOXED_WORDS - count]
        if shown:
            texts.append("\t".join(word for word, _ in shown))
            sides += [side for _, box in shown for side in box]
            count += len(shown)
    return WordBoxes("\n".join(texts), tuple(sides), (_SURE,) * count)


class _Page:
    """The way from a page's own space to its shares as it is drawn."""

    def __init__(self, page: Any) -> None:
        self._left, self._bottom, self._right, self._top = page.get_bbox()
        # From the page as it stands in the file to the page as it is drawn: the turn undone.
        self._drawn = WHOLE_PAGE.turned(-int(page.get_rotation()))

    def box(self, points: _Sides) -> tuple[int, int, int, int] | None:
        """Return left, top, right and bottom in 1/10,000; None for what lies beyond the page."""
        across, down = max(1e-6, self._right - self._left), max(1e-6, self._top - self._bottom)
        left, bottom, right, top = points
        share = ((left - self._left) / across, (self._top - top) / down, (right - left) / across, (top - bottom) / down)
        x, y, width, height = self._drawn.box(share)
        box = tuple(min(10_000, max(0, round(10_000 * side))) for side in (x, y, x + width, y + height))
        return None if box[0] >= box[2] or box[1] >= box[3] else box  # type: ignore[return-value]


def _lines(textpage: Any) -> Iterator[list[tuple[str, _Sides]]]:
    """Return the words of each line with their sides in points: left, bottom, right, top."""
    page, rect = calls.text_handle(textpage), raw.FS_RECTF()
    line: list[tuple[str, _Sides]] = []
    word: list[str] = []
    boxes: list[_Sides] = []
    for index in range(min(_MAX_CHARS, textpage.count_chars()) + 1):
        char = _char(page, index) if index < textpage.count_chars() else "\n"
        if not char.isspace():
            word.append(char)
            if raw.FPDFText_GetLooseCharBox(textpage.raw, index, ctypes.byref(rect)):
                boxes.append((rect.left, rect.bottom, rect.right, rect.top))
            continue
        if word and boxes:
            lefts, bottoms, rights, tops = zip(*boxes, strict=True)
            line.append(("".join(word), (min(lefts), min(bottoms), max(rights), max(tops))))
        word, boxes = [], []
        if char in "\r\n" and line:
            yield line
            line = []
    if line:
        yield line


def _char(page: Any, index: int) -> str:
    code = int(calls.unicode_of(page, index))
    # What has no character, or half of one, parts nothing.
    return chr(code) if 0 < code <= 0x10FFFF and not 0xD800 <= code < 0xE000 else "\ufffd"
