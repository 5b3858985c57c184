"""The lines of a page's text layer with their geometry, by pdfium, and only what stands within the page's box.

pdfium gives text with line ends and blanks that it guesses; where each character stands is asked for at the ends of
lines and at blanks alone, which costs a tenth of what reading every character would.
"""

from __future__ import annotations

import ctypes
import math
import re
import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pypdfium2
from pypdfium2 import raw

from metatag_ocr.engines import pdfium_calls as calls
from metatag_ocr.engines.letter_spacing import Glyph, is_spaced, word_ends
from metatag_ocr.reading.layout import CELL_GAP, ROW_GAP, Cell, Entry, Line

# Points by which a character may stand beyond the page's box and still be seen.
_EDGE = 1.0
# Text beyond this many characters is not laid out; a page of small print has 10,000.
_MAX_CHARS = 300_000
# Advances of ASCII's characters in hundredths of an em: the mean of Helvetica's and Times'.
_WIDTHS = bytes(
    [27] * 33
    + [31, 38, 53, 53, 86, 72, 19, 33, 33, 44, 57, 26, 33, 26, 28, *[53] * 10, 28, 28, 57, 57, 57, 50, 97]
    + [69, 67, 69, 72, 64, 58, 75, 72, 30, 44, 69, 58, 86, 72, 75, 61, 75, 69, 61, 61, 72, 69, 94, 69, 69, 61]
    + [31, 28, 31, 47, 53, 33]
    + [50, 53, 47, 53, 50, 30, 53, 53, 25, 25, 50, 25, 80, 53, 53, 53, 53, 33, 45, 28, 53, 50, 72, 50, 50, 47]
    + [41, 23, 41, 56, 27]
    + [50] * 128
)
# Stretch of wide print such as Verdana's, and em by which a line may be longer than its letters without a wide gap.
_WIDE_PRINT, _SLACK = 1.15, 0.6
# Letters that come twice, their share of a line from which it may be drawn twice, and em within which they were.
_TWICE, _TWICE_SHARE, _SAME_PLACE = re.compile(r"(\S)\1"), 0.7, 0.2
# A line end as pdfium writes it.
_LINE_END = "\r\n"

Bounds = tuple[float, float, float, float]


@dataclass(slots=True)
class _Run:
    """A line of pdfium's text: its first character's index, its ends in page space, its font's size in points.

    `letters` is the width of its letters in em, 0 where they are unknown.
    """

    text: str
    first: int
    start: tuple[float, float]
    end: tuple[float, float]
    size: float
    letters: float = 0.0


@dataclass(slots=True)
class _Gap:
    """A wide gap at a blank: the blank's place in the line, the gap's sides in points."""

    at: int
    left: float
    right: float


def page_lines(page: Any, textpage: Any) -> tuple[list[Line], int]:
    """Return the lines that stand within the page's box, in the order of the file, and the direction they run in.

    The direction is in degrees counter-clockwise, 0, 90, 180 or 270; the lines' places are in a space turned by it.
    """
    try:
        text = str(textpage.get_text_range(errors="replace"))
    except pypdfium2.PdfiumError:
        text = ""
    reader = _Reader(textpage, text)
    runs = reader.runs()
    if not runs:
        return [], int(page.get_rotation())
    left, bottom, right, top = page.get_bbox()
    bounds = (left - _EDGE, bottom - _EDGE, right + _EDGE, top + _EDGE)
    turn, stretch = _main_turn(runs), _usual_stretch(runs)
    lines = (reader.line(run, turn, stretch, bounds) for run in runs)
    return [line for line in lines if line is not None], turn


def turned_entry(entry: Entry, turn: int) -> Entry:
    """Return an entry with its place in the space of lines that run in a direction."""
    one, other = turned((entry.left, entry.bottom), turn), turned((entry.right, entry.top), turn)
    (left, right), (bottom, top) = sorted((one[0], other[0])), sorted((one[1], other[1]))
    return Entry(entry.text, left, bottom, right, top)


