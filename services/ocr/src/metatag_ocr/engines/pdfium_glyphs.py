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
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

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
# The same share among the objects with letters alone, from which the others need not be looked at.
_MANY_LINES = 0.3
# Parts of the font's size: a step down or up that begins a line, a gap that parts words, the width of a blank.
_NEW_LINE, _GAP, _BLANK = 0.5, 0.5, 0.25

# Six numbers that map a point: x to a x + c y + e, y to b x + d y + f.
_Matrix = tuple[float, ...]


class _Run(NamedTuple):
    """A text object: its characters, its /ActualText's mark, where it begins and ends, in points.

    `is_blank` tells a blank that is drawn: pdfium drops its character. A tuple, because a page has 3,000 of them.
    """

    text: str
    mark: Handle
    x: float
    y: float
    right: float
    size: float
    is_blank: bool


def glyph_lines(page: Any, textpage: Any) -> list[Line]:
    """Return the lines of a page drawn glyph by glyph that stand within its box; none for any other page."""
    texts = _text_by_object(textpage)
    if sum(" " in text for text in texts.values()) > _MANY_LINES * len(texts):
        return []
    runs = list(_runs(page, texts))
    blanks = sum(run.is_blank for run in runs)
    lines = sum(" " in run.text and not run.is_blank for run in runs)
    if len(runs) < _MIN_OBJECTS or blanks < _BLANKS * len(runs) or lines > _LINES * len(runs):
        return []
    left, bottom, right, top = page.get_bbox()
    found = (_line(clusters) for clusters in _clusters_by_line(_clusters(runs)))
    return [line for line in found if line and left <= line.left <= right and bottom <= line.base <= top]


def _text_by_object(textpage: Any) -> dict[Handle, str]:
    """Return each text object's characters without those that pdfium adds by itself."""
    page = calls.text_handle(textpage)
    texts: dict[Handle, list[str]] = defaultdict(list)
    for index in range(textpage.count_chars()):
        if calls.is_generated(page, index) != 1:
            texts[calls.text_object_of(page, index) or 0].append(chr(calls.unicode_of(page, index)))
    return {item: "".join(chars) for item, chars in texts.items()}


def _runs(page: Any, texts: dict[Handle, str]) -> Iterator[_Run]:
    matrix, size = (ctypes.c_float * 6)(), ctypes.c_float()
    sides = [ctypes.c_float() for _ in range(4)]
    # Made once: a page has thousands of objects.
    at, into, right = ctypes.byref(size), [ctypes.byref(side) for side in sides], sides[2]
    for item, placed in _text_objects(page):
        calls.matrix_of(item, matrix)
        calls.bounds_of(item, *into)
        calls.font_size_of(item, at)
        points = max(1.0, size.value * max(abs(matrix[0]), abs(matrix[1])))
        text, mark = texts.get(item, ""), _actual_text_mark(item)
        blank = not mark and not text.strip(" ")
        run = _Run(text, mark, matrix[4], matrix[5], right.value, points, blank)
        yield _on_page(run, placed) if placed else run


def _text_objects(page: Any) -> Iterator[tuple[Handle, _Matrix | None]]:
    """Yield a page's text objects and those inside its forms, in the order in which they are drawn.

    With each comes the matrix of the form that it stands in, None for the page itself.
    """
    left, place = _OBJECTS, (ctypes.c_float * 6)()
    begin: tuple[Handle, int, int, int, _Matrix | None] = (
        calls.handle(page), 0, calls.count_objects(calls.handle(page)), 0, None
    )  # fmt: skip
    stack = [begin]
    while stack and left > 0:
        holder, index, count, depth, placed = stack.pop()
        if index >= count:
            continue
        stack.append((holder, index + 1, count, depth, placed))
        left -= 1
        item = (calls.form_object_at if depth else calls.object_at)(holder, index)
        kind = calls.type_of(item) if item else 0
        if kind == raw.FPDF_PAGEOBJ_TEXT:
            yield item, placed
        elif kind == raw.FPDF_PAGEOBJ_FORM and depth < _FORM_DEPTH:
            calls.matrix_of(item, place)
            stack.append((item, 0, calls.count_form_objects(item), depth + 1, _composed(tuple(place), placed)))


def _composed(inner: _Matrix, outer: _Matrix | None) -> _Matrix:
    """Return the matrix of a form within another, or on the page."""
    if outer is None:
        return inner
    a, b, c, d, e, f = outer
    return (
        a * inner[0] + c * inner[1], b * inner[0] + d * inner[1],
        a * inner[2] + c * inner[3], b * inner[2] + d * inner[3],
        a * inner[4] + c * inner[5] + e, b * inner[4] + d * inner[5] + f,
    )  # fmt: skip


def _on_page(run: _Run, placed: _Matrix) -> _Run:
    """Return a run of a form in the page's own space."""
    a, b, c, d, e, f = placed
    x, y, right = a * run.x + c * run.y + e, b * run.x + d * run.y + f, a * run.right + c * run.y + e
    return run._replace(x=x, y=y, right=right, size=run.size * max(abs(a), abs(b)))


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
    for mark, group in groupby(runs, key=attrgetter("mark")):
        if not mark:
            yield from group
            continue
        same = list(group)
        text = next((run.text for run in same if run.text), "")
        yield same[0]._replace(text=text, right=max(run.right for run in same))


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
    parts: list[str] = []
    left = right = 0.0
    size = max((run.size for run in clusters), default=0.0)
    for run in clusters:
        gap = run.x - right
        if parts and not run.is_blank and gap > ROW_GAP * size:
            cells.append(Cell("".join(parts).strip(), left, right))
            parts = []
        elif parts and run.text and not run.is_blank and gap > _GAP * run.size:
            parts.append(" ")
        if not run.is_blank:
            left = left if parts else run.x
            parts.append(run.text)
        elif parts:
            parts.append(" ")
        right = run.x + _BLANK * run.size if run.is_blank else run.right
    if parts:
        cells.append(Cell("".join(parts).strip(), left, right))
    return Line(tuple(cells), clusters[0].y, size) if cells else None
