"""The layout of a recognised page: cells, blocks and headings from the places of its words."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from itertools import pairwise

from metatag_ocr.model import Heading, Word
from metatag_ocr.reading import layout
from metatag_ocr.reading.layout import CELL_GAP, ROW_GAP, Cell
from metatag_ocr.reading.ports import Line, Recognition

# Heights of lines that count as the body's: one has letters with tails, another capitals, a third neither.
_BODY = (0.65, 1.45)
# Distances of recognised lines vary with their letters; see layout.py for the step of lines whose baselines are known.
_BLOCK_STEP = 1.5
# Share of a page's characters that its lines must hold: else they are not all of it.
_WHOLE = 0.9


def laid_out(read: Recognition, width: int, height: int) -> tuple[str, tuple[Heading, ...]]:
    """Return a page's text with its layout, and its headings; `width` and `height` are the upright page's pixels.

    The text stays as it was read where the engine gives no lines, or not all.
    """
    letters = len("".join(read.text.split()))
    known = sum(len("".join(line.text.split())) for line in read.lines)
    if not read.lines or known < _WHOLE * letters:
        return read.text, ()
    body = statistics.median(line.box[3] for line in read.lines) * height
    lines = [_line(line, width, height, body) for line in read.lines]
    return layout.render(lines, block_step=_BLOCK_STEP)


def _line(line: Line, width: int, height: int, body: float) -> layout.Line:
    """Return a line with its places in pixels; heights near the body's are the body's."""
    own = line.box[3] * height
    size = body if _BODY[0] * body <= own <= _BODY[1] * body else own
    # A quarter of the words at most have no letter with a tail, and stand on the baseline.
    bottoms = sorted(word.y + word.height for word in line.words)
    base = -height * (bottoms[len(bottoms) // 4] if bottoms else line.box[1] + line.box[3])
    return layout.Line(tuple(_cells(line, width, size)), base, size)


def _cells(line: Line, width: int, size: float) -> Iterator[Cell]:
    words = line.words
    gaps = [(after.x - before.x - before.width) * width for before, after in pairwise(words)]
    # Words that do not make the line as it is are not in its order: a script from right to left.
    plain = " ".join(word.text for word in words) == line.text
    if not plain or max(gaps, default=0.0) < ROW_GAP * size or min(gaps) < -size:
        left, right = line.box[0] * width, (line.box[0] + line.box[2]) * width
        yield Cell(line.text.replace("\t", " "), left, right)
        return
    first = 0
    for place, gap in enumerate([*gaps, float("inf")], 1):
        if gap >= CELL_GAP * size:
            yield _cell(words[first:place], width)
            first = place


def _cell(words: Sequence[Word], width: int) -> Cell:
    text = " ".join(word.text for word in words)
    return Cell(text, words[0].x * width, (words[-1].x + words[-1].width) * width)