class _Reader:
    """Asks pdfium where the characters of one text stand."""

    def __init__(self, textpage: Any, text: str) -> None:
        self._text = text[:_MAX_CHARS]
        self._page = calls.text_handle(textpage)
        # pdfium leaves characters without a code out of its text; then the numbers of both differ.
        self._same_numbers = len(text) == textpage.count_chars()
        self._x, self._y = ctypes.c_double(), ctypes.c_double()
        self._sides = tuple(ctypes.c_double() for _ in range(4))
        self._at = (ctypes.byref(self._x), ctypes.byref(self._y))
        self._box_at = tuple(ctypes.byref(side) for side in self._sides)
        self._matrix = raw.FS_MATRIX()
        self._matrix_at = ctypes.byref(self._matrix)

    def runs(self) -> list[_Run]:
        """Return pdfium's lines that hold anything to see."""
        found, first = [], 0
        for text in self._text.split(_LINE_END):
            stripped = text.strip()
            if stripped:
                begin = first if text[0] == stripped[0] else first + text.index(stripped[0])
                last = begin + len(stripped) - 1
                middle = (begin + last) // 2
                # A blank that pdfium added has no size of its own.
                size = self._size(begin if self._text[middle].isspace() else middle)
                start, end = self.origin(begin), self.origin(last)
                found.append(_Run(stripped, begin, start, end, size, _letters_width(stripped)))
            first += len(text) + len(_LINE_END)
        return found

    def line(self, run: _Run, turn: int, stretch: float, bounds: Bounds) -> Line | None:
        """Return a run as a line in cells, without what stands beyond the page's box; None when nothing is left.

        Only a run that is longer than its letters at the page's usual `stretch` can have a wide gap.
        """
        # Written out, as below: a page has a hundred lines, and a call costs as much as what it does.
        (begin_x, begin_y), (end_x, end_y) = run.start, run.end
        inside = bounds[0] <= begin_x <= bounds[2] and bounds[1] <= begin_y <= bounds[3]
        if not (inside and bounds[0] <= end_x <= bounds[2] and bounds[1] <= end_y <= bounds[3]):
            run = self._clipped(run, bounds)
            if not run.text:
                return None
        left, base = turned(run.start, turn) if turn else run.start
        right, end = turned(run.end, turn) if turn else run.end
        if abs(end - base) > abs(right - left):
            return Line((Cell(run.text, left, max(left, right)),), base, run.size, aside=True)
        long = right - left > (run.letters * stretch + _SLACK) * run.size
        gaps = self._gaps(run, turn) if long else []
        right += run.size / 2
        # Few lines begin with the same letter twice: the others cost nothing more.
        if run.text[:1] == run.text[1:2] and 2 * len(_TWICE.findall(run.text)) >= _TWICE_SHARE * len(run.text):
            return Line((Cell(self._once(run), left, right),), base, run.size)
        if is_spaced(run.text):
            cells = _cells(run.text, gaps, (left, right), self._blanks_within_words(run, turn))
        elif gaps:
            cells = _cells(run.text, gaps, (left, right), frozenset())
        else:
            cells = (Cell(run.text, left, right),)
        return Line(cells, base, run.size)

    def origin(self, index: int) -> tuple[float, float]:
        """Return where a character stands on its baseline, in points of the page's space."""
        at_x, at_y = self._at
        calls.origin_of(self._page, index if self._same_numbers else self._char(index), at_x, at_y)
        return self._x.value, self._y.value

    def box(self, index: int) -> Bounds:
        """Return a character's box: left, bottom, right, top."""
        if not calls.char_box_of(self._page, self._char(index), *self._box_at):
            return 0.0, 0.0, 0.0, 0.0
        left, right, bottom, top = self._sides
        return left.value, bottom.value, right.value, top.value

    def _char(self, index: int) -> int:
        if self._same_numbers:
            return index
        return max(0, int(calls.char_at(self._page, index)))

    def _size(self, index: int) -> float:
        """Return a character's font size in points as it is drawn; 1 where it has none."""
        char = self._char(index)
        size: float = calls.char_size_of(self._page, char)
        if calls.char_matrix_of(self._page, char, self._matrix_at):
            size *= math.hypot(self._matrix.c, self._matrix.d) or 1.0
        return size if 0.1 < size < 5000 else 1.0

    def _clipped(self, run: _Run, bounds: Bounds) -> _Run:
        """Return the part of a run that stands within the page's box."""
        kept = [
            index
            for index in range(run.first, run.first + len(run.text))
            if _is_inside(self.origin(index), bounds) and _is_inside(_middle(self.box(index)), bounds)
        ]
        if not kept:
            return _Run("", run.first, run.start, run.start, run.size)
        # What is seen of a line is one piece of it.
        first, last = kept[0], kept[-1]
        text = self._text[first : last + 1]
        begin = first + len(text) - len(text.lstrip())
        return _Run(text.strip(), begin, self.origin(begin), self.origin(last), run.size)

    def _once(self, run: _Run) -> str:
        """Return a line's text without the letters that are drawn again in their place, filled and then outlined."""
        kept = []
        for at, char in enumerate(run.text):
            if at and char == run.text[at - 1]:
                here, before = (self.origin(run.first + place) for place in (at, at - 1))
                if math.dist(here, before) <= _SAME_PLACE * run.size:
                    continue
            kept.append(char)
        return "".join(kept)

    def _gaps(self, run: _Run, turn: int) -> list[_Gap]:
        """Return the gaps of a row of a table: narrow ones part cells where a wide one shows that it is a row."""
        wide = CELL_GAP * run.size
        gaps = []
        for at in self._wide_blanks(run, turn, wide):
            # A blank that pdfium added has the place of the letter before it, so its own place says little.
            left = self._sides_of(run.first + at - 1, turn)[1]
            right = self.origin(run.first + at + 1)[0]
            if turn:
                right = turned((self._x.value, self._y.value), turn)[0]
            if right - left >= wide:
                gaps.append(_Gap(at, left, right))
        return gaps if any(gap.right - gap.left >= ROW_GAP * run.size for gap in gaps) else []

    def _wide_blanks(self, run: _Run, turn: int, wide: float) -> list[int]:
        """Return the places of blanks that the next letter stands far from; most of a layer's time goes here."""
        origin, page, (x_at, y_at) = calls.origin_of, self._page, self._at
        along = self._x if turn in (0, 180) else self._y
        first, char, found = run.first, None if self._same_numbers else self._char, []
        at = run.text.find(" ")
        while at >= 0:
            index = first + at if char is None else char(first + at)
            origin(page, index, x_at, y_at)
            begin = along.value
            origin(page, index + 1, x_at, y_at)
            if abs(along.value - begin) >= wide:
                found.append(at)
            at = run.text.find(" ", at + 1)
        return found

    def _sides_of(self, index: int, turn: int) -> tuple[float, float]:
        """Return a character's left and right side along the line."""
        left, bottom, right, top = self.box(index)
        if not turn:
            return left, right
        one, other = turned((left, bottom), turn)[0], turned((right, top), turn)[0]
        return min(one, other), max(one, other)

    def _blanks_within_words(self, run: _Run, turn: int) -> frozenset[int]:
        """Return the places of a letter-spaced line's blanks that part no words."""
        glyphs = [
            Glyph(at, turned(self.origin(run.first + at), turn)[0], *self._sides_of(run.first + at, turn))
            for at, char in enumerate(run.text)
            if not char.isspace()
        ]
        ends = word_ends(glyphs)
        places = [glyph.at for glyph in glyphs]
        return frozenset(
            blank for before, after in pairwise(places) if before not in ends for blank in range(before + 1, after)
        )


