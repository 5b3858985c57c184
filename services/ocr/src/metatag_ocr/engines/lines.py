"""Boxes of text that a detector found, put into reading order. Deep engines give boxes, not pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from metatag_ocr.model import Word
from metatag_ocr.reading.ports import Line, Recognition


@dataclass(frozen=True)
class Box:
    """A run of text on the page. Sides in pixels, confidence 0 to 100."""

    text: str
    confidence: float
    left: float
    top: float
    right: float
    bottom: float

    @property
    def middle(self) -> float:
        """Height of the run's middle."""
        return (self.top + self.bottom) / 2


def recognition(boxes: Sequence[Box], width: int, height: int) -> Recognition:
    """Return the page's text: boxes that stand side by side make a line, lines follow each other downwards."""
    rows: list[list[Box]] = []
    for box in sorted(boxes, key=lambda box: box.middle):
        if rows and _same_line(rows[-1], box):
            rows[-1].append(box)
        else:
            rows.append([box])
    lines = [_line(sorted(row, key=lambda box: box.left), width, height) for row in rows]
    return Recognition.of("\n".join(line.text for line in lines), lines)


def _line(row: Sequence[Box], width: int, height: int) -> Line:
    left, top = min(box.left for box in row) / width, min(box.top for box in row) / height
    right, bottom = max(box.right for box in row) / width, max(box.bottom for box in row) / height
    text = " ".join(box.text for box in row)
    return Line(text, tuple(_word(box, width, height) for box in row), (left, top, right - left, bottom - top))


def _same_line(line: Sequence[Box], box: Box) -> bool:
    last = line[-1]
    overlap = min(last.bottom, box.bottom) - max(last.top, box.top)
    beside = all(box.left >= other.right or box.right <= other.left for other in line)
    return beside and overlap > 0.5 * min(last.bottom - last.top, box.bottom - box.top)


def _word(box: Box, width: int, height: int) -> Word:
    size = ((box.right - box.left) / width, (box.bottom - box.top) / height)
    return Word(box.text, box.confidence, box.left / width, box.top / height, *size)
