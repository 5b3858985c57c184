"""Pictures that stand beside a page's text: a scan on the lower half, an annexure pasted in."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any

from pypdfium2 import raw

from metatag_ocr.engines import pdfium_calls as calls
from metatag_ocr.engines.pdfium_calls import Handle
from metatag_ocr.reading.evidence import PictureBeside

# Share of the page from which a picture may hold text worth reading; signatures and emblems are smaller.
_LARGE = 0.05
# Letters over a picture from which it is not beside the text but under it.
_COVERED = 20
# Strips of one scan lie this close, as shares of the page's sides.
_TOUCHING = 0.01
# Pictures looked at; a page made of tiles has thousands.
_PICTURES = 200
# Whole numbers that a page's sides are measured in: pdfium gives places on a page as pixels.
_GRID = 10_000

# Left, bottom, right, top in points.
Points = tuple[float, float, float, float]


def pictures_beside(page: Any, textpage: Any, boxes: Sequence[Points]) -> tuple[PictureBeside, ...]:
    """Return the large ones of the pictures in these boxes over which no text lies, from top to bottom."""
    width, height = page.get_size()
    least = _LARGE * width * height
    joined = _joined(boxes[:_PICTURES], _TOUCHING * max(width, height))
    large = [box for box in joined if (box[2] - box[0]) * (box[3] - box[1]) >= least]
    free = [box for box in large if _letters(textpage, *box) < _COVERED]
    return tuple(sorted((_beside(page, textpage, box) for box in free), key=lambda each: each.box[1]))


def bounds(item: Handle) -> Points:
    """Return an object's box; an empty one where it has none."""
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    if not calls.bounds_of(item, *(ctypes.byref(side) for side in (left, bottom, right, top))):
        return 0.0, 0.0, 0.0, 0.0
    return left.value, bottom.value, right.value, top.value


def _joined(boxes: Sequence[Points], near: float) -> list[Points]:
    """Return the boxes with strips of equal width that lie on each other made one."""
    joined: list[Points] = []
    for box in sorted(boxes, key=lambda each: (round(each[0] / max(near, 1.0)), -each[3])):
        last = joined[-1] if joined else None
        same = last and abs(last[0] - box[0]) <= near and abs(last[2] - box[2]) <= near and last[1] - box[3] <= near
        if last and same:
            joined[-1] = (last[0], min(last[1], box[1]), last[2], max(last[3], box[3]))
        else:
            joined.append(box)
    return joined


def _beside(page: Any, textpage: Any, box: Points) -> PictureBeside:
    left, top = _place(page, box[0], box[3])
    right, bottom = _place(page, box[2], box[1])
    upright = (min(left, right), min(top, bottom), max(left, right), max(top, bottom))
    page_left, page_bottom, page_right, page_top = page.get_bbox()
    above = _letters(textpage, page_left, box[3], page_right, page_top)
    below = _letters(textpage, page_left, page_bottom, page_right, box[1])
    return PictureBeside(upright, follows=above >= below)


def _place(page: Any, x: float, y: float) -> tuple[float, float]:
    """Return a point of the page as shares of the page as it is drawn, 0 to 1, from the top left."""
    right, down = ctypes.c_int(), ctypes.c_int()
    raw.FPDF_PageToDevice(page.raw, 0, 0, _GRID, _GRID, 0, x, y, right, down)
    return min(1.0, max(0.0, right.value / _GRID)), min(1.0, max(0.0, down.value / _GRID))


def _letters(textpage: Any, left: float, bottom: float, right: float, top: float) -> int:
    return sum(char.isalnum() for char in textpage.get_text_bounded(left, bottom, right, top, errors="replace"))