def _cells(text: str, gaps: Sequence[_Gap], sides: tuple[float, float], dropped: frozenset[int]) -> tuple[Cell, ...]:
    """Return the pieces of a line between its gaps, without the blanks that are dropped."""
    cells, first, left = [], 0, sides[0]
    for gap in (*gaps, _Gap(len(text), sides[1], sides[1])):
        places = range(first, gap.at)
        piece = "".join(text[at] for at in places if at not in dropped) if dropped else text[first : gap.at]
        if piece.strip():
            cells.append(Cell(piece.strip(), left, gap.left))
        first, left = gap.at, gap.right
    return tuple(cells)


def _letters_width(text: str) -> float:
    """Return the width of a line's letters in em as print of middling width has them; 0 where letters are unknown."""
    return sum(text.encode("ascii").translate(_WIDTHS)) / 100 if text.isascii() else 0.0


def _usual_stretch(runs: Sequence[_Run]) -> float:
    """Return how much longer than their letters a page's lines are: the median, or that of wide print at most."""
    found = [
        max(abs(run.end[0] - run.start[0]), abs(run.end[1] - run.start[1])) / (run.letters * run.size)
        for run in runs
        if run.letters
    ]
    # Lines of tables are longer than their letters: then the median says nothing.
    return min(_WIDE_PRINT, statistics.median(found)) if found else 1.0


def _main_turn(runs: Sequence[_Run]) -> int:
    """Return the direction that most characters run in: degrees counter-clockwise from left to right."""
    weights: Counter[int] = Counter()
    level = sum(len(run.text) for run in runs if run.start[1] == run.end[1] and run.start[0] < run.end[0])
    if 2 * level > sum(len(run.text) for run in runs):
        return 0
    for run in runs:
        across, up = run.end[0] - run.start[0], run.end[1] - run.start[1]
        if across or up:
            turn = (0 if across > 0 else 180) if abs(across) >= abs(up) else (90 if up > 0 else 270)
            weights[turn] += len(run.text)
    return weights.most_common(1)[0][0] if weights else 0


def turned(point: tuple[float, float], turn: int) -> tuple[float, float]:
    """Return a point in the space in which lines of this direction run from left to right."""
    x, y = point
    if turn == 90:
        return y, -x
    if turn == 180:
        return -x, -y
    return (-y, x) if turn == 270 else (x, y)


def _is_inside(point: tuple[float, float], bounds: Bounds) -> bool:
    left, bottom, right, top = bounds
    return left <= point[0] <= right and bottom <= point[1] <= top


def _middle(box: Bounds) -> tuple[float, float]:
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
