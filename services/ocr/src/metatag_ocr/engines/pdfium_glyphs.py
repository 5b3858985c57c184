"""The text of pages that are drawn glyph by glyph with blanks among the glyphs, as Chrome prints them.

Skia draws each glyph by an operator of its own and says in /ActualText what a cluster of glyphs
stands for. pdfium gives that text to one of the cluster's glyphs, adds blanks by the glyphs' boxes,
and drops the blanks that are drawn. Here the clusters follow each other as they are drawn, and only
drawn blanks, gaps and new lines part them.
"""

from __future__ import annotations

import ctypes
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from pypdfium2 import raw

from metatag_ocr.engines import pdfium_calls as calls
from metatag_ocr.engines.pdfium_calls import Handle
from metatag_ocr.reading.layout import ROW_GAP, Cell, Line

# Text objects looked at; a full page has 3,000.
_OBJECTS = 20_000
_FORM_DEPTH = 3
# Fewer objects are a heading, not a page drawn glyph by glyph.
_MIN_OBJECTS = 12
# Share of objects that are a drawn blank, at least, and of those with a blank among their letters, at most.
_BLANKS, _LINES = 0.05, 0.15
# Parts of the font's size: a step down or up that begins a line, a gap that parts words, the width of a blank.
_NEW_LINE, _GAP, _BLANK = 0.5, 0.5, 0.25


@dataclass(frozen=True)
class _Run:
    """A text object: its characters, its /ActualText's mark, where it begins and ends, in points."""

    text: str
    mark: Handle
    x: float
    y: float
    right: float
    size: float

    @property
    def is_blank(self) -> bool:
        """Whether this is a blank that is drawn: pdfium drops its character."""
        return not self.mark and not self.text.strip(" ")


def glyph_lines(page: Any, textpage: Any) -> list[Line]:
    """Return the lines of a page drawn glyph by glyph that stand within its box; none for any other page."""
    runs = list(_runs(page, _text_by_object(textpage)))
    blanks = sum(run.is_blank for run in runs)
    lines = sum(" " in run.text and not run.is_blank for run in runs)
    if len(runs) < _MIN_OBJECTS or blanks < _BLANKS * len(runs) or lines > _LINES * len(runs):
        return []
    left, bottom, right, top = page.get_bbox()
    found = (_line(clusters) for clusters in _clusters_by_line(_clusters(runs)))
    return [line for line in found if line and left <= line.left <= right and bottom <= line.base <= top]


def _text_by_object(textpage: Any) -> dict[Handle, str]:
    """Return each text object's characters without those that pdfium adds by itself."""
    page = calls.handle(textpage)
    texts: dict[Handle, list[str]] = defaultdict(list)
    for index in range(textpage.count_chars()):
        if calls.is_generated(page, index) != 1:
            texts[calls.text_object_of(page, index) or 0].append(chr(calls.unicode_of(page, index)))
    return {item: "".join(chars) for item, chars in texts.items()}


def _runs(page: Any, texts: dict[Handle, str]) -> Iterator[_Run]:
    matrix, size = (ctypes.c_float * 6)(), ctypes.c_float()
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    for item in _text_objects(page):
        calls.matrix_of(item, matrix)
        calls.bounds_of(item, *(ctypes.byref(side) for side in (left, bottom, right, top)))
        calls.font_size_of(item, ctypes.byref(size))
        points = max(1.0, size.value * max(abs(matrix[0]), abs(matrix[1])))
        mark = _actual_text_mark(item)
        yield _Run(texts.get(item, ""), mark, matrix[4], matrix[5], right.value, points)


def _text_objects(page: Any) -> Iterator[Handle]:
    """Yield a page's text objects and those inside its forms, in the order in which they are drawn."""
    left = _OBJECTS
    stack = [(calls.handle(page), 0, calls.count_objects(calls.handle(page)), 0)]
    while stack and left > 0:
        holder, index, count, depth = stack.pop()
        if index >= count:
            continue
        stack.append((holder, index + 1, count, depth))
        left -= 1
        item = (calls.form_object_at if depth else calls.object_at)(holder, index)
        kind = calls.type_of(item) if item else 0
        if kind == raw.FPDF_PAGEOBJ_TEXT:
            yield item
        elif kind == raw.FPDF_PAGEOBJ_FORM and depth < _FORM_DEPTH:
            stack.append((item, 0, calls.count_form_objects(item), depth + 1))


def _actual_text_mark(item: Handle) -> Handle:
    """Return the mark that gives a text object's meaning, 0 without one; objects of one cluster share it."""
    count = calls.count_marks(item)
    if not count:
        return 0
    mark, length = calls.mark_of(item, count - 1), ctypes.c_ulong()
    if not mark or not calls.count_mark_params(mark):
        return 0
    said = calls.mark_string(mark, b"ActualText", None, 0, ctypes.byref(length))
    return mark if said and length.value else 0


def _clusters(runs: list[_Run]) -> Iterator[_Run]:
    """Yield one run for each cluster: its text stands at any one of its glyphs, or is repeated at several."""
    index = 0
    while index < len(runs):
        first = runs[index]
        same = [first]
        while first.mark and index + len(same) < len(runs) and runs[index + len(same)].mark == first.mark:
            same.append(runs[index + len(same)])
        index += len(same)
        text = next((run.text for run in same if run.text), "")
        yield replace(first, text=text, right=max(run.right for run in same))


def _clusters_by_line(clusters: Iterator[_Run]) -> Iterator[list[_Run]]:
    """Yield the clusters of each line; one that steps down or up begins another."""
    line: list[_Run] = []
    for run in clusters:
        if line and abs(run.y - line[-1].y) > _NEW_LINE * run.size:
            yield line
            line = []
        line.append(run)
    yield line


def _line(clusters: list[_Run]) -> Line | None:
    """Return a line in cells, its words parted by drawn blanks and by gaps; None where nothing is to be seen."""
    cells: list[Cell] = []
    words, left, right = "", 0.0, 0.0
    size = max((run.size for run in clusters), default=0.0)
    for run in clusters:
        gap = run.x - right
        if words.strip() and not run.is_blank and gap > ROW_GAP * size:
            cells.append(Cell(words.strip(), left, right))
            words = ""
        elif words and run.text and not run.is_blank and gap > _GAP * run.size:
            words += " "
        left = left if words.strip() else run.x
        words += " " if run.is_blank else run.text
        right = run.x + _BLANK * run.size if run.is_blank else run.right
    if words.strip():
        cells.append(Cell(words.strip(), left, right))
    return Line(tuple(cells), clusters[0].y, size) if cells else None
